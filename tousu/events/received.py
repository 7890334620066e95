"""What events of the family received say. Made by `python -m tousu.contract.structs` from schemas/: do not edit by
hand.
"""

# fmt: off
from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from msgspec import field

from tousu.events.content import Content, Part
from tousu.events.shared_claim import ClaimOpening
from tousu.events.shared_complaint import (
    ReceivedComplainant, ReceivedContent, ReceivedDemand, ReceivedEmail, ReceivedIdentifiers, ReceivedKind,
    ReceivedPhone, ReceivedPieces, ReceivedPlace,
)
from tousu.events.shared_values import (
    AmountYuan, CaseNumber, ClassCode, ComplainedObject, ComplaintSubject, CustomerTier, Employee, Evidence,
    MessageId, Outlet, ReferenceNumber, Region, Route, SeverityFound, ToldDeadline, ToldMoment,
    ToldWaybillNumber, Uri, WebResult,
)


class ComplaintReceivedAppApp(Part, frozen=True, kw_only=True, omit_defaults=True):
    """The app."""
    app_version: str
    """The version of the app."""
    platform: Literal["ios", "android", "harmony"]
    """The system of the telephone: ios, android, harmony."""
    user_id: str
    """The account of the customer in the app."""
    screenshots: Sequence[Uri] | None = None
    """Where the screenshots lie."""


class ComplaintReceivedApp(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Complaint or inquiry in the mobile app (手机应用). A customer complained, inquired or claimed compensation on
    this channel. Written by its adapter; the data of the channel stand under app.
    """
    TYPE: ClassVar[str] = "tousu.complaint.received.app.v1"
    kind: ReceivedKind
    content: ReceivedContent
    complainant: ReceivedComplainant | None = None
    waybill_number: ToldWaybillNumber | None = None
    occurred_at: ToldMoment | None = None
    """When the trouble happened."""
    place: ReceivedPlace | None = None
    posted_at: ToldMoment | None = None
    """When the piece was posted."""
    promised_at: ToldDeadline | None = None
    """Until when delivery was promised."""
    route: Route | None = None
    class_: ClassCode | None = field(name="class", default=None)
    """The adapter's own class, where it has one; the router decides."""
    demand: ReceivedDemand | None = None
    object: ComplainedObject | None = None
    identifiers: ReceivedIdentifiers = ()
    amount_yuan: AmountYuan | None = None
    """The amount involved, in yuan, as a decimal string."""
    pieces: ReceivedPieces = ()
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
    claim: ClaimOpening | None = None
    """The claim that is filed: goes with kind claim, and only with it."""
    app: ComplaintReceivedAppApp
    """The app."""


class ComplaintReceivedEmailEmail(Part, frozen=True, kw_only=True, omit_defaults=True):
    """The mail."""
    message_id: MessageId
    """The Message-ID of the mail."""
    from_address: ReceivedEmail
    """The sender of the mail."""
    subject: str | None = None
    """The subject line."""
    attachments: Sequence[Uri] | None = None
    """Where the attachments lie."""


class ComplaintReceivedEmail(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Complaint or inquiry by e-mail (电子邮件). A customer complained, inquired or claimed compensation on this
    channel. Written by its adapter; the data of the channel stand under email.
    """
    TYPE: ClassVar[str] = "tousu.complaint.received.email.v1"
    kind: ReceivedKind
    content: ReceivedContent
    complainant: ReceivedComplainant | None = None
    waybill_number: ToldWaybillNumber | None = None
    occurred_at: ToldMoment | None = None
    """When the trouble happened."""
    place: ReceivedPlace | None = None
    posted_at: ToldMoment | None = None
    """When the piece was posted."""
    promised_at: ToldDeadline | None = None
    """Until when delivery was promised."""
    route: Route | None = None
    class_: ClassCode | None = field(name="class", default=None)
    """The adapter's own class, where it has one; the router decides."""
    demand: ReceivedDemand | None = None
    object: ComplainedObject | None = None
    identifiers: ReceivedIdentifiers = ()
    amount_yuan: AmountYuan | None = None
    """The amount involved, in yuan, as a decimal string."""
    pieces: ReceivedPieces = ()
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
    claim: ClaimOpening | None = None
    """The claim that is filed: goes with kind claim, and only with it."""
    email: ComplaintReceivedEmailEmail
    """The mail."""


class ComplaintReceivedLetterLetter(Part, frozen=True, kw_only=True, omit_defaults=True):
    """The letter."""
    received_by: Employee
    """Who opened the letter."""
    postmarked_at: ToldMoment | None = None
    """The postmark."""
    registered_number: ReferenceNumber | None = None
    """The number of a registered letter."""
    scan_uri: Uri | None = None
    """Where the scan lies."""


class ComplaintReceivedLetter(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Complaint or inquiry by letter (来信). A customer complained, inquired or claimed compensation on this
    channel. Written by its adapter; the data of the channel stand under letter.
    """
    TYPE: ClassVar[str] = "tousu.complaint.received.letter.v1"
    kind: ReceivedKind
    content: ReceivedContent
    complainant: ReceivedComplainant
    waybill_number: ToldWaybillNumber | None = None
    occurred_at: ToldMoment | None = None
    """When the trouble happened."""
    place: ReceivedPlace | None = None
    posted_at: ToldMoment | None = None
    """When the piece was posted."""
    promised_at: ToldDeadline | None = None
    """Until when delivery was promised."""
    route: Route | None = None
    class_: ClassCode | None = field(name="class", default=None)
    """The adapter's own class, where it has one; the router decides."""
    demand: ReceivedDemand | None = None
    object: ComplainedObject | None = None
    identifiers: ReceivedIdentifiers = ()
    amount_yuan: AmountYuan | None = None
    """The amount involved, in yuan, as a decimal string."""
    pieces: ReceivedPieces = ()
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
    claim: ClaimOpening | None = None
    """The claim that is filed: goes with kind claim, and only with it."""
    letter: ComplaintReceivedLetterLetter
    """The letter."""


class ComplaintReceivedOnsiteOnsite(Part, frozen=True, kw_only=True, omit_defaults=True):
    """The counter."""
    outlet: Outlet
    """The outlet at whose counter it was said."""
    counter: str | None = None
    """The counter."""
    clerk: Employee
    """The clerk who took it down."""


class ComplaintReceivedOnsite(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Complaint or inquiry at an outlet (现场). A customer complained, inquired or claimed compensation on this
    channel. Written by its adapter; the data of the channel stand under onsite.
    """
    TYPE: ClassVar[str] = "tousu.complaint.received.onsite.v1"
    kind: ReceivedKind
    content: ReceivedContent
    complainant: ReceivedComplainant
    waybill_number: ToldWaybillNumber | None = None
    occurred_at: ToldMoment | None = None
    """When the trouble happened."""
    place: ReceivedPlace | None = None
    posted_at: ToldMoment | None = None
    """When the piece was posted."""
    promised_at: ToldDeadline | None = None
    """Until when delivery was promised."""
    route: Route | None = None
    class_: ClassCode | None = field(name="class", default=None)
    """The adapter's own class, where it has one; the router decides."""
    demand: ReceivedDemand | None = None
    object: ComplainedObject | None = None
    identifiers: ReceivedIdentifiers = ()
    amount_yuan: AmountYuan | None = None
    """The amount involved, in yuan, as a decimal string."""
    pieces: ReceivedPieces = ()
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
    claim: ClaimOpening | None = None
    """The claim that is filed: goes with kind claim, and only with it."""
    onsite: ComplaintReceivedOnsiteOnsite
    """The counter."""


class ComplaintReceivedPhonePhone(Part, frozen=True, kw_only=True, omit_defaults=True):
    """The call."""
    call_id: ReferenceNumber
    """The number of the call in the call centre."""
    agent: Employee
    """The agent who took the call."""
    caller_number: ReceivedPhone | None = None
    """The number that called."""
    recording_uri: Uri | None = None
    """Where the recording lies."""
    started_at: ToldMoment | None = None
    """When the call began."""
    duration_s: int | None = None
    """How long the call lasted, in seconds."""


class ComplaintReceivedPhone(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Complaint or inquiry by telephone (电话). A customer complained, inquired or claimed compensation on this
    channel. Written by its adapter; the data of the channel stand under phone.
    """
    TYPE: ClassVar[str] = "tousu.complaint.received.phone.v1"
    kind: ReceivedKind
    content: ReceivedContent
    complainant: ReceivedComplainant
    waybill_number: ToldWaybillNumber | None = None
    occurred_at: ToldMoment | None = None
    """When the trouble happened."""
    place: ReceivedPlace | None = None
    posted_at: ToldMoment | None = None
    """When the piece was posted."""
    promised_at: ToldDeadline | None = None
    """Until when delivery was promised."""
    route: Route | None = None
    class_: ClassCode | None = field(name="class", default=None)
    """The adapter's own class, where it has one; the router decides."""
    demand: ReceivedDemand | None = None
    object: ComplainedObject | None = None
    identifiers: ReceivedIdentifiers = ()
    amount_yuan: AmountYuan | None = None
    """The amount involved, in yuan, as a decimal string."""
    pieces: ReceivedPieces = ()
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
    claim: ClaimOpening | None = None
    """The claim that is filed: goes with kind claim, and only with it."""
    phone: ComplaintReceivedPhonePhone
    """The call."""


class ComplaintReceivedWebWeb(Part, frozen=True, kw_only=True, omit_defaults=True):
    """The form."""
    form_id: ReferenceNumber
    """The number of the form."""
    page_url: Uri | None = None
    """The page on which the form was filled in."""
    submitted_from: str | None = None
    """The network address that the form came from."""


class ComplaintReceivedWeb(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Complaint or inquiry by form on the website (网站). A customer complained, inquired or claimed compensation
    on this channel. Written by its adapter; the data of the channel stand under web.
    """
    TYPE: ClassVar[str] = "tousu.complaint.received.web.v1"
    kind: ReceivedKind
    content: ReceivedContent
    complainant: ReceivedComplainant
    waybill_number: ToldWaybillNumber | None = None
    occurred_at: ToldMoment | None = None
    """When the trouble happened."""
    place: ReceivedPlace | None = None
    posted_at: ToldMoment | None = None
    """When the piece was posted."""
    promised_at: ToldDeadline | None = None
    """Until when delivery was promised."""
    route: Route | None = None
    class_: ClassCode | None = field(name="class", default=None)
    """The adapter's own class, where it has one; the router decides."""
    demand: ReceivedDemand | None = None
    object: ComplainedObject | None = None
    identifiers: ReceivedIdentifiers = ()
    amount_yuan: AmountYuan | None = None
    """The amount involved, in yuan, as a decimal string."""
    pieces: ReceivedPieces = ()
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
    claim: ClaimOpening | None = None
    """The claim that is filed: goes with kind claim, and only with it."""
    web: ComplaintReceivedWebWeb
    """The form."""
