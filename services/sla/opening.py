"""A case comes, is decided anew, moves to other departments, or turns out to have been received earlier."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from msgspec.structs import replace

from services.sla.case_context import CaseContext
from services.sla.states import Case
from services.sla.triggers import Triggers, clocks_of, with_clocks
from tousu.domain.clock import changing
from tousu.domain.clock.triggers import relieved
from tousu.event import time_of_text
from tousu.policy.facts import facts_of_case
from tousu.policy.pack import Pack

_GOES_FIRST: Final = ("priority",)
"""The field of the routed data that says which case goes first."""


def new_case(pack: Pack, asked: frozenset[str], data: Mapping[str, Any], cause: str, organisation: str = "") -> Case:
    """The case that the router's event tells of, still without clocks. `asked`: facts that clocks ask for."""
    received_at = time_of_text(data["received_at"])
    return Case(
        number=data["case_number"],
        kind=data["kind"],
        life="received",
        departments=tuple(data["departments"]),
        received_at=received_at,
        round_at=received_at,
        assigned_at=received_at,
        cause=cause,
        first_received_at=received_at,
        organisation=organisation,
        region=data.get("region"),
        pack_version=pack.version,
        grade=data.get("grade"),
        class_name=data.get("class"),
        revision=data.get("revision", 1),
        facts=_facts(asked, data),
        **_priority(pack, data),
        first_asked=data.get("first_asked", ""),
    )


def open_case(context: CaseContext, triggers: Triggers, data: Mapping[str, Any], at: datetime) -> Case:
    """Start the clocks of a new case."""
    return triggers.pull(context, context.case, "routed", data, at)


def decide_anew(context: CaseContext, asked: frozenset[str], data: Mapping[str, Any], at: datetime) -> Case:
    """The router decided class, grade or priority again: clocks with a limit by grade are worked out anew."""
    departments = tuple(data["departments"])
    context.departments = list(departments)
    case = replace(
        context.case,
        departments=departments,
        class_name=data.get("class"),
        revision=data.get("revision", 1),
        facts=_facts(asked, data),
        **_priority(context.pack, data),
    )
    return graded(context, case, data.get("grade"), at)


def graded(context: CaseContext, case: Case, grade: str | None, at: datetime) -> Case:
    """The case with this grade (None: unchanged), its active clocks with the limits of it."""
    if grade is None or grade == case.grade:
        return case
    case = context.case = replace(case, grade=grade)
    return replace(case, clocks=tuple(changing.regrade(context, clock, at) for clock in case.clocks))


def hand_over(context: CaseContext, triggers: Triggers, data: Mapping[str, Any], at: datetime) -> Case:
    """Responsibility moves. Clocks go on.

    A department that is new to the case sets off what the pack restarts on `passed_on`.
    """
    old = context.case
    departments = tuple(data["to_departments"])
    context.departments = list(departments)
    case = replace(old, departments=departments, class_name=data.get("class", old.class_name))
    case = graded(context, case, data.get("grade"), at)
    if set(departments) <= set(old.departments):
        context.case = case
        return with_clocks(case, relieved(context, clocks_of(case), at))
    return triggers.pull(context, case, "passed_on", data, at)


def join(context: CaseContext, triggers: Triggers, data: Mapping[str, Any], at: datetime) -> Case:
    """The same trouble came on another channel. Where that had been received earlier, clocks count from there."""
    received_at = time_of_text(data["received_at"])
    case = replace(context.case, joined={**context.case.joined, _submission(data): received_at})
    return triggers.pull(context, _received_anew(context, case, at), "joined", data, at)


def separate(context: CaseContext, data: Mapping[str, Any], at: datetime) -> Case:
    """A telling turned out to be another trouble: clocks count from the earliest receipt of those that stay."""
    submission = _submission(data)
    case = context.case
    case = replace(case, joined={name: moment for name, moment in case.joined.items() if name != submission})
    return _received_anew(context, case, at)


def _submission(data: Mapping[str, Any]) -> str:
    return f"{data['source_event']['source']} {data['source_event']['id']}"


def _received_anew(context: CaseContext, case: Case, at: datetime) -> Case:
    """The case as received at its earliest telling; a closed one keeps its times, so that its verdict stands."""
    received_at = min((case.first_received_at or case.received_at, *case.joined.values()))
    if case.life == "closed" or received_at == case.received_at:
        return case
    begun = {name: received_at for name in ("round_at", "assigned_at") if getattr(case, name) == case.received_at}
    moved = []
    for clock in case.clocks:
        rule = context.rule(clock)
        counts = rule is not None and rule.starts_at == "received_at" and clock.generation == 1
        moved.append(changing.restart_from(context, clock, received_at, at) if counts else clock)
    return replace(case, received_at=received_at, clocks=tuple(moved), **begun)


def _facts(asked: frozenset[str], data: Mapping[str, Any]) -> dict[str, Any]:
    """What the routed data say of the facts that the pack asks for."""
    return {name: value for name, value in facts_of_case(data).items() if name in asked}


def _priority(pack: Pack, data: Mapping[str, Any]) -> dict[str, Any]:
    """Which priority the routed data say, and as how many from the top the pack has it."""
    priority = next((data[name] for name in _GOES_FIRST if name in data), "")
    levels = pack.priority.levels if pack.priority is not None else ()
    return {"priority": priority, "rank": levels.index(priority) if priority in levels else 0}
