"""Payments that finance confirms: what is outstanding is booked, everything else is a question for a person.

What is told as a part of it is booked, too, and meets nothing until the sum is whole; whoever pays is told the rest.

A confirmation is a fact about money that has moved, so it is never refused and forgotten: what fits nothing that is
owed pays nothing here and stays visible until somebody has looked (`tousu ledger questions`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from msgspec.structs import replace

from services.claims import limits
from services.claims.ending import PAID, close
from services.claims.owing import (
    COMPENSATION,
    cancel_instruction,
    compensate,
    giver_of,
    instruct,
    payee_of,
    settle,
)
from services.claims.questions import BOOKED, PART, ask, settle_questions
from services.claims.states import Claim
from services.claims.telling import refusal
from services.claims.turn import Turn, time_text
from tousu.decision import Refusal
from tousu.events.claim_payment import ClaimPaymentQuestionedReason
from tousu.ledger.obligation import Obligation
from tousu.ledger.payment import Doubt, doubt_about, money

AMOUNT: Final = "amount"
_MAY_COME_TO_BE_OWED: Final = frozenset({"not_owed", "unknown_obligation", "already_paid"})
"""Why a payment was put in question that an agreement, a ruling or a bill of after it can make right."""


def payment_confirmed(turn: Turn, data: Mapping[str, Any]) -> None:
    """Book a payment, or put it among the questions."""
    claim = next((candidate for candidate in turn.case.claims if candidate.number == data["claim_number"]), None)
    if claim is None:
        known = ", ".join(candidate.number for candidate in turn.case.claims) or "none"
        ask(turn, data, Doubt("unknown_claim", f"case {turn.number} has these claims: {known}"))
        return
    meant = _meant(turn, claim, data)
    if isinstance(meant, Doubt):
        ask(turn, data, meant)
        return
    payment_id, amount = data["payment_id"], Decimal(data[AMOUNT])
    new = turn.keep(_booked(turn, claim, meant, amount, payment_id, data, turn.at))
    settle_questions(turn, payment_id, BOOKED)
    if amount < meant.outstanding:
        turn.keep(_rest_instructed(turn, new, meant))


def paid_before(turn: Turn, claim: Claim, reasons: Collection[str] = _MAY_COME_TO_BE_OWED) -> Claim | None:
    """The claim after the payments that had been made before they were owed, and are in question since; None without.

    The money has moved, so finance is not told to pay what is owed once more.
    """
    paid = None
    while (new := _paid_by_one(turn, paid or claim, reasons)) is not None:
        paid = new
    return paid


def _rest_instructed(turn: Turn, claim: Claim, former: Obligation) -> Claim:
    """The claim after a part was paid: what was instructed is taken back, the rest is instructed."""
    name = former.number.rpartition("/")[2]
    is_compensation = name == COMPENSATION
    party = {"party": {"kind": "outlet", "id": former.debtor}}
    to = payee_of(claim) | giver_of(claim.offer) if is_compensation else party
    after = claim.obligation(name)
    assert after is not None
    cancel_instruction(turn, claim, former, after, to)
    claim = paid_before(turn, claim, (*_MAY_COME_TO_BE_OWED, "other_amount")) or claim
    after = claim.obligation(name)
    if after is None or not after.outstanding:
        return claim
    if is_compensation:
        pay_by = next((clock.due_at for clock in limits.waiting_for(turn, claim, PAID)), None)
        compensate(turn, claim, after, pay_by)
    else:
        instruct(turn, claim, "bill_outlet", after, to)
    return claim


def _paid_by_one(turn: Turn, claim: Claim, reasons: Collection[str]) -> Claim | None:
    """The claim after the first payment in question that fits what is owed by now."""
    for question in turn.case.questions:
        if question.claim_number != claim.number or question.reason not in reasons:
            continue
        data: dict[str, Any] = {
            "claim_number": claim.number, "payment_id": question.payment_id, "amount": money(question.amount),
            "currency": question.currency,
        }  # fmt: skip
        data |= {"obligation": question.obligation} if question.obligation else {}
        data |= {"payee": question.payee} if question.payee else {}
        data |= {"part": True} if question.part else {}
        meant = _meant(turn, claim, data)
        if not isinstance(meant, Doubt):
            claim = _booked(turn, claim, meant, question.amount, question.payment_id, data, question.at)
            settle_questions(turn, question.payment_id, BOOKED)
            return claim
    return None


def compensation_given(turn: Turn, claim: Claim, data: Mapping[str, Any]) -> Claim | Refusal:
    """Whoever had to give goods, a service or something else has given it, whole: the claim is paid."""
    obligation, offer = claim.obligation(COMPENSATION), claim.offer
    if obligation is None or offer is None or not offer.given_by:
        message = f"claim {claim.number} is paid in cash; let finance confirm it (payment_confirmed)"
        return refusal("illegal_transition", message, "type")
    receipt = data["receipt"]
    if any(receipt in candidate.payments for candidate in turn.case.claims):
        message = f"receipt {receipt} was booked before; give what is given now a number of its own"
        return refusal("exists_with_different_content", message, "/receipt")
    return _booked(turn, claim, obligation, obligation.outstanding, receipt, data, turn.at)


def _booked(
    turn: Turn, claim: Claim, obligation: Obligation, amount: Decimal, payment_id: str, data: Mapping[str, Any],
    paid_at: datetime,
) -> Claim:  # fmt: skip
    """The claim with so much of what is outstanding of an obligation paid; all of it pays the claim."""
    rest = obligation.outstanding - amount
    claim = settle(turn, claim, obligation, amount, payment_id)
    turn.tell(
        "paid",
        claim,
        {
            "payment_id": payment_id,
            "obligation": obligation.number,
            "amount": money(amount),
            "currency": obligation.currency,
            "outstanding": money(rest) if rest else None,
            "paid_at": time_text(paid_at),
        },
    )
    if rest or not obligation.number.endswith(f"/{COMPENSATION}"):
        return claim
    claim = limits.pull(turn, replace(claim, stage="paid"), "paid", data)
    return close(turn, claim, PAID)


def _meant(turn: Turn, claim: Claim, data: Mapping[str, Any]) -> Obligation | Doubt[ClaimPaymentQuestionedReason]:
    """The obligation that a payment is for, or why there is none."""
    booked = next((candidate for candidate in turn.case.claims if data["payment_id"] in candidate.payments), None)
    if booked is not None:
        return Doubt("already_booked", f"payment {data['payment_id']} was booked for claim {booked.number} before")
    obligation = _obligation(claim, data.get("obligation"))
    if isinstance(obligation, Doubt):
        return obligation
    offer = claim.offer
    if (
        offer is not None
        and offer.given_by
        and obligation.outstanding
        and obligation.number.endswith(f"/{COMPENSATION}")
    ):
        message = f"{offer.kind} is owed, no cash: {offer.given_by} gives it (compensation_given)"
        return Doubt("not_owed", message, obligation.outstanding)
    doubt = doubt_about(
        obligation, Decimal(data["amount"]), data.get("currency", turn.pack.currency), part=data.get(PART, False)
    )
    if doubt is not None:
        return doubt
    theirs, ours = data.get("payee"), claim.claimant
    if theirs is not None and ours is not None and obligation.number.endswith(f"/{COMPENSATION}"):
        other = theirs.get("reference", ours.reference) != ours.reference and ours.reference
        if theirs["role"] != ours.role or other:
            return Doubt(
                "payee_not_entitled",
                f"{obligation.number} is owed to the {ours.role} who claims",
                obligation.outstanding,
            )
    return obligation


def _obligation(claim: Claim, number: str | None) -> Obligation | Doubt[ClaimPaymentQuestionedReason]:
    """The obligation of this number; without a number the compensation, where the claim owes one."""
    if number is None:
        compensation = claim.obligation(COMPENSATION)
        return compensation or Doubt("not_owed", f"nothing is owed for claim {claim.number} yet ({claim.stage})")
    known = [obligation.number for obligation in claim.owed]
    named = next((obligation for obligation in claim.owed if obligation.number == number), None)
    return named or Doubt("unknown_obligation", f"claim {claim.number} has these: {', '.join(known) or 'none'}")
