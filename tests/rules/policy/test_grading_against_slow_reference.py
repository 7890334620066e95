"""Grade, priority and departments by facts, against references that are slow, plain and share no code with them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.rules.packs import COURIER, graded_as_a
from tousu.policy import facts as gathered
from tousu.policy.event_catalogue import FACTS
from tousu.policy.grading import assignment_of, grade_rule, priority_of
from tousu.policy.handling_rule import GradeRule, PriorityRules, RouteRule

A = graded_as_a()
STARS = {"d": 1, "c": 2, "b": 4, "a": 5}
VALUES: dict[str, tuple[Any, ...]] = {
    "emotion": ("calm", "strong", "extreme"),
    "conduct": ("poor_communication", "rules_broken"),
    "stands": (True, False),
}
BORDERS = ("0", "0.01", "2999.99", "3000", "3000.00", "3000.01", "10000")
DEPARTMENTS = tuple(COURIER.departments)

facts_of_cases = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.sampled_from((*values, "other")) for name, values in VALUES.items()},
        "loss_yuan": st.sampled_from(BORDERS) | st.decimals(0, 20000, places=2).map(str),
    },
)
ranges = st.dictionaries(st.sampled_from(("at_least", "over", "under", "at_most")), st.sampled_from(BORDERS))
conditions = st.fixed_dictionaries(
    {
        "facts": st.dictionaries(st.sampled_from((*VALUES, "stands")), st.just(()), max_size=1).flatmap(
            lambda names: st.fixed_dictionaries(
                {name: st.lists(st.sampled_from(VALUES[name]), min_size=1, unique=True) for name in names}
            )
        ),
        "amounts": st.just({}) | st.fixed_dictionaries({"loss_yuan": ranges}),
    }
)
grade_rules = st.fixed_dictionaries({"grade": st.sampled_from("dcba"), "when": conditions, "section": st.just("A 3")})


def slow_holds(when: dict[str, Any], facts: dict[str, Any]) -> bool:
    for name, values in when["facts"].items():
        if name not in facts or all(facts[name] is not value and facts[name] != value for value in values):
            return False
    for name, bounds in when["amounts"].items():
        if name not in facts:
            return False
        loss = Fraction(facts[name])
        for border, amount in bounds.items():
            at = Fraction(amount)
            within = {"at_least": loss >= at, "over": loss > at, "under": loss < at, "at_most": loss <= at}
            if not within[border]:
                return False
    return True


def slow_grade(rules: list[dict[str, Any]], facts: dict[str, Any]) -> str | None:
    chosen = [rule for rule in rules if slow_holds(rule["when"], facts)]
    if "stands" in facts and facts["stands"] is False and any("stands" in rule["when"]["facts"] for rule in chosen):
        chosen = [rule for rule in chosen if "stands" in rule["when"]["facts"]]
    for grade in sorted(STARS, key=STARS.__getitem__, reverse=True):
        if any(rule["grade"] == grade for rule in chosen):
            return grade
    return None


INVALID = {"grade": "d", "when": {"facts": {"stands": [False]}, "amounts": {}}, "section": "A 3"}
GRAVE = {"grade": "a", "when": {"facts": {}, "amounts": {"loss_yuan": {"at_least": "3000"}}}, "section": "A 3"}


@given(st.lists(grade_rules, max_size=6), facts_of_cases)
@example([INVALID, GRAVE], {"stands": False, "loss_yuan": "5000"})
@example([INVALID, GRAVE], {"stands": True, "loss_yuan": "3000"})
def test_the_gravest_grade_that_facts_call_for(rules: list[dict[str, Any]], facts: dict[str, Any]) -> None:
    pack = replace(A, grading=msgspec.convert(rules, tuple[GradeRule, ...], strict=False))
    found = grade_rule(pack, facts)
    assert (found.grade if found is not None else None) == slow_grade(rules, facts)


DIMENSIONS = {
    "content": ("serious", "moderate", "minor"),
    "scope": ("global", "regional", "local"),
    "satisfaction": ("dissatisfied", "neutral", "satisfied"),
}
severities = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from((*values, "other")) for name, values in DIMENSIONS.items()}
)
lanes = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(("loyal", "press")),
            "when": st.fixed_dictionaries({"facts": st.sampled_from(({"tier": ["loyal"]}, {"tier": ["new"]}, {}))}),
            "priority": st.sampled_from(("first", "next", "normal")),
            "section": st.just("S 4"),
        }
    ),
    max_size=3,
)


@given(severities, lanes, st.sampled_from(("loyal", "new", None)))
def test_the_highest_of_dimensions_and_lanes(
    severity: dict[str, str], given_lanes: list[dict[str, Any]], tier: str | None
) -> None:
    rules = {"dimensions": DIMENSIONS, "levels": ("first", "next", "normal"), "section": "H 3", "lanes": given_lanes}
    pack = replace(COURIER, priority=msgspec.convert(rules, PriorityRules))
    called = {"normal"}
    for name, (top, middle, _) in DIMENSIONS.items():
        called |= {"first"} if severity.get(name) == top else {"next"} if severity.get(name) == middle else set()
    by_lane = {lane["priority"] for lane in given_lanes if lane["when"]["facts"] in ({}, {"tier": [tier]})}
    wanted = next(level for level in ("first", "next", "normal") if level in called | by_lane)
    found = priority_of(pack, severity | {"tier": tier})
    assert found is not None
    assert found.level == wanted
    assert bool(found.lane) == (found.section == "S 4") == (wanted not in called)


route_rules = st.fixed_dictionaries(
    {
        "when": conditions,
        "departments": st.lists(st.sampled_from(DEPARTMENTS), min_size=1, unique=True),
        "section": st.sampled_from(("S 4", "C 4")),
        "beside": st.booleans(),
    }
)


@given(st.lists(route_rules, max_size=5), facts_of_cases, st.lists(st.sampled_from(DEPARTMENTS), min_size=1))
def test_the_first_replaces_and_others_come_beside(
    rules: list[dict[str, Any]], facts: dict[str, Any], of_classes: list[str]
) -> None:
    made = msgspec.convert(rules, tuple[RouteRule, ...], strict=False)
    pack = replace(COURIER, routing=replace(COURIER.routing, rules=made))
    wanted: list[str] = []
    section = ""
    for rule in rules:
        if not wanted and not rule["beside"] and slow_holds(rule["when"], facts):
            wanted, section = list(rule["departments"]), rule["section"]
    wanted = wanted or list(of_classes)
    for rule in rules:
        if rule["beside"] and slow_holds(rule["when"], facts):
            wanted += rule["departments"]
            section = section or rule["section"]
    found = assignment_of(pack, facts, of_classes)
    assert list(found.departments) == sorted(set(wanted), key=wanted.index)
    assert found.section == section


def test_the_facts_that_are_gathered_are_those_that_a_pack_may_ask_for() -> None:
    assert {
        *gathered.REGISTERED,
        *gathered.DECIDED,
        *gathered.SEVERITY,
        *gathered.ASSESSED,
        "stands",
        "reopened",
        "plans_waiting",
    } == FACTS
