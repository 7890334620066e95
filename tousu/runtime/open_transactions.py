"""Transactions that adapters leave open: how long they may hold time back.

A reader is not shown what lies behind an open transaction, so a shard cannot say that it has read everything. A broker
ends an abandoned transaction after the time that the adapter asked for, 15 minutes at most by default. Source: KIP-98.
"""

from __future__ import annotations

import time

Place = tuple[str, int]
"""Topic and partition."""


class OpenTransactions:
    """Where the log goes on and a reader is shown nothing: our position there, and since when.

    `patience_s`: after this long a transaction is not waited for any more. What it holds comes late, if it comes.
    """

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._held: dict[Place, tuple[int, float]] = {}

    def note(self, place: Place, position: int, end: int, *, is_empty: bool) -> None:
        """A partition ends at `end`; `is_empty` says that a reader at `position` was told that nothing is left."""
        if not is_empty or end <= position:
            self._held.pop(place, None)
        elif self._held.get(place, (-1, 0.0))[0] != position:
            self._held[place] = (position, time.monotonic())

    def held_s(self) -> dict[Place, float]:
        """For how long each partition has been held."""
        now_s = time.monotonic()
        return {place: now_s - since_s for place, (_, since_s) in self._held.items()}

    def is_given_up(self, place: Place, position: int) -> bool:
        """Whether what follows a position has been waited for long enough."""
        held = self._held.get(place)
        return held is not None and held[0] == position and time.monotonic() - held[1] > self._patience_s
