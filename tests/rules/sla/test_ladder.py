"""Escalation: rungs before and after the breach, quiet hours, repetitions, and what need not be told any more."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.sla.desk import RUNGS, Desk, at
from tests.rules.sla.rulebook import desk_with, limit, office, rule
from tousu.policy.calendar import Calendar, CalendarHistory
from tousu.policy.clock_rule import Extensions, Pauses, Repeat, Rung, Trigger

HOUR = limit(1, "elapsed_hours")
AT_BREACH = Rung(level=1, to="department_head", after=limit(0, "elapsed_hours"))
HALF_HOURLY = Repeat(every=limit(30, "elapsed_minutes"), times_max=3)


def told(desk: Desk, what: str = "") -> list[str]:
    """The rungs that were told or suppressed, in short."""
    outputs = [index for index, output in enumerate(desk.told) if output.type in RUNGS]
    return [desk.said()[index] for index in outputs if what in desk.said()[index]]


# features, number 10: glpi#22678. Four business hours from Monday 17:00, open 08-18: due Tuesday 11:00.
AN_HOUR_BEFORE = Rung(level=1, to="department_head", before=limit(1, "business_hours"), quiet="closed")


def monday_evening() -> Desk:
    return desk_with(rule("resolution", 4, "business_hours", escalation=(AN_HOUR_BEFORE,)), received="01-05 17:00")


def test_a_rung_an_hour_before_counts_in_business_hours() -> None:
    desk = monday_evening()
    desk.pass_time(at("01-06 09:59"))
    assert told(desk) == []
    desk.pass_time(at("01-06 12:00"))
    assert told(desk) == ["resolution escalated 1 department_head 01-06 10:00"]
    assert desk.last("case.escalated")["reason"] == "limit_near"
    assert desk.said()[-1] == "resolution breached 01-06 11:00"


def test_an_answer_a_minute_before_suppresses_the_rung_and_records_it() -> None:
    desk = monday_evening()
    desk.handle("customer_answered", at("01-06 09:59"))
    desk.pass_time(at("01-31 00:00"))
    assert desk.said()[1:] == [
        "resolution suppressed 1 department_head 01-06 09:59",
        "resolution met 01-06 09:59",
        "closed settled 01-06 09:59",
    ]
    suppressed = desk.last("case.escalation_suppressed")
    assert (suppressed["reason"], suppressed["planned_at"]) == ("answered", "2026-01-06T02:00:00Z")


def test_a_withdrawal_suppresses_too() -> None:
    desk = desk_with(
        rule("resolution", 4, escalation=(AN_HOUR_BEFORE,), cancelled_by=(Trigger(event="withdrawn"),)),
    )
    desk.handle("withdrawn", at("01-05 11:00"))
    assert desk.last("case.escalation_suppressed")["reason"] == "withdrawn"
    assert desk.case is not None
    assert not any(clock.is_active for clock in desk.case.clocks)


def test_what_was_told_is_not_suppressed_afterwards_and_what_comes_after_a_breach_is_simply_not_due() -> None:
    ladder = (AN_HOUR_BEFORE, Rung(level=2, to="centre_manager", after=limit(1, "working_days")))
    desk = desk_with(rule("resolution", 4, "business_hours", escalation=ladder), received="01-05 17:00")
    desk.handle("customer_answered", at("01-06 11:30"))
    assert told(desk) == ["resolution escalated 1 department_head 01-06 10:00"]


@pytest.mark.parametrize(("answered", "suppressed"), [("01-05 15:00", True), ("01-05 14:59", False)])
def test_an_answer_at_the_very_moment_of_a_rung_after_the_breach_comes_first(answered: str, suppressed: bool) -> None:
    desk = desk_with(rule("resolution", 4, escalation=(Rung(level=1, to="head", after=HOUR),)))
    desk.handle("customer_answered", at(answered))
    assert told(desk) == ([f"resolution suppressed 1 head {answered}"] if suppressed else [])


def test_each_role_is_told_at_its_own_time() -> None:
    ladder = (
        Rung(level=1, to="handler", at_share=0.5),
        Rung(level=2, to="team_leader", at_share=0.75),
        Rung(level=3, to="department_head", before=HOUR),
        Rung(level=4, to="department_head", after=limit(0, "elapsed_hours")),
        Rung(level=5, to="general_manager", after=limit(8, "elapsed_hours")),
    )
    desk = desk_with(rule("resolution", 8, escalation=ladder))
    desk.pass_time(at("01-31 00:00"))
    assert told(desk) == [
        "resolution escalated 1 handler 01-05 14:00",
        "resolution escalated 2 team_leader 01-05 16:00",
        "resolution escalated 3 department_head 01-05 17:00",
        "resolution escalated 4 department_head 01-05 18:00",
        "resolution escalated 5 general_manager 01-06 02:00",
    ]
    reasons = [output.data["reason"] for output in desk.told if output.type == RUNGS[0]]
    assert reasons == ["limit_near"] * 3 + ["clock_breached"] * 2


def test_a_higher_level_is_not_told_before_a_lower_one() -> None:
    ladder = (Rung(level=1, to="head", after=limit(2, "elapsed_hours")), Rung(level=2, to="manager", after=HOUR))
    desk = desk_with(rule("resolution", 4, escalation=ladder))
    desk.pass_time(at("01-06 00:00"))
    assert told(desk) == ["resolution escalated 1 head 01-05 16:00", "resolution escalated 2 manager 01-05 16:00"]


@pytest.mark.parametrize(
    ("received", "quiet", "at_the_breach"),
    [
        ("01-05 10:00", "closed", "01-05 14:00"),
        ("01-05 15:00", "none", "01-05 19:00"),
        ("01-05 15:00", "closed", "01-06 08:00"),
        ("01-05 14:00", "closed", "01-06 08:00"),  # at 18:00 the office has closed
        ("01-06 04:00", "closed", "01-06 08:00"),  # at 08:00 it is open
        ("01-09 15:00", "closed", "01-12 08:00"),  # Friday evening
    ],
)
def test_quiet_hours_defer_to_the_next_opening(received: str, quiet: str, at_the_breach: str) -> None:
    rung = Rung(level=1, to="department_head", after=limit(0, "elapsed_hours"), quiet=quiet)  # type: ignore[arg-type]
    desk = desk_with(rule("resolution", 4, escalation=(rung,)), received=received)
    desk.pass_time(at("01-31 00:00"))
    assert told(desk) == [f"resolution escalated 1 department_head {at_the_breach}"]


def test_a_rung_before_the_breach_that_waited_for_the_opening_is_told_after_it() -> None:
    rung = Rung(level=1, to="department_head", before=HOUR, quiet="closed")
    desk = desk_with(rule("resolution", 4, escalation=(rung,)), received="01-05 17:00")
    desk.pass_time(at("01-06 08:00"))
    assert desk.said()[1:] == ["resolution breached 01-05 21:00", "resolution escalated 1 department_head 01-06 08:00"]
    assert desk.last("case.escalated")["reason"] == "clock_breached"


def test_a_rung_that_falls_on_the_breach_is_told_after_it() -> None:
    rung = Rung(level=1, to="department_head", before=HOUR, quiet="closed")
    desk = desk_with(rule("resolution", 4, escalation=(rung,)), received="01-06 04:00")
    desk.pass_time(at("01-06 08:00"))
    assert desk.said()[1:] == ["resolution breached 01-06 08:00", "resolution escalated 1 department_head 01-06 08:00"]
    assert desk.last("case.escalated")["reason"] == "clock_breached"


def test_an_answer_in_the_night_suppresses_what_waited_for_the_opening() -> None:
    rung = Rung(level=1, to="department_head", after=limit(0, "elapsed_hours"), quiet="closed")
    desk = desk_with(rule("resolution", 4, escalation=(rung,)), received="01-05 17:00")
    desk.handle("customer_answered", at("01-05 22:00"))
    assert told(desk) == ["resolution suppressed 1 department_head 01-05 22:00"]
    assert desk.last("case.escalation_suppressed")["planned_at"] == "2026-01-06T00:00:00Z"


def test_where_no_opening_is_known_it_is_told_at_its_time() -> None:
    known = office().newest
    bare = Calendar(
        id="office",
        version="bare",
        effective_from=at("01-01 00:00"),
        zone=known.zone,
        weekly={},
        make_up_hours=(),
        years={},
    )
    rung = Rung(level=1, to="department_head", before=HOUR, quiet="closed")
    desk = desk_with(rule("resolution", 4, escalation=(rung,)), calendar=CalendarHistory(id="office", versions=(bare,)))
    desk.pass_time(at("01-05 14:00"))
    assert told(desk) == ["resolution escalated 1 department_head 01-05 13:00"]


def test_a_rung_is_told_again_while_the_clock_waits_but_not_for_ever() -> None:
    rung = Rung(level=1, to="handler", before=HOUR, repeat=HALF_HOURLY)
    desk = desk_with(rule("resolution", 4, escalation=(rung,)))
    desk.pass_time(at("01-31 00:00"))
    assert told(desk) == [
        "resolution escalated 1 handler 01-05 13:00",
        "resolution escalated 1+1 handler 01-05 13:30",
        "resolution escalated 1+2 handler 01-05 14:00",
        "resolution escalated 1+3 handler 01-05 14:30",
    ]


def test_an_answer_ends_the_repetitions_and_records_the_one_to_come() -> None:
    rung = Rung(level=1, to="handler", after=limit(0, "elapsed_hours"), repeat=HALF_HOURLY)
    desk = desk_with(rule("resolution", 4, escalation=(rung,)))
    desk.handle("customer_answered", at("01-05 14:40"))
    desk.pass_time(at("01-31 00:00"))
    assert told(desk) == [
        "resolution escalated 1 handler 01-05 14:00",
        "resolution escalated 1+1 handler 01-05 14:30",
        "resolution suppressed 1+2 handler 01-05 14:40",
    ]


def test_repetitions_keep_quiet_hours() -> None:
    daily = Repeat(every=limit(4, "business_hours"), times_max=2)
    rung = Rung(level=1, to="handler", after=limit(0, "elapsed_hours"), quiet="closed", repeat=daily)
    desk = desk_with(rule("resolution", 4, escalation=(rung,)), received="01-05 12:00")
    desk.pass_time(at("01-31 00:00"))
    assert told(desk) == [
        "resolution escalated 1 handler 01-05 16:00",
        "resolution escalated 1+1 handler 01-06 10:00",
        "resolution escalated 1+2 handler 01-06 14:00",
    ]


PAUSES = Pauses(reasons=("waiting_for_customer",), section="T 1")


def test_nobody_is_told_of_a_clock_that_stands_still_and_the_rung_moves_with_the_limit() -> None:
    desk = desk_with(rule("resolution", 4, escalation=(Rung(level=1, to="handler", before=HOUR),), pauses=PAUSES))
    desk.handle("paused", at("01-05 12:00"))
    desk.pass_time(at("01-06 12:00"))
    assert told(desk) == []
    desk.handle("resumed", at("01-06 12:00"))
    desk.pass_time(at("01-31 00:00"))
    assert told(desk) == ["resolution escalated 1 handler 01-06 13:00"]


def test_a_rung_that_waited_for_the_opening_when_the_clock_was_paused_is_told_when_it_goes_on() -> None:
    rung = Rung(level=1, to="handler", before=HOUR, quiet="closed")
    desk = desk_with(rule("resolution", 4, escalation=(rung,), pauses=PAUSES), received="01-05 17:00")
    desk.handle("paused", at("01-05 20:30"))
    desk.handle("resumed", at("01-06 15:00"))
    desk.pass_time(at("01-31 00:00"))
    assert told(desk) == ["resolution escalated 1 handler 01-06 15:00"]
    assert "resolution breached 01-06 15:30" in desk.said()


def test_a_repetition_does_not_come_earlier_for_a_pause() -> None:
    rung = Rung(level=1, to="handler", before=limit(3, "elapsed_hours"), repeat=HALF_HOURLY)
    desk = desk_with(rule("resolution", 4, escalation=(rung,), pauses=PAUSES))
    desk.handle("paused", at("01-05 11:10"))
    desk.handle("resumed", at("01-05 11:20"))
    desk.pass_time(at("01-05 11:40"))
    assert told(desk) == ["resolution escalated 1 handler 01-05 11:00", "resolution escalated 1+1 handler 01-05 11:30"]


def test_a_repetition_waits_where_an_extension_takes_the_clock_back_behind_the_rung() -> None:
    terms = Extensions(times_max=1, needs=(), section="T 1")
    rung = Rung(level=1, to="handler", before=HOUR, repeat=HALF_HOURLY)
    desk = desk_with(rule("resolution", 4, escalation=(rung,), extensions=terms))
    desk.handle("extended", at("01-05 13:10"), until="2026-01-05T20:00:00+08:00")
    desk.pass_time(at("01-05 19:00"))
    assert told(desk) == ["resolution escalated 1 handler 01-05 13:00", "resolution escalated 1+1 handler 01-05 19:00"]


def test_a_repetition_waits_for_its_place_after_a_reset_and_not_for_the_one_of_before() -> None:
    terms = Extensions(times_max=1, needs=(), section="T 1")
    rung = Rung(level=1, to="handler", before=HOUR, repeat=HALF_HOURLY)
    anew = (Trigger(event="interim_answered"),)
    desk = desk_with(rule("resolution", 4, escalation=(rung,), extensions=terms, reset_by=anew))
    desk.handle("extended", at("01-05 13:10"), until="2026-01-05T20:00:00+08:00")
    desk.handle("interim_answered", at("01-05 13:20"))
    desk.pass_time(at("01-05 16:20"))
    assert told(desk) == ["resolution escalated 1 handler 01-05 13:00", "resolution escalated 1+1 handler 01-05 16:20"]


def test_a_clock_met_while_it_stands_still_records_the_rung_without_a_time() -> None:
    desk = desk_with(rule("resolution", 4, escalation=(Rung(level=1, to="handler", before=HOUR),), pauses=PAUSES))
    desk.handle("paused", at("01-05 12:00"))
    desk.handle("customer_answered", at("01-05 12:30"))
    assert "planned_at" not in desk.last("case.escalation_suppressed")


def test_after_a_withdrawn_breach_the_ladder_begins_anew_without_what_lies_behind() -> None:
    ladder = (Rung(level=1, to="handler", before=HOUR), Rung(level=2, to="head", after=limit(0, "elapsed_hours")))
    desk = desk_with(rule("resolution", 4, escalation=ladder, pauses=PAUSES))
    desk.pass_time(at("01-05 15:00"))
    desk.handle("paused", at("01-05 13:30"), now=at("01-05 15:00"))
    desk.handle("resumed", at("01-05 16:00"))
    desk.pass_time(at("01-31 00:00"))
    assert told(desk) == [
        "resolution escalated 1 handler 01-05 13:00",
        "resolution escalated 2 head 01-05 14:00",
        "resolution#2 escalated 1 handler 01-05 16:00",
        "resolution#2 escalated 2 head 01-05 16:30",
    ]


def test_a_rung_whose_time_needs_an_unpublished_year_says_so() -> None:
    far = Rung(level=1, to="head", after=limit(300, "working_days"))
    desk = desk_with(rule("resolution", 4, escalation=(far,)))
    desk.pass_time(at("01-31 00:00"))
    assert "has no year 2027" in desk.clock("resolution").missing


@pytest.mark.parametrize(
    ("warnings", "expected"),
    [
        ({"warn_at_share": (0.5,), "warn_before": (HOUR,)}, ["0.5 01-05 14:00", "1 elapsed_hours left 01-05 17:00"]),
        ({"warn_at_share": (0.9,), "warn_before": (limit(2, "elapsed_hours"), limit(30, "elapsed_minutes"))},
         ["2 elapsed_hours left 01-05 16:00", "0.9 01-05 17:12", "30 elapsed_minutes left 01-05 17:30"]),
        ({"warn_before": (limit(8, "elapsed_hours"), limit(9, "elapsed_hours"))}, ["8 elapsed_hours left 01-05 10:00"]),
    ],
)  # fmt: skip
def test_warnings_by_share_and_by_what_is_left_come_in_the_order_of_time(
    warnings: dict[str, Any], expected: list[str]
) -> None:
    desk = desk_with(rule("resolution", 8, **warnings))
    desk.pass_time(at("01-31 00:00"))
    assert [line for line in desk.said() if "warned" in line] == [f"resolution warned {line}" for line in expected]


def test_what_is_left_of_working_days_is_counted_in_them() -> None:
    desk = desk_with(
        rule("resolution", 3, "working_days", warn_before=(limit(1, "working_days"),)), received="01-07 10:00"
    )
    desk.pass_time(at("01-31 00:00"))  # Thursday 8th, Friday 9th, Monday 12th
    assert "resolution warned 1 working_days left 01-10 00:00" in desk.said()
    assert desk.last("clock.warned")["left"] == {"amount": 1, "unit": "working_days"}
    assert desk.last("clock.warned")["elapsed_s"] == 2 * 86_400
