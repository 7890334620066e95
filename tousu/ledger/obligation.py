"""One thing that is owed: it is awarded, paid and withdrawn, each step a double entry.

What was paid is never taken back here: money that has to come back is an obligation of its own (`repayment`).
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Final, Literal, NamedTuple

import msgspec
from msgspec.structs import replace

Kind = Literal["compensation", "bill", "handling_fee", "penalty", "repayment"]
"""compensation: to a claimant. bill: from an outlet that answers for a loss. handling_fee: between outlets (C, section
7). penalty: from a person, an outlet or a head of department. repayment: of a penalty that should not have been."""
Movement = Literal["awarded", "paid", "withdrawn"]
NOTHING: Final = Decimal(0)


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry of the ledger; it is written once and never changed.

    number: of the obligation, a slash, and its place among the obligation's entries. at: when it happened in the world.
    cause: id of the event that led to it. reference: the payment, where one was confirmed. reason: why, in a word.
    """

    number: str
    obligation: str
    kind: Kind
    movement: Movement
    amount: Decimal
    currency: str
    debtor: str
    creditor: str
    at: datetime
    cause: str
    case_number: str = ""
    reference: str = ""
    reason: str = ""

    @property
    def postings(self) -> tuple[tuple[str, Decimal], tuple[str, Decimal]]:
        """The double entry: debit (above zero) and credit (below), each with its account; together they are zero."""
        debit, credit = _ACCOUNTS[self.movement]
        return (f"{self.kind}:{debit}", self.amount), (f"{self.kind}:{credit}", -self.amount)


_ACCOUNTS: Final = {
    "awarded": ("awarded", "outstanding"),
    "paid": ("outstanding", "paid"),
    "withdrawn": ("outstanding", "withdrawn"),
}


class Obligation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody owes somebody. `entries`: how many the ledger has of it."""

    number: str
    kind: Kind
    debtor: str
    creditor: str
    currency: str
    case_number: str = ""
    awarded: Decimal = NOTHING
    paid: Decimal = NOTHING
    withdrawn: Decimal = NOTHING
    entries: int = 0

    @property
    def outstanding(self) -> Decimal:
        """What is still to be paid."""
        return self.awarded - self.paid - self.withdrawn


class Booked(NamedTuple):
    """An obligation after an entry, and the entry."""

    obligation: Obligation
    entry: Entry


def award(obligation: Obligation, amount: Decimal, at: datetime, cause: str, reason: str = "") -> Booked:
    """More is owed from now on."""
    return _booked(obligation, "awarded", amount, at, cause, reason=reason)


def pay(obligation: Obligation, amount: Decimal, at: datetime, cause: str, reference: str) -> Booked:
    """So much of what is outstanding has been paid; `reference` is the number of the payment."""
    return _booked(obligation, "paid", amount, at, cause, reference=reference)


def withdraw(obligation: Obligation, amount: Decimal, at: datetime, cause: str, reason: str) -> Booked:
    """So much of what is outstanding need not be paid after all."""
    return _booked(obligation, "withdrawn", amount, at, cause, reason=reason)


def _booked(
    obligation: Obligation, movement: Movement, amount: Decimal, at: datetime, cause: str, *, reference: str = "",
    reason: str = "",
) -> Booked:  # fmt: skip
    # Who calls has checked what people said; an amount that does not fit here is a fault of ours.
    assert amount > NOTHING, f"{amount} cannot be {movement}"
    assert movement == "awarded" or amount <= obligation.outstanding, (
        f"{amount} of {obligation.outstanding} cannot be {movement}"
    )
    count = obligation.entries + 1
    entry = Entry(
        number=f"{obligation.number}/{count}", obligation=obligation.number, kind=obligation.kind, movement=movement,
        amount=amount, currency=obligation.currency, debtor=obligation.debtor, creditor=obligation.creditor, at=at,
        cause=cause, case_number=obligation.case_number, reference=reference, reason=reason,
    )  # fmt: skip
    match movement:
        case "awarded":
            obligation = replace(obligation, awarded=obligation.awarded + amount, entries=count)
        case "paid":
            obligation = replace(obligation, paid=obligation.paid + amount, entries=count)
        case "withdrawn":
            obligation = replace(obligation, withdrawn=obligation.withdrawn + amount, entries=count)
    return Booked(obligation, entry)
