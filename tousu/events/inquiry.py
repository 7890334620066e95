"""What events of the family inquiry say. Made by `python -m tousu.contract.structs` from schemas/: do not edit by
hand.
"""

# fmt: off
from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from msgspec import field

from tousu.events.content import Content
from tousu.events.shared_case import CaseBehind
from tousu.events.shared_registration import (
    RegisteredClassed, RegisteredComplainant, RegisteredContent, RegisteredDemand, RegisteredPieces,
    RegisteredPlace, RegisteredReference,
)
from tousu.events.shared_values import (
    AmountYuan, CaseNumber, Channel, ChannelGroup, ClassCode, Code, ComplainedObject, ComplaintSubject,
    CustomerTier, Departments, DroppedFields, Employee, Evidence, Grade, Moment, PackReference, ReferenceNumber,
    Region, Route, Section, SeverityFound, SourceEvent, WaybillNumber, WebResult,
)


class InquiryRegistered(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Inquiry registered (查询已登记). Intake accepted an inquiry and gave the case its number."""
    TYPE: ClassVar[str] = "tousu.inquiry.registered.v1"
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
    reference: RegisteredReference | None = None
    source_event: SourceEvent


class InquiryRouted(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Inquiry routed (查询已分派). The router decided who answers the inquiry, and whether it came within the right
    to ask.
    """
    TYPE: ClassVar[str] = "tousu.inquiry.routed.v1"
    case_number: CaseNumber
    kind: Literal["complaint", "inquiry"]
    """What the case is: complaint or inquiry."""
    channel: Channel
    channel_group: ChannelGroup | None = None
    received_at: Moment
    """When the company received it."""
    registered_at: Moment
    """When intake registered it."""
    content: RegisteredContent | None = None
    complainant: RegisteredComplainant | None = None
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
    class_: ClassCode | None = field(name="class", default=None)
    category: Code | None = None
    """What the source groups the class under, where the pack has groups."""
    classes: Sequence[RegisteredClassed] = ()
    """Each trouble of the case, where it has several pieces or classes."""
    grade: Grade | None = None
    stars: int | None = None
    """The stars of the grade, from 1 to 5, where the pack gives any."""
    priority: Code | None = None
    """Which goes first, where the pack has it, such as first, next, normal."""
    priority_section: Section | None = None
    """The section that the priority comes from."""
    lane: Code | None = None
    """The priority lane that gave the priority, where one did."""
    departments: Departments
    decided_by: Literal["adapter", "words", "triage"]
    """What decided: adapter, which says that it is an inquiry; the pack then names who answers. The other values
    are not used for inquiries.
    """
    words: Sequence[str] | None = None
    """The words that decided."""
    pack: PackReference
    section: Section | None = None
    triage: bool
    """True when nothing decided and a person must look."""
    inquiry_deadline: Moment | None = None
    """Until when the customer may ask, counted from posting; absent where that time is not known."""
    expired: bool | None = None
    """True when the inquiry was received after that: the customer is answered that it comes too late. False when in
    time; absent where the time of posting is not known.
    """
    case: CaseBehind | None = None
