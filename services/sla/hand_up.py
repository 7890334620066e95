"""Telling somebody higher up at once, upon an event that the pack names (domain, sections 4 and 6, A)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.sla.case_context import SLA, CaseContext
from services.sla.states import Case
from services.sla.triggers import facts_of
from tousu.event import text_of_time
from tousu.policy.clock_rule import accepts


def hand_up(
    context: CaseContext, former: Case | None, case: Case, event_name: str, event_data: Mapping[str, Any], at: datetime
) -> None:
    """Tell whom the pack names of an event (short name, data). `former`: the case before it, None for a new one.

    A case that is routed again is told only where it has become one to be told of.
    """
    facts = facts_of(case)
    for rule in context.pack.hand_up:
        if rule.event != event_name or not accepts(rule.data, event_data) or not accepts(rule.case, facts):
            continue
        if event_name == "routed" and former is not None and accepts(rule.case, facts_of(former)):
            continue
        data = {
            "case_number": case.number,
            "level": rule.level,
            "to": rule.to,
            "reason": rule.reason,
            "at": text_of_time(at),
            "departments": context.departments,
            "pack": context.reference,
            "section": rule.section,
        }
        context.tell(SLA, "tousu.case.escalated.v1", at, data, case.cause)
