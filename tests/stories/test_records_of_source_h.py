"""What source H asks of the record of a case: what is told again, when and where it was, what became of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.intake.gate import BLOCKS
from tests.stories.packed import Story, of_type


def time(text: str) -> str:
    """A time of 2026 in Beijing as a report says it."""
    day, clock = text.split()
    return f"2026-{day}T{clock}:00+08:00"


# -- what a customer tells the second time ----------------


def told_twice(**again: Any) -> Story:
    """On the phone without a demand, then by the app with more."""
    story = Story("courier-handbook")
    story.complains("03-02 09:00", "等了四天还没到，没送到。", **{"class": "delay"})
    story.complains_again("03-02 11:00", "还是没送到，影响了我的生意。", **{"class": "delay"}, **again)
    return story


def test_what_is_told_the_second_time_is_on_the_record_and_reaches_whoever_has_the_case() -> None:
    photo = {"kind": "photo", "uri": "https://files.example/1.png"}
    severity = {"content": "serious"}
    told = told_twice(demand="请尽快派送", evidence=[photo], severity=severity).told("03-02 12:00")
    joined = [one for one in told.of_type("duplicate.joined") if "case" in one]
    assert [(one["content"], one["demand"], one["evidence"], one["severity"]) for one in joined] == [
        ("还是没送到，影响了我的生意。", "请尽快派送", [photo], severity)
    ]
    routed = told.of_type("complaint.routed")[-1]
    assert (routed["demand"], routed["evidence"], routed["revision"]) == ("请尽快派送", [photo], 2)
    assert (routed["severity"], routed["grade"], routed["priority"]) == (severity, "major", "first")
    assert told.refusals == []


def test_a_demand_of_the_second_time_opens_a_claim() -> None:
    told = told_twice(demand="要求赔偿").told("03-02 12:00")
    assert [(one["cause"], one["opened_at"]) for one in told.of_type("claim.opened")] == [
        ("delay", "2026-03-02T03:00:00Z")
    ]
    assert told_twice(demand="请尽快派送").told("03-02 12:00").of_type("claim.opened") == []


def test_what_says_nothing_new_decides_nothing_anew() -> None:
    told = told_twice().told("03-02 12:00")
    assert [one["revision"] for one in told.of_type("complaint.routed")] == [1]


def test_what_turns_out_to_be_another_trouble_leaves_with_all_that_it_had_added() -> None:
    story = told_twice(demand="要求赔偿")
    telling = {"source": "/adapters/app", "id": "again"}
    story.reports("separated", "03-02 15:00", telling=telling, reason="另一件事")
    told = story.run("03-02 16:00")
    last = [one for one in told if one["type"] == "tousu.complaint.routed.v1" and one["data"].get("revision") == 3]
    assert ["demand" in one["data"] for one in last] == [False]
    closed = of_type(told, "claim.closed")
    assert [one["reason"] for one in closed] == ["judged_otherwise"]


# -- time and place of the trouble ----------------


def test_time_and_place_of_the_trouble_reach_the_readers() -> None:
    story = Story("courier-handbook")
    said = {"occurred_at": time("03-01 18:30"), "place": "文三路营业点门口", "class": "attitude"}
    story.complains("03-02 09:00", "快递员骂人。", **said)
    told = story.told("03-02 10:00")
    for name in ("complaint.registered", "complaint.routed"):
        (one,) = told.of_type(name)
        assert (one["occurred_at"], one["place"]) == (time("03-01 18:30"), "文三路营业点门口")


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ({"occurred_at": "03-03"}, "/occurred_at"),
        ({"occurred_at": time("03-02 09:01")}, "/occurred_at"),
        ({"place": ""}, "/place"),
        ({"place": 7.5}, "/place"),
    ],
)
def test_a_time_or_place_that_cannot_be_costs_no_complaint(said: dict[str, Any], place: str) -> None:
    story = Story("courier-handbook")
    story.complains("03-02 09:00", "快递员骂人。", **{"class": "attitude"}, **said)
    told = story.told("03-02 09:30")
    (routed,) = told.of_type("complaint.routed")
    assert place[1:] not in routed
    assert [one["place"] for one in routed.get("dropped_fields", [])] == ([] if said.get("place") == "" else [place])
    assert told.refusals == []


# -- the platform's case number and coordinator ----------------


def test_the_platforms_case_number_and_coordinator_reach_the_readers() -> None:
    story = Story("courier-handbook")
    block = BLOCKS["third-party"] | {"platform_case_number": "12315-77", "coordinator": "E900"}
    story.complains("03-02 09:00", "等了四天还没到。", "third-party", third_party=block, **{"class": "delay"})
    (routed,) = story.told("03-02 09:30").of_type("complaint.routed")
    assert (routed["platform_case_number"], routed["coordinator"]) == ("12315-77", "E900")


# -- satisfaction after the end ----------------


def test_satisfaction_after_the_end_updates_the_outcome() -> None:
    story = Story("courier-handbook")
    story.complains("03-02 09:00", "等了四天还没到。", **{"class": "delay"})
    story.reports("acknowledged", "03-02 09:20", department="customer_service")
    story.reports("customer_answered", "03-03 10:00", department="business", settled=True, text="已送达")
    story.reports("satisfaction_given", "03-05 11:00", rating="dissatisfied")
    told = story.told("03-06 00:00")
    (closed,) = told.of_type("case.closed")
    (corrected,) = told.of_type("case.outcome_corrected")
    assert "satisfaction" not in closed
    assert (corrected["satisfaction"], corrected["reason"]) == ({"rating": "dissatisfied"}, "satisfaction_given")
    assert (corrected["result"], corrected["closed_at"], corrected["in_time"]) == (
        closed["result"], closed["closed_at"], True,
    )  # fmt: skip


# -- 8.2.4: whether a corrective action worked ----------------


def mended(**review: Any) -> Story:
    """The courier is trained; somebody looks whether it helped."""
    story = Story("courier-handbook")
    story.complains("03-02 09:00", "快递员骂人。", **{"class": "attitude"})
    story.reports("acknowledged", "03-02 09:20", department="customer_service")
    action = {"action_id": "CA-1", "action": "培训"}
    story.reports("corrective_action_planned", "03-02 10:00", **action)
    story.reports("customer_answered", "03-03 10:00", department="business", settled=True, text="已道歉")
    story.reports("corrective_action_done", "03-05 10:00", **action)
    if review:
        story.reports("corrective_action_reviewed", "03-20 10:00", department="quality_management", **review)
    return story


def test_whether_a_corrective_action_worked_is_looked_at_within_a_limit() -> None:
    told = mended(action_id="CA-1", worked=True).told("04-20 00:00")
    (met,) = [one for one in told.of_type("clock.met") if one["clock"] == "action_review"]
    assert (met["at"], met["departments"]) == ("2026-03-20T02:00:00Z", ["quality_management"])
    assert told.of_type("case.escalated") == []
    assert told.refusals == []


def test_one_that_nobody_looked_at_is_late() -> None:
    (breached,) = mended().told("04-20 00:00").of_type("clock.breached")
    assert (breached["clock"], breached["departments"]) == ("action_review", ["quality_management"])


def test_one_that_did_not_work_goes_up() -> None:
    told = mended(action_id="CA-1", worked=False, text="投诉没有减少").told("04-20 00:00")
    (up,) = told.of_type("case.escalated")
    assert (up["to"], up["reason"], up["section"]) == ("quality_management", "action_did_not_work", "H 6")


@pytest.mark.parametrize(
    ("review", "reason"),
    [
        ({"action_id": "CA-9", "worked": True}, "illegal_transition"),  # it waits in vain for an action of that number
        ({"action_id": "CA-1", "worked": "yes"}, "wrong_schema"),
        ({"action_id": "", "worked": True}, "wrong_schema"),
    ],
)
def test_a_review_of_nothing_counts_for_nothing_and_the_case_stays(review: dict[str, Any], reason: str) -> None:
    told = mended(**review).told("03-30 00:00")
    assert (told.refusals, len(told.of_type("case.closed"))) == ([reason], 1)
    assert "action_review" not in [one["clock"] for one in told.of_type("clock.met")]
