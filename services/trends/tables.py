"""The tables of trends: Faust's, in memory, filled again from the log at every start.

Faust keeps a table's changes in a changelog topic that it makes by itself. Here there is none: the counts are a
function of complaints.cases, which is kept for ever, so the log is the changelog; no topic appears that the operator
did not make, and what is counted cannot disagree with the log after a crash.
"""

from __future__ import annotations

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

    def _window(self, step: int) -> tuple[float, float]:
        return (step * self._step_s, (step + 1) * self._step_s)

    def add(self, cell: str, step: int) -> None:
        windows, window = self._table[cell], self._window(step)
        windows[window] += 1

    def count_in(self, cell: str, first: int, end: int) -> int:
        windows = self._table[cell]
        return sum(windows[self._window(step)] for step in range(first, end))

    def forget(self, cell: str, step: int) -> None:
        del self._table[cell][self._window(step)]
