"""Responsibility moves: passed on, disputed, taken back (domain, sections 4 and 6, source C)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.rules.casework import NUMBER, START, Desk, as_told, complaint, handling, inquiry, kinds_of

TRANSPORT, QUALITY, CENTRE = "storage_and_transport", "quality_management", "customer_service"
SWAPPED = "contents_mismatch"
WHY = {"reason": "不属本部门"}

# Who answers, what is reported -> who answers then, who decided. Classes bring the departments in question.
MOVES: tuple[tuple[str, str, dict[str, Any], list[str], str], ...] = (
    ("delay", "passed_on", {"department": TRANSPORT, "to_department": QUALITY}, [QUALITY], "department"),
    ("delay", "passed_on", {"to_department": QUALITY}, [QUALITY], "department"),
    ("delay", "passed_on", {"department": CENTRE, "to_department": QUALITY}, [QUALITY], "centre"),
    (SWAPPED, "passed_on", {"department": QUALITY, "to_department": CENTRE}, [TRANSPORT, CENTRE], "department"),
    (SWAPPED, "passed_on", {"department": TRANSPORT, "to_department": QUALITY}, [QUALITY], "department"),
    ("delay", "disputed", {"department": TRANSPORT, "proposed_department": QUALITY}, [CENTRE], "mediation"),
    ("delay", "disputed", {}, [CENTRE], "mediation"),
    (SWAPPED, "disputed", {"department": TRANSPORT}, [CENTRE, QUALITY], "mediation"),
    ("delay", "taken_back", {}, [CENTRE], "centre"),
    (SWAPPED, "taken_back", {"department": CENTRE}, [CENTRE], "centre"),
)  # fmt: skip


@pytest.mark.parametrize(("name", "what", "said", "to", "by"), MOVES)
def test_responsibility_moves(desk: Desk, name: str, what: str, said: dict[str, Any], to: list[str], by: str) -> None:
    (routed,) = desk.tell(complaint(**{"class": name}))
    one = handling(what, **said, **WHY)
    forwarded, moved = desk.tell(one)
    assert (forwarded.type, as_told(forwarded.data), forwarded.time) == (one.type, one.data, one.time)
    assert moved.type == "tousu.case.passed_on.v1"
    assert moved.time == one.time
    assert moved.data["from_departments"] == routed.data["departments"]
    assert (moved.data["to_departments"], moved.data["by"]) == (to, by)
    assert moved.data["reason"] == WHY["reason"]
    assert "grade" not in moved.data
    assert desk.promoted("case", NUMBER)["department"] == to[0]


def test_nothing_is_said_where_nothing_moves(desk: Desk) -> None:
    desk.tell(complaint(**{"class": "delay"}))
    again = desk.tell(handling("passed_on", to_department=TRANSPORT, **WHY))
    assert kinds_of(again) == ["handling.passed_on"]
    desk.tell(handling("disputed", 2, **WHY))
    assert kinds_of(desk.tell(handling("disputed", 3, **WHY))) == ["handling.disputed"]


def test_whoever_mediates_decides_who_answers(desk: Desk) -> None:
    desk.tell(complaint(**{"class": "contents_mismatch"}), handling("disputed", department=TRANSPORT, **WHY))
    _, moved = desk.tell(handling("passed_on", 2, department=CENTRE, to_department=TRANSPORT, **WHY))
    assert moved.data["to_departments"] == [TRANSPORT, QUALITY]


def test_an_inquiry_can_be_passed_on_too(desk: Desk) -> None:
    desk.tell(inquiry())
    _, moved = desk.tell(handling("passed_on", department=CENTRE, to_department=TRANSPORT, **WHY))
    assert (moved.data["from_departments"], moved.data["to_departments"]) == ([CENTRE], [TRANSPORT])


@pytest.mark.parametrize(
    ("what", "said", "reason", "place"),
    [
        ("passed_on", {"to_department": "kitchen", "reason": "x"}, "unknown_department", "/to_department"),
        ("disputed", {"proposed_department": "kitchen", "reason": "x"}, "unknown_department", "/proposed_department"),
        ("judged", {"stands": True, "class": "price_fraud"}, "unknown_class", "/class"),
    ],
)
def test_nobody_is_made_responsible_who_does_not_exist(
    desk: Desk, what: str, said: dict[str, Any], reason: str, place: str
) -> None:
    desk.tell(complaint(**{"class": "delay"}))
    refusal = desk.take(handling(what, **said)).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.place) == (reason, place)
    known = "attitude" if reason == "unknown_class" else TRANSPORT
    assert known in refusal.message
    assert desk.promoted("case", NUMBER)["department"] == TRANSPORT


ENDINGS = (
    [handling("withdrawn", reason="算了")],
    [handling("customer_answered", settled=True, text="已赔付")],
    [handling("judged", stands=False), handling("customer_answered", 2, settled=False, text="说明原因")],
)
LATE = (
    handling("passed_on", 5, to_department=QUALITY, **WHY),
    handling("disputed", 5, **WHY),
    handling("judged", 5, **{"stands": True, "class": "loss"}),
)


@pytest.mark.parametrize("ending", ENDINGS, ids=["withdrawn", "settled", "does_not_stand"])
@pytest.mark.parametrize("late", LATE, ids=lambda one: one.type)
def test_a_case_that_is_over_is_moved_by_a_reopening_only(desk: Desk, ending: list[Any], late: Any) -> None:
    desk.tell(complaint(**{"class": "delay"}), *ending)
    assert desk.tell(late) == [], "it waits"
    assert desk.promoted("case", NUMBER)["department"] == TRANSPORT
    freed = desk.tell(handling("reopened", 4, reason="又来电"))
    assert freed[0].type == "tousu.handling.reopened.v1"
    assert [(each.type, each.causation) for each in freed[1:2]] == [(late.type, late.id)]
    assert len(freed) == 3


def test_an_answered_inquiry_is_over(desk: Desk) -> None:
    desk.tell(inquiry(), handling("inquiry_answered", outcome="result_found"))
    assert desk.tell(handling("passed_on", 2, to_department=QUALITY, **WHY)) == []


def test_the_year_bounds_asking_and_ends_no_inquiry(desk: Desk) -> None:
    desk.tell(inquiry(posted_at="2025-03-05T02:00:00Z"))  # asked in time, until 24:00 of 5 March in Shanghai
    move = handling("passed_on", 87, department=CENTRE, to_department=TRANSPORT, **WHY)
    assert len(desk.tell(move)) == 2
    assert desk.fired == []


def test_an_end_of_the_round_before_ends_nothing_when_it_is_reported_late(desk: Desk) -> None:
    desk.tell(complaint(**{"class": "delay"}), handling("withdrawn", 2, reason="算了"))
    desk.tell(handling("reopened", 4, reason="又来电"))
    late = handling("customer_answered", 3, settled=True, text="已答复")
    desk.take(late, START + timedelta(hours=5))
    assert len(desk.tell(handling("passed_on", 6, to_department=QUALITY, **WHY))) == 2


def test_what_those_found_who_had_it_before_counts_as_if_it_had_been_told_in_time(desk: Desk) -> None:
    desk.tell(complaint(**{"class": "delay"}), handling("passed_on", 4, to_department=QUALITY, **WHY))
    late = handling("judged", 3, **{"stands": True, "class": "loss"})
    told, again = desk.take(late, START + timedelta(hours=5)).outputs
    assert (told.data["case"]["life"], told.data["case"]["stands"]) == ("received", True)
    assert (again.data["class"], again.data["departments"]) == ("loss", [QUALITY])


def test_an_unsettled_answer_ends_nothing(desk: Desk) -> None:
    desk.tell(complaint(**{"class": "delay"}), handling("customer_answered", settled=False, text="再等"))
    assert len(desk.tell(handling("passed_on", 2, to_department=QUALITY, **WHY))) == 2
