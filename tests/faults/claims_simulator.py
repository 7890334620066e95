"""Whole runs of claims in one process under the simulator's schedules, its money looked at after every single action.

What router and sla write is the same in every run (`tests.integration.claims.whole_way`). The seed decides how
it comes: in which pieces, some of it again, who dies, who is paused, what is away. Whatever happens, the topics and the
rows must be those of a run without faults.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any, ClassVar

import sqlalchemy as sa
from msgspec.structs import replace

from services.claims import processor as claims
from services.claims.rules import ClaimsRules
from tests.claimwork import Claimwork
from tests.faults import money, oracle
from tests.faults.simulator import PARTITIONS, Run
from tests.integration.claims.whole_way import whole_way
from tests.integration.feeds import Written
from tests.integration.runtime.world import World
from tests.packs_read import load_policies
from tousu.runtime.loop import Loop
from tousu.runtime.outgoing import check_output
from tousu.runtime.processor import Processor
from tousu.runtime.store import Store
from tousu.runtime.wiring import Wiring

READ = ("complaints.cases", "complaints.sla")
WRITTEN = ("complaints.claims", "complaints.instructions", "complaints.charges", "complaints.rejected")
_names = itertools.count()
Said = dict[tuple[int, str], list[Any]]


@cache
def _wiring() -> Wiring:
    return Wiring(
        policies=load_policies("courier-network"), partitions=PARTITIONS, time_from_events=False,
        master_key=b"", check=check_output, schema_of=None,
    )  # fmt: skip


def make_claims(rules: Callable[..., ClaimsRules] = ClaimsRules) -> Processor:
    """Claims as it is put together, with rules that a test may break."""
    made = claims.processor(_wiring())
    return made if rules is ClaimsRules else replace(made, rules=rules(_wiring().policies))


@cache
def the_story() -> tuple[tuple[Written, ...], Claimwork]:
    """What router and sla write, by its time: each log keeps its order, since its times never go back."""
    whole = whole_way(PARTITIONS)
    return tuple(sorted((*whole.cases, *whole.clocks), key=_time)), whole.work


def _time(one: Written) -> str:
    return next(value.decode() for name, value in one[4] if name == "tousu-time")


class ClaimsRun(Run):
    """One seeded run of claims."""

    rules: ClassVar[Callable[..., ClaimsRules]] = ClaimsRules
    topics: Sequence[str] = (*READ, *WRITTEN)
    actions, batches = 160, (8, 20, 50)
    weights = (14, 66, 0, 4, 4, 8, 1, 3)

    def __init__(self, seed: int, loop_type: type[Loop] = Loop, store_type: type[Store] | None = None) -> None:
        self.makes = (partial(make_claims, type(self).rules),)
        super().__init__(seed, loop_type, store_type)
        self.before: money.Snapshot | None = None
        written, self.work = the_story()
        self.left = list(reversed(written))
        self.fed: list[Written] = []

    def send(self) -> None:
        """Some more is written, or written again by a writer that did not know whether it had been."""
        if self.fed and self.chance.random() < 0.15:
            self.world.broker.append(*self.chance.choice(self.fed))
            return
        for _ in range(self.chance.randint(1, 25)):
            if self.left:
                self.fed.append(self.left.pop())
                self.world.broker.append(*self.fed[-1])

    def look(self) -> None:
        """I7: whatever is committed balances, and what was booked stays. The broker is never away for long."""
        self.world.broker.away = self.world.broker.away and self.chance.random() < 0.8
        now = money.read_snapshot(self.anchor)
        if now != self.before:
            money.check_snapshot(now, self.before)
            self.before = now

    def heal(self) -> None:
        while self.left:
            self.send()
        super().heal()
        run_to_the_end(self.world)
        self.look()

    def judge(self) -> None:
        """I1, I2, I4, I7, I9."""
        for loop in self.world.loops:
            if loop.halted:
                raise oracle.Verdict(f"I10: {loop.processor.name} halted: {loop.halted}")
        logs = outcome_of(self.world)
        said = {topic: [one for log in logs[topic] for one in log if one.key is not None] for topic in WRITTEN}
        money.check_told(self.work.stories, said["complaints.claims"], said["complaints.instructions"])
        oracle.need(not said["complaints.rejected"], "I1", "an input was refused")
        assert self.before is not None
        money.check_end(self.work.stories, self.before)
        for shard, doc in self.anchor.execute(sa.text("SELECT shard, doc FROM claims_checkpoint")):
            oracle.check_checkpoint(doc, f"claims/{shard}", logs)
        undisturbed, snapshot = without_faults()
        for topic in WRITTEN:
            oracle.need(
                said_by_origin(logs[topic]) == undisturbed[topic],
                "I9",
                f"{topic} holds other records than a run without faults",
            )
        oracle.need(self.before == snapshot, "I9", "claims knows other things than after a run without faults")


def run_to_the_end(world: World) -> None:
    """Turn until nothing is read any more; with two inputs a copy reads a good while before it applies anything."""
    quiet, before = 0, -1
    while quiet < 3:
        world.run(1)
        read = sum(sum(source._positions.values()) for source in world.sources.values())
        quiet, before = (0, read) if read != before else (quiet + 1, before)


def outcome_of(world: World) -> dict[str, list[list[Any]]]:
    """What claims wrote, as readers see it."""
    raw = {topic: world.broker.logs[topic] for topic in WRITTEN}
    return {
        topic: [oracle.first_copies(list(log), f"{topic}/{p}") for p, log in enumerate(logs)]
        for topic, logs in raw.items()
    }


def said_by_origin(logs: list[list[Any]]) -> Said:
    """The records of each origin on each partition, in order. Where several shards write, they come as they please."""
    said: Said = defaultdict(list)
    for partition, log in enumerate(logs):
        for one in log:
            said[partition, oracle.head(one, "tousu-origin")].append((one.key, one.value, one.headers))
    return said


@cache
def without_faults() -> tuple[dict[str, Said], money.Snapshot]:
    """The topics and rows of one copy that reads everything at once."""
    url = f"sqlite:///file:claims{next(_names)}?mode=memory&cache=shared&uri=true"
    world = World(url, PARTITIONS, topics=ClaimsRun.topics)
    anchor = sa.create_engine(url, poolclass=sa.NullPool).connect()
    loop = world.copy(make_claims())
    for record in the_story()[0]:
        world.broker.append(*record)
    run_to_the_end(world)
    snapshot = money.read_snapshot(anchor)
    logs = outcome_of(world)
    topics = {topic: said_by_origin(logs[topic]) for topic in WRITTEN}
    loop._store.close()
    anchor.close()
    return topics, snapshot
