"""The ledger of pauses, their cap, what pauses and resumes by itself, and the limits of the law that nothing pauses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.sla.desk import Desk, at
from tests.rules.sla.rulebook import COURIER, desk_with, limit, rule
from tousu.domain.clock.pausing import LEDGER_MAX
from tousu.domain.clock.state import Pause
from tousu.policy.clock_rule import Limit, Pauses, Trigger

WAITING = "waiting_for_customer"


def pauses(cap: Limit | None = None) -> Pauses:
    return Pauses(reasons=(WAITING, "waiting_for_evidence"), section="T 1", cap=cap)


def capped(amount: int, unit: str = "elapsed_hours", received: str = "01-05 10:00") -> Desk:
    """Eight hours, of which pauses may take so much."""
    cap = limit(amount, unit)  # type: ignore[arg-type]
    return desk_with(rule("resolution", 8, pauses=pauses(cap)), received=received)


# --- the ledger


def test_each_pause_is_in_the_ledger_with_its_times_its_reason_and_who_said_so() -> None:
    desk = desk_with(rule("resolution", 8, pauses=pauses()))
    desk.handle("paused", at("01-05 11:00"), department="storage_and_transport", employee="S40008")
    assert desk.clock("resolution").pauses[-1].until is None
    desk.handle("resumed", at("01-05 13:00"))
    desk.handle("paused", at("01-05 14:00"), reason="waiting_for_evidence")
    desk.handle("resumed", at("01-05 14:30"))
    assert desk.clock("resolution").pauses == (
        Pause(
            since=at("01-05 11:00"), until=at("01-05 13:00"), reason=WAITING,
            department="storage_and_transport", employee="S40008",
        ),
        Pause(since=at("01-05 14:00"), until=at("01-05 14:30"), reason="waiting_for_evidence"),
    )  # fmt: skip
    told = desk.last("clock.resumed")
    assert (told["paused_at"], told["stood_still_s"], told["stood_still_in_all_s"]) == (
        "2026-01-05T06:00:00Z", 1800.0, 9000.0,
    )  # fmt: skip
    assert desk.clock("resolution").due_at == at("01-05 20:30")


def test_a_pause_tells_who_asked_for_it() -> None:
    desk = desk_with(rule("resolution", 8, pauses=pauses()))
    desk.handle("paused", at("01-05 11:00"), department="storage_and_transport", employee="S40008")
    told = desk.last("clock.paused")
    assert (told["department"], told["employee"]) == ("storage_and_transport", "S40008")


def test_the_ledger_keeps_the_last_ten_and_the_sum_of_all() -> None:
    desk = desk_with(rule("resolution", 8, pauses=pauses()))
    for minute in range(60):
        desk.handle("paused", at(f"01-05 10:{minute:02}"))
        desk.handle("resumed", at(f"01-05 10:{minute:02}:30"))
    clock = desk.clock("resolution")
    assert len(clock.pauses) == LEDGER_MAX
    assert clock.pauses[0].since == at("01-05 10:50")
    assert clock.still_us == 60 * 30_000_000
    assert clock.due_at == at("01-05 18:30")


@pytest.mark.parametrize("what", ["customer_answered", "withdrawn"])
def test_a_pause_ends_with_the_clock(what: str) -> None:
    desk = desk_with(rule("resolution", 8, pauses=pauses()))
    desk.handle("paused", at("01-05 11:00"))
    desk.handle(what, at("01-05 15:00"))
    (pause,) = desk.clock("resolution").pauses
    assert pause.until == at("01-05 15:00")
    assert desk.clock("resolution").still_us == 4 * 3600 * 10**6


def test_a_warning_whose_place_was_reached_at_the_pause_is_not_told_when_the_clock_goes_on() -> None:
    desk = desk_with(rule("resolution", 8, pauses=pauses(), warn_at_share=(0.25, 0.5)))
    desk.handle("paused", at("01-05 12:00"))
    desk.handle("resumed", at("01-05 13:00"))
    desk.pass_time(at("01-05 16:00"))
    assert [line for line in desk.said() if "warned" in line] == ["resolution warned 0.5 01-05 15:00"]


# --- the cap


def test_a_clock_goes_on_by_itself_when_its_pauses_have_reached_the_cap() -> None:
    desk = capped(3)
    desk.handle("paused", at("01-05 11:00"))
    desk.handle("resumed", at("01-05 12:00"))
    desk.handle("paused", at("01-05 13:00"))
    assert desk.rules.next_timer(desk.state_key, desk.case) == at("01-05 15:00")  # type: ignore[arg-type]
    desk.pass_time(at("01-05 15:00"))
    assert desk.said()[-1] == "resolution resumed 01-05 15:00"
    told = desk.last("clock.resumed")
    assert (told["reason"], told["stood_still_s"], told["stood_still_in_all_s"]) == (
        "pause_cap_reached", 7200.0, 10_800.0,
    )  # fmt: skip
    desk.pass_time(at("01-06 00:00"))
    assert "resolution breached 01-05 21:00" in desk.said()


def test_after_the_cap_a_pause_moves_nothing() -> None:
    desk = capped(3)
    desk.handle("paused", at("01-05 11:00"))
    desk.pass_time(at("01-05 16:00"))
    before = len(desk.told)
    desk.handle("paused", at("01-05 16:00"))
    desk.handle("resumed", at("01-05 16:30"))
    assert desk.said(before) == [], "it goes on already"


@pytest.mark.parametrize(
    ("amount", "unit", "resumes"),
    [
        (4, "business_hours", "01-12 09:00"),
        (1, "working_days", "01-12 15:00"),
        (2, "calendar_days", "01-11 15:00"),
        (90, "elapsed_minutes", "01-09 16:30"),
    ],
)
def test_a_cap_counts_in_its_own_unit(amount: int, unit: str, resumes: str) -> None:
    desk = capped(amount, unit, received="01-09 14:00")  # a Friday; open until 18:00
    desk.handle("paused", at("01-09 15:00"))
    desk.pass_time(at("01-31 00:00"))
    assert f"resolution resumed {resumes}" in desk.said()


def test_a_cap_reached_before_the_pause_was_reported_counts_all_the_same() -> None:
    desk = capped(1)
    desk.handle("paused", at("01-05 11:00"), now=at("01-05 14:00"))
    desk.pass_time(at("01-05 14:00"))
    assert desk.said()[-2:] == ["resolution paused 01-05 11:00", "resolution resumed 01-05 12:00"]


def test_the_cap_is_of_a_generation() -> None:
    again = rule("resolution", 8, pauses=pauses(limit(1, "elapsed_hours")), on_reopen="restart")
    desk = desk_with(again)
    desk.handle("paused", at("01-05 11:00"))
    desk.handle("customer_answered", at("01-05 14:00"))
    desk.handle("reopened", at("01-06 10:00"))
    assert desk.handle("paused", at("01-06 11:00")).refusal is None


# --- what the law says


def test_the_seven_days_of_the_law_ignore_a_wait_for_the_customer_while_the_internal_clock_stops() -> None:
    """Features, number 8: the statutory clock runs on, the company's own stands still."""
    desk = desk_with(
        rule("internal", 3, "working_days", pauses=pauses()),
        rule("seven_days", 7, "statutory_days", statutory=True),
    )
    desk.handle("paused", at("01-06 12:00"))
    assert desk.clock("internal").status == "paused"
    assert (desk.clock("seven_days").status, desk.clock("seven_days").due_at) == ("running", at("01-12 24:00"))
    desk.handle("resumed", at("01-07 12:00"))
    assert desk.clock("internal").due_at == at("01-09 24:00")
    assert desk.clock("seven_days").due_at == at("01-12 24:00")


def test_a_limit_of_the_law_refuses_every_pause_and_says_why() -> None:
    desk = desk_with(rule("seven_days", 7, "statutory_days", statutory=True, section="T 5"))
    refusal = desk.handle("paused", at("01-06 12:00"), clocks=["seven_days"]).refusal
    assert refusal is not None
    assert refusal.reason == "not_pausable"
    assert refusal.message == (
        "clock seven_days is a limit of the law (T 5): nothing pauses it; it has seven_days; "
        "name one that may pause, for a reason of the pack, or let the time run"
    )


# --- what pauses and resumes beside an explicit report

EVIDENCE: dict[str, Any] = {
    "paused_by": (Trigger(event="interim_answered"),),
    "resumed_by": (Trigger(event="judged"), Trigger(event="plan_proposed", case={"stands": (True,)})),
}


def test_events_that_the_pack_names_pause_and_resume_a_clock() -> None:
    desk = desk_with(rule("resolution", 8, **EVIDENCE))
    desk.handle("interim_answered", at("01-05 12:00"), employee="S40008")
    desk.handle("interim_answered", at("01-05 12:30"))
    desk.handle("judged", at("01-05 15:00"))
    assert desk.said()[1:] == ["resolution paused 01-05 12:00", "resolution resumed 01-05 15:00"]
    assert desk.clock("resolution").due_at == at("01-05 21:00")
    assert desk.clock("resolution").pauses == (
        Pause(since=at("01-05 12:00"), until=at("01-05 15:00"), reason="interim_answered", employee="S40008"),
    )


def test_an_event_that_may_not_pause_is_no_fault_of_the_event() -> None:
    statutory = rule("resolution", 8, statutory=True, paused_by=(Trigger(event="interim_answered"),))
    desk = desk_with(statutory)
    assert desk.handle("interim_answered", at("01-05 12:00")).refusal is None
    desk.pass_time(at("01-05 18:00"))
    assert desk.handle("interim_answered", at("01-05 19:00")).refusal is None
    assert desk.said()[1:] == ["resolution breached 01-05 18:00"]


def test_one_event_may_pause_and_the_same_once_more_resume() -> None:
    interim = (Trigger(event="interim_answered"),)
    desk = desk_with(rule("resolution", 8, paused_by=interim, resumed_by=interim))
    desk.handle("interim_answered", at("01-05 12:00"))
    desk.handle("interim_answered", at("01-05 13:00"))
    assert desk.clock("resolution").due_at == at("01-05 19:00")


def test_an_event_resumes_what_a_report_has_paused() -> None:
    desk = desk_with(rule("resolution", 8, pauses=pauses(), resumed_by=(Trigger(event="judged"),)))
    desk.handle("paused", at("01-05 12:00"))
    desk.handle("judged", at("01-05 13:00"))
    assert desk.clock("resolution").due_at == at("01-05 19:00")


# --- features, number 8: what other systems get wrong


def test_a_clock_that_stands_still_is_not_breached() -> None:
    """glpi#24481: breached while pending."""
    desk = desk_with(rule("resolution", 4, pauses=pauses()))
    desk.handle("paused", at("01-05 11:00"))
    desk.pass_time(at("01-31 00:00"))
    assert not any("breached" in line for line in desk.said())


def test_pauses_are_not_lost_when_the_limit_changes() -> None:
    """glpi#6902, #15605: the SLA of a ticket changes, and its former pauses count for nothing."""
    desk = Desk(COURIER)
    desk.routed(at("01-05 10:00"))
    desk.handle("paused", at("01-06 12:00"))
    desk.handle("resumed", at("01-08 12:00"))
    assert desk.clock("resolution").due_at == at("01-12 24:00")
    desk.routed(at("01-05 10:00"), now=at("01-08 13:00"), grade="major", revision=2, decided_by="words")
    assert desk.clock("resolution").due_at == at("01-14 24:00")
    assert len(desk.clock("resolution").pauses) == 1
    assert desk.clock("resolution").still_us == 2 * 86_400 * 10**6
