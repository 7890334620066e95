"""What events of the family complaint say. Made by `python -m tousu.contract.structs` from schemas/: do not edit by
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


class ComplaintRegistered(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Complaint registered (投诉已登记). Intake accepted a complaint and gave the case its number."""
    TYPE: ClassVar[str] = "tousu.complaint.registered.v1"
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


class ComplaintRouted(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Complaint routed (投诉已分派). The router decided class, grade and who answers for the complaint. It comes
    again, complete and with a higher revision, when class, grade, priority or departments are decided anew
    (judged otherwise, passed on with a class, or by facts that a department reported): the same case is decided
    again, no new case begins, and whoever counts complaints counts revision 1 only. A change of departments is
    told by case.passed_on, which comes just before where both change.
    """
    TYPE: ClassVar[str] = "tousu.complaint.routed.v1"
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
    """Each trouble of the case with its piece, where known; absent while nobody knows the class."""
    grade: Grade
    stars: int | None = None
    """The stars of the grade, from 1 to 5, where the pack gives any."""
    priority: Code | None = None
    """Which goes first, where the pack has it, such as first, next, normal."""
    priority_section: Section | None = None
    """The section that the priority comes from."""
    lane: Code | None = None
    """The priority lane that gave the priority, where one did."""
    grade_section: Section | None = None
    """The section of the rule that gave the grade by facts; absent where the class gave it."""
    departments: Departments
    decided_by: Literal["adapter", "words", "model", "triage", "department"]
    """What decided the class: the adapter's own class, words of the text, a model (weights of grams, where there
    are no words of the class), nothing (triage), or later a department.
    """
    words: Sequence[str] | None = None
    """The words that decided, or what weighed most where there was no word of the class; where nothing decided, the
    words found.
    """
    candidates: Sequence[ClassCode] = ()
    """The classes that it may be, for the person who looks: those between which the words left it open, or those
    for which the text speaks less than for troubles that the pack has no class for.
    """
    pack: PackReference
    section: Section | None = None
    triage: bool
    """True when nothing decided and a person must look."""
    revision: int | None = None
    """Which decision on the case this is: 1 on arrival, one more each time class, grade, priority or departments
    are decided anew.
    """
    case: CaseBehind | None = None
