"""What the loop says of itself, turned into metrics and log lines."""

from __future__ import annotations

from datetime import datetime

from prometheus_client import CollectorRegistry

from tousu.failure import Failure, Stop
from tousu.runtime.clock import WallClock
from tousu.runtime.logs import Log
from tousu.runtime.processor import Processor
from tousu.runtime.report import TurnReport
from tousu.runtime.watch import Watch


class Measures:
    """The observer of a processor's loop."""

    def __init__(
        self, processor: Processor, watch: Watch, clock: WallClock, log: Log, *, time_from_events: bool
    ) -> None:
        self.registry = CollectorRegistry()
        self._watch = watch
        self._log = log

    def turned(self, report: TurnReport, now: datetime) -> None:
        self._watch.trouble = None

    def opened(self, shard: int, epoch: int) -> None:
        self._log.info("shard opened", shard=shard, epoch=epoch)

    def fenced(self, shards: frozenset[int]) -> None:
        self._log.warning("fenced", shards=sorted(shards), message="another owner has one of these; opening them again")

    def halted(self, shard: int, error: Stop) -> None:
        self._log.error("shard halted", shard=shard, reason=error.reason, message=error.message)

    def retrying(self, error: Failure) -> None:
        self._watch.trouble = error
        self._log.warning("waiting", reason=error.reason, message=error.message)

    def waiting_for_broker(self) -> None:
        self._log.warning("waiting", reason="broker_slow", message="outputs are not acknowledged yet")
