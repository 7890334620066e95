"""What events of the family claim case say. Made by `python -m tousu.contract.structs` from schemas/: do not edit
by hand.
"""

# fmt: off
from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from msgspec import field

from tousu.events.content import Content
from tousu.events.shared_claim import (
    ClaimAmount, ClaimCause, ClaimCurrency, ClaimDependingItem, ClaimNumber, ClaimOpening, ClaimantReference,
)
from tousu.events.shared_registration import (
    RegisteredComplainant, RegisteredContent, RegisteredDemand, RegisteredPieces, RegisteredPlace,
    RegisteredReference,
)
from tousu.events.shared_values import (
    AmountYuan, CaseNumber, Channel, ChannelGroup, ClassCode, Code, ComplainedObject, ComplaintSubject,
    CustomerTier, Departments, DroppedFields, Employee, Evidence, Moment, PackReference, ReferenceNumber, Region,
    Route, Section, SeverityFound, SourceEvent, WaybillNumber, WebResult,
)


class ClaimFileCompleted(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Claim file completed (材料补齐). A file that had gone back holds every item of the claimant now."""
    TYPE: ClassVar[str] = "tousu.claim.file_completed.v1"
    claim_number: ClaimNumber
    case_number: CaseNumber
    returns: int
    """How often the file had gone back before."""
    completed_at: Moment
    """When the last item came."""
    pack: PackReference
    section: Section | None = None


class ClaimFileIncomplete(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Claim file incomplete (材料不全退回). The file went back to the claimant, or asks for more than before: items
    are missing. After the last return an incomplete file ends the claim.
    """
    TYPE: ClassVar[str] = "tousu.claim.file_incomplete.v1"
    claim_number: ClaimNumber
    case_number: CaseNumber
    evidence_missing: Sequence[Code]
    """The items that the claimant must still give, as the pack names them."""
    company_evidence_missing: Sequence[Code] | None = None
    """The items that the company must still add before it decides; no claimant is sent back for them."""
    evidence_depending: Sequence[ClaimDependingItem] | None = None
    """The items that are needed as well if a fact turns out so, of which nobody has said yet whether it does."""
    facts_missing: Sequence[Code] | None = None
    """Every fact that the table of the pack may still ask for."""
    returns: int
    """How often the file has gone back, this time included; the same number again where it did not: a fact, or
    another cause, asks for more.
    """
    returns_left: int
    """How often it may still go back before the claim ends."""
    returned_at: Moment
    """When it went back."""
    pack: PackReference
    section: Section | None = None


class ClaimFiled(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Claim filed (提交理赔申请). The claim form came, with the items of evidence that the file holds and those
    that it lacks.
    """
    TYPE: ClassVar[str] = "tousu.claim.filed.v1"
    claim_number: ClaimNumber
    case_number: CaseNumber
    cause: ClaimCause
    waybill_number: WaybillNumber | None = None
    claimant: ClaimantReference
    claimed_amount: ClaimAmount | None = None
    """What the claimant asks for, as a decimal string, at most two places."""
    currency: ClaimCurrency | None = None
    evidence_held: Sequence[Code] | None = None
    """The items that are in the file, as the pack names them."""
    evidence_missing: Sequence[Code] | None = None
    """The items that the claimant must still give, as the pack names them."""
    company_evidence_missing: Sequence[Code] | None = None
    """The items that the company must still add before it decides; no claimant is sent back for them."""
    evidence_depending: Sequence[ClaimDependingItem] | None = None
    """The items that are needed as well if a fact turns out so, of which nobody has said yet whether it does."""
    facts_missing: Sequence[Code] | None = None
    """Every fact that the table of the pack may still ask for."""
    filed_at: Moment
    """When the form came."""
    pack: PackReference
    section: Section | None = None


class ClaimOpened(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Claim opened (理赔立案). A complaint asks for compensation, or somebody filed a claim: one for each piece and
    cause.
    """
    TYPE: ClassVar[str] = "tousu.claim.opened.v1"
    claim_number: ClaimNumber
    case_number: CaseNumber
    cause: ClaimCause
    waybill_number: WaybillNumber | None = None
    payee_role: Code | None = None
    """Who is to be paid: sender, or beneficiary named by the sender."""
    opened_at: Moment
    """When the claim began."""
    evidence_needed: Sequence[Code] | None = None
    """What the claim file must hold, as the pack names it."""
    departments: Departments | None = None
    amount_yuan: AmountYuan | None = None
    """The amount involved as the customer says, in yuan."""
    instead_of: ClaimNumber | None = None
    """The claim for delay that has become this one, because the piece did not come by the complete-delay limit."""
    pack: PackReference
    section: Section | None = None


class ClaimRegistered(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Claim registered (索赔已登记). Intake accepted a claim that was filed without a complaint and gave the case
    its number.
    """
    TYPE: ClassVar[str] = "tousu.claim.registered.v1"
    case_number: CaseNumber
    channel: Channel
    channel_group: ChannelGroup
    received_at: Moment
    """When the company received it."""
    registered_at: Moment
    """When intake registered it."""
    content: RegisteredContent | None = None
    complainant: RegisteredComplainant
    waybill_number: WaybillNumber | None = None
    occurred_at: Moment | None = None
    """When the trouble happened."""
    place: RegisteredPlace | None = None
    posted_at: Moment | None = None
    """When the piece was posted."""
    promised_at: Moment | None = None
    """Until when delivery was promised."""
    route: Route | None = None
    class_: ClassCode | None = field(name="class", default=None)
    """The adapter's own class, where it had one."""
    demand: RegisteredDemand | None = None
    object: ComplainedObject | None = None
    amount_yuan: AmountYuan | None = None
    """The amount involved, in yuan, as a decimal string."""
    pieces: RegisteredPieces = ()
    first_asked: Employee | None = None
    """Who was asked first and registered it (首问责任)."""
    inquiry_number: CaseNumber | None = None
    """The inquiry that it came of (由查询转为投诉), by its case number."""
    evidence: Evidence | None = None
    web_result: WebResult | None = None
    region: Region | None = None
    """Where the trouble is, by the code of the region, such as CN-ZJ."""
    customer_tier: CustomerTier | None = None
    subject: ComplaintSubject | None = None
    severity: SeverityFound | None = None
    dropped_fields: DroppedFields = ()
    claim: ClaimOpening
    reference: RegisteredReference | None = None
    source_event: SourceEvent


class ClaimRouted(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Claim routed (索赔已分派). The router decided who answers for a claim that was filed without a complaint. No
    clock of complaints runs for it, and it counts as none.
    """
    TYPE: ClassVar[str] = "tousu.claim.routed.v1"
    case_number: CaseNumber
    kind: Literal["claim"]
    """What the case is: claim, which is no complaint and no inquiry."""
    channel: Channel
    channel_group: ChannelGroup | None = None
    received_at: Moment
    """When the company received it."""
    registered_at: Moment
    """When intake registered it."""
    content: RegisteredContent | None = None
    complainant: RegisteredComplainant
    waybill_number: WaybillNumber | None = None
    occurred_at: Moment | None = None
    """When the trouble happened."""
    place: RegisteredPlace | None = None
    posted_at: Moment | None = None
    """When the piece was posted."""
    promised_at: Moment | None = None
    """Until when delivery was promised."""
    route: Route | None = None
    demand: RegisteredDemand | None = None
    object: ComplainedObject | None = None
    amount_yuan: AmountYuan | None = None
    """The amount involved, in yuan, as a decimal string."""
    pieces: RegisteredPieces = ()
    first_asked: Employee | None = None
    """Who was asked first and registered it (首问责任)."""
    inquiry_number: CaseNumber | None = None
    """The inquiry that it came of (由查询转为投诉), by its case number."""
    evidence: Evidence | None = None
    web_result: WebResult | None = None
    region: Region | None = None
    """Where the trouble is, by the code of the region, such as CN-ZJ."""
    customer_tier: CustomerTier | None = None
    subject: ComplaintSubject | None = None
    severity: SeverityFound | None = None
    dropped_fields: DroppedFields = ()
    answer_deadline: Moment | None = None
    """Until when a platform or regulator wants the answer."""
    platform_case_number: ReferenceNumber | None = None
    """The platform's or regulator's own case number."""
    association_case_number: ReferenceNumber | None = None
    """The consumer association's own case number."""
    coordinator: Employee | None = None
    """Who of the special team coordinates with the platform or the association."""
    regulator: bool | None = None
    """True when a regulator passed it on."""
    claim: ClaimOpening
    departments: Departments
    decided_by: Literal["adapter"]
    """What decided: adapter, which says that it is a claim; the pack then names who answers."""
    pack: PackReference
    section: Section | None = None
    triage: bool
    """Always false: a claim names its cause, so nobody need look what it is about."""
