"""Another grade, pack, calendar or start in mid-case: when an active clock is due now.

retroactive    what has been used stays used, counted from the same start (in another measure, the same share of it)
proportional   the share of the limit that has been used stays used
reset          nothing is used any more: the new limit counts from the change on, in the clock's next generation

A rule that says `from_when_known` is retroactive where the new limit is still ahead, and resets where it had passed
before anybody could know of it; where even that ends no sooner than the limit that runs, this one stays.

What has ended is never touched. A published breach that a retroactive change undoes is withdrawn; the other two change
nothing about a limit that had passed before. A limit that now lies in the past is told as one breach, reason
`back_dated`, without the warnings before it, and of all rungs whose time has passed only the highest. Where only
warnings and rungs before the limit lie in the past, the last warning and the highest rung are told. Source: features,
section 1, numbers 6 and 9.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from msgspec.structs import replace

from tousu.domain.clock.context import ClockContext
from tousu.domain.clock.counting import (
    BACK_DATED,
    Rest,
    all_marks,
    next_generation,
    plan_rest,
    planned,
    revive,
    used_at,
    was_in_time,
)
from tousu.domain.clock.escalation import catch_up, in_order
from tousu.domain.clock.moves import RESET
from tousu.domain.clock.state import Clock, Mark, rebased
from tousu.domain.clock.told import TOLD
from tousu.event import text_of_time
from tousu.policy.calendar import MICROSECOND, Calendar, UnpublishedYear
from tousu.policy.clock_rule import ClockRule, Limit, OnChange, Rung
from tousu.policy.pack import Pack
from tousu.policy.working_time import deadline, plan_clock


class Former(NamedTuple):
    """The pack that judged a clock so far, and its rules for clocks of this owner."""

    pack: Pack
    rules: Mapping[str, ClockRule]


class Why(NamedTuple):
    """Why a clock is worked out anew: reason, who judged it so far, what else its event says."""

    reason: str
    former: Former
    more: Mapping[str, Any] = {}


def recount(
    ctx: ClockContext, clocks: Sequence[Clock], former: Former, ordered: Mapping[str, Any], at: datetime
) -> tuple[Clock, ...]:
    """A recalculation was ordered: the clocks that wait go over to the pack of the context.

    `former` judged them so far. Each is the very same where nothing changes. One that the new pack no longer has, or
    that the change comes too late for, goes on naming the version whose limit it counts.
    """
    more = {name: ordered[name] for name in ("order_id", "approved_by")}
    why = Why(ordered["reason"], former, more)
    return tuple(_recounted(ctx, clock, ordered.get("mode"), at, why) if clock.is_active else clock for clock in clocks)


def regrade(ctx: ClockContext, clock: Clock, at: datetime) -> Clock:
    """A clock that waits with the limit of the grade of now, by what its rule says of a change."""
    rule = ctx.rule(clock)
    limit = _limit_now(ctx, rule, clock)
    if rule is None or not clock.is_active or limit == clock.limit:
        return clock
    again, mode = clock, rule.on_change
    if mode == "from_when_known":
        again = _as_first_begun(rule, clock)
        known = _how_from_when_known(ctx, clock, again, limit, at)
        if known is None:
            return clock
        mode = known
    return _changed(
        ctx, clock, again if mode == "retroactive" else clock, limit, mode, at, Why("grade_changed", _same(ctx))
    )


def count_again(ctx: ClockContext, clock: Clock, at: datetime) -> Clock:
    """Try an uncounted clock once more: the year may have been published meanwhile."""
    if clock.status != "uncounted" or isinstance(plan_rest(ctx, clock), UnpublishedYear):
        return clock
    return _changed(ctx, clock, clock, clock.limit, "retroactive", at, Why("calendar_published", _same(ctx)))


def restart_from(ctx: ClockContext, clock: Clock, started_at: datetime, at: datetime) -> Clock:
    """The trouble had been received at another time than was known. A clock that was paused keeps what it has used."""
    if clock.status not in ("running", "uncounted") or clock.anchor != clock.started_at or clock.begun_at is not None:
        return clock
    reason = "received_earlier" if started_at < clock.started_at else "received_later"
    other = replace(clock, started_at=started_at, anchor=started_at)
    return _changed(ctx, clock, other, clock.limit, "retroactive", at, Why(reason, _same(ctx)))


def _as_first_begun(rule: ClockRule, clock: Clock) -> Clock:
    """A clock whose limit counts from a change of before, as it counted from its beginning; one that paused stays."""
    if clock.begun_at is None or clock.status != "running" or clock.anchor != clock.started_at:
        return clock
    if rule.reset_by or rule.on_reopen == "resume":
        return clock
    return replace(clock, started_at=clock.begun_at, anchor=clock.begun_at, begun_at=None)


def _how_from_when_known(ctx: ClockContext, clock: Clock, again: Clock, limit: Limit, at: datetime) -> OnChange | None:
    """How another limit counts that became known at this moment; None where the one that runs stays.

    again: the clock as it counted from its beginning.
    """
    retroactive = _due_by(ctx, again, limit)
    if clock.status == "uncounted" or retroactive is None or retroactive > at:
        return "retroactive"
    afresh = deadline(max(at, clock.anchor), limit, ctx.calendar)
    running = clock.due_at if clock.status != "paused" else _due_by(ctx, clock, clock.limit)
    if isinstance(afresh, UnpublishedYear) or running is None:
        return "retroactive"
    return RESET if afresh < running else None


def _due_by(ctx: ClockContext, clock: Clock, limit: Limit) -> datetime | None:
    """When a clock is due by another limit, with what it has used; one that stands still as if it went on at once."""
    whole = plan_clock(clock.started_at, limit, ctx.calendar)
    if isinstance(whole, UnpublishedYear):
        return None
    ahead = plan_rest(ctx, replace(clock, limit=limit, total_us=whole.total // MICROSECOND + clock.extended_us))
    return None if isinstance(ahead, UnpublishedYear) else ahead.due_at


def _recounted(ctx: ClockContext, clock: Clock, mode: OnChange | None, at: datetime, why: Why) -> Clock:
    """A clock by the pack and calendar of the ctx. One that the pack no longer has keeps its limit.

    Unless `mode` says so, only another limit is a change of the rule: a calendar counts from the same start.
    """
    rule = ctx.rule(clock)
    limit = _limit_now(ctx, rule, clock)
    is_other = rule is not None and not _is_same(limit, clock.limit)
    by_rule = rule.on_change if rule is not None and is_other else "retroactive"
    if by_rule == "from_when_known":
        known = _how_from_when_known(ctx, clock, clock, limit, at)
        limit, by_rule = (clock.limit, "retroactive") if known is None else (limit, known)
    former = why.former.rules.get(clock.name)
    again = clock
    if rule is not None and former is not None and not clock.breached:
        again = replace(clock, marks=_yet_to_tell(clock, rule, former))
    return _changed(ctx, clock, again, limit, mode or by_rule, at, why)


def _changed(
    ctx: ClockContext, old: Clock, clock: Clock, limit: Limit, mode: OnChange, at: datetime, why: Why
) -> Clock:
    """The clock with this limit; `clock` is the old one, or what has become of it otherwise.

    The old one, untouched, where nothing changes, or where the change comes after a limit that had passed.
    """
    if mode != "retroactive" and not was_in_time(clock, at):
        return old
    why = why._replace(more={**why.more, "mode": mode})
    if mode == RESET:
        clock = replace(clock, used_us=0, anchor=_from_when(clock, at), started_at=max(at, clock.anchor))
    whole = plan_clock(clock.started_at, limit, ctx.calendar)
    clock = replace(clock, limit=limit)
    if ctx.rule(clock) is not None:
        clock = replace(clock, pack=ctx.pack.version)
    if isinstance(whole, UnpublishedYear):
        return _without_year(ctx, old, clock, whole, at, why)
    clock = replace(clock, total_us=whole.total // MICROSECOND + clock.extended_us, missing="")
    if mode != RESET:
        clock = _with_used(ctx, old, clock, mode, at, why)
    ahead = plan_rest(ctx, clock)
    if _says_the_same(old, clock if mode != RESET else replace(clock, started_at=old.started_at), ahead):
        return _marked_anew(ctx, old, clock)
    clock = replace(clock, calendar=ctx.calendar.version)
    if mode == RESET:
        clock = replace(clock, begun_at=old.begun_at or old.started_at)
    if mode == RESET and not clock.breached:
        clock = next_generation(ctx, clock, at, RESET)
        ahead = plan_rest(ctx, clock)
    if clock.status != "paused":
        clock = _due_anew(ctx, old, clock, ahead, at, why)
    else:
        _tell(ctx, old, clock, at, why)
    # By a retroactive change the limit counts as if it had been so from the start; by another one history begins anew.
    is_as_from_the_start = mode == "retroactive" and old.limit.unit == limit.unit
    return clock if is_as_from_the_start else rebased(clock, max(at, clock.anchor))


def _with_used(ctx: ClockContext, old: Clock, clock: Clock, mode: OnChange, at: datetime, why: Why) -> Clock:
    """The clock with what counts as used of its new limit, and the moment from which the rest counts."""
    if mode == "proportional" and old.total_us:
        used_us = used_at(old, at, _calendar_of(ctx, old, why.former.pack))
        if used_us:
            used_us = used_us * clock.total_us // old.total_us
            return replace(clock, used_us=used_us, anchor=_from_when(clock, at))
    elif old.used_us and old.limit.unit != clock.limit.unit:
        return replace(clock, used_us=old.used_us * clock.total_us // old.total_us)
    return clock


def _from_when(clock: Clock, at: datetime) -> datetime:
    """From when the rest counts after a change at this moment: while it stands still, that waits for the resumption."""
    return clock.anchor if clock.status == "paused" else max(at, clock.anchor)


def _due_anew(
    ctx: ClockContext, old: Clock, clock: Clock, ahead: Rest | UnpublishedYear, at: datetime, why: Why
) -> Clock:
    """A clock that counts, with something else ahead: a breach that is undone, the change, what is in the past now."""
    if clock.breached and not isinstance(ahead, UnpublishedYear) and ahead.due_at > ctx.now:
        clock = revive(ctx, clock)
        clock = planned(clock, plan_rest(ctx, clock), silent_until=ctx.now)
        _tell(ctx, old, clock, at, why)
        return clock
    if clock.breached and isinstance(ahead, UnpublishedYear):
        clock = replace(clock, missing=ahead.reason)
        _tell(ctx, old, clock, at, why)
        return clock
    if clock.breached and not isinstance(ahead, UnpublishedYear):
        clock = replace(clock, due_at=ahead.due_at)
        _tell(ctx, old, clock, at, why)
        return catch_up(ctx, clock)
    clock = planned(clock, ahead)
    _tell(ctx, old, clock, at, why)
    return back_dated(ctx, clock)


def back_dated(ctx: ClockContext, clock: Clock) -> Clock:
    """A clock that runs by a plan of which something may lie in the past: told without a storm."""
    if clock.due_at is None or clock.due_at >= ctx.now:
        return replace(clock, marks=_without_storm(clock.marks, ctx.now))
    clock = late_breach(ctx, clock)
    rungs = [Mark(at=ctx.now, level=rung.level) for rung in _ladder(ctx, clock) if rung.after is not None]
    return catch_up(ctx, replace(clock, marks=(*(mark for mark in clock.marks if mark.level), *rungs)))


def late_breach(ctx: ClockContext, clock: Clock) -> Clock:
    """A clock whose limit turns out to have passed."""
    due_at = clock.due_at
    assert due_at is not None
    clock = replace(clock, breached=True)
    ctx.clock("breached", clock, due_at, reason=BACK_DATED, elapsed_us=clock.total_us)
    return clock


def _limit_now(ctx: ClockContext, rule: ClockRule | None, clock: Clock) -> Limit:
    """The limit by the rule of now; what was promised stays what it is."""
    is_given = rule is not None and (rule.promised_in or (rule.told_in and clock.limit.unit == TOLD))
    return clock.limit if rule is None or is_given else ctx.limit_of(rule)


def _same(ctx: ClockContext) -> Former:
    """Nothing but the limit changes: the pack of now judged the clock before."""
    return Former(ctx.pack, ctx.rules)


def _ladder(ctx: ClockContext, clock: Clock) -> tuple[Rung, ...]:
    rule = ctx.rule(clock)
    return rule.escalation if rule is not None else ()


def _without_year(ctx: ClockContext, old: Clock, clock: Clock, whole: UnpublishedYear, at: datetime, why: Why) -> Clock:
    """What stands still or stands as breached stays so; the year is missed when it goes on."""
    clock = replace(clock, calendar=ctx.calendar.version)
    kept = clock.status == "paused" or clock.breached
    clock = replace(clock, missing=whole.reason) if kept else planned(clock, whole)
    if _is_same(old.limit, clock.limit) and (old.status, old.missing) == (clock.status, clock.missing):
        return old
    _tell(ctx, old, clock, at, why)
    return clock


def _says_the_same(old: Clock, clock: Clock, ahead: Rest | UnpublishedYear) -> bool:
    """Whether nobody would learn anything from the change."""
    if not _is_same(old.limit, clock.limit) or old.started_at != clock.started_at or old.missing:
        return False
    if clock.status == "paused":
        return (old.total_us, old.used_us) == (clock.total_us, clock.used_us)
    return not isinstance(ahead, UnpublishedYear) and ahead.due_at == old.due_at


def _is_same(limit: Limit, other: Limit) -> bool:
    return (limit.amount, limit.unit, limit.ends) == (other.amount, other.unit, other.ends)


def _marked_anew(ctx: ClockContext, old: Clock, clock: Clock) -> Clock:
    """A clock that is due when it was, with its warnings and rungs as pack and calendar place them now."""
    new = replace(old, marks=clock.marks, pack=clock.pack)
    ahead = plan_rest(ctx, new)
    if not old.breached and old.status == "running" and not isinstance(ahead, UnpublishedYear):
        new = replace(new, marks=_without_storm(ahead.marks, ctx.now))
    return old if new == old else new


def _without_storm(marks: tuple[Mark, ...], now: datetime) -> tuple[Mark, ...]:
    """All that is to come; of the warnings whose moment has passed the last alone, and of the rungs the highest."""
    past = [mark for mark in marks if mark.at < now]
    warnings = [mark for mark in past if not mark.level][-1:]
    rungs = sorted((mark for mark in past if mark.level), key=lambda mark: mark.level)[-1:]
    return in_order([*warnings, *rungs, *(mark for mark in marks if mark.at >= now)])


def _yet_to_tell(clock: Clock, rule: ClockRule, former: ClockRule) -> tuple[Mark, ...]:
    """What a newer rule tells before the breach, without what was told already, and the repetitions that wait."""
    waiting = {mark.place for mark in clock.marks}
    reported = {mark.place for mark in all_marks(former, clock.anchor)} - waiting
    new = [mark for mark in all_marks(rule, clock.anchor) if mark.place not in reported]
    if {mark.place for mark in new} == {mark.place for mark in clock.marks if not mark.told}:
        return clock.marks
    return in_order([*new, *(mark for mark in clock.marks if mark.told)])


def _calendar_of(ctx: ClockContext, clock: Clock, pack: Pack) -> Calendar:
    """The version of the calendar that counted so far."""
    calendar = next((candidate for candidate in pack.calendar.versions if candidate.version == clock.calendar), None)
    return calendar.for_region(ctx.region) if calendar is not None else ctx.calendar


def _tell(ctx: ClockContext, old: Clock, clock: Clock, at: datetime, why: Why) -> None:
    before: dict[str, Any] = {"old_limit": old.limit.as_data()}
    if old.due_at is not None:
        before["old_due_at"] = text_of_time(old.due_at)
    before["old_calendar"] = {"id": why.former.pack.calendar.id, "version": old.calendar}
    before["old_pack"] = {"id": why.former.pack.id, "version": old.pack}
    ctx.clock("recalculated", clock, at, reason=clock.missing or why.reason, **before, **why.more)
