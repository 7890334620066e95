"""What departments report: the steps of a case, and pauses and extensions of its clocks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from services.sla import clocks
from services.sla.life import RANK, Outcome, Step, possible, step
from services.sla.opening import moment_of_text
from services.sla.outcome import tell_closed, tell_reopened
from services.sla.scene import Scene
from services.sla.states import Case, Clock
from services.sla.triggers import Triggers, restarted
from tousu.decision import Refusal
from tousu.policy.calendar import UnpublishedYear


def handle(
    scene: Scene, triggers: Triggers, what: str, said: Mapping[str, Any], happened_at: datetime, at: datetime
) -> Case | Refusal:
    """The case after a handling event. `happened_at` is what was reported, `at` that time within receipt and now."""
    case = scene.case
    done = step(case, what, said, happened_at)
    match done.outcome:
        case Outcome.ILLEGAL:
            return illegal(case, what)
        case Outcome.REOPENED:
            return _reopened(scene, max(at, case.closed_at or at), said["reason"])
        case Outcome.NOTED:
            noted = _noted(scene, what, said, at)
            return noted if isinstance(noted, Refusal) else triggers.pull(scene, noted, what, said, at)
        case Outcome.KEPT:
            return triggers.pull(scene, _stepped(case, what, said), what, said, at)
        case Outcome.MOVED:
            stands = said["stands"] if what == "judged" else case.stands
            moved = replace(_stepped(case, what, said), life=done.life, stands=stands, moved_at=max(at, case.moved_at))
            return triggers.pull(scene, moved, what, said, at)
        case Outcome.CLOSED:
            return _closed(scene, triggers.pull(scene, case, what, said, at), done, at)


def illegal(case: Case, what: str) -> Refusal:
    """The refusal of an event that fits nowhere: where the case stands and what could follow."""
    name = "passed_on" if what == "pass_requested" else what
    could = ", ".join(possible(case))
    message = f"{case.kind} {case.number} is {case.life}, which {name} does not follow; possible: {could}"
    return Refusal(reason="illegal_transition", message=message, place="type")


def close(scene: Scene, case: Case, result: str, at: datetime) -> Case:
    """End a case: whatever clock still waits is cancelled, and the outcome is told."""
    ended = tuple(clocks.cancel(scene, clock, at, "case_closed") for clock in case.clocks)
    past = tuple(clock for clock in (clocks.acquit(scene, clock, at) for clock in case.past) if clock.breached)
    case = replace(case, life="closed", result=result, closed_at=at, expires_at=None, clocks=ended, past=past)
    tell_closed(scene, case)
    return case


def _closed(scene: Scene, case: Case, done: Step, at: datetime) -> Case:
    return close(scene, replace(case, moved_at=max(at, case.moved_at)), done.result, max(at, case.round_at))


def _reopened(scene: Scene, at: datetime, reason: str) -> Case:
    """Begin the next round: the clocks that the pack restarts begin a new generation, the others rest."""
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
        result="",
        closed_at=None,
    )
    tell_reopened(scene, case, at, reason)
    past = case.past
    moved = []
    for clock in case.clocks:
        rule = scene.rule(clock)
        new = clock
        if rule is not None and rule.on_reopen == "restart":
            old, new = restarted(scene, clock, at)
            past = (*past, old) if old.breached else past
        moved.append(new)
    return replace(case, clocks=tuple(moved), past=past)


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
            return _paused(scene, said, at)
        case "resumed":
            return _resumed(scene, said.get("reason", ""), at)
        case "extended":
            return _extended(scene, said, at)
        case "satisfaction_given":
            return replace(case, satisfaction={name: said[name] for name in ("score", "rating") if name in said})
        case "corrective_action_done":
            return replace(case, corrective_actions=case.corrective_actions + 1)
        case _:  # a request to move the case: what the router decides comes as an event of its own
            return case


def _paused(scene: Scene, said: Mapping[str, Any], at: datetime) -> Case | Refusal:
    """Pause the clocks named, or all that may pause for this reason. None, or one that may not: refused."""
    case, reason, named = scene.case, said["reason"], said.get("clocks")

    def obstacle(clock: Clock) -> str:
        rule = scene.rule(clock)
        if rule is None or not rule.may_pause(reason):
            reasons = ", ".join(rule.pauses.reasons) if rule is not None and rule.pauses is not None else "no reason"
            return f"clock {clock.name} may pause only for: {reasons}"
        return "" if clocks.can_pause(clock, at) else f"clock {clock.name} did not count at that time"

    obstacles = {clock.name: obstacle(clock) for clock in case.clocks}
    chosen = named if named is not None else [name for name, trouble in obstacles.items() if not trouble]
    troubles = [obstacles.get(name, f"the case has no clock {name}") for name in chosen]
    if not chosen or any(troubles):
        words = "; ".join(trouble for trouble in (troubles or obstacles.values()) if trouble)
        return Refusal(reason="not_pausable", message=words or "the case has no clock", place="/reason")
    moved = (clocks.pause(scene, clock, at, reason) if clock.name in chosen else clock for clock in case.clocks)
    return replace(case, clocks=tuple(moved))


def _resumed(scene: Scene, reason: str, at: datetime) -> Case | Refusal:
    case = scene.case
    if not any(clock.status == "paused" for clock in case.clocks):
        message = f"no clock of {case.kind} {case.number} stands still; resumed follows paused"
        return Refusal(reason="illegal_transition", message=message, place="type")
    moved = (clocks.resume(scene, clock, at, reason) if clock.status == "paused" else clock for clock in case.clocks)
    return replace(case, clocks=tuple(moved))


def _extended(scene: Scene, said: Mapping[str, Any], at: datetime) -> Case | Refusal:
    """Extend one clock: as often as the pack says, approved, to a later time, before the limit has passed."""
    case, name = scene.case, said["clock"]
    clock = next((clock for clock in case.clocks if clock.name == name), None)
    if clock is None:
        return _not_extendable(f"the case has no clock {name}", "/clock")
    rule = scene.rule(clock)
    most = rule.extensions.times_max if rule is not None and rule.extensions is not None else 0
    until = moment_of_text(said["until"])
    if clock.extensions >= most:
        return _not_extendable(f"clock {name} may be extended {most} times and was {clock.extensions} times", "/clock")
    if "approved_by" not in said:
        return _not_extendable("an extension needs approval: say who approved it in approved_by", "/approved_by")
    if not clocks.can_extend(clock, at) or clock.due_at is None:
        return _not_extendable(f"clock {name} did not count at that time, or its limit had passed", "/clock")
    if until <= clock.due_at:
        return _not_extendable(f"until must lie after the present limit of clock {name}", "/until")
    extended = clocks.extend(scene, clock, at, until, said["reason"])
    if isinstance(extended, UnpublishedYear):
        return _not_extendable(extended.reason, "/until")
    return replace(case, clocks=tuple(extended if each is clock else each for each in case.clocks))


def _not_extendable(message: str, place: str) -> Refusal:
    return Refusal(reason="not_extendable", message=message, place=place)
