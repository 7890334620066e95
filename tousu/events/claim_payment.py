"""What events of the family claim payment say. Made by `python -m tousu.contract.structs` from schemas/: do not
edit by hand.
"""

# fmt: off
from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from tousu.events.content import Content
from tousu.events.shared_claim import ClaimAmount, ClaimCurrency, ClaimNumber, ClaimObligation, ClaimPaymentId
from tousu.events.shared_values import CaseNumber, Moment, Outlet, PackReference, Section


class ClaimBilled(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Outlet billed (网点账单). An outlet owes money: what it answers for, or a handling fee."""
    TYPE: ClassVar[str] = "tousu.claim.billed.v1"
    claim_number: ClaimNumber
    case_number: CaseNumber
    obligation: ClaimObligation
    """The number of the obligation in the ledger."""
    kind: Literal["bill", "handling_fee"]
    """What it is for: bill (what the outlet answers for) or handling_fee."""
    debtor: Outlet
    """The outlet that pays."""
    creditor: Outlet
    """Who gets it: an outlet, or headquarters."""
    amount: ClaimAmount
    """How much, as a decimal string with two places."""
    currency: ClaimCurrency
    percent: str | None = None
    """The percentage of a handling fee, as a decimal string, such as '6'."""
    billed_at: Moment
    """When it was billed."""
    pack: PackReference
    section: Section | None = None


class ClaimOutletNotified(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Outlet notified (通知责任网点). The outlet that is thought responsible was told of the claim."""
    TYPE: ClassVar[str] = "tousu.claim.outlet_notified.v1"
    claim_number: ClaimNumber
    case_number: CaseNumber
    outlet: Outlet
    """The outlet that was told."""
    compensated_outlet: Outlet | None = None
    """The outlet that is to get the money, where it is one."""
    notified_at: Moment
    """When it was told."""
    pack: PackReference
    section: Section | None = None


class ClaimOutletsSettled(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Outlets settled (网点协商一致). The outlets agreed between them who answers for the claim."""
    TYPE: ClassVar[str] = "tousu.claim.outlets_settled.v1"
    claim_number: ClaimNumber
    case_number: CaseNumber
    outlet: Outlet
    """The outlet that answers for it."""
    amount: ClaimAmount
    """What it pays, as a decimal string with two places."""
    currency: ClaimCurrency
    settled_at: Moment
    """When they agreed."""
    pack: PackReference
    section: Section | None = None


class ClaimPaid(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Claim paid (已赔付). A payment that was owed for the claim is confirmed and booked."""
    TYPE: ClassVar[str] = "tousu.claim.paid.v1"
    claim_number: ClaimNumber
    case_number: CaseNumber
    payment_id: ClaimPaymentId
    obligation: ClaimObligation
    """The number of the obligation in the ledger that was paid."""
    amount: ClaimAmount
    """What was paid, as a decimal string with two places."""
    currency: ClaimCurrency
    outstanding: ClaimAmount | None = None
    """What of the obligation is still to be paid, where this was a part of it."""
    paid_at: Moment
    """When it was paid."""
    pack: PackReference
    section: Section | None = None


class ClaimPaymentQuestionSettled(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Payment question settled (付款疑问了结). A payment in question is one no longer: it was booked after all, or
    somebody reported how it ended.
    """
    TYPE: ClassVar[str] = "tousu.claim.payment_question_settled.v1"
    claim_number: ClaimNumber
    case_number: CaseNumber
    payment_id: ClaimPaymentId
    how: Literal["booked", "returned", "booked_elsewhere", "mistake"]
    """How it ended: booked (here, after all), returned (the money came back), booked_elsewhere (it was for
    something else), mistake (nothing was paid).
    """
    settled_at: Moment
    """When it was settled."""
    pack: PackReference


ClaimPaymentQuestionedReason: TypeAlias = Literal[
    "unknown_claim", "unknown_obligation", "not_owed", "already_booked", "already_paid", "other_amount",
    "other_currency", "payee_not_entitled",
]


class ClaimPaymentQuestioned(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Payment questioned (付款存疑). Finance confirmed a payment that fits nothing that is owed. Nothing was
    booked; a person must look.
    """
    TYPE: ClassVar[str] = "tousu.claim.payment_questioned.v1"
    claim_number: ClaimNumber
    case_number: CaseNumber
    payment_id: ClaimPaymentId
    reason: ClaimPaymentQuestionedReason
    """Why it does not fit: unknown_claim, unknown_obligation, not_owed, already_booked, already_paid, other_amount,
    other_currency, payee_not_entitled.
    """
    message: str
    """The same as a sentence, with what would fit."""
    amount: ClaimAmount
    """What finance says was paid, as a decimal string with two places."""
    currency: ClaimCurrency
    expected: ClaimAmount | None = None
    """What was outstanding, where that is known, as a decimal string with two places."""
    asked_at: Moment
    """When the confirmation came."""
    pack: PackReference
    section: Section | None = None
