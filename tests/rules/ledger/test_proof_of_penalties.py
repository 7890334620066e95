"""What penalties books is what it tells, whatever the order in which charges come: the proof folds its events apart."""

from __future__ import annotations

from hypothesis import given, settings
from msgspec.structs import replace

from tests.rules.penalties.charges import PenaltyDesk, complaint, laid
from tests.rules.penalties.test_against_slow_ledger import orders, played
from tousu.event import Event
from tousu.ledger.proof import prove
from tousu.ledger.told import Told


def told_by(desk: PenaltyDesk) -> list[Told]:
    """Everything published, as the proof takes it."""
    return [
        Told(f"p-{n}", one.type.removeprefix("tousu.").removesuffix(".v1"), one.time, one.data, one.organisation or "")
        for n, one in enumerate(desk.published)
    ]


@settings(max_examples=60, deadline=None)
@given(orders())
def test_the_ledger_of_penalties_is_proven_by_its_events(both: tuple[list[Event], list[Event]]) -> None:
    desk = played(both[0])
    assert prove(told_by(desk), desk.entries).faults == ()


def test_a_penalty_that_was_lowered_by_hand_is_found() -> None:
    desk = PenaltyDesk()
    desk.tell(laid("TS-1", complaint("b", "1200.00")))
    (entry,) = desk.entries
    found = prove(told_by(desk), [replace(entry, amount=entry.amount / 2)]).faults
    assert {fault.place for fault in found} == {entry.obligation, "case TS-1 (CNY)", "in all (CNY)"}
    assert prove(told_by(desk), [entry]).faults == ()
