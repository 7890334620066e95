"""What the loop tells the outside world about itself: metrics, logs and health listen here."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from tousu.failure import Failure, Stop
from tousu.runtime.report import TurnReport


class Observer(Protocol):
    """Called by the loop; must not raise and must not take long."""

    def turned(self, report: TurnReport, now: datetime) -> None:
        """A turn was committed and its outputs were handed over."""
        ...

    def opened(self, shard: int, epoch: int) -> None: ...

    def fenced(self, shards: frozenset[int]) -> None:
        """Another owner has taken one of these shards."""
        ...

    def halted(self, shard: int, error: Stop) -> None:
        """A shard stopped and waits for an operator."""
        ...

    def retrying(self, error: Failure) -> None:
        """A dependency is away; the loop comes back later."""
        ...

    def waiting_for_broker(self) -> None:
        """Outputs are not acknowledged yet."""
        ...


class Silent:
    """An observer that does nothing."""

    def turned(self, report: TurnReport, now: datetime) -> None: ...

    def opened(self, shard: int, epoch: int) -> None: ...

    def fenced(self, shards: frozenset[int]) -> None: ...

    def halted(self, shard: int, error: Stop) -> None: ...

    def retrying(self, error: Failure) -> None: ...

    def waiting_for_broker(self) -> None: ...
