"""What our own rules say wrongly costs no case: the second answer of the rules, clocks held out, and where it ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
import orjson
import pytest

from tests.integration.runtime import counting
from tests.integration.runtime.counting import CounterRules, counter, keeper, key_in
from tests.integration.runtime.world import START, World, header
from tousu.decision import Decision, Output, State, StateKey, States
from tousu.event import Event
from tousu.runtime.faults import OUR_FAULTS_MAX
from tousu.runtime.loop import Loop
from tousu.runtime.processor import Processor
from tousu.runtime.report import TurnReport
from tousu.runtime.shard_turn import HELD_OUT_US

FLAWS = {
    "raises": "internal_error",
    "unfit": "unpublishable_output",
    "no_json": "internal_error",
    "no_key": "unpublishable_output",
    "no_due": "internal_error",
    "other_topic": "internal_error",
}
"""What can be wrong with a decision, and the reason code that it leads to."""
KEYS = [key_in(0, 2, n) for n in range(2 * OUR_FAULTS_MAX)]


def unfit(output: Output, size_bytes: int) -> str:
    return "it does not meet its schema" if "unfit" in output.data else ""


def spoiled(decision: Decision, flaw: str) -> Decision:
    """A decision with something wrong in its last output, behind one that is sound."""
    (output,) = decision.outputs
    changes: dict[str, dict[str, Any]] = {
        "unfit": {"data": output.data | {"unfit": True}},
        "no_json": {"data": output.data | {"n": {1, 2}}},
        "no_key": {"subject": ""},
        "other_topic": {"topic": "t.nowhere"},
        "no_due": {},
    }
    states = decision.states
    if flaw == "no_due":
        states = {state_key: msgspec.structs.replace(state, rings_at="soon") for state_key, state in states.items()}  # type: ignore[type-var]
    outputs = [output, msgspec.structs.replace(output, **changes[flaw])]
    return msgspec.structs.replace(decision, outputs=outputs, states=states)


class FlawedRules(CounterRules):
    """Counts, but not what says `flaw`; `clocks` of these keys have a flaw, too."""

    def __init__(self, clocks: Mapping[str, str] | None = None) -> None:
        self._clocks = clocks or {}

    def apply(self, states: States, event: Event, now: datetime) -> Decision:
        flaw = event.data.get("flaw", "")
        if flaw == "raises":
            raise ZeroDivisionError("王芳")
        decision = super().apply(states, event, now)
        return spoiled(decision, flaw) if flaw else decision

    def next_timer(self, state_key: StateKey, state: State) -> datetime | None:
        due = super().next_timer(state_key, state)
        assert due is None or isinstance(due, datetime)
        return due

    def on_timer(self, state_key: StateKey, state: State, now: datetime) -> Decision:
        flaw = self._clocks.get(state_key.key, "")
        if flaw == "raises":
            raise ZeroDivisionError("王芳")
        if flaw == "stands_still":
            return Decision(states={state_key: state})
        decision = super().on_timer(state_key, state, now)
        return spoiled(decision, flaw) if flaw else decision


class DeskRules(FlawedRules):
    """The same with a second answer: a count of 1000, so that it is told apart. It fails, too, where told."""

    def fallback(self, states: States, event: Event, now: datetime) -> Decision | None:
        if "hopeless" in event.data:
            raise LookupError("again")
        if "declined" in event.data:
            return None
        state_key = StateKey("tally", event.subject or "")
        data = {"count": 1000, "n": event.data.get("n")}
        output = Output(topic=counting.COUNTS, type="t.counted", subject=state_key.key, time=event.time, data=data)
        return Decision(states={state_key: counting.Tally(1000)}, outputs=[output])


def flawed(rules: CounterRules) -> Processor:
    return msgspec.structs.replace(counter(), rules=rules, check=unfit)


@pytest.fixture
def world(sqlite_url: str) -> World:
    return World(sqlite_url)


class Noted:
    """Copies of the two stages, with what the counter's turns report."""

    def __init__(self, world: World, rules: CounterRules) -> None:
        self.world = world
        self.reports: list[TurnReport] = []
        world.copy(keeper())
        self.deploy(rules)

    def deploy(self, rules: CounterRules) -> None:
        """Another version of the counter takes the place of the present one."""
        for loop in self.world.loops[1:]:
            self.world.crash(loop)
        self.loop: Loop = self.world.copy(flawed(rules))
        self.world.diaries[self.loop].turned = lambda report, now: self.reports.append(report)  # type: ignore[method-assign]

    @property
    def covered(self) -> Counter[tuple[str, str]]:
        return sum((report.covered for report in self.reports), Counter())

    @property
    def faults(self) -> list[str]:
        return [type(fault.error).__name__ for report in self.reports for fault in report.faults]


def counts(world: World, key: str) -> list[int]:
    return [orjson.loads(r.value or b"")["count"] for r in world.told("t.counted")[key]]


def reasons(world: World) -> list[str]:
    return [header(r, "tousu-reason") for r in world.fresh(counting.REJECTED)]


@pytest.mark.parametrize("flaw", FLAWS)
def test_where_rules_fail_their_second_answer_counts_and_nothing_of_the_first_is_left(world: World, flaw: str) -> None:
    noted = Noted(world, DeskRules())
    key, other = KEYS[:2]
    world.send(key, flaw=flaw)
    world.send(other)
    world.send(key)
    world.run()
    assert counts(world, key) == [1000, 1001]
    assert counts(world, other) == [1]
    assert reasons(world) == []
    assert noted.covered == {(FLAWS[flaw], "fallback"): 1}
    assert len(noted.faults) == 1


@pytest.mark.parametrize("flaw", FLAWS)
@pytest.mark.parametrize(
    ("rules", "more"), ((FlawedRules, {}), (DeskRules, {"declined": True}), (DeskRules, {"hopeless": True}))
)
def test_without_a_second_answer_the_input_is_refused_for_what_went_wrong_first(
    world: World, flaw: str, rules: type[FlawedRules], more: dict[str, bool]
) -> None:
    noted = Noted(world, rules())
    key = KEYS[0]
    world.send(key)
    world.send(key, flaw=flaw, **more)
    world.send(key)
    world.run()
    assert counts(world, key) == [1, 2]
    assert reasons(world) == [FLAWS[flaw]]
    assert noted.covered == {}
    assert len(noted.faults) == (2 if "hopeless" in more else 1)


def test_a_hundred_second_answers_in_a_row_stop_the_shard(world: World) -> None:
    noted = Noted(world, DeskRules())
    for n in range(OUR_FAULTS_MAX):
        world.send(KEYS[n], flaw="raises")
    world.send(KEYS[0])
    for n in range(OUR_FAULTS_MAX):
        world.send(KEYS[n], flaw="raises")
    world.run()
    assert noted.loop.halted == {}
    world.send(KEYS[-1], flaw="raises")
    world.run()
    assert noted.loop.halted[0].reason == "too_many_faults"
    assert counts(world, KEYS[-1]) == []


CLOCK_FLAWS = (*FLAWS, "stands_still")


@pytest.mark.parametrize("flaw", CLOCK_FLAWS)
def test_a_clock_that_cannot_be_fired_holds_up_no_other_and_rings_once_it_is_mended(world: World, flaw: str) -> None:
    bad, good = KEYS[:2]
    noted = Noted(world, FlawedRules({bad: flaw}))
    world.send(bad)
    world.send(good)
    world.run()
    world.pass_time(12)
    world.pass_time(12)
    assert set(world.told("t.rang")) == {good}
    assert noted.loop.halted == {}
    assert noted.covered == {(FLAWS.get(flaw, "internal_error"), "clock_held_out"): 1}
    noted.deploy(FlawedRules())
    world.pass_time(HELD_OUT_US / 1e6)
    world.pass_time(2)
    assert {key: len(records) for key, records in world.told("t.rang").items()} == {good: 1, bad: 1}
    (rang,) = world.told("t.rang")[bad]
    assert datetime.fromisoformat(header(rang, "ce_time")) < START + timedelta(seconds=12)


def test_a_clock_held_out_is_tried_again_each_hour_and_its_case_waits_while_others_go_on(world: World) -> None:
    bad, good = KEYS[:2]
    noted = Noted(world, DeskRules({bad: "raises"}))
    world.send(bad)
    world.run()
    world.pass_time(12)
    for _ in range(3):
        world.pass_time(HELD_OUT_US / 1e6)
        world.pass_time(2)
    assert noted.covered == {("internal_error", "clock_held_out"): 4}
    world.send(bad)
    world.send(good)
    world.run()
    assert reasons(world) == ["internal_error"]
    assert (counts(world, bad), counts(world, good)) == ([1], [1])
    noted.deploy(DeskRules())
    world.send(bad)
    world.run()
    assert [header(r, "ce_type") for r in world.fresh(counting.COUNTS) if (r.key or b"").decode() == bad] == [
        "t.counted", "t.rang", "t.counted",
    ]  # fmt: skip


def test_one_bad_clock_never_stops_a_shard_and_a_hundred_do(world: World) -> None:
    bad = dict.fromkeys(KEYS[: OUR_FAULTS_MAX + 2], "raises")
    noted = Noted(world, FlawedRules(bad))
    world.send(KEYS[0])
    world.run()
    world.pass_time(12)
    for _ in range(OUR_FAULTS_MAX + 5):
        world.send(KEYS[0])
        world.send(KEYS[-1])
    world.pass_time(12)
    assert noted.loop.halted == {}
    assert set(world.told("t.rang")) == {KEYS[-1]}
    for key in KEYS[1 : OUR_FAULTS_MAX + 2]:
        world.send(key)
    world.run()
    for _ in range(30):
        world.pass_time(12)
    assert noted.loop.halted[0].reason == "too_many_faults"


def test_the_same_log_gives_the_same_outcome_whatever_the_batches(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Invariant I9, with second answers and clocks that are held out."""
    outcomes = []
    for batch_max in (500, 1, 7):
        folder = tmp_path_factory.mktemp("outcome")
        world = World(f"sqlite:///{folder / 'one.sqlite'}", batch_max=batch_max)
        noted = Noted(world, DeskRules({KEYS[1]: "unfit", KEYS[3]: "raises"}))
        for n in range(60):
            world.send(KEYS[n % 5], **({"flaw": list(FLAWS)[n % 6]} if n % 4 == 0 else {}))
        world.run()
        world.pass_time(12)
        for n in range(60):
            world.send(KEYS[n % 5])
        world.run()
        world.pass_time(HELD_OUT_US / 1e6 + 5)
        world.pass_time(5)
        written = [(r.key, r.value) for r in world.fresh(counting.COUNTS)], reasons(world)
        outcomes.append((written, noted.loop._store.digest()))
        assert noted.loop.halted == {}
    assert outcomes[0] == outcomes[1] == outcomes[2]
