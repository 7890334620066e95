"""Where trends begins: far enough back for its history, and knowing which warnings are out already.

At its start trends puts the group's offsets to where its memory ends, or without one back by twice its history, so that
the counts and the cells in alarm are what they were. It reads its own warnings, so that none of them goes out again
under another number. Setting offsets works only while the group is empty: a second copy waits until the first is gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient

from tousu.event import time_of_text
from tousu.failure import Retry, Stop
from tousu.login import Login, not_authorised
from tousu.runtime.broker import Identity
from tousu.runtime.librdkafka import LOG
from tousu.runtime.settings import Settings

ASK_S: Final = 10.0
EMBEDDED: Final = "mockCluster"
"""How the embedded broker calls its cluster; what it holds ends with it."""
IN_USE: Final = frozenset(
    {KafkaError.UNKNOWN_MEMBER_ID, KafkaError.ILLEGAL_GENERATION, KafkaError.REBALANCE_IN_PROGRESS}
)
"""What a broker answers to offsets from outside while the group has members."""

NOT_LET: Final = frozenset({KafkaError.GROUP_AUTHORIZATION_FAILED, KafkaError.TOPIC_AUTHORIZATION_FAILED})


class StartingPlace(NamedTuple):
    """What is known at the start.

    known_until: steps that end up to here were judged and published before; None when nothing was.
    ids: the warnings that are out. numbers: the last output number for each partition of the warnings.
    """

    known_until: datetime | None
    ids: frozenset[str]
    numbers: dict[int, int]


class Log:
    """The two topics of trends, read from outside the group. Every question raises Retry while the broker is away."""

    def __init__(self, settings: Settings, cases: str, warnings: str) -> None:
        self._cases, self._warnings = cases, warnings
        self._partitions, self._group = settings.partitions, settings.group
        self._login = Login()
        connection = {"bootstrap.servers": settings.connection.servers, **settings.connection.librdkafka()}
        connection |= {"error_cb": self._login.heard}
        try:
            self._admin = AdminClient(connection, logger=LOG)
            self._consumer = Consumer(
                {
                    **connection,
                    "group.id": settings.group,
                    "enable.auto.commit": False,
                    "auto.offset.reset": "earliest",
                    "enable.partition.eof": True,
                    "fetch.wait.max.ms": 250,
                },
                logger=LOG,
            )
        except KafkaException as error:
            raise Stop("wrong_setting", f"the Kafka settings (TOUSU_KAFKA*) will not do: {_message(error)}") from error

    def close(self) -> None:
        self._consumer.close()

    def check_topics(self) -> None:
        """Raises Retry while a topic is missing, Stop `wrong_partitions` when its count is not as told."""
        for topic in (self._cases, self._warnings):
            metadata = self._asked(self._consumer.list_topics, topic).topics[topic]
            if metadata.error is not None and metadata.error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED:
                raise not_authorised(f"see topic {topic}", metadata.error)
            if metadata.error is not None or not metadata.partitions:
                raise Retry("no_topic", f"topic {topic} does not exist; make the topics with `tousu topics apply`")
            if len(metadata.partitions) != self._partitions:
                count = len(metadata.partitions)
                message = f"topic {topic} has {count} partitions; set TOUSU_PARTITIONS={count}"
                raise Stop("wrong_partitions", f"TOUSU_PARTITIONS is {self._partitions} but {message}")

    def identity(self) -> Identity:
        """What tells this log from another one of the same name; empty where the broker does not say."""
        try:
            cluster_id = str(self._admin.list_topics(timeout=ASK_S).cluster_id)
            if cluster_id.startswith(EMBEDDED):
                return Identity("", {})
            described = self._admin.describe_topics(TopicCollection([self._cases]), request_timeout=ASK_S)
            return Identity(cluster_id, {topic: str(future.result().topic_id) for topic, future in described.items()})
        except KafkaException as error:
            if error.args[0].code() in {KafkaError._UNSUPPORTED_FEATURE, KafkaError.UNSUPPORTED_VERSION}:
                return Identity("", {})
            raise Retry("broker_away", f"cannot describe the topics: {_message(error)}") from error

    def begin(self, since: datetime | None, offsets: Mapping[int, int]) -> StartingPlace:
        """Put the group to `offsets`, or where there are none, back to `since` (None: to the beginning).

        Raises Retry `another_copy` while another copy is at work.
        """
        known_until = self._judged_until()
        known = {**dict.fromkeys(range(self._partitions), 0), **offsets} if offsets else {}  # there may be more by now
        back = [TopicPartition(self._cases, partition, offset) for partition, offset in known.items()]
        back = back or self._offsets(self._cases, since)
        try:
            self._consumer.commit(offsets=back, asynchronous=False)
        except KafkaException as error:
            if error.args[0].code() in IN_USE:
                message = "another copy of trends is at work; it counts all partitions, so this one waits"
                raise Retry("another_copy", message) from error
            if error.args[0].code() in NOT_LET:
                raise not_authorised(f"read {self._cases} as group {self._group}", error.args[0]) from error
            raise Retry("broker_away", _message(error)) from error
        ids: set[str] = set()
        numbers: dict[int, int] = {}
        for warning in self._read(self._offsets(self._warnings, since)):
            ids.add(_headers(warning).get("ce_id", ""))
            numbers[warning.partition() or 0] = _number(warning)
        numbers = self._last_numbers() | numbers
        return StartingPlace(known_until, frozenset(ids), numbers)

    def ends(self) -> dict[tuple[str, int], int]:
        """Where each partition of complaints.cases ends."""
        return {(self._cases, p): self._ends(self._cases, p)[1] for p in range(self._partitions)}

    # -- questions ----------------------------------------------------------------------------------------------

    def _judged_until(self) -> datetime | None:
        """The time that every partition had reached when the group's offsets were noted last."""
        wanted = [TopicPartition(self._cases, p) for p in range(self._partitions)]
        noted = self._asked(self._consumer.committed, wanted)
        if any(position.offset <= self._ends(self._cases, position.partition)[0] for position in noted):
            return None
        lasts = [TopicPartition(self._cases, position.partition, position.offset - 1) for position in noted]
        times = [time_of_text(_headers(message)["tousu-time"]) for message in self._read(lasts, only_first=True)]
        return min(times) if len(times) == self._partitions else None

    def _last_numbers(self) -> dict[int, int]:
        """The number of the last warning of each partition; its place where the broker no longer keeps it."""
        ends = [self._ends(self._warnings, p) for p in range(self._partitions)]
        lasts = [TopicPartition(self._warnings, p, max(low, high - 1)) for p, (low, high) in enumerate(ends)]
        numbers = {message.partition() or 0: _number(message) for message in self._read(lasts, only_first=True)}
        return {p: high for p, (_, high) in enumerate(ends)} | numbers

    def _offsets(self, topic: str, since: datetime | None) -> list[TopicPartition]:
        """The first offset of every partition whose record was written at `since` or later."""
        ends = [self._ends(topic, p) for p in range(self._partitions)]
        if since is None:
            return [TopicPartition(topic, p, low) for p, (low, _) in enumerate(ends)]
        wanted = [TopicPartition(topic, p, int(since.timestamp() * 1000)) for p in range(self._partitions)]
        offsets = self._asked(self._consumer.offsets_for_times, wanted)
        return [
            TopicPartition(topic, p.partition, p.offset if p.offset >= 0 else ends[p.partition][1]) for p in offsets
        ]

    def _ends(self, topic: str, partition: int) -> tuple[int, int]:
        watermarks: tuple[int, int] | None = self._asked(
            self._consumer.get_watermark_offsets, TopicPartition(topic, partition)
        )
        if watermarks is None:
            raise Retry("broker_away", f"no answer about {topic}/{partition}")
        return watermarks

    def _read(self, places: Sequence[TopicPartition], *, only_first: bool = False) -> Iterator[Message]:
        """Everything from these places to where their partitions end now, or only what stands at each place."""
        waiting = {place.partition for place in places}
        self._consumer.assign(list(places))
        try:
            while waiting:
                message = self._consumer.poll(ASK_S)
                if message is None:
                    raise Retry("broker_away", f"the broker has not sent anything for {ASK_S:g} s")
                error = message.error()
                partition = message.partition() or 0
                if error is None:
                    if partition in waiting:
                        yield message
                    if only_first:
                        waiting.discard(partition)
                elif error.code() == KafkaError._PARTITION_EOF:
                    waiting.discard(partition)
                else:
                    raise Retry("broker_away", str(error.str()))
        finally:
            self._consumer.unassign()

    def _asked(self, question: Any, *about: Any) -> Any:
        try:
            return question(*about, timeout=ASK_S)
        except KafkaException as error:
            raise self._login.why(self._admin, "ask the broker", error.args[0]) from error


def _headers(message: Message) -> dict[str, str]:
    headers: Any = message.headers() or ()
    return {name: value.decode() for name, value in headers if isinstance(value, bytes)}


def _number(message: Message) -> int:
    return int(_headers(message).get("tousu-seq", "0"))


def _message(error: KafkaException) -> str:
    return str(error.args[0].str())
