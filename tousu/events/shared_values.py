"""What events share: The kinds of value that events are made of: times, money, numbers of things, codes. Made by
`python -m tousu.contract.structs` from schemas/: do not edit by hand.
"""

# fmt: off
from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from tousu.events.content import Part


CaseNumber: TypeAlias = str
"""The number that intake gave to the case; it is also the subject of the event and the key of the record."""


Moment: TypeAlias = str
"""A time with its offset, RFC 3339, such as 2026-01-04T09:30:00+08:00; no leap second, at most microseconds."""


Code: TypeAlias = str
"""A name in snake_case that the policy pack defines."""


ClockName: TypeAlias = Code
"""The name of a clock of the pack, such as resolution."""


Channel: TypeAlias = str
"""The channel on which it came: the last part of the inbound topic, such as phone or third-party."""


ChannelGroup: TypeAlias = Literal["phone", "network", "on_site", "post"]
"""The group of channels in reports: phone, network (website, app, social, e-mail, third party), on_site, post."""


WaybillNumber: TypeAlias = str
"""The number on the waybill (运单号) of one piece."""


Outlet: TypeAlias = str
"""An outlet (网点) by its code, such as HZ-017."""


Employee: TypeAlias = str
"""A member of staff by the company's number, never by name."""


class ComplainedObject(Part, frozen=True, kw_only=True, omit_defaults=True):
    """What is complained of."""
    outlet: Outlet | None = None
    route: str | None = None
    """The line or delivery route by its code."""
    employee: Employee | None = None
    goods: str | None = None
    """The goods in a few words, such as 紫砂茶具."""


Region: TypeAlias = str
"""A region by its code, such as HZ."""


Reason: TypeAlias = str
"""The reason in a few words for whoever reads the case; what points to a person is masked."""


Department: TypeAlias = Code
"""A department or partner that answers for a case, such as storage_and_transport; the pack lists them."""


class ResponsibleParty(Part, frozen=True, kw_only=True, omit_defaults=True):
    """Who is found responsible."""
    employee: Employee | None = None
    outlet: Outlet | None = None
    department: Department | None = None
    """The department of the company that answers for it, by its code in the pack."""
    partner: Department | None = None
    """A partner company, by its code in the pack."""


ClassCode: TypeAlias = Code
"""What the case is about, such as delay, loss, damage, shortage, contents_mismatch, attitude; the pack lists the
classes.
"""


Grade: TypeAlias = Code
"""How serious the case is, such as simple, complex, major; the pack lists the grades."""


Departments: TypeAlias = Sequence[Department]
"""The departments or partners that answer for the case together, first the one in the lead."""


class PackReference(Part, frozen=True, kw_only=True, omit_defaults=True):
    """The policy pack that decided."""
    id: str
    """The name of the pack, such as courier-network."""
    version: str
    """The version of the pack."""


Section: TypeAlias = str
"""The section of the source document that the figure or rule comes from."""


class DroppedField(Part, frozen=True, kw_only=True, omit_defaults=True):
    """One field."""
    place: str
    """Where in the data of the inbound event: a JSON pointer."""
    message: str
    """What is wrong, what was done, and how the right form looks; never what stood there."""


DroppedFields: TypeAlias = Sequence[DroppedField]
"""What of the customer's event could not be taken as it was written: left out, or cut at the end. The channel's
adapter can mend it.
"""


AmountYuan: TypeAlias = str
"""An amount of money in yuan as a decimal string, at most two places, such as '120.00'; never a JSON number."""


Role: TypeAlias = Literal["sender", "recipient", "other"]
"""What the complainant is to the piece: sender, recipient, other."""


Route: TypeAlias = Literal["domestic", "same_city", "hongkong_macau_taiwan", "international"]
"""Where the piece goes: domestic, same_city, hongkong_macau_taiwan, international."""


EvidenceItemKind: TypeAlias = Literal[
    "photo", "video", "recording", "document", "screenshot", "waybill_image", "contract", "order",
    "handover_record", "tracking_data", "warehouse_document", "correspondence", "gps_track", "onsite_inspection",
]


Uri: TypeAlias = str
"""The address of a file in the company's storage as a URI without spaces, such as https://files.example/1.png;
whoever opens it needs the right to.
"""


Sha256: TypeAlias = str
"""SHA-256 of a file as 64 hexadecimal digits in lower case."""


class EvidenceItem(Part, frozen=True, kw_only=True, omit_defaults=True):
    """One piece of evidence."""
    kind: EvidenceItemKind
    """What kind of evidence it is: photo, video, recording, document, screenshot, waybill_image, contract, order,
    handover_record, tracking_data, warehouse_document (in or out), correspondence, gps_track, onsite_inspection.
    """
    uri: Uri
    sha256: Sha256 | None = None


Evidence: TypeAlias = Sequence[EvidenceItem]
"""Evidence that came with it."""


WebResult: TypeAlias = Literal["none", "found"]
"""Inquiry only: what the look-up on the website said before the customer asked: none or found."""


CustomerTier: TypeAlias = Code
"""What the customer is to the company, by its own code, such as loyal; a pack may give a tier a lane."""


ComplaintSubject: TypeAlias = Literal["internal", "external"]
"""Who complains of whom: internal (an employee of a colleague or department) or external (a customer of the company
or a partner).
"""


class SeverityFound(Part, frozen=True, kw_only=True, omit_defaults=True):
    """How severe it is in each dimension that is known: an input of grade and priority, where the pack has them."""
    content: Literal["minor", "moderate", "serious"] | None = None
    """How grave the matter itself is: minor, moderate, serious."""
    scope: Literal["local", "regional", "global"] | None = None
    """How far it reaches: local (one customer or area), regional (several customers or a region), global (all
    customers, the whole company).
    """
    satisfaction: Literal["satisfied", "neutral", "dissatisfied"] | None = None
    """The mood of the customer as first met: satisfied, neutral, dissatisfied."""


ToldWaybillNumber: TypeAlias = str
"""The number on the waybill (运单号) of one piece, in capitals. Blanks, line ends, small letters and wide digits
are put right by intake.
"""


ToldMoment: TypeAlias = str
"""A time as the outside tells it, RFC 3339 with its offset, such as 2026-01-04T09:30:00+08:00. In a complaint a
date alone is the beginning of that day where the pack is at home; digits beyond microseconds are cut off.
"""


ReferenceNumber: TypeAlias = str
"""The number of a call, form, post or case in the channel's own system."""


MessageId: TypeAlias = str
"""The Message-ID of a mail (RFC 5322: a line has at most 998 signs)."""


class SourceEvent(Part, frozen=True, kw_only=True, omit_defaults=True):
    """The inbound event that this one comes from."""
    source: str
    """The source attribute of that event."""
    id: str
    """The id attribute of that event."""


class TimeLimit(Part, frozen=True, kw_only=True, omit_defaults=True):
    """A limit of time: a number and the unit that it is counted in."""
    amount: int | float
    """How many units."""
    unit: Code
    """The unit as the pack names it: elapsed_minutes, elapsed_hours, business_hours, working_days, calendar_days,
    statutory_days, weeks, months, years.
    """


class CalendarReference(Part, frozen=True, kw_only=True, omit_defaults=True):
    """The calendar that counted the working time."""
    id: str
    """The name of the calendar."""
    version: str
    """The version of the calendar."""


ToldDeadline: TypeAlias = ToldMoment
"""A time until when something is due, RFC 3339 with its offset. In a complaint a date alone is the end of that day
where the pack is at home.
"""


Source: TypeAlias = str
"""The source attribute of that event."""


Id: TypeAlias = str
"""The id attribute of that event."""
