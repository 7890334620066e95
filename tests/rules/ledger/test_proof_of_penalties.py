"""What penalties books is what it tells, whatever the order in which charges come: the proof folds its events apart."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from tests.rules.penalties.charges import PenaltyDesk, complaint, laid
from tests.rules.penalties.paid_stories import Step, Teller, steps
from tests.rules.penalties.payments import LATER, deducted
from tests.rules.penalties.test_against_slow_ledger import orders, played
from tousu.event import Event
from tousu.ledger.proof import prove
from tousu.ledger.told import LedgerEvent


def told_by(desk: PenaltyDesk) -> list[LedgerEvent]:
    """Everything published, as the proof takes it."""
    return [
        LedgerEvent(
            f"p-{n}", one.type.removeprefix("tousu.").removesuffix(".v1"), one.time, one.data, one.organisation or ""
        )
        for n, one in enumerate(desk.published)
    ]


@settings(max_examples=60, deadline=None)
@given(orders())
def test_the_ledger_of_penalties_is_proven_by_its_events(both: tuple[list[Event], list[Event]]) -> None:
    desk = played(both[0])
    assert prove(told_by(desk), desk.entries).faults == ()


@settings(max_examples=30, deadline=None)
@given(steps)
def test_so_it_is_at_every_step_of_what_was_paid_and_repaid(story: list[Step]) -> None:
    teller = Teller()
    for step in story:
        teller.tell(step)
        assert prove(told_by(teller.desk), teller.desk.entries).faults == ()


def paid_and_repaid() -> PenaltyDesk:
    desk = PenaltyDesk()
    desk.tell(laid("TS-1", complaint("c")), deducted("TS-1", "100.00"), laid("TS-1", revision=2, at=LATER))
    desk.tell(deducted("TS-1", "100.00", "P-2", repaid=True))
    return desk


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda entry: replace(entry, amount=entry.amount / 2), "paid"),
        (lambda entry: replace(entry, reference="P-9"), "paid"),
        (lambda entry: replace(entry, movement="withdrawn"), "withdrawn"),
        (lambda entry: None, "no entry does"),
    ],
)
@pytest.mark.parametrize("place", [1, 3])  # the deduction, the repayment
def test_a_payment_that_was_changed_by_hand_is_found(place: int, change: Any, words: str) -> None:
    desk = paid_and_repaid()
    assert [entry.movement for entry in desk.entries] == ["awarded", "paid", "awarded", "paid"]
    changed = [change(entry) if n == place else entry for n, entry in enumerate(desk.entries)]
    found = prove(told_by(desk), [entry for entry in changed if entry is not None]).faults
    assert any(fault.place == desk.entries[place].obligation and words in fault.message for fault in found)


def other(told: list[LedgerEvent], kind: str, **said: Any) -> list[LedgerEvent]:
    """The same events, the last of a kind with other data."""
    place = max(n for n, one in enumerate(told) if one.type == kind)
    return [one._replace(data={**one.data, **said}) if n == place else one for n, one in enumerate(told)]


def test_a_payment_told_otherwise_is_found() -> None:
    desk = paid_and_repaid()
    told = told_by(desk)
    for changed, words in (
        (other(told, "penalty.paid", payment_id="P-1"), "payment P-1 is booked twice"),
        (other(told, "penalty.paid", obligation="TS-2/person/E10023"), "is none of penalty TS-1/person/E10023"),
        (other(told, "penalty.paid", amount="99.00"), "no entry does"),
        (other(told, "penalty.withdrawn", difference="-99.00"), "the difference is"),
        (other(told, "instruction.issued", amount="99.00"), "no instruction for it was ever standing"),
    ):
        assert any(words in fault.message for fault in prove(changed, desk.entries).faults), words


def test_a_penalty_that_was_lowered_by_hand_is_found() -> None:
    desk = PenaltyDesk()
    desk.tell(laid("TS-1", complaint("b", "1200.00")))
    (entry,) = desk.entries
    found = prove(told_by(desk), [replace(entry, amount=entry.amount / 2)]).faults
    assert {fault.place for fault in found} == {entry.obligation, "case TS-1 (CNY)", "in all (CNY)"}
    assert prove(told_by(desk), [entry]).faults == ()
