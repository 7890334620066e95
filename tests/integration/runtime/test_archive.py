"""What ended long ago lies apart, and nobody can tell but by the size of the tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import msgspec
import pytest
import sqlalchemy as sa

from tests.integration.runtime import counting
from tests.integration.runtime.counting import Tally, counter, keeper, key_in
from tests.integration.runtime.world import World, counts
from tousu.decision import StateKey
from tousu.runtime import archiving
from tousu.runtime.census import Census
from tousu.runtime.inspection import Inspection
from tousu.runtime.loop import Loop
from tousu.runtime.metrics import ARCHIVED, TIMERS_DUE
from tousu.runtime.processor import Kind, Processor, column_time
from tousu.runtime.store import Fenced, Store
from tousu.runtime.watch import Watch

AFTER = timedelta(days=90)
A, B = key_in(0, 2, 0), key_in(1, 2, 0)
RESTING = Kind(
    "tally",
    Tally,
    columns={"rings_at": lambda tally: column_time(tally.rings_at)},
    timed=True,
    ended="rings_at",
)
"""A tally ends when its clock rings; it is over since then."""


def resting(after: timedelta | None = AFTER) -> Processor:
    return msgspec.structs.replace(counter(), kinds=(RESTING,), rules=RestingRules(), archive_after=after)


class RestingRules(counting.CounterRules):
    """Counts; no clock rings, its time stands in the row."""

    def next_timer(self, state_key: StateKey, state: object) -> None:
        return None


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    world = World(database_url)
    world.copy(keeper())
    yield world
    for loop in world.loops:
        loop._store.close()


def rows(loop: Loop) -> tuple[int, int]:
    """How many tallies are at work, and in the archive."""
    connection = loop._store.connection()
    found = [
        connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()
        for table in ("counter_tally", "counter_tally_archive")
    ]
    connection.rollback()
    return found[0], found[1]


def days(world: World, number: int) -> None:
    world.pass_time(number * 86_400)


def test_what_ended_moves_after_its_time_and_comes_back_when_something_is_said_of_it(world: World) -> None:
    loop = world.copy(resting())
    world.send(A)
    world.send(B)
    world.run()
    days(world, 89)
    assert rows(loop) == (2, 0)
    days(world, 2)
    assert rows(loop) == (0, 2)
    world.send(A)
    world.run()
    assert rows(loop) == (1, 1)
    assert (counts(world, A), counts(world, B)) == ([1, 2], [1])
    assert not loop.halted


def test_without_a_figure_nothing_moves(world: World) -> None:
    loop = world.copy(resting(None))
    world.send(A)
    world.run()
    days(world, 200)
    assert rows(loop) == (1, 0)


def test_a_quiet_moment_moves_a_few_and_the_next_ones_the_rest(world: World) -> None:
    keys = [key_in(0, 2, n) for n in range(archiving.ROWS_MAX + 7)]
    for key in keys:
        world.send(key)
    loop = world.copy(resting())
    world.run()
    world.clock.set(world.clock.now() + timedelta(days=100))
    while rows(loop) == (len(keys), 0):
        world.run(rounds=1)
    assert rows(loop) == (7, archiving.ROWS_MAX)
    world.run()
    assert rows(loop) == (0, len(keys))


def test_a_clock_in_the_archive_rings(world: World) -> None:
    loop = world.copy(counter())
    for key in (A, B):
        world.send(key)
    world.run()
    loop._archiving._looked_us.clear()
    world.run()
    assert rows(loop) == (0, 2)
    later_us = 10**16
    census = Census(world.url, "counter", counting.TALLIES, Watch(), 10.0)
    found = census.count(loop._store.connection(), {0: later_us, 1: later_us})
    assert (found[ARCHIVED], found[TIMERS_DUE]) == ({("tally",): 2.0}, {("tally",): 2.0})
    loop._store.connection().rollback()
    world.pass_time(11)
    assert {key: len(rung) for key, rung in world.told("t.rang").items()} == {A: 1, B: 1}


def test_from_outside_one_reads_both_places(world: World) -> None:
    loop = world.copy(resting())
    world.send(A)
    world.run()
    days(world, 91)
    world.send(B)
    world.run()
    assert rows(loop) == (1, 1)
    if world.url.startswith("sqlite:///file"):
        pytest.skip("a database in memory has no outside")
    with closing(Inspection(world.url, "counter")) as inspection:
        assert {key for key, _ in inspection.matching_states("tally")} == {A, B}
        assert [(inspection.state("tally", key) or {}).get("count") for key in (A, B)] == [1, 1]
        assert {row["key"] for row in inspection.matching_rows("tally", "rings_at < '2026-01-06'")} == {A}


def test_only_the_owner_moves_and_only_between_its_turns(world: World) -> None:
    loop = world.copy(resting())
    world.send(A)
    world.run()
    opened = loop.shards[0].opened
    with closing(Store(world.url, "counter", (RESTING,))) as other:
        for stale in (opened._replace(turn=opened.turn - 1), opened._replace(epoch=opened.epoch - 1)):
            with pytest.raises(Fenced):
                other.archive(0, stale, "9999", 10)
        assert rows(loop) == (1, 0)
        other.take(0)
        with pytest.raises(Fenced):
            loop._store.archive(0, opened, "9999", 10)
    world.send(A)
    days(world, 91)
    assert rows(loop) == (0, 1)
    assert counts(world, A) == [1, 2]


def test_the_states_are_the_same_wherever_they_lie(world: World) -> None:
    loop = world.copy(resting())
    for key in (A, B, A):
        world.send(key)
    world.run()
    before = loop._store.digest()
    days(world, 91)
    assert rows(loop) == (0, 2)
    assert loop._store.digest() == before
