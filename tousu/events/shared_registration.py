"""What events share: What intake says of a case: one form for all channels, nothing personal in it. Made by `python
-m tousu.contract.structs` from schemas/: do not edit by hand.
"""

# fmt: off
from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from msgspec import field

from tousu.events.content import Part
from tousu.events.shared_values import (
    ClassCode, Employee, MessageId, Moment, Outlet, ReferenceNumber, Role, Uri, WaybillNumber,
)


RegisteredContent: TypeAlias = str
"""The customer's words with personal data masked; absent where the pack does not allow text to travel."""


class RegisteredComplainant(Part, frozen=True, kw_only=True, omit_defaults=True):
    """Who complains, without saying who it is."""
    pseudonym: str
    """The same for the same person, readable by nobody."""
    masked_name: str | None = None
    """The name with all but the first character masked, such as 王**."""
    masked_phone: str | None = None
    """The telephone number with its middle masked, such as 199****0042."""
    role: Role | None = None


RegisteredPlace: TypeAlias = str
"""Where the trouble happened, in words, with personal data masked."""


RegisteredDemand: TypeAlias = str
"""What the customer asks for, with personal data masked."""


class RegisteredPiece(Part, frozen=True, kw_only=True, omit_defaults=True):
    """One piece of several."""
    waybill_number: WaybillNumber
    class_: ClassCode | None = field(name="class", default=None)
    """The adapter's own class for this piece."""
    content: str | None = None
    """What the customer says of this piece, with personal data masked."""


RegisteredPieces: TypeAlias = Sequence[RegisteredPiece]
"""The pieces, where one complaint is about several."""


class RegisteredReference(Part, frozen=True, kw_only=True, omit_defaults=True):
    """The channel's own fields without the personal ones, by which the case is found again in the channel's system."""
    call_id: ReferenceNumber | None = None
    """phone: the number of the call in the call centre."""
    agent: Employee | None = None
    """phone: the agent who took the call."""
    recording_uri: Uri | None = None
    """phone: where the recording lies."""
    started_at: Moment | None = None
    """phone: when the call began."""
    duration_s: int | None = None
    """phone: how long the call lasted, in seconds."""
    form_id: ReferenceNumber | None = None
    """web: the number of the form."""
    page_url: Uri | None = None
    """web: the page on which the form was filled in."""
    app_version: str | None = None
    """app: the version of the app."""
    platform: str | None = None
    """app, social, third-party: the platform."""
    screenshots: Sequence[Uri] | None = None
    """app: where the screenshots lie."""
    posted_at: Moment | None = None
    """social: when the post was published."""
    found_by: Employee | None = None
    """social, media: who found it."""
    followers: int | None = None
    """social: how many follow the account."""
    message_id: MessageId | None = None
    """email: the Message-ID of the mail."""
    attachments: Sequence[Uri] | None = None
    """email: where the attachments lie."""
    outlet: Outlet | None = None
    """onsite: the outlet at whose counter it was said."""
    counter: str | None = None
    """onsite: the counter."""
    clerk: Employee | None = None
    """onsite: the clerk who took it down."""
    platform_case_number: ReferenceNumber | None = None
    """third-party: the platform's or regulator's own case number."""
    answer_deadline: Moment | None = None
    """third-party, association: until when the platform, regulator or association wants the answer."""
    regulator: bool | None = None
    """third-party: true when the platform is a regulator (such as the postal administration), false when it is not."""
    coordinator: Employee | None = None
    """third-party, association: who of the special team coordinates."""
    received_by: Employee | None = None
    """letter: who opened the letter."""
    postmarked_at: Moment | None = None
    """letter: the postmark."""
    registered_number: ReferenceNumber | None = None
    """letter: the number of a registered letter."""
    scan_uri: Uri | None = None
    """letter: where the scan lies."""
    medium: str | None = None
    """media: the paper, station or site, such as 都市晚报."""
    article_uri: Uri | None = None
    """media: where the report can be read."""
    published_at: Moment | None = None
    """media: when it was published."""
    association: str | None = None
    """association: the association, such as 市消费者协会."""
    association_case_number: ReferenceNumber | None = None
    """association: the association's own case number."""
    board: str | None = None
    """message-board: the board, such as 市长信箱."""
    message_number: ReferenceNumber | None = None
    """message-board, sms: the number of the message on the board, or at the gateway."""
    written_at: Moment | None = None
    """message-board, sms: when it was written."""


class RegisteredClassed(Part, frozen=True, kw_only=True, omit_defaults=True):
    """One trouble: its class and, where known, its piece."""
    class_: ClassCode = field(name="class")
    waybill_number: WaybillNumber | None = None
