"""Stories of penalties that are laid, paid, changed and paid again, told to a desk and to the purse that judges it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests.rules.casework import START
from tests.rules.penalties.charges import CLOSED, WORKSHOP, PenaltyDesk, laid, services
from tests.rules.penalties.payments import deducted, deducted_from_head
from tests.rules.penalties.slow_purse import Purse, in_yuan
from tests.rules.penalties.test_against_slow_ledger import grounds
from tousu.event import Event

PARTIES = ("person/E1", WORKSHOP)
CASES = ("TS-1", "TS-2")
RATE = f"2026-03/{WORKSHOP}"


class Laid(NamedTuple):
    """A charge of a case against a party, newer than all before."""

    case: str
    party: str
    grounds: list[dict[str, Any]]


class Served(NamedTuple):
    """How many services the workshop gave."""

    services: int


class Confirmed(NamedTuple):
    """A payment of what is left of a penalty, and so many fen more or less; `payment` is one of few numbers.

    which: among those of which anything is left, in the order of their numbers; if there are none, among all.
    """

    which: int
    payment: int
    fen_off: int = 0
    currency: str = "CNY"


class Closes(NamedTuple):
    """The month closes, once."""


Step = Laid | Served | Confirmed | Closes
_NUMBERS = (*(f"{case}/{party}" for case in CASES for party in PARTIES), RATE)
_payments = st.builds(
    Confirmed, st.integers(0, 9), st.integers(1, 12), st.sampled_from((0, 0, 0, 0, 1, -1)),
    st.sampled_from(("CNY", "CNY", "CNY", "CNY", "HKD")),
)  # fmt: skip
_charges = st.builds(
    Laid, st.sampled_from(("TS-1", "TS-1", "TS-1", "TS-2")), st.sampled_from(("person/E1", "person/E1", WORKSHOP)),
    st.lists(grounds, max_size=2),
)  # fmt: skip
_services = st.builds(Served, st.sampled_from((0, 100, 125, 126, 200, 250)))
_turns = st.one_of(
    st.tuples(_charges, _payments), st.tuples(_charges, _payments), st.tuples(_charges),
    st.tuples(_charges, _charges, _payments), st.tuples(_services, _payments), st.just((Closes(),)),
)  # fmt: skip
steps: st.SearchStrategy[list[Step]] = st.lists(_turns, min_size=5, max_size=15).map(
    lambda turns: [step for turn in turns for step in turn]
)
"""Mostly of one penalty, that is paid as soon as it changes, so that much is paid, given back and raised again."""


class Teller:
    """Tells a story step by step. A desk must come to what the purse says after each."""

    def __init__(self) -> None:
        self.desk = PenaltyDesk()
        self.purse = Purse()
        self.revisions: dict[tuple[str, str], int] = {}
        self.at: datetime = START

    def tell(self, step: Step) -> None:
        """One step; what is confirmed is booked if the purse books it, and a question if not."""
        self.at += timedelta(minutes=1)
        match step:
            case Closes():
                self.at = max(self.at, CLOSED)
                self.purse.is_closed = True
                self.desk.pass_to(self.at)
            case Confirmed():
                self._confirm(step)
            case Laid():
                key = step.case, step.party
                self.revisions[key] = self.revisions.get(key, 0) + 1
                self._both(laid(step.case, *step.grounds, party=step.party, revision=self.revisions[key], at=self.at))
            case Served():
                self._both(services(step.services, at=self.at))

    def _both(self, one: Event) -> None:
        self.purse.charges.append(one)
        self.desk.tell(one)
        self.desk.pass_to(self.at)  # a month that begins behind its close is closed at once

    def _confirm(self, step: Confirmed) -> None:
        among = sorted(self.purse.every_left()) or _NUMBERS
        number = among[step.which % len(among)]
        left = self.purse.left(number)
        repaid, fen = left < 0, max(abs(left) + step.fen_off, 0)
        head, _, party = number.partition("/")
        payment, amount = f"P-{step.payment}", in_yuan(fen)
        if number == RATE:
            one = deducted_from_head(amount, payment, at=self.at, repaid=repaid, currency=step.currency)
        else:
            one = deducted(head, amount, payment, party=party, at=self.at, repaid=repaid, currency=step.currency)
        is_booked = self.purse.confirmed(
            number, party, payment, fen, repaid=repaid, in_yuan=step.currency == "CNY"
        )  # fmt: skip
        (told, *_) = self.desk.tell(one)
        assert told.type == ("tousu.penalty.paid.v1" if is_booked else "tousu.penalty.payment_questioned.v1"), step
