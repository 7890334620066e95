"""Whether somebody else has taken a shard that this copy has open or halted: an operator's command, or another copy."""

from __future__ import annotations

from collections.abc import Collection, MutableMapping
from datetime import datetime, timedelta
from typing import Final

from tousu.failure import Stop
from tousu.runtime.clock import TimeSource
from tousu.runtime.store import Fenced, Opened, Store

LOOK_EVERY: Final = timedelta(seconds=3)


class Takeovers:
    """Compares, now and then, the epochs under which this copy took its shards with those in the database.

    A shard at work notices by its next commit; one that has halted, or that has nothing to commit, only here.
    """

    def __init__(self, store: Store, clock: TimeSource) -> None:
        self._store, self._clock = store, clock
        self._epochs: dict[int, int] = {}
        self._looked_at: datetime | None = None

    def take(self, shard: int) -> Opened:
        """Take a shard for this copy. As `Store.take`."""
        opened = self._store.take(shard)
        self._epochs[shard] = opened.epoch
        return opened

    def notice(self, halted: MutableMapping[int, Stop], opened: Collection[int]) -> None:
        """Let a halted shard that was taken since be opened again: perhaps what halted it is mended.

        Raises Fenced when an open one was taken, Retry while the database is away.
        """
        taken = self._look()
        for shard in taken.intersection(halted):
            del halted[shard]
        if taken.intersection(opened):
            raise Fenced

    def _look(self) -> frozenset[int]:
        now = self._clock.now()
        if self._looked_at is not None and abs(now - self._looked_at) < LOOK_EVERY:
            return frozenset()
        self._looked_at = now
        if not self._epochs:
            return frozenset()
        epochs = self._store.epochs()
        return frozenset(shard for shard, epoch in self._epochs.items() if epochs.get(shard, epoch) != epoch)
