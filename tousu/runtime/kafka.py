"""The loop's way in on a real cluster, by confluent-kafka (librdkafka).

The group decides who owns which shard; offsets come from the checkpoint alone. Until a shard is opened nothing of it is
fetched: the assignment that librdkafka sees holds the opened shards only. Source: librdkafka, 'manual assignment' and
`auto.offset.reset=error`.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient

from tousu.failure import Retry, Stop
from tousu.login import Login
from tousu.runtime.broker import Ends, Identity, Record
from tousu.runtime.broker_clock import BrokerClocks, check_append_time
from tousu.runtime.checkpoint import NEVER_US
from tousu.runtime.cluster import Cluster
from tousu.runtime.kafka_record import record_of
from tousu.runtime.librdkafka import LOG, NETWORK, is_fatal
from tousu.runtime.log_ends import LogEnds
from tousu.runtime.open_transactions import OpenTransactions
from tousu.runtime.opening import other_cluster, recreated
from tousu.runtime.pulse import Pulse
from tousu.runtime.standstill import Standstill
from tousu.runtime.topic_ids import TopicIds, changed
from tousu.runtime.vacancy import Vacancy

NOTE_EVERY_S: Final = 2.0
JOIN_EVERY_S: Final = 2.0
JOIN_S: Final = 15.0
"""A wish to join that is not granted for so long, by a cluster that answers, is taken for lost and said again.

librdkafka would wait for the answer as long as a member may take between two polls, two minutes.
"""
LINGER_S: Final = 0.005
"""After the first record of a batch: a moment for others, which then share its transaction."""
TRANSACTION_S: Final = 60.0
_BEHIND_ALL: Final = 2**62
"""Where we stand when what an open transaction hides is not waited for any more."""
_OFFSET_GONE: Final = frozenset({KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE})


class KafkaSource:
    """One member of the processor's group.

    `time_topic` is where the brokers are asked for the time, for a processor that keeps it. `transaction_s` is how long
    an adapter's open transaction may hold time back.
    """

    def __init__(
        self, servers: str, group: str, topics: Sequence[str], settings: Mapping[str, Any] = {}, *,
        session_s: float = 10.0, member: str = "", time_topic: str = "", transaction_s: float = TRANSACTION_S,
    ) -> None:  # fmt: skip
        self.is_member = False
        """Whether the group has said which shards are ours (none at all is an answer, too)."""
        self._topics = tuple(topics)
        self._group_shards: dict[int, set[str]] = defaultdict(set)
        self._lost: set[int] = set()
        self._broken: dict[int, Stop] = {}
        self._standstill = Standstill()
        self._identity = Identity("", {})
        self._opened: dict[int, Identity] = {}
        self._offsets: dict[tuple[str, int], int] = {}
        self._paused: set[tuple[str, int]] = set()
        self._empty_to: dict[tuple[str, int], int] = {}
        self._noted: dict[tuple[str, int], int] = {}
        self._noted_at_s = 0.0
        self._assignment_stale = False
        self._login = Login(group)
        connection = {"bootstrap.servers": servers, **NETWORK, **settings, "error_cb": self._login.heard}
        self._admin = AdminClient(connection, logger=LOG)
        self._cluster = Cluster(self._admin, self._login, topics)
        self._clocks = BrokerClocks(time_topic, self._admin, connection) if time_topic else None
        self._log_ends = LogEnds(self._admin)
        self._transactions = OpenTransactions(transaction_s, self._admin)
        self._pulse = Pulse(self._admin, topics)
        self._topic_ids = TopicIds(self._admin, topics)
        self._vacancy, self._topics_seen = Vacancy(self._admin, group), 0
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
            "fetch.wait.max.ms": 250,  # a record ends the wait; what stands behind a transaction's end is seen so late
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
        self._login.heard(error)
        if is_fatal(error):
            self._fatal = error.str()

    # -- the group (called by librdkafka inside poll) -------------------------------------------------------------

    def _given(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self.is_member = True
        self._login.joined()
        self._group_shards.clear()
        for partition in partitions:
            self._group_shards[partition.partition].add(partition.topic)
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
        self._opened.clear()
        self._paused.clear()
        self._assignment_stale = False

    @property
    def failure(self) -> Retry | None:
        """Why nothing is ours: the cluster does not answer, or not us. None before an answer, and for a spare copy."""
        if self._group_shards:
            return None
        return (None if self.is_member else self._login.failure(self._pulse.failure)) or self._topic_ids.failure

    def wanted(self) -> frozenset[int]:
        for shard, topics in self._group_shards.items():
            if len(topics) != len(self._topics):
                missing = ", ".join(sorted(set(self._topics) - topics))
                raise Stop("not_co_partitioned", f"shard {shard} came without {missing}: is the range assignor used?")
        return frozenset(self._group_shards)

    def lost(self) -> frozenset[int]:
        lost, self._lost = frozenset(self._lost), set()
        return lost

    def broken(self) -> Mapping[int, Stop]:
        broken, self._broken = self._broken, {}
        return broken

    # -- reading ------------------------------------------------------------------------------------------------

    def poll(self, records_max: int, timeout_s: float) -> list[Record]:
        if not self.is_member and self._pulse.feel():
            self._login.let_in()
            if time.monotonic() - self._outside_since_s > JOIN_S:
                self._fatal = self._fatal or f"no answer to the wish to join for {JOIN_S:g} s"
        elif self._is_left_out():
            self._fatal = "the group has given its shards to nobody"
            self._settings.pop("group.instance.id", None)  # under its fixed name it would be given nothing once more
        if self._fatal:
            self._join_again()
        if self._assignment_stale:
            self._assign()
        if self._clocks is not None:
            self._clocks.turn()
        self._watch_topics()
        records = []
        messages = self._messages(records_max, timeout_s)
        if len(messages) < records_max:
            self._standstill.drained()
        for message in messages:
            error = message.error()
            if error is not None:
                self._note_error(message, error)
                continue
            records.append(self._record(message))
        return [r for r in records if (r.topic, r.partition) in self._offsets]

    def _is_left_out(self) -> bool:
        idle = self.is_member and not self._group_shards and self._topics_seen == len(self._topics)
        return idle and self._vacancy.is_vacant()

    def _messages(self, count_max: int, timeout_s: float) -> list[Message]:
        """What is there. Asked for a batch, librdkafka would wait for a full one or until the time is over."""
        try:
            first = self._consumer.poll(timeout_s)
            return [] if first is None else [first, *self._consumer.consume(count_max - 1, LINGER_S)]
        except KafkaException as error:
            self._fatal = error.args[0].str()
            return []

    def _record(self, message: Message) -> Record:
        record = record_of(message)
        place = record.topic, record.partition
        if place in self._offsets:
            self._offsets[place] = record.offset + 1
            self._standstill.moved(place)
        return record

    def _note_error(self, message: Message, error: KafkaError) -> None:
        topic, partition, offset = message.topic(), message.partition(), message.offset()
        self._heard(error)
        if is_fatal(error) or topic is None or partition is None:
            return
        if error.code() == KafkaError._PARTITION_EOF:
            assert offset is not None
            self._empty_to[(topic, partition)] = offset
            self._standstill.moved((topic, partition))
        elif error.code() in _OFFSET_GONE:
            words = f"{topic}/{partition}: {error.str()}"
            self._broken[partition] = Stop(
                "offset_gone", f"the checkpoint's offset is not in the log any more: {words}"
            )
        elif (topic, partition) in self._offsets:
            halt = self._standstill.failed((topic, partition), self._offsets[(topic, partition)], error)
            self._broken |= {partition: halt} if halt is not None else {}
        # Everything else (a broker that is away, a topic not known yet) librdkafka repairs by itself.

    def _watch_topics(self) -> None:
        identity = self._topic_ids.turn()
        if identity is None:
            return
        self._log_ends.follow(identity, keeps_time=self._clocks is not None)
        self._topics_seen = len(identity.topic_ids)
        for shard, opened in self._opened.items():
            if opened.cluster_id and not identity.cluster_id:
                continue  # in another cluster the topics are other ones, too, and that is not what is wrong
            if opened.cluster_id and identity.cluster_id != opened.cluster_id:
                self._broken[shard] = other_cluster(opened.cluster_id, identity.cluster_id)
            elif topic := changed(opened.topic_ids, identity.topic_ids):
                self._broken[shard] = recreated(topic, self._offsets.get((topic, shard), 0))

    def _assign(self) -> None:
        """Tell librdkafka which partitions to fetch, each from where we stand. Rare: shards open, close, pause."""
        self._assignment_stale = False
        wanted = [TopicPartition(t, p, o) for (t, p), o in self._offsets.items() if (t, p) not in self._paused]
        self._consumer.assign(wanted)

    def position(self, shard: int, topic: str) -> int:
        place = (topic, shard)
        position = self._position(place)
        return _BEHIND_ALL if self._transactions.is_given_up(place, position) else position

    def _position(self, place: tuple[str, int]) -> int:
        # The end of a partition is told in its place among the records, so nothing lies before it any more.
        return max(self._offsets.get(place, 0), self._empty_to.get(place, 0))

    def others_us(self) -> int:
        return self._clocks.others_us() if self._clocks is not None else NEVER_US

    def start(self, shard: int, offsets: Mapping[str, int]) -> None:
        read = {topic: topic_id for topic, topic_id in self._identity.topic_ids.items() if topic in offsets}
        self._opened[shard] = self._identity._replace(topic_ids=read)
        for topic, offset in offsets.items():
            self._empty_to.pop((topic, shard), None)
            self._offsets[(topic, shard)] = offset
        self._assignment_stale = True

    def stop(self, shard: int) -> None:
        self._opened.pop(shard, None)
        for topic in self._topics:
            self._standstill.moved((topic, shard))
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
        self._identity = self._cluster.identity()
        if self._identity.cluster_id:
            self._log_ends.follow(self._identity, keeps_time=self._clocks is not None)
        return self._identity

    def partitions(self, topic: str) -> int:
        return self._cluster.partitions(topic)

    def check_append_time(self, topics: Sequence[str]) -> None:
        """Raises Retry while one of these topics keeps its writers' times, Stop for a broker that stamps nothing."""
        if not self.identity().cluster_id:
            message = "the embedded broker stamps no records; use a real one, or TOUSU_TIME=events for simulated time"
            raise Stop("no_append_time", message)
        check_append_time(self._admin, topics)

    def ask_ends(self, asked_at: datetime, reached_us: int = NEVER_US) -> None:
        # What an operator holds out is not asked for: nobody waits for it.
        places = [(topic, shard) for topic in self._topics for shard in self._group_shards]
        places = [place for place in places if place in self._offsets or place[1] not in self._opened]
        time_us = max(reached_us, self._clocks.time_us()) if self._clocks is not None else reached_us
        self._log_ends.ask(asked_at, time_us, places)

    def ends(self) -> Ends | None:
        answer = self._log_ends.answer()
        if answer is None:
            return None
        for place, end in answer.ends.items():
            position = self._position(place)
            is_empty = self._empty_to.get(place) == position
            self._transactions.note(place, position, end, is_empty=is_empty)
            is_silent = self._transactions.is_silent(place) if is_empty else end > position
            self._watch_silence(place, position, is_silent=is_silent)
        self._transactions.turn(answer.ends)
        return Ends(answer.asked_at, answer.ends, answer.time_us, self._transactions.held_s(), answer.hidden)

    def _watch_silence(self, place: tuple[str, int], position: int, *, is_silent: bool) -> None:
        """Records are there and none comes: ask for them anew, and if that does not help, halt."""
        if not is_silent or place not in self._offsets or place in self._paused:
            self._standstill.spoke(place)
            return
        halt = self._standstill.silent(place, position)
        if halt is not None:
            self._broken[place[1]] = halt
        elif self._standstill.is_worth_asking(place):
            self._assignment_stale = True

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
            return  # only lag tools look at these; the checkpoint is what counts

    def close(self) -> None:
        if self._clocks is not None:
            self._clocks.close()
        self._consumer.close()
