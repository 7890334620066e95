"""Reopened, withdrawn, joined, closed: what each clock does then, and which clocks outlive the case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from services.sla.store import KINDS
from tests.rules.sla.desk import NUMBER, Desk, at
from tests.rules.sla.rulebook import desk_with, limit, rule
from tousu.decision import Decision
from tousu.domain.clock.state import Pause
from tousu.domain.clock.triggers import PAST_MAX
from tousu.policy.clock_rule import Pauses, Rung, Trigger

WITHDRAWN = Trigger(event="withdrawn")
PAUSES = Pauses(reasons=("waiting_for_customer",), section="T 1", cap=limit(2, "elapsed_hours"))


def reopening(on_reopen: str, **more: Any) -> Desk:
    """Eight hours, of which two were used when the customer was answered on Monday at 12:00."""
    desk = desk_with(rule("resolution", 8, on_reopen=on_reopen, **more))
    desk.handle("customer_answered", at("01-05 12:00"))
    return desk


# --- reopened (features, number 21: each way)


def test_restart_begins_a_new_generation_with_the_whole_limit() -> None:
    desk = reopening("restart")
    desk.handle("reopened", at("01-07 10:00"))
    assert desk.said()[-1] == "resolution#2 started 01-07 10:00"
    assert desk.clock("resolution").due_at == at("01-07 18:00")


def test_resume_goes_on_with_what_was_left_and_the_closed_time_does_not_count() -> None:
    desk = reopening("resume", warn_at_share=(0.1, 0.5))
    desk.handle("reopened", at("01-07 10:00"))
    assert desk.said()[-1] == "resolution#2 started 01-07 10:00"
    told = desk.last("clock.started")
    assert (told["reason"], told["elapsed_s"], told["started_at"]) == ("reopened", 7200.0, "2026-01-05T02:00:00Z")
    assert desk.clock("resolution").due_at == at("01-07 16:00")
    assert desk.clock("resolution").pauses == (
        Pause(since=at("01-05 12:00"), until=at("01-07 10:00"), reason="closed"),
    )
    since = len(desk.told)
    desk.pass_time(at("01-08 00:00"))
    assert desk.said(since) == ["resolution#2 warned 0.5 01-07 12:00", "resolution#2 breached 01-07 16:00"]


def test_leave_lets_the_clock_rest() -> None:
    desk = reopening("leave")
    desk.handle("reopened", at("01-07 10:00"))
    desk.pass_time(at("01-31 00:00"))
    assert desk.said()[-1] == "reopened 01-07 10:00"
    assert desk.clock("resolution").status == "met"


def test_resume_twice_adds_up() -> None:
    desk = reopening("resume")
    desk.handle("reopened", at("01-07 10:00"))
    desk.handle("customer_answered", at("01-07 13:00"))
    desk.handle("reopened", at("01-08 10:00"))
    assert desk.clock("resolution").generation == 3
    assert desk.clock("resolution").due_at == at("01-08 13:00")
    desk.handle("customer_answered", at("01-08 13:01"))
    assert desk.last("case.closed")["breached_clocks"] == ["resolution"]


def test_resume_in_working_days_goes_on_to_the_minute() -> None:
    desk = desk_with(rule("resolution", 3, "working_days", on_reopen="resume"))
    desk.handle("customer_answered", at("01-07 12:00"))  # one day and a half of Tuesday to Thursday
    desk.handle("reopened", at("01-09 18:00"))
    assert desk.clock("resolution").due_at == at("01-13 06:00")


def test_a_clock_that_stood_still_when_the_case_closed_goes_on_with_what_it_had() -> None:
    desk = desk_with(rule("resolution", 8, on_reopen="resume", pauses=PAUSES))
    desk.handle("paused", at("01-05 11:00"))
    desk.handle("customer_answered", at("01-05 12:30"))
    desk.handle("reopened", at("01-07 10:00"))
    assert desk.clock("resolution").due_at == at("01-07 17:00")
    desk.handle("paused", at("01-07 11:00"))  # half an hour is left of the cap: the closed time took nothing of it
    desk.pass_time(at("01-07 12:00"))
    assert desk.said()[-1] == "resolution#2 resumed 01-07 11:30"


def test_a_clock_that_had_breached_has_nothing_left_and_rests() -> None:
    desk = desk_with(rule("resolution", 1, on_reopen="resume"))
    desk.handle("customer_answered", at("01-05 12:00"))
    desk.handle("reopened", at("01-07 10:00"))
    desk.handle("customer_answered", at("01-07 11:00"))
    assert [line for line in desk.said() if "breached" in line] == ["resolution breached 01-05 11:00"]
    assert desk.last("case.closed")["breached_clocks"] == ["resolution"]


def test_a_withdrawal_after_the_breach_leaves_nothing_either() -> None:
    desk = desk_with(rule("resolution", 1, on_reopen="resume"))
    desk.handle("withdrawn", at("01-05 12:00"))
    desk.handle("reopened", at("01-07 10:00"))
    assert desk.clock("resolution").status == "cancelled"


def test_what_happened_before_the_reopening_does_not_meet_the_clock_that_goes_on() -> None:
    desk = reopening("resume")
    desk.handle("reopened", at("01-07 10:00"))
    desk.handle("customer_answered", at("01-05 11:30"), now=at("01-07 11:00"))
    assert desk.clock("resolution").status == "running"


def test_a_rung_that_had_been_told_is_told_once_more_in_the_generation_that_goes_on() -> None:
    half = Rung(level=1, to="handler", at_share=0.2)
    desk = reopening("resume", escalation=(half,))
    desk.handle("reopened", at("01-07 10:00"))
    desk.pass_time(at("01-07 10:01"))
    assert desk.said()[-1] == "resolution#2 escalated 1 handler 01-07 10:00"


def test_the_starting_event_of_a_later_round_starts_a_clock_that_rested() -> None:
    plan = rule("plan", 4, starts_on="judged", starts_at="event_time", met_by=(Trigger(event="plan_proposed"),))
    desk = desk_with(plan)
    desk.handle("judged", at("01-05 11:00"))
    desk.handle("plan_proposed", at("01-05 12:00"))
    desk.handle("judged", at("01-05 13:00"))
    assert desk.clock("plan").generation == 1, "once a round"
    desk.handle("customer_answered", at("01-05 14:00"))
    desk.handle("reopened", at("01-06 10:00"))
    desk.handle("judged", at("01-06 11:00"))
    assert (desk.clock("plan").generation, desk.clock("plan").due_at) == (2, at("01-06 15:00"))


# --- withdrawn


@pytest.mark.parametrize("cancelled_by", [(), (WITHDRAWN,)])
@pytest.mark.parametrize("paused", [False, True])
def test_a_withdrawn_case_has_no_live_clock(cancelled_by: tuple[Trigger, ...], paused: bool) -> None:
    desk = desk_with(rule("resolution", 8, cancelled_by=cancelled_by, pauses=PAUSES), rule("revisit", 4))
    if paused:
        desk.handle("paused", at("01-05 10:30"))
    desk.handle("withdrawn", at("01-05 11:00"))
    assert desk.case is not None
    assert {clock.status for clock in desk.case.clocks} == {"cancelled"}
    assert desk.rules.next_timer(desk.state_key, desk.case) is None


def test_a_withdrawal_that_is_taken_back_goes_on_with_what_was_left() -> None:
    desk = desk_with(rule("resolution", 8, on_reopen="resume", cancelled_by=(WITHDRAWN,)))
    desk.handle("withdrawn", at("01-05 12:00"))
    desk.handle("reopened", at("01-06 10:00"))
    assert desk.clock("resolution").due_at == at("01-06 16:00")


# --- joined


def joined(desk: Desk, received: str, now: str) -> Decision:
    data = {
        "case_number": NUMBER, "channel": "letter", "source_event": {"source": "a", "id": received},
        "received_at": at(received).isoformat(),
    }  # fmt: skip
    return desk.event("duplicate.joined", at(now), data)


def test_a_telling_that_joins_brings_no_clock_of_its_own_and_counts_for_those_from_the_receipt() -> None:
    first_word = rule("first_word", 2, starts_at="event_time")
    desk = desk_with(rule("resolution", 8), first_word)
    joined(desk, "01-05 09:00", "01-05 10:30")
    assert desk.case is not None
    assert len(desk.case.clocks) == 2
    assert desk.clock("resolution").due_at == at("01-05 17:00")
    assert desk.clock("first_word").due_at == at("01-05 12:00")
    assert list(joined(desk, "01-05 10:20", "01-05 10:40").outputs) == []


def test_an_earlier_receipt_does_not_touch_a_clock_that_was_reset() -> None:
    desk = desk_with(rule("update", 8, reset_by=(Trigger(event="interim_answered"),)))
    desk.handle("interim_answered", at("01-05 11:00"))
    joined(desk, "01-05 09:00", "01-05 12:00")
    assert desk.clock("update").due_at == at("01-05 19:00")


def test_a_further_telling_may_move_a_clock() -> None:
    chased = rule("word_to_a_chaser", 1, starts_on="joined", starts_at="event_time")
    desk = desk_with(rule("resolution", 8), chased)
    joined(desk, "01-05 11:00", "01-05 11:00")
    assert desk.clock("word_to_a_chaser").due_at == at("01-05 12:00")
    desk.handle("customer_answered", at("01-05 11:30"))
    joined(desk, "01-05 14:00", "01-05 14:00")
    assert desk.clock("word_to_a_chaser").generation == 1, "nothing begins after the end"


# --- clocks that outlive the case

APPEAL = rule(
    "appeal", 15, "calendar_days", starts_on="appeal_referred", starts_at="event_time", outlives_case=True,
    met_by=(Trigger(event="appeal_answered"),),
)  # fmt: skip


def row(desk: Desk) -> dict[str, Any]:
    """What the columns of the case's row say, by which the gauges count."""
    return {name: column(desk.case) for name, column in KINDS[0].columns.items()}


def test_a_closed_complaint_receives_an_appeal_of_fifteen_days_and_its_verdict_stands() -> None:
    """Features, number 15."""
    desk = desk_with(rule("resolution", 8), APPEAL)
    desk.handle("customer_answered", at("01-05 12:00"))
    closed = desk.last("case.closed")
    assert closed["in_time"] is True
    desk.handle("appeal_referred", at("01-12 09:00"))
    assert desk.case is not None
    assert (desk.case.life, desk.case.result) == ("closed", "settled")
    assert desk.clock("appeal").due_at == at("01-27 24:00")
    assert desk.rules.next_timer(desk.state_key, desk.case) == at("01-27 24:00")
    assert row(desk)["next_breach"] == "2026-01-27T16:00:00.000000Z"
    desk.pass_time(at("01-28 00:00"))
    assert desk.said()[-1] == "appeal breached 01-28 00:00"
    assert (row(desk)["next_breach"], row(desk)["overdue_since"]) == (None, "2026-01-27T16:00:00.000000Z")
    assert desk.last("case.closed") is closed, "the complaint is not closed again"
    desk.handle("appeal_answered", at("01-29 10:00"))
    assert desk.said()[-1] == "appeal cancelled 01-29 10:00"
    assert desk.rules.next_timer(desk.state_key, desk.case) is None
    assert row(desk)["overdue_since"] is None


def test_an_appeal_answered_in_time_is_met_and_a_second_one_has_a_clock_of_its_own() -> None:
    desk = desk_with(rule("resolution", 8), APPEAL)
    desk.handle("customer_answered", at("01-05 12:00"))
    desk.handle("appeal_referred", at("01-12 09:00"))
    desk.handle("appeal_answered", at("01-20 10:00"))
    desk.handle("appeal_referred", at("01-22 09:00"), reference="SS-2")
    assert desk.said()[-3:] == [
        "appeal started 01-12 09:00", "appeal met 01-20 10:00", "appeal#2 started 01-22 09:00",
    ]  # fmt: skip


@pytest.mark.parametrize("what", ["customer_answered", "withdrawn"])
def test_an_appeal_that_runs_when_the_case_ends_goes_on_and_is_not_in_its_verdict(what: str) -> None:
    desk = desk_with(rule("resolution", 60, "working_days", on_reopen="leave"), APPEAL)
    desk.handle("appeal_referred", at("01-05 11:00"))
    desk.pass_time(at("01-21 00:00"))
    desk.handle(what, at("01-22 10:00"))
    assert desk.clock("appeal").breached
    assert (desk.last("case.closed")["in_time"], desk.last("case.closed")["breached_clocks"]) == (True, [])
    desk.handle("appeal_answered", at("01-20 10:00"), now=at("01-23 10:00"))
    assert desk.said()[-2:] == ["appeal breach_withdrawn 01-23 10:00", "appeal met 01-20 10:00"]


def test_an_earlier_appeal_that_was_late_stays_so_when_the_case_turns_out_to_have_ended_before() -> None:
    desk = desk_with(rule("resolution", 60, "working_days"), APPEAL)
    desk.handle("appeal_referred", at("01-05 11:00"))
    desk.handle("appeal_answered", at("01-21 10:00"))
    desk.handle("appeal_referred", at("01-21 12:00"))
    desk.handle("customer_answered", at("01-20 10:00"), now=at("01-22 10:00"))
    assert not any("withdrawn" in line for line in desk.said())


REVISIT = rule(
    "revisit", 3, "calendar_days", starts_on="closed", starts_with={"result": ("settled",)}, starts_at="event_time",
    met_by=(Trigger(event="satisfaction_given"),), cancelled_by=(Trigger(event="reopened"),), outlives_case=True,
)  # fmt: skip


def test_a_revisit_is_due_after_the_close_and_each_close_has_its_own() -> None:
    desk = desk_with(rule("resolution", 8), REVISIT)
    desk.handle("customer_answered", at("01-05 12:00"))
    assert desk.said()[-2:] == ["closed settled 01-05 12:00", "revisit started 01-05 12:00"]
    desk.handle("reopened", at("01-06 10:00"))
    assert desk.said()[-2:] == ["reopened 01-06 10:00", "revisit cancelled 01-06 10:00"]
    desk.handle("customer_answered", at("01-06 12:00"))
    assert desk.clock("revisit").due_at == at("01-09 24:00")
    desk.handle("satisfaction_given", at("01-08 10:00"))
    assert desk.said()[-2:] == ["revisit#2 met 01-08 10:00", "outcome corrected settled 01-06 12:00"]


def test_a_close_with_another_result_starts_no_revisit() -> None:
    desk = desk_with(rule("resolution", 8), REVISIT)
    desk.handle("withdrawn", at("01-05 12:00"))
    assert desk.said()[-1] == "closed withdrawn 01-05 12:00"


def test_after_the_end_nothing_starts_or_restarts_that_does_not_outlive_the_case() -> None:
    said = Trigger(event="satisfaction_given")
    thanks = rule("thanks", 4, starts_on="satisfaction_given", starts_at="event_time")
    desk = desk_with(rule("resolution", 8, restarted_by=(said,)), thanks)
    desk.handle("customer_answered", at("01-05 12:00"))
    desk.handle("satisfaction_given", at("01-05 13:00"))
    assert desk.said()[-2:] == ["closed settled 01-05 12:00", "outcome corrected settled 01-05 12:00"]
    assert desk.case is not None
    assert desk.rules.next_timer(desk.state_key, desk.case) is None


def test_after_the_end_a_pause_concerns_only_a_clock_that_lives() -> None:
    desk = desk_with(rule("resolution", 8, pauses=PAUSES), REVISIT)
    desk.handle("withdrawn", at("01-05 12:00"))
    dead = desk.handle("paused", at("01-05 13:00")).refusal
    assert dead is not None
    assert dead.reason == "not_pausable"
    desk = desk_with(rule("resolution", 8, pauses=PAUSES), REVISIT)
    desk.handle("customer_answered", at("01-05 12:00"))
    alive = desk.handle("paused", at("01-05 13:00")).refusal
    assert alive is not None
    assert alive.reason == "not_pausable"


# --- what a case keeps does not grow with what happens to it


def test_a_case_that_is_passed_on_without_end_does_not_grow_and_forgets_no_breach() -> None:
    first_word = rule("first_word", 2, restarted_by=(Trigger(event="passed_on"),), pauses=PAUSES)
    desk = desk_with(first_word, rule("resolution", 3, "working_days"))
    sizes = []
    for day in range(130):
        to = "quality_management" if day % 2 else "customer_service"
        desk.passed_on([to], at("01-06 10:00") + timedelta(hours=12 * day))
        desk.handle("paused", desk.now + timedelta(minutes=1))
        desk.handle("resumed", desk.now + timedelta(minutes=1))
        sizes.append(len(msgspec.json.encode(desk.case)))
    assert desk.case is not None
    assert len(desk.case.past) == PAST_MAX
    assert sizes[129] < sizes[60] * 1.01, "longer numbers, nothing more"
    assert desk.case.breached_clocks == ["first_word", "resolution"]
