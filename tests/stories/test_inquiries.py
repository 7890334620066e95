"""Source C: 快件查询. Whoever asks is told the situation in 30 minutes (在30分钟内把情况告知客户)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.intake.gate import BLOCKS
from tests.stories.network import LATE, WAYBILL, time, told
from tests.stories.packed import Story, at, clocks, of_type, refusals


def asked(channel: str = "phone", **said: Any) -> Story:
    """An inquiry of 9:00 of which the look-up on the web found nothing."""
    story = Story("courier-network")
    story.complains("03-02 09:00", "我的快件到哪里了？", channel, kind="inquiry", **{"web_result": "none", **said})
    return story


def test_the_situation_is_told_within_thirty_minutes_and_the_next_answer_at_the_promised_time() -> None:
    story = asked()
    story.reports("interim_answered", "03-02 09:25", text="正在联系网点", next_by=time("03-02 14:00"))
    story.reports("inquiry_answered", "03-02 14:30", outcome="result_found")
    events = story.run("03-02 18:00")
    assert [each["at"] for each in told(events, "met", "inquiry_answer")] == ["2026-03-02T01:25:00Z"]
    assert [each["due_at"] for each in told(events, "breached", "promised_inquiry_answer")] == ["2026-03-02T06:00:00Z"]


def test_the_situation_without_the_time_of_the_next_answer_is_not_told() -> None:
    story = asked()
    story.reports("interim_answered", "03-02 09:25", text="正在联系网点")
    assert clocks(story.run("03-02 10:00"), "breached") == ["inquiry_answer"]


@pytest.mark.parametrize(
    ("channel", "clock", "due_at"),
    [
        ("phone", "inquiry_answer", "2026-03-02T01:30:00Z"),
        ("onsite", "inquiry_answer", "2026-03-02T01:30:00Z"),
        ("sms", "inquiry_answer", "2026-03-02T01:30:00Z"),
        ("letter", "inquiry_answer_in_writing", "2026-03-03T16:00:00Z"),
        ("email", "inquiry_answer_in_writing", "2026-03-03T16:00:00Z"),
        ("app", "inquiry_answer_in_writing", "2026-03-03T16:00:00Z"),
    ],
)
def test_thirty_minutes_are_for_a_customer_who_calls(channel: str, clock: str, due_at: str) -> None:
    started = of_type(asked(channel).run("03-02 09:10"), "clock.started")
    assert [(each["clock"], each["due_at"]) for each in started] == [(clock, due_at)]


def test_an_inquiry_asked_within_the_year_is_answered_however_late() -> None:
    story = asked(posted_at="2025-03-04T10:00:00+08:00")
    story.reports("inquiry_answered", "03-20 09:00", outcome="result_found")
    events = story.run("03-21 09:00")
    (closed,) = of_type(events, "case.closed")
    assert (closed["result"], closed["closed_at"]) == ("inquiry_result_found", "2026-03-20T01:00:00Z")
    assert refusals(events) == []


def test_one_asked_too_late_is_answered_that_it_is() -> None:
    story = asked(posted_at="2025-02-10T10:00:00+08:00")
    story.reports("inquiry_answered", "03-02 09:20", outcome="expired", text="查询有效期为一年")
    events = story.run("03-03 09:00")
    (routed,) = of_type(events, "inquiry.routed")
    assert (routed["expired"], "ended_at" in routed["case"]) == (True, False)
    assert clocks(events, "met") == ["inquiry_answer"]
    assert [each["result"] for each in of_type(events, "case.closed")] == ["inquiry_expired"]


def test_an_inquiry_that_is_taken_up_again_has_its_clock() -> None:
    story = asked()
    story.reports("inquiry_answered", "03-02 09:20", outcome="no_result")
    story.reports("reopened", "03-02 15:00", reason="客户再次来电")
    events = story.run("03-02 16:00")
    assert [each["due_at"] for each in told(events, "started", "inquiry_answer")] == [
        "2026-03-02T01:30:00Z", "2026-03-02T07:30:00Z",
    ]  # fmt: skip
    assert clocks(events, "breached") == ["inquiry_answer"]


def becoming(number: str, **answer: Any) -> Story:
    """An inquiry of 9:00 that becomes a complaint at 9:10, which names this inquiry; the answer follows at 9:20."""
    story = asked()
    data = {
        "kind": "complaint", "content": LATE, "complainant": {"phone": "19900000042"}, "waybill_number": WAYBILL,
        "phone": BLOCKS["phone"], "inquiry_number": number,
    }  # fmt: skip
    story.diary.complaint("phone", at("03-02 09:10"), data, event_id="complaint")
    story.reports("inquiry_answered", "03-02 09:20", outcome="turned_into_complaint", **answer)
    return story


def test_an_inquiry_and_the_complaint_that_it_became_name_each_other() -> None:
    events = becoming("the-complaint", complaint_number="complaint").run("03-02 09:30")
    (inquiry,), (complaint,) = of_type(events, "inquiry.routed"), of_type(events, "complaint.routed")
    (answered,) = [each for each in of_type(events, "handling.inquiry_answered") if "case" in each]
    assert complaint["inquiry_number"] == inquiry["case_number"]
    assert answered["complaint_number"] == complaint["case_number"]
    assert [each["result"] for each in of_type(events, "case.closed")] == ["inquiry_turned_into_complaint"]


@pytest.mark.parametrize(
    "said", [{}, {"complaint_number": ""}, {"complaint_number": None}], ids=["not named", "empty", "null"]
)
def test_an_inquiry_does_not_become_a_complaint_without_its_number(said: dict[str, Any]) -> None:
    events = becoming("the-complaint", **said).run("03-02 10:00")
    (refused,) = [event for event in events if event["type"] == "tousu.event.rejected.v1"]
    assert (refused["reason"], refused["place"]) == ("illegal_transition", "/complaint_number")
    assert of_type(events, "case.closed") == []
    assert "inquiry_answer" in clocks(events, "breached")  # what is not told does not count


@pytest.mark.parametrize("number", ["20260302-00-0999-22", "不是单号"])
def test_a_complaint_that_names_no_inquiry_of_ours_stays_and_the_field_goes(number: str) -> None:
    events = becoming(number, complaint_number="complaint").run("03-02 09:30")
    (complaint,) = of_type(events, "complaint.routed")
    assert "inquiry_number" not in complaint
    assert [each["place"] for each in complaint["dropped_fields"]] == ["/inquiry_number"]
    assert complaint["dropped_fields"][0]["message"] != ""


def test_a_complaint_that_names_an_empty_inquiry_names_none() -> None:
    (complaint,) = of_type(becoming("", complaint_number="complaint").run("03-02 09:30"), "complaint.routed")
    assert "inquiry_number" not in complaint
