"""Rebuilding a processor's database from its input log, and holding what it says against what the topics hold.

The rules and the runtime make the outcome a function of the log alone, so the same inputs into an empty database give
the same states and the same outputs with the same numbers, byte for byte. Nothing is published: what the topics hold
already must not stand there twice. The processor may be at work meanwhile: the fold goes up to where its inputs ended
when it began, and what the processor wrote about later inputs is left alone.
Source: docs/architecture.md, sections 4 and 7; docs/architecture.md, I9.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import sqlalchemy as sa

from tousu.failure import Retry, Stop
from tousu.runtime import acts
from tousu.runtime.acts import PublishedAct
from tousu.runtime.audit import as_output, digest_of
from tousu.runtime.broker import Partition
from tousu.runtime.clock import TimeSource
from tousu.runtime.cluster import Cluster
from tousu.runtime.growing import ACCEPTED, Growth, grow, growth_in
from tousu.runtime.history import Extent, History
from tousu.runtime.loop import Tuning
from tousu.runtime.processor import Processor
from tousu.runtime.replay import KeepingSink, Number, ReplayLoop, ReplaySource, forget_pending, number_of
from tousu.runtime.store import Store

NAMED_MAX: Final = 20
ON_ITS_WAY_S: Final = 30.0
"""So long a processor at work is waited for that has not published yet what follows from these inputs."""
ASK_AGAIN_S: Final = 0.5
POLL_S: Final = 0.05
STILL_S: Final = 60.0
"""So long nothing may move; then the rebuild ends and says what it waits for."""


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


class Published:
    """Everything that a processor has written, by number; a repetition counts once. `read_on` reads what is new.

    `acts`: what operators did to its shards.
    """

    def __init__(self, processor: Processor, history: History) -> None:
        self.digests: dict[Number, str] = {}
        self.acts: dict[Number, PublishedAct] = {}
        self._name, self._history = processor.name, history
        self._places = history.places(list(dict.fromkeys((*processor.outputs, *processor.ticks_to))))
        self._read_to: dict[Partition, int] = {}

    def read_on(self) -> None:
        extents = self._history.extents(self._places)
        new = {p: Extent(max(e.start, self._read_to.get(p, 0)), e.end) for p, e in extents.items()}
        for record in self._history.read(new):
            origin = (dict(record.headers).get("tousu-origin") or b"").decode()
            if origin.startswith(f"{self._name}/"):
                output = as_output(record)
                self.digests.setdefault(number_of(output), digest_of(output))
                act = acts.told_in(output)
                if act is not None:
                    self.acts.setdefault(number_of(output), act)
        self._read_to = {place: extent.end for place, extent in extents.items()}

    def wait_for(self, rebuilt: Mapping[Number, str]) -> None:
        """Read until everything that was said is there, or for as long as a processor at work may take."""
        ends_s = time.monotonic() + ON_ITS_WAY_S
        self.read_on()
        while not rebuilt.keys() <= self.digests.keys() and time.monotonic() < ends_s:
            time.sleep(ASK_AGAIN_S)
            self.read_on()


def _named(number: Number) -> str:
    topic, partition, origin, seq = number
    return f"{origin}:{topic}/{partition}:{seq}"


def compared(rebuilt: Mapping[Number, str], published: Mapping[Number, str], source: ReplaySource) -> Rebuilt:
    """What the rebuild said, held against what the topics hold.

    Where a shard's inputs have grown, what it wrote behind the last number that was said is about them.
    """
    grown = source.grown()
    last: dict[tuple[str, int, str], int] = {}
    for topic, partition, origin, seq in rebuilt:
        last[(topic, partition, origin)] = max(seq, last.get((topic, partition, origin), 0))
    more = sorted(number for number in published if number not in rebuilt)
    unknown = [number for number in more if number[3] <= last.get(number[:3], 0) or _shard_of(number[2]) not in grown]
    different = [number for number, digest in rebuilt.items() if published.get(number, digest) != digest]
    unpublished = [number for number in rebuilt if number not in published]
    return Rebuilt(
        source.read, len(rebuilt) - len(different) - len(unpublished), _all_named(different), _all_named(unpublished),
        _all_named(unknown), len(more) - len(unknown), source.stops_at(),
    )  # fmt: skip


def _all_named(numbers: Iterable[Number]) -> tuple[str, ...]:
    return tuple(map(_named, numbers))


def _shard_of(origin: str) -> int:
    """The shard of an origin such as `router/3` or `router/3.2`."""
    return int(origin.partition("/")[2].partition(".")[0])


def rebuild(
    processor: Processor, history: History, facts: Cluster, store: Store, clock: TimeSource, *,
    time_from_events: bool = False,
) -> Rebuilt:  # fmt: skip
    """Fold the whole input log into an empty database. `time_from_events`: whether its time was simulated.

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
    published = Published(processor, history)
    published.read_on()
    past_acts = acts.in_order(published.acts.values())
    _check_whole(past_acts)
    topics, sink = [input_.topic for input_ in processor.inputs], KeepingSink()
    tuning = Tuning(time_from_events=time_from_events)
    for growth in growths(history):
        source = ReplaySource(history, facts, topics, growth.former)
        loop = ReplayLoop(processor, source, sink, store, clock, tuning=tuning)
        loop.expect(past_acts)
        loop.stop_at(growth.at[processor.name])
        turn_to_the_end(loop, source)
        forget_pending(store, processor.name)
        grow(store, processor, growth.former, growth.partitions)
        past_acts = [
            act for act in past_acts if act.record.partition >= growth.former or not _is_before(act, growth, processor)
        ]
    source = ReplaySource(history, facts, topics)
    loop = ReplayLoop(processor, source, sink, store, clock, tuning=tuning)
    loop.expect(past_acts)
    turn_to_the_end(loop, source)
    published.wait_for(sink.digests)
    rebuilt = compared(sink.digests, published.digests, source)
    if rebuilt.is_faithful:
        forget_pending(store, processor.name)
    return rebuilt


def turn_to_the_end(loop: ReplayLoop, source: ReplaySource, still_s: float = STILL_S) -> None:
    """Fold all there is. Raises Stop: why a shard halted; Retry: what kept everything standing still for so long."""
    moved_s, furthest = time.monotonic(), 0
    while not loop.has_stopped:
        applied = loop.step(POLL_S)
        for shard, error in loop.halted.items():
            raise Stop(error.reason, f"shard {shard}: {error.message}")
        if not applied and source.is_done and loop.shards.keys() == source.wanted():
            return
        if applied or source.reached() > furthest:
            moved_s, furthest = time.monotonic(), max(furthest, source.reached())
        if time.monotonic() - moved_s > still_s:
            left = ", ".join(f"{topic}/{number}" for topic, number in source.left())
            words = f"nothing has moved for {still_s:g} s; still to read: {left or 'nothing'}"
            trouble = loop.trouble or Retry("broker_away", "no record came")
            raise Retry(trouble.reason, f"{words}; {trouble.message}")


def growths(history: History) -> list[Growth]:
    """How the log came to have as many partitions as it has, the first time first."""
    found_growths, number = list[Growth](), history.partitions(ACCEPTED) - 1
    while number > 0:
        place = (ACCEPTED, number)
        extent = history.extents([place])[place]
        first = next(history.read({place: Extent(extent.start, min(extent.start + 1, extent.end))}), None)
        growth = growth_in(first) if first is not None else None
        if growth is None:
            break
        found_growths.insert(0, growth)
        number = growth.former - 1
    # What was fetched ahead would come with the first records of whoever follows this history next.
    history.follow({})
    history.poll(0.0)
    return found_growths


def _is_before(act: PublishedAct, growth: Growth, processor: Processor) -> bool:
    """Whether an act was done before the shards were put into more of them."""
    stood = growth.at[processor.name][act.record.partition]
    return sum(act.act.at.values()) <= sum(stood.values())


def _check_whole(past_acts: Iterable[PublishedAct]) -> None:
    """Where an operator accepted that a part of the log is gone, nothing can be made again from the log."""
    for act, record in past_acts:
        if act.to != act.at.get(act.topic, 0) and act.kind == "resume":
            place = f"{act.topic}/{record.partition} at offset {act.at.get(act.topic, 0)}"
            raise Stop(
                "history_gone", f"an operator went on although records were lost, {place}: restore a backup instead"
            )


def _check_empty(store: Store, name: str) -> None:
    connection = store.connection()
    used = connection.execute(sa.text(f"SELECT count(*) FROM {name}_checkpoint")).scalar()
    connection.rollback()
    if used:
        raise Stop("not_empty", f"the database already has checkpoints of {name}; name an empty one with --into")


def first(names: Iterable[str]) -> str:
    """The first few names, and how many more there are."""
    listed = list(names)
    more = f" and {len(listed) - NAMED_MAX} more" if len(listed) > NAMED_MAX else ""
    return ", ".join(listed[:NAMED_MAX]) + more
