"""Payments in question: asked when a confirmation fits nothing that is owed, open until somebody has dealt with it.

One is settled when the same payment is booked after all, or when somebody reports how it ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from msgspec.structs import replace

from services.claims.states import PaymentQuestion
from services.claims.telling import refusal
from services.claims.turn import Turn, time_text
from tousu.decision import Refusal
from tousu.events.claim_payment import ClaimPaymentQuestionedReason
from tousu.ledger.payment import Doubt, money

BOOKED: Final = "booked"
PART: Final = "part"
OPEN_MAX: Final = 100
"""So many open questions a case remembers; the oldest of more can no longer be settled by a report, only looked at."""


def ask(turn: Turn, data: Mapping[str, Any], doubt: Doubt[ClaimPaymentQuestionedReason]) -> None:
    """Put a confirmation among the questions; nothing is booked."""
    question = PaymentQuestion(
        payment_id=data["payment_id"], case_number=turn.number, claim_number=data["claim_number"],
        obligation=data.get("obligation", ""), payee=data.get("payee", {}), part=data.get(PART, False),
        reason=doubt.reason, message=doubt.message,
        amount=Decimal(data["amount"]), currency=data.get("currency", turn.pack.currency), at=turn.at,
        event_id=turn.cause, expected=doubt.expected,
    )  # fmt: skip
    keep_open(turn, question)


def keep_open(turn: Turn, question: PaymentQuestion) -> None:
    """Ask a question: it is told, and stays open until somebody has dealt with it."""
    turn.questions.append(question)
    turn.case = replace(turn.case, questions=(*turn.case.questions, question)[-OPEN_MAX:])
    data: dict[str, Any] = {
        "claim_number": question.claim_number,
        "case_number": turn.number,
        "payment_id": question.payment_id,
        "reason": question.reason,
        "message": question.message,
        "amount": money(question.amount),
        "currency": question.currency,
        "asked_at": time_text(turn.at),
    }
    data |= {} if question.expected is None else {"expected": money(question.expected)}
    turn.publish_of_case("tousu.claim.payment_questioned.v1", turn.at, data | {"pack": turn.pack.reference()})


def question_settled(turn: Turn, data: Mapping[str, Any]) -> Refusal | None:
    """Somebody has looked: how a payment in question ended."""
    if settle_questions(turn, data["payment_id"], data["how"]):
        return None
    known = ", ".join(sorted({question.payment_id for question in turn.case.questions})) or "none"
    message = f"case {turn.number} has no open question about payment {data['payment_id']}; it has {known}"
    return refusal("unknown_payment", message, "/payment_id")


def settle_questions(turn: Turn, payment_id: str, how: str) -> int:
    """Settle every open question about a payment; how many there were."""
    questions = [candidate for candidate in turn.case.questions if candidate.payment_id == payment_id]
    for question in questions:
        turn.questions.append(replace(question, settled=how, settled_at=turn.at))
        data: dict[str, Any] = {
            "claim_number": question.claim_number,
            "case_number": turn.number,
            "payment_id": payment_id,
            "how": how,
            "settled_at": time_text(turn.at),
        }
        turn.publish_of_case("tousu.claim.payment_question_settled.v1", turn.at, data | {"pack": turn.pack.reference()})
    if questions:
        turn.case = replace(
            turn.case, questions=tuple(remaining for remaining in turn.case.questions if remaining not in questions)
        )
    return len(questions)
