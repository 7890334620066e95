"""How channel adapters and departments hand events in: checked before they are sent, sent again without harm.

    with Publisher("localhost:9092", source="//hotline.example/east", id_key="id.key") as publisher:
        publisher.complaint("phone", {"kind": "complaint", ...}, time="2026-01-04T09:30:00+08:00")
        publisher.claim("web", {"claim": {"cause": "loss", ...}, ...}, time="2026-01-04T09:40:00+08:00")
        publisher.handling("20260104-07-0042-K7", "acknowledged", {...}, time="2026-01-04T10:05:00+08:00")

An event's id is a keyed digest of what it says, so the same report sent twice is one event: after any failure, send
again. The key stays with the adapter; without one every event needs an id of the caller's, which must not be made of
what the customer said, because ids travel downstream.
"""

from __future__ import annotations

import hashlib
import threading
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from kafka import KafkaProducer
from kafka.errors import KafkaError

from tousu.client.dialling import options
from tousu.client.ids import checked_key, id_of, kept_key
from tousu.connection import Connection
from tousu.contract import address_of, card, check_topic, event_types, taken, topic_of, topic_of_channel, waybill_key
from tousu.dropped import LEFT_OUT
from tousu.event import ORGANISATION, Event, binary_headers, data_bytes, text_of_time, time_of_text
from tousu.failure import Reject, Retry
from tousu.runtime.partition import partition_of
from tousu.trace import TRACEPARENT

CONTACT_BITS: Final = 12
"""So little of a contact's digest goes into a key that it spreads the load and identifies nobody."""


METADATA_MS: Final = 60_000
"""After so long at most it knows of partitions that were added."""


class Receipt(NamedTuple):
    """What was handed over: the event's id and where it goes. It is written once `flush` has returned.

    `dropped`: sentences on fields that intake will leave out or cut, since they cannot be read as they are written.
    """

    id: str
    topic: str
    partition: int
    dropped: tuple[str, ...] = ()


class Publisher:
    """Publishes to the inbound topics. `source` names the system that speaks, as a URI reference (CloudEvents).

    `id_key` makes the ids of events that are given none: 32 secret bytes, or the file that keeps them, which is made at
    first use. All copies of one adapter must have the same. `organisation`: for whom it speaks where a deployment has
    several; empty for its own.
    `timeout_s` is how long one event may take before it counts as failed. Not to be shared by threads while closing.
    Raises Retry `broker_away` while the cluster does not answer, Stop `wrong_setting` for a key that is none.
    """

    def __init__(
        self, servers: str | Connection, source: str, *, id_key: bytes | str | Path | None = None,
        organisation: str = "", timeout_s: float = 30.0,
    ) -> None:  # fmt: skip
        self.source = source
        self._organisation = {ORGANISATION: organisation} if organisation else {}
        self._id_key = checked_key(id_key, "id_key") if isinstance(id_key, bytes) else id_key and kept_key(Path(id_key))
        self._timeout_s = timeout_s
        timeout_ms = int(timeout_s * 1000)
        wanted = {
            "enable_idempotence": True, "acks": "all", "delivery_timeout_ms": timeout_ms, "linger_ms": 5,
            "request_timeout_ms": min(10_000, timeout_ms), "max_block_ms": timeout_ms,
            "max_request_size": 2_097_152, "metadata_max_age_ms": METADATA_MS,
        }  # fmt: skip
        self._failed: dict[str, str] = {}
        self._lock = threading.Lock()
        self._counts: dict[str, int] = {}
        try:
            self._producer = KafkaProducer(**options(servers, timeout_s, **wanted))
        except KafkaError as error:
            raise Retry("broker_away", f"the broker does not answer: {error}") from error

    def complaint(
        self, channel: str, data: Mapping[str, Any], *, time: datetime | str, id: str | None = None,  # noqa: A002
        received: datetime | str | None = None, key: str | None = None, traceparent: str | None = None,
    ) -> Receipt:  # fmt: skip
        """Hand in a complaint, inquiry or claim of a channel (`phone`, `web` …); `data` as its schema says.

        `time` is when the customer spoke, `received` when the company got it, where that is later. `key` decides which
        shard takes it: the waybill number where there is one, so that the same trouble on several channels meets.
        `traceparent` (W3C) is the trace that the event belongs to; it goes on into every topic.
        What people write in many ways is taken (`Receipt.dropped` says what is not).
        Raises Reject, naming field and fix, for a field that the contract does not have, or that is needed and cannot
        be read; KeyError for an unknown channel.
        """
        topic = topic_of_channel(channel)
        event = self._event(f"tousu.complaint.received.{channel}.v1", data, time, id, received, None, traceparent)
        return self.event(topic, event, key or complaint_key(data) or event.id)

    def claim(
        self, channel: str, data: Mapping[str, Any], *, time: datetime | str, id: str | None = None,  # noqa: A002
        received: datetime | str | None = None, key: str | None = None, traceparent: str | None = None,
    ) -> Receipt:  # fmt: skip
        """Hand in a claim that a customer files on a channel without complaining; `data["claim"]` says what is claimed.

        As `complaint`, of which this is one kind. A claim within a case is reported by `handling(..., "claim_filed")`.
        """
        claim_data = {**data, "kind": "claim"}
        return self.complaint(
            channel, claim_data, time=time, id=id, received=received, key=key, traceparent=traceparent
        )

    def handling(
        self, case_number: str, event_name: str, data: Mapping[str, Any], *, time: datetime | str,
        id: str | None = None, received: datetime | str | None = None,  # noqa: A002
        traceparent: str | None = None,
    ) -> Receipt:  # fmt: skip
        """Report what was done about a case: `event_name` as in `acknowledged`, `judged`, `customer_answered`.

        It goes to the topic of those who may say it: departments, the desk, finance, the arbitration and court desk.
        Raises Reject, naming field and fix, when the data does not meet the schema or `event_name` is none of these.
        """
        full = {"case_number": case_number, **data}
        event = self._event(f"tousu.handling.{event_name}.v1", full, time, id, received, case_number, traceparent)
        return self.event(topic_of(event.type, self.source), event, case_number)

    def operations(self, data: Mapping[str, Any], *, time: datetime | str, id: str | None = None) -> Receipt:  # noqa: A002
        """Report a department's figures of a period. Raises Reject when the data does not meet the schema."""
        event = self._event("tousu.operations.reported.v1", data, time, id, None, None)
        return self.event(topic_of(event.type, self.source), event, str(data["department"]))

    def event(self, topic: str, event: Event, key: str) -> Receipt:
        """Hand in any event of the contract, built elsewhere. Raises Reject as above."""
        check_topic(topic, event.type)
        dropped = check(event)
        value = data_bytes(event)
        if len(value) > card(topic).max_message_bytes:
            raise Reject("too_large", f"the data has {len(value)} bytes; {topic} takes {card(topic).max_message_bytes}")
        return self._send(topic, event, key, value)._replace(dropped=dropped)

    def _event(
        self, kind: str, data: Mapping[str, Any], time: datetime | str, given_id: str | None,
        received: datetime | str | None, subject: str | None, traceparent: str | None = None,
    ) -> Event:  # fmt: skip
        if kind not in event_types():
            address_of(kind)  # raises, and says which was meant
        happened = _moment(time, "time")
        at = {} if received is None else {"receivedtime": text_of_time(_moment(received, "received"))}
        at |= {} if traceparent is None else {TRACEPARENT: traceparent}
        return Event(
            id=given_id or self._made_id(kind, happened, data),
            source=self.source, type=kind, time=happened, subject=subject, dataschema=address_of(kind),
            data=dict(data), extensions=at | self._organisation,
        )  # fmt: skip

    def _made_id(self, kind: str, happened: datetime, data: Mapping[str, Any]) -> str:
        if not self._id_key:
            message = "give the event an id that it keeps when it is sent again, or the Publisher an id_key to make ids"
            raise Reject("missing_attribute", message, "id")
        return id_of(self._id_key, self.source, kind, text_of_time(happened), data)

    def _send(self, topic: str, event: Event, key: str, value: bytes) -> Receipt:
        receipt = Receipt(event.id, topic, partition_of(key, self._partitions(topic)))
        try:
            sent = self._producer.send(
                topic, value, key.encode(), headers=binary_headers(event), partition=receipt.partition
            )
        except KafkaError as error:
            raise Retry("broker_away", f"event {event.id} could not be handed over: {error}") from error
        sent.add_errback(self._note, event.id)
        return receipt

    def _note(self, event_id: str, error: BaseException) -> None:
        with self._lock:
            self._failed[event_id] = str(error)

    def _partitions(self, topic: str) -> int:
        try:
            partitions = self._producer.partitions_for(topic)
            if not partitions:
                raise Retry("no_topic", f"topic {topic} does not exist; make the topics with `tousu topics apply`")
            if self._counts.setdefault(topic, len(partitions)) != len(partitions):
                # There are more by now. What went where it belonged before is written before anything that follows it.
                self._producer.flush(self._timeout_s)
                self._counts[topic] = len(partitions)
        except KafkaError as error:
            raise Retry("broker_away", f"cannot ask for the partitions of {topic}: {error}") from error
        return len(partitions)

    def flush(self) -> None:
        """Wait until everything handed over is written on all replicas in sync.

        Raises Retry `not_written`, naming the ids that may be missing: send those events again.
        """
        try:
            self._producer.flush(self._timeout_s)
        except KafkaError as error:
            raise Retry("not_written", f"not everything was written in {self._timeout_s:g} s: {error}") from error
        with self._lock:
            failed, self._failed = self._failed, {}
        if failed:
            first = next(iter(failed.values()))
            raise Retry("not_written", f"send again {', '.join(failed)}: {first}")

    def close(self) -> None:
        """Flush and let go."""
        try:
            self.flush()
        finally:
            self._producer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:
            self._producer.close(timeout=self._timeout_s)


def check(event: Event) -> tuple[str, ...]:
    """What intake will leave out of an event. Raises Reject for what it will refuse, and for an unknown field: that is
    no odd writing of a customer's but a fault of the program."""
    _, dropped, refusal = taken(event.type, event.data, UTC)
    if refusal is not None:
        raise Reject(refusal.reason, refusal.message, refusal.place, refusal.schema)
    for dropped_field in dropped:
        if dropped_field.is_unknown:
            raise Reject(
                "wrong_schema",
                dropped_field.message.removesuffix(LEFT_OUT),
                dropped_field.place,
                address_of(event.type),
            )
    return tuple(field.message for field in dropped)


def complaint_key(data: Mapping[str, Any]) -> str | None:
    """The record key of a complaint: its waybill number, else that of its first piece, else a few bits of its first
    identifier by name, else of the customer's contact, else None.

    Source: the topic cards: the same for the same customer, never personal data.
    """
    pieces = data.get("pieces")
    named = [data, *(entry for entry in pieces if isinstance(entry, Mapping))] if isinstance(pieces, list) else [data]
    for identifier in named:
        waybill = identifier.get("waybill_number")
        if isinstance(waybill, str | int) and waybill:
            return waybill_key(str(waybill))
    numbers = data.get("identifiers")
    given = [number for number in numbers if isinstance(number, Mapping)] if isinstance(numbers, list) else []
    for identifier in sorted(given, key=lambda entry: str(entry.get("what"))):
        value = unicodedata.normalize("NFKC", str(identifier.get("object_number", ""))).casefold()
        number = "".join(sign for sign in value if sign.isalnum())
        if number:
            return f"object-{_bits(number)}"
    complainant = data.get("complainant")
    contacts = complainant if isinstance(complainant, Mapping) else {}
    for name in ("phone", "email", "handle", "name"):
        contact = "".join(str(contacts.get(name, "")).lower().replace("-", "").split())
        if contact:
            return f"contact-{_bits(contact)}"
    return None


def _bits(text: str) -> str:
    """So few bits of a text that nobody can tell it from them."""
    digest = hashlib.blake2b(text.encode(), digest_size=4).digest()
    return f"{int.from_bytes(digest, 'big') >> (32 - CONTACT_BITS):03x}"


def _moment(time: datetime | str, place: str) -> datetime:
    if isinstance(time, str):
        return time_of_text(time, place)
    if time.tzinfo is None:
        raise Reject("malformed_time", f"{place} must name its offset: give an aware datetime", place)
    return time
