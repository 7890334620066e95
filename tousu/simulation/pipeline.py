"""All processors of the pipeline in one process: which there are, and how they are turned until all is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from importlib import import_module
from typing import Final

from tousu.contract import address_of, cards
from tousu.failure import Failure, Reject, Stop
from tousu.policy.loading import load_policies
from tousu.policy.policies import Policies
from tousu.runtime import checkpoint as cp
from tousu.runtime.clock import SetClock
from tousu.runtime.loop import Loop, Tuning
from tousu.runtime.observer import Silent
from tousu.runtime.outgoing import check_output
from tousu.runtime.processor import Processor
from tousu.runtime.report import TurnReport
from tousu.runtime.settings import read_settings
from tousu.runtime.simulated import SimulatedBroker, SimulatedSink, SimulatedSource
from tousu.runtime.store import Store
from tousu.runtime.wiring import Compose, Wiring
from tousu.simulation.processors import PROCESSORS

SIMULATED_KEY: Final = b"the key of a simulation, no more"
"""Wraps personal records that live in memory only; a fixed one keeps pseudonyms the same from run to run."""
ROUNDS_MAX: Final = 10_000
INSTANT: Final = timedelta(microseconds=1)


def composed(name: str, wiring: Wiring) -> Processor:
    """The processor of a service, put together by its own composition root."""
    compose: Compose = import_module(f"services.{name}.processor").processor
    return compose(wiring)


def schema_address(event_type: str) -> str:
    """The schema of an event type, or nothing for a type without one."""
    try:
        return address_of(event_type)
    except Reject:
        return ""


def wiring_of(policies: Policies, partitions: int = 1) -> Wiring:
    """What every processor of a simulation gets: each output is held against its schema."""
    return Wiring(
        policies=policies, partitions=partitions, time_from_events=False, master_key=SIMULATED_KEY,
        check=check_output, schema_of=schema_address,
    )  # fmt: skip


def rebuild_wiring(pack: str, partitions: int) -> Wiring:
    """What a processor gets whose database is made again from the log, settings as the live one has them."""
    settings = read_settings("rebuild")
    return Wiring(
        policies=load_policies(pack or settings.pack, settings.organisations), partitions=partitions,
        time_from_events=settings.time == "events", master_key=SIMULATED_KEY, check=check_output,
        schema_of=schema_address,
    )  # fmt: skip


class SimulatedLoop(Loop):
    """A loop whose time passes when it is told to: what is due fires at the very moment at which it is due."""

    def _let_time_pass(self) -> None:
        """Only `pass_time` lets it."""

    def pass_time(self) -> None:
        """Let time move to the clock's now. Everything written up to now must have been read."""
        report = TurnReport()
        turns = []
        for number, shard in self.shards.items():
            turn = self._turn_of(number, shard, (), {}, report)
            turn.tick(cp.micros(self._clock.now()))
            turns.append(turn)
        self._commit(turns, report)


class _Strict(Silent):
    """Nothing may go wrong in memory: what does is a fault of ours, and the simulation stops with it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.failure: Failure | None = None
        self.faults: list[Exception] = []

    def turned(self, report: TurnReport, now: datetime) -> None:
        self.faults += [fault.error for fault in report.faults]

    def halted(self, shard: int, error: Stop) -> None:
        self.failure = Stop(error.reason, f"{self._name}: {error.message}")

    def retrying(self, error: Failure) -> None:
        self.failure = Stop(error.reason, f"{self._name}: {error.message}")


class Pipeline:
    """Every processor on one broker in memory, each with its own SQLite in memory. One shard, so one order of events.

    `compose` gives the processors by name (a test may leave some out). `batch_max` is how many records a turn takes.
    """

    def __init__(
        self, policies: Policies, start: datetime, *, batch_max: int = 500, names: tuple[str, ...] = PROCESSORS,
        compose: Callable[[str, Wiring], Processor] = composed,
    ) -> None:  # fmt: skip
        self.clock = SetClock(start)
        self.broker = SimulatedBroker([card.topic for card in cards()], 1, self.clock)
        wiring = wiring_of(policies)
        self.stores: dict[str, Store] = {}
        self.loops: list[SimulatedLoop] = []
        self._observers: list[_Strict] = []
        for name in names:
            processor = compose(name, wiring)
            store = self.stores[name] = Store("sqlite://", processor.name, processor.kinds)
            store.create()
            topics = [input_.topic for input_ in processor.inputs]
            source, sink = SimulatedSource(self.broker, topics, (0,)), SimulatedSink(self.broker)
            observer = _Strict(name)
            tuning = Tuning(batch_max=batch_max)
            self.loops.append(
                SimulatedLoop(processor, source, sink, store, self.clock, tuning=tuning, observer=observer)
            )
            self._observers.append(observer)
        self.turn()

    def turn(self) -> None:
        """Let every processor work until nothing is left to do, each until it is done, in the order of the pipeline."""
        moved = True
        while moved:
            moved = False
            for loop, observer in zip(self.loops, self._observers, strict=True):
                moved |= self._drain(loop, observer)

    def _drain(self, loop: Loop, observer: _Strict) -> bool:
        for rounds in range(ROUNDS_MAX):
            applied = loop.step(0)
            if observer.failure is not None:
                raise observer.failure
            if not applied and loop.idle():
                return rounds > 0
        raise Stop("no_end", f"{loop.processor.name} found new work {ROUNDS_MAX} times: does it feed itself?")

    def pass_time(self, moment: datetime, bound: datetime) -> None:
        """Let time move to `moment`; what is due by then fires.

        And an instant further, if that lies before `bound`: a processor that reads two topics takes what the one says
        at a time once the other has spoken of a later time.
        """
        for reached in (moment, moment + INSTANT):
            if reached >= bound:
                return
            self.clock.set(reached)
            for loop in self.loops:
                if loop.processor.keeps_time:
                    loop.pass_time()
            self.turn()

    def next_due(self) -> datetime | None:
        """When the next clock of any processor is due."""
        dues = [
            due
            for store in self.stores.values()
            for kind in store.kinds.values()
            if kind.timed and (due := store.next_due_us(kind.name, 0, (cp.NEVER_US, ""))) is not None
        ]
        return cp.moment(min(dues)) if dues else None

    def faults(self) -> Mapping[str, list[Exception]]:
        """What the rules of each processor raised; the events concerned stand in complaints.rejected."""
        return {
            loop.processor.name: observer.faults for loop, observer in zip(self.loops, self._observers, strict=True)
        }

    def close(self) -> None:
        for loop in self.loops:
            loop.finish()
