"""What was paid of penalties, reckoned as a purse: one number for each penalty, whole fen, no obligations.

Written apart from the code it judges. What a party has paid and not got back, held against what the penalty is: the
rest is to be deducted, or it is to be repaid. A confirmation counts if it is just that, with a number not used before.
"""

from __future__ import annotations

from collections import Counter, defaultdict

from tests.rules.penalties.slow_ledger import outcome_of
from tousu.event import Event


class Purse:
    """Takes charges, figures and confirmations in the order in which they come."""

    def __init__(self) -> None:
        self.charges: list[Event] = []
        self.net: dict[str, int] = defaultdict(int)
        self.used: set[tuple[str, str]] = set()
        self.booked: Counter[str] = Counter()
        self.is_closed = False

    def due(self) -> dict[str, int]:
        """What each penalty is now; rates are none before the month closes."""
        found = outcome_of(self.charges).owed_fen
        return {number: fen for number, fen in found.items() if self.is_closed or not number.startswith("2026-")}

    def left(self, number: str) -> int:
        """What is to be deducted, below zero what is to be repaid."""
        return self.due().get(number, 0) - self.net[number]

    def every_left(self) -> dict[str, int]:
        """The same of all penalties of which anything is left."""
        return {number: left for number in {*self.due(), *self.net} if (left := self.left(number))}

    def confirmed(self, number: str, party: str, payment: str, fen: int, *, repaid: bool, in_yuan: bool) -> bool:
        """Whether a confirmation is booked."""
        left = -self.left(number) if repaid else self.left(number)
        if (party, payment) in self.used or not in_yuan or left <= 0 or fen != left:
            return False
        self.used.add((party, payment))
        self.net[number] += -fen if repaid else fen
        self.booked["repaid" if repaid else "deducted"] += 1
        return True


def in_yuan(fen: int) -> str:
    """An amount as people write it."""
    return f"{fen // 100}.{fen % 100:02d}"
