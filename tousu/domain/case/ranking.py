"""Grade, priority and category of a case, and whom it goes to, from its classes and from what is known of it.

Decided on arrival and again whenever a department reports what facts depend on. Source: docs/sources.md, sections 3 and
4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tousu.domain.case.state import CaseState
from tousu.policy.facts import facts_of_case, severity_of
from tousu.policy.grading import Assignment, assignment_of, grade_rule, priority_of
from tousu.policy.pack import Pack

RANKED: Final = ("category", "grade", "stars", "grade_section", "priority", "priority_section", "lane")
"""What is decided here, as `complaint.routed` carries it."""


def ranked(pack: Pack, routed: Mapping[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """The routed data of a complaint with category, grade and priority. `known`: facts beyond the routed data."""
    category = pack.classes[routed["class"]].category if "class" in routed else ""
    routed = {name: value for name, value in routed.items() if name not in RANKED} | _if_any("category", category)
    rule = grade_rule(pack, facts_of_case(routed) | known)
    grade = rule.grade if rule is not None else _grade_of_classes(pack, routed)
    routed |= {"grade": grade, "stars": pack.grades[grade].stars}
    routed |= _if_any("grade_section", rule.section if rule is not None else "")
    return with_priority(pack, routed, known)


def with_priority(pack: Pack, routed: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """The routed data of a case with its priority, where the pack has any."""
    priority = priority_of(pack, facts_of_case(routed) | known)
    if priority is None:
        return routed
    fields = {"priority": priority.level, "priority_section": priority.section}
    return routed | fields | _if_any("lane", priority.lane)


def assigned(
    pack: Pack, routed: Mapping[str, Any], known: dict[str, Any], class_departments: Sequence[str]
) -> Assignment:
    """Whom a case goes to by its classes and by what is known of it."""
    return assignment_of(pack, facts_of_case(routed) | known, class_departments)


def known_of(case: CaseState) -> dict[str, Any]:
    """What is known of a case beyond its routed data: what was found, whether it stands, how often it was reopened."""
    known: dict[str, Any] = {name: fact.value for name, fact in case.found.items()}
    return known | {"stands": case.stands, "reopened": case.reopened}


def with_severity(routed: Mapping[str, Any], case: CaseState) -> dict[str, Any]:
    """The routed data with the newest severity."""
    severity = routed.get("severity", {}) | severity_of(case.found)
    return {**routed, **({"severity": severity} if severity else {})}


def shifted(answering: Sequence[str], former: Sequence[str], new: Sequence[str]) -> tuple[str, ...]:
    """Who answers when the rules call for others than before: whom people put in charge since stays in charge."""
    if tuple(answering) == tuple(former):
        return tuple(new)
    staying = [name for name in answering if name in new or name not in former]
    coming = [name for name in new if name not in former]
    return tuple(dict.fromkeys((*staying, *coming))) or tuple(new)


def _grade_of_classes(pack: Pack, routed: Mapping[str, Any]) -> str:
    grades = tuple(pack.classes[trouble["class"]].grade for trouble in routed.get("classes", ()))
    return pack.gravest(grades) if grades else pack.routing.unsure.grade


def _if_any(name: str, value: str) -> dict[str, str]:
    return {name: value} if value else {}
