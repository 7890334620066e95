"""Extensions: how often, how far, with whose approval, and not before the customer knows of it.

Source: docs/sources.md, section 5; features, number 14 (Zhejiang: once, 15 days, with approval and reason to the user).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from services.sla.counting import plan_rest, planned, revive
from services.sla.opening import moment_of_text
from services.sla.scene import Scene
from services.sla.states import Case, Clock
from tousu.decision import Refusal
from tousu.policy.calendar import MICROSECOND, UnpublishedYear
from tousu.policy.clock_rule import DAY_UNITS, Extensions
from tousu.policy.working_time import deadline, elapsed_between


def extend_case(scene: Scene, said: Mapping[str, Any], at: datetime) -> Case | Refusal:
    """Extend one clock, where the pack allows it and everything that it needs was told with it."""
    case, name = scene.case, said["clock"]
    clock = next((clock for clock in case.clocks if clock.name == name), None)
    if clock is None:
        known = ", ".join(clock.name for clock in case.clocks) or "none"
        return _refused(f"the case has no clock {name}; it has {known}", "/clock")
    rule = scene.rule(clock)
    terms = rule.extensions if rule is not None else None
    most = terms.times_max if terms is not None else 0
    if terms is None or clock.extensions >= most:
        return _refused(f"clock {name} may be extended {most} times and was {clock.extensions} times", "/clock")
    until = moment_of_text(said["until"])
    refusal = _lacking(terms, said, scene.now) or _out_of_bounds(scene, clock, terms, until, at)
    if refusal is not None:
        return refusal
    extended = _extend(scene, clock, at, until, said["reason"])
    if isinstance(extended, UnpublishedYear):
        return _refused(extended.reason, "/until")
    return replace(case, clocks=tuple(extended if each is clock else each for each in case.clocks))


def _lacking(terms: Extensions, said: Mapping[str, Any], now: datetime) -> Refusal | None:
    """What must be told with an extension and was not."""
    if "approval" in terms.needs and "approved_by" not in said:
        return _refused("an extension needs approval: say who approved it in approved_by", "/approved_by")
    if "notice" in terms.needs:
        if "notified_at" not in said:
            return _refused(
                "an extension needs notice: say in notified_at when the customer was told; until then the limit stays",
                "/notified_at",
            )
        if moment_of_text(said["notified_at"]) > now:
            return _refused("notified_at lies in the future: tell the customer, then extend", "/notified_at")
    return None


def _out_of_bounds(scene: Scene, clock: Clock, terms: Extensions, until: datetime, at: datetime) -> Refusal | None:
    """Too late to extend, nothing added, or more than the pack allows."""
    if clock.status != "running" or clock.due_at is None or at > clock.due_at:
        return _refused(
            f"clock {clock.name} did not count at that time, or its limit had passed; extend it while it runs", "/clock"
        )
    if until <= clock.due_at:
        return _refused(f"until must lie after the present limit of clock {clock.name}", "/until")
    most = terms.by_max
    if most is None:
        return None
    # A limit in days is due at 24:00, which is still that day: the first day after it counts.
    due_at = clock.due_at - MICROSECOND if most.unit in DAY_UNITS else clock.due_at
    latest = deadline(due_at, most, scene.calendar)
    if isinstance(latest, UnpublishedYear):
        return _refused(latest.reason, "/until")
    if until <= latest:
        return None
    local = latest.astimezone(scene.calendar.zone).isoformat()
    return _refused(f"clock {clock.name} may be extended by {most.amount} {most.unit}, until {local}", "/until")


def _extend(scene: Scene, clock: Clock, at: datetime, until: datetime, reason: str) -> Clock | UnpublishedYear:
    """Give a clock a later due time. The time added is part of its limit from now on."""
    assert clock.due_at is not None
    more = elapsed_between(clock.due_at, until, clock.limit, scene.calendar)
    if isinstance(more, UnpublishedYear):
        return more
    was_breached = clock.breached
    if was_breached:
        clock = revive(scene, clock)
    more_us = more // MICROSECOND
    clock = replace(
        clock,
        extensions=clock.extensions + 1,
        extended_us=clock.extended_us + more_us,
        total_us=clock.total_us + more_us,
        calendar=scene.calendar.version,
    )
    clock = planned(clock, plan_rest(scene, clock), silent_until=scene.now if was_breached else None)
    if clock.status == "running":
        clock = replace(clock, due_at=until)
    scene.clock("extended", clock, at, reason=reason)
    return clock


def _refused(message: str, place: str) -> Refusal:
    return Refusal(reason="not_extendable", message=message, place=place)
