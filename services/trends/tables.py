"""The tables of trends: Faust's, in memory, filled again at every start.

Faust keeps a table's changes in a changelog topic that it makes by itself. Here there is none: the counts are a
function of complaints.cases, which is kept for ever, so the log is the changelog. No topic appears that the operator
did not make, and after a crash the counts cannot disagree with the log: what is written down now and then
(services/trends/memory.py) names the offsets that it holds for.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from itertools import islice
from typing import Any

import faust


class LogTable(faust.Table):  # type: ignore[type-arg]
    """A table whose changes are written nowhere. It is not added to the app, so Faust neither declares nor recovers."""

    def on_key_set(self, key: Any, value: Any) -> None:
        """Nothing to send."""

    def on_key_del(self, key: Any) -> None:
        """Nothing to send."""


class StepCounts:
    """`Counts` (services/trends/overlook.py) in a tumbling window table: one window a step."""

    def __init__(self, app: faust.App, step_s: float) -> None:
        self._step_s = step_s
        self._table = LogTable(app, name="counts", default=int).tumbling(step_s)
        self._steps: dict[str, list[int]] = {}
        """The steps in which a cell has a count, in order: most cells have few, and the rest need not be looked up."""

    def _window(self, step: int) -> tuple[float, float]:
        return (step * self._step_s, (step + 1) * self._step_s)

    def add(self, cell: str, step: int, count: int = 1) -> None:
        windows, window = self._table[cell], self._window(step)
        if not windows[window]:
            insort(self._steps.setdefault(cell, []), step)
        windows[window] += count

    def count_in(self, cell: str, first: int, end: int) -> int:
        steps = self._steps.get(cell, [])
        windows = self._table[cell]
        there = islice(steps, bisect_left(steps, first), bisect_left(steps, end))
        return sum(windows[self._window(step)] for step in there)

    def forget(self, cell: str, step: int) -> None:
        del self._table[cell][self._window(step)]
        self._steps[cell].remove(step)
        if not self._steps[cell]:
            del self._steps[cell]
