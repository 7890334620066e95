"""How an owner moves states that ended long ago to the archive (`archive`), in quiet moments, a few at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from tousu.runtime import checkpoint as cp
from tousu.runtime.processor import Processor, column_time

if TYPE_CHECKING:
    from tousu.runtime.shard import Shard
    from tousu.runtime.store import Store

ROWS_MAX: Final = 200
"""Rows of each table that one quiet moment moves at most: some hundredths of a second."""
EVERY_US: Final = 600_000_000
"""So far the watermark moves between looks at a shard of which everything has been moved."""


class Archiving:
    """Moves what ended long enough ago, shard by shard."""

    def __init__(self, processor: Processor, store: Store) -> None:
        self._after: timedelta | None = processor.archive_after
        self._store = store
        self._looked_us: dict[int, int] = {}
        """The watermark at which nothing was left to move, by shard."""

    def rest(self, shards: Mapping[int, Shard]) -> None:
        """Nothing else is to be done: move some rows of one shard. Raises Fenced and Retry as a commit does."""
        if self._after is None:
            return
        for number, shard in shards.items():
            now_us = shard.opened.checkpoint.time_us
            if now_us <= 0 or now_us - self._looked_us.get(number, -EVERY_US) < EVERY_US:
                continue
            before = column_time(max(cp.moment(now_us) - self._after, cp.EPOCH)) or ""
            if max(self._store.archive(number, shard.opened, before, ROWS_MAX).values(), default=0) < ROWS_MAX:
                self._looked_us[number] = now_us
            return
