"""What came of a case, as its last event says it: for whoever reads only ends and need not follow all reports.

It is the fold of the facts once more, so that a late report changes it like everything else of the case.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tousu.domain.case.state import CasePlan, CaseState
from tousu.event import text_of_time

DESCRIBED: Final = ("channel", "channel_group", "waybill_number", "object", "region", "category", "priority")
"""What the routed data say of a case that a reader of its end asks for."""


def outcome_of(state: CaseState, routed: Mapping[str, Any]) -> dict[str, Any]:
    """What came of a case that is over. routed: the data of its routed event."""
    known = {**routed, **state.decided}
    fields = {
        "upheld": state.stands,
        **state.finding,
        "responsible": state.responsibility.responsible if state.responsibility is not None else None,
        "plans": [_plan(number, plan) for number, plan in state.plans.items()] or None,
        "reissued": state.reissued,
        **_answer(state),
    }
    described = {name: known[name] for name in DESCRIBED if name in known}
    return described | {name: value for name, value in fields.items() if value is not None}


def _plan(number: str, plan: CasePlan) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "plan_id": number,
        "department": plan.department,
        "kinds": list(plan.kinds),
        "compensation": plan.compensation,
    }
    steps = {"approved": plan.approved, "executed": plan.executed}
    return {name: value for name, value in fields.items() if value} | steps


def _answer(state: CaseState) -> dict[str, str]:
    answer = state.answer
    if answer is None:
        return {}
    fields = {"answered_by": answer.employee, "answering_department": answer.department, "text": answer.text}
    return {"answered_at": text_of_time(answer.at)} | {name: value for name, value in fields.items() if value}
