"""How downstream systems read: every event once, in the order of its case, and never a hole without noticing.

    with Subscriber("localhost:9092", ["complaints.outcomes"], checkpoint=FileCheckpoint("checkpoint.json")) as
    subscriber:
        for delivery in subscriber:
            print(delivery.event.type, delivery.event.subject, delivery.event.data)

An event counts as handled when the next one is asked for, or when the `with` block ends without an error. The place is
saved every `save_every` events, when nothing more is there to read, and at the end; with a SqlCheckpoint that is the
handler's own transaction, so nothing is ever done twice. One reader per checkpoint: `partitions` shares the work.
Source: docs/architecture.md, section 4 (numbers of an origin) and section 4 (ticks).
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Literal, NamedTuple, Self

import kafka.codec
import orjson
from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient
from kafka.errors import (
    CorruptRecordError,
    KafkaError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
    UnsupportedCodecError,
)

from tousu.client.checkpoint import CheckpointStore, Position
from tousu.client.codecs import KAFKA_PYTHON, check_codecs
from tousu.client.dialling import options
from tousu.connection import Connection
from tousu.contract import cards
from tousu.event import Event, Headers, attributes_of_headers, event_of, event_of_structured, is_structured
from tousu.failure import Reject, Retry, Stop

TICK: Final = "tousu.time.ticked.v1"
REJECTED: Final = "tousu.event.rejected.v1"
POLL_S: Final = 0.2
BATCH_MAX: Final = 500


class Delivery(NamedTuple):
    """One event and where it stands. `value` are the record's bytes (of a rejected event: those refused, untouched)."""

    event: Event
    topic: str
    partition: int
    offset: int
    origin: str
    seq: int
    key: bytes | None
    value: bytes
    headers: Headers


class Subscriber:
    """Reads topics of the contract. Without a checkpoint it begins anew each time.

    `start` says where to begin in topics that the checkpoint does not know. Partitions that were added since are read
    when the others have been read to their ends. Raises Retry `broker_away` while the
    cluster does not answer; Stop `missing_record` for a hole, `offset_gone` when the log no longer goes back so far,
    `topic_recreated` when a topic is not the one that the checkpoint belongs to, `codec_missing` where a package is
    missing by which compressed records are read, `undecodable_batch` for records that no package can read.
    """

    def __init__(
        self, servers: str | Connection, topics: Sequence[str], *, checkpoint: CheckpointStore | None = None,
        start: Literal["earliest", "latest"] = "earliest", partitions: Collection[int] | None = None,
        save_every: int = 100, timeout_s: float = 30.0,
    ) -> None:  # fmt: skip
        check_codecs(kafka.codec, KAFKA_PYTHON)
        self._ours = {card.topic for card in cards() if card.from_shards is not None}
        self._checkpoint = checkpoint
        self._place = (checkpoint.load() if checkpoint is not None else None) or Position()
        self._save_every = save_every
        self._unsaved = 0
        self._batch: deque[Any] = deque()
        self._in_hand = False
        self._fresh: set[str] = set()
        self._added: list[TopicPartition] = []
        self._before_added: dict[TopicPartition, int] = {}
        """The partitions that wait, and up to where others are read before them."""
        self._stopped = threading.Event()
        wanted: dict[str, Any] = {
            "group_id": None, "enable_auto_commit": False, "auto_offset_reset": "none",
            "isolation_level": "read_committed",
        }  # fmt: skip
        try:
            self._check_ids(servers, topics, timeout_s)
            self._consumer = KafkaConsumer(**options(servers, timeout_s, **wanted))
            self._places = [
                TopicPartition(topic, number)
                for topic in topics
                for number in self._numbers(topic)
                if partitions is None or number in partitions
            ]
            self._seek(start)
        except KafkaError as error:
            raise Retry("broker_away", f"the broker does not answer: {error}") from error

    # -- beginning ----------------------------------------------------------------------------------------------

    def _numbers(self, topic: str) -> list[int]:
        numbers = self._consumer.partitions_for_topic(topic)
        if not numbers:
            raise Stop("no_topic", f"topic {topic} does not exist; make the topics with `tousu topics apply`")
        return sorted(numbers)

    def _check_ids(self, servers: str | Connection, topics: Sequence[str], timeout_s: float) -> None:
        """A topic made anew begins again at 0 and at number 1: everything in it would look like a repetition."""
        admin = KafkaAdminClient(**options(servers, timeout_s))
        try:
            described = admin.describe_topics(list(topics))
        finally:
            admin.close()
        for topic in described:
            topic_id = str(topic.get("topic_id") or "")
            known = self._place.topic_ids.get(topic["name"], "")
            if topic_id and known and topic_id != known:
                message = (
                    f"{topic['name']} was made again since the checkpoint was written; begin with a new checkpoint"
                )
                raise Stop("topic_recreated", message)
            if topic_id:
                self._place.topic_ids[topic["name"]] = topic_id

    def _seek(self, start: Literal["earliest", "latest"]) -> None:
        self._consumer.assign(self._places)
        unknown = [place for place in self._places if _name(place) not in self._place.offsets]
        known = {name.rpartition("/")[0] for name in self._place.offsets}
        added = [place for place in unknown if place.topic in known]
        others = [place for place in unknown if place.topic not in known]
        ask = self._consumer.beginning_offsets if start == "earliest" else self._consumer.end_offsets
        begins = (ask(others) if others else {}) | (self._consumer.beginning_offsets(added) if added else {})
        if added:
            # Partitions that were added hold what came after all that the former ones held then.
            former = [place for place in self._places if place.topic in known and place not in added]
            self._added, self._before_added = added, self._consumer.end_offsets(former)
            self._consumer.pause(*added)
        for place in self._places:
            offset = begins.get(place, self._place.offsets.get(_name(place)))
            self._consumer.seek(place, offset)
            if place in begins and offset:
                self._fresh.add(_name(place))  # what came before is not ours to miss

    # -- reading ------------------------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Delivery]:
        """Every event from here on, for ever; `stop` ends it."""
        return self.read()

    def read(self, *, to_end: bool = False, idle_s: float | None = None) -> Iterator[Delivery]:
        """Every event from here on. `to_end`: up to where the topics end now; `idle_s`: until so long no event came."""
        ends = self._ends() if to_end else None
        idle_since_s = time.monotonic()
        self._put_down()
        while not self._stopped.is_set():
            if not self._batch:
                self._save()
                self._take_up_added()
                if ends is not None and all(self._position(place) >= end for place, end in ends.items()):
                    return
                if idle_s is not None and time.monotonic() - idle_since_s >= idle_s:
                    return
                self._poll()
                continue
            delivery = self._delivery(self._batch[0])
            self._in_hand = True
            if delivery is not None:
                yield delivery
                idle_since_s = time.monotonic()  # ticks come every second: they are no event
            self._put_down()
        self._save()

    def stop(self) -> None:
        """End the iteration after the event in hand. May be called from a signal handler or another thread."""
        self._stopped.set()

    def _ends(self) -> dict[TopicPartition, int]:
        try:
            ends: dict[TopicPartition, int] = self._consumer.end_offsets(self._places)
        except KafkaError as error:
            raise Retry("broker_away", f"the broker does not answer: {error}") from error
        return ends

    def _position(self, place: TopicPartition) -> int:
        position: int = self._consumer.position(place)
        return position

    def _take_up_added(self) -> None:
        if self._added and all(self._position(place) >= end for place, end in self._before_added.items()):
            self._consumer.resume(*self._added)
            self._added = []

    def _poll(self) -> None:
        try:
            polled = self._consumer.poll(timeout_ms=int(POLL_S * 1000), max_records=BATCH_MAX)
        except (OffsetOutOfRangeError, NoOffsetForPartitionError) as error:
            message = f"the log does not go back to the place of this subscriber any more: {error}"
            raise Stop("offset_gone", message) from error
        except (UnsupportedCodecError, CorruptRecordError) as error:
            raise Stop("undecodable_batch", f"records cannot be unpacked: {error}") from error
        except KafkaError as error:
            raise Retry("broker_away", f"the broker does not answer: {error}") from error
        except Exception as error:  # the packages of the codecs have no error in common
            raise Stop("undecodable_batch", f"records cannot be unpacked: {type(error).__name__}: {error}") from error
        self._batch.extend(record for records in polled.values() for record in records)

    def _delivery(self, record: Any) -> Delivery | None:
        """The event of a record; None for a repetition and for a tick."""
        headers = dict(record.headers or ())
        where = f"{record.topic}/{record.partition}"
        origin, seq = _number_of(headers)
        if origin:
            if not self._is_next(where, origin, seq):
                return None
        elif record.topic in self._ours:
            raise Stop("no_provenance", f"{where} at {record.offset}: only tousu may write here, and it did not")
        event = _event(record, headers)
        if event.type == TICK:
            return None
        return Delivery(
            event, record.topic, record.partition, record.offset, origin, seq, record.key, record.value or b"",
            record.headers or (),
        )  # fmt: skip

    def _is_next(self, where: str, origin: str, seq: int) -> bool:
        known = self._place.seen.get(f"{where}|{origin}", seq - 1 if where in self._fresh else 0)
        if seq > known + 1:
            message = f"{where}: {origin} goes from {known} to {seq}; records are missing in between"
            raise Stop("missing_record", message)
        return seq == known + 1

    def _put_down(self) -> None:
        """The event in hand has been handled."""
        if not self._in_hand:
            return
        self._in_hand = False
        record = self._batch.popleft()
        where = f"{record.topic}/{record.partition}"
        self._place.offsets[where] = record.offset + 1
        origin, seq = _number_of(dict(record.headers or ()))
        if origin:
            name = f"{where}|{origin}"
            self._place.seen[name] = max(seq, self._place.seen.get(name, 0))
        self._unsaved += 1
        if self._unsaved >= self._save_every:
            self._save()

    def _save(self) -> None:
        if self._unsaved and self._checkpoint is not None:
            self._checkpoint.save(self._place)
        self._unsaved = 0

    def close(self) -> None:
        """Let go. An event in hand does not count as handled; what the checkpoint has is what was saved last."""
        self._consumer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._put_down()
                self._save()
        finally:
            self.close()


def _name(place: TopicPartition) -> str:
    return f"{place.topic}/{place.partition}"


def _number_of(headers: Mapping[str, bytes]) -> tuple[str, int]:
    """Origin and number of a record; empty and 0 where it was not written by a processor."""
    origin, seq = headers.get("tousu-origin", b"").decode(), headers.get("tousu-seq", b"").decode()
    return (origin, int(seq)) if origin and seq.isdigit() else ("", 0)


def _event(record: Any, raw_headers: Mapping[str, bytes]) -> Event:
    headers: Headers = record.headers or ()
    try:
        attributes = attributes_of_headers(headers)
        if attributes.get("type") == REJECTED:
            return event_of(attributes, _data_of_headers(raw_headers))
        data = orjson.loads(record.value or b"{}")
        if not isinstance(data, dict):
            raise Reject("malformed_data", "the value must be a JSON object")
        return event_of_structured(data) if is_structured(headers) else event_of(attributes, data)
    except (Reject, orjson.JSONDecodeError) as error:
        where = f"{record.topic}/{record.partition} at {record.offset}"
        raise Stop("unreadable", f"{where} is no event of the contract: {error}") from error


def _data_of_headers(headers: Mapping[str, bytes]) -> dict[str, Any]:
    """What stands in the headers of a rejected event, numbers as numbers."""
    data: dict[str, Any] = {}
    for name, value in headers.items():
        if name.startswith("tousu-") and name not in ("tousu-origin", "tousu-seq", "tousu-time"):
            text = value.decode("utf-8", "replace")
            word = name.removeprefix("tousu-").replace("-", "_")
            data[word] = int(text) if word in ("partition", "offset", "timestamp", "attempts", "through") else text
    return data
