"""The life of one clock: started, paused, resumed, extended, reset, regraded, met, cancelled, due.

status       what can happen to it
running      paused, extended, reset, regraded, met, cancelled; in time: warned, breached, escalated
paused       resumed (by itself where its pauses reach their cap), reset, regraded, met, cancelled
uncounted    reset, regraded, cancelled (a clock without due time is neither met nor breached)
late         met or cancelled, when it becomes known that this had happened in time
met, cancelled   nothing; it may go on, or start anew, in its next generation

What is reported late counts from when it happened: if it would have kept the clock from breaching, the published breach
is withdrawn, and a clock that goes on after that does so in its next generation, so that in each generation every
warning, the breach and every rung are told at most once. Source: docs/architecture.md, section 7; docs/sources.md,
section 5.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from tousu.domain.clock.context import ClockContext
from tousu.domain.clock.counting import all_marks, plan_rest, planned, revive, unbreached, used_at, was_in_time
from tousu.domain.clock.escalation import escalate, marks_after, suppress
from tousu.domain.clock.pausing import CAP_REACHED, closed_between, resume, stood_still
from tousu.domain.clock.state import NOTHING_UNKNOWN, Clock, Mark, UnknownFields, rebased
from tousu.policy.calendar import MICROSECOND, UnpublishedYear
from tousu.policy.clock_rule import ClockRule, Limit
from tousu.policy.working_time import length_of, plan_clock

MET_LATE: Final = "met_late"
"""What a clock publishes when what it waited for happened after its limit: the breach stands."""
RESET: Final = "reset"
RESTARTED: Final = "restarted"
REOPENED: Final = "reopened"


def start(
    ctx: ClockContext,
    rule: ClockRule,
    started_at: datetime,
    at: datetime,
    generation: int = 1,
    doubt: UnknownFields = NOTHING_UNKNOWN,
    limit: Limit | None = None,
    plan_id: str = "",
) -> Clock:
    """Start a clock that counts from `started_at`; told at `at`. limit: None for that of the rule."""
    clock = Clock(
        name=rule.name,
        generation=generation,
        status="running",
        limit=limit or ctx.limit_of(rule),
        started_at=started_at,
        anchor=started_at,
        cause=ctx.origin,
        calendar=ctx.calendar.version,
        pack=ctx.pack.version,
        marks=all_marks(rule, started_at),
        undecided=doubt.undecided,
        presumed=doubt.presumed,
        rests=doubt.rests,
        plan_id=plan_id,
    )
    clock = planned(clock, plan_rest(ctx, clock))
    ctx.clock("started", clock, at, reason=clock.missing)
    return clock


def reset(ctx: ClockContext, clock: Clock, at: datetime) -> Clock:
    """Back to the full limit, as the pack gives it, from `at` on. What the generation has told it does not tell again.

    A clock whose limit had passed by then stays breached.
    """
    if not clock.is_active or not was_in_time(clock, at):
        return clock
    silent_until = ctx.now if clock.breached else None
    if clock.breached:
        clock = revive(ctx, clock)
    at = max(at, clock.anchor)
    clock = replace(
        clock, started_at=at, begun_at=clock.begun_at or clock.started_at, used_us=0, total_us=0, extended_us=0
    )
    if clock.status == "paused":
        whole = plan_clock(at, clock.limit, ctx.calendar)
        if isinstance(whole, UnpublishedYear):
            clock = replace(clock, missing=whole.reason)
        else:
            clock = replace(clock, total_us=whole.total // MICROSECOND)
    else:
        clock = replace(clock, anchor=at, calendar=ctx.calendar.version)
        clock = planned(clock, plan_rest(ctx, clock), silent_until=silent_until)
    ctx.clock("recalculated", clock, at, reason=clock.missing or RESET)
    return clock


def go_on(ctx: ClockContext, clock: Clock, at: datetime) -> Clock:
    """A clock that ended goes on in its next generation with what was left when it ended; one that breached rests."""
    since = clock.ended_at
    if since is None or clock.breached or clock.status not in ("met", "cancelled"):
        return clock
    rule = ctx.rule(clock)
    clock = replace(
        closed_between(clock, since, at),
        generation=clock.generation + 1,
        status="running",
        used_us=used_at(clock, since, ctx.calendar) or 0,
        anchor=at,
        begun_at=at,
        ended_at=None,
        cause=ctx.cause,
        calendar=ctx.calendar.version,
        marks=all_marks(rule, at) if rule is not None else (),
    )
    clock = planned(clock, plan_rest(ctx, clock))
    ctx.clock("started", clock, at, reason=clock.missing or REOPENED, elapsed_us=clock.used_us)
    return rebased(clock, at)


def meet(ctx: ClockContext, clock: Clock, at: datetime, event_name: str) -> Clock:
    """What the clock waited for (the event `event_name`) happened at `at`, whenever that was reported."""
    if clock.status == "uncounted":
        return cancel(ctx, clock, at, clock.missing)
    if not (clock.is_active or clock.status == "late"):
        return clock
    in_time = was_in_time(clock, at)
    if not in_time and clock.status == "late":
        return clock
    used = used_at(clock, at, ctx.calendar) if clock.is_active else None
    clock = replace(suppress(ctx, clock, at, _in_a_word(event_name)), ended_at=at)
    if not in_time:
        clock = replace(clock, status="late")
        ctx.clock(MET_LATE, clock, at, elapsed_us=used)
        return clock
    if clock.breached:
        clock = unbreached(ctx, clock)
    if clock.status == "paused":  # due when it would have been, had it gone on then
        at_rest = max(at, clock.anchor)
        clock = replace(stood_still(ctx, clock, at_rest), anchor=at_rest)
        ahead = plan_rest(ctx, clock)
        if isinstance(ahead, UnpublishedYear):
            return cancel(ctx, clock, at, ahead.reason)
        clock = replace(clock, due_at=ahead.due_at)
    clock = replace(clock, status="met")
    ctx.clock("met", clock, at, elapsed_us=used)
    return clock


def cancel(ctx: ClockContext, clock: Clock, at: datetime, reason: str, *, by_time: bool = False) -> Clock:
    """The clock no longer matters from `at` on. A breach that only came after that is withdrawn, but not by time alone:
    its owner may end by this very breach.
    """
    if clock.status in ("late", "cancelled") and clock.breached and not by_time and was_in_time(clock, at):
        return replace(unbreached(ctx, clock), status="cancelled", ended_at=at)
    if not clock.is_active:
        return clock
    clock = suppress(ctx, clock, at, reason)
    if clock.breached and not by_time and was_in_time(clock, at):
        clock = unbreached(ctx, clock)
    if clock.status == "paused":
        clock = stood_still(ctx, clock, max(at, clock.anchor))
    clock = replace(clock, status="cancelled", ended_at=at)
    ctx.clock("cancelled", clock, at, reason=reason)
    return clock


def done_by(ctx: ClockContext, clock: Clock, at: datetime, event_name: str, by: Collection[str]) -> Clock:
    """Departments did what meets the clock; none for all. What each owes is met once the last one has done it."""
    rule = ctx.rule(clock)
    if rule is not None and rule.each_department and by:
        clock = replace(clock, done=tuple(dict.fromkeys((*clock.done, *by))))
        if not set(ctx.responsible) <= set(clock.done):
            return clock
    return meet(ctx, clock, at, event_name)


def restarted(
    ctx: ClockContext, rule: ClockRule, clock: Clock, at: datetime, staying: Collection[str] = (),
    *, since: datetime | None = None, limit: Limit | None = None,
) -> tuple[Clock, Clock]:  # fmt: skip
    """A clock that starts anew: its old generation as it ended, and the new one.

    staying: the departments that keep the case; what they have done they do not owe again. since, limit: from when it
    counts and how long, where that is not the time and the limit of the rule.
    """
    at = max(at, clock.started_at)
    old = cancel(ctx, clock, at, RESTARTED)
    doubt = UnknownFields(clock.undecided, clock.presumed, clock.rests)
    new = start(ctx, rule, at if limit is None else since or at, at, clock.generation + 1, doubt, limit, clock.plan_id)
    done = tuple(name for name in clock.done if name in staying)
    return old, rebased(replace(new, done=done), at) if done else new


def acquit(ctx: ClockContext, past: Clock, at: datetime) -> Clock:
    """An earlier generation whose breach is withdrawn if, as is known now, it had come to its end by `at`, in time."""
    return unbreached(ctx, past) if was_in_time(past, at) else past


def fire(ctx: ClockContext, clock: Clock, at: datetime) -> Clock:
    """Tell everything of a clock that is due at exactly this moment."""
    while clock.next_at == at:
        if clock.status == "paused":
            clock = resume(ctx, clock, at, CAP_REACHED)
            continue
        mark = clock.marks[0] if clock.marks else None
        if mark is not None and mark.at == at and (clock.breached or not mark.level or clock.due_at != at):
            clock = replace(clock, marks=clock.marks[1:])
            clock = escalate(ctx, clock, mark, at) if mark.level else _warn(ctx, clock, mark, at)
        else:
            clock = replace(clock, breached=True)
            ctx.clock("breached", clock, at, elapsed_us=clock.total_us)
            clock = marks_after(ctx, clock)
    return clock


def _warn(ctx: ClockContext, clock: Clock, mark: Mark, at: datetime) -> Clock:
    if mark.left is not None:
        used_us = clock.total_us - length_of(mark.left) // MICROSECOND
        ctx.clock("warned", clock, at, left=mark.left.as_data(), elapsed_us=used_us)
    elif mark.share is not None:
        ctx.clock("warned", clock, at, share=mark.share, elapsed_us=round(clock.total_us * mark.share))
    return clock


def _in_a_word(event_name: str) -> str:
    """Why nobody need be told any more, by the event that met the clock: whichever kind of answer, it was answered."""
    return "answered" if event_name.endswith("answered") else event_name
