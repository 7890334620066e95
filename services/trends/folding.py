"""The same rules on the runtime's loop: one state a cell, woken at the end of every step while its window holds any.

`tousu simulate` runs trends this way. With several shards each would count its own cases only, so it takes one shard;
on Kafka the stream (services/trends/stream.py) counts all partitions together.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from services.trends.cells import cell_of, plain
from services.trends.rules import TrendRules
from services.trends.states import Beginning, CellTally
from tousu.decision import Decision, State, StateKey, States
from tousu.event import Event

LOG: Final = StateKey("beginning", "log")


class FoldingRules:
    """`Rules` (tousu/decision.py) around TrendRules."""

    def __init__(self, rules: TrendRules) -> None:
        self._rules = rules

    def state_keys(self, event: Event) -> Sequence[StateKey]:
        cells = self._rules.cells(event)
        return [LOG, *(StateKey("tally", cell.key) for cell in cells)] if cells else []

    def apply(self, states: States, event: Event, now: datetime) -> Decision:
        cells = self._rules.cells(event)
        if not cells:
            return Decision(no_op="not_counted")
        step = self._rules.step_of(now)
        known = states[LOG]
        beginning = known if isinstance(known, Beginning) else Beginning(step)
        changed: dict[StateKey, State | None] = {} if known else {LOG: beginning}
        for cell in cells:
            state_key = StateKey("tally", cell.key)
            old = states[state_key]
            tally = (
                old if isinstance(old, CellTally) else CellTally(cell=plain(cell), began=beginning.step, end=step + 1)
            )
            changed[state_key] = _counted(tally, step)
        return Decision(states=changed)

    def next_timer(self, state_key: StateKey, state: State) -> datetime | None:
        return self._rules.beginning_of(state.end) if isinstance(state, CellTally) else None

    def on_timer(self, state_key: StateKey, state: State, now: datetime) -> Decision:
        assert isinstance(state, CellTally)
        counts = tuple(count for count in state.counts if count[0] >= state.end - self._rules.history_steps)
        if not counts:
            return Decision(states={state_key: None})

        def count_in(first: int, end: int) -> int:
            return sum(count for step, count in counts if first <= step < end)

        assessment = self._rules.assess(
            cell_of(state.cell), state.end, count_in, state.began, is_raised=state.is_raised
        )
        forgotten = counts[-1][0] + self._rules.history_steps + 1
        end = forgotten if assessment.is_quiet else state.end + 1
        tally = msgspec.structs.replace(state, counts=counts, is_raised=assessment.is_raised, end=end)
        return Decision(states={state_key: tally}, outputs=(assessment.warning,) if assessment.warning else ())


def _counted(tally: CellTally, step: int) -> CellTally:
    *older, newest = tally.counts or ((step, 0),)
    counts = (*older, (step, newest[1] + 1)) if newest[0] == step else (*tally.counts, (step, 1))
    return msgspec.structs.replace(tally, counts=counts, end=min(tally.end, step + 1))
