"""What the customer was told to wait for: a promise is possible within the limit, and an answer keeps it.

Source: docs/sources.md, sections 1 and 6 (C: 告知答复时间, 在承诺的时间内).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from services.sla.case_context import CaseContext
from services.sla.states import Case
from tousu.decision import Refusal
from tousu.domain.clock.history import happened
from tousu.domain.clock.state import ClockMove
from tousu.domain.clock.told import first_time_of


def impossible_promise(context: CaseContext, data: Mapping[str, Any], at: datetime) -> Refusal | None:
    """Why the customer cannot be promised what a report says: it has passed, or lies beyond the limit of the case.

    Once that limit has passed any time may be told: the customer is to know when.
    """
    for rule in context.pack.clocks.values():
        until = first_time_of(rule.promised_in, data) if rule.kind == context.case.kind else None
        if until is None:
            continue
        place = next(name for name in rule.promised_in if name in data)
        if until <= at:
            message = f"{place} lies before the report itself; say until when the customer hears next"
            return Refusal(reason="impossible_promise", message=message, place=f"/{place}")
        bound = next((clock for clock in context.case.clocks if clock.name == rule.within), None)
        if bound is None or bound.due_at is None or bound.status != "running" or bound.breached:
            continue
        if until > bound.due_at:
            limit = f"{bound.limit.amount} {bound.limit.unit}"
            local = bound.due_at.astimezone(context.calendar.zone).isoformat()
            message = f"{place} lies beyond the limit of clock {bound.name}; promise at most {limit}, until {local}"
            return Refusal(reason="impossible_promise", message=message, place=f"/{place}")
    return None


def kept(context: CaseContext, case: Case, at: datetime) -> Case:
    """The case after a promise of `at`: an answer that came since, and is known already, has kept it."""
    answered = case.answered_at
    if answered is None or answered <= at:
        return case
    rules = context.pack.clocks
    clocks = tuple(
        happened(context, clock, ClockMove(at=answered, name="met", reason="answered", cause=context.cause))
        if clock.is_active and clock.name in rules and rules[clock.name].promised_in
        else clock
        for clock in case.clocks
    )
    return replace(case, clocks=clocks)
