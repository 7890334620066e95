"""Deductions and repayments that are confirmed: what is outstanding is booked, everything else is a question.

A confirmation is a fact about money that has moved, so it is never refused and forgotten: what fits nothing that is
owed pays nothing here and stays visible until somebody has looked (`tousu ledger questions`).
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from msgspec.structs import replace

from services.penalties.states import ChargedParty, Issued, Paid, PenaltyPaymentQuestion, Sentence
from services.penalties.telling import REPAYMENT, MonthContext
from tousu.decision import Decision, Output, State, StateKey
from tousu.event import Event, text_of_time
from tousu.events.operations import OperationsDeductionConfirmed, OperationsPaymentQuestionSettled
from tousu.events.payment_handling import HandlingDeductionConfirmed, HandlingPaymentQuestionSettled
from tousu.events.penalty import (
    PenaltyPaid,
    PenaltyPaymentQuestioned,
    PenaltyPaymentQuestionedReason,
    PenaltyPaymentQuestionSettled,
)
from tousu.ledger.obligation import Entry, Obligation, pay
from tousu.ledger.payment import Doubt, doubt_about, money

Confirmed = HandlingDeductionConfirmed | OperationsDeductionConfirmed
"""A penalty of a case was deducted or repaid, or one of the head of a department."""
Settled = HandlingPaymentQuestionSettled | OperationsPaymentQuestionSettled
How = Literal["booked", "returned", "booked_elsewhere", "mistake"]
PAYMENT: Final = "payment"
QUESTION: Final = "question"


class Booking(NamedTuple):
    """A penalty after a confirmation; as it was where that is questioned."""

    sentence: Sentence | None
    outputs: list[Output]
    states: dict[StateKey, State | None]


def payer(event: Event, content: Confirmed | Settled) -> ChargedParty:
    """Whose penalty a confirmation is about: the party named, or the head of the department that reports."""
    if isinstance(content, OperationsDeductionConfirmed | OperationsPaymentQuestionSettled):
        return ChargedParty(kind="department", id=content.department, organisation=event.organisation)
    assert content.party is not None, "claims passes on only what names a party"
    return ChargedParty(kind=content.party.kind, id=content.party.id, organisation=event.organisation)


def payment_key(party: ChargedParty, payment_id: str) -> StateKey:
    """The booked payment of this number, of which a party has one."""
    return StateKey(PAYMENT, f"{party.key}|{payment_id}")


def question_key(party: ChargedParty, payment_id: str) -> StateKey:
    """The question about the payment of this number."""
    return StateKey(QUESTION, f"{party.key}|{payment_id}")


def confirm(
    scene: MonthContext, sentence: Sentence | None, confirmation: Confirmed, happened_at: datetime, paid: Paid | None,
    asked: PenaltyPaymentQuestion | None,
) -> Booking:  # fmt: skip
    """Book a confirmation, or put it among the questions."""
    meant = _meant(scene, sentence, confirmation, paid)
    if isinstance(meant, Doubt):
        return Booking(sentence, *_asked(scene, confirmation, meant))
    assert sentence is not None
    booked = pay(meant, meant.outstanding, scene.at, scene.cause, confirmation.payment_id)
    if meant.kind == REPAYMENT:
        new = replace(sentence, repayment=booked.obligation, issued=_without(sentence, "repay"))
    else:
        new = replace(sentence, owed=booked.obligation, issued=_without(sentence, "deduct"))
    payment = PenaltyPaid(
        penalty_number=confirmation.penalty_number, party=scene.party.reference, case_number=scene.case_number or None,
        payment_id=confirmation.payment_id, obligation=confirmation.obligation or sentence.number,
        amount=money(booked.entry.amount), currency=meant.currency,
        paid_at=confirmation.deducted_at or text_of_time(happened_at), at=scene.time_text, pack=scene.reference,
    )  # fmt: skip
    states = _booked(scene, confirmation.payment_id, booked.entry)
    settled = settle(scene, asked, "booked") if asked is not None and not asked.settled else None
    outputs = [scene.tell(payment)]
    if settled is not None:
        outputs += settled.outputs
        states |= settled.states
    return Booking(new, outputs, states)


def settle(scene: MonthContext, question: PenaltyPaymentQuestion, how: How) -> Decision:
    """A payment in question is one no longer."""
    state_key = question_key(scene.party, question.payment_id)
    settlement = PenaltyPaymentQuestionSettled(
        penalty_number=question.penalty_number, party=scene.party.reference, case_number=scene.case_number or None,
        payment_id=question.payment_id, how=how, at=scene.time_text, pack=scene.reference,
    )  # fmt: skip
    return Decision(
        states={state_key: replace(question, settled=how, settled_at=scene.at)},
        outputs=[scene.tell(settlement)],
    )


def _meant(
    scene: MonthContext, sentence: Sentence | None, confirmation: Confirmed, paid: Paid | None
) -> Obligation | Doubt[PenaltyPaymentQuestionedReason]:
    """The obligation that a payment is for, or why there is none."""
    number = confirmation.penalty_number
    if sentence is None or sentence.number != number:
        where = f"case {scene.case_number} has none" if scene.case_number else "the month has none"
        message = f"{scene.party.name} has no penalty {number} here: {where} of it, or has been final for long"
        return Doubt("unknown_penalty", message)
    if paid is not None:
        return Doubt("already_booked", f"payment {confirmation.payment_id} was booked for {paid.obligation} before")
    obligation = confirmation.obligation or number
    if obligation not in (number, f"{number}/{REPAYMENT}"):
        return Doubt("unknown_obligation", f"penalty {number} has these: {number}, {number}/{REPAYMENT}")
    due = sentence.owed if obligation == number else sentence.repayment
    if due is None:
        return Doubt("not_owed", f"nothing was ever owed of {obligation}")
    return doubt_about(due, Decimal(confirmation.amount), confirmation.currency or due.currency) or due


def _asked(
    scene: MonthContext, confirmation: Confirmed, doubt: Doubt[PenaltyPaymentQuestionedReason]
) -> tuple[list[Output], dict[StateKey, State | None]]:
    """The question that a confirmation becomes. A payment has one: a later confirmation takes its place."""
    question = PenaltyPaymentQuestion(
        payment_id=confirmation.payment_id, party=scene.party, penalty_number=confirmation.penalty_number,
        case_number=scene.case_number, reason=doubt.reason, message=doubt.message, amount=Decimal(confirmation.amount),
        currency=confirmation.currency or scene.pack.currency, at=scene.at, event_id=scene.cause,
        expected=doubt.expected,
    )  # fmt: skip
    questioned = PenaltyPaymentQuestioned(
        penalty_number=confirmation.penalty_number, party=scene.party.reference, case_number=scene.case_number or None,
        payment_id=confirmation.payment_id, reason=doubt.reason, message=doubt.message, amount=money(question.amount),
        currency=question.currency, expected=None if doubt.expected is None else money(doubt.expected),
        at=scene.time_text, pack=scene.reference,
    )  # fmt: skip
    return [scene.tell(questioned)], {question_key(scene.party, question.payment_id): question}


def _booked(scene: MonthContext, payment_id: str, entry: Entry) -> dict[StateKey, State | None]:
    """The entry, and the payment, whose number serves once."""
    paid = Paid(payment_id=payment_id, obligation=entry.obligation)
    return {StateKey("entry", entry.number): entry, payment_key(scene.party, payment_id): paid}


def _without(sentence: Sentence, action: str) -> tuple[Issued, ...]:
    """The instructions that stand once one was carried out: it is done, and nobody takes it back."""
    return tuple(instruction for instruction in sentence.issued if instruction.what != action)
