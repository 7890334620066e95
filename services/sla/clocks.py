"""The life of one clock: started, paused, resumed, extended, regraded, met, cancelled, due.

status       what can happen to it
running      paused, extended, regraded, met, cancelled; in time: warned, breached, escalated
paused       resumed, regraded, met, cancelled
uncounted    regraded, cancelled (a clock without due time is neither met nor breached)
late         met or cancelled, when it becomes known that this had happened in time
met, cancelled   nothing

What is reported late counts from when it happened: if it would have kept the clock from breaching, the published breach
is withdrawn, and a clock that goes on after that does so in its next generation, so that in each generation every
warning, the breach and every rung are told at most once. Source: design.md, section 4; domain, section 5.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from msgspec.structs import replace

from services.sla.escalation import escalate, next_rung
from services.sla.scene import Scene
from services.sla.states import Clock
from tousu.policy.calendar import MICROSECOND, UnpublishedYear
from tousu.policy.clock_rule import ClockRule, Limit
from tousu.policy.working_time import Plan, counted_from, elapsed_between, plan_clock, resume_clock

MET_LATE: Final = "met_late"
BREACH_WITHDRAWN: Final = "breach_withdrawn"


def start(scene: Scene, rule: ClockRule, started_at: datetime, at: datetime, generation: int = 1) -> Clock:
    """Start a clock that counts from `started_at`; told at `at`."""
    limit = limit_of(rule, scene.case.grade)
    clock = Clock(
        name=rule.name,
        generation=generation,
        status="running",
        limit=limit,
        started_at=started_at,
        anchor=started_at,
        cause=scene.cause,
        calendar=scene.calendar.version,
        warnings=_all_shares(rule, started_at),
    )
    clock = _planned(clock, plan_clock(started_at, limit, scene.calendar, rule.warn_at_share))
    scene.clock("started", clock, at, reason=clock.missing)
    return clock


def limit_of(rule: ClockRule, grade: str | None) -> Limit:
    """The limit for a grade; it names the section of its clock where it names none itself."""
    limit = rule.limit_for(grade)
    return limit if limit.section else replace(limit, section=rule.section)


def can_pause(clock: Clock, at: datetime) -> bool:
    """Whether it counts at that moment and was not yet due."""
    return clock.status == "running" and clock.due_at is not None and at < clock.due_at


def pause(scene: Scene, clock: Clock, at: datetime, reason: str) -> Clock:
    """Let a clock that `can_pause` stand still."""
    if clock.breached:
        clock = _revived(scene, clock)
    at = max(at, clock.anchor)
    used = _used_at(scene, clock, at)
    clock = replace(clock, status="paused", anchor=at, used_us=used or 0, due_at=None)
    scene.clock("paused", clock, at, reason=reason, elapsed_us=used)
    return clock


def resume(scene: Scene, clock: Clock, at: datetime, reason: str) -> Clock:
    """Let a paused clock go on with what is left of its limit."""
    at = max(at, clock.anchor)
    used_us = clock.used_us
    clock = replace(clock, status="running", anchor=at, calendar=scene.calendar.version)
    clock = replace(clock, status="uncounted") if clock.missing else _planned(clock, _rest(scene, clock))
    scene.clock("resumed", clock, at, reason=clock.missing or reason, elapsed_us=used_us)
    return clock


def can_extend(clock: Clock, at: datetime) -> bool:
    """Whether it counts at that moment and its limit was not yet passed."""
    return clock.status == "running" and clock.due_at is not None and at <= clock.due_at


def extend(scene: Scene, clock: Clock, at: datetime, until: datetime, reason: str) -> Clock | UnpublishedYear:
    """Give a clock that `can_extend` a later due time. The time added is part of its limit from now on."""
    assert clock.due_at is not None
    more = elapsed_between(clock.due_at, until, clock.limit, scene.calendar)
    if isinstance(more, UnpublishedYear):
        return more
    revived = clock.breached
    if revived:
        clock = _revived(scene, clock)
    more_us = more // MICROSECOND
    clock = replace(
        clock,
        extensions=clock.extensions + 1,
        extended_us=clock.extended_us + more_us,
        total_us=clock.total_us + more_us,
        calendar=scene.calendar.version,
    )
    clock = _planned(clock, _rest(scene, clock), silent_until=scene.now if revived else None)
    if clock.status == "running":
        clock = replace(clock, due_at=until)
    scene.clock("extended", clock, at, reason=reason)
    return clock


def regrade(scene: Scene, clock: Clock, limit: Limit, at: datetime) -> Clock:
    """Another limit, from the same start: what has been used stays used (in another measure, the same share of it)."""
    used_us = clock.used_us
    if used_us and limit.unit != clock.limit.unit:
        whole = plan_clock(clock.started_at, limit, scene.calendar)
        if not isinstance(whole, UnpublishedYear):
            used_us = used_us * ((whole.total // MICROSECOND) + clock.extended_us) // clock.total_us
    return recount(scene, replace(clock, limit=limit, used_us=used_us), at, "grade_changed")


def recount(scene: Scene, clock: Clock, at: datetime, reason: str) -> Clock:
    """Work out anew when an active clock is due: its limit, its start or the calendar is another one now."""
    whole = plan_clock(clock.started_at, clock.limit, scene.calendar)
    clock = replace(clock, calendar=scene.calendar.version)
    if isinstance(whole, UnpublishedYear):
        # What stands still or stands as breached stays so; the year is missed when it goes on.
        kept = clock.status == "paused" or clock.breached
        clock = replace(clock, missing=whole.reason) if kept else _planned(clock, whole)
        scene.clock("recalculated", clock, at, reason=whole.reason)
        return clock
    clock = replace(clock, total_us=whole.total // MICROSECOND + clock.extended_us, missing="")
    if clock.status != "paused":
        clock = _moved(scene, clock, _rest(scene, clock))
    scene.clock("recalculated", clock, at, reason=clock.missing or reason)
    return clock


def count_again(scene: Scene, clock: Clock, at: datetime) -> Clock:
    """Try an uncounted clock once more: the year may have been published meanwhile."""
    if clock.status != "uncounted" or isinstance(_rest(scene, clock), UnpublishedYear):
        return clock
    return recount(scene, clock, at, "calendar_published")


def restart_from(scene: Scene, clock: Clock, started_at: datetime, at: datetime) -> Clock:
    """The trouble had been received at another time than was known. A clock that was paused keeps what it has used."""
    if clock.status not in ("running", "uncounted") or clock.anchor != clock.started_at:
        return clock
    return recount(
        scene,
        replace(clock, started_at=started_at, anchor=started_at),
        at,
        "received_earlier" if started_at < clock.started_at else "received_later",
    )


def meet(scene: Scene, clock: Clock, at: datetime) -> Clock:
    """What the clock waited for happened at `at`, whenever that was reported."""
    if clock.status == "uncounted":
        return cancel(scene, clock, at, clock.missing)
    if not (clock.is_active or clock.status == "late"):
        return clock
    in_time = _was_in_time(clock, at)
    if not in_time and clock.status == "late":
        return clock
    used = _used_at(scene, clock, at) if clock.is_active else None
    if not in_time:
        clock = replace(clock, status="late", rung_at=None)
        scene.clock("cancelled", clock, at, reason=MET_LATE, elapsed_us=used)
        return clock
    if clock.breached:
        clock = _unbreached(scene, clock)
    if clock.due_at is None:  # it stood still: due when it would have been, had it gone on then
        rest = _rest(scene, replace(clock, anchor=max(at, clock.anchor)))
        if isinstance(rest, UnpublishedYear):
            return cancel(scene, clock, at, rest.reason)
        clock = replace(clock, due_at=rest.due_at)
    clock = replace(clock, status="met")
    scene.clock("met", clock, at, elapsed_us=used)
    return clock


def cancel(scene: Scene, clock: Clock, at: datetime, reason: str) -> Clock:
    """The clock no longer matters from `at` on. A breach that only came after that is withdrawn."""
    if clock.status == "late" and _was_in_time(clock, at):
        return replace(_unbreached(scene, clock), status="cancelled")
    if not clock.is_active:
        return clock
    if clock.breached and _was_in_time(clock, at):
        clock = _unbreached(scene, clock)
    clock = replace(clock, status="cancelled", rung_at=None)
    scene.clock("cancelled", clock, at, reason=reason)
    return clock


def acquit(scene: Scene, past: Clock, at: datetime) -> Clock:
    """An earlier generation whose breach is withdrawn if, as is known now, it had come to its end by `at`, in time."""
    return _unbreached(scene, past) if _was_in_time(past, at) else past


def fire(scene: Scene, clock: Clock, at: datetime) -> Clock:
    """Tell everything of a clock that is due at exactly this moment."""
    while clock.next_at == at:
        if clock.breached:
            clock = escalate(scene, clock, at)
        elif clock.warnings:
            share, _ = clock.warnings[0]
            clock = replace(clock, warnings=clock.warnings[1:])
            scene.clock("warned", clock, at, share=share, elapsed_us=round(clock.total_us * share))
        else:
            clock = replace(clock, breached=True)
            scene.clock("breached", clock, at, elapsed_us=clock.total_us)
            clock = next_rung(scene, clock, at)
    return clock


def _was_in_time(clock: Clock, at: datetime) -> bool:
    """Whether a moment lies within the limit (the due moment itself does)."""
    return not clock.breached or (clock.due_at is not None and at <= clock.due_at)


def _unbreached(scene: Scene, clock: Clock) -> Clock:
    """Withdraw a published breach. That happens now, when it becomes known."""
    clock = replace(clock, breached=False, rung=0, rung_at=None)
    scene.clock("breach_withdrawn", clock, scene.now, reason="known_late")
    return clock


def _revived(scene: Scene, clock: Clock) -> Clock:
    """Withdraw a published breach of a clock that goes on: it does so in its next generation."""
    clock = _unbreached(scene, clock)
    rule = scene.rule(clock)
    warnings = _all_shares(rule, scene.now) if rule is not None else ()
    clock = replace(clock, generation=clock.generation + 1, warnings=warnings)
    scene.clock("started", clock, scene.now, reason=BREACH_WITHDRAWN)
    return clock


def _used_at(scene: Scene, clock: Clock, at: datetime) -> int | None:
    """How much of the limit is used at a moment (microseconds); None where a year is not published."""
    if clock.status == "paused" or clock.due_at is None:
        return clock.used_us
    since = clock.anchor if clock.used_us else counted_from(clock.anchor, clock.limit, scene.calendar)
    more = elapsed_between(since, at, clock.limit, scene.calendar)
    return None if isinstance(more, UnpublishedYear) else clock.used_us + more // MICROSECOND


def _rest(scene: Scene, clock: Clock) -> Plan | UnpublishedYear:
    """When the rest of the limit, counted from the anchor, is used up, and when to warn of it."""
    limit, calendar = clock.limit, scene.calendar
    shares = tuple(share for share, _ in clock.warnings)
    if clock.used_us:
        return resume_clock(clock.anchor, clock.total, clock.used, limit, calendar, shares)
    if not clock.extended_us:
        return plan_clock(clock.anchor, limit, calendar, shares)
    # An extended clock of which nothing is used: one microsecond on either side of the sum counts as used.
    counted = counted_from(clock.anchor, limit, calendar)
    return resume_clock(counted, clock.total + MICROSECOND, MICROSECOND, limit, calendar, shares)


def _all_shares(rule: ClockRule, at: datetime) -> tuple[tuple[float, datetime], ...]:
    """All warnings of a rule as still to come; their moments wait for a plan."""
    return tuple((share, at) for share in rule.warn_at_share)


def _moved(scene: Scene, clock: Clock, plan: Plan | UnpublishedYear) -> Clock:
    """A clock that counts, with another plan. A breach that the new due time undoes is withdrawn."""
    if not clock.breached:
        return _planned(clock, plan)
    if isinstance(plan, UnpublishedYear):
        return replace(clock, missing=plan.reason)
    if plan.due_at > scene.now:
        clock = _revived(scene, clock)
        return _planned(clock, _rest(scene, clock), silent_until=scene.now)
    return replace(clock, due_at=plan.due_at)


def _planned(clock: Clock, plan: Plan | UnpublishedYear, *, silent_until: datetime | None = None) -> Clock:
    """The clock with this plan; without a due time where a year is missing. Up to `silent_until` it warns no more."""
    if isinstance(plan, UnpublishedYear):
        return replace(clock, status="uncounted", due_at=None, missing=plan.reason)
    warnings = plan.warnings
    if silent_until is not None:
        warnings = tuple((share, moment) for share, moment in warnings if moment > silent_until)
    # The length of a limit in statutory days or years depends on the day from which it counts.
    is_whole = not clock.used_us and not clock.extended_us
    total_us = plan.total // MICROSECOND if is_whole else clock.total_us
    return replace(clock, status="running", due_at=plan.due_at, total_us=total_us, missing="", warnings=warnings)
