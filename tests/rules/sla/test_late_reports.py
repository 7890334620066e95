"""What is reported late is judged by when it happened; so is what is reported twice, too early or too late."""

from __future__ import annotations

import pytest

from tests.rules.sla.desk import Desk, at
from tests.rules.sla.rulebook import pack_with, rule
from tousu.policy.clock_rule import Trigger


def test_an_answer_in_time_that_is_reported_late_withdraws_the_breach(routed: Desk) -> None:
    since = len(routed.told)
    routed.handle("customer_answered", at("01-08 23:00"), now=at("01-10 09:00"))
    assert routed.said(since) == [
        "resolution warned 0.5 01-07 12:00",
        "resolution warned 0.8 01-08 09:36",
        "resolution breached 01-09 00:00",
        "resolution escalated 1 department_head 01-09 09:00",
        "resolution breach_withdrawn 01-10 09:00",
        "resolution met 01-08 23:00",
        "closed settled 01-08 23:00",
    ]
    assert routed.last("case.closed")["in_time"] is True


def test_an_answer_that_was_late_leaves_the_breach_and_ends_the_clock(routed: Desk) -> None:
    routed.handle("customer_answered", at("01-09 09:00"), now=at("01-09 09:30"))
    assert routed.said()[-2:] == ["resolution met_late 01-09 09:00", "closed settled 01-09 09:00"]
    assert "reason" not in routed.last("clock.met_late")
    assert routed.last("case.closed")["breached_clocks"] == ["resolution"]
    routed.pass_time(at("02-01 00:00"))
    assert routed.said()[-1] == "closed settled 01-09 09:00"


def test_an_acknowledgement_reported_after_a_later_step_still_counts(desk: Desk) -> None:
    desk.routed(at("01-05 10:00"))
    desk.handle("judged", at("01-05 14:00"))
    assert desk.clock("acknowledgement").status == "late"
    desk.handle("acknowledged", at("01-05 11:00"), now=at("01-05 15:00"))
    assert desk.said()[-2:] == ["acknowledgement breach_withdrawn 01-05 15:00", "acknowledgement met 01-05 11:00"]
    assert desk.case is not None
    assert desk.case.life == "judged"


def test_an_acknowledgement_before_the_case_was_passed_on_withdraws_the_breach_of_that_time(desk: Desk) -> None:
    desk.routed(at("01-05 10:00"))
    desk.passed_on(["quality_management"], at("01-05 13:00"))
    desk.handle("acknowledged", at("01-05 11:00"), now=at("01-05 14:00"))
    assert desk.said()[-1] == "acknowledgement breach_withdrawn 01-05 14:00"
    assert desk.clock("acknowledgement").status == "running"
    assert desk.case is not None
    assert (desk.case.past, desk.case.life) == ((), "received")


def test_nothing_counts_from_the_future_or_from_before_the_receipt(routed: Desk) -> None:
    routed.handle("customer_answered", at("01-20 10:00"), now=at("01-06 10:00"))
    assert routed.said()[-1] == "closed settled 01-06 10:00"


@pytest.mark.parametrize("reported", ("01-05 12:30", "01-05 15:00"), ids=("before the limit", "after it"))
def test_what_happened_before_the_case_was_accepted_meets_a_clock_that_counts_from_then(reported: str) -> None:
    """An adapter's queue hands a complaint in after the department has spoken with the customer: no breach of it."""
    word = rule("word", 1, starts_at="event_time", met_by=(Trigger(event="acknowledged"),))
    desk = Desk(pack_with(word))
    desk.routed(at("01-05 10:00"), now=at("01-05 12:00"))
    desk.handle("acknowledged", at("01-05 11:00"), now=at(reported))
    assert desk.clock("word").status == "met"
    assert not desk.clock("word").breached
    assert desk.said()[-1] == "word met 01-05 12:00"


def test_what_happened_before_an_event_meets_no_clock_that_the_event_starts() -> None:
    word = rule("word", 1, starts_on="disputed", starts_at="event_time", met_by=(Trigger(event="acknowledged"),))
    desk = Desk(pack_with(word))
    desk.routed(at("01-05 10:00"))
    desk.handle("disputed", at("01-05 12:00"))
    desk.handle("acknowledged", at("01-05 11:00"), now=at("01-05 12:30"))
    assert desk.clock("word").status == "running"


def test_a_withdrawal_cancels_the_clocks_and_closes_the_case(desk: Desk) -> None:
    desk.routed(at("01-05 10:00"))
    desk.handle("withdrawn", at("01-05 11:00"))
    assert desk.said()[2:] == [
        "acknowledgement cancelled 01-05 11:00",
        "resolution cancelled 01-05 11:00",
        "closed withdrawn 01-05 11:00",
    ]


def test_a_withdrawal_before_the_limit_undoes_the_breach_that_came_before_it_was_known(routed: Desk) -> None:
    routed.handle("withdrawn", at("01-08 10:00"), now=at("01-09 10:00"))
    assert routed.last("case.closed")["in_time"] is True
    routed.handle("reopened", at("01-12 10:00"))
    routed.handle("withdrawn", at("01-20 10:00"))
    assert routed.last("case.closed")["breached_clocks"] == ["resolution"]


# --- found by the slow oracle, or by breaking the rules on purpose --------------------------------------------------


def test_an_answer_at_the_very_limit_is_in_time_even_when_the_breach_has_been_told(routed: Desk) -> None:
    routed.pass_time(at("01-09 00:00"))
    assert routed.clock("resolution").breached
    routed.handle("customer_answered", at("01-09 00:00"))
    assert routed.last("case.closed")["in_time"] is True


def test_a_pause_at_the_very_limit_comes_too_late(routed: Desk) -> None:
    routed.handle("paused", at("01-09 00:00"))
    routed.pass_time(at("01-09 00:00"))
    assert routed.clock("resolution").breached


def test_a_case_that_had_ended_before_it_was_handed_over_has_no_breach_of_those_who_got_it(desk: Desk) -> None:
    desk.routed(at("01-05 10:00"))
    desk.handle("acknowledged", at("01-05 10:00"))
    desk.passed_on(["quality_management"], at("01-05 10:10"))
    desk.passed_on(["storage_and_transport"], at("01-05 13:00"))
    assert desk.case is not None
    assert desk.case.breached_clocks == ["acknowledgement"]
    desk.handle("customer_answered", at("01-05 10:05"), now=at("01-05 13:30"))
    assert desk.last("case.closed")["in_time"] is True


def test_a_withdrawal_in_time_undoes_the_breach_of_a_clock_that_had_ended_late(desk: Desk) -> None:
    desk.routed(at("01-05 10:00"))
    desk.handle("acknowledged", at("01-05 12:01"))
    desk.handle("withdrawn", at("01-05 12:00"), now=at("01-05 12:02"))
    assert desk.said()[-4:] == [
        "acknowledgement breach_withdrawn 01-05 12:02",
        "acknowledgement cancelled 01-05 12:00",
        "resolution cancelled 01-05 12:00",
        "closed withdrawn 01-05 12:00",
    ]


def test_a_department_that_comes_back_to_a_case_goes_its_way_anew(desk: Desk) -> None:
    both = ["storage_and_transport", "quality_management"]
    desk.routed(at("01-05 10:00"), departments=both)
    for department in both:
        assert desk.handle("acknowledged", at("01-05 10:10"), department=department).refusal is None
    again = desk.handle("acknowledged", at("01-05 10:20"), department="quality_management")
    assert (again.refusal, again.outputs) == (None, [])
    desk.passed_on(both[:1], at("01-05 11:00"))
    desk.passed_on(both, at("01-05 11:30"))
    assert desk.handle("acknowledged", at("01-05 11:40"), department="quality_management").refusal is None
    assert desk.clock("acknowledgement").status == "met"
