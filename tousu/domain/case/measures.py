"""Who is responsible, by whose word, and the corrective actions of a case.

Responsibility (docs/sources.md, section 4, H): the department names somebody of its own; with a partner it is agreed;
where it is disputed, whoever mediates by the pack settles it. Corrective actions go on after the end of a case.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from msgspec.structs import replace

from tousu.domain.case.state import Action, CaseFact, CaseState, Responsibility
from tousu.policy.mediation import ways_to_settle
from tousu.policy.pack import Pack

ACTIONS_MAX: Final = 50
"""How many corrective actions a case has at most, done or not: a person follows each up, and each stands in the row of
the case, which is written with every event."""


class SettlementLack(NamedTuple):
    """Why a settlement does not fit. ways: those that would; empty where it fits. needs: what could still make it fit,
    had it happened before; empty where nothing could."""

    ways: tuple[str, ...] = ()
    needs: str = ""
    message: str = ""


def missing_for(state: CaseState, fact: CaseFact, pack: Pack) -> SettlementLack:
    """What a settlement of responsibility lacks in a case as it was then."""
    by, responsible = fact.data["by"], fact.data["responsible"]
    disputed = state.dispute is not None
    ways = ways_to_settle(pack, state.departments, responsible, disputed=disputed)
    if by in ways:
        return SettlementLack()
    status = "is disputed" if disputed else "is not disputed"
    needs = "a dispute before it" if by == "mediation" else "an end of the dispute before it"
    if not disputed and by == "agreement":
        status, needs = "has no partner in it", "a partner in the case before it"
    if by == "department" and "partner" in responsible:
        needs = ""  # with a partner it is never the department alone that decides
        status = status if disputed else "names a partner"
    could = ", ".join((*(f"responsibility_settled by {way}" for way in ways), *_beside(state)))
    message = f"the case {status}, which settling by {by} does not follow; possible: {could}"
    return SettlementLack(ways, needs, message)


def settled_by(state: CaseState, fact: CaseFact) -> CaseState:
    """Responsibility is settled; a dispute about it is over."""
    settled = Responsibility(
        responsible=fact.data["responsible"], by=fact.data["by"], at=fact.at, measure=fact.data.get("measure", "")
    )
    return replace(state, responsibility=settled)


def planned_action(state: CaseState, fact: CaseFact) -> CaseState:
    """A corrective action is planned; planned otherwise while it is open, it stays the same action."""
    number = fact.data["action_id"]
    if number in state.actions:
        return state
    return replace(state, actions={**state.actions, number: Action(fact.at)})


def done_action(state: CaseState, fact: CaseFact) -> CaseState:
    """A corrective action is done: one that was planned, by its number, or one that nobody had planned."""
    number = fact.data.get("action_id")
    if number is None:
        unplanned = sum(name.startswith("-") for name in state.actions)
        return replace(state, actions={**state.actions, f"-{unplanned + 1}": Action(fact.at, fact.at)})
    action = state.actions[number]
    if action.done_at is not None:
        return state
    return replace(state, actions={**state.actions, number: Action(action.planned_at, fact.at)})


def reviewed_action(state: CaseState, fact: CaseFact) -> CaseState:
    """Whether a corrective action has worked: the newest word counts (H 6, 8.2.4)."""
    number = fact.data["action_id"]
    new = replace(state.actions[number], worked=fact.data["worked"])
    return replace(state, actions={**state.actions, number: new})


def _beside(state: CaseState) -> tuple[str, ...]:
    """What else moves a case on from there."""
    if state.is_over:
        return ()
    return ("passed_on", "taken_back") if state.dispute is not None else ("disputed",)
