"""How a clock counts: what is used of its limit, when the rest is used up, when it tells something on the way.

A breach that turns out to have been none is withdrawn here too, since that is a matter of counting (domain, section 5).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from msgspec.structs import replace

from tousu.domain.clock.context import ClockContext
from tousu.domain.clock.escalation import in_order, kept_quiet, marks_before, rung_of
from tousu.domain.clock.state import Clock, Mark
from tousu.policy.calendar import MICROSECOND, Calendar, UnpublishedYear
from tousu.policy.clock_rule import ClockRule, Limit
from tousu.policy.working_time import (
    counted_from,
    deadline,
    elapsed_between,
    length_of,
    moment_after,
    moments_after,
)

BACK_DATED: Final = "back_dated"
BREACH_WITHDRAWN: Final = "breach_withdrawn"
_NOTHING: Final = timedelta(0)


class Rest(NamedTuple):
    """What is ahead of a clock: when it is due, its whole limit in its measure, what it tells on the way."""

    due_at: datetime
    total_us: int
    marks: tuple[Mark, ...]


def all_marks(rule: ClockRule, at: datetime) -> tuple[Mark, ...]:
    """Everything that a rule tells before the breach, as still to come; the moments wait for a plan."""
    marks = [Mark(at=at, share=share) for share in rule.warn_at_share]
    marks += [Mark(at=at, left=Limit(amount=left.amount, unit=left.unit)) for left in rule.warn_before]
    return (*marks, *marks_before(rule, at))


def counted_since(clock: Clock, calendar: Calendar) -> datetime:
    """From when the rest of a clock is used up: its start as the unit counts it, or where it went on after a pause.

    A limit in days begins on the day after the start. A pause of before that takes nothing away, one of after that
    takes away what stood still: so the start decides, not the resumption.
    """
    return max(clock.anchor, counted_from(clock.started_at, clock.limit, calendar))


def used_at(clock: Clock, at: datetime, calendar: Calendar) -> int | None:
    """How much of the limit is used at a moment (microseconds); None where a year is not published."""
    if clock.status == "paused" or clock.due_at is None:
        return clock.used_us
    more = elapsed_between(counted_since(clock, calendar), at, clock.limit, calendar)
    return None if isinstance(more, UnpublishedYear) else clock.used_us + more // MICROSECOND


def plan_rest(ctx: ClockContext, clock: Clock) -> Rest | UnpublishedYear:
    """When the rest of the limit, counted from the anchor, is used up, and what to tell until then."""
    limit, calendar, total = clock.limit, ctx.calendar, clock.total
    counted = counted_since(clock, calendar)
    if clock.used_us or clock.extended_us or clock.anchor != clock.started_at:
        due_at = moment_after(counted, total - clock.used, limit, calendar)
    else:  # it never stood still and nothing is added, so that the limit is what its words say
        due_at = deadline(clock.started_at, limit, calendar)
        whole = due_at if isinstance(due_at, UnpublishedYear) else elapsed_between(counted, due_at, limit, calendar)
        if isinstance(whole, UnpublishedYear):
            return whole
        total = whole
    if isinstance(due_at, UnpublishedYear):
        return due_at
    marks = _placed(ctx, clock, counted, total) if clock.marks else ()
    return marks if isinstance(marks, UnpublishedYear) else Rest(due_at, total // MICROSECOND, marks)


def _placed(ctx: ClockContext, clock: Clock, counted: datetime, total: timedelta) -> tuple[Mark, ...] | UnpublishedYear:
    """The marks with their moments, without the warnings whose place was passed while nobody counted.

    A rung whose place was passed is told where counting goes on; a repetition never earlier than it was due.
    """
    used, ahead, placed = clock.used, [], []
    for mark in clock.marks:
        more = _place(mark, total) - used
        is_behind = more < _NOTHING or (more == _NOTHING and clock.used_us > 0)
        if mark.level or not is_behind:
            ahead.append(_NOTHING if is_behind else more)
            placed.append(mark)
    moments = moments_after(counted, ahead, clock.limit, ctx.calendar)
    if isinstance(moments, UnpublishedYear):
        return moments
    return in_order(
        [
            _rung_at(ctx, clock, mark, moment) if mark.level else replace(mark, at=moment)
            for mark, moment in zip(placed, moments, strict=True)
        ]
    )


def _place(mark: Mark, total: timedelta) -> timedelta:
    """How much of the limit is used where a mark stands; all of it for a rung after the breach."""
    if mark.share is not None:
        return total * mark.share
    return total - length_of(mark.left) if mark.left is not None else total


def _rung_at(ctx: ClockContext, clock: Clock, mark: Mark, moment: datetime) -> Mark:
    moment = max(moment, mark.not_before) if mark.not_before is not None else moment
    return replace(mark, at=kept_quiet(ctx, rung_of(ctx, clock, mark.level), clock, moment))


def planned(clock: Clock, ahead: Rest | UnpublishedYear, *, silent_until: datetime | None = None) -> Clock:
    """The clock with this ahead of it; without a due time where a year is missing. Silent up to `silent_until`."""
    if isinstance(ahead, UnpublishedYear):
        return replace(clock, status="uncounted", due_at=None, missing=ahead.reason)
    marks = ahead.marks
    if silent_until is not None:
        marks = tuple(mark for mark in marks if mark.at > silent_until)
    return replace(clock, status="running", due_at=ahead.due_at, total_us=ahead.total_us, missing="", marks=marks)


def was_in_time(clock: Clock, at: datetime) -> bool:
    """Whether a moment lies within the limit (the due moment itself does)."""
    return not clock.breached or (clock.due_at is not None and at <= clock.due_at)


def unbreached(ctx: ClockContext, clock: Clock) -> Clock:
    """Withdraw a published breach. That happens now, when it becomes known."""
    clock = replace(clock, breached=False, unconfirmed=False, acquitted=True, marks=())
    ctx.clock("breach_withdrawn", clock, ctx.now, reason="known_late")
    ctx.withdrawn.append(clock.name)
    return clock


def revive(ctx: ClockContext, clock: Clock) -> Clock:
    """Withdraw a published breach of a clock that goes on: it does so in its next generation."""
    return next_generation(ctx, unbreached(ctx, clock), ctx.now, BREACH_WITHDRAWN)


def next_generation(ctx: ClockContext, clock: Clock, at: datetime, reason: str) -> Clock:
    """The same clock, free to tell every warning, the breach and each rung again; when they come waits for a plan."""
    rule = ctx.rule(clock)
    marks = all_marks(rule, at) if rule is not None else ()
    clock = replace(clock, generation=clock.generation + 1, acquitted=False, marks=marks)
    ctx.clock("started", clock, at, reason=reason)
    return clock
