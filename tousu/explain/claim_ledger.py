"""The ledger of a claim by what was published of it: the same entries as the service's own.

What an event moves is worked out by `tousu.ledger.told`, as for the audit; here each movement becomes an entry again.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from tousu.explain.story import PublishedEvent
from tousu.ledger.obligation import Entry, Obligation
from tousu.ledger.told import Bookkeeper, Moved
from tousu.ledger.told import LedgerEvent as LedgerTold

_BILLED: Final = "billed"
_CLOSED: Final = "closed"


class ClaimLedger:
    """What is owed for one claim. `take` its events in order; `payee` is who is compensated."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.obligations: dict[str, Obligation] = {}
        self.payee = ""
        self._keeper = Bookkeeper()

    def take(self, told: PublishedEvent) -> None:
        """Book what an event of the claim moves; most move nothing."""
        before = len(self._keeper.moved)
        self._keeper.take(LedgerTold(told.id, told.name, told.time, told.data))
        for moved in self._keeper.moved[before:]:
            self._book(moved, told)

    def _book(self, moved: Moved, told: PublishedEvent) -> None:
        owed = self.obligations.get(moved.obligation) or Obligation(
            number=moved.obligation, kind=moved.kind, debtor=moved.debtor, creditor=moved.creditor or self.payee,
            currency=moved.currency, case_number=moved.case_number,
        )  # fmt: skip
        count = owed.entries + 1
        self.entries.append(
            Entry(
                number=f"{owed.number}/{count}", obligation=owed.number, kind=owed.kind, movement=moved.movement,
                amount=moved.amount, currency=owed.currency, debtor=owed.debtor, creditor=owed.creditor, at=moved.at,
                cause=told.causation, case_number=moved.case_number, reference=moved.reference,
                reason=_reason(moved, told),
            )
        )  # fmt: skip
        sums = {moved.movement: getattr(owed, moved.movement) + moved.amount}
        self.obligations[owed.number] = replace(owed, entries=count, **sums)


def _reason(moved: Moved, told: PublishedEvent) -> str:
    """Why, in a word: what was decided, what is billed, why the claim ended."""
    what = told.name.rpartition(".")[2]
    if moved.reference:
        return ""
    if what == _BILLED:
        return moved.obligation.rpartition("/")[2]
    return str(told.data["reason"]) if what == _CLOSED else what
