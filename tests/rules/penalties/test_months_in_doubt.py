"""A month that closes while a shard of claims is held out: nobody bears a rate for figures that may be incomplete."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.rules.penalties.charges import CLOSED, WORKSHOP, PenaltyDesk, complaint, laid, services, told
from tousu.event import Event

SILENT_SINCE = CLOSED - timedelta(days=1)
LET_IN = CLOSED + timedelta(days=2)


@pytest.fixture
def desk() -> PenaltyDesk:
    """Eight complaints in 1,000 services, 0.80 percent: the head bears 50. Then a shard of claims is silent."""
    desk = PenaltyDesk()
    desk.tell(services(1_000), *(laid(f"TS-{n}", complaint("c"), party=WORKSHOP) for n in range(8)))
    desk.confirmed = SILENT_SINCE
    return desk


def late_charge() -> Event:
    """Two more complaints come to 1.00 percent; they had lain unread."""
    return laid("TS-8", complaint("c"), party=WORKSHOP, at=CLOSED + timedelta(days=1))


def test_it_is_told_as_unconfirmed_and_not_rated(desk: PenaltyDesk) -> None:
    outputs = desk.pass_to(CLOSED + timedelta(days=1))
    (closed,) = told(outputs, "month.closed")
    assert (closed["unconfirmed"], closed["complaints"], closed["penalties"], closed["amount"]) == (True, 8, 0, "0")
    assert told(outputs, "department.rated") == told(outputs, "penalty.assessed") == []
    assert desk.sums() == {}


def test_it_is_rated_once_everything_that_belongs_to_it_has_been_read(desk: PenaltyDesk) -> None:
    desk.pass_to(LET_IN)
    desk.confirmed = None
    outputs = desk.pass_to(LET_IN + timedelta(minutes=11))
    (corrected,) = told(outputs, "month.corrected")
    said = {name: corrected.get(name) for name in ("reason", "revision", "difference", "amount", "unconfirmed")}
    assert said == {"reason": "confirmed", "revision": 2, "difference": "50.00", "amount": "50.00", "unconfirmed": None}
    assert [each["result"] for each in told(outputs, "department.rated")] == ["penalty"]
    assert {name: sums.awarded for name, sums in desk.sums().items()} == {f"2026-03/{WORKSHOP}": Decimal("50.00")}
    assert desk.pass_to(LET_IN + timedelta(days=1)) == [], "once"


def test_what_comes_in_between_corrects_the_figures_and_rates_nobody_yet(desk: PenaltyDesk) -> None:
    desk.pass_to(CLOSED)
    outputs = desk.tell(late_charge())
    (corrected,) = told(outputs, "month.corrected")
    assert (corrected["complaints"], corrected["unconfirmed"]) == (9, True)
    assert told(outputs, "department.rated") == []
    desk.confirmed = None
    (rated,) = told(desk.pass_to(LET_IN), "department.rated")
    assert (rated["complaints"], rated["revision"]) == (9, 1)


def test_a_month_that_closed_before_the_silence_is_rated_at_once(desk: PenaltyDesk) -> None:
    desk.confirmed = CLOSED + timedelta(microseconds=1)
    outputs = desk.pass_to(CLOSED + timedelta(days=1))
    assert "unconfirmed" not in told(outputs, "month.closed")[0]
    assert [each["result"] for each in told(outputs, "department.rated")] == ["penalty"]
