"""Logs as our processors write them, for tests of one that reads them: numbered, timed, with ticks in between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from tests.packs_read import load_policies
from tests.rules.lives import Lives
from tousu.event import Event, binary_headers, text_of_time
from tousu.policy.pack import Pack
from tousu.runtime.arrival import TICK
from tousu.runtime.broker import Record
from tousu.runtime.clock import SetClock
from tousu.runtime.loop import Loop, Tuning
from tousu.runtime.outgoing import check_output
from tousu.runtime.partition import partition_of
from tousu.runtime.processor import Processor
from tousu.runtime.simulated import SimulatedBroker, SimulatedSink, SimulatedSource
from tousu.runtime.store import Store
from tousu.runtime.wiring import Compose, Wiring

START = datetime.fromisoformat("2026-03-02T02:00:00+00:00")
Written = tuple[str, int, bytes | None, bytes, list[tuple[str, bytes]]]


class Feed:
    """The log of one writer on one topic: what it would append, in order."""

    def __init__(self, writer: str, topic: str, partitions: int) -> None:
        self.writer, self.topic, self.partitions = writer, topic, partitions
        self.written: list[Written] = []
        self._numbers: dict[int, int] = defaultdict(int)

    def say(self, one: Event, now: datetime, key: str | None = None) -> None:
        """An event, at a watermark."""
        name = key or one.subject or ""
        self._write(partition_of(name, self.partitions), name.encode(), one, now)

    def tick(self, now: datetime) -> None:
        """Time passes in every partition."""
        for partition in range(self.partitions):
            one = Event(id=f"t-{now.timestamp()}-{partition}", source=f"tousu/{self.writer}", type=TICK, time=now)
            self._write(partition, None, one, now)

    def _write(self, partition: int, key: bytes | None, one: Event, now: datetime) -> None:
        self._numbers[partition] += 1
        headers = [
            *binary_headers(one),
            ("tousu-origin", f"{self.writer}/{partition}".encode()),
            ("tousu-seq", str(self._numbers[partition]).encode()),
            ("tousu-time", text_of_time(now).encode()),
        ]
        self.written.append((self.topic, partition, key, orjson.dumps(one.data), headers))


class CaseFeed(Feed):
    """What the router writes of cases: each event with where its case stands behind it."""

    def __init__(self, partitions: int, *packs: Pack) -> None:
        super().__init__("router", "complaints.cases", partitions)
        self.lives = Lives(*packs)

    def say(self, one: Event, now: datetime, key: str | None = None) -> None:
        for behind in self.lives.behind(one, now):
            super().say(behind, now, key)


class Bench:
    """One processor with the pack of source C on a broker in memory, its database a file."""

    def __init__(
        self, compose: Compose, database_url: str, partitions: int = 2, batch_max: int = 500,
        pack: str = "courier-network",
    ) -> None:  # fmt: skip
        wiring = Wiring(
            policies=load_policies(pack), partitions=partitions,
            time_from_events=False, master_key=b"", check=check_output, schema_of=None,
        )  # fmt: skip
        self.processor: Processor = compose(wiring)
        topics = [*(each.topic for each in self.processor.inputs), *self.processor.outputs]
        self._now = SetClock(START)
        self.broker = SimulatedBroker(topics, partitions, self._now)
        self.url, self.partitions, self.batch_max = database_url, partitions, batch_max
        self.restart()

    def restart(self) -> None:
        """The process dies without a word and another one takes its place."""
        self.store = Store(self.url, self.processor.name, self.processor.kinds)
        self.store.create()
        self.source = SimulatedSource(
            self.broker, [each.topic for each in self.processor.inputs], range(self.partitions)
        )
        tuning = Tuning(batch_max=self.batch_max, retry_delay_s=0.0)
        self.loop = Loop(
            self.processor, self.source, SimulatedSink(self.broker), self.store, SetClock(START), tuning=tuning
        )

    def feed(self, written: Sequence[Written]) -> None:
        """Append to the input logs, each record at the time that its writer promised, so that it is believed."""
        for record in written:
            promised = datetime.fromisoformat(dict(record[4])["tousu-time"].decode())
            self._now.set(max(promised, self._now.now()))
            self.broker.append(*record)

    def run(self) -> None:
        """Turn until everything is read and nothing moves any more."""
        quiet = 0
        while quiet < 3:
            read = self._read()
            moved = self.loop.step(0)
            quiet = 0 if moved or self._read() > read else quiet + 1
        assert not self.loop.halted

    def _read(self) -> int:
        return sum(self.source._positions.values())

    def records(self, topic: str) -> list[Record]:
        """A topic, partition by partition, without ticks."""
        return [one for one in self.fresh(topic) if header(one, "ce_type") != TICK]

    def fresh(self, topic: str) -> list[Record]:
        """A topic as its readers see it: what was sent again is dropped by its number, and no number is missing."""
        records = []
        for log in self.broker.logs[topic]:
            last: dict[str, int] = defaultdict(int)  # by origin: several write a partition of a spread topic
            for one in log:
                origin, number = header(one, "tousu-origin"), int(header(one, "tousu-seq"))
                assert number <= last[origin] + 1
                if number > last[origin]:
                    records.append(one)
                    last[origin] = number
        return records

    def outcome(self) -> dict[str, Any]:
        """Everything that the processor wrote: its topics byte for byte, and its states."""
        wrote = {
            topic: [(one.partition, one.key, one.value, one.headers) for one in self.fresh(topic)]
            for topic in self.processor.outputs
        }
        return {**wrote, "states": self.store.digest()}


def header(record: Record, name: str) -> str:
    """A header as text, empty where there is none."""
    return next((value.decode() for each, value in record.headers if each == name and value is not None), "")


def numbers_in(partition: int, partitions: int, count: int) -> list[str]:
    """So many case numbers that belong to a partition."""
    found = [f"TS-20260302-{n:06d}" for n in range(200 * count)]
    return [name for name in found if partition_of(name, partitions) == partition][:count]
