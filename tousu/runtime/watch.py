"""How the process stands, for those who look from outside: written by the loop's thread, read by the server's.

Everything here is replaced whole or is a single value, so a reader never sees a half-written state and nobody waits.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from tousu.failure import Failure
from tousu.runtime.checkpoint import Checkpoint

STALL_S: Final = 300.0
"""The longest that one turn may take. Each of its waits has an end, but on a slow network a hundred of them add up."""
BROKER_SILENT_S: Final = 15.0
WAIT_S_MAX: Final = 1.0
"""The longest that the loop waits for the broker in one piece."""


class Glance(NamedTuple):
    """The shards of this copy at one moment: given by the group, open with their checkpoints, halted and why."""

    wanted: frozenset[int]
    opened: Mapping[int, Checkpoint]
    halted: Mapping[int, Failure]


NOTHING: Final = Glance(frozenset(), {}, {})


class Watch:
    """Liveness and readiness of one copy of a processor. `seconds` is a monotonic clock."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self.glance = NOTHING
        self.phase = "starting"
        """starting, working or stopping"""
        self.trouble: Failure | None = None
        """The last failure that was answered by waiting, until a turn succeeds."""
        self.is_member = False
        self.broker_trouble: Failure | None = None
        self.database_trouble = ""
        self.turned_at_s = seconds()
        self._broker_silent_s = 0.0
        self._waited_at_s = seconds()

    def turned(self, glance: Glance) -> None:
        """The loop has been round once."""
        self.glance = glance
        self.turned_at_s = self._seconds()

    def begin_work(self) -> None:
        """Everything needed is there; from now on the loop turns."""
        self.heard_broker()
        self.phase = "working"

    def heard_broker(self) -> None:
        """The broker has answered a question just now."""
        self._broker_silent_s = 0.0

    def waited_for_broker(self) -> None:
        """The broker has just had its chance to answer. While the loop is in the database it has none, and no blame."""
        now_s = self._seconds()
        silent_s = self._broker_silent_s + min(now_s - self._waited_at_s, WAIT_S_MAX)
        self._broker_silent_s = silent_s if self.is_member else 0.0  # nobody asks for a copy without shards
        self._waited_at_s = now_s

    def is_live(self) -> bool:
        """Whether the loop turns. Never false because a dependency is down: a restart would not bring it back."""
        return self._seconds() - self.turned_at_s < STALL_S

    def reasons_not_ready(self) -> list[dict[str, str]]:
        """Why this copy does not do its work, one reason each; empty when it does."""
        if self.phase != "working":
            reasons = [{"reason": self.phase, "message": f"the process is {self.phase}"}]
            return reasons + self._trouble()
        reasons = []
        if self.broker_trouble is not None:
            reasons.append({"reason": self.broker_trouble.reason, "message": self.broker_trouble.message})
        elif not self.is_member:
            reasons.append({"reason": "no_member", "message": "the group has not told yet which shards are ours"})
        elif self.glance.wanted and self._broker_silent_s > BROKER_SILENT_S:
            reasons.append({"reason": "broker_away", "message": f"no answer from the broker for {BROKER_SILENT_S:g} s"})
        if self.database_trouble:
            reasons.append({"reason": "database_away", "message": self.database_trouble})
        glance = self.glance
        for shard, error in sorted(glance.halted.items()):
            reasons.append({"shard": str(shard), "reason": error.reason, "message": error.message})
        closed = sorted(glance.wanted - glance.opened.keys() - glance.halted.keys())
        if closed:
            reasons.append({"reason": "not_open", "message": f"not open yet: shards {', '.join(map(str, closed))}"})
            reasons += self._trouble()
        return reasons

    def _trouble(self) -> list[dict[str, str]]:
        trouble = self.trouble
        return [{"reason": trouble.reason, "message": trouble.message}] if trouble is not None else []
