"""Rebuilding a processor's database from its input log, and holding what it says against what the topics hold.

The rules and the runtime make the outcome a function of the log alone, so the same inputs into an empty database give
the same states and the same outputs with the same numbers, byte for byte. Nothing is published: what the topics hold
already must not stand there twice. Source: design.md, sections 3 and 4; reliability.md, I9.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Final, NamedTuple

import sqlalchemy as sa

from tousu.decision import Ref, State
from tousu.failure import Stop
from tousu.runtime import acts
from tousu.runtime import bookmark as bm
from tousu.runtime.acts import Act, Told
from tousu.runtime.arrival import Arrival
from tousu.runtime.audit import as_output, digest_of
from tousu.runtime.broker import Ends, Identity, OutRecord, Record
from tousu.runtime.clock import Clock
from tousu.runtime.draft import Draft
from tousu.runtime.history import History, Place
from tousu.runtime.kafka import KafkaSource
from tousu.runtime.loop import Loop, Tuning
from tousu.runtime.processor import Processor
from tousu.runtime.report import TurnReport
from tousu.runtime.store import Store

NAMED_MAX: Final = 20
Number = tuple[str, int, str, int]
"""Topic, partition, origin, output number."""


class Rebuilt(NamedTuple):
    """What came of a rebuild.

    inputs: records read. same: outputs equal to those on the topics. different: those that are not (the first few
    named). unpublished: outputs that no topic holds. unknown: records of this processor that the rebuild did not
    produce.
    """

    inputs: int
    same: int
    different: tuple[str, ...]
    unpublished: tuple[str, ...]
    unknown: tuple[str, ...]

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
        for topic, offset in offsets.items():
            end = self._extents[(topic, shard)].end
            self._left.pop((topic, shard), None)
            self._left |= {(topic, shard): end} if offset < end else {}
        self._is_stale = True

    def stop(self, shard: int) -> None:
        """A rebuild never gives a shard away; it opens one again behind an operator's act, one that halts ends it."""

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


class ComparingSink:
    """Takes outputs, publishes nothing, and compares them with what the topics hold."""

    def __init__(self, published: dict[Number, str]) -> None:
        self._left = published
        self.same = 0
        self.different: list[str] = []
        self.unpublished: list[str] = []

    def limits(self) -> Mapping[str, int]:
        return {}

    def publish_alone(self, shard: int, records: Sequence[OutRecord]) -> bool:
        return True

    def send(self, shard: int, records: Sequence[OutRecord]) -> None:
        for record in records:
            number = number_of(record)
            found = self._left.pop(number, None)
            if found is None:
                self.unpublished.append(_named(number))
            elif found == digest_of(record):
                self.same += 1
            else:
                self.different.append(_named(number))

    def unknown(self) -> list[str]:
        """What the topics hold of this processor and the rebuild did not say."""
        return [_named(number) for number in sorted(self._left)]

    def settle(self, timeout_s: float) -> bool:
        return True

    def reset(self) -> None:
        """Nothing is ever under way."""

    def close(self) -> None:
        """Nothing to let go of."""


def number_of(record: OutRecord) -> Number:
    """By what an output is known."""
    said = dict(record.headers)
    return record.topic, record.partition, said["tousu-origin"].decode(), int(said["tousu-seq"])


def _named(number: Number) -> str:
    topic, partition, origin, seq = number
    return f"{origin}:{topic}/{partition}:{seq}"


class ReplayLoop(Loop):
    """A loop that does what an operator once did, where it was done: what stands there may never be read again."""

    def expect(self, told: Iterable[Told]) -> None:
        """The operator's acts, in the order in which they were told."""
        self._told: dict[int, deque[Told]] = defaultdict(deque)
        for each in told:
            self._told[each.record.partition].append(each)

    def step(self, timeout_s: float = 0.1) -> int:
        applied = super().step(timeout_s)
        for number in list(self.shards):
            applied += self._repeat_acts(number)
        return applied

    def _fold_shard(
        self, number: int, arrivals: list[Arrival], found: Mapping[tuple[int, Ref], State], report: TurnReport,
        room: int,
    ) -> tuple[Draft | None, list[Arrival]]:  # fmt: skip
        """Fold up to where the operator acted; the shard is opened again there, so what lies behind comes again."""
        told = self._told.get(number)
        if told:
            arrivals = list(_up_to(self.shards[number].opened.bookmark, told[0].act, arrivals))
        return super()._fold_shard(number, arrivals, found, report, room) if arrivals else (None, [])

    def _repeat_acts(self, number: int) -> int:
        told = self._told.get(number)
        if not told or not acts.stands_at(self.shards[number].opened.bookmark, told[0].act.at):
            return 0
        report = TurnReport()
        draft = self._draft(number, self.shards[number], (), {}, report)
        acts.repeat(draft, told.popleft())
        self._commit([draft], report)
        self._settle()
        _forget_pending(self._store, self.processor.name)
        self._drop(number)
        self._open_wanted()
        return 1


def _up_to(bookmark: bm.Bookmark, act: Act, arrivals: Iterable[Arrival]) -> Iterator[Arrival]:
    """The inputs that come before the place of an act."""
    reached = bm.copy(bookmark)
    for arrival in arrivals:
        if acts.stands_at(reached, act.at):
            return
        topic = arrival.record.topic
        reached.offsets[topic] = max(reached.offsets.get(topic, 0), arrival.record.offset + 1)
        yield arrival


class Published(NamedTuple):
    """What a processor has written so far: a digest by number (a repetition counts once), and what operators did."""

    digests: dict[Number, str]
    acts: tuple[Told, ...]


def published_by(processor: Processor, history: History) -> Published:
    """Everything that stands on the topics of a processor."""
    topics = list(dict.fromkeys((*processor.outputs, *processor.ticks_to)))
    found: dict[Number, str] = {}
    told: dict[Number, Told] = {}
    for record in history.read(history.extents(history.places(topics))):
        origin = (dict(record.headers).get("tousu-origin") or b"").decode()
        if origin.startswith(f"{processor.name}/"):
            output = as_output(record)
            found.setdefault(number_of(output), digest_of(output))
            act = acts.told_in(output)
            if act is not None:
                told.setdefault(number_of(output), act)
    return Published(found, tuple(told[number] for number in sorted(told, key=itemgetter(1, 3))))


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
    published = published_by(processor, history)
    _check_whole(published.acts)
    source = ReplaySource(history, facts, [each.topic for each in processor.inputs])
    sink = ComparingSink(published.digests)
    loop = ReplayLoop(processor, source, sink, store, clock, tuning=Tuning())
    loop.expect(published.acts)
    while not source.is_done or loop.step(0.05):
        loop.step(0.05)
        for shard, error in loop.halted.items():
            raise Stop(error.reason, f"shard {shard}: {error.message}")
    read = source.read
    rebuilt = Rebuilt(read, sink.same, *map(tuple, (sink.different, sink.unpublished, sink.unknown())))
    if rebuilt.is_faithful:
        _forget_pending(store, processor.name)
    return rebuilt


def _check_whole(told: Iterable[Told]) -> None:
    """Where an operator accepted that a part of the log is gone, nothing can be made again from the log."""
    for act, record in told:
        if act.to != act.at.get(act.topic, 0) and act.kind == "resume":
            place = f"{act.topic}/{record.partition} at offset {act.at.get(act.topic, 0)}"
            raise Stop(
                "history_gone", f"an operator went on although records were lost, {place}: restore a backup instead"
            )


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
