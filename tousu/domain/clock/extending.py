"""Extensions: how often, how far, with whose approval, and not before the customer knows of it.

Source: docs/sources.md, section 5; features, number 14 (Zhejiang: once, 15 days, with approval and reason to the user).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from tousu.decision import Refusal
from tousu.domain.clock.context import ClockContext
from tousu.domain.clock.counting import plan_rest, planned, revive
from tousu.domain.clock.state import Clock
from tousu.event import time_of_text
from tousu.policy.calendar import MICROSECOND, UnpublishedYear
from tousu.policy.clock_rule import DAY_UNITS, Extensions
from tousu.policy.working_time import deadline, elapsed_between


def obstacle_to_extending(ctx: ClockContext, clock: Clock, data: Mapping[str, Any], at: datetime) -> Refusal | None:
    """Why a clock, as it stood then, may not be extended as is said; None where it may."""
    until = time_of_text(data["until"])
    terms = _terms(ctx, clock)
    lacking = _lacking(terms, data, ctx.now) if terms is not None and clock.extensions < terms.times_max else None
    return lacking or _out_of_place(ctx, clock, until, at)


def can_extend(ctx: ClockContext, clock: Clock, until: datetime, at: datetime) -> bool:
    """Whether an extension fits where the clock stands then: another one may turn out to have come before it."""
    return _out_of_place(ctx, clock, until, at) is None


def lengthen(ctx: ClockContext, clock: Clock, at: datetime, until: datetime, reason: str) -> Clock:
    """Give a clock a later due time. The time added is part of its limit from now on."""
    if clock.due_at is None:
        return clock
    more = elapsed_between(clock.due_at, until, clock.limit, ctx.calendar)
    more_us = 0 if isinstance(more, UnpublishedYear) else more // MICROSECOND
    was_breached = clock.breached
    if was_breached:
        clock = revive(ctx, clock)
    clock = replace(
        clock,
        extensions=clock.extensions + 1,
        extended_us=clock.extended_us + more_us,
        total_us=clock.total_us + more_us,
        calendar=ctx.calendar.version,
    )
    clock = planned(clock, plan_rest(ctx, clock), silent_until=ctx.now if was_breached else None)
    if clock.status == "running" and more_us:
        clock = replace(clock, due_at=until)
    ctx.clock("extended", clock, at, reason=reason)
    return clock


def not_extendable(message: str, place: str) -> Refusal:
    """The refusal of an extension."""
    return Refusal(reason="not_extendable", message=message, place=place)


def _lacking(terms: Extensions, data: Mapping[str, Any], now: datetime) -> Refusal | None:
    """What must be told with an extension and was not."""
    if "approval" in terms.needs and "approved_by" not in data:
        return not_extendable("an extension needs approval: say who approved it in approved_by", "/approved_by")
    if "notice" in terms.needs:
        if "notified_at" not in data:
            return not_extendable(
                "an extension needs notice: say in notified_at when the customer was told; until then the limit stays",
                "/notified_at",
            )
        if time_of_text(data["notified_at"]) > now:
            return not_extendable("notified_at lies in the future: tell the customer, then extend", "/notified_at")
    return None


def _terms(ctx: ClockContext, clock: Clock) -> Extensions | None:
    rule = ctx.rule(clock)
    return rule.extensions if rule is not None else None


def _out_of_place(ctx: ClockContext, clock: Clock, until: datetime, at: datetime) -> Refusal | None:
    """Once too often, too late, too far, or over a year that nobody has published."""
    terms = _terms(ctx, clock)
    most = terms.times_max if terms is not None else 0
    if terms is None or clock.extensions >= most:
        message = f"clock {clock.name} may be extended {most} times and was {clock.extensions} times"
        return not_extendable(message, "/clock")
    refusal = _out_of_bounds(ctx, clock, terms, until, at)
    if refusal is None:
        assert clock.due_at is not None
        more = elapsed_between(clock.due_at, until, clock.limit, ctx.calendar)
        refusal = not_extendable(more.reason, "/until") if isinstance(more, UnpublishedYear) else None
    return refusal


def _out_of_bounds(ctx: ClockContext, clock: Clock, terms: Extensions, until: datetime, at: datetime) -> Refusal | None:
    """Too late to extend, nothing added, or more than the pack allows."""
    if clock.status != "running" or clock.due_at is None or at > clock.due_at:
        message = f"clock {clock.name} did not count at that time, or its limit had passed; extend it while it runs"
        return not_extendable(message, "/clock")
    if until <= clock.due_at:
        return not_extendable(f"until must lie after the present limit of clock {clock.name}", "/until")
    most = terms.by_max
    if most is None:
        return None
    # A limit in days is due at 24:00, which is still that day: the first day after it counts.
    due_at = clock.due_at - MICROSECOND if most.unit in DAY_UNITS else clock.due_at
    latest = deadline(due_at, most, ctx.calendar)
    if isinstance(latest, UnpublishedYear):
        return not_extendable(latest.reason, "/until")
    if until <= latest:
        return None
    local = latest.astimezone(ctx.calendar.zone).isoformat()
    return not_extendable(f"clock {clock.name} may be extended by {most.amount} {most.unit}, until {local}", "/until")
