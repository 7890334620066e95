"""What an operator does to a shard: one turn of its own, told on complaints.rejected, noticed by the running copy."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.integration.runtime import counting
from tests.integration.runtime.counting import counter, keeper, key_in
from tests.integration.runtime.world import World, header
from tousu.decision import Refusal
from tousu.failure import Stop
from tousu.runtime.acts import HEADER, Act, PublishedAct, in_order, repeat, stands_at, take_a_turn, told_in
from tousu.runtime.audit import as_output
from tousu.runtime.broker import OutRecord
from tousu.runtime.checkpoint import Checkpoint, Seen
from tousu.runtime.shard_turn import ShardTurn
from tousu.runtime.store import Store
from tousu.runtime.takeovers import LOOK_EVERY

KEY = key_in(0, 2, 0)
PLACES = dict.fromkeys(counting.TOPICS, 2)


@pytest.fixture
def world(database_url: str) -> World:
    return World(database_url)


def act(at: int, **changed: object) -> Act:
    return Act(kind="skip", topic=counting.LOG, at={counting.LOG: at}, to=at + 1, **changed)  # type: ignore[arg-type]


def pass_over(world: World, one: Act) -> None:
    """The counter's shard 0 passes over a record of the log."""
    record = world.broker.logs[counting.LOG][0][one.to - 1]

    def do(turn: ShardTurn) -> None:
        one.carry_out(turn.checkpoint)
        turn.pass_over(record, Refusal(reason="skipped_by_operator", message="seen"), {HEADER: one.header()})

    store = Store(world.url, "counter", ())
    take_a_turn(counter(), store, 0, PLACES, do)
    store.close()


def with_a_hole(world: World) -> int:
    """A log of which the counter cannot read the last record but one, and what comes behind it. Its place."""
    world.copy(keeper())
    world.copy(counter())
    for _ in range(3):
        world.send(KEY)
    world.run()
    log = world.broker.logs[counting.LOG][0]
    hole = len(log)
    headers = [(n, b"9999" if n == "tousu-seq" else v) for n, v in log[-1].headers]
    world.broker.append(counting.LOG, 0, log[-1].key, log[-1].value, headers)
    world.send(KEY)
    world.run()
    return hole


def test_a_halted_shard_is_opened_again_once_an_operator_has_acted_and_not_before(world: World) -> None:
    hole = with_a_hole(world)
    loop = world.loops[1]
    assert loop.halted[0].reason == "missing_record"
    assert f"{counting.LOG}/0 offset {hole}" in loop.halted[0].message
    openings = len([line for line in world.diaries[loop].lines if line.startswith("opened 0")])
    world.pass_time(2 * LOOK_EVERY / timedelta(seconds=1))
    assert len([line for line in world.diaries[loop].lines if line.startswith("opened 0")]) == openings
    pass_over(world, act(hole))
    world.pass_time(LOOK_EVERY / timedelta(seconds=1))
    assert loop.halted == {}
    assert len(world.told("t.counted")[KEY]) == 4
    (told,) = world.fresh(counting.REJECTED)
    assert (header(told, "tousu-offset"), header(told, "tousu-reason")) == (str(hole), "skipped_by_operator")
    assert told.value == world.broker.logs[counting.LOG][0][hole].value


def test_what_was_committed_and_is_not_out_goes_out_before_what_the_operator_said(world: World) -> None:
    def strike(point: str) -> None:
        if point == "before_publish" and world.noted():
            raise KeyboardInterrupt

    world.copy(keeper())
    world.send(KEY)
    world.run()
    world.loops.clear()
    reader = world.copy(counter(), reached=strike)
    with pytest.raises(KeyboardInterrupt):
        world.run()
    world.crash(reader)
    assert world.told("t.counted") == {}
    stands = len(world.broker.logs[counting.LOG][0])
    world.broker.append(counting.LOG, 0, b"k", b"{}", [])
    pass_over(world, act(stands))
    world.copy(counter())
    world.run()
    assert len(world.told("t.counted")[KEY]) == 1
    assert len(world.fresh(counting.REJECTED)) == 1


def test_an_open_shard_without_anything_to_commit_notices_it_too(world: World) -> None:
    world.copy(keeper())
    loop = world.copy(counter())
    world.send(KEY)
    world.run()
    world.loops.pop(0)  # nothing comes any more
    stands = len(world.broker.logs[counting.LOG][0])
    world.broker.append(counting.LOG, 0, b"k", b"{}", [])
    pass_over(world, act(stands))
    world.pass_time(LOOK_EVERY / timedelta(seconds=1))
    assert "fenced" in world.diaries[loop].lines
    assert [header(each, "tousu-reason") for each in world.fresh(counting.REJECTED)] == ["skipped_by_operator"]


def test_an_act_is_refused_where_the_shard_stands_elsewhere_and_changes_nothing(world: World) -> None:
    hole = with_a_hole(world)
    with pytest.raises(Stop) as stop:
        pass_over(world, act(hole - 1))
    assert stop.value.reason == "bookmark_elsewhere"
    assert world.fresh(counting.REJECTED) == []


def test_an_act_read_back_from_the_log_does_the_same_to_a_checkpoint() -> None:
    one = act(4, numbers={"t.log|keeper/0": 7}, forgives=["t.log|keeper/1"])
    told = told_in(OutRecord(counting.REJECTED, 0, None, b"", [(HEADER, one.header().encode())]))
    assert told is not None
    checkpoint = Checkpoint(offsets={counting.LOG: 4}, watermarks={"t.log|keeper/0": Seen(6, 50)})
    told.act.carry_out(checkpoint)
    assert checkpoint.offsets == {counting.LOG: 5}
    assert checkpoint.watermarks == {"t.log|keeper/0": Seen(7, 50)}
    assert checkpoint.forgiven == ["t.log|keeper/1"]


def test_an_act_done_again_in_the_same_place_says_the_same(world: World) -> None:
    hole = with_a_hole(world)
    pass_over(world, act(hole))
    world.pass_time(LOOK_EVERY / timedelta(seconds=1))
    (first,) = world.fresh(counting.REJECTED)
    told = told_in(as_output(first))
    assert told is not None
    store = Store(world.url, "counter", ())
    opened = store.take(0)
    opened.checkpoint.offsets[counting.LOG] = hole
    opened.checkpoint.numbers.clear()
    store.close()
    turn = ShardTurn(counter(), 0, opened, PLACES, store, {}, None)  # type: ignore[arg-type]
    repeat(turn, told)
    said, again = dict(as_output(first).headers), dict(turn.outputs[0].headers)
    assert {n: v for n, v in said.items() if n != "tousu-time"} == {n: v for n, v in again.items() if n != "tousu-time"}


def test_acts_of_a_shard_are_done_again_in_their_order_whatever_topic_tells_of_them() -> None:
    def told(kind: str, at: int, seq: int, topic: str) -> PublishedAct:
        one = Act(kind=kind, topic="a", at={"a": at}, to=at)  # type: ignore[arg-type]
        return PublishedAct(one, OutRecord(topic, 0, None, b"", [("tousu-seq", str(seq).encode())]))

    in_time = [
        told("hold_out", 4, 900, "log"), told("skip", 4, 1, "rejected"), told("let_in", 5, 901, "log"),
        told("skip", 7, 2, "rejected"), told("hold_out", 9, 950, "log"), told("let_in", 9, 951, "log"),
    ]  # fmt: skip
    assert in_order([*in_time[3:], *in_time[:3]]) == in_time


def test_a_place_in_all_inputs_is_compared_with_nothing_read_as_0() -> None:
    assert stands_at(Checkpoint(offsets={"a": 3}), {"a": 3, "b": 0})
    assert not stands_at(Checkpoint(offsets={"a": 3, "b": 1}), {"a": 3})
