"""A broker in memory with the same behaviour as the real one, for tests, `tousu simulate` and the fault simulator.

It proves nothing about durability; that the loop treats both alike is proven by one test-suite that runs on both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from tousu.event import Headers
from tousu.failure import Retry, Stop
from tousu.runtime.broker import Ends, Identity, OutRecord, Record
from tousu.runtime.checkpoint import NEVER_US, micros
from tousu.runtime.clock import TimeSource
from tousu.runtime.opening import recreated
from tousu.runtime.topic_ids import changed
from tousu.runtime.unpublishable import Unpublishable, check_fits


class SimulatedBroker:
    """Topics as lists. `published` holds every record in order of publication, over all topics.

    `clock` is the broker's own: records are stamped with it as they are appended.
    """

    def __init__(self, topics: Iterable[str], partitions: int, clock: TimeSource) -> None:
        self.clock = clock
        self.partitions = partitions
        self.logs: dict[str, list[list[Record]]] = {t: [[] for _ in range(partitions)] for t in topics}
        self.starts: dict[tuple[str, int], int] = defaultdict(int)
        self.topic_ids = {topic: f"id-of-{topic}" for topic in self.logs}
        self.published: list[Record] = []
        self.away = False
        self.limits: dict[str, int] = {}
        """The most bytes that a record may take on a topic; a topic that is not named takes any."""
        self.forbidden: set[str] = set()
        """Topics that nobody may write to any more."""
        self.unreadable: set[tuple[str, int]] = set()
        """Partitions without a leader: nothing of them can be read, nor asked where they end."""

    def append(self, topic: str, partition: int, key: bytes | None, value: bytes | None, headers: Headers) -> Record:
        """Write one record. Raises Stop when there is no such topic."""
        if topic not in self.logs:
            raise Stop("no_topic", f"topic {topic} does not exist")
        log = self.logs[topic][partition]
        time_ms = -(-micros(self.clock.now()) // 1000)  # rounded up: nothing is written after it was appended
        record = Record(topic, partition, len(log), key, value, list(headers), time_ms)
        log.append(record)
        self.published.append(record)
        return record

    def truncate(self, topic: str, partition: int, start: int) -> None:
        """Let retention remove everything before an offset."""
        self.starts[(topic, partition)] = start

    def recreate(self, topic: str) -> None:
        """Delete a topic and make another one of the same name."""
        self.logs[topic] = [[] for _ in range(self.partitions)]
        self.topic_ids[topic] += "'"


class SimulatedSource:
    """The reading side of one copy. Who owns which shard is said by `give` and `take` (there is no group)."""

    def __init__(self, broker: SimulatedBroker, topics: Sequence[str], shards: Iterable[int] = ()) -> None:
        self._broker = broker
        self._topics = tuple(topics)
        self._wanted = set(shards)
        self._lost: set[int] = set()
        self._broken: dict[int, Stop] = {}
        self._opened_ids: dict[int, dict[str, str]] = {}
        self._positions: dict[tuple[str, int], int] = {}
        self._paused: set[tuple[str, int]] = set()
        self._ends: Ends | None = None

    def give(self, shard: int) -> None:
        """The group assigns a shard to this copy."""
        self._wanted.add(shard)

    def take(self, shard: int) -> None:
        """The group takes a shard away."""
        self._wanted.discard(shard)
        self._lost.add(shard)

    def poll(self, records_max: int, timeout_s: float) -> list[Record]:
        records: list[Record] = []
        if self._broker.away:
            return records
        for shard, opened in self._opened_ids.items():
            topic = changed(opened, self._broker.topic_ids)
            if topic:
                self._broken[shard] = recreated(topic, self._positions[(topic, shard)])
        for (topic, shard), position in sorted(self._positions.items()):
            if shard in self._broken or (topic, shard) in self._paused or len(records) >= records_max:
                continue
            if (topic, shard) in self._broker.unreadable:
                continue
            log = self._broker.logs[topic][shard]
            if position < self._broker.starts[(topic, shard)] or position > len(log):
                words = f"{topic}/{shard}: offset {position} is out of range"
                message = f"the checkpoint's offset is not in the log any more: {words}"
                self._broken.setdefault(shard, Stop("offset_gone", message))
                continue
            batch = log[position : position + records_max - len(records)]
            records += batch
            self._positions[(topic, shard)] = position + len(batch)
        return records

    def wanted(self) -> frozenset[int]:
        return frozenset(self._wanted)

    def lost(self) -> frozenset[int]:
        lost, self._lost = frozenset(self._lost), set()
        return lost

    def broken(self) -> Mapping[int, Stop]:
        broken, self._broken = self._broken, {}
        return broken

    def position(self, shard: int, topic: str) -> int:
        return self._positions.get((topic, shard), 0)

    def others_us(self) -> int:
        return NEVER_US

    def start(self, shard: int, offsets: Mapping[str, int]) -> None:
        self._opened_ids[shard] = {topic: self._broker.topic_ids[topic] for topic in offsets}
        for topic, offset in offsets.items():
            self._positions[(topic, shard)] = offset

    def stop(self, shard: int) -> None:
        self._opened_ids.pop(shard, None)
        for topic in self._topics:
            self._positions.pop((topic, shard), None)
            self._paused.discard((topic, shard))

    def pause(self, shard: int, topic: str) -> None:
        self._paused.add((topic, shard))

    def resume(self, shard: int, topic: str) -> None:
        self._paused.discard((topic, shard))

    def identity(self) -> Identity:
        return Identity("simulated", dict(self._broker.topic_ids))

    def partitions(self, topic: str) -> int:
        if topic not in self._broker.logs:
            raise Stop("no_topic", f"topic {topic} does not exist; make the topics with `tousu topics apply`")
        return len(self._broker.logs[topic])

    def ask_ends(self, asked_at: datetime, reached_us: int = NEVER_US) -> None:
        if self._broker.away or self._positions.keys() & self._broker.unreadable:
            return
        offsets = {(topic, shard): len(self._broker.logs[topic][shard]) for topic, shard in self._positions}
        self._ends = Ends(asked_at, offsets, max(reached_us, micros(self._broker.clock.now())))

    def ends(self) -> Ends | None:
        ends, self._ends = self._ends, None
        return ends

    def note(self, shard: int, offsets: Mapping[str, int]) -> None:
        """Nobody looks at lag here."""

    def close(self) -> None:
        self._positions.clear()


class SimulatedSink:
    """The writing side. Records go out when the caller flushes, in order; `before_each` lets a test strike between."""

    def __init__(self, broker: SimulatedBroker, before_each: Callable[[OutRecord], None] | None = None) -> None:
        self._broker = broker
        self._waiting: list[tuple[int, OutRecord]] = []
        self._before_each = before_each

    def limits(self) -> Mapping[str, int]:
        return self._broker.limits

    def send(self, shard: int, records: Sequence[OutRecord]) -> None:
        self._waiting.extend((shard, record) for record in records)

    def flush(self, timeout_s: float) -> bool:
        if self._broker.away:
            raise Retry("broker_away", "the simulated broker is away")
        while self._waiting:
            shard, record = self._waiting[0]
            if self._before_each is not None:
                self._before_each(record)
            try:
                self._publish(shard, record)
            except Unpublishable:
                self._waiting.clear()
                raise
            self._waiting.pop(0)
        return True

    def publish_alone(self, shard: int, records: Sequence[OutRecord]) -> bool:
        if self._broker.away:
            return False
        try:
            for record in records:
                self._publish(shard, record)
        except Unpublishable:
            return False
        return True

    def _publish(self, shard: int, record: OutRecord) -> None:
        if record.topic in self._broker.forbidden:
            message = f"this processor may not write to {record.topic}/{record.partition}"
            raise Unpublishable("not_authorised", message, shard=shard, topic=record.topic)
        check_fits([record], self._broker.limits, shard)
        self._broker.append(record.topic, record.partition, record.key, record.value, record.headers)

    def reset(self) -> None:
        self._waiting.clear()

    def close(self) -> None:
        self._waiting.clear()
