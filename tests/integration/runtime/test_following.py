"""Rules that learn from the first states of an event which others it touches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import orjson
import pytest

from tests.integration.runtime import counting
from tests.integration.runtime.counting import CounterRules, Tally, counter, keeper, key_in
from tests.integration.runtime.world import World, header
from tousu.decision import Decision, Output, StateKey, States
from tousu.event import Event

A, B, *MORE = (key_in(0, 2, n) for n in range(30))


class PairRules(CounterRules):
    """Counts; an event of a key that was counted before tells what the key `beside` it stands at, too."""

    def keys_behind(self, states: States, event: Event) -> Sequence[StateKey]:
        if event.data.get("flaw"):
            raise ZeroDivisionError("flaw")
        known = any(isinstance(state, Tally) for state in states.values())
        return [StateKey("tally", event.data["beside"])] if known and "beside" in event.data else []

    def apply(self, states: States, event: Event, now: datetime) -> Decision:
        decision = super().apply(states, event, now)
        beside = next(
            (s for state_key, s in states.items() if state_key.key != event.subject and isinstance(s, Tally)), None
        )
        if beside is None:
            return decision
        seen = Output(
            topic=counting.COUNTS, type="t.saw", subject=event.subject or "", time=event.time,
            data={"count": beside.count, "rung": beside.rung},
        )  # fmt: skip
        return msgspec.structs.replace(decision, outputs=[*decision.outputs, seen])


def saw(world: World, key: str) -> list[dict[str, int]]:
    return [orjson.loads(record.value or b"") for record in world.told("t.saw")[key]]


@pytest.fixture(params=[1, 500])
def world(database_url: str, request: pytest.FixtureRequest) -> World:
    """One event a turn, or all in one."""
    world = World(database_url, batch_max=request.param)
    world.copy(keeper())
    world.copy(msgspec.structs.replace(counter(), rules=PairRules()))
    return world


def test_a_state_is_seen_as_the_event_before_left_it(world: World) -> None:
    for key, beside in ((B, A), (A, B), (B, A), (B, A), (A, B), (B, A)):
        world.send(key, beside=beside)
    world.run()
    assert saw(world, A) == [{"count": 3, "rung": 0}]
    assert saw(world, B) == [{"count": 1, "rung": 0}, {"count": 1, "rung": 0}, {"count": 2, "rung": 0}]


def test_its_clock_has_rung_by_then_however_many_others_are_due(world: World) -> None:
    for key in (*MORE, B, A):
        world.send(key)
    world.run()
    world.clock.set(world.clock.now() + timedelta(seconds=15))
    world.send(A, beside=B)
    world.run()
    assert saw(world, A) == [{"count": 1, "rung": 1}]


def test_where_they_fail_the_event_is_refused_and_the_others_go_on(world: World) -> None:
    world.send(A)
    world.send(A, flaw=True)
    world.send(A)
    world.run()
    assert [header(record, "tousu-reason") for record in world.fresh(counting.REJECTED)] == ["internal_error"]
    assert [orjson.loads(record.value or b"")["count"] for record in world.told("t.counted")[A]] == [1, 2]
