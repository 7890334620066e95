"""What starts, resets and ends clocks: data of the starting event, resets, breaches of other clocks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.sla.desk import Desk, at
from tests.rules.sla.rulebook import ANSWERED, desk_with, limit, rule
from tousu.policy.clock_rule import Pauses, Rung, Trigger

INTERIM = Trigger(event="interim_answered")
PAUSES = Pauses(reasons=("waiting_for_customer",), section="T 1")


@pytest.mark.parametrize(("stands", "starts"), [(True, True), (False, False)])
def test_a_clock_starts_only_with_the_data_that_the_pack_names(stands: bool, starts: bool) -> None:
    plan = rule("plan", 4, starts_on="judged", starts_with={"stands": (True,)}, starts_at="event_time")
    desk = desk_with(plan)
    desk.handle("judged", at("01-05 11:00"), stands=stands)
    assert desk.case is not None
    assert [clock.due_at for clock in desk.case.clocks] == ([at("01-05 15:00")] if starts else [])


# --- resets


def updates(**more: Any) -> Desk:
    """The customer hears something every eight hours, until the answer."""
    return desk_with(rule("update", 8, reset_by=(INTERIM,), **more))


def test_a_reset_gives_the_full_limit_in_the_same_generation() -> None:
    desk = updates(warn_at_share=(0.5, 0.75))
    desk.handle("interim_answered", at("01-05 15:00"))
    assert desk.said()[1:] == ["update warned 0.5 01-05 14:00", "update recalculated 01-05 15:00"]
    told = desk.last("clock.recalculated")
    assert (told["reason"], told["started_at"], told["due_at"]) == (
        "reset", "2026-01-05T07:00:00Z", "2026-01-05T15:00:00Z",
    )  # fmt: skip
    desk.pass_time(at("01-06 00:00"))
    assert desk.said()[3:] == ["update warned 0.75 01-05 21:00", "update breached 01-05 23:00"]


def test_a_breached_clock_is_not_reset() -> None:
    desk = updates()
    desk.handle("interim_answered", at("01-05 18:01"))
    assert desk.clock("update").breached
    assert desk.said()[-1] == "update breached 01-05 18:00"


@pytest.mark.parametrize("happened", ["01-05 17:00", "01-05 18:00"])
def test_a_reset_in_time_that_is_reported_late_withdraws_the_breach(happened: str) -> None:
    desk = updates()
    desk.pass_time(at("01-05 18:30"))
    desk.handle("interim_answered", at(happened), now=at("01-05 19:00"))
    assert desk.said()[-3:-1] == ["update breach_withdrawn 01-05 19:00", "update#2 started 01-05 19:00"]
    assert desk.clock("update").due_at == at(
        happened.replace("-05 1", "-06 0").replace("07:", "01:").replace("08:", "02:")
    )


def test_what_a_reset_that_was_known_late_leaves_behind_is_not_told_again() -> None:
    desk = updates(warn_at_share=(0.25, 0.9))
    desk.pass_time(at("01-05 19:00"))
    desk.handle("interim_answered", at("01-05 12:00"), now=at("01-05 19:00"))
    desk.pass_time(at("01-05 20:00"))
    assert [line for line in desk.said() if line.startswith("update#2 warned")] == ["update#2 warned 0.9 01-05 19:12"]


def test_a_clock_that_stands_still_is_reset_and_goes_on_with_the_full_limit() -> None:
    desk = updates(pauses=PAUSES)
    desk.handle("paused", at("01-05 12:00"))
    desk.handle("interim_answered", at("01-05 13:00"))
    desk.handle("resumed", at("01-05 14:00"))
    assert desk.clock("update").due_at == at("01-05 22:00")
    assert desk.clock("update").still_us == 2 * 3600 * 10**6


def test_what_meets_a_clock_before_its_reset_meets_it_all_the_same() -> None:
    desk = desk_with(rule("update", 8, reset_by=(INTERIM,), met_by=(Trigger(event="plan_proposed"),)))
    desk.handle("interim_answered", at("01-05 15:00"))
    desk.handle("plan_proposed", at("01-05 14:00"), now=at("01-05 16:00"))
    assert desk.said()[-1] == "update met 01-05 14:00"


# --- features, number 7: several clocks, each for itself


def test_an_update_does_not_touch_the_clock_of_the_first_answer() -> None:
    """zammad#5177: the clock of updates overrides that of the first response."""
    desk = desk_with(
        rule("first_answer", 2, met_by=(Trigger(event="acknowledged"),)), rule("update", 8, reset_by=(INTERIM,))
    )
    desk.handle("interim_answered", at("01-05 11:00"))
    assert desk.clock("first_answer").due_at == at("01-05 12:00")
    desk.handle("acknowledged", at("01-05 11:30"))
    assert desk.clock("update").due_at == at("01-05 19:00")


def test_no_clock_of_updates_escalates_after_the_answer() -> None:
    """zammad#3140: the clock of updates escalates after the agent has answered."""
    rung = Rung(level=1, to="handler", after=limit(0, "elapsed_hours"))
    desk = updates(escalation=(rung,))
    desk.handle("interim_answered", at("01-05 15:00"))
    desk.handle("customer_answered", at("01-05 22:59"))
    desk.pass_time(at("01-31 00:00"))
    assert not any("escalated" in line or "breached" in line for line in desk.said())


def test_the_clock_of_the_former_department_ends_when_the_case_is_passed_on() -> None:
    """zammad#5624: the old group's clock stays after the transfer."""
    again = rule("update", 8, restarted_by=(Trigger(event="passed_on"),))
    desk = desk_with(again, rule("resolution", 3, "working_days"))
    desk.passed_on(["quality_management"], at("01-05 15:00"))
    assert desk.said()[2:] == ["update cancelled 01-05 15:00", "update#2 started 01-05 15:00"]
    desk.pass_time(at("01-06 00:00"))
    assert [line for line in desk.said() if "breached" in line] == ["update#2 breached 01-05 23:00"]
    assert desk.clock("resolution").generation == 1


# --- docs/sources.md, section 5 (A): not done in time, an intermediate result is due at that moment


def test_an_intermediate_result_is_due_at_the_limit_of_the_resolution() -> None:
    desk = desk_with(rule("resolution", 8), rule("interim_result", 8, met_by=(INTERIM, ANSWERED)))
    desk.pass_time(at("01-05 18:00"))
    assert desk.said()[2:] == ["resolution breached 01-05 18:00", "interim_result breached 01-05 18:00"]


@pytest.mark.parametrize(("told", "in_time"), [("01-05 18:00", True), ("01-05 18:01", False)])
def test_an_intermediate_result_by_the_limit_is_in_time(told: str, in_time: bool) -> None:
    desk = desk_with(rule("resolution", 8), rule("interim_result", 8, met_by=(INTERIM, ANSWERED)))
    desk.handle("interim_answered", at(told))
    assert desk.clock("interim_result").status == ("met" if in_time else "late")
    desk.pass_time(at("01-05 19:00"))
    desk.handle("customer_answered", at("01-05 19:00"))
    assert desk.last("case.closed")["breached_clocks"] == ["resolution"] + ([] if in_time else ["interim_result"])


def test_the_answer_itself_makes_an_intermediate_result_needless() -> None:
    desk = desk_with(rule("resolution", 8), rule("interim_result", 8, met_by=(INTERIM, ANSWERED)))
    desk.handle("customer_answered", at("01-05 17:00"))
    assert desk.said()[2:4] == ["resolution met 01-05 17:00", "interim_result met 01-05 17:00"]


# --- a breach that moves another clock

REPORT = rule(
    "report_to_the_manager", 4, starts_on="breached", starts_with={"clock": ("resolution",)}, starts_at="event_time",
    met_by=(INTERIM, ANSWERED),
)  # fmt: skip


def test_a_breach_starts_another_clock() -> None:
    desk = desk_with(rule("resolution", 8), rule("other", 4), REPORT)
    desk.pass_time(at("01-05 19:00"))
    assert desk.said()[2:] == [
        "other breached 01-05 14:00", "resolution breached 01-05 18:00", "report_to_the_manager started 01-05 18:00",
    ]  # fmt: skip
    assert desk.clock("report_to_the_manager").due_at == at("01-05 22:00")


def test_a_breach_that_was_none_takes_back_what_it_started_and_a_later_one_starts_it_anew() -> None:
    desk = desk_with(rule("resolution", 8, pauses=PAUSES), REPORT)
    desk.pass_time(at("01-05 23:00"))
    assert desk.clock("report_to_the_manager").breached
    desk.handle("paused", at("01-05 17:00"), now=at("01-05 23:00"))
    assert desk.said()[-2:] == [
        "report_to_the_manager breach_withdrawn 01-05 23:00", "report_to_the_manager cancelled 01-05 18:00",
    ]  # fmt: skip
    desk.handle("resumed", at("01-06 10:00"))
    desk.pass_time(at("01-06 11:00"))
    assert desk.said()[-2:] == [
        "resolution#2 breached 01-06 11:00", "report_to_the_manager#2 started 01-06 11:00",
    ]  # fmt: skip
