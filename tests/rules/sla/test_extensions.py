"""Extensions: how often, how far, approved, and not before the customer knows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.sla.desk import Desk, at
from tests.rules.sla.rulebook import desk_with, limit, rule
from tousu.policy.clock_rule import Extensions, Trigger

# Zhejiang express ordinance, 37: the authority has 15 days and may extend once by 15, with approval, telling the user.
ZHEJIANG = Extensions(times_max=1, by_max=limit(15, "calendar_days"), needs=("approval", "notice"), section="T 1")
TO_THE_USER = {"approved_by": "L50001", "notified_at": "2026-01-10T09:00:00+08:00"}


@pytest.fixture
def appeal() -> Desk:
    return desk_with(rule("appeal", 15, "calendar_days", extensions=ZHEJIANG))


def extend(desk: Desk, until: str, happened: str = "01-10 10:00", **data: Any) -> Any:
    moment = at(until).isoformat()
    filled = {"clock": "appeal", "until": moment, "reason": "customs", **data}
    desk.pass_time(at(happened))
    return desk.event("handling.extended", at(happened), {"case_number": "TS-20260105-000001"} | filled).refusal


def test_fifteen_days_are_extended_once_by_fifteen(appeal: Desk) -> None:
    assert appeal.clock("appeal").due_at == at("01-20 24:00")
    assert extend(appeal, "02-04 24:00", **TO_THE_USER) is None
    assert appeal.clock("appeal").due_at == at("02-04 24:00")


def test_a_second_extension_is_refused(appeal: Desk) -> None:
    """Features, number 14."""
    extend(appeal, "01-25 24:00", **TO_THE_USER)
    refusal = extend(appeal, "02-04 24:00", "01-11 10:00", **TO_THE_USER)
    assert (refusal.reason, refusal.place) == ("not_extendable", "/clock")
    assert refusal.message == "clock appeal may be extended 1 times and was 1 times"
    assert appeal.clock("appeal").due_at == at("01-25 24:00")


@pytest.mark.parametrize(
    ("missing", "words"), [("notified_at", "when the customer was told"), ("approved_by", "who approved it")]
)
def test_without_notice_or_approval_the_deadline_does_not_move(appeal: Desk, missing: str, words: str) -> None:
    """Features, number 14."""
    said = {name: value for name, value in TO_THE_USER.items() if name != missing}
    refusal = extend(appeal, "02-04 24:00", **said)
    assert (refusal.reason, refusal.place) == ("not_extendable", f"/{missing}")
    assert words in refusal.message
    assert appeal.clock("appeal").due_at == at("01-20 24:00")
    assert extend(appeal, "02-04 24:00", **TO_THE_USER) is None


def test_a_customer_who_will_be_told_has_not_been_told(appeal: Desk) -> None:
    refusal = extend(appeal, "02-04 24:00", approved_by="L50001", notified_at="2026-01-10T10:00:01+08:00")
    assert (refusal.reason, refusal.place) == ("not_extendable", "/notified_at")


@pytest.mark.parametrize(("until", "allowed"), [("02-04 24:00", True), ("02-05 00:01", False), ("01-20 24:00", False)])
def test_an_extension_has_a_limit_of_its_own(appeal: Desk, until: str, allowed: bool) -> None:
    refusal = extend(appeal, until, **TO_THE_USER)
    assert (refusal is None) == allowed
    if not allowed:
        assert refusal.place == "/until"


def test_what_would_be_allowed_is_said(appeal: Desk) -> None:
    refusal = extend(appeal, "03-01 24:00", **TO_THE_USER)
    assert refusal.message == "clock appeal may be extended by 15 calendar_days, until 2026-02-05T00:00:00+08:00"


def test_the_bound_counts_in_its_own_unit() -> None:
    terms = Extensions(times_max=2, by_max=limit(2, "business_hours"), needs=(), section="T 1")
    desk = desk_with(rule("appeal", 4, "business_hours", extensions=terms), received="01-05 13:00")
    assert extend(desk, "01-06 09:01", "01-05 14:00") is not None
    assert extend(desk, "01-06 09:00", "01-05 14:00") is None
    assert extend(desk, "01-06 11:00", "01-05 14:00") is None


def test_the_bound_of_an_unpublished_year_is_not_guessed() -> None:
    terms = Extensions(times_max=1, by_max=limit(300, "working_days"), needs=(), section="T 1")
    desk = desk_with(rule("appeal", 15, "calendar_days", extensions=terms))
    refusal = extend(desk, "02-04 24:00")
    assert "has no year 2027" in refusal.message


def test_what_an_extension_that_was_known_late_leaves_behind_is_not_told_again() -> None:
    terms = Extensions(times_max=1, needs=(), section="T 1")
    desk = desk_with(rule("appeal", 8, extensions=terms, warn_at_share=(0.5, 0.9)))
    desk.pass_time(at("01-05 19:00"))
    desk.handle(
        "extended", at("01-05 17:00"), now=at("01-05 19:00"), clock="appeal", until=at("01-05 22:00").isoformat()
    )
    desk.pass_time(at("01-05 23:00"))
    assert [line for line in desk.said() if line.startswith("appeal#2 warned")] == ["appeal#2 warned 0.9 01-05 20:48"]


def test_an_appeal_that_came_after_the_end_is_extended_too() -> None:
    clock = rule(
        "appeal", 15, "calendar_days", extensions=ZHEJIANG, starts_on="appeal_referred", starts_at="event_time",
        met_by=(Trigger(event="appeal_answered"),), outlives_case=True,
    )  # fmt: skip
    desk = desk_with(clock)
    desk.handle("customer_answered", at("01-05 11:00"))
    assert desk.handle("extended", at("01-05 12:00"), until="2026-01-12T18:00:00+08:00").refusal is not None
    desk.handle("appeal_referred", at("01-06 09:00"))
    assert desk.clock("appeal").due_at == at("01-21 24:00")
    assert extend(desk, "02-05 24:00", **TO_THE_USER) is None
    assert desk.clock("appeal").due_at == at("02-05 24:00")
