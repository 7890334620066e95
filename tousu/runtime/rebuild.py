"""Rebuilding a processor's database from its input log, and holding what it says against what the topics hold.

The rules and the runtime make the outcome a function of the log alone, so the same inputs into an empty database give
the same states and the same outputs with the same numbers, byte for byte. Nothing is published: what the topics hold
already must not stand there twice. The processor may be at work meanwhile: the fold goes up to where its inputs ended
when it began, and what the processor wrote about later inputs is left alone.
Source: design.md, sections 3 and 4; reliability.md, I9.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import sqlalchemy as sa

from tousu.failure import Stop
from tousu.runtime import bookmark as bm
from tousu.runtime.audit import as_output, digest_of
from tousu.runtime.broker import Ends, Identity, OutRecord, Record
from tousu.runtime.clock import Clock
from tousu.runtime.history import Extent, History, Place
from tousu.runtime.kafka import KafkaSource
from tousu.runtime.loop import Loop, Tuning
from tousu.runtime.processor import Processor
from tousu.runtime.store import Store

NAMED_MAX: Final = 20
ON_ITS_WAY_S: Final = 30.0
"""So long a processor at work is waited for that has not published yet what follows from these inputs."""
ASK_AGAIN_S: Final = 0.5
Number = tuple[str, int, str, int]
"""Topic, partition, origin, output number."""


class Rebuilt(NamedTuple):
    """What came of a rebuild.

    inputs: records read. same: outputs equal to those on the topics. different: those that are not (the first few
    named). unpublished: outputs that no topic holds. unknown: records of this processor that the rebuild did not
    produce. later: how many it wrote about inputs behind `ends`, where the rebuild stopped: 'topic/partition' -> the
    offset that comes next.
    """

    inputs: int
    same: int
    different: tuple[str, ...]
    unpublished: tuple[str, ...]
    unknown: tuple[str, ...]
    later: int
    ends: Mapping[str, int]

    @property
    def is_faithful(self) -> bool:
        """Whether the rebuild said exactly what had been said."""
        return not (self.different or self.unpublished or self.unknown)


class ReplaySource:
    """The input topics from their first record to where they end now, through the loop's own interface."""

    def __init__(self, history: History, facts: KafkaSource, topics: Sequence[str]) -> None:
        self._history, self._facts, self._topics = history, facts, tuple(topics)
        self._extents = history.extents(history.places(topics))
        gone = [f"{topic}/{number}" for (topic, number), extent in self._extents.items() if extent.start > 0]
        if gone:
            raise Stop(
                "history_gone", f"retention has removed the beginning of {', '.join(gone)}: restore a backup instead"
            )
        self._shards = frozenset(number for _, number in self._extents)
        self._left = {place: extent.end for place, extent in self._extents.items() if extent.end > 0}
        self._starts: dict[Place, int] = {}
        self._held: set[Place] = set()
        self._is_stale = False
        self.read = 0

    @property
    def is_done(self) -> bool:
        """Whether everything has been delivered."""
        return not self._left

    def stops_at(self) -> dict[str, int]:
        """Where the inputs ended at the start: 'topic/partition' -> the offset that comes next."""
        return {f"{topic}/{number}": extent.end for (topic, number), extent in self._extents.items()}

    def grown(self) -> frozenset[int]:
        """The shards of which an input has grown since the start."""
        now = self._history.extents(self._extents.keys())
        return frozenset(place[1] for place, extent in now.items() if extent.end > self._extents[place].end)

    def poll(self, records_max: int, timeout_s: float) -> list[Record]:
        if self._is_stale:
            self._is_stale = False
            self._history.follow({place: at for place, at in self._starts.items() if place not in self._held})
        found = []
        for record in self._history.poll(timeout_s):
            place = (record.topic, record.partition)
            if place in self._held or record.offset >= self._extents[place].end:
                continue
            self._starts[place] = record.offset + 1
            found.append(record)
            if self._starts[place] >= self._extents[place].end:
                self._left.pop(place, None)
        self.read += len(found)
        return found

    def wanted(self) -> frozenset[int]:
        return self._shards

    def lost(self) -> frozenset[int]:
        return frozenset()

    def broken(self) -> Mapping[int, str]:
        return {}

    def position(self, shard: int, topic: str) -> int:
        return self._starts.get((topic, shard), 0)

    def others_us(self) -> int:
        return -1

    def start(self, shard: int, offsets: Mapping[str, int]) -> None:
        self._starts |= {(topic, shard): offset for topic, offset in offsets.items()}
        ends = {place: self._extents[place].end for place in self._starts if place[1] == shard}
        self._left |= {place: end for place, end in ends.items() if self._starts[place] < end}
        self._is_stale = True

    def stop(self, shard: int) -> None:
        """A rebuild never gives a shard away; one that halts ends it."""

    def pause(self, shard: int, topic: str) -> None:
        self._held.add((topic, shard))
        self._is_stale = True

    def resume(self, shard: int, topic: str) -> None:
        self._held.discard((topic, shard))
        self._is_stale = True

    def identity(self) -> Identity:
        return self._facts.identity()

    def partitions(self, topic: str) -> int:
        return self._facts.partitions(topic)

    def ask_ends(self, asked_at: datetime, reached_us: int = -1) -> None:
        """Time comes from the log here."""

    def ends(self) -> Ends | None:
        return None

    def note(self, shard: int, offsets: Mapping[str, int]) -> None:
        """Nobody follows a rebuild by a group's offsets."""

    def close(self) -> None:
        self._facts.close()


class KeepingSink:
    """Takes outputs, publishes nothing, and remembers what was said."""

    def __init__(self) -> None:
        self.said: dict[Number, str] = {}

    def limits(self) -> Mapping[str, int]:
        return {}

    def publish_alone(self, shard: int, records: Sequence[OutRecord]) -> bool:
        return True

    def send(self, shard: int, records: Sequence[OutRecord]) -> None:
        for record in records:
            self.said.setdefault(number_of(record), digest_of(record))

    def settle(self, timeout_s: float) -> bool:
        return True

    def reset(self) -> None:
        """Nothing is ever under way."""

    def close(self) -> None:
        """Nothing to let go of."""


class Published:
    """Everything that a processor has written, by number; a repetition counts once. `read_on` reads what is new."""

    def __init__(self, processor: Processor, history: History) -> None:
        self.found: dict[Number, str] = {}
        self._name, self._history = processor.name, history
        self._places = history.places(list(dict.fromkeys((*processor.outputs, *processor.ticks_to))))
        self._read_to: dict[Place, int] = {}

    def read_on(self) -> None:
        extents = self._history.extents(self._places)
        new = {p: Extent(max(e.start, self._read_to.get(p, 0)), e.end) for p, e in extents.items()}
        for record in self._history.read(new):
            origin = (dict(record.headers).get("tousu-origin") or b"").decode()
            if origin.startswith(f"{self._name}/"):
                output = as_output(record)
                self.found.setdefault(number_of(output), digest_of(output))
        self._read_to = {place: extent.end for place, extent in extents.items()}

    def wait_for(self, said: Mapping[Number, str]) -> None:
        """Read until everything that was said is there, or for as long as a processor at work may take."""
        ends_s = time.monotonic() + ON_ITS_WAY_S
        self.read_on()
        while not said.keys() <= self.found.keys() and time.monotonic() < ends_s:
            time.sleep(ASK_AGAIN_S)
            self.read_on()


def number_of(record: OutRecord) -> Number:
    """By what an output is known."""
    said = dict(record.headers)
    return record.topic, record.partition, said["tousu-origin"].decode(), int(said["tousu-seq"])


def _named(number: Number) -> str:
    topic, partition, origin, seq = number
    return f"{origin}:{topic}/{partition}:{seq}"


def compared(said: Mapping[Number, str], published: Mapping[Number, str], source: ReplaySource) -> Rebuilt:
    """What the rebuild said, held against what the topics hold.

    Where a shard's inputs have grown, what it wrote behind the last number that was said is about them.
    """
    grown = source.grown()
    last: dict[tuple[str, int, str], int] = {}
    for topic, partition, origin, seq in said:
        last[(topic, partition, origin)] = max(seq, last.get((topic, partition, origin), 0))
    more = sorted(number for number in published if number not in said)
    unknown = [each for each in more if each[3] <= last.get(each[:3], 0) or _shard_of(each[2]) not in grown]
    different = [number for number, digest in said.items() if published.get(number, digest) != digest]
    unpublished = [number for number in said if number not in published]
    return Rebuilt(
        source.read, len(said) - len(different) - len(unpublished), _all_named(different), _all_named(unpublished),
        _all_named(unknown), len(more) - len(unknown), source.stops_at(),
    )  # fmt: skip


def _all_named(numbers: Iterable[Number]) -> tuple[str, ...]:
    return tuple(map(_named, numbers))


def _shard_of(origin: str) -> int:
    """The shard of an origin such as `router/3` or `router/3.2`."""
    return int(origin.partition("/")[2].partition(".")[0])


def rebuild(processor: Processor, history: History, facts: KafkaSource, store: Store, clock: Clock) -> Rebuilt:
    """Fold the whole input log into an empty database.

    Raises Stop: `not_empty` for a database that has been used, `history_gone` when the log no longer goes back to its
    beginning, `not_rebuildable` for the processor that stands at the gate, and whatever halts a shard.
    """
    if processor.keeps_time:
        message = (
            f"{processor.name} stamps time and keeps what the topics never show: restore its database from a backup"
        )
        raise Stop("not_rebuildable", message)
    store.create()
    _check_empty(store, processor.name)
    source = ReplaySource(history, facts, [each.topic for each in processor.inputs])
    sink = KeepingSink()
    loop = Loop(processor, source, sink, store, clock, tuning=Tuning())
    while not source.is_done or loop.step(0.05):
        loop.step(0.05)
        for shard, error in loop.halted.items():
            raise Stop(error.reason, f"shard {shard}: {error.message}")
    published = Published(processor, history)
    published.wait_for(sink.said)
    rebuilt = compared(sink.said, published.found, source)
    if rebuilt.is_faithful:
        _forget_pending(store, processor.name)
    return rebuilt


def _check_empty(store: Store, name: str) -> None:
    connection = store.connection()
    used = connection.execute(sa.text(f"SELECT count(*) FROM {name}_bookmark")).scalar()
    connection.rollback()
    if used:
        raise Stop("not_empty", f"the database already has bookmarks of {name}; name an empty one with --into")


def _forget_pending(store: Store, name: str) -> None:
    """The topics hold everything: the last turn's outputs must not be sent again when the processor starts."""
    connection = store.connection()
    connection.execute(sa.text(f"UPDATE {name}_bookmark SET pending = :nothing"), {"nothing": bm.pack_pending([])})
    connection.commit()


def first(names: Iterable[str]) -> str:
    """The first few names, and how many more there are."""
    listed = list(names)
    more = f" and {len(listed) - NAMED_MAX} more" if len(listed) > NAMED_MAX else ""
    return ", ".join(listed[:NAMED_MAX]) + more
