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

    def take(self, event: PublishedEvent) -> None:
        """Book what an event of the claim moves; most move nothing."""
        before = len(self._keeper.moved)
        self._keeper.take(LedgerTold(event.id, event.name, event.time, event.data))
        for moved in self._keeper.moved[before:]:
            self._book(moved, event)

    def _book(self, moved: Moved, event: PublishedEvent) -> None:
        obligation = self.obligations.get(moved.obligation) or Obligation(
            number=moved.obligation, kind=moved.kind, debtor=moved.debtor, creditor=moved.creditor or self.payee,
            currency=moved.currency, case_number=moved.case_number,
        )  # fmt: skip
        count = obligation.entries + 1
        self.entries.append(
            Entry(
                number=f"{obligation.number}/{count}", obligation=obligation.number, kind=obligation.kind,
                movement=moved.movement, amount=moved.amount, currency=obligation.currency, debtor=obligation.debtor,
                creditor=obligation.creditor, at=moved.at, cause=event.causation, case_number=moved.case_number,
                reference=moved.reference, reason=_reason(moved, event),
            )
        )  # fmt: skip
        sums = {moved.movement: getattr(obligation, moved.movement) + moved.amount}
        self.obligations[obligation.number] = replace(obligation, entries=count, **sums)


def _reason(moved: Moved, event: PublishedEvent) -> str:
    """Why, in a word: what was decided, what is billed, why the claim ended."""
    step = event.name.rpartition(".")[2]
    if moved.reference:
        return ""
    if step == _BILLED:
        return moved.obligation.rpartition("/")[2]
    return str(event.data["reason"]) if step == _CLOSED else step
