"""The loop on a simulated broker, with SQLite and PostgreSQL: what goes in has one effect, whatever happens between."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from tests.integration.runtime import counting
from tests.integration.runtime.counting import counter, keeper, key_in
from tests.integration.runtime.world import START, World, both, counts, header, rejected
from tousu.failure import Retry
from tousu.runtime import loop as looping
from tousu.runtime import shard_turn
from tousu.runtime.faults import OUR_FAULTS_MAX


@pytest.fixture
def world(database_url: str) -> World:
    return World(database_url)


def test_every_event_is_counted_once_and_in_order(world: World) -> None:
    both(world)
    keys = [key_in(shard, 2, n) for shard in (0, 1) for n in (0, 1)]
    for n in range(40):
        world.send(keys[n % 4])
    world.run()
    assert {key: counts(world, key) for key in keys} == {key: list(range(1, 11)) for key in keys}


def test_outputs_carry_their_provenance_and_what_caused_them(world: World) -> None:
    both(world)
    key = key_in(1, 2, 0)
    world.send(key)
    world.run()
    (noted,) = world.noted()
    counted = world.fresh(counting.COUNTS)[0]
    assert header(counted, "tousu-origin") == "counter/1"
    assert header(counted, "tousu-seq") == "1"
    assert header(counted, "ce_id") == "counter/1:t.counts/1:1"
    assert header(counted, "ce_causationid") == header(noted, "ce_id")
    assert header(counted, "ce_subject") == key == (counted.key or b"").decode()


def test_a_repeated_event_is_a_no_op(world: World) -> None:
    keeper_loop, _ = both(world)
    world.send(key_in(0, 2, 0))
    again = world.broker.logs[counting.INBOUND][0][0]
    world.broker.append(again.topic, 0, again.key, again.value, again.headers)
    world.run()
    assert counts(world, key_in(0, 2, 0)) == [1]
    assert keeper_loop.halted == {}


@pytest.mark.parametrize(("kind", "reason"), (("bad", "bad"), ("poison", "internal_error")))
def test_what_is_refused_goes_to_rejected_untouched_and_the_rest_goes_on(world: World, kind: str, reason: str) -> None:
    both(world)
    key = key_in(0, 2, 0)
    world.send(key)
    world.send(key, kind=kind)
    world.send(key)
    world.run()
    assert counts(world, key) == [1, 2]
    refused = world.broker.logs[counting.INBOUND][0][1]
    assert rejected(world) == [(reason, refused.value)]
    out = world.fresh(counting.REJECTED)[0]
    assert (header(out, "tousu-topic"), header(out, "tousu-partition"), header(out, "tousu-offset")) == (
        "t.inbound",
        "0",
        "1",
    )
    assert header(out, "original-ce_id") == "e2"


def test_what_cannot_be_read_goes_to_rejected(world: World) -> None:
    both(world)
    world.broker.append(counting.INBOUND, 0, b"k", b"\xff{", [])
    world.broker.append(counting.LOG, 1, b"k", b"{}", [("ce_id", b"x")])
    world.run()
    assert sorted(rejected(world), key=str) == [("broken_json", b"\xff{"), ("no_provenance", b"{}")]


def test_content_that_the_database_refuses_is_found_by_halving(postgres_url: str) -> None:
    world = World(postgres_url)  # PostgreSQL stores no NUL in a text; SQLite would
    both(world)
    key = key_in(0, 2, 0)
    for n in range(9):
        world.send(key)
        if n == 4:
            name, value, headers = counting.inbound(99, key, world.clock.now())
            world.broker.append(counting.INBOUND, 0, name, value, [("ce_id", b"e\x0099"), *headers[1:]])
    world.run()
    assert counts(world, key) == list(range(1, 10))
    assert [reason for reason, _ in rejected(world)] == ["unstorable"]


def test_the_same_fault_again_and_again_stops_the_shard(world: World) -> None:
    keeper_loop, _ = both(world)
    for _ in range(OUR_FAULTS_MAX + 5):
        world.send(key_in(0, 2, 0), kind="poison")
    world.run()
    assert keeper_loop.halted[0].reason == "too_many_faults"
    assert len(rejected(world)) == OUR_FAULTS_MAX


def test_a_copy_that_lost_its_shard_cannot_commit_and_nothing_happens_twice(world: World) -> None:
    old = world.copy(keeper())
    world.copy(counter())
    world.run()
    key = key_in(0, 2, 0)
    world.send(key)
    new = world.copy(keeper())
    new.step(0)  # opens the shards: raises their epoch
    old.step(0)  # still believes that they are its own
    world.run()
    assert "fenced" in world.diaries[old].lines + world.diaries[new].lines
    assert counts(world, key) == [1]


def test_what_was_committed_and_not_published_is_published_by_the_next_owner(world: World) -> None:
    loop = world.copy(keeper())
    world.copy(counter())
    world.run()
    key = key_in(0, 2, 0)
    for _ in range(3):
        world.send(key)
    loop.step(0)  # committed; the simulated sink publishes when it is flushed
    world.crash(loop)
    assert world.noted() == []
    world.copy(keeper())
    world.run()
    assert counts(world, key) == [1, 2, 3]


def test_a_missing_record_halts_the_reader_in_front_of_the_gap(world: World) -> None:
    both(world)
    key = key_in(0, 2, 0)
    world.send(key)
    world.run()
    noted = world.noted()[0]
    last = int(header(world.broker.logs[counting.LOG][0][-1], "tousu-seq"))
    headers = [(n, str(last + 2).encode() if n == "tousu-seq" else v) for n, v in noted.headers]
    world.broker.append(counting.LOG, 0, noted.key, noted.value, headers)
    world.run()
    assert world.loops[1].halted[0].reason == "missing_record"
    assert counts(world, key) == [1]


def test_a_topic_made_again_halts_the_shard_when_it_is_opened(world: World) -> None:
    both(world)
    world.send(key_in(0, 2, 0))
    world.run()
    world.crash(world.loops[1])
    world.broker.recreate(counting.LOG)
    loop = world.copy(counter())
    world.run()
    assert loop.halted[0].reason == "topic_recreated"


def test_a_topic_made_again_under_a_running_loop_halts_each_shard_that_reads_it(world: World) -> None:
    _, loop = both(world)
    world.send(key_in(0, 2, 0))
    world.run()
    world.broker.recreate(counting.LOG)
    world.run()
    assert {shard: error.reason for shard, error in loop.halted.items()} == {
        0: "topic_recreated", 1: "topic_recreated",
    }  # fmt: skip


def test_a_log_that_no_longer_reaches_back_to_the_checkpoint_halts_the_shard(world: World) -> None:
    both(world)
    world.send(key_in(0, 2, 0))
    world.run()
    world.crash(world.loops[1])
    for _ in range(3):
        world.send(key_in(0, 2, 0))
    world.run()
    world.broker.truncate(counting.LOG, 0, len(world.broker.logs[counting.LOG][0]))
    loop = world.copy(counter())
    world.run()
    assert loop.halted[0].reason == "offset_gone"


def test_topics_of_different_partition_counts_are_refused(world: World) -> None:
    world.broker.logs[counting.COUNTS].append([])
    loop = world.copy(counter())
    world.run()
    assert loop.halted[0].reason == "not_co_partitioned"


def test_a_clock_fires_when_time_reaches_it_and_not_before(world: World) -> None:
    both(world)
    key = key_in(0, 2, 0)
    world.send(key)
    world.run()
    world.pass_time(9)
    assert world.told("t.rang") == {}
    world.pass_time(2)
    (rang,) = world.told("t.rang")[key]
    assert orjson.loads(rang.value or b"") == {"count": 1, "rung": 1}
    assert header(rang, "ce_time") == (START + timedelta(seconds=10)).isoformat().replace("+00:00", "Z")


def test_a_clock_does_not_fire_while_a_backlog_hides_what_came_in_time(world: World) -> None:
    keeper_loop, _ = both(world)
    key = key_in(0, 2, 0)
    world.send(key)
    world.run()
    world.loops.remove(keeper_loop)  # intake is down; the answer waits unread
    world.clock.set(world.clock.now() + timedelta(seconds=5))
    for _ in range(1200):
        world.send(key)
    world.clock.set(world.clock.now() + timedelta(seconds=3600))
    world.loops.insert(0, keeper_loop)
    world.run()
    world.pass_time(2)
    rang = world.told("t.rang")[key]
    assert orjson.loads(rang[0].value or b"")["count"] == 1201


def test_a_herd_of_clocks_does_not_hold_up_live_events(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shard_turn, "TIMERS_PER_TICK", 10)
    both(world)
    herd = [key_in(0, 2, n) for n in range(60)]
    for key in herd:
        world.send(key)
    world.run()
    live = key_in(0, 2, 61)
    world.clock.set(world.clock.now() + timedelta(seconds=11))
    for loop in world.loops * 3:
        loop.step(0)  # one tick: ten of the herd
    world.send(live)
    world.run()
    told = [(header(r, "ce_type"), (r.key or b"").decode()) for r in world.fresh(counting.COUNTS)[60:]]
    assert told.index(("t.counted", live)) <= 60
    for _ in range(6):
        world.pass_time(1.5)
    assert sorted(world.told("t.rang")) == sorted(herd)


def test_a_turn_that_would_write_too_much_is_committed_in_parts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looping, "WRITES_PER_TURN", 7)
    _, counter_loop = both(world)
    keys = [key_in(n % 2, 2, n) for n in range(40)]
    for key in keys:
        world.send(key)
    world.run()
    assert sum(shard.opened.turn for shard in counter_loop.shards.values()) > 10
    assert sorted(world.told("t.counted")) == sorted(keys)
    assert all(len(records) == 1 for records in world.told("t.counted").values())


def test_an_event_finds_its_own_clock_fired_even_behind_a_herd(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shard_turn, "TIMERS_PER_TICK", 1)
    monkeypatch.setattr(shard_turn, "TIMERS_PER_EVENT", 1)
    both(world)
    herd = [key_in(0, 2, n) for n in range(20)]
    for key in herd:
        world.send(key)
    world.run()
    world.pass_time(12)
    last = max(herd)
    world.send(last)
    world.run()
    kinds = [header(r, "ce_type") for r in world.fresh(counting.COUNTS) if (r.key or b"").decode() == last]
    assert kinds == ["t.counted", "t.rang", "t.counted"]


def outputs(world: World) -> list[tuple[bytes | None, bytes | None, list[tuple[str, bytes | None]]]]:
    return [(r.key, r.value, list(r.headers)) for r in world.fresh(counting.COUNTS)]


def test_a_rebuild_from_the_log_gives_the_same_outputs_byte_for_byte(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    _, first = both(world)
    for n in range(300):
        world.send(key_in(n % 2, 2, n % 5))
        if n % 20 == 0:
            world.pass_time(1.7)
    for _ in range(4):
        world.pass_time(5)
    live = outputs(world)
    states = first._store.digest()
    world.crash(first)
    url = f"sqlite:///{tmp_path_factory.mktemp('rebuild') / 'empty.sqlite'}"
    world.url, world.tuning = url, world.tuning._replace(batch_max=7)
    before = len(world.broker.logs[counting.COUNTS][0]) + len(world.broker.logs[counting.COUNTS][1])
    again = world.copy(counter())
    world.run()
    assert again._store.digest() == states
    assert outputs(world) == live
    repeated = [r for log in world.broker.logs[counting.COUNTS] for r in log][:]
    assert len(repeated) == 2 * before, "the rebuild published the same records once more, for readers to drop"


def test_a_database_restored_from_a_backup_is_caught_up_and_nothing_has_two_effects(tmp_path: Path) -> None:
    live, backup = tmp_path / "live.sqlite", tmp_path / "backup.sqlite"
    world = World(f"sqlite:///{live}")
    _, first = both(world)
    key = key_in(0, 2, 0)
    for n in range(4):
        world.send(key)
        world.pass_time(1)
        if n == 1:
            with sqlite3.connect(live) as source, sqlite3.connect(backup) as target:
                source.backup(target)
    world.crash(first)
    before = outputs(world)
    world.url = f"sqlite:///{backup}"
    world.copy(counter())
    world.run()
    world.send(key)
    world.run()
    assert outputs(world)[: len(before)] == before
    assert counts(world, key) == [1, 2, 3, 4, 5]


def test_a_database_that_goes_away_is_waited_for(world: World) -> None:
    keeper_loop, _ = both(world)
    key = key_in(0, 2, 0)
    world.run()

    commit = keeper_loop._store.commit
    failures = iter([True, True, False])

    def flaky(changes: object) -> None:
        if next(failures, False):
            raise Retry("database_away", "gone for a moment")
        commit(changes)  # type: ignore[arg-type]

    keeper_loop._store.commit = flaky  # type: ignore[method-assign]
    world.send(key)
    world.run(rounds=12)
    assert counts(world, key) == [1]
    assert any("database_away" in line for line in world.diaries[keeper_loop].lines)


def test_stopping_publishes_what_is_committed(world: World) -> None:
    keeper_loop, _ = both(world)
    world.run()
    world.send(key_in(0, 2, 0))
    keeper_loop.step(0)
    keeper_loop.finish()
    assert len(world.noted()) == 1
