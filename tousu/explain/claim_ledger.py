"""The ledger of a claim, booked again from what was published of it: the same entries as the service's own.

An agreement or a ruling owes its amount in place of what was owed before; a bill, a fee and a payment are entries of
their own; a claim that ends unpaid takes back what is outstanding. Source: design.md, section 6; domain, section 7.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from tousu.explain.story import Told
from tousu.ledger.obligation import NOTHING, Booked, Entry, Kind, Obligation, award, pay, withdraw

COMPENSATION: Final = "compensation"
BETWEEN_OUTLETS: Final = ("bill", "fee_of_fined", "fee_of_compensated")
COMPANY: Final = "company"
PAID: Final = "paid"


class ClaimLedger:
    """What is owed for one claim. `take` its events in order; `payee` is who is compensated."""

    def __init__(self, number: str, case_number: str) -> None:
        self.entries: list[Entry] = []
        self.obligations: dict[str, Obligation] = {}
        self.payee = ""
        self._number = number
        self._case_number = case_number

    def take(self, told: Told) -> None:
        """Book what an event of the claim says; most say nothing of money."""
        write = _WRITERS.get(told.name)
        if write is not None:
            write(self, told)

    def known(self, name: str) -> Obligation | None:
        """What was ever owed under this name."""
        return self.obligations.get(f"{self._number}/{name}")

    def new(self, name: str, kind: Kind, debtor: str, creditor: str, currency: str) -> Obligation:
        """Something that was never owed before."""
        return Obligation(
            number=f"{self._number}/{name}", kind=kind, debtor=debtor, creditor=creditor, currency=currency,
            case_number=self._case_number,
        )  # fmt: skip

    def book(self, booked: Booked) -> None:
        """Keep an entry."""
        self.entries.append(booked.entry)
        self.obligations[booked.obligation.number] = booked.obligation


def _decided(ledger: ClaimLedger, told: Told) -> None:
    amount, what = Decimal(told.data["amount"]), told.name.rpartition(".")[2]
    former = ledger.known(COMPENSATION)
    so_far = former.awarded - former.withdrawn if former is not None else NOTHING
    if former is not None and former.outstanding and amount < so_far:
        ledger.book(withdraw(former, min(former.outstanding, so_far - amount), told.at, told.causation, what))
    elif amount > so_far:
        owed = former or ledger.new(COMPENSATION, "compensation", COMPANY, ledger.payee, told.data["currency"])
        ledger.book(award(owed, amount - so_far, told.at, told.causation, what))


def _billed(ledger: ClaimLedger, told: Told) -> None:
    said = told.data
    name = said["obligation"].rpartition("/")[2]
    kind: Kind = "handling_fee" if said["kind"] == "handling_fee" else "bill"
    owed = ledger.known(name) or ledger.new(name, kind, said["debtor"], said["creditor"], said["currency"])
    ledger.book(award(owed, Decimal(said["amount"]), told.at, told.causation, name))


def _paid(ledger: ClaimLedger, told: Told) -> None:
    owed = ledger.known(told.data["obligation"].rpartition("/")[2])
    if owed is not None:
        ledger.book(pay(owed, Decimal(told.data["amount"]), told.at, told.causation, told.data["payment_id"]))


def _closed(ledger: ClaimLedger, told: Told) -> None:
    reason = told.data["reason"]
    if reason == PAID:
        return
    former = ledger.known(COMPENSATION)
    is_paid = former is not None and bool(former.paid)
    for name in (COMPENSATION,) if is_paid else (COMPENSATION, *BETWEEN_OUTLETS):
        owed = ledger.known(name)
        if owed is not None and owed.outstanding:
            ledger.book(withdraw(owed, owed.outstanding, told.at, told.causation, reason))


_WRITERS: Final[Mapping[str, Callable[[ClaimLedger, Told], None]]] = {
    "claim.agreed": _decided,
    "claim.ruled": _decided,
    "claim.billed": _billed,
    "claim.paid": _paid,
    "claim.closed": _closed,
}
"""What each event books."""
