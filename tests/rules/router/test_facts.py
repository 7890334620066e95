"""Facts decide: grade (A), priority and lanes (H, S), departments (S, C). Domain, sections 3 and 4, row by row."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.router.rules import RouterRules
from services.router.store import KINDS
from tests.rules.casework import NUMBER, START, Desk, complaint, handling, inquiry, kinds_of
from tests.rules.packs import LOYAL, graded_as_a, prioritised_as_h, routed_by
from tousu.contract import validator
from tousu.policy.pack import Pack
from tousu.policy.policies import Policies

TRANSPORT, QUALITY, CENTRE = "storage_and_transport", "quality_management", "customer_service"


def desk_of(pack: Pack) -> Desk:
    return Desk(RouterRules(Policies.of(pack)), KINDS)


@pytest.fixture
def desk_a() -> Desk:
    return desk_of(graded_as_a())


# Section 3, the levels of A: what is found -> the grade, and whether a rule or the class gave it.
LEVELS_OF_A = (
    ({"conduct": "poor_communication", "emotion": "calm"}, "c"),
    ({"conduct": "rules_broken"}, "b"),
    ({"emotion": "strong"}, "b"),
    ({"loss_yuan": "0.01"}, "b"),
    ({"loss_yuan": "2999.99"}, "b"),
    ({"image_harm": "some"}, "b"),
    ({"conduct": "rules_gravely_broken"}, "a"),
    ({"emotion": "extreme"}, "a"),
    ({"loss_yuan": "3000"}, "a"),  # exactly 3,000 counts as A
    ({"loss_yuan": "3000.00"}, "a"),
    ({"loss_yuan": "3000.01"}, "a"),
    ({"image_harm": "great"}, "a"),
    ({"emotion": "calm", "loss_yuan": "5000.00"}, "a"),
    ({"loss_yuan": "0"}, "c"),  # no economic loss
    ({"customer_type": "angry"}, "c"),  # no mark of any level
)


@pytest.mark.parametrize(("found", "grade"), LEVELS_OF_A)
def test_levels_of_a(desk_a: Desk, found: dict[str, str], grade: str) -> None:
    (first,) = desk_a.tell(complaint(**{"class": "delay"}))
    assert (first.data["grade"], first.data["category"]) == ("c", "quality")
    assert "grade_section" not in first.data
    outputs = desk_a.tell(handling("assessed", **found))
    assert desk_a.promoted("case", NUMBER)["grade"] == grade
    if grade != "c":
        again = outputs[1]
        assert (again.type, again.data["revision"]) == ("tousu.complaint.routed.v1", 2)
        assert (again.data["grade"], again.data["grade_section"]) == (grade, "A 3")
        assert again.data["stars"] == {"b": 4, "a": 5}[grade]
        assert (again.data["class"], again.data["decided_by"]) == ("delay", "adapter")


def test_an_invalid_complaint_is_of_level_d_whatever_the_loss(desk_a: Desk) -> None:
    desk_a.tell(complaint(**{"class": "delay"}), handling("assessed", loss_yuan="5000.00"))
    _, again = desk_a.tell(handling("judged", 2, stands=False, reason="客户自行损坏"))
    assert (again.data["grade"], again.data["stars"], again.data["revision"]) == ("d", 1, 3)
    _, stands_after_all = desk_a.tell(handling("judged", 3, stands=True))
    assert stands_after_all.data["grade"] == "a"


def test_a_reopened_case_is_graded_without_the_judgement_of_the_round_before(desk_a: Desk) -> None:
    desk_a.tell(complaint(**{"class": "delay"}), handling("judged", stands=False))
    desk_a.tell(handling("customer_answered", 2, settled=False, text="说明原因"))
    _, again = desk_a.tell(handling("reopened", 3, reason="又来电"))
    assert (again.data["grade"], again.data["revision"]) == ("c", 3)


def test_a_pack_may_ask_how_often_a_case_was_reopened() -> None:
    desk = desk_of(routed_by({"when": {"facts": {"reopened": [1]}}, "departments": [QUALITY]}))
    desk.tell(complaint(**{"class": "delay"}), handling("withdrawn", reason="算了"))
    _, moved, again = desk.tell(handling("reopened", 3, reason="又来电"))
    assert moved.data["to_departments"] == again.data["departments"] == [QUALITY]


def test_what_is_assessed_after_the_end_decides_nothing(desk_a: Desk) -> None:
    desk_a.tell(complaint(**{"class": "delay"}), handling("withdrawn", reason="算了"))
    assert desk_a.tell(handling("assessed", 2, loss_yuan="5000.00")) == []
    assert desk_a.promoted("case", NUMBER)["grade"] == "c"


def test_the_newest_report_of_a_fact_counts_even_when_an_older_one_is_read_later(desk_a: Desk) -> None:
    desk_a.tell(complaint(**{"class": "delay"}), handling("assessed", 4, loss_yuan="100.00"))
    older = handling("assessed", 3, loss_yuan="5000.00", emotion="strong")
    outputs = desk_a.take(older, START + timedelta(hours=5)).outputs
    assert kinds_of(outputs) == ["handling.assessed"]  # b by the loss before, b by loss and emotion now
    (_, again) = desk_a.tell(handling("assessed", 6, loss_yuan="3000.00"))
    assert again.data["grade"] == "a"


@pytest.mark.parametrize("loss", ["3,000", "3000.005", "-1", "3e3", "NaN", "", 3000, 3000.0])
def test_a_loss_that_is_no_amount_is_refused_at_the_edge(loss: object) -> None:
    refusal = validator("tousu.handling.assessed.v1")({"case_number": NUMBER, "loss_yuan": loss})
    assert refusal is not None
    assert (refusal.reason, refusal.place) == ("wrong_schema", "/loss_yuan")


def test_a_class_found_by_a_department_and_facts_are_told_at_once(desk_a: Desk) -> None:
    desk_a.tell(complaint("晚了三天"), handling("assessed", loss_yuan="10.00"))
    outputs = desk_a.tell(handling("judged", 2, **{"stands": True, "class": "attitude"}))
    assert kinds_of(outputs) == ["handling.judged", "case.passed_on", "complaint.routed"]
    assert (outputs[2].data["class"], outputs[2].data["grade"]) == ("attitude", "b")
    assert "category" not in outputs[2].data
    assert "words" not in outputs[2].data


def test_words_that_decided_the_class_stay_when_only_the_grade_changes(desk_a: Desk) -> None:
    (first,) = desk_a.tell(complaint("晚了三天"))
    _, again = desk_a.tell(handling("assessed", loss_yuan="10.00"))
    assert again.data["words"] == first.data["words"]


# Section 3, severity and priority of H: top -> first, middle -> next, bottom -> normal; the highest of the three.
PRIORITIES_OF_H: tuple[tuple[dict[str, str], str], ...] = (
    ({}, "normal"),
    ({"content": "minor"}, "normal"),
    ({"content": "moderate"}, "next"),
    ({"content": "serious"}, "first"),
    ({"scope": "local"}, "normal"),
    ({"scope": "regional"}, "next"),
    ({"scope": "global"}, "first"),
    ({"satisfaction": "satisfied"}, "normal"),
    ({"satisfaction": "neutral"}, "next"),
    ({"satisfaction": "dissatisfied"}, "first"),
    ({"content": "minor", "scope": "regional", "satisfaction": "satisfied"}, "next"),
    ({"content": "minor", "scope": "local", "satisfaction": "dissatisfied"}, "first"),
    ({"content": "minor", "scope": "local", "satisfaction": "satisfied"}, "normal"),
)


@pytest.mark.parametrize(("severity", "priority"), PRIORITIES_OF_H)
@pytest.mark.parametrize("make", [complaint, inquiry])
def test_priorities_of_h(make: Any, severity: dict[str, str], priority: str) -> None:
    one = complaint("晚了", severity=severity) if make is complaint else inquiry(severity=severity)
    (output,) = desk_of(prioritised_as_h()).tell(one)
    assert (output.data["priority"], output.data["priority_section"]) == (priority, "H 3")
    assert "lane" not in output.data


@pytest.mark.parametrize(
    ("tier", "severity", "priority", "section", "lane"),
    [
        ("loyal", {"content": "minor"}, "first", "S 4", "loyal_customers"),
        ("loyal", {"content": "serious"}, "first", "H 3", None),
        ("new", {"content": "minor"}, "normal", "H 3", None),
        (None, {"content": "moderate"}, "next", "H 3", None),
    ],
)
def test_loyal_customers_have_a_priority_lane(
    tier: str | None, severity: dict[str, str], priority: str, section: str, lane: str | None
) -> None:
    more: dict[str, Any] = {"customer_tier": tier} if tier else {}
    (output,) = desk_of(prioritised_as_h(LOYAL)).tell(complaint("晚了", severity=severity, **more))
    told = output.data
    assert (told["priority"], told["priority_section"], told.get("lane")) == (priority, section, lane)


def test_what_is_assessed_moves_the_priority_and_the_newest_severity_is_told() -> None:
    desk = desk_of(prioritised_as_h())
    desk.tell(complaint("晚了", severity={"content": "minor", "scope": "local"}))
    _, again = desk.tell(handling("assessed", severity={"scope": "global"}))
    assert (again.data["priority"], again.data["revision"]) == ("first", 2)
    assert again.data["severity"] == {"content": "minor", "scope": "global"}
    assert kinds_of(desk.tell(handling("assessed", 2, severity={"content": "serious"}))) == ["handling.assessed"]


def test_a_pack_without_priorities_gives_none(desk: Desk) -> None:
    (output,) = desk.tell(complaint("晚了", severity={"content": "serious"}, customer_tier="loyal"))
    assert not {"priority", "priority_section", "lane", "grade_section", "category"} & set(output.data)
    assert output.data["severity"] == {"content": "serious"}


COMPLEX = {"when": {"facts": {"complexity": ["complex"]}}, "departments": ["customer_service"]}
QUALITY_TOO = {"when": {"facts": {"image_harm": ["great"]}}, "departments": ["quality_management"], "beside": True}
REGIONAL = {"when": {"facts": {"region": ["CN-XZ"]}}, "departments": ["quality_management"]}


def test_complex_cases_go_to_a_group_of_their_own() -> None:
    desk = desk_of(routed_by(COMPLEX))
    desk.tell(complaint(**{"class": "delay"}))
    _, moved, again = desk.tell(handling("assessed", complexity="complex"))
    assert (moved.data["from_departments"], moved.data["to_departments"]) == ([TRANSPORT], [CENTRE])
    assert (moved.data["by"], moved.data["section"]) == ("department", "S 4")
    assert (again.data["departments"], again.data["revision"]) == ([CENTRE], 2)
    _, moved, again = desk.tell(handling("assessed", 2, complexity="plain"))
    assert moved.data["to_departments"] == again.data["departments"] == [TRANSPORT]


def test_a_rule_can_call_others_in_beside_and_the_registration_counts_too() -> None:
    desk = desk_of(routed_by(REGIONAL, QUALITY_TOO))
    (first,) = desk.tell(complaint(**{"class": "delay", "region": "CN-XZ"}))
    assert first.data["departments"] == [QUALITY]
    desk = desk_of(routed_by(REGIONAL, QUALITY_TOO))
    desk.tell(complaint(**{"class": "delay", "region": "CN-ZJ"}))
    _, moved, _ = desk.tell(handling("assessed", image_harm="great"))
    assert moved.data["to_departments"] == [TRANSPORT, QUALITY]


def test_the_first_rule_that_holds_replaces_and_an_unclassed_case_leaves_the_queue_by_it() -> None:
    desk = desk_of(routed_by(REGIONAL, {**COMPLEX, "when": {"facts": {"channel": ["phone"]}}}))
    (first,) = desk.tell(complaint("请联系我", region="CN-XZ"))
    assert (first.data["departments"], first.data["triage"]) == ([QUALITY], False)


def test_whom_people_put_in_charge_stays_when_facts_call_others_in() -> None:
    desk = desk_of(routed_by(QUALITY_TOO))
    desk.tell(complaint(**{"class": "delay"}), handling("passed_on", to_department=CENTRE, reason="客户要求"))
    _, moved, _ = desk.tell(handling("assessed", 2, image_harm="great"))
    assert moved.data["to_departments"] == [CENTRE, QUALITY]
    assert kinds_of(desk.tell(handling("assessed", 3, loss_yuan="1.00"))) == ["handling.assessed"]


def test_first_asked_responsibility_reaches_the_readers_of_cases(desk: Desk) -> None:
    (output,) = desk.tell(complaint("晚了", first_asked="E10023"))
    assert output.data["first_asked"] == "E10023"
