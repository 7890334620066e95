"""Hostile and broken input at the gate: each with its reason and place, and every one only refused."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.processor import inputs
from services.intake.reading import InboundEdge
from services.intake.rules import HOME
from tests.rules.intake.gate import PARTITIONS, complaint
from tests.rules.intake.records import (
    DOCUMENT,
    GIVEN,
    GOOD,
    HANDLING,
    NOW,
    NUMBER,
    PHONE,
    POLICIES,
    REFUSED,
    TRACE,
    Headers,
    binary,
    in_one_piece,
    in_pieces_of,
    judged,
    operations,
    reading,
)
from tousu.contract import Sources, address_of, channels
from tousu.contract.speaking import Bound
from tousu.event import Event, structured, text_of_time
from tousu.failure import Reject
from tousu.runtime.arrival import TICK
from tousu.runtime.broker import Record
from tousu.runtime.partition import partition_of

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


@pytest.mark.parametrize(
    "bind",
    [
        {"source": "//acme.example/**", "organisations": ["acme"]},
        {"source": "//acme.example/east", "organisations": ["acme", "beta"]},
    ],
)
def test_a_source_that_is_bound_speaks_for_its_organisations_alone(bind: dict[str, Any]) -> None:
    said: dict[str, list[str | Bound]] = {PHONE: [msgspec.convert(bind, Bound), "//own.example"]}
    read = InboundEdge(PARTITIONS, False, POLICIES, Sources.of_cards(said))

    def event(source: bytes, organisation: bytes | None) -> Record:
        return binary(complaint(), ce_source=source, ce_organisation=organisation)

    assert read(event(b"//acme.example/east", b"acme")).organisation == "acme"
    assert read(event(b"//own.example", None)).organisation == ""
    assert read(event(b"//own.example", b"acme")).organisation == "acme"
    for organisation in (None, b"post"):
        with pytest.raises(Reject) as refused:
            read(event(b"//acme.example/east", organisation))
        assert (refused.value.reason, refused.value.place) == ("not_allowed", "organisation")
        assert "speaks for the organisation acme" in refused.value.message


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


DEPARTMENT = "storage_and_transport"
AT_HOME = partition_of(DEPARTMENT, PARTITIONS)
WAYBILL = "YT7700000000101"


@pytest.mark.parametrize(
    ("record", "home"),
    (
        (binary(judged(), HANDLING, NUMBER), None),
        (binary(judged(), HANDLING, "x"), None),
        (binary(judged(), HANDLING)._replace(key=None), None),
        (binary(judged(), HANDLING, NUMBER, 4), NUMBER),
        (binary(operations(), "complaints.inbound.operations", "transport", AT_HOME), None),
        (binary(operations(), "complaints.inbound.operations", DEPARTMENT, (AT_HOME + 1) % PARTITIONS), DEPARTMENT),
        (binary(complaint(waybill_number=WAYBILL), partition=partition_of(WAYBILL, PARTITIONS)), None),
        (binary(complaint(waybill_number=" yt-77 00000000101"), partition=0), "YT-7700000000101"),
        (binary(complaint(waybill_number=WAYBILL), partition=0), WAYBILL),
        (binary(complaint(waybill_number=None), partition=0), None),
        (binary(judged(), HANDLING, NUMBER, 4, tousu__handed__on=b"complaints.inbound.handling/3 offset 1"), None),
    ),
)
def test_what_lies_in_another_shard_than_it_belongs_to_says_where(record: Record, home: str | None) -> None:
    """By the partition alone: whichever key led there leads there again. Nothing is handed on twice."""
    assert reading()(record).extensions.get(HOME) == home


def test_intake_reads_the_inbound_topics_customers_first_and_then_reports_as_a_case_goes() -> None:
    topics = [each.topic for each in inputs()]
    reports = [f"complaints.inbound.{role}" for role in ("handling", "desk", "rulings", "finance", "operations")]
    of_customers = len(topics) - len(reports)
    assert topics[of_customers:] == reports
    assert sorted(topics[:of_customers]) == sorted(channels().values())
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
