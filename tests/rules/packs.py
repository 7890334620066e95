"""Packs for tests, made of the courier network's and of what the other sources ask (domain, sections 3, 4 and 6)."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec.structs import replace

from tests.packs_read import load_pack
from tousu.policy.clock_rule import Trigger
from tousu.policy.handling_rule import Approval, Closing, GradeRule, HandUp, PriorityRules, RouteRule
from tousu.policy.pack import CaseMark, Department, Grade, Pack

COURIER: Final = load_pack("courier-network")
PLAIN: Final = replace(COURIER, approval=None, answers={})
"""Without the leader's word on every plan and the form of answers, for tests of what any pack's cases do."""

MARKS_OF_A: Final = {
    "emotion": ("calm", "strong", "extreme"),
    "conduct": ("poor_communication", "rules_broken", "rules_gravely_broken"),
    "image_harm": ("some", "great"),
}
MARKS_OF_S: Final = {"complexity": ("plain", "complex"), "customer_tier": ("loyal", "ordinary")}


def marked(pack: Pack, marks: dict[str, tuple[str, ...]]) -> Pack:
    """A pack with these words that mark a case."""
    label = pack.grades[next(iter(pack.grades))].label
    listed = {
        fact: {name: CaseMark(name=name, label=label, section="A 3") for name in names} for fact, names in marks.items()
    }
    return replace(pack, marks={**pack.marks, **listed})


def plain_clocks() -> Pack:
    """The courier network with the clocks by which the engine is tried: any step meets the acknowledgement, and nothing
    is promised, instructed or evaluated. What source C asks of these is told in tests/stories."""
    steps = ("acknowledged", "judged", "plan_proposed", "plan_executed", "customer_answered")
    others = ("plan_instruction", "evaluation")
    clocks = {name: rule for name, rule in PLAIN.clocks.items() if not rule.promised_in and name not in others}
    clocks["acknowledgement"] = replace(
        clocks["acknowledgement"], each_department=False, met_by=tuple(Trigger(event=step) for step in steps),
        restarted_by=(Trigger(event="passed_on"),), on_reopen="leave",
    )  # fmt: skip
    clocks["inquiry_answer"] = replace(clocks["inquiry_answer"], on_reopen="leave")
    return replace(PLAIN, clocks=clocks)


# The level table of source A (section 3): each mark of a level is a rule of its own, the gravest that holds counts.
GRADING_OF_A: Final[tuple[dict[str, Any], ...]] = (
    {"grade": "d", "when": {"facts": {"stands": [False]}}},
    {"grade": "c", "when": {"facts": {"conduct": ["poor_communication"]}}},
    {"grade": "b", "when": {"facts": {"conduct": ["rules_broken"]}}},
    {"grade": "b", "when": {"facts": {"emotion": ["strong"]}}},
    {"grade": "b", "when": {"facts": {"image_harm": ["some"]}}},
    {"grade": "b", "when": {"amounts": {"loss_yuan": {"over": "0", "under": "3000"}}}},
    {"grade": "a", "when": {"facts": {"conduct": ["rules_gravely_broken"]}}},
    {"grade": "a", "when": {"facts": {"emotion": ["extreme"]}}},
    {"grade": "a", "when": {"facts": {"image_harm": ["great"]}}},
    {"grade": "a", "when": {"amounts": {"loss_yuan": {"at_least": "3000"}}}},
)
PRIORITY_OF_H: Final[dict[str, Any]] = {
    "dimensions": {
        "content": ["serious", "moderate", "minor"],
        "scope": ["global", "regional", "local"],
        "satisfaction": ["dissatisfied", "neutral", "satisfied"],
    },
    "levels": ["first", "next", "normal"],
    "section": "H 3",
}
LOYAL: Final[dict[str, Any]] = {
    "name": "loyal_customers", "when": {"facts": {"customer_tier": ["loyal"]}}, "priority": "first", "section": "S 4",
}  # fmt: skip


def graded_as_a() -> Pack:
    """The courier network's classes, each of grade C until facts say more; A's four grades."""
    grades = {
        name: Grade(name=name, label=COURIER.grades["simple"].label, stars=stars, section="A 3")
        for name, stars in (("d", 1), ("c", 2), ("b", 4), ("a", 5))
    }
    limit = COURIER.clocks["resolution"].limit_by_grade["simple"]
    resolution = replace(COURIER.clocks["resolution"], limit_by_grade=dict.fromkeys(grades, limit))
    return replace(
        marked(COURIER, MARKS_OF_A),
        grades=grades,
        classes={
            name: replace(one, grade="c", category="quality" if name != "attitude" else "")
            for name, one in COURIER.classes.items()
        },
        routing=replace(COURIER.routing, unsure=replace(COURIER.routing.unsure, grade="c")),
        clocks={**COURIER.clocks, "resolution": resolution},
        grading=msgspec.convert([rule | {"section": "A 3"} for rule in GRADING_OF_A], tuple[GradeRule, ...]),
    )


def prioritised_as_h(*lanes: dict[str, Any]) -> Pack:
    """H's three dimensions, with lanes if any."""
    return replace(COURIER, priority=msgspec.convert(PRIORITY_OF_H | {"lanes": lanes}, PriorityRules))


def with_partners() -> Pack:
    """H's partners (section 4), and quality management to mediate."""
    label = COURIER.departments["quality_management"].label
    partners = {
        name: Department(name=name, label=label, section="H 4", partner=True)
        for name in ("transport_partner", "warehouse_partner")
    }
    routing = replace(COURIER.routing, disputes_to="quality_management", disputes_section="H 4")
    return replace(COURIER, departments={**COURIER.departments, **partners}, routing=routing)


def routed_by(*rules: dict[str, Any], pack: Pack = COURIER) -> Pack:
    """A pack whose departments facts can change."""
    made = msgspec.convert([rule | {"section": "S 4"} for rule in rules], tuple[RouteRule, ...])
    pack = marked(pack, MARKS_OF_A | MARKS_OF_S)
    return replace(pack, routing=replace(pack.routing, rules=made))


def as_l() -> Pack:
    """L's way of a case: plans of major cases are approved, an end needs the customer's confirmation."""
    return replace(
        COURIER,
        approval=Approval(grades=("major",), section="L 6"),
        closing=Closing(confirmation=("spoken", "written"), section="L 6"),
    )


def handed_up(*rules: dict[str, Any]) -> Pack:
    """A pack that tells somebody higher up of events."""
    made = msgspec.convert([{"level": 3, "section": "A 6"} | rule for rule in rules], tuple[HandUp, ...])
    return replace(marked(COURIER, MARKS_OF_A), hand_up=made)
