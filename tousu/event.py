"""The event: one CloudEvents 1.0 envelope with its data, and its two forms on the wire.

Binary mode (the form tousu writes): the record's value is the data as JSON, the attributes are `ce_*` headers.
Structured mode (accepted at the inbound edge, used by files and the CLI): one JSON object with everything.
Source: CloudEvents 1.0.2, Kafka protocol binding 1.0.2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import orjson

from tousu.failure import Reject

Headers = Sequence[tuple[str, bytes | None]]
"""Kafka headers as read; a header may have no value."""

SPEC_VERSION: Final = "1.0"
STRUCTURED_TYPE: Final = b"application/cloudevents+json"
_PLAIN: Final = frozenset({"specversion", "id", "source", "type", "subject", "time", "dataschema", "datacontenttype"})


ORGANISATION: Final = "organisation"
"""The extension attribute that says which organisation an event belongs to; without it, the deployment's own."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened. `time` is when it happened in the world (UTC); `extensions` are further attributes.

    `source` and `id` together identify it; `subject` is the case number once a case exists.
    """

    id: str
    source: str
    type: str
    time: datetime
    subject: str | None = None
    dataschema: str | None = None
    data: dict[str, Any] = {}
    extensions: dict[str, str] = {}

    @property
    def organisation(self) -> str:
        """Whose event it is; empty for the deployment's own."""
        return self.extensions.get(ORGANISATION, "")


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
    """Read an RFC 3339 time; it must name its offset.

    Raises Reject `malformed_time` when it is no time or has no offset.
    """
    try:
        moment = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        raise Reject(
            "malformed_time", f"{place} must be an RFC 3339 time such as 2026-01-04T09:30:00+08:00", place
        ) from None
    if moment.tzinfo is None:
        raise Reject("malformed_time", f"{place} must name its offset, such as 2026-01-04T09:30:00+08:00", place)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise Reject("malformed_time", f"{place} lies outside the years that can be handled", place) from None


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


def is_structured(headers: Headers) -> bool:
    """Whether a record carries its whole event as one JSON object (content-type says so)."""
    return any(name == "content-type" and (value or b"").startswith(STRUCTURED_TYPE) for name, value in headers)


def attributes_of_headers(headers: Headers) -> dict[str, str]:
    """The `ce_*` headers without their prefix. Raises Reject on bytes that are not UTF-8."""
    try:
        return {name[3:]: (value or b"").decode() for name, value in headers if name.startswith("ce_")}
    except UnicodeDecodeError:
        raise Reject("malformed_attribute", "every ce_ header must be UTF-8 text", "headers") from None


def event_of(attributes: Mapping[str, str], data: dict[str, Any]) -> Event:
    """Build an event from its attributes and data. Raises Reject naming the attribute that is missing or wrong."""
    for name in ("id", "source", "type", "time"):
        value = attributes.get(name)
        if not isinstance(value, str) or not value:
            raise Reject("missing_attribute", f"attribute {name} is missing or empty; CloudEvents needs it", name)
    if attributes.get("specversion", SPEC_VERSION) != SPEC_VERSION:
        raise Reject("unknown_specversion", "specversion must be 1.0", "specversion")
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
    """Build an event from structured JSON (already parsed). Raises Reject naming what is wrong."""
    data = document.get("data", {})
    if not isinstance(data, dict):
        raise Reject("malformed_data", "data must be a JSON object", "data")
    attributes = {}
    for name, value in document.items():
        if name in ("data", "data_base64"):
            continue
        if not isinstance(value, str):
            raise Reject("malformed_attribute", f"attribute {name} must be a string", name)
        attributes[name] = value
    return event_of(attributes, data)


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
