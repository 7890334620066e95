"""What human resources and finance report of payments of penalties."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.rules.casework import START, event
from tests.rules.penalties.charges import PERSON, WORKSHOP, of_organisation
from tousu.event import Event

LATER = START + timedelta(days=1)


def deducted(
    case: str, amount: str, payment: str = "P-1", *, party: str = PERSON, at: datetime = LATER, organisation: str = "",
    repaid: bool = False, number: str = "", **more: Any,
) -> Event:  # fmt: skip
    """So much of the penalty of a case was deducted from a party, or repaid to it."""
    kind, _, name = party.partition("/")
    number = number or f"{case}/{party}"
    said = {
        "case_number": case, "party": {"kind": kind, "id": name}, "penalty_number": number, "payment_id": payment,
        "amount": amount,
    } | ({"obligation": f"{number}/repayment"} if repaid else {}) | more  # fmt: skip
    return of_organisation(
        event("handling.deduction_confirmed", said, case, at, f"{payment}-{amount}-{at}"), organisation
    )


def deducted_from_head(
    amount: str, payment: str = "P-1", *, month: str = "2026-03", at: datetime, repaid: bool = False, **more: Any
) -> Event:
    """So much of the penalty for a complaint rate was deducted from the head of the workshop, or repaid."""
    number = f"{month}/{WORKSHOP}"
    said = {"department": "workshop", "penalty_number": number, "payment_id": payment, "amount": amount}
    said |= ({"obligation": f"{number}/repayment"} if repaid else {}) | more
    return event("operations.deduction_confirmed", said, WORKSHOP, at, f"{payment}-{amount}-{at}")


def settled(case: str, payment: str, how: str = "returned", *, party: str = PERSON, at: datetime = LATER) -> Event:
    """Somebody has dealt with a payment in question."""
    kind, _, name = party.partition("/")
    said = {"case_number": case, "party": {"kind": kind, "id": name}, "payment_id": payment, "how": how}
    return event("handling.payment_question_settled", said, case, at, f"settled-{payment}-{how}")
