"""Intake, router and sla in one process while the database of one is away: what is told meanwhile must count as told.

Simulated time: minutes or hours of outage pass at once. The broker's append time is the world's time; all that the
oracle looks at are the inbound records and what the processors published.
"""

from __future__ import annotations

import heapq
import itertools
import tempfile
import zlib
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import orjson
import sqlalchemy as sa

from services.intake.processor import processor as intake
from services.router.processor import processor as router
from services.sla.processor import processor as sla
from tests.faults import timekeeping
from tests.faults.short_limits import BACKDATING, RULES, START, Adapters, Outgoing, write_pack
from tests.faults.timekeeping import EPOCH, MICROSECOND, Findings, Inbound, Published, attributes
from tests.integration.runtime.world import World
from tousu import contract
from tousu.failure import Retry
from tousu.policy.loading import load_policies
from tousu.policy.policies import Policies
from tousu.runtime.broker import Record
from tousu.runtime.clock import TimeSource
from tousu.runtime.loop import Loop
from tousu.runtime.outgoing import check_output
from tousu.runtime.processor import Processor
from tousu.runtime.store import Store
from tousu.runtime.wiring import Wiring

PARTITIONS = 2
SLICE = timedelta(seconds=1)
BEFORE, AFTER = timedelta(minutes=2), timedelta(minutes=4)
SLICES_MIN = 600
"""Into so many slices an outage is cut at least."""
PER_SLICE_MAX = 100
"""Complaints in a slice of an outage: those who are not away must keep up."""
PER_SECOND = 1
"""Complaints per second while nothing is wrong."""
FORGET_MIN = 1_000
NEARLY_NOTHING = 100
"""So few records behind are what a slice brings."""
CATCH_UP_SLICES_MAX = 40_000
SETTLED_AFTER = timedelta(minutes=1)
"""So long behind the last that can come of a complaint it is judged: longer than a slice of an outage."""
LIMIT_MAX = max(rule.limit_us for rule in RULES) * MICROSECOND
PACKER = msgspec.msgpack.Encoder()
UNPACKER = msgspec.msgpack.Decoder(tuple[int, bytes | None, bytes | None, list[tuple[str, bytes | None]], int, str])
_worlds = itertools.count()


class Counted(list[Record]):
    """Counts what is published and keeps nothing of it."""

    def __init__(self) -> None:
        super().__init__()
        self._count = 0

    def append(self, record: Record) -> None:
        self._count += 1

    def __len__(self) -> int:
        return self._count


class PackedLog(list[Any]):
    """A partition whose records lie packed until somebody reads them: a million that wait take a fifth of the room."""

    def __init__(self, topic: str, partition: int) -> None:
        super().__init__()
        self._place = (topic, partition)

    def append(self, record: Record) -> None:
        super().append(zlib.compress(PACKER.encode(record[2:]), 1))

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        return [self._unpacked(each) for each in found] if isinstance(index, slice) else self._unpacked(found)

    def _unpacked(self, packed: bytes) -> Record:
        offset, key, value, headers, time_ms, flaw = UNPACKER.decode(zlib.decompress(packed))
        return Record(*self._place, offset, key, value, headers, time_ms, flaw)


class AwayStore(Store):
    """A database that can be away."""

    away = False

    def connection(self) -> sa.Connection:
        if self.away:
            raise Retry("database_away", "the test has taken it away")
        return super().connection()


@cache
def policies() -> Policies:
    with tempfile.TemporaryDirectory() as folder:
        return load_policies(str(write_pack(Path(folder))))


class OtherHost:
    """The clock of a machine that is days off."""

    def __init__(self, right: TimeSource, off: timedelta) -> None:
        self._right, self._off = right, off

    def now(self) -> datetime:
        return self._right.now() + self._off


class Standstill:
    """One world with an outage in it.

    `host_off`: by how much the clock of intake's machine is wrong. `folder`: where databases lie (None: in memory);
    with one the records that wait are packed, too, and memory hardly grows.
    """

    def __init__(
        self, seed: int, loop_type: type[Loop] = Loop, host_off: timedelta = timedelta(0), folder: Path | None = None
    ) -> None:
        url = f"sqlite:///file:standstill{next(_worlds)}?mode=memory&cache=shared&uri=true"
        if folder is not None:
            url = f"sqlite:///{folder / 'standstill.sqlite'}"
        self.world = World(url, PARTITIONS, topics=[card.topic for card in contract.cards()])
        self.world.broker.published = Counted()
        if folder is not None:
            for topic, logs in self.world.broker.logs.items():
                logs[:] = [PackedLog(topic, partition) for partition in range(PARTITIONS)]
        self.anchor = sa.create_engine(url, poolclass=sa.NullPool).connect()
        self.adapters = Adapters(seed, PARTITIONS)
        self.chance = self.adapters.chance
        self.inbound = Inbound(BACKDATING)
        self.told = 0
        self._planned: list[tuple[datetime, int, str, datetime, str]] = []
        self._received: dict[str, datetime] = {}
        self.published = Published()
        self.findings = Findings()
        self.behind_max = 0
        self._settling: list[tuple[datetime, str]] = []
        self._sla_at = [EPOCH] * PARTITIONS
        """Up to when complaints.sla says that everything has been judged."""
        self._heard: dict[tuple[str, int], int] = defaultdict(int)
        self._forgotten: dict[tuple[str, int], int] = defaultdict(int)
        self.now = START
        self.set_time(START)
        for make in (intake, router, sla):
            loop = self.world.copy(self._processor(make), loop_type=loop_type, store_type=AwayStore)
            if make is intake:
                loop._clock = OtherHost(self.world.clock, host_off)

    def _processor(self, make: Callable[[Wiring], Processor]) -> Processor:
        return make(
            Wiring(
                policies=policies(), partitions=PARTITIONS, time_from_events=False,
                master_key=b"k" * 32, check=check_output, schema_of=None,
            )
        )  # fmt: skip

    def set_time(self, now: datetime) -> None:
        self.now = now
        self.world.clock.set(now)

    # -- what is told -------------------------------------------------------------------------------------------

    def append(self, one: Outgoing) -> None:
        self.inbound.hear(self.world.broker.append(*one))
        self.told += 1

    def complain(self) -> None:
        self.append(self.adapters.complaint(self.now))
        self._received[f"in-{self.adapters.told}"] = self.now

    def report(self) -> bool:
        """Tell the next report whose time has come."""
        if not self._planned or self._planned[0][0] > self.now:
            return False
        _, _, number, happened, what = heapq.heappop(self._planned)
        self.append(self.adapters.report(number, what, happened))
        return True

    def listen(self) -> None:
        """Departments hear of the cases that are registered; the oracle hears everything; what all have read goes."""
        broker = self.world.broker
        for topic in ("complaints.accepted", "complaints.sla"):
            for partition, log in enumerate(broker.logs[topic]):
                for record in log[self._heard[topic, partition] :]:
                    self.published.hear(record)
                    if topic == "complaints.accepted" and timekeeping.is_registered(record):
                        self._plan(record)
                if topic == "complaints.sla" and len(log) > self._heard[topic, partition]:
                    self._sla_at[partition] = datetime.fromisoformat(attributes(log[-1])["tousu-time"])
                self._heard[topic, partition] = len(log)
        self._settle()
        for loop in self.world.loops:
            for number, shard in loop.shards.items():
                for topic, offset in shard.opened.checkpoint.offsets.items():
                    self._forget(topic, number, offset)
        for topic in ("complaints.sla", "complaints.outcomes"):
            for partition, log in enumerate(broker.logs[topic]):
                self._forget(topic, partition, len(log))

    def _plan(self, registered: Record) -> None:
        data = orjson.loads(registered.value or b"")
        received = self._received.pop(data["source_event"]["id"], None)
        if received is None:
            return  # published again
        last = self.now + LIMIT_MAX
        for at, happened, what in self.adapters.plan(received, self.now):
            entry = (at, self.told + len(self._planned), data["case_number"], happened, what)
            heapq.heappush(self._planned, entry)
            last = max(last, at)
        heapq.heappush(self._settling, (last + SETTLED_AFTER, data["source_event"]["id"]))

    def _settle(self) -> None:
        """Judge those of whom nothing more can come: all is told, every limit is over, and sla has said so."""
        passed = min(self.now, *self._sla_at)
        end_us = ((passed - EPOCH) // MICROSECOND,) * 2
        while self._settling and self._settling[0][0] < passed:
            _, event_id = heapq.heappop(self._settling)
            timekeeping.settle(self.findings, self.inbound, self.published, RULES, event_id, end_us)

    def _forget(self, topic: str, partition: int, offset: int) -> None:
        """Empty what nobody reads any more, so that a million fit in memory."""
        log: list[Any] = self.world.broker.logs[topic][partition]
        start = self._forgotten[topic, partition]
        if offset > start + FORGET_MIN:
            log[start:offset] = [None] * (offset - start)
            self._forgotten[topic, partition] = offset

    # -- time ---------------------------------------------------------------------------------------------------

    def pass_time(self, length: timedelta, complaints: int, every: timedelta = SLICE) -> None:
        """Let time go on, evenly with complaints, and with the reports whose time comes."""
        slices = max(1, length // every)
        begin, made = self.now, 0
        for number in range(1, slices + 1):
            due = complaints * number // slices
            steps = max(1, due - made)
            for step in range(steps):
                self.set_time(begin + length * ((number - 1) / slices) + length / slices * ((step + 1) / steps))
                if made < due:
                    self.complain()
                    made += 1
                while self.report():
                    pass
            for loop in self.world.loops:
                loop.step(0)
            self.listen()

    def catch_up(self, who: str = "intake") -> int:
        """Let time and complaints go on until a processor has read everything. Returns how many slices that took."""
        slices = 0
        while self.behind(who) > NEARLY_NOTHING:
            self.pass_time(SLICE, 1)
            slices += 1
            assert slices < CATCH_UP_SLICES_MAX, f"{who} does not catch up"
        return slices

    def behind(self, who: str) -> int:
        """How many records the checkpoint of a processor has not passed."""
        loop = self.loop_of(who)
        read = sum(sum(shard.opened.checkpoint.offsets.values()) for shard in loop.shards.values())
        return sum(len(log) for each in loop.processor.inputs for log in self.world.broker.logs[each.topic]) - read

    def loop_of(self, who: str) -> Loop:
        return next(loop for loop in self.world.loops if loop.processor.name == who)

    def outage(self, length: timedelta, complaints: int, who: str = "intake") -> None:
        """The database of one processor is away; adapters and departments go on."""
        loop = self.loop_of(who)
        store: AwayStore = loop._store  # type: ignore[assignment]
        stood_at_us = self.time_us(loop)
        store.away = True
        self.pass_time(length, complaints, max(SLICE, length / max(SLICES_MIN, complaints // PER_SLICE_MAX)))
        assert self.time_us(loop) in (stood_at_us, None), f"{who} did not stand still"
        self.behind_max = self.behind(who)
        store.away = False

    def time_us(self, loop: Loop) -> int | None:
        """How far a processor's slowest open shard has come; None where none is open."""
        return min((shard.opened.checkpoint.time_us for shard in loop.shards.values()), default=None)

    def run(self, outage: timedelta, complaints: int, who: str = "intake") -> Findings:
        """Before, outage, after, and a time in which nothing more is told; what the oracle finds."""
        self.pass_time(BEFORE, int(BEFORE.total_seconds() * PER_SECOND))
        self.outage(outage, complaints, who)
        self.catch_up(who)
        self.pass_time(AFTER, int(AFTER.total_seconds()))
        self.pass_time(AFTER, 0)
        return self.judged()

    def judged(self) -> Findings:
        self.world.run()
        self.listen()
        rejected = [record for log in self.world.broker.logs["complaints.rejected"] for record in log]
        assert not rejected, [dict(record.headers)["tousu-reason"] for record in rejected[:3]]
        for loop in self.world.loops:
            assert not loop.halted, loop.halted
        until = self.now - timedelta(seconds=5)
        found = timekeeping.judge(self.inbound, self.published, RULES, until, findings=self.findings)
        for number, clock in self.published.clocks:
            found.find("verdict: said of a clock that was over", f"{number} {clock}")
        return found

    def close(self) -> None:
        for loop in self.world.loops:
            loop._store.close()
        self.anchor.close()
