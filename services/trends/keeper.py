"""When the memory is written down, and whether what was written fits."""

from __future__ import annotations

import time
from typing import Final

import msgspec

from services.trends.memory import Memory, MemoryStore
from services.trends.overlook import Overlook
from tousu.failure import Retry
from tousu.runtime.broker import Identity
from tousu.runtime.logs import Log
from tousu.runtime.watch import Watch

SAVE_EVERY_S: Final = 300.0


class Keeper:
    """Keeps the memory of one process: `topic` of the log `identity`, found as `memory` at the start."""

    def __init__(
        self, store: MemoryStore, memory: Memory | None, identity: Identity, topic: str, watch: Watch, log: Log
    ) -> None:
        self._store = store
        self._memory = memory
        self._identity = identity
        self._topic = topic
        self._watch = watch
        self._log = log
        self._saved_s = time.monotonic()

    def remind(self, overlook: Overlook) -> None:
        """Give the overlook what was known."""
        if self._memory is not None:
            overlook.recall(self._memory)
            self._log.info("remembered", records=sum(self._memory.seen.values()), cells=len(self._memory.tallies))
        self._memory = None

    def is_time(self) -> bool:
        return time.monotonic() - self._saved_s >= SAVE_EVERY_S

    def save(self, overlook: Overlook) -> None:
        """Write down what is known. With the database away nothing is lost: it is tried again at the next time."""
        self._saved_s = time.monotonic()
        memory = msgspec.structs.replace(
            overlook.memory(),
            cluster_id=self._identity.cluster_id,
            topic_id=self._identity.topic_ids.get(self._topic, ""),
        )
        try:
            self._store.save(memory)
        except Retry as error:
            self._watch.database_trouble = error.message
            self._log.warning("waiting", reason=error.reason, message=error.message)
        else:
            self._watch.database_trouble = ""
