"""All partitions seen together: repeats dropped, cases counted, and every step judged once all partitions are past it.

A case lies in the partition of its number, so what belongs to one outlet is spread over all of them. A step is judged
when the slowest partition has passed its end; so the outcome depends on what the log holds and not on the order in
which partitions were read. Nothing here knows Faust or Kafka: the tables come in as arguments.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import MutableMapping
from datetime import datetime
from functools import partial
from typing import Protocol

from services.trends.cells import Cell, cell_of, plain
from services.trends.memory import Memory, Tallied
from services.trends.rules import TrendRules
from tousu.decision import Output
from tousu.runtime.arrival import Arrival
from tousu.runtime.checkpoint import moment


class Counts(Protocol):
    """Counts by cell and step."""

    def add(self, cell: str, step: int, count: int = 1) -> None:
        """So many more."""
        ...

    def count_in(self, cell: str, first: int, end: int) -> int:
        """How many from one step up to, not including, another."""
        ...

    def forget(self, cell: str, step: int) -> None:
        """Nobody will ask for this step again."""
        ...


class Overlook:
    """The counts of the whole log. `seen` holds the last number of every origin, `raised` the cells in alarm."""

    def __init__(
        self, rules: TrendRules, partitions: int, counts: Counts, seen: MutableMapping[str, int],
        raised: MutableMapping[Cell, bool],
    ) -> None:  # fmt: skip
        self._rules = rules
        self._partitions = partitions
        self._counts = counts
        self._seen = seen
        self._raised = raised
        self._offsets: dict[int, int] = {}
        self._times_us: dict[int, int] = {}
        self._began: int | None = None
        self._judged: int | None = None
        self._window: Counter[Cell] = Counter()
        self._by_step: dict[int, set[Cell]] = defaultdict(set)

    @property
    def time(self) -> datetime | None:
        """The time that all partitions have reached; None while one of them has not spoken."""
        if len(self._times_us) < self._partitions:
            return None
        return moment(min(self._times_us.values()))

    @property
    def cells(self) -> int:
        """How many cells have a count in the newest window."""
        return len(self._window)

    def take(self, arrival: Arrival) -> list[Output] | None:
        """Take one record of complaints.cases in. Returns the warnings that follow, or None for a repeated record."""
        partition = arrival.record.partition
        self._offsets[partition] = arrival.record.offset + 1
        origin = f"{partition}|{arrival.origin}"
        if arrival.seq <= self._seen.get(origin, 0):
            return None
        self._seen[origin] = arrival.seq
        if arrival.event is not None and not arrival.is_tick:
            for cell in self._rules.cells(arrival.event):
                self._count(cell, self._rules.step_of(moment(arrival.time_us)))
        if arrival.time_us <= self._times_us.get(partition, -1):
            return []
        self._times_us[partition] = arrival.time_us
        return self._judge_steps()

    # -- remembering --------------------------------------------------------------------------------------------

    def memory(self) -> Memory:
        """Everything that was taken in, as one value."""
        tallies: dict[Cell, list[tuple[int, int]]] = defaultdict(list)
        for step, cells in sorted(self._by_step.items()):
            for cell in sorted(cells):
                tallies[cell].append((step, self._counts.count_in(cell.key, step, step + 1)))
        return Memory(
            rhythm=self._rules.rhythm,
            offsets=dict(self._offsets),
            times_us=dict(self._times_us),
            seen=dict(self._seen.items()),
            began=self._began,
            judged=self._judged,
            tallies=[Tallied(plain(cell), counts) for cell, counts in tallies.items()],
            raised=[plain(cell) for cell in sorted(self._raised)],
        )

    def recall(self, memory: Memory) -> None:
        """Be what an Overlook was when it said this. Only for one that has not taken anything in."""
        self._offsets.update(memory.offsets)
        self._times_us.update(memory.times_us)
        self._seen.update(memory.seen)
        self._began, self._judged = memory.began, memory.judged
        for tally in memory.tallies:
            cell = cell_of(tally.cell)
            for step, count in tally.counts:
                self._counts.add(cell.key, step, count)
                self._by_step[step].add(cell)
                if self._judged is not None and self._judged - self._rules.window_steps <= step < self._judged:
                    self._window[cell] += count
        for raised in memory.raised:
            self._raised[cell_of(raised)] = True

    # -- counting -----------------------------------------------------------------------------------------------

    def _count(self, cell: Cell, step: int) -> None:
        self._counts.add(cell.key, step)
        self._by_step[step].add(cell)
        self._began = step if self._began is None else min(step, self._began)

    def _judge_steps(self) -> list[Output]:
        """Every step that has ended since the last time, oldest first."""
        time = self.time
        if time is None or self._began is None:
            return []
        now = self._rules.step_of(time)
        warnings: list[Output] = []
        for end in range((self._began if self._judged is None else self._judged) + 1, now + 1):
            self._move_window(end)
            warnings += self._judge(end, self._began)
            self._forget(end - self._rules.history_steps)
            self._judged = end
        return warnings

    def _move_window(self, end: int) -> None:
        """Let the step before `end` into the window, and the one that is too old for it out."""
        entering, leaving = end - 1, end - 1 - self._rules.window_steps
        for cell in self._by_step.get(entering, ()):
            self._window[cell] += self._counts.count_in(cell.key, entering, end)
        for cell in self._by_step.get(leaving, ()):
            self._window[cell] -= self._counts.count_in(cell.key, leaving, leaving + 1)
            if not self._window[cell]:
                del self._window[cell]

    def _judge(self, end: int, began: int) -> list[Output]:
        """What those cells say that can be news (just counted in, with enough in their window) or are in alarm."""
        entered = self._by_step.get(end - 1, set())
        judged = {cell for cell in entered if self._window[cell] >= self._rules.count_min}
        warnings = []
        for cell in sorted(judged.union(self._raised), key=lambda candidate: candidate.key):
            count_in = partial(self._counts.count_in, cell.key)
            assessment = self._rules.assess(cell, end, count_in, began, is_raised=cell in self._raised)
            self._note(cell, is_raised=assessment.is_raised)
            if assessment.warning is not None:
                warnings.append(assessment.warning)
        return warnings

    def _note(self, cell: Cell, *, is_raised: bool) -> None:
        if is_raised:
            self._raised[cell] = True
        elif cell in self._raised:
            del self._raised[cell]

    def _forget(self, step: int) -> None:
        for cell in self._by_step.pop(step - 1, ()):
            self._counts.forget(cell.key, step - 1)
