"""Months: the third complaint suspends, the close tells the figures, what comes later corrects them (section 8, A)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.rules.casework import START, kinds_of
from tests.rules.penalties.charges import (
    CLOSED,
    PERSON,
    WORKSHOP,
    PenaltyDesk,
    complaint,
    instructions,
    laid,
    services,
    told,
)
from tousu.decision import StateKey
from tousu.event import Event

LATER = CLOSED + timedelta(days=3)
FORGOTTEN = datetime.fromisoformat("2028-04-02T00:00:00+08:00")
SUSPENSION = [("suspend", ""), ("report", ""), ("train", ""), ("publish", "")]


@pytest.fixture
def desk() -> PenaltyDesk:
    return PenaltyDesk()


def complaints(count: int, party: str = PERSON, first: int = 1) -> list[Event]:
    return [laid(f"TS-{n}", complaint("c"), party=party) for n in range(first, first + count)]


def test_the_third_complaint_of_a_month_suspends_at_once(desk: PenaltyDesk) -> None:
    assert told(desk.tell(*complaints(2)), "person.suspended") == []
    outputs = desk.tell(*complaints(1, first=3))
    (said,) = told(outputs, "person.suspended")
    assert said == {
        "employee": "E10023",
        "month": "2026-03",
        "complaints": 3,
        "case_numbers": ["TS-1", "TS-2", "TS-3"],
        "measures": ["correction_report", "training", "publication"],
        "without_pay": True,
        "publish_by": "2026-03-31T16:00:00Z",
        "section": "A 8",
        "at": "2026-03-02T02:00:00Z",
        "pack": {"id": "auto-service", "version": "1.0.0"},
    }
    assert instructions(outputs)[1:] == SUSPENSION
    assert told(desk.tell(*complaints(2, first=4)), "person.suspended") == []


@pytest.mark.parametrize(
    ("moments", "suspended"),
    [
        (("2026-03-01T00:00:00+08:00", "2026-03-15T12:00:00+08:00", "2026-03-31T23:59:59+08:00"), True),
        (("2026-02-28T23:59:59+08:00", "2026-03-15T12:00:00+08:00", "2026-03-31T23:59:59+08:00"), False),
        (("2026-03-01T00:00:00+08:00", "2026-03-15T12:00:00+08:00", "2026-04-01T00:00:00+08:00"), False),
        (("2026-03-31T23:59:00+08:00",) * 3, True),
    ],
)
def test_the_last_minute_of_a_month_belongs_to_it(desk: PenaltyDesk, moments: tuple[str, ...], suspended: bool) -> None:
    for number, moment in enumerate(moments):
        desk.tell(laid(f"TS-{number}", complaint("c"), received_at=datetime.fromisoformat(moment)))
    assert bool(told(desk.published, "person.suspended")) is suspended


@pytest.mark.parametrize("lost", [[], [complaint("c", stands=False)], [complaint("c", unconfirmed=True)]])
def test_a_suspension_is_lifted_once_when_a_complaint_falls_away(desk: PenaltyDesk, lost: list[dict[str, str]]) -> None:
    desk.tell(*complaints(3))
    outputs = desk.tell(laid("TS-2", *lost, revision=2))
    (said,) = told(outputs, "person.reinstated")
    assert (said["complaints"], said["case_numbers"], said["reason"]) == (2, ["TS-1", "TS-3"], "complaints_fell")
    of = f"2026-03/{PERSON}"
    assert instructions(outputs)[1:] == [
        ("cancel", f"{of}/1/report"), ("cancel", f"{of}/1/train"), ("cancel", f"{of}/1/publish"), ("reinstate", ""),
    ]  # fmt: skip
    assert told(desk.tell(laid("TS-1", revision=2)), "person.reinstated") == []


def test_whoever_was_reinstated_can_be_suspended_again_under_a_new_number(desk: PenaltyDesk) -> None:
    desk.tell(*complaints(3), laid("TS-2", revision=2))
    outputs = desk.tell(*complaints(1, first=4))
    assert len(told(outputs, "person.suspended")) == 1
    numbers = [one["instruction_number"] for one in told(desk.published, "instruction.issued")]
    assert len(set(numbers)) == len(numbers)
    assert f"2026-03/{PERSON}/2/suspend" in numbers


def test_invalid_complaints_do_not_suspend_though_level_d_costs(desk: PenaltyDesk) -> None:
    desk.tell(*[laid(f"TS-{n}", complaint("d", stands=False)) for n in range(4)])
    assert kinds_of(desk.published) == ["penalty.assessed", "instruction.issued"] * 4
    assert desk.month().complaints == 0


def test_only_persons_are_suspended(desk: PenaltyDesk) -> None:
    desk.tell(*complaints(5, WORKSHOP), *complaints(5, "outlet/HZ-017"))
    assert told(desk.published, "person.suspended") == []


def test_a_month_closes_by_time_with_its_figures(desk: PenaltyDesk) -> None:
    desk.tell(*complaints(3))
    assert desk.pass_to(CLOSED - timedelta(microseconds=1)) == []
    (closed,) = desk.pass_to(CLOSED)
    assert closed.type == "tousu.month.closed.v1"
    assert closed.key == PERSON
    assert closed.data == {
        "party": {"kind": "person", "id": "E10023"},
        "month": "2026-03",
        "revision": 1,
        "complaints": 3,
        "penalties": 3,
        "amount": "300.00",
        "currency": "CNY",
        "suspended": True,
        "section": "A 8",
        "at": "2026-04-06T16:00:00Z",
        "pack": {"id": "auto-service", "version": "1.0.0"},
    }
    assert desk.pass_to(CLOSED + timedelta(days=400)) == []


RATES = (  # complaints, services, result, money
    (79, 10_000, "no_penalty", None),
    (8, 1_000, "penalty", "50.00"),
    (10, 1_000, "penalty", "300.00"),
    (11, 1_000, "penalty", "500.00"),
    (0, 1_000, "no_penalty", None),
    (0, 0, "unknown", None),
)


@pytest.mark.parametrize(("count", "served", "result", "money"), RATES)
def test_a_department_is_rated_when_its_month_closes(
    desk: PenaltyDesk, count: int, served: int, result: str, money: str | None
) -> None:
    desk.tell(*complaints(count, WORKSHOP), services(served))
    outputs = desk.pass_to(CLOSED)
    (rated,) = told(outputs, "department.rated")
    assert (rated["complaints"], rated["services"], rated["result"]) == (count, served, result)
    assert rated.get("amount") == money
    assert [one["amount"] for one in told(outputs, "penalty.assessed")] == ([money] if money else [])
    assert instructions(outputs) == ([("deduct", money)] if money else [])
    (closed,) = told(outputs, "month.closed")
    assert (closed["penalties"], closed["amount"]) == (int(bool(money)), money or "0")
    assert {number: str(sums.outstanding) for number, sums in desk.sums().items()} == (
        {f"2026-03/{WORKSHOP}": money} if money else {}
    )


def test_a_month_without_figures_is_unknown_visible_and_costs_nothing(desk: PenaltyDesk) -> None:
    desk.tell(*complaints(50, WORKSHOP))
    outputs = desk.pass_to(CLOSED)
    (rated,) = told(outputs, "department.rated")
    assert rated["result"] == "unknown"
    assert "services" not in rated
    assert kinds_of(outputs) == ["department.rated", "month.closed"]


def test_figures_that_come_after_the_close_correct_it_and_punish_then(desk: PenaltyDesk) -> None:
    desk.tell(*complaints(8, WORKSHOP))
    desk.pass_to(CLOSED)
    outputs = desk.tell(services(1000, at=LATER))
    assert kinds_of(outputs) == ["department.rated", "penalty.assessed", "instruction.issued", "month.corrected"]
    (corrected,) = told(outputs, "month.corrected")
    assert (corrected["revision"], corrected["reason"], corrected["difference"]) == (2, "services_reported", "50.00")
    assert told(outputs, "department.rated")[0]["revision"] == 2
    assert desk.take(services(1000, at=LATER)).no_op == "services_as_known"
    better = desk.tell(services(2000, at=LATER))
    assert kinds_of(better) == ["department.rated", "penalty.withdrawn", "instruction.issued", "month.corrected"]
    assert told(better, "penalty.withdrawn")[0]["reason"] == "rate_changed"
    assert desk.sums()[f"2026-03/{WORKSHOP}"].outstanding == 0


def test_a_charge_that_changes_after_the_close_corrects_the_month_never_in_silence(desk: PenaltyDesk) -> None:
    desk.tell(*complaints(9, WORKSHOP), services(1000))
    assert told(desk.pass_to(CLOSED), "penalty.assessed")[0]["amount"] == "150.00"  # exactly 0.90 %
    outputs = desk.tell(laid("TS-4", party=WORKSHOP, revision=2, at=LATER))
    assert kinds_of(outputs) == [
        "department.rated", "penalty.corrected", "instruction.issued", "instruction.issued", "month.corrected",
    ]  # fmt: skip
    assert instructions(outputs) == [("cancel", f"2026-03/{WORKSHOP}/1/deduct"), ("deduct", "50.00")]
    (corrected,) = told(outputs, "month.corrected")
    assert (corrected["complaints"], corrected["amount"], corrected["difference"]) == (8, "50.00", "-100.00")


def test_a_late_charge_against_a_person_is_told_and_suspends(desk: PenaltyDesk) -> None:
    desk.tell(*complaints(2))
    desk.pass_to(CLOSED)
    outputs = desk.tell(laid("TS-3", complaint("c"), at=LATER))
    assert kinds_of(outputs)[0] == "penalty.assessed"
    assert told(outputs, "person.suspended")[0]["publish_by"] == "2026-04-30T16:00:00Z"  # within the month of the order
    (corrected,) = told(outputs, "month.corrected")
    assert (corrected["complaints"], corrected["suspended"], corrected["reason"]) == (3, True, "charge_changed")


def test_a_late_charge_that_changes_no_figure_corrects_nothing(desk: PenaltyDesk) -> None:
    desk.tell(*complaints(2))
    desk.pass_to(CLOSED)
    assert desk.tell(laid("TS-2", complaint("c"), revision=2, at=LATER)) == []


def test_the_whole_counts_where_it_is_known_else_the_sum_of_the_outlets(desk: PenaltyDesk) -> None:
    desk.tell(services(300, outlet="HZ-1"), services(500, outlet="HZ-2"))
    assert desk.month(WORKSHOP).served == 800
    desk.tell(services(1000), services(600, outlet="HZ-2"))
    assert desk.month(WORKSHOP).served == 1000


def test_an_outlets_month_shows_its_rate_and_costs_nothing(desk: PenaltyDesk) -> None:
    desk.tell(*complaints(2, "outlet/HZ-017"), services(100, "outlet/HZ-017"))
    (closed,) = told(desk.pass_to(CLOSED), "month.closed")
    assert (closed["services"], closed["rate_percent"], closed["amount"]) == (100, "2.0000", "0")
    assert "suspended" not in closed


def nameless(one: Event) -> Event:
    return Event(id="x", source=one.source, type=one.type, time=one.time, data=one.data)


def test_figures_are_the_departments_where_nobody_else_is_named_and_refused_where_it_is_unclear(
    desk: PenaltyDesk,
) -> None:
    assert desk.rules.state_keys(nameless(services(1000))) == [StateKey("month", f"{WORKSHOP}|2026-03")]
    decision = desk.take(nameless(services(1000, outlet="HZ-1")))
    assert decision.refusal is not None
    assert (decision.refusal.reason, decision.refusal.place) == ("missing_attribute", "subject")


def test_what_is_final_is_forgotten_and_the_ledger_stays(desk: PenaltyDesk) -> None:
    desk.tell(*complaints(3), services(100))
    desk.pass_to(FORGOTTEN - timedelta(microseconds=1))
    assert {state_key.kind for state_key in desk.rows} == {"charge", "month", "entry"}
    assert desk.pass_to(FORGOTTEN) == []
    assert {state_key.kind for state_key in desk.rows} == {"entry"}
    assert desk.take(laid("TS-1", revision=2, at=FORGOTTEN)).no_op == "month_is_final"
    assert desk.take(laid("TS-9", complaint("c"), at=FORGOTTEN)).no_op == "month_is_final"
    assert desk.take(services(5, at=FORGOTTEN)).no_op == "month_is_final"


def test_a_charge_that_a_slower_shard_lays_late_is_dated_when_it_was_laid(desk: PenaltyDesk) -> None:
    """The time of the shard waits for the slowest origin; a charge of a faster one is not dated back to it."""
    ahead = START + timedelta(hours=5)
    desk.now = START
    one = laid("TS-1", complaint("c"), at=ahead)
    decision = desk.rules.apply(dict.fromkeys(desk.rules.state_keys(one)), one, START)
    assert [output.time for output in decision.outputs] == [ahead, ahead]


def test_a_month_counts_more_cases_than_it_names(desk: PenaltyDesk) -> None:
    desk.tell(*complaints(103))
    assert desk.month().complaints == 103
    assert len(desk.month().cases) == 100
    desk.tell(laid("TS-1", revision=2), laid("TS-102", revision=2))
    assert desk.month().complaints == 101
    assert len(desk.month().cases) == 99
