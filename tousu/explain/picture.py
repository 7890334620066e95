"""The time line of a case as an SVG picture: clocks, departments in charge and what happened over one axis of time."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from tousu.explain.axis import Axis, axis_of
from tousu.explain.drawing import FONTS, INK, SOFT, box, dot, group, line, shape, words
from tousu.explain.explanation import Explanation
from tousu.explain.labels import GAP, width_of
from tousu.explain.lanes import (
    BAR,
    CHARGE,
    COUNTS,
    GONE,
    GUTTER,
    LATE,
    MET,
    OVER,
    PAUSED,
    STANDS,
    WARNED,
    DrawnLane,
    clock_lane,
    department_lane,
    happenings_lane,
)  # fmt: skip

WIDTH: Final = 1280.0
AXIS_WIDTH: Final = 860.0
TOP: Final = 112.0
BANDS_DAYS_MAX: Final = 200
"""Above so many days single weekends are too narrow to be seen."""
FREE: Final = "#f1f0ea"
_STRIPES: Final = (
    '<defs><pattern id="paused" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="6" height="6" fill="#fbe9c3"/><rect width="2.5" height="6" fill="#d9a94b"/></pattern></defs>'
)


def picture(explanation: Explanation) -> str:
    """The picture. Programs find each clock's lane by `data-clock`, and a claim's by `data-claim`."""
    axis = _axis(explanation)
    lanes: list[DrawnLane] = []
    y = TOP
    names = list(dict.fromkeys((account.claim_number, account.clock) for account in explanation.accounts))
    for account in sorted(explanation.accounts, key=lambda drawn: names.index((drawn.claim_number, drawn.clock))):
        lanes.append(clock_lane(account, axis, y))
        y += lanes[-1].height
    until = _end_of_charge(explanation)
    for name in dict.fromkeys(name for hop in explanation.hops for name in hop.departments):
        lanes.append(department_lane(explanation, name, axis, y, until))
        y += lanes[-1].height
    lanes.append(happenings_lane(explanation, axis, y))
    y += lanes[-1].height
    title, subtitle = _titles(explanation)
    legend = _legend(y + 18)
    width = max(WIDTH, *(lane.right + 16 for lane in lanes), 32 + width_of(title, 18), 32 + width_of(subtitle, 12))
    parts = [
        _STRIPES,
        box(0, 0, width, y + 44, "#ffffff"),
        words(16, 30, title, size=18, bold=True),
        words(16, 50, subtitle, size=12, colour=SOFT),
        group("axis", _axis_parts(axis, y)),
        *_separated(lanes, width),
        group("legend", legend),
    ]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{y + 44:.0f}" font-family="{FONTS}"'
    view = f'viewBox="0 0 {width:.0f} {y + 44:.0f}" role="img"'
    return f"{head} {view}>\n<title>Case {explanation.story.number}</title>\n" + "\n".join(parts) + "\n</svg>\n"


def _end_of_charge(explanation: Explanation) -> datetime:
    """Until when somebody is in charge: the end of the case, or the last thing known."""
    ends = [event for event in explanation.story.events if event.name in ("case.closed", "case.reopened")]
    closed_at = ends[-1].moment("closed_at") if ends and ends[-1].name == "case.closed" else None
    return closed_at or explanation.story.last_at


def _axis(explanation: Explanation) -> Axis:
    accounts = explanation.accounts
    start = min([explanation.hops[0].start, *(account.started_at for account in accounts)])
    last = max([explanation.story.last_at, *(account.until for account in accounts)])
    dues = [account.due_at for account in accounts if account.due_at is not None]
    return axis_of(start, last, dues, explanation.pack.calendar.newest, GUTTER, AXIS_WIDTH)


def _titles(explanation: Explanation) -> tuple[str, str]:
    newest, pack = explanation.story.newest, explanation.pack
    title = f"Case {explanation.story.number}"
    if newest.get("class"):
        known = pack.classes.get(newest["class"])
        title += f": {newest['class'].replace('_', ' ')}{' ' + known.label.zh if known else ''}"
    elif newest["kind"] == "inquiry":
        title += ": inquiry 查询"
    elif newest["kind"] == "claim":
        title += f": claim 索赔, {newest['claim']['cause'].replace('_', ' ')}"
    if newest.get("grade"):
        grade = pack.grades.get(newest["grade"])
        title += f", grade {newest['grade']}"
        title += f" {grade.label.zh} {'★' * grade.stars}" if grade is not None else ""
    reference: dict[str, Any] = newest.get("pack", {})
    closed = [event for event in explanation.story.events if event.name == "case.closed"]
    end = closed[-1].data["result"].replace("_", " ") if closed else "open"
    channel = f"{newest['kind']} by {newest.get('channel', '')}"
    packs = f"pack {reference.get('id', '')} {reference.get('version', '')}"
    return title, f"{channel} · {end} · times in {pack.time_zone}, {_years(explanation)} · {packs}"


def _years(explanation: Explanation) -> str:
    zone = explanation.pack.calendar.newest.zone
    years = sorted({event.time.astimezone(zone).year for event in explanation.story.events})
    return str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"


def _axis_parts(axis: Axis, bottom: float) -> list[str]:
    """Shaded days that are not worked, with their names where there is room, and the ticks."""
    parts: list[str] = []
    right = axis.left + axis.width
    if (axis.end - axis.start).days <= BANDS_DAYS_MAX:
        for band in axis.bands():
            x, end = axis.x(band.start), axis.x(band.end)
            if end - x < 1:
                continue
            parts.append(box(x, TOP - 18, end - x, bottom - TOP + 18, FREE, tooltip=band.name))
            if width_of(band.name, 10) + 4 <= end - x:
                parts.append(words(x + 3, TOP - 6, band.name, size=10, colour=SOFT))
    parts.append(line(axis.left, TOP - 20, right, TOP - 20, INK))
    free_from = 0.0
    for tick in axis.ticks():
        x = axis.x(tick.at)
        if tick.text:
            parts += [line(x, TOP - 20, x, bottom, "#e4e7eb"), line(x, TOP - 24, x, TOP - 18, INK)]
            parts.append(words(x + 2, TOP - 27, tick.text, size=10.5))
        if tick.above and x >= free_from:
            parts.append(words(x + 2, TOP - 41, tick.above, size=10.5, bold=True))
            free_from = x + width_of(tick.above, 10.5) + GAP
    return parts


def _separated(lanes: list[DrawnLane], width: float) -> list[str]:
    parts, y = [], TOP
    for lane in lanes:
        parts += [line(0, y, width, y, "#e4e7eb"), lane.text]
        y += lane.height
    parts.append(line(0, y, width, y, "#e4e7eb"))
    return parts


def _legend(y: float) -> list[str]:
    """What the colours and marks mean."""
    parts: list[str] = []
    x = 16.0
    swatches = [
        (COUNTS, "counts"),
        (STANDS, "does not count"),
        (PAUSED, "paused"),
        (OVER, "limit passed"),
        (CHARGE, "in charge"),
        (FREE, "not worked"),
    ]
    for fill, text in swatches:
        parts += [
            box(x, y, 18, BAR - 2, fill, more=' stroke="#9aa5b1" stroke-width="0.5"'),
            words(x + 23, y + 10, text),
        ]
        x += 23 + width_of(text, 11) + 14
    for sign, text in _SIGNS:
        parts += [_sign(sign, x + 8, y + 6), words(x + 20, y + 10, text)]
        x += 20 + width_of(text, 11) + 14
    return parts


_SIGNS: Final = (
    ("met", "met"), ("late", "done, too late"), ("gone", "cancelled"), ("warned", "warned"), ("breached", "breached"),
    ("withdrawn", "breach withdrawn"), ("due", "due"),
)  # fmt: skip


def _sign(sign: str, x: float, y: float) -> str:
    diamond = [(x, y - 7), (x + 7, y), (x, y + 7), (x - 7, y)]
    match sign:
        case "warned":
            return shape([(x - 5, y - 5), (x + 5, y - 5), (x, y + 4)], WARNED)
        case "breached":
            return shape(diamond, LATE)
        case "withdrawn":
            return shape(diamond, "#ffffff", stroke=LATE)
        case "due":
            return line(x, y - 8, x, y + 8, INK, width=2)
        case _:
            return dot(x, y, 6, {"met": MET, "late": LATE}.get(sign, GONE))
