"""Whole runs of keeper and counter in one process under a seeded schedule of faults, judged by the oracle.

The seed alone decides what is sent, who turns, who dies at which point, who is paused and wakes up as a former owner,
when the broker or the database is away. A seed that fails is run again with the same seed.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from tests.faults import oracle
from tests.integration.runtime import counting
from tests.integration.runtime.world import World
from tousu.failure import Retry
from tousu.runtime.failpoints import POINTS
from tousu.runtime.loop import Loop
from tousu.runtime.processor import Processor
from tousu.runtime.store import Change, Opened, Store

PARTITIONS = 2
ACTIONS = 70
STRIKES = (*POINTS, "while_publishing")
_worlds = itertools.count()


class Crash(BaseException):
    """The process dies at a named point."""


class Fuse:
    """Armed with a point and a count, it kills the process that passes there."""

    def __init__(self) -> None:
        self.point = ""
        self.left = 0

    def __call__(self, point: str) -> None:
        if point == self.point:
            self.left -= 1
            if self.left <= 0:
                self.point = ""
                raise Crash(point)


class FlakyStore(Store):
    """A database that can lose the connection before a commit, or after it so that the outcome is unknown."""

    trouble = ""

    def commit(self, changes: list[Change]) -> None:  # type: ignore[override]
        trouble, self.trouble = self.trouble, ""
        if trouble == "before":
            raise Retry("database_away", "the connection broke before the commit")
        super().commit(changes)
        if trouble == "after":
            raise Retry("database_away", "the connection broke during the commit")


class ArchivingStore(FlakyStore):
    """One that moves whatever may be moved in every quiet moment, however little time has passed."""

    def archive(self, shard: int, opened: Opened, before: str, rows_max: int) -> dict[str, int]:
        super().archive(shard, opened, "9999", rows_max)
        return {"asked again in the next moment": rows_max}


class Run:
    """One seeded run. `makes`: the processors in it, each in two copies. `topics`: what they read and write."""

    makes: Sequence[Callable[[], Processor]] = (counting.keeper, counting.counter)
    topics: Sequence[str] = counting.TOPICS
    actions = ACTIONS
    batches: tuple[int, ...] = (1, 3, 50)
    weights: tuple[int, ...] = (25, 50, 8, 4, 4, 4, 2, 3)

    def __init__(self, seed: int, loop_type: type[Loop] = Loop, store_type: type[Store] | None = None) -> None:
        self.chance = random.Random(seed)
        self.loop_type, self.store_type = loop_type, store_type or (FlakyStore if seed % 3 else ArchivingStore)
        url = f"sqlite:///file:run{next(_worlds)}?mode=memory&cache=shared&uri=true"
        self.world = World(url, PARTITIONS, batch_max=self.chance.choice(self.batches), topics=self.topics)
        # A database in memory lives as long as somebody is connected.
        self.anchor = sa.create_engine(url, poolclass=sa.NullPool).connect()
        self.sent: list[oracle.Sent] = []
        self.fuses: dict[Loop, Fuse] = {}
        self.made: dict[Loop, Callable[[], Processor]] = {}
        self.zombies: list[tuple[Loop, int]] = []
        for make in self.makes:
            for number in range(2):
                self.start(make, [s for s in range(PARTITIONS) if s % 2 == number])

    def start(self, make: Callable[[], Processor], shards: list[int]) -> Loop:
        fuse = Fuse()
        loop = self.world.copy(make(), shards, fuse, self.loop_type, self.store_type)
        self.fuses[loop], self.made[loop] = fuse, make
        return loop

    def step(self, loop: Loop) -> None:
        try:
            loop.step(0)
        except Crash:
            shards = self.world.sources[loop].wanted()
            self.world.crash(loop)
            self.zombies = [pair for pair in self.zombies if pair[0] is not loop]
            self.start(self.made[loop], sorted(shards))

    def send(self) -> None:
        fate = self.chance.choices(("good", "bad", "poison", "repeat"), (80, 5, 5, 10))[0]
        good = [each for each in self.sent if each.fate == "good"]
        if fate == "repeat" and good:
            old = self.chance.choice(good)
            record = self.world.broker.logs[counting.INBOUND][old.partition][old.offset]
            again = self.world.broker.append(
                record.topic, record.partition, record.key, record.value, record.headers
            )  # fmt: skip
            self.sent.append(old._replace(offset=again.offset, fate="repeat", at=self.world.clock.now()))
            return
        fate = "good" if fate == "repeat" else fate
        key = counting.key_in(self.chance.randrange(PARTITIONS), PARTITIONS, self.chance.randrange(3))
        n = self.world.send(key, **({} if fate == "good" else {"kind": fate}))
        record = self.world.broker.published[-1]
        self.sent.append(oracle.Sent(record.partition, record.offset, f"e{n}", key, fate, self.world.clock.now()))

    def move(self) -> None:
        """The group moves a shard to another copy; sometimes the former owner learns of it only later."""
        loop = self.chance.choice(self.world.loops)
        owned = sorted(self.world.sources[loop].wanted())
        others = [each for each in self.world.loops if self.made[each] is self.made[loop] and each is not loop]
        if not owned or not others or any(old is loop for old, _ in self.zombies):
            return
        shard = self.chance.choice(owned)
        self.world.sources[self.chance.choice(others)].give(shard)
        if self.chance.random() < 0.5:
            self.zombies.append((loop, shard))
        else:
            self.world.sources[loop].take(shard)

    def wake(self) -> None:
        """A paused former owner turns once more before the group tells it what it lost."""
        if self.zombies:
            loop, shard = self.zombies.pop(0)
            self.step(loop)
            if loop in self.world.loops:
                self.world.sources[loop].take(shard)

    def act(self) -> None:
        chance = self.chance
        loop = chance.choice(self.world.loops)
        asleep = [old for old, _ in self.zombies]
        match chance.choices(("send", "step", "time", "move", "wake", "fuse", "broker", "database"), self.weights)[0]:
            case "send":
                self.send()
            case "step":
                if loop not in asleep:
                    self.step(loop)
            case "time":
                self.world.clock.set(self.world.clock.now() + timedelta(seconds=chance.choice((0.4, 1.1, 4, 11))))
            case "move":
                self.move()
            case "wake":
                self.wake()
            case "fuse":
                fuse = self.fuses[loop]
                fuse.point, fuse.left = chance.choice(STRIKES), chance.choice((1, 1, 2, 3))
            case "broker":
                self.world.broker.away = not self.world.broker.away
            case "database":
                store: Any = loop._store
                store.trouble = chance.choice(("before", "after"))

    def heal(self) -> None:
        """The last fault is over: each shard has one owner, everything is reachable, time goes on."""
        self.world.broker.away = False
        while self.zombies:
            self.wake()
        for fuse in self.fuses.values():
            fuse.point = ""
        for make in self.makes:
            copies = [loop for loop in self.world.loops if self.made[loop] is make]
            for shard in range(PARTITIONS):
                owners = [loop for loop in copies if shard in self.world.sources[loop].wanted()]
                for loop in owners[1:]:
                    self.world.sources[loop].take(shard)
                if not owners:
                    self.world.sources[copies[0]].give(shard)
        self.world.run()
        for _ in range(5):
            self.world.pass_time(4)

    def look(self) -> None:
        """Whatever must hold at every moment of a run."""

    def judge(self) -> None:
        """I1-I5, I8, I9 and I10 on what is in the topics and the databases."""
        for loop in self.world.loops:
            if loop.halted:
                raise oracle.Verdict(f"I10: {loop.processor.name} halted: {loop.halted}")
        logs: dict[str, list[list[Any]]] = {}
        for topic in (counting.LOG, counting.COUNTS, counting.REJECTED):
            raw = self.world.broker.logs[topic]
            logs[topic] = [oracle.first_copies(list(log), f"{topic}/{p}") for p, log in enumerate(raw)]
        noted = [r for log in logs[counting.LOG] for r in log if oracle.head(r, "ce_type") == "t.noted"]
        oracle.check_fates(self.sent, noted, [r for log in logs[counting.REJECTED] for r in log])
        for p in range(PARTITIONS):
            log, counts = logs[counting.LOG][p], logs[counting.COUNTS][p]
            oracle.check_time(log, f"log/{p}")
            oracle.check_counts(log, counts, f"counts/{p}")
            oracle.check_no_false_ring(self.sent, counts)
        for name in ("keeper", "counter"):
            for shard, doc in self.anchor.execute(sa.text(f"SELECT shard, doc FROM {name}_checkpoint")):
                oracle.check_checkpoint(doc, f"{name}/{shard}", logs)

    def go(self) -> None:
        """Run, heal, judge. Raises Verdict when an invariant does not hold."""
        try:
            for _ in range(self.actions):
                self.act()
                self.look()
            self.heal()
            self.judge()
        finally:
            for loop in self.world.loops:
                loop._store.close()
            self.anchor.close()
