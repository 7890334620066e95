"""A release of the test processor `counter` that follows this one: a column more, and a field more in its states."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tests.integration.runtime import counting
from tests.integration.runtime.counting import CounterRules, Tally
from tousu.decision import Decision, StateKey, States
from tousu.event import Event
from tousu.runtime.processor import Kind, Processor


class NextTally(Tally):
    """How often the next release has counted: lost where an older copy writes the state again."""

    by_next: int = 0


class NextRules(CounterRules):
    def apply(self, states: States, event: Event, now: datetime) -> Decision:
        decision = super().apply(states, event, now)
        ((state_key, new),) = decision.states.items()
        assert isinstance(new, Tally)
        return msgspec.structs.replace(decision, states={state_key: _next(new, states[state_key], 1)})

    def on_timer(self, state_key: StateKey, state: msgspec.Struct, now: datetime) -> Decision:
        decision = super().on_timer(state_key, state, now)
        new = decision.states[state_key]
        assert isinstance(new, Tally)
        return msgspec.structs.replace(decision, states={state_key: _next(new, state, 0)})


def _next(new: Tally, former: object, more: int) -> NextTally:
    counted = former.by_next if isinstance(former, NextTally) else 0
    return NextTally(new.count, new.rings_at, new.rung, counted + more)


def counter() -> Processor:
    (former,) = counting.TALLIES
    columns = {**former.columns, "by_next": lambda tally: str(getattr(tally, "by_next", 0))}
    kind = Kind("tally", NextTally, columns=columns, timed=True, ended="counted_at", version=2)
    return msgspec.structs.replace(counting.counter(), rules=NextRules(), kinds=(kind,))
