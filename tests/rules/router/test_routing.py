"""Who answers for what, and how grave it is: docs/sources.md, sections 1, 3, 4 and 10, source C, row by row."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.rules.casework import NUMBER, START, Desk, complaint, handling, inquiry

TRANSPORT, QUALITY, CENTRE = "storage_and_transport", "quality_management", "customer_service"

# Class -> grade, stars (section 3) and departments (section 4).
CLASSES = (
    ("attitude", "simple", 1, [QUALITY]),
    ("delay", "complex", 3, [TRANSPORT]),
    ("loss", "major", 5, [TRANSPORT]),
    ("damage", "major", 5, [TRANSPORT]),
    ("shortage", "major", 5, [TRANSPORT]),
    ("contents_mismatch", "major", 5, [TRANSPORT, QUALITY]),
)

# The worked cases of section 10: what the customer says -> class, grade, departments.
WORKED = (
    (1, "等了五天，快递还没到，说是路上堵车。", "delay", "complex", [TRANSPORT]),
    (2, "快递员态度恶劣，还骂人。", "attitude", "simple", [QUALITY]),
    (3, "从早上八点到下午五点一直显示派送中，没人来，连日下雨。", "delay", "complex", [TRANSPORT]),
    (4, "我买的手机被调包，盒子里是一块砖头。", "contents_mismatch", "major", [TRANSPORT, QUALITY]),
    (5, "营业员一问三不知，说过两天再问，就挂了电话。", "attitude", "simple", [QUALITY]),
    (6, "外包装完好，里面的陶瓷碎了。", "damage", "major", [TRANSPORT]),
)

FOUR_PIECES = [
    {"waybill_number": "TS77001", "content": "这件丢了"},
    {"waybill_number": "TS77002", "content": "这件晚了一天"},
    {"waybill_number": "TS77003", "content": "这件被调包了"},
    {"waybill_number": "TS77004", "content": "这件摔坏了"},
]


def routed(desk: Desk, content: str = "", **more: Any) -> dict[str, Any]:
    (output,) = desk.tell(complaint(content, **more))
    assert (output.topic, output.type) == ("complaints.cases", "tousu.complaint.routed.v1")
    assert output.subject == NUMBER
    return output.data


def test_where_words_leave_it_open_the_classes_are_named_until_somebody_decides(desk: Desk) -> None:
    told = routed(desk, "合同到期，押金逾期不退")
    assert (told["triage"], told["candidates"], told["departments"]) == (True, ["delay"], [CENTRE])
    *_, decided = desk.tell(handling("judged", 1, **{"stands": True, "class": "delay"}))
    assert (decided.data["class"], decided.data["triage"]) == ("delay", False)
    assert not {"candidates", "words"} & decided.data.keys()


def test_nothing_found_names_no_candidates(desk: Desk) -> None:
    assert "candidates" not in routed(desk, "请回电")


@pytest.mark.parametrize(("name", "grade", "stars", "departments"), CLASSES)
def test_the_class_decides_grade_stars_and_departments(
    desk: Desk, name: str, grade: str, stars: int, departments: list[str]
) -> None:
    told = routed(desk, **{"class": name})
    assert (told["class"], told["grade"], told["stars"]) == (name, grade, stars)
    assert told["departments"] == departments
    assert (told["decided_by"], told["triage"], told["revision"]) == ("adapter", False, 1)
    assert told["section"] == ("C 7" if name == "contents_mismatch" else "C 3")
    assert told["pack"] == {"id": "courier-network", "version": "1.0.0"}


@pytest.mark.parametrize(("number", "content", "name", "grade", "departments"), WORKED)
def test_a_worked_case_reaches_its_department(
    desk: Desk, number: int, content: str, name: str, grade: str, departments: list[str]
) -> None:
    told = routed(desk, content)
    assert (told["class"], told["grade"], told["departments"]) == (name, grade, departments), f"case {number}"
    assert told["decided_by"] == "words"
    assert all(part in content for word in told["words"] for part in word.split("…"))


def test_four_pieces_keep_their_own_troubles_and_the_gravest_grades_the_case(desk: Desk) -> None:
    """Case 7: one lost, one a day late, one swapped, one broken."""
    told = routed(desk, "四件快递都有问题", pieces=FOUR_PIECES)
    assert told["classes"] == [
        {"class": "loss", "waybill_number": "TS77001"},
        {"class": "delay", "waybill_number": "TS77002"},
        {"class": "contents_mismatch", "waybill_number": "TS77003"},
        {"class": "damage", "waybill_number": "TS77004"},
    ]
    assert (told["class"], told["grade"], told["stars"]) == ("loss", "major", 5)
    assert told["departments"] == [TRANSPORT, QUALITY]


def test_what_one_desk_cannot_handle_alone_goes_to_several_together(desk: Desk) -> None:
    told = routed(desk, "晚了三天，快递员还骂人。", waybill_number="TS77001")
    assert (told["class"], told["grade"]) == ("delay", "complex")
    assert told["departments"] == [TRANSPORT, QUALITY]
    assert [one["class"] for one in told["classes"]] == ["delay", "attitude"]


@pytest.mark.parametrize("content", ["请尽快联系我。", "", "您好"])
def test_what_does_not_decide_goes_to_the_triage_queue(desk: Desk, content: str) -> None:
    told = routed(desk, content)
    assert (told["decided_by"], told["triage"], told["departments"]) == ("triage", True, [CENTRE])
    assert told["grade"] == "simple"
    assert "class" not in told
    assert "classes" not in told
    assert desk.promoted("case", NUMBER) == {
        "class": None, "grade": "simple", "department": CENTRE, "triage": "yes", "over_since": None,
        "waiting": "no",
    }  # fmt: skip


def test_a_routed_case_says_what_its_readers_need_and_nothing_of_the_channel(desk: Desk) -> None:
    one = complaint(
        "包裹丢了",
        waybill_number="TS77001",
        posted_at="2026-02-20T08:00:00Z",
        promised_at="2026-02-24T10:00:00Z",
        route="domestic",
        demand="赔偿",
        object={"outlet": "HZ-017"},
        amount_yuan="86.00",
        first_asked="E10023",
        reference={"platform": "p", "answer_deadline": "2026-03-09T10:00:00Z", "regulator": True},
    )
    (output,) = desk.tell(one)
    registered, told = one.data, output.data
    for name in set(registered) - {"reference", "source_event"}:
        assert told[name] == registered[name]
    assert (told["answer_deadline"], told["regulator"]) == ("2026-03-09T10:00:00Z", True)
    assert "reference" not in told
    assert "source_event" not in told
    assert desk.promoted("case", NUMBER) == {
        "class": "loss", "grade": "major", "department": TRANSPORT, "triage": "no", "over_since": None,
        "waiting": "no",
    }  # fmt: skip


def test_a_case_is_routed_when_it_is_decided_not_when_the_customer_wrote(desk: Desk) -> None:
    """The department's two hours begin with the assignment, not with a letter's postmark."""
    now = START + timedelta(days=3)
    (output,) = desk.take(complaint("包裹丢了"), now).outputs
    assert output.time == now


@pytest.mark.parametrize(
    ("posted_at", "deadline", "expired"),
    [
        ("2026-02-20T08:00:00Z", "2027-02-20T16:00:00Z", False),
        ("2025-03-01T02:00:00Z", "2026-03-01T16:00:00Z", True),  # till 24:00 of 1 March in Shanghai; asked on the 2nd
        ("2025-03-02T15:00:00Z", "2026-03-02T16:00:00Z", False),  # the last day
        (None, None, None),
    ],
)
def test_an_inquiry_is_valid_for_one_year_from_posting(
    desk: Desk, posted_at: str | None, deadline: str | None, expired: bool | None
) -> None:
    more: dict[str, Any] = {"posted_at": posted_at} if posted_at else {}
    (output,) = desk.tell(inquiry(web_result="none", **more))
    told = output.data
    assert output.type == "tousu.inquiry.routed.v1"
    assert (told["kind"], told["departments"], told["web_result"]) == ("inquiry", [CENTRE], "none")
    assert (told.get("inquiry_deadline"), told.get("expired")) == (deadline, expired)
    assert (told["triage"], told["section"]) == (False, "C 1")
    assert "grade" not in told


@pytest.mark.parametrize(("received_at", "expired"), [("2026-03-01T16:00:00Z", False), ("2026-03-01T16:00:01Z", True)])
def test_an_inquiry_at_midnight_of_its_last_day_is_in_time(desk: Desk, received_at: str, expired: bool) -> None:
    (output,) = desk.tell(inquiry(posted_at="2025-03-01T02:00:00Z", received_at=received_at))
    assert output.data["expired"] is expired


def test_a_case_is_registered_once(desk: Desk) -> None:
    desk.tell(complaint("包裹丢了"))
    refusal = desk.take(complaint("包裹丢了")).refusal
    assert refusal is not None
    assert refusal.reason == "exists_with_different_content"


def test_every_case_has_a_row_of_its_own(desk: Desk) -> None:
    desk.tell(complaint("包裹丢了"), complaint("态度差", case_number="TS-2"))
    assert desk.promoted("case", "TS-2")["class"] == "attitude"
    assert desk.promoted("case", NUMBER)["class"] == "loss"
