"""The plans of a case: each has a number and belongs to one department, and where it must, it is approved for itself.

Whoever approves, refuses or carries out a plan names it (`plan_id`). Where nobody does, a department means its own
newest plan, and whoever is in charge the one that waits for an instruction; the newest instruction holds. Source:
docs/sources.md, section 6 (L, C).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from tousu.domain.case.state import CaseFact, CasePlan, CaseState

PLANS_MAX: Final = 40
"""So many plans of a round are known, the newest ones."""
INSTRUCTIONS: Final = frozenset({"plan_approved", "plan_refused"})
"""What whoever is in charge says of a plan."""

PROPOSED: Final = ("plan", "more_kinds", "compensation")
"""What a proposal says of its plan, beside whose and which it is."""


class AmbiguousPlan(Exception):
    """An instruction that names no plan while several wait for one."""


def plan_number_of(fact: CaseFact) -> str | None:
    """The number of the plan that a report names."""
    return fact.data.get("plan_id")


def department_of(fact: CaseFact) -> str:
    """The department that reports; empty where nobody says."""
    department: str = fact.data.get("department", "")
    return department


def plan_meant(state: CaseState, fact: CaseFact) -> str:
    """The number of the plan that a report means; empty for one without number, or where there is none.

    Raises AmbiguousPlan.
    """
    number = plan_number_of(fact)
    if number is not None:
        return number
    if fact.name == "plan_proposed" or not state.plans:
        return ""
    if fact.name in INSTRUCTIONS:
        waiting = [number for number, plan in state.plans.items() if plan.waits]
        if len(waiting) > 1:
            raise AmbiguousPlan(", ".join(waiting))
        return waiting[0] if waiting else [*state.plans][-1]
    department = department_of(fact)
    own = [number for number, plan in state.plans.items() if department and plan.department == department]
    return (own or [*state.plans])[-1]


def plans_after(state: CaseState, fact: CaseFact) -> Mapping[str, CasePlan]:
    """The plans after a report about one of them that counts; the newest stands last."""
    number, department = plan_meant(state, fact), department_of(fact)
    known = state.plans.get(number)
    match fact.name:
        case "plan_proposed":
            others = {name: plan for name, plan in state.plans.items() if name != number}
            kinds = (*_listed(fact.data.get("plan")), *fact.data.get("more_kinds", ()))
            whose = department or (known.department if known is not None else "")
            new = CasePlan(whose, kinds=kinds, compensation=fact.data.get("compensation", {}))
            return dict([*others.items(), (number, new)][-PLANS_MAX:])
        case "plan_approved" if known is not None:
            return {**state.plans, number: replace(known, approved=True, refused=False)}
        case "plan_refused" if known is not None:
            return {**state.plans, number: replace(known, approved=False, refused=True)}
        case "plan_executed":
            return {**state.plans, number: replace(known or CasePlan(department), executed=True)}
        case _:
            return state.plans


def of_another_department(state: CaseState, fact: CaseFact) -> str:
    """The department whose plan a report of another one is about; empty where it is its own, or nobody says."""
    number, department = plan_number_of(fact), department_of(fact)
    known = state.plans.get(number) if number is not None else None
    if fact.name in INSTRUCTIONS or known is None or not department:
        return ""
    return known.department if known.department not in ("", department) else ""


def is_approved(state: CaseState, fact: CaseFact) -> bool:
    """Whether the plan that a report means is there and approved."""
    plan = state.plans.get(plan_meant(state, fact))
    return plan is not None and plan.approved


def _listed(kind: str | None) -> tuple[str, ...]:
    return () if kind is None else (kind,)


def is_executed(state: CaseState, fact: CaseFact) -> bool:
    """Whether the plan that a report means is there and was carried out already."""
    plan = state.plans.get(plan_meant(state, fact))
    return plan is not None and plan.executed


def waiting(state: CaseState) -> tuple[str, ...]:
    """The numbers of the plans that wait for an instruction ('' for one without)."""
    return tuple(number for number, plan in state.plans.items() if plan.waits)


def settles(state: CaseState) -> bool:
    """Whether the plan that settles the case, the newest, was approved and executed."""
    newest = [*state.plans.values()][-1:]
    return any(plan.approved and plan.executed for plan in newest)
