"""A processor works off what lies in front of it up to a place, among fewer partitions than there are by now.

No group gives it its shards: every copy has been stopped, and this one takes all of them (`growing`).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from tousu.failure import Stop
from tousu.runtime.broker import Ends, Partition, place_of
from tousu.runtime.checkpoint import NEVER_US
from tousu.runtime.cluster import Cluster
from tousu.runtime.history import Extent, History
from tousu.runtime.history_source import HistorySource
from tousu.runtime.loop import Loop
from tousu.runtime.report import TurnReport
from tousu.runtime.retracing import RetracingLoop
from tousu.runtime.shard_turn import ShardTurn

DRAIN_S: Final = 600.0
"""So long nothing may move before it counts as hopeless."""
POLL_S: Final = 0.05
QUIET_ROUNDS: Final = 10
"""Rounds in which nothing came and nothing was to be done."""


class DrainSource(HistorySource):
    """The input topics from where each shard stands up to `ends`.

    `complete_us`: whatever lies behind these ends was appended at that time or later; -1 where nothing is known.
    """

    def __init__(
        self, history: History, facts: Cluster, ends: Mapping[Partition, int], partitions: Mapping[str, int],
        complete_us: int = NEVER_US,
    ) -> None:  # fmt: skip
        super().__init__(history, facts, ends)
        self._partitions, self._complete_us = partitions, complete_us
        self._asked_at: datetime | None = None

    def partitions(self, topic: str) -> int:
        return self._partitions[topic]

    def ask_ends(self, asked_at: datetime, reached_us: int = NEVER_US) -> None:
        self._asked_at = asked_at

    def ends(self) -> Ends | None:
        asked_at, self._asked_at = self._asked_at, None
        return None if asked_at is None else Ends(asked_at, self._ends, self._complete_us)


class _Instants(Loop):
    def let_an_instant_pass(self) -> None:
        """What was said at the very last moment is taken by a reader of two topics once both tell of a later one."""
        report = TurnReport()
        turns = list[ShardTurn]()
        for number, shard in self.shards.items():
            turn = self._turn_of(number, shard, (), {}, report)
            turn.tick(shard.opened.checkpoint.time_us + 1)
            turns.append(turn)
        self._commit(turns, report)
        self._flush()


class DrainLoop(_Instants):
    """The loop of a processor that reads from ours, or by simulated time."""


class RetracingDrainLoop(_Instants, RetracingLoop):
    """The loop of the processor that keeps time."""


def drain(loop: DrainLoop | RetracingDrainLoop, source: DrainSource) -> str:
    """Turn until all has been applied that can be. Names what a merge still holds back that tells of more than time.

    Raises Stop: why a shard halted, or `not_drained`.
    """
    moved_s, quiet, left = time.monotonic(), 0, [("", 0)]
    while quiet < QUIET_ROUNDS:
        applied = loop.step(POLL_S)
        for shard, error in loop.halted.items():
            raise Stop(error.reason, f"{loop.processor.name}/{shard}: {error.message}")
        before, left = left, source.left()
        if applied or left != before:
            moved_s = time.monotonic()
        quiet = quiet + 1 if not (applied or left) and loop.shards.keys() == source.wanted() and loop.idle() else 0
        if time.monotonic() - moved_s > DRAIN_S:
            raise Stop("not_drained", f"{loop.processor.name} does not get past {_said(left)}: see the runbook")
    for number, opened in loop.shards.items():
        waiting = next((arrival for arrival in opened.merge.held() if arrival.origin and not arrival.is_tick), None)
        if waiting is not None:
            return f"{loop.processor.name}/{number} holds back {place_of(waiting.record)}"
    return ""


def _said(places: Iterable[Partition]) -> str:
    return ", ".join(f"{topic}/{number}" for topic, number in places) or "what it holds"


def whole(extents: Mapping[Partition, Extent]) -> dict[Partition, int]:
    """Where partitions end."""
    return {place: extent.end for place, extent in extents.items()}
