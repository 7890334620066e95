"""Clocks of which nobody can say yet whether they apply: what is not known is not false.

A condition that asks for something unknown (the class, the route) is undecided. By the pack (`while_unknown`) such a
clock `waits` or `rests`: it counts in silence, so that nothing is lost; or it `runs` like any other. When the thing
becomes known, a silent clock that applies tells its story as it is by then, counted from where it should have started;
one that does not apply is gone, and a breach that it had told is withdrawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from msgspec.structs import replace

from tousu.domain.clock.changing import back_dated, late_breach
from tousu.domain.clock.context import ClockContext
from tousu.domain.clock.counting import unbreached
from tousu.domain.clock.escalation import suppress
from tousu.domain.clock.moves import MET_LATE
from tousu.domain.clock.state import NOTHING_UNKNOWN, Clock, UnknownFields
from tousu.policy.clock_rule import ClockRule, unknown_in
from tousu.policy.event_catalogue import FACTS

NOW_KNOWN: Final = "now_known"
DOES_NOT_APPLY: Final = "does_not_apply"


def doubt_of(rule: ClockRule, data: Mapping[str, Any], facts: Mapping[str, Any]) -> UnknownFields | None:
    """How a clock starts upon an event: without doubt, undecided or presumed; None where it does not start.

    What the event itself does not say may be known of the owner; what neither can ever say is false.
    """
    known = {**{name: facts[name] for name in rule.starts_with if facts.get(name) is not None}, **data}
    unknown = unknown_in(rule.starts_with, known, sayable=FACTS)
    more = unknown_in(rule.applies_when, facts)
    if unknown is None or more is None:
        return None
    fields = tuple(dict.fromkeys((*unknown, *more)))
    if not fields:
        return NOTHING_UNKNOWN
    if rule.while_unknown == "runs":
        return UnknownFields(presumed=fields)
    return UnknownFields(undecided=fields, rests=rule.while_unknown == "rests")


def decided(ctx: ClockContext, clock: Clock, facts: Mapping[str, Any], at: datetime) -> Clock | None:
    """A clock by what is known now; None for one that never applied and has told nothing."""
    rule, fields = ctx.rule(clock), clock.undecided or clock.presumed
    if rule is None or not fields:
        return clock
    asked = {name: values for name, values in {**rule.starts_with, **rule.applies_when}.items() if name in fields}
    unknown = unknown_in(asked, facts)
    if unknown == fields:
        return clock
    if clock.presumed:
        return replace(clock, presumed=unknown) if unknown is not None else _ruled_out(ctx, clock, at)
    if unknown:
        return replace(clock, undecided=unknown)
    return _revealed(ctx, replace(clock, undecided=(), rests=False), at) if unknown is not None else None


def _ruled_out(ctx: ClockContext, clock: Clock, at: datetime) -> Clock:
    """A clock that ran because nobody knew, and does not apply: it was no limit, so that no breach of it stands."""
    clock = replace(clock, presumed=())
    if clock.breached:
        clock = unbreached(ctx, clock)
    if not clock.is_active:
        return clock
    clock = replace(suppress(ctx, clock, at, DOES_NOT_APPLY), status="cancelled", ended_at=at)
    ctx.clock("cancelled", clock, at, reason=DOES_NOT_APPLY)
    return clock


def _revealed(ctx: ClockContext, clock: Clock, at: datetime) -> Clock | None:
    """A clock that counted in silence tells how it stands: that it started, and what has become of it by now."""
    passed = clock.due_at is not None and clock.ended_at is not None and clock.ended_at > clock.due_at
    if clock.status == "cancelled" and not passed:
        return None  # it would have ended without anybody waiting for it
    ctx.clock("started", clock, at, reason=clock.missing or NOW_KNOWN)
    match clock.status:
        case "running":
            return back_dated(ctx, clock)
        case "paused":
            reason = clock.pauses[-1].reason if clock.pauses else NOW_KNOWN
            ctx.clock("paused", clock, clock.anchor, reason=reason, elapsed_us=clock.used_us)
        case "met" | "cancelled" if passed:
            met = clock.status == "met"
            clock = replace(late_breach(ctx, clock), status="late" if met else "cancelled", marks=())
            ctx.clock(MET_LATE if met else "cancelled", clock, clock.ended_at or at, reason=NOW_KNOWN)
        case "met":
            ctx.clock("met", clock, clock.ended_at or at)
        case _:  # it lacks a year, as its start says
            pass
    return clock
