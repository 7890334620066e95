"""The lanes of a time line: one for each generation of a clock, one for each department, one for what happened."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from itertools import pairwise
from typing import Final

import msgspec

from tousu.explain.account import Account, ClockMark
from tousu.explain.axis import Axis
from tousu.explain.drawing import INK, SOFT, box, dot, group, line, shape, words
from tousu.explain.explanation import Explanation
from tousu.explain.labels import Label, shortened, stacked, width_of
from tousu.explain.story import PublishedEvent
from tousu.explain.wording import amount_words, happening_words, length_words, mark_words
from tousu.policy.event_catalogue import CLAIM_REPORTS

SIZE: Final = 11.0
ROW: Final = 14.0
BAR: Final = 14.0
GUTTER: Final = 190.0
COUNTS, STANDS, PAUSED, OVER, OVER_STANDS = "#4c84c4", "#d3dfec", "url(#paused)", "#d6453d", "#f0c6c3"
MET, LATE, GONE, WARNED, CHARGE = "#2e8540", "#b3261e", "#7b8794", "#e0a100", "#8fb996"


class DrawnLane(msgspec.Struct, frozen=True):
    """A lane that is drawn: its text, its height, and how far its labels reach to the right."""

    text: str
    height: float
    right: float


def clock_lane(account: Account, axis: Axis, top: float) -> DrawnLane:
    """The bar of a clock with its marks, and below it their labels."""
    y = top + 8
    parts = _gutter(account, top)
    parts += _bar(account, axis, y)
    labels = stacked(_labels(account, axis), SIZE)
    parts += _labelled(labels, y + BAR, y + BAR)
    parts += [part for mark in account.marks for part in _sign(mark, axis, y)]
    height = max(52.0, 8 + BAR + 10 + ROW * _rows(labels))
    data = {"clock": account.clock, "generation": str(account.generation), "status": account.status}
    data |= {"claim": account.claim_number} if account.claim_number else {}
    return DrawnLane(group("clock", parts, **data), height, _right(labels))


def department_lane(explanation: Explanation, name: str, axis: Axis, top: float, until: datetime) -> DrawnLane:
    """When a department was in charge."""
    known = explanation.pack.departments.get(name)
    parts = [words(16, top + 16, shortened(known.label.en if known else name, 12, GUTTER - 24), size=12)]
    if known:
        parts.append(words(16, top + 31, known.label.zh, colour=SOFT))
    for hop in explanation.hops:
        if name in hop.departments:
            x, end = axis.x(hop.start), axis.x(min(hop.end or until, until))
            parts.append(box(x, top + 12, end - x, BAR, CHARGE, tooltip=f"{name}: {hop.name} {hop.reason}".strip()))
    return DrawnLane(group("department", parts, department=name), 40, 0)


def happenings_lane(explanation: Explanation, axis: Axis, top: float) -> DrawnLane:
    """What happened to the case, beside its clocks."""
    y = top + 16
    answered = {event.causation for event in explanation.story.events if event.name.startswith("claim.")}
    events = sorted(
        (event for event in explanation.story.events if _is_shown(event, answered)), key=lambda event: event.time
    )
    parts = [words(16, top + 20, "what happened", size=12, bold=True), words(16, top + 35, "经过", colour=SOFT)]
    parts.append(line(axis.left, y, axis.left + axis.width, y, "#cbd2d9"))
    labels = stacked(_happenings(events, axis), SIZE)
    parts += _labelled(labels, y, y + 6)
    parts += [dot(axis.x(event.time), y, 4.5, _colour(event)) for event in events]
    return DrawnLane(group("happenings", parts), 40 + ROW * _rows(labels), _right(labels))


def _happenings(events: list[PublishedEvent], axis: Axis) -> list[tuple[float, str, str]]:
    """What happened, that of one minute as one label."""
    by_minute: dict[str, list[PublishedEvent]] = {}
    for event in events:
        by_minute.setdefault(f"{axis.local(event.time):%m-%d %H:%M}", []).append(event)
    return [
        (axis.x(these[0].time), f"{minute} {', '.join(dict.fromkeys(map(happening_words, these)))}", _colour(these[-1]))
        for minute, these in by_minute.items()
    ]


def _gutter(account: Account, top: float) -> list[str]:
    name = account.clock.replace("_", " ")
    claim = f"claim {account.claim_number.rpartition('/')[2]}" if account.claim_number else ""
    plan = f"plan {account.plan_id}" if account.plan_id else ""
    again = f"generation {account.generation}" if account.generation > 1 else ""
    below = " · ".join(filter(None, (claim, plan, account.label.zh if account.label is not None else "", again)))
    section = f" ({account.limit.section})" if account.limit.section else ""
    limit = amount_words(account.limit.amount, account.limit.unit)
    width = GUTTER - 24
    return [
        words(16, top + 16, shortened(name, 12, width), size=12, bold=True),
        words(16, top + 31, shortened(below, SIZE, width), colour=SOFT),
        words(16, top + 45, shortened(limit + section, SIZE, width), colour=SOFT),
    ]


def _bar(account: Account, axis: Axis, y: float) -> list[str]:
    """What counted and what did not; red where the limit had passed; dashes from the end to the due time."""
    parts: list[str] = []
    due_at = account.due_at
    for interval in account.intervals:
        edges = [interval.start, interval.end]
        if due_at is not None and interval.start < due_at < interval.end:
            edges.insert(1, due_at)
        for start, end in pairwise(edges):
            x = axis.x(start)
            is_over = due_at is not None and start >= due_at and interval.why != "paused"
            fill = _fill(interval.why, interval.counts, is_over)
            parts.append(
                box(x, y, axis.x(end) - x, BAR, fill, tooltip=f"{interval.words}: {length_words(interval.counted_us)}")
            )
    if account.rest and due_at is not None:
        parts.append(line(axis.x(account.until), y + BAR / 2, axis.x(due_at), y + BAR / 2, SOFT, dashes="3 3"))
    if due_at is not None:
        x = axis.x(due_at)
        parts.append(line(x, y - 4, x, y + BAR + 4, INK, width=2))
    return parts


def _fill(why: str, counts: bool, is_over: bool) -> str:
    if why == "paused":
        return PAUSED
    if is_over:
        return OVER if counts else OVER_STANDS
    return COUNTS if counts else STANDS


def _labels(account: Account, axis: Axis) -> list[tuple[float, str, str]]:
    labels: list[tuple[float, str, str]] = []
    if account.due_at is not None:
        arrow = "" if axis.holds(account.due_at) else " →"
        labels.append((axis.x(account.due_at), f"due {axis.local(account.due_at):%m-%d %H:%M}{arrow}", INK))
    if account.status not in ("cancelled", "continued"):
        labels.append((axis.x(account.until), f"elapsed {length_words(account.elapsed_us)}", INK))
    return labels + [
        (axis.x(mark.at), f"{mark_words(mark)} {axis.local(mark.at):%m-%d %H:%M}", _mark_colour(mark))
        for mark in account.marks
        if mark.name != "started" or account.generation > 1
    ]


def _sign(mark: ClockMark, axis: Axis, y: float) -> list[str]:
    """The mark itself, on the bar."""
    x, middle = axis.x(mark.at), y + BAR / 2
    match mark.name:
        case "warned":
            return [shape([(x - 5, y - 5), (x + 5, y - 5), (x, y + 4)], WARNED)]
        case "breached":
            return [shape([(x, middle - 8), (x + 8, middle), (x, middle + 8), (x - 8, middle)], LATE)]
        case "breach_withdrawn":
            return [shape([(x, middle - 8), (x + 8, middle), (x, middle + 8), (x - 8, middle)], "#ffffff", stroke=LATE)]
        case "met":
            return [dot(x, middle, 6, MET)]
        case "met_late":
            return [dot(x, middle, 6, LATE)]
        case "cancelled":
            return [dot(x, middle, 6, GONE)]
        case "extended" | "recalculated":
            return [shape([(x, y - 5), (x + 6, y), (x, y + 5)], INK)]
        case _:
            return []


def _labelled(labels: list[Label], mark_y: float, top: float) -> list[str]:
    """Labels in their rows, each with the line from its mark."""
    parts = []
    for label in labels:
        y = top + 13 + ROW * label.row
        parts += [
            line(label.x, mark_y, label.x, y, "#9aa5b1", width=0.8),
            words(label.x + 3, y, label.text, size=SIZE, colour=label.colour, halo=True),
        ]
    return parts


def _rows(labels: list[Label]) -> int:
    return max((label.row + 1 for label in labels), default=0)


def _right(labels: list[Label]) -> float:
    return max((label.x + 3 + width_of(label.text, SIZE) for label in labels), default=0.0)


def _mark_colour(mark: ClockMark) -> str:
    colours = {
        "met": MET, "met_late": LATE, "breached": LATE, "breach_withdrawn": LATE, "warned": "#8a6100",
        "cancelled": GONE,
    }  # fmt: skip
    return colours.get(mark.name, INK)


def _is_shown(event: PublishedEvent, answered: Collection[str]) -> bool:
    """Clocks have lanes of their own; of a report about a claim what claims made of it is told, if anything."""
    is_answered = event.short in CLAIM_REPORTS and event.id in answered
    return not event.name.startswith("clock.") and not is_answered


def _colour(event: PublishedEvent) -> str:
    if event.name == "case.escalated":
        return LATE
    return MET if event.name == "case.closed" else INK
