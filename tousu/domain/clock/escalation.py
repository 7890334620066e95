"""The ladder of a clock: whom to tell, when, how often. Each level and repetition once for each generation.

A rung has its place on the limit (so much left, a share used) or counts from the breach. One that keeps quiet hours
waits for the next opening, also where the breach comes first. Whether it is still right to tell it is decided by the
state at the moment of telling; what is no longer right is told as suppressed, so that a silence can be explained.
Source: docs/sources.md, section 4 (who answers), section 5 (limits); the rungs themselves are the pack's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

from msgspec.structs import replace

from tousu.domain.clock.context import ClockContext
from tousu.domain.clock.state import Clock, Mark
from tousu.event import text_of_time
from tousu.policy.calendar import MICROSECOND, UnpublishedYear
from tousu.policy.clock_rule import DAY_UNITS, ClockRule, Limit, Rung
from tousu.policy.working_time import deadline, length_of, moment_after, next_opening

BREACHED: Final = "clock_breached"
NEAR: Final = "limit_near"
_WHEN: Final = attrgetter("at", "level", "told")


def marks_before(rule: ClockRule, at: datetime) -> list[Mark]:
    """The rungs of a rule that come before the breach; their moments wait for a plan."""
    return [
        Mark(at=at, share=rung.at_share, left=rung.before, level=rung.level)
        for rung in rule.escalation
        if rung.after is None
    ]


def marks_after(ctx: ClockContext, clock: Clock) -> Clock:
    """A breached clock with the rungs that count from its due time.

    A rung whose time needs an unpublished year has no time; the clock says which year is missing.
    """
    rule = ctx.rule(clock)
    marks: list[Mark] = []
    earliest = clock.due_at
    for rung in rule.escalation if rule is not None else ():
        if rung.after is None or earliest is None:
            continue
        moment = _moment_after(ctx, clock, rung.after)
        if isinstance(moment, UnpublishedYear):
            return replace(clock, marks=in_order([*clock.marks, *marks]), missing=moment.reason)
        earliest = max(earliest, moment)
        marks.append(Mark(at=kept_quiet(ctx, rung, clock, earliest), level=rung.level))
    return replace(clock, marks=in_order([*clock.marks, *marks])) if marks else clock


def kept_quiet(ctx: ClockContext, rung: Rung | None, clock: Clock, moment: datetime) -> datetime:
    """When a rung of a clock may be told: at its moment, or at the next opening where it keeps quiet hours.

    Where the calendar lacks the year of that opening it is told at its moment: at a bad hour, but not never.
    """
    if rung is None or not rung.keeps_quiet(clock.limit):
        return moment
    opening = next_opening(moment, ctx.calendar)
    return moment if isinstance(opening, UnpublishedYear) else opening


def rung_of(ctx: ClockContext, clock: Clock, level: int) -> Rung | None:
    """The rung of a level; None where a newer pack no longer has it."""
    rule = ctx.rule(clock)
    return next((rung for rung in rule.escalation if rung.level == level), None) if rule is not None else None


def catch_up(ctx: ClockContext, clock: Clock) -> Clock:
    """A breached clock that is due at another time now, or was at a time long past: rungs that count from that time.

    Of all whose time has passed the highest is told, now: nobody is told twice, and nobody gets several notices at
    once. `clock.marks` are those that were not told yet. Source: features, section 1, number 9.
    """
    waiting = {mark.level for mark in clock.marks if not mark.told}
    others = [mark for mark in clock.marks if mark.told or _is_before(ctx, clock, mark.level)]
    new = marks_after(ctx, replace(clock, marks=()))
    marks = in_order([*others, *(mark for mark in new.marks if mark.level in waiting)])
    past = [mark for mark in marks if mark.at <= ctx.now]
    clock = replace(new, marks=tuple(mark for mark in marks if mark.at > ctx.now))
    if not past:
        return clock
    *lower, highest = sorted(past, key=attrgetter("level"))
    opening = kept_quiet(ctx, rung_of(ctx, clock, highest.level), clock, ctx.now)
    if opening > ctx.now:
        return replace(clock, marks=in_order([*clock.marks, replace(highest, at=opening)]))
    return escalate(ctx, clock, highest, ctx.now, [mark.level for mark in lower])


def escalate(ctx: ClockContext, clock: Clock, mark: Mark, at: datetime, passed_over: Sequence[int] = ()) -> Clock:
    """Climb the rung whose time has come, and wait for its repetition where it is told again.

    `passed_over`: lower levels that this one notice stands for.
    """
    rung = rung_of(ctx, clock, mark.level)
    if rung is None:
        return clock
    data = _rung_data(ctx, clock, rung, mark, BREACHED if clock.breached else NEAR, at)
    if clock.due_at is not None:
        data["due_at"] = text_of_time(clock.due_at)
    if passed_over:
        data["passed_over"] = list(dict.fromkeys(passed_over))
    ctx.emit("tousu.case.escalated.v1", at, data, clock.cause)
    repeat = rung.repeat
    if repeat is None or mark.told >= repeat.times_max:
        return clock
    moment = moment_after(at, length_of(repeat.every), repeat.every, ctx.calendar)
    if isinstance(moment, UnpublishedYear):
        return replace(clock, missing=moment.reason)
    again = replace(mark, at=kept_quiet(ctx, rung, clock, moment), told=mark.told + 1, not_before=moment)
    return replace(clock, marks=in_order([*clock.marks, again]))


def suppress(ctx: ClockContext, clock: Clock, at: datetime, reason: str) -> Clock:
    """The clock that ended at `at` without what it was still to tell.

    Told as suppressed, once each: rungs before the breach, rungs that waited for the opening, repetitions.
    """
    for mark in clock.marks if not clock.undecided else ():
        rung = rung_of(ctx, clock, mark.level) if mark.level else None
        if rung is None or not _is_missed(ctx, clock, rung, at):
            continue
        data = _rung_data(ctx, clock, rung, mark, reason, at)
        if clock.status == "running":
            data["planned_at"] = text_of_time(mark.at)
        ctx.emit("tousu.case.escalation_suppressed.v1", at, data, clock.cause)
    return replace(clock, marks=()) if clock.marks else clock


def in_order(marks: list[Mark]) -> tuple[Mark, ...]:
    """Marks in the order of their telling."""
    return tuple(sorted(marks, key=_WHEN)) if len(marks) > 1 else tuple(marks)


def _is_before(ctx: ClockContext, clock: Clock, level: int) -> bool:
    """Whether a rung has its place before the breach."""
    rung = rung_of(ctx, clock, level)
    return rung is not None and rung.after is None


def _is_missed(ctx: ClockContext, clock: Clock, rung: Rung, at: datetime) -> bool:
    """Whether somebody may ask why it was not told: its moment had come, or would have come before the breach."""
    if rung.after is None:
        return True
    moment = _moment_after(ctx, clock, rung.after)
    return isinstance(moment, datetime) and moment <= at


def _moment_after(ctx: ClockContext, clock: Clock, after: Limit) -> datetime | UnpublishedYear:
    """When a rung that counts from the breach is due, quiet hours apart."""
    assert clock.due_at is not None
    if after.amount == 0:
        return clock.due_at
    # A limit in days is due at 24:00, which is still that day: the first day after it counts.
    breached_at = clock.due_at - MICROSECOND if after.unit in DAY_UNITS else clock.due_at
    return deadline(breached_at, after, ctx.calendar)


def _rung_data(ctx: ClockContext, clock: Clock, rung: Rung, mark: Mark, reason: str, at: datetime) -> dict[str, Any]:
    """What escalations and suppressed ones have in common."""
    place = rung.after or rung.before
    data: dict[str, Any] = {
        **ctx.identity,
        "clock": clock.name,
        "generation": clock.generation,
        **({"plan_id": clock.plan_id} if clock.plan_id else {}),
        "level": rung.level,
        "to": rung.to,
        "reason": reason,
        "at": text_of_time(at),
        "departments": list(ctx.owing(clock)),
        "pack": ctx.reference,
        "section": rung.section or (place.section if place is not None else "") or clock.limit.section,
    }
    if mark.told:
        data["repetition"] = mark.told
    return data
