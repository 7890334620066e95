"""Hostile and broken input at the gate: each with its reason and place, and every one only refused."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.processor import inputs
from services.intake.reading import InboundEdge
from tests.rules.intake.gate import PARTITIONS, complaint
from tousu.contract import address_of, channels
from tousu.event import Event, binary_headers, structured, text_of_time
from tousu.failure import Reject
from tousu.policy.loading import load_pack
from tousu.policy.policies import Policies
from tousu.runtime.arrival import TICK
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


# -- what is let in ---------------------------------------------------------------------------------------------


def test_a_complaint_is_read_and_stamped() -> None:
    event = reading()(binary(complaint(id_="call-1"), ce_receivedtime=b"2026-01-05T09:31:00+08:00"))
    assert (event.id, event.source, event.type) == ("call-1", "/adapters/phone", "tousu.complaint.received.phone.v1")
    assert event.extensions == {
        "receivedtime": "2026-01-05T09:31:00+08:00",
        "acceptedtime": "2026-01-05T02:00:00.123000Z",
        "inboundshard": "3",
        "inboundtime": "1767578400123",
        "inboundtopic": PHONE,
    }


@pytest.mark.parametrize("channel", sorted(channels()))
def test_both_forms_of_an_event_are_one_event(channel: str) -> None:
    event = complaint(channel)
    topic = channels()[channel]
    one = reading()(binary(event, topic))
    two = reading()(in_one_piece(structured(event), topic))
    assert (one.id, one.source, one.type, one.time, one.data) == (two.id, two.source, two.type, two.time, two.data)


def test_where_time_comes_from_events_acceptance_does_too() -> None:
    record = binary(complaint(at=datetime(2031, 1, 1, tzinfo=UTC)))
    assert reading(from_events=True)(record).extensions["acceptedtime"] == "2031-01-01T00:00:00Z"
    record = binary(complaint(), ce_receivedtime=b"2031-01-02T08:00:00+08:00")
    assert reading(from_events=True)(record).extensions["acceptedtime"] == "2031-01-02T00:00:00Z"


def test_ticks_come_from_outside_only_where_time_does() -> None:
    tick = Event(id="t", source="/driver", type=TICK, time=NOW)
    for topic in (PHONE, HANDLING, "complaints.inbound.operations"):
        record = binary(tick, topic)._replace(key=None)
        assert reading(from_events=True)(record).type == TICK
        with pytest.raises(Reject) as refused:
            reading()(record)
        assert (refused.value.reason, refused.value.place) == ("unknown_type", "type")


def test_stamps_of_ours_that_an_adapter_wrote_do_not_count() -> None:
    record = binary(
        complaint(), ce_inboundshard=b"x", ce_inboundtime=b"never", ce_acceptedtime=b"soon", ce_inboundtopic=b"x"
    )
    assert reading()(record).extensions == {
        "acceptedtime": "2026-01-05T02:00:00.123000Z", "inboundshard": "3", "inboundtime": "1767578400123",
        "inboundtopic": PHONE,
    }  # fmt: skip


def test_nanoseconds_are_taken() -> None:
    event = reading()(binary(complaint(), ce_time=b"2026-01-05T01:00:00.123456789Z"))
    assert event.time == datetime(2026, 1, 5, 1, 0, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "kept"),
    (
        ({"ce_traceparent": TRACE.encode()}, TRACE),
        ({"traceparent": TRACE.encode()}, TRACE),
        ({"ce_traceparent": TRACE.encode(), "traceparent": b"00-" + b"1" * 50}, TRACE),
        ({"traceparent": b"\xff\xfe"}, None),
        ({"ce_traceparent": b"rubbish"}, None),
    ),
)
def test_a_trace_is_carried_and_starts_anew_where_it_cannot_be_read(headers: dict[str, Any], kept: str | None) -> None:
    assert reading()(binary(complaint(), **headers)).extensions.get("traceparent") == kept


def test_reports_lie_in_the_shard_of_their_case() -> None:
    assert reading()(binary(judged(), HANDLING, NUMBER)).data["case_number"] == NUMBER
    department = "storage_and_transport"
    record = binary(operations(), "complaints.inbound.operations", department, partition_of(department, PARTITIONS))
    assert reading()(record).data["services"] == 3


def test_intake_reads_the_sixteen_inbound_topics_customers_first_and_then_reports_as_a_case_goes() -> None:
    topics = [each.topic for each in inputs()]
    assert len(topics) == 16
    reports = ["handling", "desk", "rulings", "finance", "operations"]
    assert topics[11:] == [f"complaints.inbound.{role}" for role in reports]
    assert set(topics[:11]) == set(channels().values())
    assert not any(each.writer for each in inputs())


LEGAL: dict[str, tuple[Record, str, str]] = {
    "null is unset": (in_one_piece(GIVEN | {"traceparent": None}), "traceparent", ""),
    "null for the subject": (in_one_piece(GIVEN | {"subject": None, "dataschema": None}), "subject", ""),
    "null for base64": (in_one_piece(GIVEN | {"data_base64": None}), "data_base64", ""),
    "a header without value is unset": (
        binary(complaint())._replace(headers=[*binary(complaint()).headers, ("ce_sampledrate", None)]),
        "sampledrate", "",
    ),
    "an integer": (in_one_piece(GIVEN | {"sampledrate": 30}), "sampledrate", "30"),
    "the least integer": (in_one_piece(GIVEN | {"sampledrate": -2147483648}), "sampledrate", "-2147483648"),
    "true": (in_one_piece(GIVEN | {"priority": True}), "priority", "true"),
    "false": (in_one_piece(GIVEN | {"priority": False}), "priority", "false"),
    "a media type in capitals": (in_pieces_of(b"Application/CloudEvents+JSON; charset=UTF-8"), "x", "1"),
    "a media type with a blank": (in_pieces_of(b" application/cloudevents+json ;charset=utf-8"), "x", "1"),
    "a binary media type in capitals": (binary(complaint(), content__type=b"APPLICATION/JSON", ce_x=b"1"), "x", "1"),
    "one of an own format": (binary(complaint(), content__type=b"application/vnd.x+json; v=1", ce_x=b"1"), "x", "1"),
}  # fmt: skip


@pytest.mark.parametrize(("record", "name", "text"), LEGAL.values(), ids=LEGAL)
def test_what_cloudevents_allows_is_taken(record: Record, name: str, text: str) -> None:
    event = reading()(record)
    assert event.extensions.get(name, "") == text
    assert event.subject is None
    assert event.data == complaint().data


@pytest.mark.parametrize(
    ("written", "meant"),
    (
        ("2026-01-05t01:00:00z", "2026-01-05T01:00:00Z"),
        ("2026-01-05t09:00:00+08:00", "2026-01-05T01:00:00Z"),
        ("2026-01-05t01:00:00.5z", "2026-01-05T01:00:00.500000Z"),
        ("2026-01-05T01:00:00.12345678901Z", "2026-01-05T01:00:00.123456Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
        ("2017-01-01T07:59:60.5+08:00", "2017-01-01T00:00:00.500000Z"),
    ),
)
def test_every_writing_of_a_time_is_read(written: str, meant: str) -> None:
    """RFC 3339: 5.6 lets t and z stand in lower case, 5.7 lets a leap second end a day of UTC."""
    for record in (in_one_piece(GIVEN | {"time": written}), binary(complaint(), ce_time=written.encode())):
        assert text_of_time(reading()(record).time) == meant


@pytest.mark.parametrize("given", (None, ""))
def test_an_event_without_specversion_is_refused_in_both_modes(given: str | None) -> None:
    records = (
        binary(complaint(), ce_specversion=given.encode() if given is not None else None),
        in_one_piece(GIVEN | {"specversion": given}),
        in_one_piece({name: value for name, value in GIVEN.items() if name != "specversion"}),
    )
    for record in records:
        with pytest.raises(Reject, match="specversion is missing or empty") as refused:
            reading()(record)
        assert (refused.value.reason, refused.value.place) == ("missing_attribute", "specversion")


@pytest.mark.parametrize(
    ("headers", "words", "place"),
    (
        ([], "no content-type header", "content-type"),
        ([("traceparent", TRACE.encode())], "no content-type header", "content-type"),
        ([("Content-Type", b"application/cloudevents+json")], "no content-type header", "content-type"),
        ([("content-type", b"application/json")], "no ce_ header", "content-type"),
        ([("content-type", b"application/cloudevents+avro")], r"application/cloudevents\+json", "content-type"),
        ([("ce-id", b"1"), ("content-type", b"application/json")], "ce- is the form of HTTP", "headers"),
        ([("CE_ID", b"1"), ("content-type", b"application/json")], "in lower case", "headers"),
    ),
)
def test_the_message_names_what_is_really_wrong(headers: Headers, words: str, place: str) -> None:
    with pytest.raises(Reject, match=words) as refused:
        reading()(in_one_piece(GIVEN)._replace(headers=headers))
    assert refused.value.place == place


# -- what is refused --------------------------------------------------------------------------------------------

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
    "a report with null": (binary(judged(department=None), HANDLING, NUMBER), "wrong_schema", "/department"),
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
    # the key
    "a report under another key": (binary(judged(), HANDLING, "x"), "wrong_key", "key"),
    "a report in another shard": (binary(judged(), HANDLING, NUMBER, 4), "wrong_key", "key"),
    "a report without key": (binary(judged(), HANDLING, NUMBER)._replace(key=None), "wrong_key", "key"),
    "a report whose subject is another case": (
        binary(judged(), HANDLING, NUMBER, ce_subject=b"20260105-03-0001-ZZ"), "malformed_attribute", "subject",
    ),
    "figures under another key": (
        binary(operations(), "complaints.inbound.operations", "transport"), "wrong_key", "key",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("record", "reason", "place"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(record: Record, reason: str, place: str) -> None:
    with pytest.raises(Reject) as refused:
        reading()(record)
    error = refused.value
    assert error.reason == reason
    assert error.place.startswith(place)
    assert not any(value in error.message for value in ("王小明", "0042", "包裹"))
    schemas = {address_of(kind) for kind in ("tousu.complaint.received.phone.v1", "tousu.handling.judged.v1")}
    assert (error.schema in schemas) is (reason == "wrong_schema")


@pytest.mark.parametrize(
    ("headers", "place"),
    (
        ([("ce_id", b"other")], "ce_id"),
        ([("content-type", b"application/cloudevents+json")], "content-type"),
        ([("ce_id", None)], "ce_id"),
        ([("ce_\x1b", b"x")], "?"),
    ),
)
def test_headers_that_readers_could_take_in_two_ways_are_refused(headers: Headers, place: str) -> None:
    record = binary(complaint())
    with pytest.raises(Reject) as refused:
        reading()(record._replace(headers=[*record.headers, *headers]))
    assert (refused.value.reason, refused.value.place) == ("malformed_attribute", place)


NAMES = st.sampled_from(("ce_id", "ce_time", "ce_type", "ce_x", "content-type", "traceparent", "ce_"))
HEADERS = st.lists(st.tuples(NAMES | st.text(max_size=5), st.binary(max_size=30) | st.none()), max_size=6)


@settings(max_examples=400, deadline=None)
@given(
    value=st.binary(max_size=60) | st.sampled_from((GOOD, orjson.dumps(DOCUMENT), None)),
    headers=HEADERS,
    add_good=st.booleans(),
    key=st.binary(max_size=10) | st.none(),
    topic=st.sampled_from((PHONE, HANDLING, "complaints.inbound.operations")),
)
def test_whatever_comes_is_read_or_refused(
    value: bytes | None, headers: Headers, add_good: bool, key: bytes | None, topic: str
) -> None:
    """Anything else than an event or a Reject would stop the shard."""
    good = list(binary(complaint()).headers) if add_good else []
    given_names = {name for name, _ in headers}
    record = Record(topic, 3, 0, key, value, [*(pair for pair in good if pair[0] not in given_names), *headers], 0)
    for from_events in (False, True):
        with suppress(Reject):
            assert reading(from_events=from_events)(record).extensions["inboundshard"] == "3"
