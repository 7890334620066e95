"""What events of the family event say. Made by `python -m tousu.contract.structs` from schemas/: do not edit by
hand.
"""

# fmt: off
from __future__ import annotations

from typing import ClassVar

from tousu.events.content import Content
from tousu.events.shared_rejection import RejectionReason


class EventRejected(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Event rejected (拒收). An event was refused. The value of the record is the refused bytes untouched; what
    stands here is carried in the headers tousu-reason, tousu-message and so on, with hyphens for underscores, as
    text.
    """
    TYPE: ClassVar[str] = "tousu.event.rejected.v1"
    reason: RejectionReason
    message: str
    """What is wrong and how to mend it; names the field, never its content."""
    place: str | None = None
    """Where: a JSON pointer into the data, the name of an attribute, or a byte offset such as 'byte 17'; empty
    where the whole is meant.
    """
    schema: str | None = None
    """The address of the schema that was not met; empty where none was."""
    topic: str
    """The topic that it was read from."""
    partition: int
    """The partition that it was read from."""
    offset: int
    """Its offset there."""
    timestamp: int | None = None
    """The time stamp of the record, in milliseconds since 1970."""
    event_id: str | None = None
    """The id of the refused event, as far as it can be read; absent where it cannot."""
    event_source: str | None = None
    """The source of the refused event, as far as it can be read; absent where it cannot."""
    event_type: str | None = None
    """The type of the refused event, as far as it can be read; absent where it cannot."""
    key: str | None = None
    """The key of the record, with bytes that are not UTF-8 replaced."""
    value_bytes: int | None = None
    """How many bytes the refused value had, where it was too large and only its first bytes are here."""
    value_sha256: str | None = None
    """Then, its SHA-256."""
    key_bytes: int | None = None
    """How many bytes the key had, where it was too large and only its first bytes are here."""
    key_sha256: str | None = None
    """Then, its SHA-256."""
    headers_left_out: str | None = None
    """How many headers of the refused record did not fit; 'all' where they could not be read."""
    attempts: int | None = None
    """How often it was tried, this time counted."""
    operator: str | None = None
    """Who passed the record over, or accepted that records are lost. Only with the reasons skipped_by_operator and
    records_lost.
    """
    through: int | None = None
    """The last offset that was passed over, where there are several from offset on."""
    act: str | None = None
    """What the operator's command did to the checkpoint of the shard, as JSON: a rebuild does it again at the same
    place.
    """
