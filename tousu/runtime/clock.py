"""The one module that may read the clock of the machine. Rules never do; the loop gets a Clock handed in."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


def now_ns() -> int:
    """The machine's clock in nanoseconds since 1970, for spans alone: nothing is decided by it."""
    return time.time_ns()


class TimeSource(Protocol):
    """Where the wall time comes from."""

    def now(self) -> datetime:
        """The time in UTC."""
        ...


class WallClock:
    """The machine's clock, guarded: a jump (somebody set it) is not followed but reported through `drift_s`.

    Time goes on from the first reading by the monotonic clock. Small corrections (NTP slewing) are followed.
    """

    def __init__(self, drift_s_max: float = 60.0) -> None:
        self._drift_s_max = drift_s_max
        self._anchor = datetime.now(UTC)
        self._anchor_monotonic_s = time.monotonic()
        self.drift_s = 0.0

    def now(self) -> datetime:
        steady = self._anchor + timedelta(seconds=time.monotonic() - self._anchor_monotonic_s)
        wall = datetime.now(UTC)
        self.drift_s = (wall - steady).total_seconds()
        if abs(self.drift_s) > self._drift_s_max:
            return steady
        return wall


class SetClock:
    """A clock that stands still until it is set: for tests, simulations and the demo."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def set(self, moment: datetime) -> None:
        self._now = moment
