"""Whose time it was: who was in charge from when to when, and how much of a clock's elapsed time lay with them.

Departments in charge together are one group, and a group that gets the case again has one sum. Who does the work within
a department changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from tousu.explain.account import Account, Interval
from tousu.explain.story import ROUTED, CaseHistory, PublishedEvent
from tousu.policy.calendar import MICROSECOND


class ResponsibilityPeriod(msgspec.Struct, frozen=True, kw_only=True):
    """A time in which the same departments were in charge (none: it was not routed yet). `end` None: they still are."""

    start: datetime
    end: datetime | None
    departments: tuple[str, ...]
    event_id: str
    name: str
    reason: str = ""
    by: str = ""


class GroupShare(msgspec.Struct, frozen=True, kw_only=True):
    """What a group used of a clock's elapsed time, over all its hops, in microseconds."""

    departments: tuple[str, ...]
    hops: int
    counted_us: int


def hops_of(story: CaseHistory) -> tuple[ResponsibilityPeriod, ...]:
    """The hops of a case in order, from its receipt on. A move that changes nobody is no hop."""
    hops: list[ResponsibilityPeriod] = []
    first = story.routed[0]
    received_at = min(first.moment("received_at") or first.time, first.time)
    if received_at < first.time:
        hops.append(ResponsibilityPeriod(start=received_at, end=first.time, departments=(), event_id="", name=""))
    for event in story.events:
        departments = _in_charge(event)
        if not departments or (hops and set(hops[-1].departments) == set(departments)):
            continue
        start = max(event.time, hops[-1].start) if hops else received_at
        if hops:
            hops[-1] = msgspec.structs.replace(hops[-1], end=start)
        data = event.data
        hops.append(
            ResponsibilityPeriod(
                start=start,
                end=None,
                departments=departments,
                event_id=event.id,
                name=event.name,
                reason=data.get("reason", "") if event.name not in ROUTED else "",
                by=data.get("by", ""),
            )
        )
    return tuple(hops)


def shares_of(account: Account, hops: Sequence[ResponsibilityPeriod]) -> tuple[GroupShare, ...]:
    """The elapsed time of a clock by group, in the order in which they got the case; it adds up to all of it.

    Only who was in charge while the clock counted is named, and whoever used nothing of it between.
    """
    used: dict[frozenset[str], int] = {}
    visits: dict[frozenset[str], int] = {}
    names: dict[frozenset[str], tuple[str, ...]] = {}
    for index, hop in enumerate(hops):
        start = None if index == 0 else hop.start
        if (start is not None and start >= account.until) or (hop.end is not None and hop.end <= account.started_at):
            continue
        group = frozenset(hop.departments)
        names.setdefault(group, hop.departments)
        visits[group] = visits.get(group, 0) + 1
        used[group] = used.get(group, 0) + sum(_within(interval, start, hop.end) for interval in account.intervals)
    _spread(used, account.elapsed_us)
    return tuple(
        GroupShare(departments=names[group], hops=visits[group], counted_us=counted_us)
        for group, counted_us in used.items()
    )


def _in_charge(event: PublishedEvent) -> tuple[str, ...]:
    if event.name in ROUTED:
        return tuple(event.data.get("departments", ()))
    return tuple(event.data.get("to_departments", ())) if event.name == "case.passed_on" else ()


def _within(interval: Interval, start: datetime | None, end: datetime | None) -> int:
    """What of an interval lies in a hop. An interval counts all of its time or none."""
    if not interval.counts or interval.start == interval.end:
        return 0
    first = interval.start if start is None else max(interval.start, start)
    last = interval.end if end is None else min(interval.end, end)
    return max(0, (last - first) // MICROSECOND)


def _spread(used: dict[frozenset[str], int], elapsed_us: int) -> None:
    """What a new measure added or took away falls to each group by what it had used; the rest of it to the last."""
    total, more = sum(used.values()), elapsed_us - sum(used.values())
    if not more or not used:
        return
    parts = {group: more * counted_us // total if total else 0 for group, counted_us in used.items()}
    for group, part in parts.items():
        used[group] += part
    used[next(reversed(used))] += more - sum(parts.values())
