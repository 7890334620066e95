"""Files of events, one JSON object a line: read as records for the broker, written from records of the broker.

An inbound line is `{"topic": ..., "key": ..., "event": {CloudEvent in structured JSON}}`; without a topic it goes to
that of its type. What no JSON can hold (broken JSON, another encoding, far too much) is written as `"value"`, a
string or a list of strings and `[string, times]`, or as `"value_base64"`, beside `"headers"`. `"arrival"` says when a
line arrives where its event cannot; `"case_of"` names the event that opened the case meant, for whoever plays the file
where cases get other numbers.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec
import orjson

from tousu.contract import topic_of
from tousu.edge import parse
from tousu.event import STRUCTURED_TYPE, attributes_of_headers, time_of_text
from tousu.failure import Reject
from tousu.runtime.arrival import TICK
from tousu.runtime.broker import Record

STRUCTURED_HEADERS: Final = (("content-type", STRUCTURED_TYPE),)
REJECTED_TYPE: Final = "tousu.event.rejected.v1"
SAID_OF_REJECTED: Final = (
    "reason", "message", "place", "schema", "topic", "partition", "offset", "timestamp", "value_bytes", "value_sha256",
    "key_bytes", "key_sha256", "headers_left_out", "operator", "through", "event_id", "event_source", "event_type",
)  # fmt: skip
"""What the headers `tousu-...` of a rejected record say (schemas/events/event.rejected.v1.json)."""
UTF8_MARK: Final = b"\xef\xbb\xbf"
KNOWN_AT: Final = "known_at"
"""In a kept line: the watermark when the event was written, so from when on it was known."""
_ORDER: Final = ("specversion", "id", "source", "type", "subject", "time", "dataschema")


class BadLine(ValueError):
    """A line of the file cannot be read; says which line, what is wrong and what is right."""


class Inbound(NamedTuple):
    """A record to be written, and when it arrives (None: together with the one before it)."""

    topic: str
    key: str | None
    value: bytes
    headers: tuple[tuple[str, bytes], ...]
    arrival: datetime | None
    case_of: str | None = None


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    topic: str = ""
    key: str | None = None
    event: msgspec.Raw = msgspec.Raw()
    value: str | list[str | tuple[str, int]] | None = None
    value_base64: str | None = None
    headers: dict[str, str] = {}
    arrival: str | None = None
    case_of: str | None = None


_DECODER: Final = msgspec.json.Decoder(_Line)
_EVENT: Final = msgspec.json.Decoder(dict[str, Any])


def inbound_of(line: bytes, number: int) -> Inbound:
    """Read line `number` of a file. The bytes of the event are taken as they stand. Raises BadLine."""
    check_encoding(line, number)
    try:
        read = _DECODER.decode(line)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        message = f"line {number}: {error}; a line is " + '{"topic": "...", "key": "...", "event": {...}}'
        raise BadLine(message) from None
    if [bool(bytes(read.event)), read.value is not None, read.value_base64 is not None].count(True) != 1:
        raise BadLine(f"line {number}: give one of `event` (a CloudEvent), `value` (raw text) and `value_base64`")
    headers: tuple[tuple[str, bytes], ...] = STRUCTURED_HEADERS
    topic = read.topic
    value = bytes(read.event)
    if value:
        attributes = _attributes(value)
        topic = topic or _topic_of(attributes)
        arrival = read.arrival or attributes.get("receivedtime") or attributes.get("time")
    else:
        value = _text_of(read.value).encode() if read.value is not None else _decoded(read.value_base64 or "", number)
        headers = tuple((name, text.encode()) for name, text in read.headers.items()) or headers
        arrival = read.arrival
    if not topic:
        raise BadLine(f"line {number}: name the `topic`; that of an event's type is taken where there is one")
    return Inbound(topic, read.key, value, headers, _moment(arrival), read.case_of)


def check_encoding(line: bytes, number: int) -> None:
    """Raise BadLine for a line that is not UTF-8, or that begins with a byte order mark."""
    if line.startswith(UTF8_MARK):
        raise BadLine(f"line {number}: starts with a byte order mark; write the file as UTF-8 without one")
    if line.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in line[:4]:
        raise BadLine(f"line {number}: not UTF-8 but UTF-16 or UTF-32; write the file as UTF-8")
    try:
        line.decode()
    except UnicodeDecodeError as error:
        raise BadLine(f"line {number}: not UTF-8 at byte {error.start}; write the file as UTF-8") from None


def _decoded(text: str, number: int) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise BadLine(f"line {number}: value_base64 is not base64") from None


def _text_of(value: str | list[str | tuple[str, int]]) -> str:
    parts = [value] if isinstance(value, str) else value
    return "".join(part if isinstance(part, str) else part[0] * part[1] for part in parts)


def _attributes(value: bytes) -> dict[str, Any]:
    """The attributes of an event; what is no event says nothing."""
    try:
        return _EVENT.decode(value)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return {}


def _topic_of(attributes: Mapping[str, Any]) -> str:
    """The inbound topic of the event's type, '' where no topic takes it."""
    try:
        return topic_of(str(attributes.get("type")), str(attributes.get("source")))
    except (Reject, KeyError):
        return ""


def _moment(text: object) -> datetime | None:
    try:
        return time_of_text(text) if isinstance(text, str) else None
    except Reject:
        return None  # the edge refuses the event and says why; here it arrives with the one before it


def line_of(record: Record) -> bytes:
    """A record that a processor published, as a line. The bytes of a rejected record are kept whatever they are."""
    document = {"topic": record.topic, "key": _key_of(record.key), "event": event_of_record(record)}
    return orjson.dumps(document)


def kept_line_of(record: Record) -> bytes:
    """As `line_of`, for whoever looks back later: with the watermark at which the event was written."""
    known_at = next(((value or b"").decode() for name, value in record.headers if name == "tousu-time"), None)
    document: dict[str, Any] = {"topic": record.topic, "key": _key_of(record.key), "event": event_of_record(record)}
    return orjson.dumps(document if known_at is None else document | {KNOWN_AT: known_at})


def is_tick(record: Record) -> bool:
    """Whether a record only says that time has passed."""
    return ("ce_type", TICK.encode()) in [(name, value) for name, value in record.headers]


def event_of_record(record: Record) -> dict[str, Any]:
    """A published record as a structured CloudEvent; a rejected one says why in attributes of its own."""
    attributes = attributes_of_headers(record.headers)
    is_rejected = attributes.get("type") == REJECTED_TYPE
    document: dict[str, Any] = {name: attributes.pop(name) for name in _ORDER if name in attributes}
    if not is_rejected:
        document["datacontenttype"] = "application/json"
    document.update(sorted(attributes.items()))
    if is_rejected:
        fields = {n[6:].replace("-", "_"): (v or b"").decode() for n, v in record.headers if n.startswith("tousu-")}
        document |= {name: fields[name] for name in SAID_OF_REJECTED if name in fields}
        return document | _rejected_data(record.value or b"")
    document["data"] = orjson.loads(record.value or b"{}")
    return document


def _rejected_data(value: bytes) -> dict[str, Any]:
    """The refused bytes: as JSON where every parser reads them alike, else as they are."""
    try:
        return {"data": parse(value)}
    except Reject:
        return {"data_base64": base64.b64encode(value).decode()}


def _key_of(key: bytes | None) -> str | None:
    return None if key is None else key.decode("utf-8", "replace")
