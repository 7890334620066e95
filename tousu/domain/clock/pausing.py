"""Clocks that stand still: for which reasons, how long at most, and the ledger of it.

Nothing pauses a limit of the law. Where the pack caps the pauses of a clock, it goes on by itself when they have
together reached the cap, and cannot be paused again. The last ten pauses are kept; the sums are of all.
Source: docs/sources.md, section 5; features, number 8.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from msgspec.structs import replace

from tousu.domain.clock.context import ClockContext
from tousu.domain.clock.counting import plan_rest, planned, revive, used_at
from tousu.domain.clock.state import Clock, Pause
from tousu.event import text_of_time
from tousu.policy.calendar import MICROSECOND, UnpublishedYear
from tousu.policy.clock_rule import ClockRule
from tousu.policy.working_time import elapsed_between, length_of, moment_after

CAP_REACHED: Final = "pause_cap_reached"
LEDGER_MAX: Final = 10


def can_pause(ctx: ClockContext, clock: Clock, at: datetime) -> bool:
    """Whether an event that the pack names may pause it: it counts then, is not the law's, and has not had its cap."""
    rule = ctx.rule(clock)
    return rule is not None and not rule.statutory and not _has_had_its_cap(rule, clock) and _counts(clock, at)


def pause(ctx: ClockContext, clock: Clock, at: datetime, reason: str, by: Mapping[str, Any]) -> Clock:
    """Let a clock that may be paused stand still. `by` names the department and the employee who said so."""
    if clock.breached:
        clock = revive(ctx, clock)
    at = max(at, clock.anchor)
    used = used_at(clock, at, ctx.calendar)
    who = {name: by[name] for name in ("department", "employee") if name in by}
    clock = replace(
        clock,
        status="paused",
        anchor=at,
        used_us=used or 0,
        due_at=None,
        pauses=_kept(clock.pauses, Pause(since=at, reason=reason, **who)),
        wakes_at=_wakes_at(ctx, clock, at),
    )
    ctx.clock("paused", clock, at, reason=reason, elapsed_us=used, **who)
    return clock


def resume(ctx: ClockContext, clock: Clock, at: datetime, reason: str) -> Clock:
    """Let a paused clock go on with what is left of its limit."""
    at = max(at, clock.anchor)
    used_us, since = clock.used_us, clock.anchor
    clock = replace(stood_still(ctx, clock, at), status="running", anchor=at, calendar=ctx.calendar.version)
    clock = replace(clock, status="uncounted") if clock.missing else planned(clock, plan_rest(ctx, clock))
    ctx.clock(
        "resumed", clock, at, reason=clock.missing or reason, elapsed_us=used_us, paused_at=text_of_time(since),
        stood_still_s=(at - since) / MICROSECOND / 1e6, stood_still_in_all_s=clock.still_us / 1e6,
    )  # fmt: skip
    return clock


def stood_still(ctx: ClockContext, clock: Clock, until: datetime) -> Clock:
    """A paused clock with the present pause written down as over."""
    since, rule = clock.anchor, ctx.rule(clock)
    capped_us = clock.capped_us
    if rule is not None and rule.pauses is not None and rule.pauses.cap is not None:
        measured = elapsed_between(since, until, rule.pauses.cap, ctx.calendar)
        capped_us += 0 if isinstance(measured, UnpublishedYear) else measured // MICROSECOND
    pauses = clock.pauses and (*clock.pauses[:-1], replace(clock.pauses[-1], until=until))
    still_us = clock.still_us + max(0, (until - since) // MICROSECOND)
    return replace(clock, pauses=pauses, still_us=still_us, capped_us=capped_us, wakes_at=None)


def closed_between(clock: Clock, since: datetime, until: datetime) -> Clock:
    """A clock that goes on after its case was closed, with that time in the ledger; it is no pause and has no cap."""
    return replace(clock, pauses=_kept(clock.pauses, Pause(since=since, until=until, reason="closed")))


def _kept(pauses: tuple[Pause, ...], last: Pause) -> tuple[Pause, ...]:
    return (*pauses[-(LEDGER_MAX - 1) :], last)


def obstacle_to_pausing(ctx: ClockContext, clock: Clock, reason: str) -> str:
    """Why no order of reports could let a clock, as it stood then, be paused for this reason; empty where one could.

    What stands still already, or whose limit has passed by what is known now, may turn out to have counted then.
    """
    rule = ctx.rule(clock)
    if rule is not None and rule.statutory:
        return f"clock {clock.name} is a limit of the law ({rule.section}): nothing pauses it"
    if rule is None or not rule.may_pause(reason):
        reasons = ", ".join(rule.pauses.reasons) if rule is not None and rule.pauses is not None else "no reason"
        return f"clock {clock.name} may pause only for: {reasons}"
    return "" if clock.is_active else f"clock {clock.name} did not count at that time"


def _counts(clock: Clock, at: datetime) -> bool:
    """Whether it counts at that moment and was not yet due."""
    return clock.status == "running" and clock.due_at is not None and at < clock.due_at


def _has_had_its_cap(rule: ClockRule, clock: Clock) -> bool:
    cap = rule.pauses.cap if rule.pauses is not None else None
    return cap is not None and clock.capped_us * MICROSECOND >= length_of(cap)


def _wakes_at(ctx: ClockContext, clock: Clock, at: datetime) -> datetime | None:
    """When a pause that begins now reaches the cap; None without one, or where its year is not published."""
    rule = ctx.rule(clock)
    cap = rule.pauses.cap if rule is not None and rule.pauses is not None else None
    if cap is None:
        return None
    moment = moment_after(at, length_of(cap) - clock.capped_us * MICROSECOND, cap, ctx.calendar)
    return None if isinstance(moment, UnpublishedYear) else moment
