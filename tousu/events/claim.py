"""What events of the family claim say. Made by `python -m tousu.contract.structs` from schemas/: do not edit by
hand.
"""

# fmt: off
from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from tousu.events.content import Content, Part
from tousu.events.shared_claim import (
    ClaimAmount, ClaimAuthority, ClaimCause, ClaimCurrency, ClaimDecided, ClaimDependingItem, ClaimExemption,
    ClaimKind, ClaimNumber, ClaimObligation, ClaimTrace, ClaimWay, PayeeReference,
)
from tousu.events.shared_rejection import RejectionReason
from tousu.events.shared_values import CaseNumber, Code, Moment, Outlet, PackReference, Reason, Section, WaybillNumber


class ClaimAgreed(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Claim agreed (达成赔付协议). The claimant accepted: the amount is owed, finance has its instruction."""
    TYPE: ClassVar[str] = "tousu.claim.agreed.v1"
    claim_number: ClaimNumber
    case_number: CaseNumber
    amount: ClaimAmount
    """What is owed from now on, the fee that goes back in it, as a decimal string with two places."""
    fee_refunded: ClaimAmount | None = None
    """How much of the amount is the service fee that goes back; absent where none does."""
    currency: ClaimCurrency
    kind: ClaimKind
    agreed_at: Moment
    """When the claimant agreed, also where a second person confirmed it later: the limit of the payment counts from
    then.
    """
    payee: PayeeReference | None = None
    """Who is paid: a role and, where known, a reference; nothing personal."""
    pay_by: Moment | None = None
    """Until when it is to be paid."""
    pack: PackReference
    section: Section | None = None


class ClaimAnswered(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Claim form answered (理赔答复). The claimant was told that the form is there and until when the claim is
    decided.
    """
    TYPE: ClassVar[str] = "tousu.claim.answered.v1"
    claim_number: ClaimNumber
    case_number: CaseNumber
    answered_at: Moment
    """When the claimant was told."""
    decision_due_at: Moment | None = None
    """Until when the claim is decided."""
    pack: PackReference
    section: Section | None = None


class ClaimArbitrated(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Claim arbitrated (总部裁定). Headquarters ruled between outlets: who answers for the claim, or that the
    report was false.
    """
    TYPE: ClassVar[str] = "tousu.claim.arbitrated.v1"
    claim_number: ClaimNumber
    case_number: CaseNumber
    report_true: bool
    """True when the report of damage or loss is true; false when it was a false report."""
    responsible_outlet: Outlet | None = None
    """The outlet that answers for it, where the report is true."""
    reporting_outlet: Outlet | None = None
    """The outlet that reported falsely."""
    amount: ClaimAmount | None = None
    """What the responsible outlet pays, as a decimal string with two places."""
    currency: ClaimCurrency | None = None
    reason: Reason | None = None
    arbitrated_at: Moment
    """When headquarters ruled."""
    pack: PackReference
    section: Section | None = None


class ClaimArbitrationRequested(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Arbitration requested (申请总部仲裁). The outlets did not agree, so one of them asked headquarters to decide."""
    TYPE: ClassVar[str] = "tousu.claim.arbitration_requested.v1"
    claim_number: ClaimNumber
    case_number: CaseNumber
    outlet: Outlet
    """The outlet that asks."""
    reason: Reason | None = None
    requested_at: Moment
    """When it asked."""
    pack: PackReference
    section: Section | None = None


class ClaimClosedWithdrawnItem(Part, frozen=True, kw_only=True, omit_defaults=True):
    """One of them."""
    obligation: ClaimObligation
    """The number of the obligation in the ledger."""
    amount: ClaimAmount
    """How much of it is withdrawn: all that was outstanding."""
    currency: ClaimCurrency


class ClaimClosed(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Claim closed (理赔结束). The claim came to its end. claim.reopened takes it up again where its ground comes
    back.
    """
    TYPE: ClassVar[str] = "tousu.claim.closed.v1"
    claim_number: ClaimNumber
    case_number: CaseNumber
    closed_at: Moment | None = None
    """When it ended."""
    reason: Code
    """Why: withdrawn, does_not_stand, judged_otherwise (the piece has another class now), paid, claim_withdrawn,
    materials_missing, turned_into_loss, delivered_in_time (it had not been lost), payee_denied (the sender said
    that whoever claims is not to be paid).
    """
    withdrawn: Sequence[ClaimClosedWithdrawnItem] = ()
    """What was owed and is not paid any more, by obligation; absent where nothing was outstanding."""
    evidence_missing: Sequence[Code] | None = None
    """The items that were missing where that is the reason, as the pack names them."""
    company_evidence_missing: Sequence[Code] | None = None
    """The items that the company must still add before it decides; no claimant is sent back for them."""
    evidence_depending: Sequence[ClaimDependingItem] | None = None
    """The items that are needed as well if a fact turns out so, of which nobody has said yet whether it does."""
    facts_missing: Sequence[Code] | None = None
    """Every fact that the table of the pack may still ask for."""
    pack: PackReference | None = None
    section: Section | None = None


class ClaimConfirmationAwaited(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Confirmation awaited (待复核). An amount above the limit of the pack was agreed or ruled. Nothing is owed and
    finance is told nothing until a second person confirms it (handling.amount_confirmed).
    """
    TYPE: ClassVar[str] = "tousu.claim.confirmation_awaited.v1"
    claim_number: ClaimNumber
    case_number: CaseNumber
    amount: ClaimAmount
    """What waits for confirmation, as a decimal string with two places."""
    currency: ClaimCurrency
    what: Literal["agreed", "ruled"]
    """Where it comes from: agreed (the claimant accepted), ruled (an authority decided)."""
    confirmations_missing: int
    """How many persons must still confirm: two where nobody said who reported the amount."""
    awaited_at: Moment
    """Since when it waits."""
    pack: PackReference
    section: Section | None = None


class ClaimDisputed(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Claim disputed (理赔争议). The claimant does not accept the decision and goes on, on the way that they
    choose.
    """
    TYPE: ClassVar[str] = "tousu.claim.disputed.v1"
    claim_number: ClaimNumber
    case_number: CaseNumber
    way: ClaimWay
    ways_on: Sequence[ClaimWay] | None = None
    """What the claimant can do who does not accept, as they choose: negotiation, complaint, regulator, arbitration,
    court.
    """
    reason: Reason | None = None
    disputed_at: Moment
    """When the claimant disputed it."""
    pack: PackReference
    section: Section | None = None


class ClaimFollowedUp(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Claim followed up (赔付回访). The claimant was asked how satisfied they are with the outcome."""
    TYPE: ClassVar[str] = "tousu.claim.followed_up.v1"
    claim_number: ClaimNumber
    case_number: CaseNumber
    score: int | None = None
    """Satisfaction from 1 (not at all) to 5 (very)."""
    rating: Literal["satisfied", "neutral", "dissatisfied"] | None = None
    """Satisfaction in three steps: satisfied, neutral, dissatisfied."""
    followed_up_at: Moment
    """When the claimant was asked."""
    pack: PackReference
    section: Section | None = None


class ClaimFormRefused(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Claim form refused (理赔申请不受理). A claim form that came on a channel is not taken, with the reason;
    nothing was filed. A right one may follow.
    """
    TYPE: ClassVar[str] = "tousu.claim.form_refused.v1"
    case_number: CaseNumber
    cause: ClaimCause
    waybill_number: WaybillNumber | None = None
    reason: RejectionReason
    message: str
    """The same as a sentence, with what would be right."""
    place: str | None = None
    """The field of the form that is meant, such as /claimant/role."""
    refused_at: Moment
    """When it was refused."""
    pack: PackReference


class ClaimOffered(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Claim offered (理赔方案). An amount is offered, with the rule that gives it and every step of its
    calculation.
    """
    TYPE: ClassVar[str] = "tousu.claim.offered.v1"
    claim_number: ClaimNumber
    case_number: CaseNumber
    amount: ClaimAmount
    """What is offered, or what the goods or the service offered are worth, the fee that goes back in it, as a
    decimal string with two places.
    """
    fee_refunded: ClaimAmount | None = None
    """How much of the amount is the service fee that goes back; absent where none does."""
    currency: ClaimCurrency
    kind: ClaimKind
    decided: ClaimDecided
    rule: Code | None = None
    """The rule of the pack's table, where it decided."""
    in_spite_of: ClaimExemption | None = None
    """The exemption that holds in principle and was decided not to count here."""
    reason: Reason | None = None
    """Why it does not count here."""
    trace: ClaimTrace | None = None
    ways_on: Sequence[ClaimWay] | None = None
    """What the claimant can do who does not accept, as they choose: negotiation, complaint, regulator, arbitration,
    court.
    """
    offered_at: Moment
    """When it was offered."""
    pack: PackReference
    section: Section | None = None


class ClaimRefused(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Claim refused (拒赔). Nothing is due: an exemption of the pack holds and is proven, or nothing is lost."""
    TYPE: ClassVar[str] = "tousu.claim.refused.v1"
    claim_number: ClaimNumber
    case_number: CaseNumber
    exemption: ClaimExemption | None = None
    reason: Reason
    ways_on: Sequence[ClaimWay] | None = None
    """What the claimant can do who does not accept, as they choose: negotiation, complaint, regulator, arbitration,
    court.
    """
    refused_at: Moment
    """When it was refused."""
    trace: ClaimTrace | None = None
    pack: PackReference
    section: Section | None = None


class ClaimReopened(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Claim reopened (理赔恢复). A closed claim goes on, because its ground came back: the complaint stands after
    all, or its case is taken up again.
    """
    TYPE: ClassVar[str] = "tousu.claim.reopened.v1"
    claim_number: ClaimNumber
    case_number: CaseNumber
    reopened_at: Moment | None = None
    """When it went on."""
    reason: Code
    """Why: case_reopened, stands (judged to stand after all), judged_otherwise (the piece has the former class
    again), filed (a form came), delivered_in_time (it had not been lost), ruled (an authority gave more),
    known_late (what became known late gives it its ground again).
    """
    pack: PackReference | None = None
    section: Section | None = None


class ClaimRuled(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Claim ruled (裁决). A regulator, an arbitration tribunal or a court decided: its amount counts, whatever the
    table says.
    """
    TYPE: ClassVar[str] = "tousu.claim.ruled.v1"
    claim_number: ClaimNumber
    case_number: CaseNumber
    amount: ClaimAmount
    """What is owed from now on, as a decimal string with two places."""
    currency: ClaimCurrency
    kind: ClaimKind | None = None
    by: ClaimAuthority
    reason: Reason | None = None
    ruled_at: Moment
    """When it was ruled, also where a second person confirmed it later: the limit of the payment counts from then."""
    payee: PayeeReference | None = None
    """Who is paid: a role and, where known, a reference; nothing personal."""
    pay_by: Moment | None = None
    """Until when it is to be paid."""
    pack: PackReference
    section: Section | None = None
