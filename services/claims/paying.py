"""Payments that finance confirms: the one that is outstanding is booked, everything else is a question for a person.

A confirmation is a fact about money that has moved, so it is never refused and forgotten: what fits nothing that is
owed pays nothing here and stays visible until somebody has looked (`tousu ledger questions`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from msgspec.structs import replace

from services.claims import limits
from services.claims.ending import PAID, close
from services.claims.owing import COMPENSATION, settle
from services.claims.questions import BOOKED, ask, settle_questions
from services.claims.states import Claim
from services.claims.telling import refusal
from services.claims.turn import Turn, time_text
from tousu.decision import Refusal
from tousu.events.claim_payment import ClaimPaymentQuestionedReason
from tousu.ledger.obligation import Obligation
from tousu.ledger.payment import Doubt, doubt_about, money

_MAY_COME_TO_BE_OWED: Final = frozenset({"not_owed", "unknown_obligation", "already_paid"})
"""Why a payment was put in question that an agreement, a ruling or a bill of after it can make right."""


def payment_confirmed(turn: Turn, said: Mapping[str, Any]) -> None:
    """Book a payment, or put it among the questions."""
    claim = next((each for each in turn.case.claims if each.number == said["claim_number"]), None)
    if claim is None:
        known = ", ".join(each.number for each in turn.case.claims) or "none"
        ask(turn, said, Doubt("unknown_claim", f"case {turn.number} has these claims: {known}"))
        return
    found = _meant(turn, claim, said)
    if isinstance(found, Doubt):
        ask(turn, said, found)
        return
    turn.keep(_booked(turn, claim, found, said["payment_id"], said, turn.at))
    settle_questions(turn, said["payment_id"], BOOKED)


def paid_before(turn: Turn, claim: Claim) -> Claim | None:
    """The claim after a payment that had been made before it was owed, and is in question since; None without one.

    The money has moved, so finance is not told to pay what is owed once more.
    """
    for question in turn.case.questions:
        if question.claim_number != claim.number or question.reason not in _MAY_COME_TO_BE_OWED:
            continue
        said: dict[str, Any] = {
            "claim_number": claim.number, "payment_id": question.payment_id, "amount": money(question.amount),
            "currency": question.currency,
        }  # fmt: skip
        said |= {"obligation": question.obligation} if question.obligation else {}
        said |= {"payee": question.payee} if question.payee else {}
        found = _meant(turn, claim, said)
        if not isinstance(found, Doubt):
            claim = _booked(turn, claim, found, question.payment_id, said, question.at)
            settle_questions(turn, question.payment_id, BOOKED)
            return claim
    return None


def compensation_given(turn: Turn, claim: Claim, said: Mapping[str, Any]) -> Claim | Refusal:
    """Whoever had to give goods, a service or something else has given it, whole: the claim is paid."""
    owed, offer = claim.obligation(COMPENSATION), claim.offer
    if owed is None or offer is None or not offer.given_by:
        message = f"claim {claim.number} is paid in cash; let finance confirm it (payment_confirmed)"
        return refusal("illegal_transition", message, "type")
    receipt = said["receipt"]
    if any(receipt in each.payments for each in turn.case.claims):
        message = f"receipt {receipt} was booked before; give what is given now a number of its own"
        return refusal("exists_with_different_content", message, "/receipt")
    return _booked(turn, claim, owed, receipt, said, turn.at)


def _booked(
    turn: Turn, claim: Claim, owed: Obligation, payment_id: str, said: Mapping[str, Any], paid_at: datetime
) -> Claim:
    """The claim with all that is outstanding of an obligation paid, by this payment."""
    amount = owed.outstanding
    claim = settle(turn, claim, owed, amount, payment_id)
    turn.tell(
        "paid",
        claim,
        {
            "payment_id": payment_id,
            "obligation": owed.number,
            "amount": money(amount),
            "currency": owed.currency,
            "paid_at": time_text(paid_at),
        },
    )
    if not owed.number.endswith(f"/{COMPENSATION}"):
        return claim
    claim = limits.pull(turn, replace(claim, stage="paid"), "paid", said)
    return close(turn, claim, PAID)


def _meant(turn: Turn, claim: Claim, said: Mapping[str, Any]) -> Obligation | Doubt[ClaimPaymentQuestionedReason]:
    """The obligation that a payment is for, or why there is none."""
    booked = next((each for each in turn.case.claims if said["payment_id"] in each.payments), None)
    if booked is not None:
        return Doubt("already_booked", f"payment {said['payment_id']} was booked for claim {booked.number} before")
    owed = _owed(claim, said.get("obligation"))
    if isinstance(owed, Doubt):
        return owed
    offer = claim.offer
    if offer is not None and offer.given_by and owed.outstanding and owed.number.endswith(f"/{COMPENSATION}"):
        message = f"{offer.kind} is owed, no cash: {offer.given_by} gives it (compensation_given)"
        return Doubt("not_owed", message, owed.outstanding)
    doubt = doubt_about(owed, Decimal(said["amount"]), said.get("currency", turn.pack.currency))
    if doubt is not None:
        return doubt
    theirs, ours = said.get("payee"), claim.claimant
    if theirs is not None and ours is not None and owed.number.endswith(f"/{COMPENSATION}"):
        other = theirs.get("reference", ours.reference) != ours.reference and ours.reference
        if theirs["role"] != ours.role or other:
            return Doubt("payee_not_entitled", f"{owed.number} is owed to the {ours.role} who claims", owed.outstanding)
    return owed


def _owed(claim: Claim, number: str | None) -> Obligation | Doubt[ClaimPaymentQuestionedReason]:
    """The obligation of this number; without a number the compensation, where the claim owes one."""
    if number is None:
        owed = claim.obligation(COMPENSATION)
        return owed or Doubt("not_owed", f"nothing is owed for claim {claim.number} yet ({claim.stage})")
    known = [each.number for each in claim.owed]
    found = next((each for each in claim.owed if each.number == number), None)
    return found or Doubt("unknown_obligation", f"claim {claim.number} has these: {', '.join(known) or 'none'}")
