"""The class decided again by those who looked: docs/sources.md, sections 3 and 4 (C)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.casework import NUMBER, Desk, complaint, handling, inquiry, kinds_of
from tests.rules.router.test_routing import FOUR_PIECES

TRANSPORT, QUALITY, CENTRE = "storage_and_transport", "quality_management", "customer_service"


def judged(name: str, hours: float = 1, stands: bool = True, **more: Any) -> Any:
    return handling("judged", hours, **{"stands": stands, "class": name, **more})


def test_another_class_grades_the_same_case_again(desk: Desk) -> None:
    (first,) = desk.tell(complaint("晚了三天", waybill_number="TS77001", demand="赔偿"))
    forwarded, again = desk.tell(judged("loss", reason="到时限仍未投递"))
    assert forwarded.type == "tousu.handling.judged.v1"
    assert again.type == "tousu.complaint.routed.v1"
    changed = {"class", "classes", "grade", "stars", "decided_by", "revision", "words", "case"}
    assert {name: again.data[name] for name in again.data if name not in changed} == {
        name: first.data[name] for name in first.data if name not in changed
    }
    assert (again.data["class"], again.data["grade"], again.data["stars"]) == ("loss", "major", 5)
    assert again.data["classes"] == [{"class": "loss", "waybill_number": "TS77001"}]
    assert (again.data["decided_by"], again.data["revision"]) == ("department", 2)
    assert "words" not in again.data
    assert again.time == forwarded.time


def test_where_the_class_belongs_elsewhere_the_case_moves_first(desk: Desk) -> None:
    desk.tell(complaint("晚了三天"))
    _, moved, again = desk.tell(judged("attitude", department=TRANSPORT))
    assert moved.type == "tousu.case.passed_on.v1"
    assert (moved.data["from_departments"], moved.data["to_departments"]) == ([TRANSPORT], [QUALITY])
    assert (moved.data["class"], moved.data["grade"], moved.data["stars"]) == ("attitude", "simple", 1)
    assert (moved.data["reason"], moved.data["section"]) == ("judged as attitude", "C 4")
    assert (again.data["departments"], again.data["grade"]) == ([QUALITY], "simple")


@pytest.mark.parametrize(
    "report",
    [judged("delay"), handling("judged", stands=True), judged("loss", stands=False)],
    ids=["the same class", "no class", "does not stand"],
)
def test_what_gives_no_other_class_changes_nothing(desk: Desk, report: Any) -> None:
    desk.tell(complaint("晚了三天"))
    assert kinds_of(desk.tell(report)) == ["handling.judged"]
    assert desk.promoted("case", NUMBER)["class"] == "delay"


def test_a_complaint_that_does_not_stand_is_not_graded_again_when_it_is_passed_on(desk: Desk) -> None:
    desk.tell(complaint("晚了三天"), handling("judged", stands=False))
    again = desk.tell(handling("passed_on", 2, **{"to_department": QUALITY, "reason": "x", "class": "loss"}))
    assert kinds_of(again) == ["handling.passed_on", "case.passed_on"]


@pytest.mark.parametrize("what", ["judged", "passed_on"])
def test_a_case_leaves_triage_when_somebody_classes_it(desk: Desk, what: str) -> None:
    """Unsure: grade simple in the triage queue until judged or passed on with a class."""
    desk.tell(complaint("请联系我", waybill_number="TS77001"))
    said = {"stands": True} if what == "judged" else {"to_department": TRANSPORT, "reason": "丢失"}
    _, moved, again = desk.tell(handling(what, department=CENTRE, **said, **{"class": "loss"}))
    assert (moved.data["from_departments"], moved.data["to_departments"]) == ([CENTRE], [TRANSPORT])
    assert moved.data["by"] == ("department" if what == "judged" else "centre")
    assert (again.data["triage"], again.data["grade"]) == (False, "major")
    assert again.data["classes"] == [{"class": "loss", "waybill_number": "TS77001"}]
    assert desk.promoted("case", NUMBER)["triage"] == "no"


def test_passed_on_without_a_class_a_case_leaves_the_queue_and_waits_for_its_class(desk: Desk) -> None:
    desk.tell(complaint("请联系我"))
    assert kinds_of(desk.tell(handling("passed_on", to_department=TRANSPORT, reason="先查件"))) == [
        "handling.passed_on",
        "case.passed_on",
    ]
    assert desk.promoted("case", NUMBER) == {
        "class": None, "grade": "simple", "department": TRANSPORT, "triage": "no", "over_since": None,
        "waiting": "no",
    }  # fmt: skip
    _, again = desk.tell(judged("damage", 2))
    assert (again.type, again.data["grade"]) == ("tousu.complaint.routed.v1", "major")


def test_whoever_passes_a_case_on_says_where_it_goes_whatever_the_class(desk: Desk) -> None:
    desk.tell(complaint("晚了三天"))
    _, moved, again = desk.tell(
        handling("passed_on", **{"to_department": CENTRE, "reason": "客户要求", "class": "loss"})
    )
    assert moved.data["to_departments"] == again.data["departments"] == [CENTRE]
    assert again.data["grade"] == "major"


def test_a_milder_trouble_beside_it_stays(desk: Desk) -> None:
    desk.tell(complaint("晚了三天，快递员还骂人。"))
    again = desk.tell(judged("loss"))[-1]
    assert [one["class"] for one in again.data["classes"]] == ["loss", "attitude"]
    assert again.data["departments"] == [TRANSPORT, QUALITY]
    _, moved, again = desk.tell(judged("attitude", 2))
    assert [one["class"] for one in again.data["classes"]] == ["attitude"]
    assert (moved.data["to_departments"], again.data["revision"]) == ([QUALITY], 3)


@pytest.mark.parametrize("name", ["delay", "damage", "contents_mismatch", "loss"])
def test_of_several_pieces_a_class_that_one_has_already_is_that_pieces(desk: Desk, name: str) -> None:
    desk.tell(complaint("四件都有问题", pieces=FOUR_PIECES))
    assert kinds_of(desk.tell(judged(name))) == ["handling.judged"]


def test_of_several_pieces_another_class_is_that_of_the_one_that_named_the_case(desk: Desk) -> None:
    desk.tell(complaint("四件都有问题", pieces=FOUR_PIECES))
    again = desk.tell(judged("shortage"))[-1]
    assert [one["class"] for one in again.data["classes"]] == ["shortage", "delay", "contents_mismatch", "damage"]


def test_a_piece_without_a_class_gets_the_one_that_is_found(desk: Desk) -> None:
    pieces = [{"waybill_number": "TS77001", "content": "丢了"}, {"waybill_number": "TS77002", "content": "请查"}]
    (first,) = desk.tell(complaint("两件", pieces=pieces))
    assert (first.data["triage"], first.data["departments"]) == (True, [TRANSPORT, CENTRE])
    again = desk.tell(judged("loss"))[-1]
    assert again.data["classes"] == [
        {"class": "loss", "waybill_number": "TS77001"},
        {"class": "loss", "waybill_number": "TS77002"},
    ]
    assert (again.data["triage"], again.data["departments"]) == (False, [TRANSPORT])


def test_a_piece_named_twice_does_not_stay_in_triage(desk: Desk) -> None:
    pieces = [{"waybill_number": "TS77001", "content": "丢了"}, {"waybill_number": "TS77001", "content": "请查"}]
    desk.tell(complaint("同一件", pieces=pieces))
    again = desk.tell(judged("loss"))[-1]
    assert (again.data["triage"], again.data["departments"]) == (False, [TRANSPORT])


def test_an_inquiry_has_no_class_to_judge(desk: Desk) -> None:
    desk.tell(inquiry())
    refusal = desk.take(judged("loss")).refusal
    assert refusal is not None
    assert refusal.message.startswith("judged is nothing that happens to an inquiry; inquiry TS-20260302-000001 is")
