"""A small world to run loops in: a broker in memory, one database per processor, a clock that is set by hand."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import orjson
import sqlalchemy as sa

from tests.integration.runtime import counting
from tousu.runtime.broker import Record
from tousu.runtime.clock import SetClock
from tousu.runtime.failpoints import Reached, nothing
from tousu.runtime.history import Extent
from tousu.runtime.loop import Loop, Tuning
from tousu.runtime.observer import Silent
from tousu.runtime.partition import partition_of
from tousu.runtime.processor import Processor
from tousu.runtime.report import TurnReport
from tousu.runtime.simulated import SimulatedBroker, SimulatedSink, SimulatedSource
from tousu.runtime.store import Store

START = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)


class Diary(Silent):
    """Remembers what the loop said."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.disbelieved: Counter[str] = Counter()

    def turned(self, report: TurnReport, now: datetime) -> None:
        self.disbelieved += report.disbelieved

    def opened(self, shard: int, epoch: int) -> None:
        self.lines.append(f"opened {shard} epoch {epoch}")

    def fenced(self, shards: frozenset[int]) -> None:
        self.lines.append("fenced")

    def halted(self, shard: int, error: Exception) -> None:
        self.lines.append(f"halted {shard} {error}")

    def retrying(self, error: Exception) -> None:
        self.lines.append(f"retrying {error}")


class World:
    """Keeper and counter, or other processors, in as many copies as a test wants."""

    def __init__(
        self, database_url: str, partitions: int = 2, batch_max: int = 500, topics: Sequence[str] = counting.TOPICS
    ) -> None:
        self.url = database_url
        self.partitions = partitions
        self.clock = SetClock(START)
        self.broker = SimulatedBroker(topics, partitions, self.clock)
        self.tuning = Tuning(batch_max=batch_max, retry_delay_s=0.0, halted_again_s=0.0)
        self.loops: list[Loop] = []
        self.sources: dict[Loop, SimulatedSource] = {}
        self.diaries: dict[Loop, Diary] = {}
        self._sent = 0

    def copy(
        self, processor: Processor, shards: Iterable[int] | None = None, reached: Reached = nothing,
        loop_type: type[Loop] = Loop, store_type: type[Store] = Store,
    ) -> Loop:  # fmt: skip
        """Start one more copy of a processor, which owns these shards (all, unless said)."""
        store = store_type(self.url, processor.name, processor.kinds, reached)
        if self.url.startswith("sqlite"):  # copies die in here, the machine does not
            sa.event.listen(store._engine, "connect", lambda made, _: made.execute("PRAGMA synchronous=OFF"))
        store.create()
        owned = range(self.partitions) if shards is None else shards
        source = SimulatedSource(self.broker, [each.topic for each in processor.inputs], owned)
        diary = Diary()
        sink = SimulatedSink(self.broker, lambda record: reached("while_publishing"))
        loop = loop_type(
            processor, source, sink, store, self.clock, tuning=self.tuning, reached=reached, observer=diary,
        )  # fmt: skip
        self.loops.append(loop)
        self.sources[loop], self.diaries[loop] = source, diary
        return loop

    def crash(self, loop: Loop) -> None:
        """The process dies: nothing of it remains but what it committed and published."""
        loop._store.reset()
        self.loops.remove(loop)

    def send(self, key: str, **data: object) -> int:
        """An adapter publishes an event of a key; its shard is the key's."""
        self._sent += 1
        name, value, headers = counting.inbound(self._sent, key, self.clock.now(), **data)
        shard = partition_of(key, self.partitions)
        self.broker.append(counting.INBOUND, shard, name, value, headers)
        return self._sent

    def run(self, rounds: int = 6) -> None:
        """Let every loop turn until nothing moves any more."""
        quiet = 0
        while quiet < rounds:
            before = len(self.broker.published)
            moved = sum(loop.step(0) for loop in self.loops)
            quiet = 0 if moved or len(self.broker.published) > before else quiet + 1

    def pass_time(self, seconds: float) -> None:
        """Let the clock go on, and everybody notice."""
        self.clock.set(self.clock.now() + timedelta(seconds=seconds))
        self.run()

    def told(self, kind: str) -> dict[str, list[Record]]:
        """The records of a type on the counts topic per key, without repeated numbers, in order."""
        found: dict[str, list[Record]] = defaultdict(list)
        for record in self.fresh(counting.COUNTS):
            if header(record, "ce_type") == kind:
                found[(record.key or b"").decode()].append(record)
        return found

    def noted(self) -> list[Record]:
        """What keeper passed on, without its ticks."""
        return [r for r in self.fresh(counting.LOG) if header(r, "ce_type") == "t.noted"]

    def fresh(self, topic: str) -> list[Record]:
        """The records of a topic as a reader sees them that drops the numbers it has."""
        records = []
        for log in self.broker.logs[topic]:
            last: dict[str, int] = defaultdict(int)
            for record in log:
                origin, seq = header(record, "tousu-origin"), int(header(record, "tousu-seq"))
                if seq > last[origin]:
                    assert seq == last[origin] + 1, f"{topic}: {origin} jumps from {last[origin]} to {seq}"
                    last[origin] = seq
                    records.append(record)
        return records


def header(record: Record, name: str) -> str:
    return (dict(record.headers)[name] or b"").decode()


class LogOf(NamedTuple):
    """What an act asks of the log's history, of the broker in memory."""

    broker: SimulatedBroker

    def partitions(self, topic: str) -> int:
        return len(self.broker.logs[topic])

    def extents(self, places: Collection[tuple[str, int]]) -> dict[tuple[str, int], Extent]:
        return {at: Extent(0, len(self.broker.logs[at[0]][at[1]])) for at in places}

    def at(self, place: tuple[str, int], offset: int) -> Record:
        return self.broker.logs[place[0]][place[1]][offset]

    def read(self, extents: Mapping[tuple[str, int], Extent]) -> Iterator[Record]:
        for (topic, shard), extent in extents.items():
            yield from self.broker.logs[topic][shard][extent.start : extent.end]


def both(world: World) -> tuple[Loop, Loop]:
    """A copy of keeper and one of counter."""
    return world.copy(counting.keeper()), world.copy(counting.counter())


def counts(world: World, key: str) -> list[int]:
    """What counter said of a key."""
    return [orjson.loads(r.value or b"")["count"] for r in world.told("t.counted")[key]]


def rejected(world: World) -> list[tuple[str, bytes | None]]:
    """Reason and value of what was refused."""
    return [(header(r, "tousu-reason"), r.value) for r in world.fresh(counting.REJECTED)]
