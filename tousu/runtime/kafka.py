"""The loop's broker on a real cluster, by confluent-kafka (librdkafka).

The group decides who owns which shard; offsets come from the bookmark alone. Until a shard is opened nothing of it is
fetched: the assignment that librdkafka sees holds the opened shards only. Source: librdkafka, 'manual assignment' and
`auto.offset.reset=error`; KIP-98 for the idempotent producer.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Any, Final, NoReturn, cast

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from tousu.event import Headers
from tousu.failure import Retry, Stop
from tousu.runtime.broker import Ends, Identity, OutRecord, Record
from tousu.runtime.pulse import Pulse

LOG: Final = logging.getLogger("tousu.librdkafka")
"""What librdkafka says of connections; the process decides where it goes."""
REQUEST_S: Final = 10.0
_NETWORK: Final = {
    # A connection on which a question stays unanswered for so long is closed, and another one is tried at once.
    "socket.timeout.ms": 10_000,
    "socket.connection.setup.timeout.ms": 10_000,
    "socket.keepalive.enable": True,
    "reconnect.backoff.max.ms": 1_000,
}
NOTE_EVERY_S: Final = 2.0
JOIN_EVERY_S: Final = 2.0
JOIN_S: Final = 15.0
"""A wish to join that is not granted for so long, by a cluster that answers, is taken for lost and said again.

librdkafka would wait for the answer as long as a member may take between two polls, two minutes.
"""
LINGER_S: Final = 0.005
"""After the first record of a batch: a moment for others, which then share its transaction."""
_EMBEDDED: Final = "mockCluster"
"""How librdkafka's own broker names itself; it knows no topic ids and answers no question about them."""
_LATEST: Final = OffsetSpec.latest()  # type: ignore[no-untyped-call]
BATCH_BYTES: Final = 131_072
"""A broker holds a topic's `max.message.bytes` against whole batches: they stay below the least of all topics."""
_OFFSET_GONE: Final = frozenset({KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE})


def _is_fatal(error: KafkaError) -> bool:
    # A consumer's fatal error comes as a message whose `fatal()` is false; only the code tells.
    return error.fatal() or error.code() == KafkaError._FATAL


class KafkaSource:
    """One member of the processor's group."""

    def __init__(
        self, servers: str, group: str, topics: Sequence[str], settings: Mapping[str, Any] = {}, *,
        session_s: float = 10.0, member: str = "",
    ) -> None:  # fmt: skip
        self.is_member = False
        """Whether the group has said which shards are ours (none at all is an answer, too)."""
        self._topics = tuple(topics)
        self._group_shards: dict[int, set[str]] = defaultdict(set)
        self._lost: set[int] = set()
        self._broken: dict[int, str] = {}
        self._offsets: dict[tuple[str, int], int] = {}
        self._paused: set[tuple[str, int]] = set()
        self._empty_to: dict[tuple[str, int], int] = {}
        self._noted: dict[tuple[str, int], int] = {}
        self._noted_at_s = 0.0
        self._assignment_stale = False
        self._question: tuple[datetime, dict[TopicPartition, Future[Any]]] | None = None
        connection = {"bootstrap.servers": servers, **_NETWORK, **settings}
        self._admin = AdminClient(connection, logger=LOG)
        self._pulse = Pulse(self._admin)
        self._fatal = ""
        self._settings = {
            **connection,
            "group.id": group,
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "auto.offset.reset": "error",
            "partition.assignment.strategy": "range",
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
            "session.timeout.ms": int(session_s * 1000),
            "heartbeat.interval.ms": int(min(3000, session_s * 1000 / 4)),
            "max.poll.interval.ms": max(120_000, int(session_s * 1000)),
            # A broker that has just come back may not know the topics yet, and the group then assigns nothing.
            "topic.metadata.refresh.interval.ms": 10_000,
            **({"group.instance.id": member} if member else {}),
            "fetch.wait.max.ms": 50,
            # Enough for several turns; more would only be memory.
            "queued.max.messages.kbytes": 4_096,
            "fetch.message.max.bytes": 262_144,
            "error_cb": self._heard,
        }
        self._consumer = self._join()

    def _join(self) -> Consumer:
        self._joined_at_s = self._outside_since_s = time.monotonic()
        consumer = Consumer(self._settings, logger=LOG)
        consumer.subscribe(list(self._topics), on_assign=self._given, on_revoke=self._taken, on_lost=self._taken)
        return consumer

    def _join_again(self) -> None:
        """Begin anew as a member: librdkafka never repairs a client after a fatal error, it only falls silent.

        One way into it: the broker restarts, a copy with a fixed name joins again, and a commit under its former
        membership comes back as 'fenced'.
        """
        if time.monotonic() - self._joined_at_s < JOIN_EVERY_S:
            return
        LOG.warning("joining the group again after: %s", self._fatal)
        self._fatal = ""
        self._forget()
        self._consumer.close()
        self._consumer = self._join()

    def _heard(self, error: KafkaError) -> None:
        """What librdkafka says of itself; only what it cannot repair matters here."""
        if _is_fatal(error):
            self._fatal = error.str()

    # -- the group (called by librdkafka inside poll) -------------------------------------------------------------

    def _given(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self.is_member = True
        self._group_shards.clear()
        for each in partitions:
            self._group_shards[each.partition].add(each.topic)
        self._assignment_stale = False
        consumer.assign([])

    def _taken(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self._forget()
        consumer.unassign()

    def _forget(self) -> None:
        """Nothing is ours any more."""
        self.is_member = False
        self._outside_since_s = time.monotonic()
        self._lost |= self._group_shards.keys()
        self._group_shards.clear()
        self._offsets.clear()
        self._paused.clear()
        self._assignment_stale = False

    @property
    def trouble(self) -> str:
        """Why the group cannot tell: the cluster does not answer. Empty where it does, and for a member."""
        return "" if self.is_member else self._pulse.trouble

    def wanted(self) -> frozenset[int]:
        for shard, topics in self._group_shards.items():
            if len(topics) != len(self._topics):
                missing = ", ".join(sorted(set(self._topics) - topics))
                raise Stop("not_co_partitioned", f"shard {shard} came without {missing}: is the range assignor used?")
        return frozenset(self._group_shards)

    def lost(self) -> frozenset[int]:
        lost, self._lost = frozenset(self._lost), set()
        return lost

    def broken(self) -> Mapping[int, str]:
        broken, self._broken = self._broken, {}
        return broken

    # -- reading ------------------------------------------------------------------------------------------------

    def poll(self, records_max: int, timeout_s: float) -> list[Record]:
        if not self.is_member and self._pulse.feel() and time.monotonic() - self._outside_since_s > JOIN_S:
            self._fatal = self._fatal or f"no answer to the wish to join for {JOIN_S:g} s"
        if self._fatal:
            self._join_again()
        if self._assignment_stale:
            self._assign()
        records = []
        for message in self._messages(records_max, timeout_s):
            error = message.error()
            if error is not None:
                self._note_error(message, error)
                continue
            records.append(self._record(message))
        return [r for r in records if (r.topic, r.partition) in self._offsets]

    def _messages(self, count_max: int, timeout_s: float) -> list[Message]:
        """What is there. Asked for a batch, librdkafka would wait for a full one or until the time is over."""
        try:
            first = self._consumer.poll(timeout_s)
            return [] if first is None else [first, *self._consumer.consume(count_max - 1, LINGER_S)]
        except KafkaException as error:
            self._fatal = error.args[0].str()
            return []

    def _record(self, message: Message) -> Record:
        topic, partition, offset = message.topic(), message.partition(), message.offset()
        # A delivered message always has these; the stubs allow for messages that a producer has not placed yet.
        assert topic is not None
        assert partition is not None
        assert offset is not None
        if (topic, partition) in self._offsets:
            self._offsets[(topic, partition)] = offset + 1
        headers = cast("Headers", message.headers() or ())
        return Record(topic, partition, offset, message.key(), message.value(), headers, message.timestamp()[1])

    def _note_error(self, message: Message, error: KafkaError) -> None:
        partition = message.partition()
        topic, partition, offset = message.topic(), message.partition(), message.offset()
        if error.code() == KafkaError._PARTITION_EOF:
            assert topic is not None and partition is not None and offset is not None
            self._empty_to[(topic, partition)] = offset
        elif error.code() in _OFFSET_GONE and partition is not None:
            self._broken[partition] = f"{message.topic()}/{message.partition()}: {error.str()}"
        elif _is_fatal(error):
            self._fatal = error.str()
        # Everything else (a broker that is away, a topic not known yet) librdkafka repairs by itself.

    def _assign(self) -> None:
        """Tell librdkafka which partitions to fetch, each from where we stand. Rare: shards open, close, pause."""
        self._assignment_stale = False
        wanted = [TopicPartition(t, p, o) for (t, p), o in self._offsets.items() if (t, p) not in self._paused]
        self._consumer.assign(wanted)

    def next_record(self, shard: int, topic: str, offset: int) -> int:
        # Only what was said while we stood at this very offset counts: then nothing lies in between.
        if self._offsets.get((topic, shard)) != offset:
            return offset
        return max(offset, self._empty_to.get((topic, shard), offset))

    def start(self, shard: int, offsets: Mapping[str, int]) -> None:
        for topic, offset in offsets.items():
            self._empty_to.pop((topic, shard), None)
            self._offsets[(topic, shard)] = offset
        self._assignment_stale = True

    def stop(self, shard: int) -> None:
        for topic in self._topics:
            self._paused.discard((topic, shard))
            if self._offsets.pop((topic, shard), None) is not None:
                self._assignment_stale = True

    def pause(self, shard: int, topic: str) -> None:
        self._paused.add((topic, shard))
        self._assignment_stale = True

    def resume(self, shard: int, topic: str) -> None:
        self._paused.discard((topic, shard))
        self._assignment_stale = True

    # -- facts about the cluster --------------------------------------------------------------------------------

    def identity(self) -> Identity:
        """Cluster id and topic ids; empty where the broker does not tell (librdkafka's own broker)."""
        try:
            cluster_id = str(self._admin.list_topics(timeout=REQUEST_S).cluster_id)
            if cluster_id.startswith(_EMBEDDED):
                return Identity("", {})
            described = self._admin.describe_topics(TopicCollection(list(self._topics)), request_timeout=REQUEST_S)
            ids = {topic: str(future.result().topic_id) for topic, future in described.items()}
        except KafkaException as error:
            if error.args[0].code() in (KafkaError._UNSUPPORTED_FEATURE, KafkaError.UNSUPPORTED_VERSION):
                return Identity("", {})
            raise Retry("broker_away", f"cannot describe the topics: {error.args[0].str()}") from error
        return Identity(cluster_id, ids)

    def partitions(self, topic: str) -> int:
        try:
            metadata = self._admin.list_topics(topic, timeout=REQUEST_S).topics[topic]
        except KafkaException as error:
            raise Retry("broker_away", f"cannot reach the broker: {error.args[0].str()}") from error
        if metadata.error is not None:
            if metadata.error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
                raise Stop("no_topic", f"topic {topic} does not exist; make the topics with `tousu topics apply`")
            raise Retry("broker_away", f"{topic}: {metadata.error.str()}")
        return len(metadata.partitions)

    def ask_ends(self, asked_at: datetime) -> None:
        if self._question is not None or not self._group_shards:
            return
        wanted = {TopicPartition(t, s): _LATEST for t in self._topics for s in self._group_shards}
        self._question = (asked_at, self._admin.list_offsets(wanted, request_timeout=REQUEST_S))

    def ends(self) -> Ends | None:
        if self._question is None or not all(f.done() for f in self._question[1].values()):
            return None
        asked_at, futures = self._question
        self._question = None
        try:
            return Ends(asked_at, {(tp.topic, tp.partition): f.result().offset for tp, f in futures.items()})
        except KafkaException:
            return None  # asked again within a second; time simply does not move meanwhile

    def note(self, shard: int, offsets: Mapping[str, int]) -> None:
        self._noted.update({(topic, shard): offset for topic, offset in offsets.items()})
        if time.monotonic() - self._noted_at_s < NOTE_EVERY_S:
            return
        self._noted_at_s = time.monotonic()
        places = [TopicPartition(t, s, o) for (t, s), o in self._noted.items() if s in self._group_shards]
        self._noted.clear()
        try:
            self._consumer.commit(offsets=places, asynchronous=True)
        except KafkaException:
            return  # only lag tools look at these; the bookmark is what counts

    def close(self) -> None:
        self._consumer.close()


class KafkaSink:
    """An idempotent producer that never gives up on a record and never leaves a hole."""

    def __init__(self, servers: str, settings: Mapping[str, Any] = {}) -> None:
        self._settings = {
            "bootstrap.servers": servers,
            **_NETWORK,
            "enable.idempotence": True,
            "enable.gapless.guarantee": True,
            "acks": "all",
            "message.timeout.ms": 0,
            "linger.ms": 2,
            "batch.num.messages": 10_000,
            "batch.size": BATCH_BYTES,
            "message.max.bytes": 2_097_152,
            "queue.buffering.max.messages": 500_000,
            "socket.nagle.disable": True,
            **settings,
        }
        self._failure: str = ""
        self._generation = 0
        self._producer = Producer(self._settings, logger=LOG)

    def send(self, records: Sequence[OutRecord]) -> None:
        generation = self._generation
        report = self._reporter(generation)
        for record in records:
            while True:
                try:
                    self._producer.produce(
                        record.topic, record.value, record.key, record.partition, on_delivery=report,
                        headers=cast("Any", record.headers),
                    )  # fmt: skip
                    break
                except BufferError:
                    self._serve(0.1)
                except KafkaException as error:
                    self._fail(error.args[0].str())
        self._serve(0)

    def _serve(self, timeout_s: float, *, all_out: bool = False) -> int:
        """Let delivery reports come in; how many records are not out yet. A fatal error comes as an exception."""
        try:
            return self._producer.flush(timeout_s) if all_out else self._producer.poll(timeout_s)
        except KafkaException as error:
            self._fail(error.args[0].str())
        except SystemError as error:  # the fatal error was on its way out while a delivery report was taken in
            self._fail(self._failure or str(error.__cause__ or "the producer is broken"))

    def _reporter(self, generation: int) -> Callable[[KafkaError | None, Message], None]:
        def report(error: KafkaError | None, message: Message) -> None:
            if error is not None and generation == self._generation and not self._failure:
                self._failure = f"{message.topic()}/{message.partition()}: {error.str()}"

        return report

    def settle(self, timeout_s: float) -> bool:
        left = self._serve(timeout_s, all_out=True)
        if self._failure:
            self._fail(self._failure)
        return left == 0

    def _fail(self, words: str) -> NoReturn:
        self.reset()
        raise Retry("broker_away", f"a record could not be published in order: {words}")

    def reset(self) -> None:
        """A fresh producer: what the old one still holds is thrown away; the bookmark has it all."""
        self._generation += 1
        self._failure = ""
        self._producer.purge()
        self._producer = Producer(self._settings, logger=LOG)

    def close(self) -> None:
        # What is not out by now stands in the bookmark: the next owner of the shard publishes it.
        self._producer.purge()
