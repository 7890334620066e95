"""Source C: 主管领导应对投诉的处理方案一一过目，并及时做出批示, with a person in charge (受理负责人)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stories.network import LATE, QUALITY, SWAPPED, TRANSPORT, time, told
from tests.stories.packed import Story, clocks, of_type, refusals

APPROVED: dict[str, Any] = {"approved_by": "M10", "in_charge": "E310"}
REFUSED: dict[str, Any] = {"refused_by": "M10", "reason": "只退运费不够"}


def planned(content: str = LATE, **said: Any) -> Story:
    """A complaint of 9:00 (a Monday) with a plan of 10:00."""
    story = Story("courier-network")
    story.complains("03-02 09:00", content)
    story.reports("acknowledged", "03-02 09:20", department=TRANSPORT, answer_by=time("03-02 18:00"))
    story.reports("plan_proposed", "03-02 10:00", **{"department": TRANSPORT, "plan": "search", **said})
    return story


def ended(events: list[dict[str, Any]]) -> list[str]:
    """How the case ended, each time."""
    return [each["result"] for each in of_type(events, "case.closed")]


def executed(events: list[dict[str, Any]]) -> list[str]:
    """What was carried out and counted."""
    return [each["result"] for each in of_type(events, "handling.plan_executed") if "case" in each]


@pytest.mark.parametrize(
    ("content", "grade"), [("快递员态度恶劣，骂人", "simple"), (LATE, "complex"), (SWAPPED, "major")]
)
def test_a_plan_of_any_grade_is_instructed_before_it_is_executed(content: str, grade: str) -> None:
    story = planned(content)
    story.reports("plan_executed", "03-02 10:30", department=TRANSPORT, result="未经批示")
    story.reports("plan_approved", "03-02 11:00", **APPROVED)
    story.reports("plan_executed", "03-02 11:30", department=TRANSPORT, result="已找到")
    events = story.run("03-04 09:00")
    assert of_type(events, "complaint.routed")[0]["grade"] == grade
    assert executed(events) == ["已找到"]
    (refused,) = [event for event in events if event["type"] == "tousu.event.rejected.v1"]
    assert refused["reason"] == "illegal_transition"
    assert "the approval of the plan before it" in refused["message"]


def test_an_approval_names_a_person_in_charge() -> None:
    story = planned()
    story.reports("plan_approved", "03-02 10:30", approved_by="M10")
    story.reports("plan_executed", "03-02 11:30", department=TRANSPORT, result="已找到")
    events = story.run("03-02 18:00")
    assert (refusals(events), executed(events)) == (["illegal_transition"], [])
    (message,) = [event["message"] for event in events if event["type"] == "tousu.event.rejected.v1"]
    assert "say in in_charge who carries the plan out" in message
    assert "plan_instruction" in clocks(events, "breached")


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("in_charge", "", "illegal_transition"),  # says nothing, so that nobody is in charge
        ("in_charge", "张三", "wrong_schema"),
        ("plan", "a_lottery_ticket", "unknown_kind"),
        ("more_kinds", ["a_lottery_ticket"], "unknown_kind"),
    ],
)
def test_an_instruction_that_says_something_wrong_is_none_and_the_complaint_stays(
    field: str, value: Any, reason: str
) -> None:
    story = planned()
    story.reports("plan_approved", "03-02 10:30", **APPROVED | {field: value})
    events = story.run("03-02 12:30")
    assert refusals(events) == [reason]
    assert clocks(events, "breached") == ["plan_instruction"]


def test_an_instruction_with_empty_changes_changes_nothing() -> None:
    story = planned()
    story.reports("plan_approved", "03-02 10:30", **APPROVED | {"changes": ""})
    events = story.run("03-02 12:30")
    assert (refusals(events), clocks(events, "breached")) == ([], [])
    (approved,) = [each for each in of_type(events, "handling.plan_approved") if "case" in each]
    assert "changes" not in approved and approved["case"]["life"] == "approved"


def test_a_plan_may_be_changed_by_the_instruction() -> None:
    story = planned()
    changed = {"plan": "compensation", "more_kinds": ["apology"], "changes": "改为道歉并赔偿"}
    story.reports("plan_approved", "03-02 11:00", **APPROVED | changed)
    story.reports("plan_executed", "03-02 11:30", department=TRANSPORT, result="已赔偿")
    events = story.run("03-02 12:00")
    assert (executed(events), refusals(events)) == (["已赔偿"], [])
    (approved,) = [each for each in of_type(events, "handling.plan_approved") if "case" in each]
    assert (approved["plan"], approved["in_charge"], approved["case"]["life"]) == ("compensation", "E310", "approved")


def test_a_refused_plan_is_worked_out_again() -> None:
    story = planned(plan_id="P-1")
    story.reports("plan_refused", "03-02 10:30", plan_id="P-1", **REFUSED)
    story.reports("plan_executed", "03-02 10:45", department=TRANSPORT, plan_id="P-1", result="照旧执行")
    story.reports("plan_proposed", "03-02 11:00", department=TRANSPORT, plan="compensation", plan_id="P-1")
    story.reports("plan_approved", "03-02 11:30", plan_id="P-1", **APPROVED)
    story.reports("plan_executed", "03-02 12:00", department=TRANSPORT, plan_id="P-1", result="已赔偿")
    story.reports("customer_answered", "03-02 14:00", settled=True, text="客户接受")
    events = story.run("03-04 09:00")
    assert (executed(events), refusals(events), ended(events)) == (["已赔偿"], ["illegal_transition"], ["settled"])
    (refused,) = [each for each in of_type(events, "handling.plan_refused") if "case" in each]
    assert "plans_waiting" not in refused["case"]
    assert [each["at"] for each in told(events, "met", "plan_instruction")] == [
        "2026-03-02T02:30:00Z", "2026-03-02T03:30:00Z",
    ]  # fmt: skip


def test_each_plan_has_its_own_instruction() -> None:
    """一一过目: what was said of one plan is not said of another department's."""
    story = planned(SWAPPED, plan_id="P-1")
    story.reports("plan_proposed", "03-02 10:10", department=QUALITY, plan="apology", plan_id="P-2")
    story.reports("plan_approved", "03-02 10:30", plan_id="P-1", **APPROVED)
    story.reports("plan_executed", "03-02 11:00", department=QUALITY, plan_id="P-2", result="未经批示")
    story.reports("plan_executed", "03-02 11:10", department=TRANSPORT, plan_id="P-1", result="已赔偿")
    events = story.run("03-02 12:00")
    assert executed(events) == ["已赔偿"]
    (done,) = [each for each in of_type(events, "handling.plan_executed") if "case" in each]
    assert done["case"]["plans_waiting"] == 1


def test_a_complaint_is_not_settled_past_a_plan_that_waits() -> None:
    story = planned()
    story.reports("customer_answered", "03-02 14:00", settled=True, text="客户接受")
    story.reports("plan_refused", "03-02 15:00", **REFUSED)
    story.reports("customer_answered", "03-02 16:00", settled=True, text="客户接受")
    events = story.run("03-04 09:00")
    assert [each["closed_at"] for each in of_type(events, "case.closed")] == ["2026-03-02T08:00:00Z"]
    assert refusals(events) == ["illegal_transition"]  # what settled it past the plan has waited in vain


def test_a_complaint_may_be_settled_without_any_plan() -> None:
    story = Story("courier-network")
    story.complains("03-02 09:00", LATE)
    story.reports("customer_answered", "03-02 14:00", settled=True, text="已送达")
    assert ended(story.run("03-02 18:00")) == ["settled"]


@pytest.mark.parametrize(
    ("instructed", "breached"),
    [("03-02 12:00", []), ("03-02 12:01", ["2026-03-02T04:00:00Z"]), (None, ["2026-03-02T04:00:00Z"])],
)
@pytest.mark.parametrize("word", ["plan_approved", "plan_refused"])
def test_the_instruction_comes_in_time(word: str, instructed: str | None, breached: list[str]) -> None:
    """及时: the pack says two hours of business; the centre's manager hears of it."""
    story = planned()
    if instructed is not None:
        story.reports(word, instructed, **(APPROVED if word == "plan_approved" else REFUSED))
    events = story.run("03-02 13:30")
    assert [each["due_at"] for each in told(events, "breached", "plan_instruction")] == breached
    escalated = [each["to"] for each in of_type(events, "case.escalated") if each["clock"] == "plan_instruction"]
    assert escalated == ["centre_manager"] * len(breached)


def of_plans(events: list[dict[str, Any]], *names: str) -> list[tuple[str, str]]:
    """What the clock of each plan did, in order: which plan, what."""
    said = [
        (event["data"].get("plan_id", ""), event["type"].removeprefix("tousu.clock.").removesuffix(".v1"))
        for event in events
        if event["type"].startswith("tousu.clock.") and event["data"]["clock"] == "plan_instruction"
    ]
    return [(plan, what) for plan, what in said if what in (names or ("started", "breached", "met", "cancelled"))]


def two_plans(**more: Any) -> Story:
    """Two departments plan at 10:00 and at 10:30; each plan waits two hours of business."""
    story = planned(SWAPPED, plan_id="P-1")
    story.reports("plan_proposed", "03-02 10:30", department=QUALITY, plan="apology", plan_id="P-2", **more)
    return story


def test_of_two_plans_one_is_instructed_and_the_other_is_late() -> None:
    """一一过目: the word on the one plan is none on the other, whose own limit goes on from its own proposal."""
    story = two_plans()
    story.reports("plan_approved", "03-02 11:00", plan_id="P-2", **APPROVED)
    events = story.run("03-02 18:00")
    assert refusals(events) == []
    assert of_plans(events) == [("P-1", "started"), ("P-2", "started"), ("P-2", "met"), ("P-1", "breached")]
    (late,) = told(events, "breached", "plan_instruction")
    assert (late["plan_id"], late["due_at"]) == ("P-1", "2026-03-02T04:00:00Z")
    escalated = [one for one in of_type(events, "case.escalated") if one["clock"] == "plan_instruction"]
    assert [one["plan_id"] for one in escalated] == ["P-1"]


def test_a_changed_plan_starts_anew_and_the_other_does_not() -> None:
    story = two_plans()
    story.reports("plan_proposed", "03-02 11:30", department=QUALITY, plan="compensation", plan_id="P-2")
    events = story.run("03-02 18:00")
    due = [(one["plan_id"], one["generation"], one["due_at"]) for one in told(events, "started", "plan_instruction")]
    assert due[:2] == [("P-1", 1, "2026-03-02T04:00:00Z"), ("P-2", 1, due[1][2])]
    assert (due[2][:2], due[2][2] > due[1][2]) == (("P-2", 2), True)
    assert of_plans(events, "breached") == [("P-1", "breached"), ("P-2", "breached")]


def test_a_refused_plan_waits_no_more_and_the_other_still_does() -> None:
    story = two_plans()
    story.reports("plan_refused", "03-02 11:00", plan_id="P-1", **REFUSED)
    events = story.run("03-02 18:00")
    assert of_plans(events, "met", "breached") == [("P-1", "met"), ("P-2", "breached")]


def test_an_instruction_that_names_no_plan_is_on_the_one_that_waits() -> None:
    story = two_plans()
    story.reports("plan_refused", "03-02 11:00", plan_id="P-1", **REFUSED)
    story.reports("plan_approved", "03-02 11:30", **APPROVED)
    events = story.run("03-02 18:00")
    assert of_plans(events, "met", "breached") == [("P-1", "met"), ("P-2", "met")]


def test_where_no_plan_is_left_none_is_waited_for() -> None:
    story = two_plans()
    story.reports("judged", "03-02 11:00", stands=False, reason="内件与运单相符")
    events = story.run("03-02 18:00")
    assert of_plans(events, "cancelled", "breached") == [("P-1", "cancelled"), ("P-2", "cancelled")]


def test_the_word_on_each_plan_told_late_takes_back_the_breach_of_that_plan() -> None:
    story = two_plans()
    story.reports_late("plan_approved", "03-02 11:00", "03-02 17:00", plan_id="P-1", **APPROVED)
    events = story.run("03-02 18:00")
    assert of_plans(events, "breached", "breach_withdrawn") == [
        ("P-1", "breached"), ("P-2", "breached"), ("P-1", "breach_withdrawn"),
    ]  # fmt: skip


def test_an_instruction_that_is_told_late_was_in_time() -> None:
    story = planned()
    story.reports_late("plan_approved", "03-02 11:00", "03-02 15:00", **APPROVED)
    events = story.run("03-02 16:00")
    assert len(told(events, "breached", "plan_instruction")) == 1
    assert len(told(events, "breach_withdrawn", "plan_instruction")) == 1


def test_where_no_plan_is_left_no_instruction_is_owed() -> None:
    story = planned()
    passing = {"department": TRANSPORT, "to_department": QUALITY, "reason": "不是运输问题"}
    story.reports("passed_on", "03-02 11:00", **passing)
    events = story.run("03-02 18:00")
    assert [each["at"] for each in told(events, "cancelled", "plan_instruction")] == ["2026-03-02T03:00:00Z"]
    assert told(events, "breached", "plan_instruction") == []


def test_a_department_called_in_beside_leaves_the_instruction_owed() -> None:
    story = planned()
    calling = {"department": TRANSPORT, "to_department": QUALITY, "beside": True, "reason": "会同处理"}
    story.reports("passed_on", "03-02 11:00", **calling)
    assert len(told(story.run("03-02 18:00"), "breached", "plan_instruction")) == 1
