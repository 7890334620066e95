"""How grave a case is, which goes first, and who gets it beyond its class: from facts to what a pack says of them.

Source: docs/sources.md, sections 3 (H, A: grade and priority) and 4 (S: priority lane; C: several departments).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tousu.policy.handling_rule import GradeRule
from tousu.policy.pack import Pack


class Priority(NamedTuple):
    """Which case goes first. `lane`: the priority lane that gave it, empty where a dimension did."""

    level: str
    section: str
    lane: str = ""


class Assignment(NamedTuple):
    """Who gets a case. `section`: of the rule that decided, empty where the classes did."""

    departments: tuple[str, ...]
    section: str = ""


def grade_rule(pack: Pack, facts: Mapping[str, Any]) -> GradeRule | None:
    """The rule that grades a case: of all that hold the gravest. None: the class gives the grade.

    What a pack says of complaints that do not stand goes before everything else: an invalid complaint is not grave
    through the loss it speaks of (A, section 3: grade D).
    """
    holding = [rule for rule in pack.grading if rule.when.holds(facts)]
    if facts.get("stands") is False:
        holding = [rule for rule in holding if "stands" in rule.when.facts] or holding
    return max(holding, key=lambda rule: pack.grades[rule.grade].stars, default=None)


def priority_of(pack: Pack, facts: Mapping[str, Any]) -> Priority | None:
    """The priority of a case: the highest of its dimensions, or of a lane it may take. None: the pack has none.

    A dimension of which nothing is known says nothing; a case of which nothing is known goes with the last.
    """
    rules = pack.priority
    if rules is None:
        return None
    ranks = [values.index(facts[name]) for name, values in rules.dimensions.items() if facts.get(name) in values]
    rank = min(ranks, default=len(rules.levels) - 1)
    lanes = [lane for lane in rules.lanes if lane.when.holds(facts)]
    lane = min(lanes, key=lambda candidate: rules.levels.index(candidate.priority), default=None)
    if lane is not None and rules.levels.index(lane.priority) < rank:
        return Priority(lane.priority, lane.section, lane.name)
    return Priority(rules.levels[rank], rules.section)


def assignment_of(pack: Pack, facts: Mapping[str, Any], of_classes: Sequence[str]) -> Assignment:
    """Who gets a case: the departments of its classes, replaced by the first rule that holds; others come beside."""
    holding = [rule for rule in pack.routing.rules if rule.when.holds(facts)]
    instead = next((rule for rule in holding if not rule.beside), None)
    beside = [rule for rule in holding if rule.beside]
    departments = (*(instead.departments if instead else of_classes), *(name for r in beside for name in r.departments))
    deciding = [instead] if instead is not None else beside
    return Assignment(tuple(dict.fromkeys(departments)), deciding[0].section if deciding else "")
