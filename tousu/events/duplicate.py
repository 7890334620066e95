"""What events of the family duplicate say. Made by `python -m tousu.contract.structs` from schemas/: do not edit by
hand.
"""

# fmt: off
from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from tousu.events.content import Content
from tousu.events.shared_case import CaseBehind
from tousu.events.shared_claim import ClaimOpening
from tousu.events.shared_registration import RegisteredContent, RegisteredDemand, RegisteredPlace, RegisteredReference
from tousu.events.shared_values import (
    CaseNumber, Channel, DroppedFields, Evidence, Moment, Reason, SeverityFound, SourceEvent,
)


class DuplicateJoined(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Duplicate joined (重复投诉并入). The same trouble with the same piece came again within the window; it is
    kept as a further source of the case.
    """
    TYPE: ClassVar[str] = "tousu.duplicate.joined.v1"
    case_number: CaseNumber
    kind: Literal["complaint", "inquiry", "claim"] | None = None
    """What the case is: complaint, inquiry or claim."""
    channel: Channel
    received_at: Moment
    """When the company received it."""
    claim: ClaimOpening | None = None
    """What was claimed this time, where the case is a claim: further evidence may come with it."""
    content: RegisteredContent | None = None
    demand: RegisteredDemand | None = None
    evidence: Evidence | None = None
    severity: SeverityFound | None = None
    occurred_at: Moment | None = None
    """When the trouble happened."""
    place: RegisteredPlace | None = None
    dropped_fields: DroppedFields = ()
    reference: RegisteredReference | None = None
    source_event: SourceEvent
    case: CaseBehind | None = None


class DuplicateSeparated(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Duplicate separated (并案撤销). A telling that had joined leaves the case again and becomes a case of its
    own, which is registered just after. Limits of the case count again from the earliest receipt of the tellings
    that stay.
    """
    TYPE: ClassVar[str] = "tousu.duplicate.separated.v1"
    case_number: CaseNumber
    kind: Literal["complaint", "inquiry", "claim"] | None = None
    """What the case is: complaint, inquiry or claim."""
    new_case_number: CaseNumber
    """The case that the telling becomes."""
    source_event: SourceEvent
    reason: Reason


class PersonErased(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Person erased (个人信息已删除). Who told of a case was erased in intake, as the law gives them the right to.
    Whoever keeps a copy of these tellings, or of what was said of their persons, deletes it. Nothing personal
    stands here.
    """
    TYPE: ClassVar[str] = "tousu.person.erased.v1"
    case_number: CaseNumber
    tellings: Sequence[SourceEvent]
    """The tellings, by the events that they came as."""
    began_the_case: bool
    """Whether the telling that began the case is among them; then its text goes, too."""
