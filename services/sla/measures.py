"""Corrective actions that are tracked until they are done: they go on after the end of a case (docs/sources.md, 6, H).

Whether one may be planned or done the router decides; here it is watched over, and told when its time has passed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from services.sla.case_context import SLA, CaseContext
from services.sla.states import Case, CorrectiveAction
from tousu.event import text_of_time, time_of_text


def plan_action(context: CaseContext, data: Mapping[str, Any], at: datetime) -> Case:
    """A corrective action is planned, or planned otherwise while it is open. One whose time is over is told at once."""
    case, number = context.case, data["action_id"]
    former = next((candidate for candidate in case.corrective_actions if candidate.action_id == number), None)
    if former is not None and former.stated_at is not None and former.stated_at > at:
        older = replace(former, planned_at=min(former.planned_at, at))  # an earlier plan that is told late
        return replace(case, corrective_actions=_instead(case, former, older))
    action = CorrectiveAction(
        action_id=number,
        action=data["action"],
        planned_at=former.planned_at if former is not None else at,
        stated_at=at,
        due_at=time_of_text(data["due_at"]) if "due_at" in data else None,
        responsible=data.get("responsible", {}),
        done_at=former.done_at if former is not None else None,
    )
    if former is not None and former.overdue and former.due_at == action.due_at:
        action = replace(action, overdue=True)
    elif action.done_at is None and action.due_at is not None and action.due_at < context.now:
        action = _overdue(context, action, context.now)
    others = (other for other in case.corrective_actions if other is not former)
    return replace(case, corrective_actions=(*others, action))


def finish_action(context: CaseContext, data: Mapping[str, Any], at: datetime) -> Case:
    """A corrective action is done: one that was planned, by its number, or one that nobody had planned."""
    case, number = context.case, data.get("action_id")
    planned = next((action for action in case.corrective_actions if number and action.action_id == number), None)
    if planned is None:
        done = CorrectiveAction(action_id=number or "", action=data["action"], planned_at=at, done_at=at)
        return replace(case, corrective_actions=(*case.corrective_actions, done))
    first = at if planned.done_at is None else min(planned.done_at, at)
    return replace(case, corrective_actions=_instead(case, planned, replace(planned, done_at=first)))


def _instead(case: Case, former: CorrectiveAction, new: CorrectiveAction) -> tuple[CorrectiveAction, ...]:
    return tuple(new if action is former else action for action in case.corrective_actions)


def tell_overdue(context: CaseContext, case: Case, at: datetime) -> Case:
    """The case with the corrective actions told that are due at this moment and not done."""
    due = {action.action_id for action in case.open_actions if action.due_at == at and not action.overdue}
    if not due:
        return case
    actions = (
        _overdue(context, action, at) if action.action_id in due else action for action in case.corrective_actions
    )
    return replace(case, corrective_actions=tuple(actions))


def _overdue(context: CaseContext, action: CorrectiveAction, at: datetime) -> CorrectiveAction:
    assert action.due_at is not None
    data: dict[str, Any] = {
        "case_number": context.case.number,
        "action_id": action.action_id,
        "action": action.action,
        "due_at": text_of_time(action.due_at),
        "at": text_of_time(at),
        "departments": context.departments,
        "pack": context.reference,
    }
    if action.responsible:
        data["responsible"] = action.responsible
    context.tell(SLA, "tousu.case.corrective_action_overdue.v1", at, data, context.case.cause)
    return replace(action, overdue=True)
