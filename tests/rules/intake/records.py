"""Records as adapters write them, and every way to write one that is refused at the gate, with reason and place."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson

from services.intake.reading import InboundEdge
from tests.packs_read import load_pack
from tests.rules.intake.gate import PARTITIONS, complaint
from tousu.event import Event, binary_headers, structured
from tousu.policy.policies import Policies
from tousu.runtime.broker import Record
from tousu.runtime.partition import partition_of

NOW = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
POLICIES = Policies.of(load_pack("courier-network"))
PHONE = "complaints.inbound.phone"
HANDLING = "complaints.inbound.handling"
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
NUMBER = next(f"20260105-03-0001-{n}" for n in range(99) if partition_of(f"20260105-03-0001-{n}", PARTITIONS) == 3)

Headers = list[tuple[str, Any]]


def reading(*, from_events: bool = False) -> InboundEdge:
    return InboundEdge(PARTITIONS, from_events, POLICIES)


def binary(event: Event, topic: str = PHONE, key: str = "k", partition: int = 3, **headers: Any) -> Record:
    """A record as an adapter writes it. A header given by name (`ce_id`) replaces the event's; None takes it away."""
    bare = Event(**{name: getattr(event, name) for name in ("id", "source", "type", "time", "subject", "data")})
    written: dict[str, Any] = dict(binary_headers(bare)) | {n.replace("__", "-"): v for n, v in headers.items()}
    kept = [(name, value) for name, value in written.items() if value is not None]
    return Record(topic, partition, 7, key.encode(), orjson.dumps(event.data), kept, 1_767_578_400_123)


def raw(value: bytes | None, **changes: Any) -> Record:
    return binary(complaint(), **changes)._replace(value=value)


def typed(event_type: str) -> Record:
    return binary(complaint(), ce_type=event_type.encode())


def judged(**changes: Any) -> Event:
    data = {"case_number": NUMBER, "stands": True}
    return Event(id="h", source="/d", type="tousu.handling.judged.v1", time=NOW, data=data | changes)


def operations(**changes: Any) -> Event:
    data = {"period": "2026-01", "department": "storage_and_transport", "services": 3} | changes
    return Event(id="o", source="/operations", type="tousu.operations.reported.v1", time=NOW, data=data)


def in_one_piece(document: dict[str, Any], topic: str = PHONE) -> Record:
    headers = [("content-type", b"application/cloudevents+json; charset=utf-8")]
    return Record(topic, 3, 7, b"k", orjson.dumps(document), headers, 1_767_578_400_123)


def in_pieces_of(content_type: bytes) -> Record:
    record = in_one_piece(GIVEN | {"x": "1"})
    return record._replace(headers=[("content-type", content_type)])


GIVEN: dict[str, Any] = structured(complaint())
for _name in ("inboundshard", "acceptedtime", "inboundtime"):
    del GIVEN[_name]

GOOD = orjson.dumps(complaint().data)
ATTRIBUTES = {"specversion": "1.0", "id": "1", "source": "/a", "type": "tousu.complaint.received.phone.v1"}
DOCUMENT: dict[str, Any] = ATTRIBUTES | {"time": "2026-01-05T01:00:00Z", "data": complaint().data}
MANY: dict[str, Any] = {f"ce_x{n}": b"x" for n in range(41)}

REFUSED: dict[str, tuple[Record, str, str]] = {
    # the value
    "no value": (raw(None), "malformed_data", ""),
    "an empty value": (raw(b""), "broken_json", "byte 0"),
    "cut in half": (raw(GOOD[: len(GOOD) // 2]), "broken_json", ""),
    "GB18030": (raw('{"content":"投诉"}'.encode("gb18030")), "wrong_encoding", "byte 14"),
    "a byte order mark": (raw(b"\xef\xbb\xbf" + GOOD), "wrong_encoding", "byte 0"),
    "a key twice": (raw(b'{"kind":"complaint","kind":"inquiry"}'), "duplicate_key", "/kind"),
    "too deep": (raw(b'{"a":' * 40 + b"1" + b"}" * 40), "too_deep", "/a"),
    "too large": (raw(b'{"content":"' + b"x" * 300_000 + b'"}'), "too_large", ""),
    "NUL": (raw(b'{"content":"a\\u0000b"}'), "nul_character", "/content"),
    "half a surrogate pair": (raw(b'{"content":"\\ud800"}'), "wrong_encoding", "/content"),
    "a huge number": (raw(b'{"duration_s":90071992547409930}'), "number_out_of_range", "/duration_s"),
    "a list": (raw(b"[]"), "malformed_data", ""),
    # the schema
    "no content": (raw(b'{"kind":"complaint"}'), "wrong_schema", ""),
    "blank content": (binary(complaint(content=" \u3000\u200b\n")), "wrong_schema", "/content"),
    "a kind nobody knows": (binary(complaint(kind="praise")), "wrong_schema", "/kind"),
    "a block without what it needs": (binary(complaint(phone={"agent": "E1"})), "wrong_schema", "/phone/call_id"),
    "odd fields beside what is missing": (
        binary(complaint(zodiac="rat", route="moon", kind="praise")), "wrong_schema", "/kind",
    ),
    "a report with an unknown field": (binary(judged(zodiac=1), HANDLING, NUMBER), "wrong_schema", "/zodiac"),
    "a report with null": (binary(judged(stands=None), HANDLING, NUMBER), "wrong_schema", "/stands"),
    # the type
    "a type nobody knows": (typed("tousu.complaint.received.v1"), "unknown_type", "type"),
    "a type of another house": (typed("com.example.created"), "unknown_type", "type"),
    "a channel nobody knows": (typed("tousu.complaint.received.fax.v1"), "unknown_channel", "type"),
    "a version nobody knows": (typed("tousu.complaint.received.phone.v2"), "unknown_type", "type"),
    "another channel's topic": (binary(complaint("web")), "not_allowed", "type"),
    "a complaint among reports": (binary(complaint(), HANDLING), "not_allowed", "type"),
    "a report among complaints": (binary(judged(), PHONE, NUMBER), "not_allowed", "type"),
    "another channel's adapter": (binary(complaint(), ce_source=b"/adapters/app/7"), "not_allowed", "source"),
    "an adapter among reports": (binary(judged(), HANDLING, NUMBER, ce_source=b"/adapters/phone"), "not_allowed", "so"),
    "an event of ours": (typed("tousu.case.closed.v1"), "unknown_type", "type"),
    # the attributes
    "no id": (binary(complaint(), ce_id=None), "missing_attribute", "id"),
    "an empty id": (binary(complaint(), ce_id=b""), "missing_attribute", "id"),
    "no source": (binary(complaint(), ce_source=None), "missing_attribute", "source"),
    "no type": (binary(complaint(), ce_type=None), "missing_attribute", "type"),
    "no time": (binary(complaint(), ce_time=None), "missing_attribute", "time"),
    "a time that is none": (binary(complaint(), ce_time=b"yesterday"), "malformed_time", "time"),
    "a time without offset in front": (binary(complaint(), ce_time=b"2026-01-05T01:00:00"), "malformed_time", "time"),
    "a day that is none": (binary(complaint(), ce_time=b"2026-02-30T01:00:00Z"), "malformed_time", "time"),
    "a week date": (binary(complaint(), ce_time=b"2026-W01-1T01:00:00Z"), "malformed_time", "time"),
    "the year 0001": (binary(complaint(), ce_time=b"0001-01-01T00:00:00+14:00"), "malformed_time", "time"),
    "the year 2999": (binary(complaint(), ce_time=b"2999-12-31T23:59:59-12:00"), "malformed_time", "time"),
    "two days ahead": (binary(complaint(), ce_time=b"2026-01-07T02:00:00Z"), "malformed_time", "time"),
    "received two days ahead": (
        binary(complaint(), ce_receivedtime=b"2026-01-07T02:00:00Z"), "malformed_time", "receivedtime",
    ),
    "received at no time": (binary(complaint(), ce_receivedtime=b"now"), "malformed_time", "receivedtime"),
    "another specversion": (binary(complaint(), ce_specversion=b"0.3"), "unknown_specversion", "specversion"),
    "a long id": (binary(complaint(), ce_id=b"x" * 201), "malformed_attribute", "id"),
    "a line break in the source": (binary(complaint(), ce_source=b"/a\nlevel=error"), "malformed_attribute", "source"),
    "an escape sequence in the id": (binary(complaint(), ce_id=b"\x1b[2J"), "malformed_attribute", "id"),
    "an attribute that is no UTF-8": (binary(complaint(), ce_id=b"\xff"), "malformed_attribute", "headers"),
    "an attribute in capitals": (binary(complaint(), ce_Trace=b"x"), "malformed_attribute", "Trace"),
    "a long extension": (binary(complaint(), ce_correlationid=b"x" * 1001), "malformed_attribute", "correlationid"),
    "too many extensions": (
        binary(complaint(), **MANY), "malformed_attribute", "extensions",
    ),
    "not of JSON": (binary(complaint(), content__type=b"text/xml"), "malformed_attribute", "content-type"),
    "a batch": (
        binary(complaint(), content__type=b"application/cloudevents-batch+json"), "malformed_attribute", "content-type",
    ),
    # in one piece
    "an id that is no text": (in_one_piece(DOCUMENT | {"id": 7}), "malformed_attribute", "id"),
    "a specversion that is no text": (in_one_piece(DOCUMENT | {"specversion": 1.0}), "malformed_attribute", "specv"),
    "an extension that is a fraction": (in_one_piece(DOCUMENT | {"rate": 0.5}), "malformed_attribute", "rate"),
    "an extension beyond 32 bits": (in_one_piece(DOCUMENT | {"rate": 2**31}), "malformed_attribute", "rate"),
    "an extension that is a list": (in_one_piece(DOCUMENT | {"tags": ["a"]}), "malformed_attribute", "tags"),
    "null for the id": (in_one_piece(DOCUMENT | {"id": None}), "missing_attribute", "id"),
    "a leap second at noon": (binary(complaint(), ce_time=b"2016-12-31T11:59:60Z"), "malformed_time", "time"),
    "data that are no object": (in_one_piece(DOCUMENT | {"data": "x"}), "malformed_data", "data"),
    "data in base64": (in_one_piece(DOCUMENT | {"data_base64": "e30="}), "malformed_data", "data_base64"),
    "a bad time in one piece": (in_one_piece(DOCUMENT | {"time": "2026-01-05 01:00:00Z"}), "malformed_time", "time"),
    "no data at all": (in_one_piece(ATTRIBUTES | {"time": "2026-01-05T01:00:00Z"}), "wrong_schema", ""),
    # the subject
    "a report that was handed on, whose subject is another case": (
        binary(judged(), HANDLING, NUMBER, 4, ce_subject=b"20260105-03-0001-ZZ", tousu__handed__on=b"x"),
        "malformed_attribute", "subject",
    ),
    "a report whose subject is another case": (
        binary(judged(), HANDLING, NUMBER, ce_subject=b"20260105-03-0001-ZZ"), "malformed_attribute", "subject",
    ),
}  # fmt: skip
