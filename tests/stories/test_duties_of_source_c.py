"""What source C asks of a courier network beside its limits: whom to tell what, who decides, what is told again.

Each story quotes the words of the source that it shows.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.stories.network import CENTRE, LATE, QUALITY, SWAPPED, TRANSPORT, time, told
from tests.stories.packed import Story, clocks, of_type, refusals

# -- 责任部门应立即告知客户收到投诉，并告知答复时间 ----------------


@pytest.mark.parametrize(
    ("report", "said", "is_told"),
    [
        ("acknowledged", {"answer_by": time("03-03 12:00")}, True),
        ("interim_answered", {"text": "正在查找", "next_by": time("03-03 12:00")}, True),
        ("acknowledged", {}, False),
        ("interim_answered", {"text": "正在查找"}, False),
        ("judged", {"stands": True}, False),
        ("plan_proposed", {"plan": "search"}, False),
    ],
)
def test_only_telling_the_customer_when_the_answer_comes_meets_the_acknowledgement(
    report: str, said: dict[str, Any], is_told: bool
) -> None:
    story = Story("courier-network")
    story.complains("03-02 09:00", LATE)
    story.reports(report, "03-02 10:30", department=TRANSPORT, **said)
    events = story.run("03-02 12:00")
    assert (clocks(events, "met") == ["acknowledgement"]) is is_told
    assert (clocks(events, "breached") == []) is is_told
    assert refusals(events) == []


def test_each_responsible_department_tells_the_customer() -> None:
    """Two departments have the case: one that told the customer does not speak for the other, which is named."""
    story = Story("courier-network")
    story.complains("03-02 09:00", SWAPPED)
    story.reports("acknowledged", "03-02 09:30", department=TRANSPORT, answer_by=time("03-04 12:00"))
    story.reports("acknowledged", "03-02 09:40", department=TRANSPORT, answer_by=time("03-04 12:00"))
    story.reports("acknowledged", "03-02 09:50", department=CENTRE, answer_by=time("03-04 12:00"))
    events = story.run("03-02 12:00")
    (breached,) = told(events, "breached", "acknowledgement")
    assert breached["departments"] == [QUALITY]
    assert [each["departments"] for each in of_type(events, "case.escalated")] == [[QUALITY]]


@pytest.mark.parametrize("known", ["03-02 10:00", "03-02 12:30"])
def test_the_last_department_ends_it_whichever_is_heard_first(known: str) -> None:
    story = Story("courier-network")
    story.complains("03-02 09:00", SWAPPED)
    story.reports("acknowledged", "03-02 10:50", department=QUALITY, answer_by=time("03-04 12:00"))
    story.reports_late("acknowledged", "03-02 10:00", known, department=TRANSPORT, answer_by=time("03-04 12:00"))
    events = story.run("03-02 13:00")
    (met,) = told(events, "met", "acknowledgement")
    assert met["at"] == "2026-03-02T02:50:00Z"  # 10:50, when the second of them had told the customer
    assert len(told(events, "breach_withdrawn", "acknowledgement")) == len(told(events, "breached", "acknowledgement"))


def test_a_department_that_comes_in_owes_it_and_one_that_stays_does_not_owe_it_again() -> None:
    story = Story("courier-network")
    story.complains("03-02 09:00", SWAPPED)
    for department in (TRANSPORT, QUALITY):
        story.reports("acknowledged", "03-02 09:30", department=department, answer_by=time("03-04 12:00"))
    passing = {"department": TRANSPORT, "to_department": CENTRE, "reason": "不是运输问题"}
    story.reports("passed_on", "03-02 14:00", **passing)
    story.reports("acknowledged", "03-02 15:00", department=CENTRE, answer_by=time("03-04 12:00"))
    events = story.run("03-02 17:00")
    assert [each["due_at"] for each in told(events, "started", "acknowledgement")] == [
        "2026-03-02T03:00:00Z", "2026-03-02T08:00:00Z",
    ]  # fmt: skip
    assert len(told(events, "met", "acknowledgement")) == 2
    assert clocks(events, "breached") == []


# -- 告知答复时间: what the customer was told is a limit ----------------


def test_the_promised_time_is_a_limit_that_an_answer_keeps() -> None:
    story = Story("courier-network")
    story.complains("03-02 09:00", LATE)
    story.reports("acknowledged", "03-02 09:30", department=TRANSPORT, answer_by=time("03-02 15:00"))
    story.reports(
        "acknowledged", "03-02 10:00", department=TRANSPORT, answer_by=time("03-04 15:00")
    )  # puts off nothing
    story.reports("interim_answered", "03-02 15:00", text="仍在查找", next_by=time("03-03 12:00"))
    story.reports("judged", "03-03 11:00", department=TRANSPORT, stands=True)  # nobody told the customer
    events = story.run("03-03 13:00")
    assert [each["due_at"] for each in told(events, "started", "promised_answer")] == [
        "2026-03-02T07:00:00Z", "2026-03-03T04:00:00Z",
    ]  # fmt: skip
    assert [each["at"] for each in told(events, "met", "promised_answer")] == ["2026-03-02T07:00:00Z"]
    assert [each["at"] for each in told(events, "breached", "promised_answer")] == ["2026-03-03T04:00:00Z"]


def test_a_promise_is_brought_forward_by_an_earlier_one() -> None:
    story = Story("courier-network")
    story.complains("03-02 09:00", LATE)
    story.reports("acknowledged", "03-02 09:30", department=TRANSPORT, answer_by=time("03-03 15:00"))
    story.reports("acknowledged", "03-02 10:00", department=TRANSPORT, answer_by=time("03-02 16:00"))
    events = story.run("03-02 17:00")
    (breached,) = told(events, "breached", "promised_answer")
    assert breached["due_at"] == "2026-03-02T08:00:00Z"


def test_a_promise_that_becomes_known_after_the_answer_was_kept() -> None:
    story = Story("courier-network")
    story.complains("03-02 09:00", LATE)
    story.reports("interim_answered", "03-02 11:00", text="仍在查找")
    late = {"department": TRANSPORT, "answer_by": time("03-02 12:00")}
    story.reports_late("acknowledged", "03-02 09:30", "03-02 13:00", **late)
    events = story.run("03-02 18:00")
    assert clocks(events, "breach_withdrawn") == ["acknowledgement"]
    assert [each["at"] for each in told(events, "met", "promised_answer")] == ["2026-03-02T03:00:00Z"]
    assert told(events, "breached", "promised_answer") == []


@pytest.mark.parametrize(
    ("answer_by", "words"),
    [
        (
            "03-06 09:00",
            "resolution; promise at most 3 working_days, until 2026-03-06T00:00:00+08:00",
        ),
        ("03-02 09:00", "answer_by lies before the report itself"),
    ],
)
def test_a_promise_beyond_the_limit_is_refused_with_the_limit(answer_by: str, words: str) -> None:
    story = Story("courier-network")
    story.complains("03-02 09:00", LATE)
    story.reports("acknowledged", "03-02 09:30", department=TRANSPORT, answer_by=time(answer_by))
    events = story.run("03-02 12:00")
    assert refusals(events) == ["impossible_promise"]
    (message,) = [event["message"] for event in events if event["type"] == "tousu.event.rejected.v1"]
    assert words in message
    assert clocks(events, "breached") == ["acknowledgement"]  # the complaint stays, and so does the duty


@pytest.mark.parametrize("answer_by", ["", time("01-02 09:00")], ids=["empty", "before the complaint"])
def test_a_promise_that_says_nothing_goes_and_promises_nothing(answer_by: str) -> None:
    story = Story("courier-network")
    story.complains("03-02 09:00", LATE)
    story.reports("acknowledged", "03-02 09:30", department=TRANSPORT, answer_by=answer_by)
    events = story.run("03-02 12:00")
    assert refusals(events) == []
    published = [each for each in of_type(events, "handling.acknowledged") if "case" in each]
    assert ["answer_by" in each for each in published] == [False]
    assert clocks(events, "breached") == ["acknowledgement"]  # the duty stays: the customer was told no time


@pytest.mark.parametrize("answer_by", ["tomorrow", "2026-13-01T00:00:00+08:00"])
def test_a_time_that_is_none_costs_the_report_and_not_the_complaint(answer_by: str) -> None:
    story = Story("courier-network")
    story.complains("03-02 09:00", LATE)
    story.reports("acknowledged", "03-02 09:30", department=TRANSPORT, answer_by=answer_by)
    events = story.run("03-02 12:00")
    assert refusals(events) == ["wrong_schema"]
    assert clocks(events, "breached") == ["acknowledgement"]


# -- 补充客户诉求，下发责任部门跟进 ----------------


def test_not_settled_the_departments_have_it_again_with_what_the_customer_added() -> None:
    story = Story("courier-network")
    story.complains("03-02 09:00", LATE)
    story.reports("acknowledged", "03-02 09:20", department=TRANSPORT, answer_by=time("03-03 12:00"))
    story.reports("customer_answered", "03-03 09:00", settled=False, text="今天派送", added="要求送到单位")
    story.reports("judged", "03-03 10:30", department=TRANSPORT, stands=True)
    events = story.run("03-03 12:00")
    (again,) = of_type(events, "case.reissued")
    assert (again["departments"], again["times"], again["added"]) == ([TRANSPORT], 1, "要求送到单位")
    assert again["case"]["life"] == "reissued"
    started = told(events, "started", "acknowledgement")
    assert [each["due_at"] for each in started] == ["2026-03-02T03:00:00Z", "2026-03-03T03:00:00Z"]
    assert [each["at"] for each in told(events, "breached", "acknowledgement")] == ["2026-03-03T03:00:00Z"]
    assert len(told(events, "started", "resolution")) == 1  # the customer's limit is the same as before


def test_nothing_added_is_left_out_and_the_case_is_issued_again() -> None:
    story = Story("courier-network")
    story.complains("03-02 09:00", LATE)
    story.reports("customer_answered", "03-03 09:00", settled=False, text="今天派送", added="")
    events = story.run("03-03 12:00")
    assert refusals(events) == []
    assert ["added" in each for each in of_type(events, "case.reissued")] == [False]


def test_a_call_that_becomes_known_after_the_case_was_settled_issues_nothing() -> None:
    story = Story("courier-network")
    story.complains("03-02 09:00", LATE)
    story.reports("customer_answered", "03-04 09:00", settled=True, text="已收到")
    story.reports_late("customer_answered", "03-03 09:00", "03-05 09:00", settled=False, text="仍未收到")
    events = story.run("03-06 12:00")
    assert of_type(events, "case.reissued") == []


# -- 分析原因, 处理方案, 会同相关部门共同处理 ----------------


@pytest.mark.parametrize("cause", ["theft", "rough_handling", "packing", "staff"])
def test_the_cause_of_any_complaint_is_recorded(cause: str) -> None:
    story = Story("courier-network")
    story.complains("03-02 09:00", SWAPPED)
    story.reports("judged", "03-02 10:00", department=TRANSPORT, stands=True, cause=cause)
    events = story.run("03-02 11:00")
    assert ([each["cause"] for each in of_type(events, "handling.judged")][-1], refusals(events)) == (cause, [])


# -- 总结评价: the last step of a complaint ----------------


@pytest.mark.parametrize(("when", "counts"), [("03-04 10:00", True), ("03-02 10:00", False)])
def test_how_it_was_handled_is_evaluated_once_it_has_ended(when: str, counts: bool) -> None:
    story = Story("courier-network")
    story.complains("03-02 09:00", LATE)
    story.reports("customer_answered", "03-03 09:00", settled=True, text="已送达")
    said = {"text": "分拣漏扫，次日送达", "improvement": "出库前复核", "evaluated_by": "M10"}
    story.reports("evaluated", when, **said)
    events = story.run("03-05 09:00")
    told_on = [each for each in of_type(events, "handling.evaluated") if "case" in each]
    assert [each["improvement"] for each in told_on] == ["出库前复核"] * counts
    assert [each["result"] for each in of_type(events, "case.closed")] == ["settled"]
    assert refusals(events) == [] if counts else ["illegal_transition"]


@pytest.mark.parametrize(("field", "value"), [("text", ""), ("evaluated_by", "张三")])
def test_an_evaluation_that_says_nothing_is_refused_and_the_end_stays(field: str, value: str) -> None:
    story = Story("courier-network")
    story.complains("03-02 09:00", LATE)
    story.reports("customer_answered", "03-03 09:00", settled=True, text="已送达")
    story.reports("evaluated", "03-04 10:00", **{"text": "次日送达", "evaluated_by": "M10", field: value})
    events = story.run("03-05 09:00")
    assert refusals(events) == ["wrong_schema"]
    assert [each["result"] for each in of_type(events, "case.closed")] == ["settled"]


@pytest.mark.parametrize(
    ("pack", "plan", "reasons"),
    [
        ("courier-network", "refund", []),
        ("courier-network", "renewed_delivery", []),
        ("courier-network", "a_lottery_ticket", ["unknown_kind"]),
        ("courier-network", "", ["wrong_schema"]),
        ("logistics", "freight_reduction", []),
        ("logistics", "renewed_delivery", ["unknown_kind"]),
    ],
)
def test_kinds_of_plans_are_those_of_the_pack(pack: str, plan: str, reasons: list[str]) -> None:
    story = Story(pack)
    story.complains("03-02 09:00", LATE)
    story.reports("plan_proposed", "03-02 10:00", plan=plan)
    events = story.run("03-02 11:00")
    assert refusals(events) == reasons
    assert any(event["type"] == "tousu.handling.plan_proposed.v1" and "case" in event["data"] for event in events) is (
        not reasons
    )


def test_a_department_calls_another_one_in_beside_itself() -> None:
    story = Story("courier-network")
    story.complains("03-02 09:00", LATE)
    story.reports("acknowledged", "03-02 09:30", department=TRANSPORT, answer_by=time("03-04 12:00"))
    calling = {"department": TRANSPORT, "to_department": QUALITY, "beside": True, "reason": "会同处理"}
    story.reports("passed_on", "03-02 14:00", **calling)
    events = story.run("03-02 17:00")
    (moved,) = of_type(events, "case.passed_on")
    assert moved["to_departments"] == [TRANSPORT, QUALITY]
    (breached,) = told(events, "breached", "acknowledgement")
    assert breached["departments"] == [QUALITY]  # the one that called it in has told the customer already
    assert clocks(events, "cancelled") == []


def test_a_department_that_the_pack_does_not_have_is_not_called_in() -> None:
    story = Story("courier-network")
    story.complains("03-02 09:00", LATE)
    story.reports("passed_on", "03-02 14:00", to_department="marketing", beside=True, reason="会同处理")
    events = story.run("03-02 15:00")
    assert (refusals(events), of_type(events, "case.passed_on")) == (["unknown_department"], [])


@pytest.mark.parametrize(
    ("content", "lacking", "whole"),
    [
        ("我的快递丢了，一直没有送到，已经确认丢失", ["apology"], ["apology", "liability"]),
        ("快递员态度恶劣，骂人", ["apology", "liability"], ["apology", "suggestions"]),
    ],
)
def test_the_form_of_the_answer_goes_by_the_kind_of_trouble(content: str, lacking: list[str], whole: list[str]) -> None:
    """Apology and liability for a loss, apology and a request for suggestions for attitude: less settles nothing."""
    story = Story("courier-network")
    story.complains("03-02 09:00", content)
    story.reports("customer_answered", "03-02 10:00", settled=True, text="已道歉", elements=lacking)
    story.reports("customer_answered", "03-02 11:00", settled=True, text="已道歉", elements=whole)
    events = story.run("03-02 18:00")
    (told,) = of_type(events, "case.reply_incomplete")
    assert (told["required"], told["missing"]) == (whole, [each for each in whole if each not in lacking])
    assert told["section"] == "C 6"
    assert [each["closed_at"] for each in of_type(events, "case.closed")] == ["2026-03-02T03:00:00Z"]


@pytest.mark.parametrize(("evaluated", "late"), [("03-09 10:00", False), ("03-16 23:59", False), (None, True)])
def test_the_evaluation_has_a_limit_and_an_owner(evaluated: str | None, late: bool) -> None:
    """The last step: settled on 2 March, the ten working days of the centre end with the 16th."""
    story = Story("courier-network")
    story.complains("03-02 09:00", LATE)
    story.reports("customer_answered", "03-02 14:00", settled=True, text="已送达")
    if evaluated is not None:
        story.reports("evaluated", evaluated, text="派送延误一天", evaluated_by="M10")
    events = story.run("03-18 09:00")
    assert refusals(events) == []
    breached = told(events, "breached", "evaluation")
    due = [(each["due_at"], each["departments"], "employee" in each) for each in breached]
    assert due == [("2026-03-16T16:00:00Z", ["customer_service"], False)] * late
    escalated = [each["to"] for each in of_type(events, "case.escalated") if each["clock"] == "evaluation"]
    assert escalated == ["centre_manager"] * late
    assert "evaluation" not in of_type(events, "case.closed")[0]["breached_clocks"]
