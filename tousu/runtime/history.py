"""What topics hold, read from outside every group: for audits, rebuilds, backlogs and whoever looks on."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Final, NamedTuple

import orjson
from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    TopicPartition,
)

from tousu.connection import Connected, Connection
from tousu.failure import Retry, Stop
from tousu.login import NOT_AUTHORISED, check_login
from tousu.runtime.arrival import TICK
from tousu.runtime.broker import Partition, Record
from tousu.runtime.kafka_record import record_of
from tousu.runtime.librdkafka import LOG
from tousu.runtime.patience import patiently
from tousu.runtime.standstill import reason_of, unreadable

REQUEST_S: Final = 10.0
SILENCE_S: Final = 30.0
"""A broker that says nothing for so long while there is something to read is away."""
PATIENCE_S: Final = 15.0
"""So long what a broker cannot say at the moment is asked again."""
BATCH: Final = 2_000
_PASSING: Final = frozenset({
    KafkaError.LEADER_NOT_AVAILABLE, KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.REQUEST_TIMED_OUT,
    KafkaError._TRANSPORT, KafkaError._TIMED_OUT,
})  # fmt: skip


class Extent(NamedTuple):
    """From the first offset that is there to the one that comes next."""

    start: int
    end: int


def is_tick(record: Record) -> bool:
    """Whether a record only says that time has passed."""
    return ("ce_type", TICK.encode()) in record.headers


class History(Connected):
    """Reads partitions from any offset, and changes nothing.

    Raises Retry `broker_away` while the broker is silent, Stop `not_authenticated` or `tls_failed` where it does not
    let us in, `not_authorised` for a topic that we may not see.
    """

    def __init__(self, connection: Connection) -> None:
        settings = {
            "bootstrap.servers": connection.servers, **connection.librdkafka(), "group.id": "tousu.history",
            "enable.auto.commit": False, "enable.auto.offset.store": False, "auto.offset.reset": "error",
            "isolation.level": "read_committed", "enable.partition.eof": False, "fetch.wait.max.ms": 50,
            "queued.max.messages.kbytes": 16_384,
        }  # fmt: skip
        check_login(connection, REQUEST_S)
        self._consumer = Consumer(settings, logger=LOG)
        self._left: Mapping[Partition, int] | None = None
        """Up to where a interval is read; what lies behind it is fetched ahead, and nobody asked for it."""

    def partitions(self, topic: str) -> int:
        """How many partitions a topic has. Raises Stop `no_topic` when there is none."""
        return patiently(lambda: self._partitions(topic), PATIENCE_S)

    def _partitions(self, topic: str) -> int:
        try:
            metadata = self._consumer.list_topics(topic, timeout=REQUEST_S).topics[topic]
        except KafkaException as error:
            raise Retry("broker_away", f"the broker does not answer: {error.args[0].str()}") from error
        if metadata.error is not None and metadata.error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED:
            raise Stop(NOT_AUTHORISED, f"this user may not see topic {topic}: docs/security.md says who may")
        if metadata.error is not None and metadata.error.code() in _PASSING:
            raise Retry("broker_away", f"the broker does not know topic {topic} yet: {metadata.error.str()}")
        if metadata.error is not None or not metadata.partitions:
            raise Stop("no_topic", f"topic {topic} does not exist; make the topics with `tousu topics apply`")
        return len(metadata.partitions)

    def places(self, topics: Collection[str]) -> list[Partition]:
        """Every partition of these topics."""
        return [(topic, number) for topic in topics for number in range(self.partitions(topic))]

    def extents(self, places: Collection[Partition]) -> dict[Partition, Extent]:
        """Where these partitions begin and end now. One that is led by nobody is waited for."""
        return {place: patiently(partial(self._extent, place), PATIENCE_S) for place in places}

    def extents_and_silent(self, places: Collection[Partition]) -> tuple[dict[Partition, Extent], dict[Partition, str]]:
        """The same as far as somebody can say; and of the others (a partition without a leader, say) why not.

        Raises Retry when nobody can say anything.
        """
        extents, silent, failure = dict[Partition, Extent](), dict[Partition, str](), None
        for place in places:
            try:
                extents[place] = self._extent(place)
            except Retry as error:
                silent[place], failure = error.message, error
        if failure is not None and not extents:
            raise failure
        return extents, silent

    def _extent(self, place: Partition) -> Extent:
        try:
            low, high = self._consumer.get_watermark_offsets(TopicPartition(*place), timeout=REQUEST_S)
        except KafkaException as error:
            self._look_again(place[0])
            where = "/".join(map(str, place))
            raise Retry("broker_away", f"cannot ask where {where} ends: {error.args[0].str()}") from error
        return Extent(low, high)

    def _look_again(self, topic: str) -> None:
        """Let the client learn who leads what: of its own accord it would ask in five minutes."""
        with suppress(KafkaException):  # who asks next is told
            self._consumer.list_topics(topic, timeout=REQUEST_S)

    def read(self, intervals: Mapping[Partition, Extent]) -> Iterator[Record]:
        """The records of these intervals, in order within a partition, until the last end is reached."""
        left = {place: interval.end for place, interval in intervals.items() if interval.start < interval.end}
        self.follow({place: intervals[place].start for place in left})
        self._left = left
        heard_s = time.monotonic()
        while left:
            records = self.poll(0.1)
            wanted = [each for each in records if each.offset < left.get((each.topic, each.partition), 0)]
            if not wanted and time.monotonic() - heard_s > SILENCE_S:
                raise Retry("broker_away", f"nothing came for {SILENCE_S:g} s; still to read: {len(left)} partitions")
            yield from wanted
            if wanted:
                heard_s = time.monotonic()  # whoever takes them may be slow
            self._strike_off(left)
        self.follow({})  # a log that grows would hand its new records to whoever follows next

    def _strike_off(self, left: dict[Partition, int]) -> None:
        positions = self._consumer.position([TopicPartition(*place) for place in left])
        for position in positions:
            if position.offset >= left[(position.topic, position.partition)]:
                del left[(position.topic, position.partition)]

    def follow(self, starts: Mapping[Partition, int]) -> None:
        """Begin to deliver these partitions from these offsets; `poll` hands the records over."""
        self._left = None
        self._consumer.assign([TopicPartition(topic, number, offset) for (topic, number), offset in starts.items()])

    def positions(self, places: Collection[Partition]) -> dict[Partition, int]:
        """Up to where these partitions, which are being followed, have been delivered; those where nothing has been are
        left out."""
        positions = self._consumer.position([TopicPartition(*place) for place in places]) if places else []
        return {(position.topic, position.partition): position.offset for position in positions if position.offset >= 0}

    def from_time(self, places: Collection[Partition], time_ms: int) -> dict[Partition, int]:
        """The offset of the first record appended at this time or later; where there is none, where the log ends."""
        asked = [TopicPartition(topic, number, time_ms) for topic, number in places]
        try:
            offsets = self._consumer.offsets_for_times(asked, timeout=REQUEST_S)
        except KafkaException as error:
            raise Retry("broker_away", f"the broker does not answer: {error.args[0].str()}") from error
        ends = self.extents([(offset.topic, offset.partition) for offset in offsets if offset.offset < 0])
        return {
            (offset.topic, offset.partition): offset.offset
            if offset.offset >= 0
            else ends[(offset.topic, offset.partition)].end
            for offset in offsets
        }

    def poll(self, timeout_s: float) -> list[Record]:
        """What has come since the last call.

        Raises Stop `offset_gone` when an offset is not in the log, `undecodable_batch` or `codec_missing` for what
        cannot be unpacked.
        """
        records = []
        for message in self._consumer.consume(BATCH, timeout_s):
            error = message.error()
            if error is None:
                records.append(record_of(message))
            elif reason_of(error):
                place, offset = (message.topic() or "", message.partition() or 0), message.offset() or 0
                if self._left is None or offset < self._left.get(place, 0):
                    raise unreadable(place, offset, error)
            elif error.code() in (KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE):
                raise Stop("offset_gone", f"{message.topic()}/{message.partition()}: {error.str()}")
        return records

    def at(self, place: Partition, offset: int) -> Record | None:
        """The record at an offset; None where there is none, and where it cannot be read."""
        self.follow({place: offset})
        until_s = time.monotonic() + REQUEST_S
        while time.monotonic() < until_s:
            message = self._consumer.poll(0.2)
            if message is None or message.error() is not None:
                continue
            record = record_of(message)
            return record if record.offset == offset else None
        return None

    def close(self) -> None:
        self._consumer.close()


def told_of(history: History, topic: str, event_type: str) -> Iterator[dict[str, Any]]:
    """The data of every event of a type on a topic of ours, from its beginning to where it ends now."""
    wanted = event_type.encode()
    for record in history.read(history.extents(history.places([topic]))):
        if record.value is not None and dict(record.headers).get("ce_type") == wanted:
            yield orjson.loads(record.value)
