"""What a fact that counts makes of a case. Whether it counts is decided before (`tousu.domain.case.lifecycle`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from msgspec.structs import replace

from tousu.domain.case.measures import done_action, planned_action, reviewed_action, settled_by
from tousu.domain.case.plans import department_of, plans_after
from tousu.domain.case.state import CaseAnswer, CaseFact, CaseState, Life, Plan, Responsibility
from tousu.policy.facts import with_found

RANK: Final[Mapping[str, int]] = {
    "acknowledged": 1, "judged": 2, "plan_proposed": 3, "plan_approved": 4, "plan_refused": 4, "plan_executed": 5,
}  # fmt: skip
"""The steps of a department, in order."""
JOINED: Final = "joined"
"""The customer told it again: that counts whenever it comes."""
FINDING: Final = ("reason", "cause", "delay_cause")
"""What a judgement says beside whether the complaint is upheld."""
ANSWERING: Final = ("text", "employee", "department")
"""What an answer says of itself."""
_OPENING: Final = frozenset({"received", "reissued", "reopened"})
_CONFIRMING: Final = ("confirmation", "no_confirmation_reason")


def advanced(state: CaseState, fact: CaseFact) -> CaseState:
    """The case after a fact that counts, as far as its life goes."""
    move = _MOVES.get(fact.name)
    return state if move is None else move(state, fact)


def handed_over(state: CaseState, departments: tuple[str, ...], at: datetime) -> CaseState:
    """The case with these departments in charge: where nobody of the former stays, the new ones begin anew."""
    staying = {name: rank for name, rank in state.steps.items() if name in departments}
    if set(departments) & set(state.departments):
        return replace(state, departments=departments, steps=staying)
    return replace(state, departments=departments, steps={}, life="received", plan="", plans={}, assigned_at=at)


def _step(state: CaseState, fact: CaseFact) -> CaseState:
    """A step of a department: the case goes on by it, unless it lies behind; the department has come so far."""
    life, plan = _after_step(state, fact)
    plans = plans_after(state, fact) if fact.name.startswith("plan_") else state.plans
    department, rank = department_of(fact), RANK[fact.name]
    steps = state.steps
    if department in state.departments and steps.get(department, 0) < rank:
        steps = {**steps, department: rank}
    if (life, plan, plans, steps) == (state.life, state.plan, state.plans, state.steps):
        return state
    return replace(state, life=life, plan=plan, plans=plans, steps=steps)


def _after_step(state: CaseState, fact: CaseFact) -> tuple[Life, Plan]:
    match fact.name:
        case "acknowledged":
            return ("acknowledged" if state.life in _OPENING else state.life), state.plan
        case "plan_proposed":
            return "planned", "proposed"
        case "plan_approved" if state.plan in ("proposed", "refused"):
            return "approved", "approved"
        case "plan_refused":
            return ("judged" if state.stands else "acknowledged"), "refused"
        case "plan_executed":
            return "executed", "executed"
        case _:  # approved again
            return state.life, state.plan


def _judged(state: CaseState, fact: CaseFact) -> CaseState:
    """The newest judgement counts. One that does not uphold the complaint leaves no plan."""
    upheld: bool = fact.data["stands"]
    state = replace(
        _step(state, fact),
        stands=upheld,
        life="judged" if upheld else "not_standing",
        plan=state.plan if upheld else "",
        plans=state.plans if upheld else {},
        finding=_named(fact, FINDING),
    )
    if "responsible" not in fact.data:
        return state
    named = Responsibility(responsible=fact.data["responsible"], by="judgement", at=fact.at)
    return replace(state, responsibility=named)


def _answered(state: CaseState, fact: CaseFact) -> CaseState:
    state = _with_answer(state, fact)
    if state.stands is False:
        return _ended(state, fact, "does_not_stand")
    if fact.data["settled"]:
        return _ended(state, fact, "settled")
    return replace(state, life="reissued", plan="", plans={}, reissued=state.reissued + 1)


def _with_answer(state: CaseState, fact: CaseFact) -> CaseState:
    return replace(state, answer=CaseAnswer(fact.at, **_named(fact, ANSWERING)))


def _withdrawn(state: CaseState, fact: CaseFact) -> CaseState:
    return replace(_ended(state, fact, "withdrawn"), finding=state.finding | _named(fact, ("reason",)))


def _ended(state: CaseState, fact: CaseFact, result: str) -> CaseState:
    ended_at = max(fact.at, state.round_at)
    return replace(state, life="closed", ended_at=ended_at, result=result, confirmation=_named(fact, _CONFIRMING))


def _reopened(state: CaseState, fact: CaseFact) -> CaseState:
    """The next round begins: what the former one had found is judged anew."""
    at = max(fact.at, state.ended_at or fact.at)
    return replace(
        state, life="reopened", reopened=state.reopened + 1, round_at=at, assigned_at=at, plan="", plans={},
        stands=None, finding={}, answer=None, steps={}, satisfaction={}, confirmation={}, result="", ended_at=None,
    )  # fmt: skip


def _satisfied(state: CaseState, fact: CaseFact) -> CaseState:
    satisfaction = _named(fact, ("score", "rating"))
    return replace(state, satisfaction=satisfaction) if satisfaction else state


def _named(fact: CaseFact, names: tuple[str, ...]) -> dict[str, Any]:
    """What a fact says by these names."""
    return {name: fact.data[name] for name in names if name in fact.data}


_MOVES: Final[Mapping[str, Callable[[CaseState, CaseFact], CaseState]]] = {
    "acknowledged": _step,
    "judged": _judged,
    "plan_proposed": _step,
    "plan_approved": _step,
    "plan_refused": _step,
    "plan_executed": _step,
    "customer_answered": _answered,
    "inquiry_answered": lambda state, fact: _ended(_with_answer(state, fact), fact, f"inquiry_{fact.data['outcome']}"),
    "withdrawn": _withdrawn,
    "reopened": _reopened,
    "satisfaction_given": _satisfied,
    "followed_up": _satisfied,
    "assessed": lambda state, fact: replace(state, found=with_found(state.found, fact.data, fact.at)),
    JOINED: lambda state, fact: replace(state, found=with_found(state.found, fact.data, fact.at)),
    "responsibility_settled": settled_by,
    "corrective_action_planned": planned_action,
    "corrective_action_done": done_action,
    "corrective_action_reviewed": reviewed_action,
    "recount_ordered": lambda state, fact: replace(
        state, pack_version=fact.data.get("pack_version", state.pack_version)
    ),
}
