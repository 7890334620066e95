"""What moves a clock: pauses, extensions, new grades, reopenings, an earlier receipt."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from tests.rules.sla.desk import Desk, at
from tousu.policy.clock_rule import Limit
from tousu.policy.pack import Pack


# Three working days from Tuesday 6th 00:00. Paused and resumed: what was used stays used, to the minute.
@pytest.mark.parametrize(
    ("paused", "resumed", "due"),
    [
        ("01-06 12:00", "01-08 12:00", "01-12 24:00"),
        ("01-06 12:00", "01-06 12:00", "01-08 24:00"),
        ("01-08 23:00", "01-12 09:00", "01-12 10:00"),
        ("01-08 12:00", "01-11 15:00", "01-12 12:00"),  # 15:00 on a Sunday that is not worked
        ("01-05 11:00", "01-07 09:00", "01-12 09:00"),  # of the three days it stood still on the 6th and 9 h of the 7th
    ],
)
def test_a_paused_clock_goes_on_with_the_working_time_it_had_left(
    routed: Desk, paused: str, resumed: str, due: str
) -> None:
    routed.handle("paused", at(paused))
    assert routed.rules.next_timer(routed.state_key, routed.case) is None  # type: ignore[arg-type]
    routed.handle("resumed", at(resumed))
    assert routed.clock("resolution").due_at == at(due)
    routed.pass_time(at("02-01 00:00"))
    warned = [line for line in routed.said() if "warned" in line]
    assert len(warned) == 2
    assert f"resolution breached {due.replace('12 24:00', '13 00:00').replace('08 24:00', '09 00:00')}" in routed.said()


def test_a_pause_names_its_reason_and_the_time_used(routed: Desk) -> None:
    routed.handle("paused", at("01-06 12:00"), reason="force_majeure")
    told = routed.last("clock.paused")
    assert (told["elapsed_s"], told["reason"]) == (43_200.0, "force_majeure")
    assert "due_at" not in told
    routed.handle("customer_answered", at("01-20 10:00"))
    assert routed.last("clock.met")["elapsed_s"] == 43_200.0
    assert routed.last("case.closed")["in_time"] is True


def test_a_pause_that_was_reported_after_the_breach_withdraws_it_and_the_clock_goes_on_in_its_next_generation(
    routed: Desk,
) -> None:
    routed.handle("paused", at("01-08 12:00"), now=at("01-09 10:00"))
    assert routed.said()[-3:] == [
        "resolution breach_withdrawn 01-09 10:00",
        "resolution#2 started 01-09 10:00",
        "resolution#2 paused 01-08 12:00",
    ]
    routed.handle("resumed", at("01-12 12:00"))
    routed.pass_time(at("01-13 00:00"))
    assert routed.said()[-2:] == [
        "resolution#2 breached 01-13 00:00",
        "resolution#2 escalated 1 department_head 01-13 00:00",
    ]


def test_a_resumption_reported_late_is_due_in_the_past_and_breaches_at_its_time(routed: Desk) -> None:
    routed.handle("paused", at("01-08 12:00"))
    routed.handle("resumed", at("01-09 09:00"), now=at("01-13 10:00"))
    routed.pass_time(at("01-13 10:00"))
    assert routed.said()[-3:-1] == [
        "resolution breached 01-09 21:00",
        "resolution escalated 1 department_head 01-09 21:00",
    ]


@pytest.mark.parametrize(
    ("happened", "data", "words"),
    [
        ("01-06 10:00", {"reason": "lunch"}, "waiting_for_customer, waiting_for_evidence, force_majeure"),
        ("01-06 10:00", {"clocks": ["acknowledgement"]}, "clock acknowledgement may pause only for: no reason"),
        ("01-06 10:00", {"clocks": ["inquiry_answer"]}, "the case has no clock inquiry_answer"),
    ],
)
def test_a_pause_that_the_pack_does_not_allow_is_refused(
    routed: Desk, happened: str, data: dict[str, Any], words: str
) -> None:
    refusal = routed.handle("paused", at(happened), **data).refusal
    assert refusal is not None
    assert refusal.reason == "not_pausable"
    assert words in refusal.message


def test_the_thirty_minutes_of_an_inquiry_refuse_a_pause(desk: Desk) -> None:
    desk.routed(at("01-05 10:00"), kind="inquiry", web_result="none")
    refusal = desk.handle("paused", at("01-05 10:10")).refusal
    assert refusal is not None
    assert refusal.reason == "not_pausable"


def test_the_end_of_a_pause_may_be_read_before_the_pause(routed: Desk) -> None:
    """What does not stand still goes on; once the pause is read, it stood still from that to its end."""
    assert routed.handle("resumed", at("01-06 12:00")).refusal is None
    assert not any("resumed" in line for line in routed.said())
    routed.handle("paused", at("01-06 09:00"), now=at("01-06 12:05"))
    assert routed.said()[-2:] == ["resolution paused 01-06 09:00", "resolution resumed 01-06 12:00"]
    assert routed.clock("resolution").due_at == at("01-09 03:00")


def test_what_stands_still_is_not_paused_again(routed: Desk) -> None:
    routed.handle("paused", at("01-06 11:00"))
    before = len(routed.told)
    assert routed.handle("paused", at("01-06 12:00")).refusal is None
    assert routed.said(before) == []
    routed.handle("resumed", at("01-06 11:30"), now=at("01-06 13:00"))
    assert routed.clock("resolution").status == "paused", "between the two it counted"


def test_an_extension_moves_the_limit_once(routed: Desk) -> None:
    routed.handle("extended", at("01-07 10:00"), until="2026-01-12T18:00:00+08:00")
    assert routed.clock("resolution").due_at == at("01-12 18:00")
    refusal = routed.handle("extended", at("01-07 11:00"), until="2026-01-15T18:00:00+08:00").refusal
    assert refusal is not None
    assert refusal.message == "clock resolution may be extended 1 times and was 1 times"
    # 4 days and 18 hours of working days; one and a half are used at the pause, so that three and a quarter are left.
    routed.handle("paused", at("01-07 12:00"))
    routed.handle("resumed", at("01-13 00:00"))
    assert routed.clock("resolution").due_at == at("01-16 06:00")


def test_an_extension_before_anything_is_used_survives_a_pause(routed: Desk) -> None:
    routed.handle("extended", at("01-05 11:00"), until="2026-01-09T24:00:00+08:00".replace("09T24", "10T00"))
    routed.handle("paused", at("01-05 12:00"))
    routed.handle("resumed", at("01-06 09:00"))
    assert routed.clock("resolution").due_at == at("01-12 09:00"), "four days, and the 9 h of the 6th"


@pytest.mark.parametrize(
    ("happened", "data", "words"),
    [
        ("01-06 10:00", {"approved_by": None}, "an extension needs approval"),
        ("01-06 10:00", {"until": "2026-01-08T12:00:00+08:00"}, "until must lie after the present limit"),
        ("01-06 10:00", {"clock": "acknowledgement"}, "may be extended 0 times"),
        ("01-06 10:00", {"clock": "inquiry_answer"}, "the case has no clock inquiry_answer"),
        ("01-06 10:00", {"until": "2027-03-08T12:00:00+08:00"}, "has no year 2027"),
        ("01-09 10:00", {}, "its limit had passed"),
    ],
)
def test_an_extension_that_the_pack_does_not_allow_is_refused(
    routed: Desk, happened: str, data: dict[str, Any], words: str
) -> None:
    filled = {"until": "2026-01-12T18:00:00+08:00", "clock": "resolution", "reason": "typhoon", "approved_by": "E-9"}
    said = {name: value for name, value in (filled | data).items() if value is not None}
    routed.pass_time(at(happened))
    refusal = routed.event("handling.extended", at(happened), {"case_number": "TS-20260105-000001"} | said).refusal
    assert refusal is not None
    assert refusal.reason == "not_extendable"
    assert words in refusal.message


def test_an_extension_approved_in_time_and_reported_late_withdraws_the_breach(routed: Desk) -> None:
    routed.handle("extended", at("01-08 20:00"), now=at("01-09 10:00"), until="2026-01-12T18:00:00+08:00")
    assert routed.said()[-3:] == [
        "resolution breach_withdrawn 01-09 10:00",
        "resolution#2 started 01-09 10:00",
        "resolution#2 extended 01-08 20:00",
    ]
    routed.pass_time(at("01-12 18:00"))
    assert "resolution#2 breached 01-12 18:00" in routed.said()


def regrade(desk: Desk, grade: str, happened: str, revision: int = 2) -> None:
    desk.routed(at("01-05 10:00"), now=at(happened), grade=grade, revision=revision, decided_by="words")


def test_a_graver_class_gives_the_longer_limit_from_the_same_start(routed: Desk) -> None:
    regrade(routed, "major", "01-06 10:00")
    assert routed.clock("resolution").due_at == at("01-12 24:00")
    assert routed.last("clock.recalculated")["reason"] == "grade_changed"
    assert routed.last("clock.recalculated")["limit"] == {"amount": 5, "unit": "working_days"}
    assert routed.last("clock.recalculated")["started_at"] == "2026-01-05T02:00:00Z"


def test_a_graver_class_after_the_breach_withdraws_it(routed: Desk) -> None:
    regrade(routed, "major", "01-09 10:00")
    assert routed.said()[-3:] == [
        "resolution breach_withdrawn 01-09 10:00",
        "resolution#2 started 01-09 10:00",
        "resolution#2 recalculated 01-09 10:00",
    ]
    since = len(routed.told)
    routed.pass_time(at("01-13 00:00"))
    assert routed.said(since) == [
        "resolution#2 warned 0.8 01-10 00:00",
        "resolution#2 breached 01-13 00:00",
        "resolution#2 escalated 1 department_head 01-13 00:00",
    ]


def test_a_milder_class_may_be_due_at_once_at_its_own_time(routed: Desk) -> None:
    regrade(routed, "simple", "01-08 10:00")
    routed.pass_time(at("01-08 10:01"))
    assert "resolution breached 01-07 00:00" in routed.said()


def test_a_breach_stands_when_the_new_limit_has_passed_too(routed: Desk) -> None:
    regrade(routed, "major", "01-13 10:00")
    assert routed.clock("resolution").breached
    assert routed.clock("resolution").generation == 1
    routed.handle("customer_answered", at("01-12 10:00"), now=at("01-13 11:00"))
    assert routed.last("case.closed")["in_time"] is True


def test_a_grade_that_changes_during_a_pause_counts_when_the_clock_goes_on(routed: Desk) -> None:
    routed.handle("paused", at("01-06 12:00"))
    regrade(routed, "major", "01-07 10:00")
    assert "due_at" not in routed.last("clock.recalculated")
    routed.handle("resumed", at("01-08 12:00"))
    assert routed.clock("resolution").due_at == at("01-14 24:00")


def test_passing_on_with_another_grade_regrades(routed: Desk) -> None:
    routed.passed_on(["quality_management"], at("01-06 10:00"), grade="simple", class_name="attitude")
    assert routed.clock("resolution").due_at == at("01-06 24:00")
    assert routed.case is not None
    assert routed.case.class_name == "attitude"


def test_a_reopened_case_gets_a_new_generation_and_the_old_breach_stands(routed: Desk) -> None:
    routed.handle("customer_answered", at("01-09 09:00"))
    routed.handle("reopened", at("01-12 10:00"))
    assert routed.said()[-2:] == ["reopened 01-12 10:00", "resolution#2 started 01-12 10:00"]
    assert routed.clock("resolution").due_at == at("01-15 24:00")
    assert routed.clock("acknowledgement").generation == 1
    routed.handle("customer_answered", at("01-13 09:00"))
    assert routed.last("case.closed")["breached_clocks"] == ["resolution"]
    assert routed.last("case.reopened")["times"] == 1


def test_what_happened_before_the_reopening_ends_nothing_after_it(routed: Desk) -> None:
    routed.handle("customer_answered", at("01-09 09:00"))
    routed.handle("reopened", at("01-12 10:00"))
    routed.handle("customer_answered", at("01-08 10:00"), now=at("01-12 11:00"))
    assert routed.said()[-1] == "resolution breach_withdrawn 01-12 11:00"
    assert routed.case is not None
    assert routed.case.life == "reopened"
    assert routed.case.breached_clocks == []


def test_the_earliest_receipt_counts(routed: Desk) -> None:
    joined = {"case_number": "TS-20260105-000001", "channel": "letter", "source_event": {"source": "a", "id": "1"}}
    later = routed.event("duplicate.joined", at("01-06 10:00"), joined | {"received_at": "2026-01-06T10:00:00+08:00"})
    assert list(later.outputs) == []
    routed.event("duplicate.joined", at("01-06 11:00"), joined | {"received_at": "2026-01-04T10:00:00+08:00"})
    assert routed.clock("resolution").due_at == at("01-07 24:00")
    assert routed.last("clock.recalculated")["reason"] == "received_earlier"


def test_every_event_names_pack_calendar_section_cause_and_departments(routed: Desk) -> None:
    told = routed.last("clock.met")
    assert told["pack"] == {"id": "courier-network", "version": "1.0.0"}
    assert told["calendar"] == {"id": "china", "version": "2025-11-04"}
    assert (told["section"], told["cause_event"], told["departments"]) == ("C 5", "e2", ["storage_and_transport"])
    routed.pass_time(at("01-09 00:00"))
    breached = next(output for output in routed.told if output.type == "tousu.clock.breached.v1")
    assert "cause_event" not in breached.data
    assert breached.causation == "e1"


def test_a_pause_before_anything_is_used_takes_away_what_stood_still_of_a_rolled_limit(pack: Pack) -> None:
    """Two statutory days from a Friday end on Monday, three days later. From Saturday to Tuesday 10:00 it stood still:
    three days and ten hours later, then. What a warning says of the time used is a share of the three days."""
    limits = dict.fromkeys(pack.grades, Limit(amount=2, unit="statutory_days"))
    desk = Desk(replace(pack, clocks={"resolution": replace(pack.clocks["resolution"], limit_by_grade=limits)}))
    desk.routed(at("01-09 10:00"))
    desk.handle("paused", at("01-09 11:00"))
    desk.handle("resumed", at("01-13 10:00"))
    desk.pass_time(at("01-16 10:00"))
    assert desk.said()[-4:-1] == [
        "resolution warned 0.5 01-14 22:00", "resolution warned 0.8 01-15 19:36", "resolution breached 01-16 10:00",
    ]  # fmt: skip
    assert [output.data.get("elapsed_s") for output in desk.told[-4:-1]] == [129_600, 207_360, 259_200]
