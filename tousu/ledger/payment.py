"""Whether a confirmed payment is the one that is outstanding, for whoever keeps obligations."""

from __future__ import annotations

from decimal import Decimal
from typing import Generic, Literal, NamedTuple, TypeVar

from tousu.ledger.obligation import Obligation

Reason_co = TypeVar("Reason_co", bound=str, covariant=True)
NotOutstanding = Literal["already_paid", "not_owed", "other_currency", "other_amount"]


class Doubt(NamedTuple, Generic[Reason_co]):
    """Why a confirmation fits nothing that is owed, and what is outstanding where that is known."""

    reason: Reason_co
    message: str
    expected: Decimal | None = None


def doubt_about(
    obligation: Obligation, amount: Decimal, currency: str, *, part: bool = False
) -> Doubt[NotOutstanding] | None:  # fmt: skip
    """Why a payment of this amount is not what is outstanding of an obligation; None where it is, to the cent.

    part: whether it is said to be a part of that; then it must not be more.
    """
    if not obligation.outstanding:
        words = "was paid before" if obligation.paid else "is not owed any more"
        return Doubt(
            "already_paid" if obligation.paid else "not_owed", f"{obligation.number} {words}", obligation.outstanding
        )
    if currency != obligation.currency:
        return Doubt("other_currency", f"{obligation.number} is owed in {obligation.currency}", obligation.outstanding)
    if amount != obligation.outstanding and not (part and 0 < amount < obligation.outstanding):
        return Doubt(
            "other_amount",
            f"{money(obligation.outstanding)} {obligation.currency} is outstanding",
            obligation.outstanding,
        )
    return None


def money(amount: Decimal) -> str:
    """An amount as events carry it: two places."""
    return f"{amount:.2f}"
