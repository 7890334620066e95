"""Somebody else writes to our own topics: nothing true is lost without a word, and nothing forged moves time."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

import pytest

from tests.integration.runtime import counting
from tests.integration.runtime.counting import counter, keeper, key_in
from tests.integration.runtime.world import LogOf, World, both, counts, header
from tousu.failure import Stop
from tousu.runtime.acts import Operator
from tousu.runtime.broker import Identity, Record
from tousu.runtime.checkpoint import micros
from tousu.runtime.history import History
from tousu.runtime.inspection import Inspection
from tousu.runtime.operating import Site, resume
from tousu.runtime.store import Store
from tousu.runtime.takeovers import LOOK_EVERY

FAR = b"2099-01-01T00:00:00Z"


@pytest.fixture
def world(database_url: str) -> World:
    return World(database_url)


def forged(model: Record, origin: str, seq: int, kind: str = "t.noted") -> list[tuple[str, bytes | None]]:
    """The headers of a true record, under another name or number."""
    changed = {"tousu-origin": origin.encode(), "tousu-seq": str(seq).encode(), "ce_type": kind.encode()}
    return [(name, changed.get(name, value)) for name, value in model.headers]


def put(world: World, model: Record, headers: list[tuple[str, bytes | None]], value: bytes = b"{}") -> None:
    world.broker.append(counting.LOG, 0, model.key, value, headers)


def last_number(world: World) -> int:
    return int(header(world.broker.logs[counting.LOG][0][-1], "tousu-seq"))


def refusals(world: World) -> list[str]:
    return [header(record, "tousu-reason") for record in world.fresh(counting.REJECTED)]


def started(world: World) -> tuple[str, Record]:
    """A world in which one event of shard 0 has been counted."""
    both(world)
    key = key_in(0, 2, 0)
    world.send(key)
    world.run()
    assert counts(world, key) == [1]
    return key, world.noted()[0]


@pytest.mark.parametrize("origin", ["evil/0", "keeper/1", "keeper/7", "keeper/0.x", "counter/0"])
def test_a_record_of_a_foreign_origin_is_refused_and_the_shard_goes_on(world: World, origin: str) -> None:
    key, true = started(world)
    for seq in range(1, 121):
        put(world, true, forged(true, origin, seq))
    world.send(key)
    world.run()
    assert refusals(world) == ["foreign_origin"] * 120
    assert not world.loops[1].halted
    assert counts(world, key) == [1, 2]


def test_a_tick_of_a_foreign_origin_moves_no_time(world: World) -> None:
    key, true = started(world)
    headers = [(n, FAR if n == "tousu-time" else v) for n, v in forged(true, "evil/0", 1, "tousu.time.ticked.v1")]
    put(world, true, headers)
    world.send(key)
    world.run()
    assert refusals(world) == ["foreign_origin"]
    assert world.diaries[world.loops[1]].disbelieved == {"foreign_origin": 1}
    assert "t.rang" not in [header(record, "ce_type") for record in world.fresh(counting.COUNTS)]
    assert world.loops[1].shards[0].opened.checkpoint.time_us <= world.loops[0].shards[0].opened.checkpoint.time_us
    assert counts(world, key) == [1, 2]


def test_forged_numbers_in_front_of_true_ones_stop_the_shard_instead_of_dropping_them(world: World) -> None:
    key, true = started(world)
    last = last_number(world)
    for seq in range(last + 1, last + 121):
        put(world, true, forged(true, "keeper/0", seq))
    world.send(key)
    world.run()
    stop = world.loops[1].halted[0]
    assert stop.reason == "repeated_with_other_content"
    place = next(r for r in world.broker.logs[counting.LOG][0][::-1] if header(r, "tousu-seq") == str(last + 1))
    assert f"number {last + 1} of keeper/0" in stop.message
    assert f"offset {place.offset}" in stop.message


def test_a_forged_tick_with_the_right_name_and_number_is_found_when_the_true_record_comes(world: World) -> None:
    key, true = started(world)
    put(world, true, forged(true, "keeper/0", last_number(world) + 1, "tousu.time.ticked.v1"))
    world.run()
    world.crash(world.loops[1])
    loop = world.copy(counter())  # what was seen is remembered beyond the process
    world.send(key)
    world.run()
    assert loop.halted[0].reason == "repeated_with_other_content"


def test_a_forged_time_under_a_true_name_moves_a_shard_no_further_than_a_minute_past_the_brokers_clock(
    world: World,
) -> None:
    key, true = started(world)
    headers = forged(true, "keeper/0", last_number(world) + 1, "tousu.time.ticked.v1")
    put(world, true, [(name, FAR if name == "tousu-time" else value) for name, value in headers])
    world.run()
    now_us = micros(world.clock.now())
    assert now_us < world.loops[1].shards[0].opened.checkpoint.time_us <= now_us + 60_000_000
    assert world.diaries[world.loops[1]].disbelieved == {"ahead": 1}
    assert counts(world, key) == [1]


def test_outputs_that_are_sent_again_after_a_crash_are_dropped_as_repetitions(world: World) -> None:
    key, _ = started(world)
    log = world.broker.logs[counting.LOG][0]
    for record in list(log):
        world.broker.append(counting.LOG, 0, record.key, record.value or b"", list(record.headers))
    world.send(key)
    world.run()
    assert not world.loops[1].halted
    assert counts(world, key) == [1, 2]


def test_a_later_generation_of_an_expected_origin_is_taken(world: World) -> None:
    key, true = started(world)
    put(world, true, forged(true, "keeper/0.1", 1))
    world.run()
    assert not world.loops[1].halted
    assert refusals(world) == []
    assert counts(world, key) == [1, 2]


def test_keeper_is_the_only_writer_expected_of_the_log() -> None:
    assert [each.writer for each in counter().inputs] == [keeper().name]


def resumed(world: World) -> str:
    """An operator says that what came earlier under the number at which the counter's shard 0 stands was forged."""
    processor = counter()
    store, inspection = Store(world.url, "counter", processor.kinds), Inspection(world.url, "counter")
    try:
        site = Site(processor, 0, counting.LOG, inspection, store, cast("History", LogOf(world.broker)))
        return resume(site, Operator("li.na", "#817"), Identity("simulated", {})).message
    finally:
        store.close()
        inspection.close()


def test_one_command_takes_the_earlier_numbers_for_forged_and_every_true_record_is_applied(world: World) -> None:
    key, true = started(world)
    last = last_number(world)
    ahead = (world.clock.now() + timedelta(seconds=50)).isoformat().encode()
    for seq in range(last + 1, last + 121):
        headers = forged(true, "keeper/0", seq, "tousu.time.ticked.v1")
        put(world, true, [(name, ahead if name == "tousu-time" else value) for name, value in headers])
    world.send(key)
    world.run()
    loop = world.loops[1]
    assert loop.halted[0].reason == "repeated_with_other_content"
    said = resumed(world)
    assert f"the numbers {last + 1} to {last + 120} of keeper/0 is taken for forged" in said
    world.pass_time(2 * LOOK_EVERY / timedelta(seconds=1))
    world.send(key)
    world.run()
    assert not loop.halted
    assert counts(world, key) == [1, 2, 3]
    assert world.diaries[loop].lines.count("fenced") == 0, "the other shard was left alone"
    with pytest.raises(Stop, match="nothing is gone"):
        resumed(world)
