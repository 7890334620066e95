"""What departments report: the steps of a case, and what happens to its clocks at its end and when it is reopened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from msgspec.structs import replace

from services.sla.life import RANK, Outcome, Step, possible, step
from services.sla.measures import finish_action, named, plan_action, settle
from services.sla.outcome import tell_closed, tell_incomplete, tell_reopened
from services.sla.scene import Scene
from services.sla.states import Case
from services.sla.triggers import CLOSED, Triggers, clocks_of, with_clocks
from tousu.decision import Refusal
from tousu.domain.clock.reports import extend, pause_all, resume_all
from tousu.domain.clock.triggers import ended, reopened
from tousu.policy.closing import lacks_confirmation
from tousu.policy.facts import found_with
from tousu.policy.replies import incomplete_reply

_CONFIRMING: Final = ("confirmation", "no_confirmation_reason")


def handle(
    scene: Scene, triggers: Triggers, what: str, said: Mapping[str, Any], happened_at: datetime, at: datetime
) -> Case | Refusal:
    """The case after a handling event. `happened_at` is what was reported, `at` that time within receipt and now."""
    case = scene.case
    done = step(case, what, said, happened_at, needs_approval=_needs_approval(scene))
    lack = incomplete_reply(scene.pack, what, said, case.stands)
    if lack is not None and done.outcome is not Outcome.ILLEGAL:
        tell_incomplete(scene, lack, at)
        return case
    match done.outcome:
        case Outcome.ILLEGAL:
            return illegal(scene, what)
        case Outcome.REOPENED:
            return _reopened(scene, triggers, said, max(at, case.closed_at or at))
        case Outcome.NOTED:
            noted = _noted(scene, what, said, at)
            return noted if isinstance(noted, Refusal) else triggers.pull(scene, noted, what, said, at)
        case Outcome.KEPT:
            return triggers.pull(scene, _stepped(case, what, said), what, said, at)
        case Outcome.MOVED:
            stands = said["stands"] if what == "judged" else case.stands
            case = named(case, said, at) if what == "judged" else case
            moved = replace(_stepped(case, what, said), life=done.life, stands=stands, moved_at=max(at, case.moved_at))
            return triggers.pull(scene, moved, what, said, at)
        case Outcome.CLOSED if lacks_confirmation(scene.pack, what, said, case.stands):
            return _unconfirmed(scene)
        case Outcome.CLOSED:
            case = replace(case, confirmation={name: said[name] for name in _CONFIRMING if name in said})
            return _closed(scene, triggers, triggers.pull(scene, case, what, said, at), done, at)


def illegal(scene: Scene, what: str) -> Refusal:
    """The refusal of an event that fits nowhere: where the case stands and what could follow."""
    case, needs_approval = scene.case, _needs_approval(scene)
    name = "passed_on" if what == "pass_requested" else what
    could = ", ".join(possible(case, needs_approval=needs_approval))
    message = f"{case.kind} {case.number} is {case.life}, which {name} does not follow; possible: {could}"
    if what == "plan_executed" and needs_approval and case.life != "closed":
        message += f"; a plan of grade {case.grade} is executed after plan_approved"
    return Refusal(reason="illegal_transition", message=message, place="type")


def _needs_approval(scene: Scene) -> bool:
    approval = scene.pack.approval
    return approval is not None and scene.case.grade in approval.grades


def _unconfirmed(scene: Scene) -> Refusal:
    closing = scene.pack.closing
    accepted = " or ".join(closing.confirmation) if closing is not None else ""
    message = (
        f"{scene.case.kind} {scene.case.number} ends only with the customer's confirmation; say {accepted} in "
        "confirmation, or in no_confirmation_reason why none can be had"
    )
    return Refusal(reason="confirmation_missing", message=message, place="/confirmation")


def close(scene: Scene, triggers: Triggers, case: Case, result: str, at: datetime) -> Case:
    """End a case: whatever clock still waits and does not outlive the case is cancelled, and the outcome is told."""
    running = ended(scene, clocks_of(case), at, "case_closed")
    case = replace(case, life="closed", result=result, closed_at=at, expires_at=None)
    case = with_clocks(case, running)
    tell_closed(scene, case)
    return triggers.pull(scene, case, CLOSED, {"result": result}, at)


def _closed(scene: Scene, triggers: Triggers, case: Case, done: Step, at: datetime) -> Case:
    case = replace(case, moved_at=max(at, case.moved_at))
    return close(scene, triggers, case, done.result, max(at, case.round_at))


def _reopened(scene: Scene, triggers: Triggers, said: Mapping[str, Any], at: datetime) -> Case:
    """Begin the next round. Each clock does what the pack says: it starts anew, goes on, or rests."""
    case = replace(
        scene.case,
        life="reopened",
        reopened=scene.case.reopened + 1,
        round_at=at,
        assigned_at=at,
        moved_at=at,
        stands=None,
        steps={},
        satisfaction={},
        confirmation={},
        result="",
        closed_at=None,
    )
    tell_reopened(scene, case, at, said["reason"])
    scene.case = case
    case = with_clocks(case, reopened(scene, clocks_of(case), at))
    return triggers.pull(scene, case, "reopened", said, at)


def _stepped(case: Case, what: str, said: Mapping[str, Any]) -> Case:
    """The case, remembering how far the department that reports has come."""
    department, rank = said.get("department"), RANK.get(what)
    if rank is None or department not in case.departments or case.steps.get(department, 0) >= rank:
        return case
    return replace(case, steps={**case.steps, department: rank})


def _noted(scene: Scene, what: str, said: Mapping[str, Any], at: datetime) -> Case | Refusal:
    case = scene.case
    match what:
        case "paused":
            moved = pause_all(scene, case.clocks, said, at)
            return moved if isinstance(moved, Refusal) else replace(case, clocks=moved)
        case "resumed":
            resumed = resume_all(scene, case.clocks, said.get("reason", ""), at)
            return _nothing_stands_still(case) if resumed is None else replace(case, clocks=resumed)
        case "extended":
            extended = extend(scene, case.clocks, said, at)
            return extended if isinstance(extended, Refusal) else replace(case, clocks=extended)
        case "satisfaction_given" | "followed_up" if "score" in said or "rating" in said:
            return replace(case, satisfaction={name: said[name] for name in ("score", "rating") if name in said})
        case "assessed":
            return replace(case, found=found_with(case.found, said, at))
        case "disputed" | "taken_back" if case.disputed is not (what == "disputed"):
            return replace(case, disputed=not case.disputed)
        case "responsibility_settled":
            return settle(scene, said, at)
        case "corrective_action_planned":
            return plan_action(scene, said, at)
        case "corrective_action_done":
            return finish_action(scene, said, at)
        case _:  # for triggers alone, or a request to move the case: the router decides, in an event of its own
            return case


def _nothing_stands_still(case: Case) -> Refusal:
    message = f"no clock of {case.kind} {case.number} stands still; resumed follows paused"
    return Refusal(reason="illegal_transition", message=message, place="type")
