"""A topic of which any shard writes any partition: keyed again, numbered without gaps, and its readers' time moves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from tests.integration.runtime import counting
from tests.integration.runtime.counting import CounterRules, Tally, keeper, key_in
from tests.integration.runtime.world import START, World, header
from tousu.decision import Decision, Output, State, StateKey, States
from tousu.event import Event
from tousu.runtime.arrival import TICK
from tousu.runtime.loop import Loop
from tousu.runtime.processor import Input, Kind, Processor
from tousu.runtime.simulated import SimulatedBroker

SPREAD = "t.spread"
PARTITIONS = 3


class KeyingRules:
    """Passes everything on under another key, whoever's partition that is in."""

    def state_keys(self, event: Event) -> Sequence[StateKey]:
        return []

    def apply(self, states: States, event: Event, now: datetime) -> Decision:
        person = str(event.data["person"])
        return Decision(
            outputs=[Output(topic=SPREAD, type="t.keyed", subject=person, time=event.time, data={"n": event.data["n"]})]
        )

    def next_timer(self, state_key: StateKey, state: State) -> datetime | None:
        return None

    def on_timer(self, state_key: StateKey, state: State, now: datetime) -> Decision:
        raise AssertionError("nothing is ever due here")


def keying() -> Processor:
    return Processor(
        name="keying", inputs=(Input(counting.LOG, writer="keeper"),), rules=KeyingRules(),
        kinds=(Kind("none", Tally),), outputs=(SPREAD, counting.REJECTED), ticks_spread_to=(SPREAD,),
    )  # fmt: skip


def counter() -> Processor:
    return Processor(
        name="counter", inputs=(Input(SPREAD, writer="keying", spread=True),), rules=CounterRules(),
        kinds=(Kind("tally", Tally, timed=True),), outputs=(counting.COUNTS, counting.REJECTED),
    )  # fmt: skip


class SpreadWorld(World):
    """Keeper, keying and counter."""

    def __init__(self, database_url: str) -> None:
        super().__init__(database_url, PARTITIONS)
        self.broker = SimulatedBroker((*counting.TOPICS, SPREAD), PARTITIONS, self.clock)

    def ticks(self) -> dict[tuple[str, int], list[datetime]]:
        """When each origin told its time to each partition of the spread topic."""
        found: dict[tuple[str, int], list[datetime]] = defaultdict(list)
        for one in self.fresh(SPREAD):
            if header(one, "ce_type") == TICK:
                time = datetime.fromisoformat(header(one, "tousu-time"))
                found[header(one, "tousu-origin"), one.partition].append(time)
        return found


@pytest.fixture
def world(database_url: str) -> SpreadWorld:
    return SpreadWorld(database_url)


def all_three(world: World) -> tuple[Loop, Loop, Loop]:
    return world.copy(keeper()), world.copy(keying()), world.copy(counter())


def told_from_everywhere(world: World, person: str, times: int = 1) -> None:
    """Every shard says something about one person."""
    for _ in range(times):
        for shard in range(PARTITIONS):
            world.send(key_in(shard, PARTITIONS, 0), person=person)


def test_what_every_shard_says_about_one_person_is_counted_by_one_owner(world: SpreadWorld) -> None:
    all_three(world)
    told_from_everywhere(world, "someone", 5)
    world.run()
    counted = world.told("t.counted")["someone"]
    assert len(counted) == 5 * PARTITIONS
    assert {header(one, "tousu-origin") for one in counted} == {header(counted[0], "tousu-origin")}


def test_time_reaches_every_partition_from_every_shard_and_clocks_fire(world: SpreadWorld) -> None:
    *_, reader = all_three(world)
    people = [key_in(shard, PARTITIONS, 0) for shard in range(PARTITIONS)]
    for person in people:
        world.send(key_in(0, PARTITIONS, 0), person=person)  # one shard speaks; the others have nothing to say
    world.run()
    for _ in range(20):
        world.pass_time(1)
    assert {person: len(world.told("t.rang")[person]) for person in people} == dict.fromkeys(people, 1)
    assert reader.halted == {}
    origins = {f"keying/{shard}" for shard in range(PARTITIONS)}
    assert set(world.ticks()) == {(origin, p) for origin in origins for p in range(PARTITIONS)}


def test_shards_take_turns_so_that_each_partition_hears_of_one_a_second(world: SpreadWorld) -> None:
    """P ticks a second and not P x P; which, is a function of the times in the log."""
    all_three(world)
    for _ in range(31):
        world.pass_time(1)
    heard: dict[tuple[int, datetime], int] = defaultdict(int)
    for (_, partition), times in world.ticks().items():
        assert {later - earlier for earlier, later in pairwise(times[1:])} == {timedelta(seconds=PARTITIONS)}
        for time in times[1:]:  # the first is told at once
            heard[partition, time] += 1
    settled = {place: count for place, count in heard.items() if place[1] > START + timedelta(seconds=PARTITIONS)}
    assert set(settled.values()) == {1}
    assert len(settled) >= PARTITIONS * 25


def test_where_time_leaps_every_partition_hears_of_it_from_every_shard(world: SpreadWorld) -> None:
    all_three(world)
    world.pass_time(1)
    before = {place: len(times) for place, times in world.ticks().items()}
    world.pass_time(60)
    assert {place: len(times) - before.get(place, 0) for place, times in world.ticks().items()} == dict.fromkeys(
        [(f"keying/{shard}", p) for shard in range(PARTITIONS) for p in range(PARTITIONS)], 1
    )


def test_a_shard_that_is_silent_holds_the_time_of_every_owner_back(world: SpreadWorld) -> None:
    world.copy(keeper())
    world.copy(keying(), shards=(0, 1))
    world.copy(counter())
    people = [key_in(shard, PARTITIONS, 0) for shard in range(PARTITIONS)]
    for person in people:
        world.send(key_in(0, PARTITIONS, 0), person=person)
    for _ in range(20):
        world.pass_time(1)
    assert world.told("t.counted")
    assert world.told("t.rang") == {}
    world.copy(keying(), shards=(2,))
    world.pass_time(PARTITIONS)
    assert set(world.told("t.rang")) == set(people)


@pytest.mark.parametrize("batch_max", [1, 500])
def test_a_crash_anywhere_leaves_no_gap_and_a_second_time_gives_the_same(
    world: SpreadWorld, tmp_path: Path, batch_max: int
) -> None:
    """The writer dies between commit and publishing, again and again; its reader sees each number once."""
    first, second, third = all_three(world)
    for round_ in range(6):
        told_from_everywhere(world, f"someone{round_ % 2}")
        world.clock.set(world.clock.now() + timedelta(seconds=2))
        for loop in world.loops:
            loop.step(0)
        world.crash(second)
        second = world.copy(keying())
        world.run()
    assert second.halted == third.halted == first.halted == {}
    assert {name: len(told) for name, told in world.told("t.counted").items()} == {"someone0": 9, "someone1": 9}

    again = SpreadWorld(f"sqlite:///{tmp_path / 'again.sqlite'}")
    again.tuning = again.tuning._replace(batch_max=batch_max)
    for topic in (counting.LOG, SPREAD):
        for log in world.broker.logs[topic]:
            for one in log:
                again.broker.append(one.topic, one.partition, one.key, one.value, one.headers)
    again.broker.logs[SPREAD], kept = [[] for _ in range(PARTITIONS)], again.broker.logs[SPREAD]
    writer = again.copy(keying())
    again.run()
    as_written = [(one.partition, one.value, one.headers) for one in world.fresh(SPREAD)]
    made_again = [(one.partition, one.value, one.headers) for one in again.fresh(SPREAD)]
    assert by_origin(made_again) == by_origin(as_written)
    again.crash(writer)
    again.broker.logs[SPREAD] = kept
    again.copy(counter())
    again.run()
    assert by_origin([(one.partition, one.value, one.headers) for one in again.fresh(counting.COUNTS)]) == by_origin(
        [(one.partition, one.value, one.headers) for one in world.fresh(counting.COUNTS)]
    )


def by_origin(records: Sequence[tuple[int, object, object]]) -> dict[tuple[int, str], list[object]]:
    """Records by partition and origin: how those of several origins lie among each other is the broker's doing."""
    found: dict[tuple[int, str], list[object]] = defaultdict(list)
    for partition, value, headers in records:
        origin = dict(headers)["tousu-origin"].decode()  # type: ignore[call-overload]
        found[partition, origin].append((value, headers))
    return found


def test_a_spread_input_stands_alone() -> None:
    with pytest.raises(AssertionError, match="stands alone"):
        Processor(
            name="both", inputs=(Input(SPREAD, writer="keying", spread=True), Input(counting.LOG, writer="keeper")),
            rules=CounterRules(), kinds=(), outputs=(),
        )  # fmt: skip
