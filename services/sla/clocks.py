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

from datetime import datetime
from typing import Final

from msgspec.structs import replace

from services.sla.counting import all_marks, plan_rest, planned, revive, unbreached, used_at, was_in_time
from services.sla.escalation import escalate, marks_after, suppress
from services.sla.pausing import CAP_REACHED, closed_between, resume, stood_still
from services.sla.scene import Scene
from services.sla.states import Clock, Mark
from tousu.policy.calendar import MICROSECOND, UnpublishedYear
from tousu.policy.clock_rule import ClockRule, Limit
from tousu.policy.working_time import length_of

MET_LATE: Final = "met_late"
RESET: Final = "reset"
REOPENED: Final = "reopened"


def start(scene: Scene, rule: ClockRule, started_at: datetime, at: datetime, generation: int = 1) -> Clock:
    """Start a clock that counts from `started_at`; told at `at`."""
    clock = Clock(
        name=rule.name,
        generation=generation,
        status="running",
        limit=limit_of(rule, scene.case.grade),
        started_at=started_at,
        anchor=started_at,
        cause=scene.cause,
        calendar=scene.calendar.version,
        marks=all_marks(rule, started_at),
    )
    clock = planned(clock, plan_rest(scene, clock))
    scene.clock("started", clock, at, reason=clock.missing)
    return clock


def limit_of(rule: ClockRule, grade: str | None) -> Limit:
    """The limit for a grade; it names the section of its clock where it names none itself."""
    limit = rule.limit_for(grade)
    return limit if limit.section else replace(limit, section=rule.section)


def reset(scene: Scene, clock: Clock, at: datetime) -> Clock:
    """Back to the full limit, as the pack gives it, from `at` on. What the generation has told it does not tell again.

    A clock whose limit had passed by then stays breached.
    """
    if not clock.is_active or not was_in_time(clock, at):
        return clock
    silent_until = scene.now if clock.breached else None
    if clock.breached:
        clock = revive(scene, clock)
    at = max(at, clock.anchor)
    clock = replace(
        clock, started_at=at, begun_at=clock.begun_at or clock.started_at, used_us=0, total_us=0, extended_us=0
    )
    if clock.status != "paused":
        clock = replace(clock, anchor=at, calendar=scene.calendar.version)
        clock = planned(clock, plan_rest(scene, clock), silent_until=silent_until)
    scene.clock("recalculated", clock, at, reason=clock.missing or RESET)
    return clock


def go_on(scene: Scene, clock: Clock, at: datetime) -> Clock:
    """A clock that ended goes on in its next generation with what was left when it ended; one that breached rests."""
    since = clock.ended_at
    if since is None or clock.breached or clock.status not in ("met", "cancelled"):
        return clock
    rule = scene.rule(clock)
    clock = replace(
        closed_between(clock, since, at),
        generation=clock.generation + 1,
        status="running",
        used_us=used_at(clock, since, scene.calendar) or 0,
        anchor=at,
        begun_at=at,
        ended_at=None,
        cause=scene.cause,
        calendar=scene.calendar.version,
        marks=all_marks(rule, at) if rule is not None else (),
    )
    clock = planned(clock, plan_rest(scene, clock))
    scene.clock("started", clock, at, reason=clock.missing or REOPENED, elapsed_us=clock.used_us)
    return clock


def meet(scene: Scene, clock: Clock, at: datetime, what: str) -> Clock:
    """What the clock waited for (the event `what`) happened at `at`, whenever that was reported."""
    if clock.status == "uncounted":
        return cancel(scene, clock, at, clock.missing)
    is_late_news = clock.status == "cancelled" and clock.breached and was_in_time(clock, at)
    if not (clock.is_active or clock.status == "late" or is_late_news):
        return clock
    in_time = was_in_time(clock, at)
    if not in_time and clock.status == "late":
        return clock
    used = used_at(clock, at, scene.calendar) if clock.is_active else None
    clock = replace(suppress(scene, clock, at, _in_a_word(what)), ended_at=at)
    if not in_time:
        clock = replace(clock, status="late")
        scene.clock("cancelled", clock, at, reason=MET_LATE, elapsed_us=used)
        return clock
    if clock.breached:
        clock = unbreached(scene, clock)
    if clock.status == "paused":  # due when it would have been, had it gone on then
        at_rest = max(at, clock.anchor)
        clock = replace(stood_still(scene, clock, at_rest), anchor=at_rest)
        ahead = plan_rest(scene, clock)
        if isinstance(ahead, UnpublishedYear):
            return cancel(scene, clock, at, ahead.reason)
        clock = replace(clock, due_at=ahead.due_at)
    clock = replace(clock, status="met")
    scene.clock("met", clock, at, elapsed_us=used)
    return clock


def cancel(scene: Scene, clock: Clock, at: datetime, reason: str) -> Clock:
    """The clock no longer matters from `at` on. A breach that only came after that is withdrawn."""
    if clock.status == "late" and was_in_time(clock, at):
        return replace(unbreached(scene, clock), status="cancelled", ended_at=at)
    if not clock.is_active:
        return clock
    clock = suppress(scene, clock, at, reason)
    if clock.breached and was_in_time(clock, at):
        clock = unbreached(scene, clock)
    if clock.status == "paused":
        clock = stood_still(scene, clock, max(at, clock.anchor))
    clock = replace(clock, status="cancelled", ended_at=at)
    scene.clock("cancelled", clock, at, reason=reason)
    return clock


def acquit(scene: Scene, past: Clock, at: datetime) -> Clock:
    """An earlier generation whose breach is withdrawn if, as is known now, it had come to its end by `at`, in time."""
    return unbreached(scene, past) if was_in_time(past, at) else past


def fire(scene: Scene, clock: Clock, at: datetime) -> Clock:
    """Tell everything of a clock that is due at exactly this moment."""
    while clock.next_at == at:
        if clock.status == "paused":
            clock = resume(scene, clock, at, CAP_REACHED)
            continue
        mark = clock.marks[0] if clock.marks else None
        if mark is not None and mark.at == at and (clock.breached or not mark.level or clock.due_at != at):
            clock = replace(clock, marks=clock.marks[1:])
            clock = escalate(scene, clock, mark, at) if mark.level else _warn(scene, clock, mark, at)
        else:
            clock = replace(clock, breached=True)
            scene.clock("breached", clock, at, elapsed_us=clock.total_us)
            clock = marks_after(scene, clock)
    return clock


def _warn(scene: Scene, clock: Clock, mark: Mark, at: datetime) -> Clock:
    if mark.left is not None:
        used_us = clock.total_us - length_of(mark.left) // MICROSECOND
        scene.clock("warned", clock, at, left=mark.left.as_data(), elapsed_us=used_us)
    elif mark.share is not None:
        scene.clock("warned", clock, at, share=mark.share, elapsed_us=round(clock.total_us * mark.share))
    return clock


def _in_a_word(what: str) -> str:
    """Why nobody need be told any more, by the event that met the clock: whichever kind of answer, it was answered."""
    return "answered" if what.endswith("answered") else what
