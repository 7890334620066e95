"""The clocks of one shard that are due, in the order (due, kind, key), during one turn.

Two sources are merged: the index in the database, read page by page, and the states already changed in this turn.
What is not due is never looked at: the cost of a tick depends on what fires, not on how many cases are open.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Mapping
from typing import Final, NamedTuple

from tousu.decision import State, StateKey
from tousu.runtime.store import Due, Store

UNKNOWN: Final = -1
NOTHING_DUE: Final = 2**62
PAGE_ROWS: Final = 500


class DueTimer(NamedTuple):
    """A state to be woken: when it was due, and the state if it was read from the database just now."""

    due_us: int
    state_key: StateKey
    stored: State | None


class TimerQueue:
    """What is due in one shard. `bound_us` (kind -> a lower bound of the due times stored) comes from the last turn."""

    def __init__(self, store: Store, shard: int, bound_us: Mapping[str, int]) -> None:
        self._store = store
        self._shard = shard
        self._timed = tuple(sorted(name for name, kind in store.kinds.items() if kind.timed))
        self._pages: dict[str, deque[Due]] = {name: deque() for name in self._timed}
        self._after: dict[str, tuple[int, str]] = dict.fromkeys(self._timed, (UNKNOWN, ""))
        self._bound_us: dict[str, int] = {name: bound_us.get(name, UNKNOWN) for name in self._timed}
        self._heap: list[tuple[int, str, str]] = []
        self._quiet_us = UNKNOWN
        """Nothing is due at or before this time: most events come while no clock is due."""
        self.dues: dict[StateKey, int | None] = {}
        """The due time of every state changed in this turn."""

    def changed(self, state_key: StateKey, due_us: int | None) -> None:
        """A state was changed in this turn; from now on this due time counts, not the database's."""
        self.dues[state_key] = due_us
        if due_us is not None:
            self._quiet_us = min(self._quiet_us, due_us - 1)
            heapq.heappush(self._heap, (due_us, state_key.kind, state_key.key))

    def pop(self, until_us: int) -> DueTimer | None:
        """The first clock due at or before `until_us`, or None."""
        if until_us <= self._quiet_us:
            return None
        best = self._first_changed()
        if best is not None and best[0] > until_us:
            best = None
        for name in self._timed:
            row = self._first_stored(name, until_us)
            if row is not None and (best is None or (row.due_us, name, row.key) < best):
                best = (row.due_us, name, row.key)
        if best is None:
            self._quiet_us = self._next_us() - 1
            return None
        state_key = StateKey(best[1], best[2])
        if self.dues.get(state_key) == best[0]:
            heapq.heappop(self._heap)
            return DueTimer(best[0], state_key, None)
        row = self._pages[state_key.kind].popleft()
        return DueTimer(best[0], state_key, self._store.kinds[state_key.kind].codec.decode(row.doc))

    def _next_us(self) -> int:
        """A lower bound of all that is due, where what is due by now has been taken out."""
        known = [self._heap[0][0]] if self._heap else []
        for name, page in self._pages.items():
            known.append(page[0].due_us if page else self._bound_us[name])
        return min(known, default=NOTHING_DUE)

    def _first_changed(self) -> tuple[int, str, str] | None:
        while self._heap:
            due_us, kind, key = self._heap[0]
            if self.dues.get(StateKey(kind, key)) == due_us:
                return self._heap[0]
            heapq.heappop(self._heap)  # the state has changed again since
        return None

    def _first_stored(self, name: str, until_us: int) -> Due | None:
        page = self._pages[name]
        while True:
            while page and StateKey(name, page[0].key) in self.dues:
                page.popleft()  # changed in this turn: the heap knows better
            if page:
                return page[0] if page[0].due_us <= until_us else None
            if self._earliest_us(name) > until_us:
                return None
            rows = self._store.due(name, self._shard, until_us, self._after[name], PAGE_ROWS)
            self._bound_us[name] = UNKNOWN
            if rows:
                page.extend(rows)
                self._after[name] = (rows[-1].due_us, rows[-1].key)

    def _earliest_us(self, name: str) -> int:
        """A lower bound of the due times in the database that lie behind the page read last."""
        if self._bound_us[name] == UNKNOWN:
            due_us = self._store.next_due_us(name, self._shard, self._after[name])
            self._bound_us[name] = NOTHING_DUE if due_us is None else due_us
        return self._bound_us[name]

    def committed(self) -> dict[str, int]:
        """The turn is in the database: the bounds with which the next turn may begin."""
        for state_key, due_us in self.dues.items():
            known = self._bound_us.get(state_key.kind, UNKNOWN)
            if due_us is not None and known != UNKNOWN and due_us < known:
                self._bound_us[state_key.kind] = due_us
        # A row read but not woken lies in a page, in front of the bound.
        for name, page in self._pages.items():
            if page:
                self._bound_us[name] = UNKNOWN
        return self._bound_us
