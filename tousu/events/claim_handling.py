"""What events of the family claim handling say. Made by `python -m tousu.contract.structs` from schemas/: do not
edit by hand.
"""

# fmt: off
from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, TypeAlias

from tousu.events.content import Content
from tousu.events.shared_claim import (
    ClaimAmount, ClaimAuthority, ClaimCause, ClaimCurrency, ClaimEvidence, ClaimExemption, ClaimFactsFound,
    ClaimKind, ClaimNumber, ClaimantReference,
)
from tousu.events.shared_handling import HandlingNote
from tousu.events.shared_values import (
    CaseNumber, ClockName, Department, Employee, Reason, ToldMoment, ToldWaybillNumber,
)


class HandlingClaimAgreed(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Claim agreed (达成赔偿协议). The claimant agreed: to the offer as it stands, or to what is said here."""
    TYPE: ClassVar[str] = "tousu.handling.claim_agreed.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    claim_number: ClaimNumber
    amount: ClaimAmount | None = None
    """The same as amount_with_fee, by the name that it had first."""
    amount_with_fee: ClaimAmount | None = None
    """How much was agreed, the fee that goes back in it, as a decimal string, at most two places, such as '120.00';
    absent where it is the offer.
    """
    kind: ClaimKind | None = None
    pay_by: ToldMoment | None = None
    """Until when it is paid, where that was agreed as well: the limit of the payment then."""
    agreed_at: ToldMoment | None = None
    """When the claimant agreed; absent where that was when the event happened."""


class HandlingClaimDecided(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Claim decided (理赔决定). A department decided the claim: it makes an offer or refuses."""
    TYPE: ClassVar[str] = "tousu.handling.claim_decided.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    claim_number: ClaimNumber
    outcome: Literal["offer", "refuse"]
    """What was decided: offer (something is offered) or refuse (nothing is due)."""
    kind: ClaimKind | None = None
    amount: ClaimAmount | None = None
    """The same as amount_with_fee, by the name that it had first."""
    amount_with_fee: ClaimAmount | None = None
    """How much is offered, the fee that goes back in it, as a decimal string, at most two places, such as '120.00';
    absent where the rules work it out.
    """
    exemption: ClaimExemption | None = None
    in_spite_of: ClaimExemption | None = None
    """The exemption that holds in principle and was decided not to count here; the reason says why, and a second
    person confirms what is agreed.
    """
    reason: Reason | None = None


HandlingClaimDisputedWay: TypeAlias = Literal["negotiation", "complaint", "regulator", "arbitration", "court"]


class HandlingClaimDisputed(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Claim disputed (索赔争议). The claimant does not accept the decision and takes one of the ways that are open."""
    TYPE: ClassVar[str] = "tousu.handling.claim_disputed.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    claim_number: ClaimNumber
    way: HandlingClaimDisputedWay
    """Which way the claimant takes: negotiation, complaint, regulator, arbitration, court."""
    reason: Reason | None = None


class HandlingClaimEvidenceGiven(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Claim evidence given (补交索赔材料). The claimant or a department handed in evidence for the claim file."""
    TYPE: ClassVar[str] = "tousu.handling.claim_evidence_given.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    claim_number: ClaimNumber
    evidence: ClaimEvidence
    handed_in: bool | None = None
    """True when the claimant hands the file in with this, what came singly before included: an incomplete one is
    given back; false or absent for single items.
    """


class HandlingClaimExtended(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Claim's limit extended (理赔延期). A limit of a claim gets a later due time, where the pack allows it."""
    TYPE: ClassVar[str] = "tousu.handling.claim_extended.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    claim_number: ClaimNumber
    clock: ClockName
    until: ToldMoment
    """The new limit."""
    reason: Reason
    approved_by: Employee | None = None
    """Who approved it."""
    notified_at: ToldMoment | None = None
    """When the customer was told of it; some packs extend nothing before that."""


class HandlingClaimFactsFound(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Claim facts found (查明索赔事实). A department found out facts on which the amount depends. The newest report
    of each fact counts.
    """
    TYPE: ClassVar[str] = "tousu.handling.claim_facts_found.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    claim_number: ClaimNumber
    facts: ClaimFactsFound


class HandlingClaimFiled(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Claim filed (提交索赔). A claim for compensation was filed with the claim form: for a claim that the
    complaint opened already, or as a further one.
    """
    TYPE: ClassVar[str] = "tousu.handling.claim_filed.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    claim_number: ClaimNumber | None = None
    """The claim that the form belongs to, such as TS-20260105-000007/1; absent where the case has no claim for this
    cause and piece yet.
    """
    cause: ClaimCause
    waybill_number: ToldWaybillNumber | None = None
    claimant: ClaimantReference
    claimed_amount: ClaimAmount | None = None
    """How much is claimed, as a decimal string, at most two places, such as '120.00'; absent where the claimant
    leaves it open.
    """
    currency: ClaimCurrency | None = None
    evidence: ClaimEvidence = ()
    inquired_at: ToldMoment | None = None
    """When the piece was inquired after before, in another case; an inquiry within the year keeps the right to
    claim.
    """


class HandlingClaimFollowedUp(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Claim followed up (赔付回访). After the payment the claimant was asked how the claim was handled."""
    TYPE: ClassVar[str] = "tousu.handling.claim_followed_up.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    claim_number: ClaimNumber
    score: int | None = None
    """From 1 (not at all) to 5 (very) satisfied."""
    rating: Literal["satisfied", "neutral", "dissatisfied"] | None = None
    """What the claimant said: satisfied, neutral, dissatisfied."""


class HandlingClaimFormAnswered(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Claim form answered (答复索赔申请). The claimant was told that the claim form arrived, and until when the
    claim will be decided.
    """
    TYPE: ClassVar[str] = "tousu.handling.claim_form_answered.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    claim_number: ClaimNumber
    decision_due_at: ToldMoment | None = None
    """Until when the claimant was promised the decision: the limit of the offer from then on."""
    specially_agreed: bool | None = None
    """True when the claimant agreed to that time (特殊约定): it counts, though it lies beyond the limit; false or
    absent when not.
    """
    answered_at: ToldMoment | None = None
    """When the claimant was told; absent where that was when the event happened."""


class HandlingClaimPaused(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Claim's limits paused (理赔暂停计时). Limits of a claim are to stand still, where the pack allows it."""
    TYPE: ClassVar[str] = "tousu.handling.claim_paused.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    claim_number: ClaimNumber
    reason: Reason
    clocks: Sequence[ClockName] = ()
    """The limits meant; absent: all that may pause."""


class HandlingClaimResumed(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Claim's limits resumed (理赔恢复计时). Limits of a claim that stood still go on."""
    TYPE: ClassVar[str] = "tousu.handling.claim_resumed.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    claim_number: ClaimNumber
    reason: Reason | None = None


class HandlingClaimRuled(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Claim ruled (裁决). A regulator, court of arbitration or court ruled on the claim."""
    TYPE: ClassVar[str] = "tousu.handling.claim_ruled.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    claim_number: ClaimNumber
    by: ClaimAuthority
    amount: ClaimAmount
    """How much is to be paid by the ruling, as a decimal string, at most two places, such as '120.00'; 0 where
    nothing is.
    """
    currency: ClaimCurrency | None = None
    reason: Reason | None = None
    pay_by: ToldMoment | None = None
    """Until when it is to be paid, where the ruling says so: the limit of the payment then."""
    ruled_at: ToldMoment | None = None
    """When it was ruled; absent where that was when the event happened."""


class HandlingClaimWithdrawn(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Claim withdrawn (撤回索赔). The claimant takes the claim back; the complaint goes on."""
    TYPE: ClassVar[str] = "tousu.handling.claim_withdrawn.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    claim_number: ClaimNumber
    reason: Reason | None = None
