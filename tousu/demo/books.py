"""Ledgers added up: awarded, paid, outstanding and withdrawn by currency, and what does not balance."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final, NamedTuple

import msgspec

from tousu.ledger.balance import Sums, faults, trial_balance
from tousu.ledger.obligation import Entry
from tousu.ledger.proof import by_obligation

_DECODER: Final = msgspec.json.Decoder(Entry)


class Books(NamedTuple):
    """All entries, in the order of their numbers within each obligation."""

    entries: tuple[Entry, ...]

    @classmethod
    def of(cls, documents: Iterable[str | bytes]) -> Books:
        """The books from rows as a database keeps them, in any order."""
        ordered = by_obligation(_DECODER.decode(document) for document in documents)
        return cls(tuple(entry for group in ordered.values() for entry in group))

    def sums(self) -> dict[str, Sums]:
        """Awarded, paid and withdrawn by currency."""
        sums: dict[str, Sums] = {}
        for entry in self.entries:
            sums[entry.currency] = sums.get(entry.currency, Sums()).with_entry(entry)
        return sums

    def faults(self) -> list[str]:
        """What must not be in a ledger, a sentence each."""
        sides: dict[str, Decimal] = {}
        for balance in trial_balance(self.entries):
            sides[balance.currency] = sides.get(balance.currency, Decimal(0)) + balance.balance
        uneven = [f"{currency}: debits and credits differ by {left}" for currency, left in sides.items() if left]
        return [*faults(self.entries), *uneven]

    def document(self) -> dict[str, Any]:
        """The money in numbers, for machines."""
        return {
            currency: {
                "awarded": f"{sums.awarded:.2f}", "paid": f"{sums.paid:.2f}", "outstanding": f"{sums.outstanding:.2f}",
                "withdrawn": f"{sums.withdrawn:.2f}",
            }
            for currency, sums in sorted(self.sums().items())
        }  # fmt: skip

    def sentence(self) -> str:
        """The money in one line, and whether it balances."""
        sentences = [
            f"{sums.awarded:,.2f} {currency} awarded = {sums.paid:,.2f} paid + {sums.outstanding:,.2f} outstanding"
            f" + {sums.withdrawn:,.2f} withdrawn"
            for currency, sums in sorted(self.sums().items())
        ]
        wrong = self.faults()
        verdict = "ledger balanced" if not wrong else f"LEDGER NOT BALANCED: {wrong[0]}"
        return "; ".join([*sentences, verdict])
