"""What events of the family received elsewhere say. Made by `python -m tousu.contract.structs` from schemas/: do
not edit by hand.
"""

# fmt: off
from __future__ import annotations

from typing import ClassVar

from msgspec import field

from tousu.events.content import Content, Part
from tousu.events.shared_claim import ClaimOpening
from tousu.events.shared_complaint import (
    ReceivedComplainant, ReceivedContent, ReceivedDemand, ReceivedIdentifiers, ReceivedKind, ReceivedPhone,
    ReceivedPieces, ReceivedPlace,
)
from tousu.events.shared_values import (
    AmountYuan, CaseNumber, ClassCode, ComplainedObject, ComplaintSubject, CustomerTier, Employee, Evidence,
    ReferenceNumber, Region, Route, SeverityFound, ToldDeadline, ToldMoment, ToldWaybillNumber, Uri, WebResult,
)


class ComplaintReceivedAssociationAssociation(Part, frozen=True, kw_only=True, omit_defaults=True):
    """The association's case."""
    association: str
    """The association, such as 市消费者协会."""
    association_case_number: ReferenceNumber
    """The association's own case number."""
    answer_deadline: ToldDeadline | None = None
    """Until when the association wants the answer."""
    coordinator: Employee | None = None
    """Who coordinates with it."""


class ComplaintReceivedAssociation(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Complaint passed on by a consumer association (消费者协会). A customer complained, inquired or claimed
    compensation on this channel. Written by its adapter; the data of the channel stand under association.
    """
    TYPE: ClassVar[str] = "tousu.complaint.received.association.v1"
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
    association: ComplaintReceivedAssociationAssociation
    """The association's case."""


class ComplaintReceivedMediaMedia(Part, frozen=True, kw_only=True, omit_defaults=True):
    """The report."""
    medium: str
    """The paper, station or site, such as 都市晚报."""
    article_uri: Uri | None = None
    """Where the report can be read."""
    published_at: ToldMoment | None = None
    """When it was published."""
    found_by: Employee
    """Who found it or took the call."""


class ComplaintReceivedMedia(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Complaint in the press or media (新闻媒体). A customer complained, inquired or claimed compensation on this
    channel. Written by its adapter; the data of the channel stand under media.
    """
    TYPE: ClassVar[str] = "tousu.complaint.received.media.v1"
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
    media: ComplaintReceivedMediaMedia
    """The report."""


class ComplaintReceivedMessageBoardMessageBoard(Part, frozen=True, kw_only=True, omit_defaults=True):
    """The message."""
    board: str
    """The board, such as 市长信箱."""
    message_number: ReferenceNumber
    """The number of the message on the board."""
    handle: str | None = None
    """The name under which it was written."""
    written_at: ToldMoment | None = None
    """When it was written."""


class ComplaintReceivedMessageBoard(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Complaint on a message board (留言板). A customer complained, inquired or claimed compensation on this
    channel. Written by its adapter; the data of the channel stand under message_board.
    """
    TYPE: ClassVar[str] = "tousu.complaint.received.message-board.v1"
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
    message_board: ComplaintReceivedMessageBoardMessageBoard
    """The message."""


class ComplaintReceivedSmsSms(Part, frozen=True, kw_only=True, omit_defaults=True):
    """The text message."""
    message_number: ReferenceNumber
    """The number of the message at the gateway."""
    sender_number: ReceivedPhone | None = None
    """The number that sent it."""
    written_at: ToldMoment | None = None
    """When it was sent."""


class ComplaintReceivedSms(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Complaint or inquiry by text message (手机短信). A customer complained, inquired or claimed compensation on
    this channel. Written by its adapter; the data of the channel stand under sms.
    """
    TYPE: ClassVar[str] = "tousu.complaint.received.sms.v1"
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
    sms: ComplaintReceivedSmsSms
    """The text message."""


class ComplaintReceivedSocialSocial(Part, frozen=True, kw_only=True, omit_defaults=True):
    """The post."""
    platform: str
    """The platform, such as weibo."""
    address: str
    """The address of the post, such as https://social.example/posts/1; no spaces."""
    handle: str
    """The name of the account that posted."""
    posted_at: ToldMoment | None = None
    """When the post was published."""
    found_by: Employee
    """Who of the monitoring team found the post."""
    followers: int | None = None
    """How many follow the account."""


class ComplaintReceivedSocial(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Complaint found on social media (社交媒体). A customer complained, inquired or claimed compensation on this
    channel. Written by its adapter; the data of the channel stand under social.
    """
    TYPE: ClassVar[str] = "tousu.complaint.received.social.v1"
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
    social: ComplaintReceivedSocialSocial
    """The post."""


class ComplaintReceivedThirdPartyThirdParty(Part, frozen=True, kw_only=True, omit_defaults=True):
    """The platform's case."""
    platform: str
    """The platform, such as 12305 or 12315."""
    platform_case_number: ReferenceNumber
    """The platform's or regulator's own case number."""
    answer_deadline: ToldDeadline
    """Until when the platform or regulator wants the answer."""
    regulator: bool | None = None
    """True when the platform is a regulator (such as the postal administration), false when it is not."""
    coordinator: Employee | None = None
    """Who of the special team coordinates."""


class ComplaintReceivedThirdParty(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Complaint passed on by a consumer-protection platform or regulator (第三方平台). A customer complained,
    inquired or claimed compensation on this channel. Written by its adapter; the data of the channel stand under
    third_party.
    """
    TYPE: ClassVar[str] = "tousu.complaint.received.third-party.v1"
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
    third_party: ComplaintReceivedThirdPartyThirdParty
    """The platform's case."""
