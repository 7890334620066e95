"""The end of a case says what came of it, so that whoever reads only ends (docs/domain.md, row `C 6`) knows it all."""

from __future__ import annotations

from typing import Any

from tests.stories.network import LATE, TRANSPORT, time
from tests.stories.packed import Story, of_type

TOLD = "快件已于今日上午送达，运费退还12元，电话***"


def ended(story: Story, until: str) -> dict[str, Any]:
    """The last word on the end of the case."""
    events = story.run(until)
    corrected = of_type(events, "case.outcome_corrected")
    return corrected[-1] if corrected else of_type(events, "case.closed")[-1]


def settled_story() -> Story:
    story = Story("courier-network")
    story.complains("03-02 09:00", LATE, object={"outlet": "HZ-017", "employee": "E-7"})
    story.reports("acknowledged", "03-02 09:30", department=TRANSPORT, answer_by=time("03-03 12:00"))
    story.reports(
        "judged", "03-02 10:00", department=TRANSPORT, stands=True, reason="派送漏件", cause="staff",
        delay_cause="human", responsible={"outlet": "HZ-017", "employee": "E-7"},
    )  # fmt: skip
    story.reports("plan_proposed", "03-02 10:30", department=TRANSPORT, plan="search", plan_id="P-1")
    story.reports("customer_answered", "03-03 11:00", department=TRANSPORT, text="仍在查找", settled=False)
    story.reports("acknowledged", "03-03 11:20", department=TRANSPORT, answer_by=time("03-04 12:00"))
    story.reports(
        "plan_proposed", "03-03 11:30", department=TRANSPORT, plan="refund", more_kinds=["apology"], plan_id="P-2",
        compensation={"amount": "12.00"},
    )  # fmt: skip
    story.reports("plan_approved", "03-03 12:00", plan_id="P-2", approved_by="M10", in_charge="E310")
    story.reports("plan_executed", "03-04 10:00", department=TRANSPORT, plan_id="P-2", result="已退款")
    story.reports(
        "customer_answered", "03-04 11:00", department=TRANSPORT, employee="E-3", settled=True,
        text="快件已于今日上午送达，运费退还12元，电话19900000042",
    )  # fmt: skip
    return story


def test_the_end_says_what_it_was_about_who_answered_and_what_came_of_it() -> None:
    closed = ended(settled_story(), "03-06 09:00")
    assert closed["outcome"] == {
        "channel": "phone", "channel_group": "phone", "waybill_number": "YT7700000000099",
        "object": {"outlet": "HZ-017", "employee": "E-7"},
        "upheld": True, "reason": "派送漏件", "cause": "staff", "delay_cause": "human",
        "responsible": {"outlet": "HZ-017", "employee": "E-7"},
        "plans": [
            {
                "plan_id": "P-2", "department": TRANSPORT, "kinds": ["refund", "apology"],
                "compensation": {"amount": "12.00"}, "approved": True, "executed": True,
            }
        ],
        "reissued": 1,
        "answered_at": "2026-03-04T03:00:00Z", "answered_by": "E-3", "answering_department": TRANSPORT, "text": TOLD,
    }  # fmt: skip


def test_the_end_says_until_when_each_clock_ran_and_when_it_was_met() -> None:
    """Delay has three working days: until 24:00 of the 5th. Assigned at 09:00 and again at 11:00 of the 3rd."""
    closed = ended(settled_story(), "03-06 09:00")
    assert {
        (each["clock"], each["status"], each["due_at"], each.get("met_at"), each["breached"])
        for each in closed["clocks"]
        if each["clock"] in ("acknowledgement", "resolution")
    } == {
        ("acknowledgement", "met", "2026-03-03T05:00:00Z", "2026-03-03T03:20:00Z", False),
        ("resolution", "met", "2026-03-05T16:00:00Z", "2026-03-04T03:00:00Z", False),
    }


def test_the_end_says_which_clock_was_met_late_and_which_not_at_all() -> None:
    story = Story("courier-network")
    story.complains("03-02 09:00", LATE)
    story.reports("customer_answered", "03-09 10:00", department=TRANSPORT, text="已送达", settled=True)
    closed = ended(story, "03-10 09:00")
    assert closed["in_time"] is False
    (resolution,) = [each for each in closed["clocks"] if each["clock"] == "resolution"]
    assert (resolution["status"], resolution["met_at"], resolution["breached"]) == (
        "met_late", "2026-03-09T02:00:00Z", True,
    )  # fmt: skip


def test_category_and_priority_are_those_at_the_end() -> None:
    """H groups classes, and a matter found serious goes first (three dimensions; the highest counts)."""
    story = Story("courier-handbook")
    story.complains("03-02 09:00", LATE)
    story.reports("assessed", "03-02 10:00", severity={"content": "serious"})
    story.reports("customer_answered", "03-03 09:00", text="已送达", settled=True)
    outcome = ended(story, "03-04 09:00")["outcome"]
    assert (outcome["category"], outcome["priority"]) == ("service_quality", "first")


def test_one_that_is_not_upheld_says_why() -> None:
    story = Story("courier-network")
    story.complains("03-02 09:00", LATE)
    story.reports("judged", "03-02 10:00", department=TRANSPORT, stands=False, reason="签收在先")
    story.reports("customer_answered", "03-02 11:00", text="未见延误", settled=False)
    closed = ended(story, "03-03 09:00")
    outcome = closed["outcome"]
    assert (closed["result"], outcome["upheld"], outcome["reason"]) == ("does_not_stand", False, "签收在先")


def test_one_that_was_withdrawn_says_why_and_that_nobody_judged_it() -> None:
    story = Story("courier-network")
    story.complains("03-02 09:00", LATE)
    story.reports("withdrawn", "03-02 11:00", reason="已收到")
    closed = ended(story, "03-03 09:00")
    assert closed["outcome"]["reason"] == "已收到"
    assert not {"upheld", "answered_at", "plans", "responsible"} & set(closed["outcome"])


def test_an_inquiry_says_who_told_what() -> None:
    story = Story("courier-network")
    story.complains("03-02 09:00", "请问快件到哪里了", kind="inquiry", web_result="none", posted_at=time("03-01 09:00"))
    story.reports("inquiry_answered", "03-02 09:10", employee="E-9", outcome="result_found", text="在杭州转运中心")
    outcome = ended(story, "03-03 09:00")["outcome"]
    assert (outcome["answered_by"], outcome["text"]) == ("E-9", "在杭州转运中心")


def test_what_becomes_known_late_corrects_it() -> None:
    """The judgement was told after the answer that it had led to, and names another outlet: the end is told anew."""
    story = Story("courier-network")
    story.complains("03-02 09:00", LATE)
    story.reports("customer_answered", "03-02 11:00", text="已送达", settled=True)
    late = {"department": TRANSPORT, "stands": True, "cause": "packing", "responsible": {"outlet": "SH-002"}}
    story.reports_late("judged", "03-02 10:00", "03-02 15:00", **late)
    events = story.run("03-03 09:00")
    (closed,) = of_type(events, "case.closed")
    (corrected,) = of_type(events, "case.outcome_corrected")
    assert not {"upheld", "cause"} & set(closed["outcome"])
    assert (corrected["reason"], corrected["is_closed"], corrected["closed_at"]) == (
        "judged", True, "2026-03-02T03:00:00Z",
    )  # fmt: skip
    outcome = corrected["outcome"]
    assert (outcome["upheld"], outcome["cause"], outcome["responsible"]) == (True, "packing", {"outlet": "SH-002"})


def test_the_second_round_says_nothing_of_the_first() -> None:
    story = settled_story()
    story.reports("reopened", "03-06 09:00", reason="又少了一件")
    story.reports("customer_answered", "03-06 15:00", text="已补送", settled=True)
    outcome = ended(story, "03-07 09:00")["outcome"]
    assert (outcome["text"], outcome["reissued"]) == ("已补送", 1)
    assert not {"upheld", "cause", "plans", "answered_by"} & set(outcome)
