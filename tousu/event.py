"""The event: one CloudEvents 1.0 envelope with its data, and its two forms on the wire.

Binary mode (the form tousu writes): the record's value is the data as JSON, the attributes are `ce_*` headers.
Structured mode (accepted at the inbound edge, used by files and the CLI): one JSON object with everything.
Source: CloudEvents 1.0.2, Kafka protocol binding 1.0.2.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

import msgspec
import orjson

from tousu.events.codec import decode
from tousu.events.content import Content
from tousu.failure import Reject

C = TypeVar("C", bound=Content)

Headers = Sequence[tuple[str, bytes | None]]
"""Kafka headers as read; a header may have no value."""

SPEC_VERSION: Final = "1.0"
STRUCTURED_TYPE: Final = b"application/cloudevents+json"
INTEGER_MAX: Final = 2**31 - 1
"""An Integer attribute has 32 bits (CloudEvents 1.0.2, type system)."""
_LEAP_SECOND: Final = re.compile(r"T[0-9]{2}:[0-9]{2}:60(?=[.Z+-])")
_PLAIN: Final = frozenset({"specversion", "id", "source", "type", "subject", "time", "dataschema", "datacontenttype"})


ORGANISATION: Final = "organisation"
"""The extension attribute that says which organisation an event belongs to; without it, the deployment's own."""


class Event(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One thing that happened. `time` is when it happened in the world (UTC); `extensions` are further attributes.

    `source` and `id` together identify it; `subject` is the case number once a case exists. `data` is what it says as
    it came, `content` the same as the Struct of its type. `offset` is no attribute: where it stood in the log
    it was read from (-1 for what came otherwise), so that a report that is kept can still be refused.
    """

    id: str
    source: str
    type: str
    time: datetime
    subject: str | None = None
    dataschema: str | None = None
    data: dict[str, Any] = {}
    extensions: dict[str, str] = {}
    offset: int = -1

    @property
    def organisation(self) -> str:
        """Whose event it is; empty for the deployment's own."""
        return self.extensions.get(ORGANISATION, "")

    @property
    def content(self) -> Content:
        """What it says, read once. Raises WrongShape where that is not of the shape of its type, or Reject."""
        kept: Content | None = self.__dict__.get("content")
        if kept is None:
            kept = self.__dict__["content"] = decode(self.type, self.data)
        return kept

    def read(self, kind: builtins.type[C]) -> C:
        """What it says, where its type is known. Raises TypeError where it is another: a fault of ours."""
        content = self.content
        if not isinstance(content, kind):
            raise TypeError(f"{self.type} was read as {kind.__name__}")
        return content


FIRST_MOMENT: Final = datetime(1000, 1, 1, tzinfo=UTC)
LAST_MOMENT: Final = datetime(2999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""Between these lies every moment that an event can tell (`moment` in schemas/shared/values.json)."""


def text_of_time(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds only where there are any: `2026-01-04T01:30:00Z`.

    What lies outside the years that events can tell is told as the first or last moment in them: a customer may write
    a date with an offset that leads out of them, or one to which a limit is added.
    """
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    if not 1000 <= utc.year <= 2999:
        utc = FIRST_MOMENT if utc.year < 1000 else LAST_MOMENT
    return utc.isoformat()[:-6] + "Z"


def time_of_text(text: str, place: str = "time") -> datetime:
    """Read an RFC 3339 time; it must name its offset. Digits beyond microseconds are cut off.

    Raises Reject `malformed_time` when it is no time or has no offset.
    """
    try:
        moment = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        moment = _rarely_written(text, place)
    if moment.tzinfo is None:
        raise Reject("malformed_time", f"{place} must name its offset, such as 2026-01-04T09:30:00+08:00", place)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise Reject(
            "malformed_time", f"{place} must lie in the years 1 to 9999, such as 2026-01-04T09:30:00+08:00", place
        ) from None


def _rarely_written(text: str, place: str) -> datetime:
    """What RFC 3339 allows and Python does not read: t and z in lower case (5.6), a leap second (5.7)."""
    capitals = str(text).upper()  # whatever JSON held
    try:
        moment = datetime.fromisoformat(_LEAP_SECOND.sub(lambda match: f"{match.group()[:-2]}59", capitals))
        if _LEAP_SECOND.search(capitals):
            moment += timedelta(seconds=1)
            midnight = moment.astimezone(UTC)
            if (midnight.hour, midnight.minute, midnight.second) != (0, 0, 0):
                raise ValueError  # leap seconds end a day of UTC
    except (ValueError, OverflowError):
        message = f"{place} must be an RFC 3339 time such as 2026-01-04T09:30:00+08:00"
        raise Reject("malformed_time", message, place) from None
    return moment


def binary_headers(event: Event) -> list[tuple[str, bytes]]:
    """The attributes of an event as Kafka headers (binary mode). The data goes into the value apart."""
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", event.id.encode()),
        ("ce_source", event.source.encode()),
        ("ce_type", event.type.encode()),
        ("ce_time", text_of_time(event.time).encode()),
        ("content-type", b"application/json"),
    ]
    if event.subject is not None:
        headers.append(("ce_subject", event.subject.encode()))
    if event.dataschema is not None:
        headers.append(("ce_dataschema", event.dataschema.encode()))
    headers.extend((f"ce_{name}", value.encode()) for name, value in event.extensions.items())
    return headers


def media_type(content_type: bytes) -> bytes:
    """The media type of a content-type without its parameters, in lower case: no case counts (RFC 2045, 5.1)."""
    return content_type.partition(b";")[0].strip().lower()


def is_structured(headers: Headers) -> bool:
    """Whether a record carries its whole event as one JSON object (content-type says so)."""
    for name, value in headers:
        if name == "content-type":
            return media_type(value or b"") == STRUCTURED_TYPE
    return False


def attributes_of_headers(headers: Headers) -> dict[str, str]:
    """The `ce_*` headers without their prefix; one without value is unset. Raises Reject on what is not UTF-8."""
    try:
        return {name[3:]: value.decode() for name, value in headers if value is not None and name.startswith("ce_")}
    except UnicodeDecodeError:
        raise Reject(
            "malformed_attribute", "every ce_ header must be UTF-8 text; another encoding is not taken", "headers"
        ) from None


EXAMPLES: Final[Mapping[str, str]] = {
    "id": "call-2026-1187", "source": "/adapters/phone", "type": "tousu.complaint.received.phone.v1",
    "time": "2026-01-04T09:30:00+08:00",
}  # fmt: skip


def event_of(attributes: Mapping[str, str], data: dict[str, Any]) -> Event:
    """Build an event from its attributes and data. Raises Reject naming the attribute that is missing or wrong."""
    for name in ("id", "source", "type", "time"):
        if not attributes.get(name):
            raise Reject(
                "missing_attribute", f"attribute {name} is missing or empty; give one such as {EXAMPLES[name]}", name
            )
    if attributes.get("specversion") != SPEC_VERSION:
        if not attributes.get("specversion"):
            message = f"attribute specversion is missing or empty; it must be {SPEC_VERSION}"
            raise Reject("missing_attribute", message, "specversion")
        raise Reject("unknown_specversion", f"specversion must be {SPEC_VERSION}", "specversion")
    return Event(
        id=attributes["id"],
        source=attributes["source"],
        type=attributes["type"],
        time=time_of_text(attributes["time"]),
        subject=attributes.get("subject"),
        dataschema=attributes.get("dataschema"),
        data=data,
        extensions={name: value for name, value in attributes.items() if name not in _PLAIN},
    )


def event_of_structured(document: Mapping[str, Any]) -> Event:
    """Build an event from structured JSON (already parsed); null is unset. Raises Reject naming what is wrong."""
    data = document.get("data")
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise Reject("malformed_data", "data must be a JSON object, with braces around it", "data")
    attributes = {
        name: value if type(value) is str else _canonical(name, value)
        for name, value in document.items()
        if value is not None and name not in ("data", "data_base64")
    }
    return event_of(attributes, data)


def _canonical(name: str, value: object) -> str:
    """An extension that is a boolean or an integer, as binary mode writes it (CloudEvents 1.0.2, type system)."""
    if name in _PLAIN:
        raise Reject("malformed_attribute", f"attribute {name} must be a string, in quotes", name)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and -INTEGER_MAX - 1 <= value <= INTEGER_MAX:
        return str(value)
    message = f"an attribute must be a string, true, false, or a whole number up to {INTEGER_MAX}"
    raise Reject("malformed_attribute", message, "".join(sign if sign.isprintable() else "?" for sign in name[:64]))


def structured(event: Event) -> dict[str, Any]:
    """The event as one JSON object, attributes in a fixed order (the form of files and the CLI)."""
    document: dict[str, Any] = {"specversion": SPEC_VERSION, "id": event.id, "source": event.source, "type": event.type}
    if event.subject is not None:
        document["subject"] = event.subject
    document["time"] = text_of_time(event.time)
    if event.dataschema is not None:
        document["dataschema"] = event.dataschema
    document["datacontenttype"] = "application/json"
    document.update(sorted(event.extensions.items()))
    document["data"] = event.data
    return document


def data_bytes(event: Event) -> bytes:
    """The data as JSON bytes, keys in the order in which the writer put them."""
    return orjson.dumps(event.data)
