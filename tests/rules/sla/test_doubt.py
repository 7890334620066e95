"""A breach told while an input of intake is held out is in doubt: it is confirmed once, or withdrawn like any other."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.rules.sla.desk import Desk, at

DUE = at("01-09 00:00")
"""The resolution of the routed case; nothing was read of one topic from a while before on."""
SILENT_SINCE = at("01-07 00:00")


def breaches(desk: Desk) -> list[tuple[str, int, bool]]:
    told = [output.data for output in desk.told if output.type == "tousu.clock.breached.v1"]
    return [(data["clock"], data["generation"], data.get("unconfirmed", False)) for data in told]


def confirmed(desk: Desk) -> list[tuple[str, int]]:
    told = [output.data for output in desk.told if output.type == "tousu.clock.breach_confirmed.v1"]
    return [(data["clock"], data["generation"]) for data in told]


@pytest.mark.parametrize(
    ("confirmed_to", "in_doubt"),
    ((SILENT_SINCE, True), (DUE, True), (DUE + timedelta(microseconds=1), False), (None, False)),
    ids=("long before", "at the very limit", "just behind it", "nothing is held out"),
)
def test_a_breach_is_in_doubt_unless_everything_by_its_limit_has_been_read(
    routed: Desk, confirmed_to: object, in_doubt: bool
) -> None:
    routed.confirmed = confirmed_to  # type: ignore[assignment]
    routed.pass_time(DUE)
    assert breaches(routed) == [("resolution", 1, in_doubt)]
    assert routed.clock("resolution").unconfirmed is in_doubt


def test_it_is_confirmed_once_as_soon_as_it_is_known(routed: Desk) -> None:
    routed.confirmed = SILENT_SINCE
    routed.pass_time(at("01-12 09:00"))
    assert confirmed(routed) == []
    routed.confirmed = at("01-08 12:00")
    routed.pass_time(at("01-12 10:00"))
    assert confirmed(routed) == [], "what had been read by then came before the limit"
    routed.confirmed = DUE + timedelta(microseconds=1)
    routed.pass_time(at("01-12 10:02"))
    assert confirmed(routed) == [("resolution", 1)]
    said = routed.last("clock.breach_confirmed")
    assert said["due_at"] == "2026-01-08T16:00:00Z"
    routed.confirmed = None
    routed.pass_time(at("02-01 00:00"))
    assert confirmed(routed) == [("resolution", 1)]
    assert routed.case is not None and routed.case.recheck_at is None, "nobody asks any more"


def test_any_event_of_the_case_confirms_it_without_waiting_for_the_next_look(routed: Desk) -> None:
    routed.confirmed = SILENT_SINCE
    routed.pass_time(DUE)
    routed.confirmed = None
    routed.handle("judged", at("01-09 00:00"), now=at("01-09 00:00"))
    assert confirmed(routed) == [("resolution", 1)]


def test_an_answer_in_time_that_lay_unread_withdraws_it_and_nothing_is_confirmed(routed: Desk) -> None:
    routed.confirmed = SILENT_SINCE
    routed.pass_time(at("01-10 09:00"))
    routed.handle("customer_answered", at("01-08 23:00"), now=at("01-10 09:00"))
    routed.confirmed = None
    routed.pass_time(at("02-01 00:00"))
    assert [line for line in routed.said() if " breach_withdrawn " in line] == [
        "resolution breach_withdrawn 01-10 09:00"
    ]
    assert confirmed(routed) == []


def test_an_answer_that_was_late_ends_the_clock_and_its_breach_is_still_confirmed(routed: Desk) -> None:
    routed.confirmed = SILENT_SINCE
    routed.handle("customer_answered", at("01-09 09:00"), now=at("01-09 09:30"))
    assert routed.case is not None and routed.case.life == "closed"
    routed.confirmed = None
    routed.pass_time(at("01-09 09:32"))
    assert confirmed(routed) == [("resolution", 1)]


def test_the_breach_of_an_earlier_generation_is_confirmed_too(desk: Desk) -> None:
    desk.confirmed = at("01-05 10:00")
    desk.routed(at("01-05 10:00"))
    desk.passed_on(["quality_management"], at("01-05 13:00"))
    assert breaches(desk) == [("acknowledgement", 1, True)]
    assert desk.case is not None and [clock.unconfirmed for clock in desk.case.past] == [True]
    desk.confirmed = None
    desk.pass_time(at("01-05 13:30"))
    assert ("acknowledgement", 1) in confirmed(desk)


def test_a_long_time_at_once_asks_once(routed: Desk) -> None:
    routed.confirmed = SILENT_SINCE
    routed.pass_time(DUE)
    case = routed.case
    assert case is not None and case.recheck_at is not None
    decision = routed.rules.on_timer(routed.state_key, case, at("01-20 00:00"))
    after = decision.states[routed.state_key]
    assert after.recheck_at == at("01-20 00:01")  # type: ignore[union-attr]
