"""The time limits of source C for complaints and inquiries, row by row, to the minute (domain, section 5)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.rules.sla.desk import Desk, at

MINUTE = timedelta(minutes=1)

# | C | resolution: attitude / delay / damage, shortage, loss | 1 / 3 / 5 working days; 100 % handled, 100 % answered |
# Sunday 4 January is worked; the Spring Festival rests from 15 to 23 February, 14 and 28 February are worked.
RESOLUTION = (
    ("attitude", "simple", "01-05 10:00", "01-06 24:00"),
    ("delay", "complex", "01-05 10:00", "01-08 24:00"),
    ("damage", "major", "01-05 10:00", "01-12 24:00"),
    ("shortage", "major", "01-05 10:00", "01-12 24:00"),
    ("loss", "major", "01-05 10:00", "01-12 24:00"),
    ("attitude", "simple", "01-03 09:00", "01-04 24:00"),
    ("attitude", "simple", "01-09 23:59", "01-12 24:00"),
    ("delay", "complex", "02-13 16:00", "02-25 24:00"),
    ("loss", "major", "02-13 16:00", "02-27 24:00"),
    ("delay", "complex", "09-30 17:00", "10-10 24:00"),
)


@pytest.mark.parametrize(("class_name", "grade", "received", "due"), RESOLUTION)
def test_resolution_is_due(desk: Desk, class_name: str, grade: str, received: str, due: str) -> None:
    desk.routed(at(received), grade=grade, class_name=class_name)
    assert desk.clock("resolution").due_at == at(due)
    desk.pass_time(at(due) - MINUTE)
    assert "clock.breached" not in names(desk, "resolution")
    desk.pass_time(at(due))
    assert names(desk, "resolution")[-1] == "clock.breached"
    assert desk.last("clock.breached")["section"] == "C 5"


@pytest.mark.parametrize(("class_name", "grade", "received", "due"), RESOLUTION)
@pytest.mark.parametrize(("late_by", "in_time"), [(0, True), (1, False)])
def test_the_last_minute_is_in_time_and_the_next_is_not(
    desk: Desk, class_name: str, grade: str, received: str, due: str, late_by: int, in_time: bool
) -> None:
    desk.routed(at(received), grade=grade, class_name=class_name)
    desk.handle("acknowledged", at(received) + MINUTE)
    desk.handle("customer_answered", at(due) + late_by * MINUTE)
    closed = desk.last("case.closed")
    assert closed["in_time"] is in_time
    assert closed["breached_clocks"] == ([] if in_time else ["resolution"])


# | C | inquiry with no web result | 30 minutes |
@pytest.mark.parametrize(
    ("answered", "in_time"),
    [("02-16 03:30", True), ("02-16 03:30:01", False), ("02-16 03:10", True)],
)
def test_an_inquiry_without_web_result_is_answered_in_thirty_minutes(desk: Desk, answered: str, in_time: bool) -> None:
    desk.routed(at("02-16 03:00"), kind="inquiry", departments=["customer_service"], web_result="none")
    assert desk.clock("inquiry_answer").due_at == at("02-16 03:30")
    desk.handle("inquiry_answered", at(answered))
    assert desk.last("case.closed")["in_time"] is in_time


def test_an_inquiry_with_a_web_result_has_no_clock(desk: Desk) -> None:
    desk.routed(at("02-16 03:00"), kind="inquiry", departments=["customer_service"], web_result="found")
    assert desk.case is not None
    assert desk.case.clocks == ()
    desk.handle("inquiry_answered", at("02-20 03:00"))
    assert desk.said() == ["closed inquiry_result_found 02-20 03:00"]


# | C | the responsible department tells the customer it has the complaint | at once on assignment (the pack: 2 hours) |
@pytest.mark.parametrize("step", ["acknowledged", "judged", "plan_proposed", "plan_executed", "customer_answered"])
@pytest.mark.parametrize(("happened", "in_time"), [("02-16 05:00", True), ("02-16 05:01", False)])
def test_the_department_answers_within_two_hours_of_assignment(
    desk: Desk, step: str, happened: str, in_time: bool
) -> None:
    desk.routed(at("02-16 02:00"), now=at("02-16 03:00"))
    desk.handle(step, at(happened))
    met = [line for line in desk.said() if line.startswith("acknowledgement met")]
    assert met == [f"acknowledgement {'met' if in_time else 'met_late'} {happened}"]
    assert desk.clock("acknowledgement").status == ("met" if in_time else "late")


def test_the_department_it_is_passed_on_to_has_two_hours_of_its_own_and_resolution_runs_on(desk: Desk) -> None:
    desk.routed(at("01-05 10:00"))
    desk.handle("acknowledged", at("01-05 10:30"))
    desk.passed_on(["quality_management"], at("01-05 15:00"))
    assert desk.clock("acknowledgement").due_at == at("01-05 17:00")
    assert desk.clock("acknowledgement").generation == 2
    assert desk.clock("resolution").generation == 1
    assert desk.clock("resolution").due_at == at("01-08 24:00")


# 100 % handled, 100 % answered: warned at 50 % and 80 %, then the head of department is told, then the manager.
def test_a_case_that_nobody_touches_is_warned_of_breached_and_escalated_once(desk: Desk) -> None:
    desk.routed(at("01-05 10:00"), grade="simple", class_name="attitude")
    desk.pass_time(at("01-31 00:00"))
    assert desk.said() == [
        "acknowledgement started 01-05 10:00",
        "resolution started 01-05 10:00",
        "acknowledgement warned 0.8 01-05 11:36",
        "acknowledgement breached 01-05 12:00",
        "acknowledgement escalated 1 department_head 01-05 12:00",
        "resolution warned 0.5 01-06 12:00",
        "resolution warned 0.8 01-06 19:12",
        "resolution breached 01-07 00:00",
        "resolution escalated 1 department_head 01-07 09:00",
        "resolution escalated 2 centre_manager 01-08 09:00",
    ]


def names(desk: Desk, clock: str) -> list[str]:
    """The event names that were told of a clock, without escalations."""
    of_clock = [o for o in desk.told if o.data.get("clock") == clock and o.type.startswith("tousu.clock.")]
    return [output.type.removeprefix("tousu.").removesuffix(".v1") for output in of_clock]
