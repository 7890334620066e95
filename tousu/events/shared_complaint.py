"""What events share: What every channel sends beside its own fields. Personal fields are marked; intake encrypts
them and nothing personal leaves it. Made by `python -m tousu.contract.structs` from schemas/: do not edit by
hand.
"""

# fmt: off
from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from msgspec import field

from tousu.events.content import Part
from tousu.events.shared_values import ClassCode, Role, ToldWaybillNumber


ReceivedKind: TypeAlias = Literal["complaint", "inquiry", "claim"]
"""Whether the customer complains, asks where a piece is, or claims compensation without a complaint: complaint,
inquiry or claim.
"""


ReceivedContent: TypeAlias = str
"""What the customer says, in the customer's own words. Longer text is cut by intake, with a mark."""


class ReceivedComplainant(Part, frozen=True, kw_only=True, omit_defaults=True):
    """Who complains and how to reach them; at least one of name, phone, email, handle."""
    name: str | None = None
    """The name."""
    phone: str | None = None
    """A telephone number as it was given: at least five digits, with whatever stands between them, and an
    extension.
    """
    email: str | None = None
    """An e-mail address."""
    handle: str | None = None
    """The name of the account on the platform."""
    address: str | None = None
    """The postal address."""
    identity_document: str | None = None
    """The number of an identity document, where the law asks for it."""
    role: Role | None = None


ReceivedPlace: TypeAlias = str
"""Where the trouble happened, in words, such as 西湖区文三路营业点门口."""


ReceivedDemand: TypeAlias = str
"""What the customer asks for, in free text."""


class ReceivedIdentifier(Part, frozen=True, kw_only=True, omit_defaults=True):
    """One number by which a thing is known."""
    what: str
    """What kind of number it is, as the pack's join calls it."""
    object_number: str
    """The number as it was told. Case, blanks, hyphens and dots make no difference."""


ReceivedIdentifiers: TypeAlias = Sequence[ReceivedIdentifier]
"""What the complaint is about, in a trade without waybills: the numbers that identify it, by the names that the
pack's join knows, such as vehicle_number, policy_number, meter. They stay with intake.
"""


class ReceivedPiece(Part, frozen=True, kw_only=True, omit_defaults=True):
    """One piece of several."""
    waybill_number: ToldWaybillNumber
    class_: ClassCode | None = field(name="class", default=None)
    """The adapter's own class for this piece."""
    content: str | None = None
    """What the customer says of this piece."""


ReceivedPieces: TypeAlias = Sequence[ReceivedPiece]
"""The pieces, where one complaint is about several, each with its own trouble."""


ReceivedEmail: TypeAlias = str
"""An e-mail address."""


ReceivedPhone: TypeAlias = str
"""A telephone number as it was given: at least five digits, with whatever stands between them, and an extension."""
