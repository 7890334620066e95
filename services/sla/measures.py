"""Who is responsible, what is done about it, and corrective actions that are tracked until they are done.

Responsibility (domain, section 4, H): the department names somebody of its own; with a partner it is agreed; where it
is disputed, whoever mediates by the pack settles it. Corrective actions go on after the end of a case (section 6, H).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from msgspec.structs import replace

from services.sla.scene import SLA, Scene
from services.sla.states import Case, CorrectiveAction, Responsibility
from tousu.decision import Refusal
from tousu.event import text_of_time, time_of_text
from tousu.policy.mediation import ways_to_settle


def named(case: Case, said: Mapping[str, Any], at: datetime) -> Case:
    """The case after a judgement: the first word on who is responsible, where it says any."""
    if "responsible" not in said:
        return case
    return replace(case, responsibility=Responsibility(responsible=said["responsible"], by="judgement", at=at))


def settle(scene: Scene, said: Mapping[str, Any], at: datetime) -> Case | Refusal:
    """Responsibility is settled, in a way that where the case stands allows."""
    case, by = scene.case, said["by"]
    ways = ways_to_settle(scene.pack, case.departments, said["responsible"], disputed=case.disputed)
    if by not in ways:
        stands = "is disputed" if case.disputed else "is not disputed"
        if not case.disputed and by == "agreement":
            stands = "has no partner in it"
        if not case.disputed and "partner" in said["responsible"] and by == "department":
            stands = "names a partner"
        could = ", ".join((*(f"responsibility_settled by {way}" for way in ways), *_beside(case)))
        message = f"{case.kind} {case.number} {stands}, which settling by {by} does not follow; possible: {could}"
        return Refusal(reason="illegal_transition", message=message, place="/by")
    settled = Responsibility(responsible=said["responsible"], by=by, at=at, measure=said.get("measure", ""))
    return replace(case, responsibility=settled, disputed=False)


ACTIONS_MAX: Final = 50
"""How many corrective actions a case has at most, done or not: a person follows each up, and each stands in the row of
the case, which is written with every event."""


def plan_action(scene: Scene, said: Mapping[str, Any], at: datetime) -> Case | Refusal:
    """A corrective action is planned, or planned otherwise while it is open. One whose time is over is told at once."""
    case, number = scene.case, said["action_id"]
    former = next((each for each in case.corrective_actions if each.action_id == number), None)
    if former is not None and former.done_at is not None:
        message = f"corrective action {number} is done, which corrective_action_planned does not follow; give a new one"
        return Refusal(reason="illegal_transition", message=f"{message} another action_id", place="/action_id")
    action = CorrectiveAction(
        action_id=number,
        action=said["action"],
        planned_at=former.planned_at if former is not None else at,
        due_at=time_of_text(said["due_at"]) if "due_at" in said else None,
        responsible=said.get("responsible", {}),
    )
    if former is not None and former.overdue and former.due_at == action.due_at:
        action = replace(action, overdue=True)
    elif action.due_at is not None and action.due_at < scene.now:
        action = _told_overdue(scene, action, scene.now)
    if former is None and len(case.corrective_actions) >= ACTIONS_MAX:
        return _too_many(case, "/action_id")
    others = (each for each in case.corrective_actions if each is not former)
    return replace(case, corrective_actions=(*others, action))


def _too_many(case: Case, place: str) -> Refusal:
    message = (
        f"{case.kind} {case.number} has {ACTIONS_MAX} corrective actions already; report one that is planned as done, "
        "plan it otherwise by its action_id, or put several into one"
    )
    return Refusal(reason="too_many_actions", message=message, place=place)


def finish_action(scene: Scene, said: Mapping[str, Any], at: datetime) -> Case | Refusal:
    """A corrective action is done: one that was planned, by its number, or one that nobody had planned."""
    case, number = scene.case, said.get("action_id")
    if number is None:
        if len(case.corrective_actions) >= ACTIONS_MAX:
            return _too_many(case, "/action")
        done = CorrectiveAction(action_id="", action=said["action"], planned_at=at, done_at=at)
        return replace(case, corrective_actions=(*case.corrective_actions, done))
    if all(each.action_id != number or each.done_at is not None for each in case.corrective_actions):
        could = ", ".join(each.action_id for each in case.open_actions) or "none"
        message = f"{case.kind} {case.number} has no open corrective action {number}; open: {could}"
        return Refusal(reason="illegal_transition", message=message, place="/action_id")
    actions = (replace(each, done_at=at) if each.action_id == number else each for each in case.corrective_actions)
    return replace(case, corrective_actions=tuple(actions))


def tell_overdue(scene: Scene, case: Case, at: datetime) -> Case:
    """The case with the corrective actions told that are due at this moment and not done."""
    due = {each.action_id for each in case.open_actions if each.due_at == at and not each.overdue}
    if not due:
        return case
    actions = (_told_overdue(scene, each, at) if each.action_id in due else each for each in case.corrective_actions)
    return replace(case, corrective_actions=tuple(actions))


def _told_overdue(scene: Scene, action: CorrectiveAction, at: datetime) -> CorrectiveAction:
    assert action.due_at is not None
    data: dict[str, Any] = {
        "case_number": scene.case.number,
        "action_id": action.action_id,
        "action": action.action,
        "due_at": text_of_time(action.due_at),
        "at": text_of_time(at),
        "departments": scene.departments,
        "pack": scene.reference,
    }
    if action.responsible:
        data["responsible"] = action.responsible
    scene.tell(SLA, "tousu.case.corrective_action_overdue.v1", at, data, scene.case.cause)
    return replace(action, overdue=True)


def _beside(case: Case) -> tuple[str, ...]:
    """What else moves a case on from there."""
    if case.life == "closed":
        return ()
    return ("passed_on", "taken_back") if case.disputed else ("disputed",)
