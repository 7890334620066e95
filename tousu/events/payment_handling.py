"""What events of the family payment handling say. Made by `python -m tousu.contract.structs` from schemas/: do not
edit by hand.
"""

# fmt: off
from __future__ import annotations

from typing import ClassVar, Literal

from tousu.events.content import Content
from tousu.events.shared_claim import (
    ClaimAmount, ClaimCurrency, ClaimNumber, ClaimObligation, ClaimPaymentId, PayeeReference,
)
from tousu.events.shared_handling import HandlingNote
from tousu.events.shared_penalty import (
    PenaltyAmount, PenaltyCurrency, PenaltyNumber, PenaltyObligation, PenaltyParty, PenaltyPaymentId,
)
from tousu.events.shared_values import CaseNumber, Department, Employee, ToldMoment


class HandlingAmountConfirmed(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Amount confirmed (复核金额). A second person confirms an amount that was agreed or ruled above the limit of
    the pack: from now on it is owed.
    """
    TYPE: ClassVar[str] = "tousu.handling.amount_confirmed.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    claim_number: ClaimNumber
    by: Employee
    """Who confirms it: another person than offered or reported the amount."""
    amount: ClaimAmount
    """The amount that is confirmed, as a decimal string, at most two places, such as '120.00'; it must be the one
    that waits.
    """
    currency: ClaimCurrency | None = None


class HandlingDeductionConfirmed(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Deduction confirmed (确认扣款). Human resources or finance confirm that a penalty for a case was deducted, or
    that what is to be given back of it was repaid.
    """
    TYPE: ClassVar[str] = "tousu.handling.deduction_confirmed.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    party: PenaltyParty
    penalty_number: PenaltyNumber
    payment_id: PenaltyPaymentId
    obligation: PenaltyObligation | None = None
    """What was paid: the penalty where it is absent, or its repayment (the number of the penalty and /repayment)."""
    amount: PenaltyAmount
    """How much it was, as a decimal string, at most two places, such as '200.00'."""
    currency: PenaltyCurrency | None = None
    deducted_at: ToldMoment | None = None
    """When it was deducted or repaid; absent where that was when the event happened."""


class HandlingPaymentConfirmed(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Payment confirmed (确认付款). Finance confirms that it paid what is due for a claim."""
    TYPE: ClassVar[str] = "tousu.handling.payment_confirmed.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    claim_number: ClaimNumber
    payment_id: ClaimPaymentId
    obligation: ClaimObligation | None = None
    amount: ClaimAmount
    """How much was paid, as a decimal string, at most two places, such as '120.00'."""
    currency: ClaimCurrency | None = None
    part: bool | None = None
    """Whether it is a part of what is owed, and the rest follows; absent where all that is outstanding was paid."""
    payee: PayeeReference | None = None
    paid_at: ToldMoment | None = None
    """When it was paid; absent where it was paid when the event happened."""


class HandlingPaymentQuestionSettled(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Payment question settled (付款疑问了结). Somebody has dealt with a payment that fitted nothing that was owed."""
    TYPE: ClassVar[str] = "tousu.handling.payment_question_settled.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    payment_id: ClaimPaymentId
    party: PenaltyParty | None = None
    """Whose penalty the payment was for; absent where it was for a claim."""
    how: Literal["returned", "booked_elsewhere", "mistake"]
    """How it ended: returned (the money came back), booked_elsewhere (it was for something else), mistake (nothing
    was paid).
    """
