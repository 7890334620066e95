"""The account of a clock that is reset, goes on in a reopened case, or goes on by itself: still to the second."""

from __future__ import annotations

from tests.rules.explain.telling import Teller
from tests.rules.sla.desk import at
from tests.rules.sla.rulebook import limit, pack_with, rule
from tousu.explain.account import Account
from tousu.policy.clock_rule import Pauses, Trigger

HOUR_US = 3_600_000_000


def told(account: Account) -> list[str]:
    return [f"{each.counted_us / HOUR_US:g} {each.words}" for each in account.intervals]


def adds_up(account: Account) -> bool:
    """Whether what each event says of the elapsed time is what the intervals give."""
    return all(
        abs(mark.elapsed_s - mark.counted_us / 1e6) < 1 for mark in account.marks if mark.elapsed_s and mark.counted_us
    )


def test_a_clock_that_goes_on_where_it_ended_has_the_closed_time_in_its_account() -> None:
    desk = Teller(pack_with(rule("resolution", 8, on_reopen="resume")))
    desk.routed(at("01-05 10:00"))
    desk.handle("customer_answered", at("01-05 12:00"))
    desk.handle("reopened", at("01-07 10:00"))
    desk.handle("customer_answered", at("01-07 13:00"))
    account = desk.account("resolution", generation=2)
    assert [(each.counted_us / HOUR_US, each.why) for each in account.intervals][1] == (0, "paused")
    assert account.intervals[1].words == "the case was closed"
    assert account.elapsed_us == 5 * HOUR_US
    assert adds_up(account)


def test_a_reset_takes_back_what_was_used() -> None:
    desk = Teller(pack_with(rule("update", 8, reset_by=(Trigger(event="interim_answered"),))))
    desk.routed(at("01-05 10:00"))
    desk.handle("interim_answered", at("01-05 13:00"))
    desk.handle("customer_answered", at("01-05 14:00"))
    account = desk.account("update")
    assert "-3 the limit begins anew" in told(account)
    assert account.elapsed_us == HOUR_US
    assert adds_up(account)


def test_a_pause_that_reached_its_cap_ends_in_the_account_too() -> None:
    pauses = Pauses(reasons=("waiting_for_customer",), section="T 1", cap=limit(2, "elapsed_hours"))
    desk = Teller(pack_with(rule("resolution", 8, pauses=pauses)))
    desk.routed(at("01-05 10:00"))
    desk.handle("paused", at("01-05 11:00"))
    desk.handle("customer_answered", at("01-05 15:00"))
    account = desk.account("resolution")
    assert "0 paused: waiting for customer" in told(account)
    assert account.elapsed_us == 3 * HOUR_US
    assert adds_up(account)
