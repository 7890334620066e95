"""A part of the history through the loop's own interface: from where each shard stands up to an end that is known."""

from __future__ import annotations

from collections.abc import Mapping

from tousu.failure import Stop
from tousu.runtime.broker import Identity, Partition, Record
from tousu.runtime.checkpoint import NEVER_US
from tousu.runtime.cluster import Cluster
from tousu.runtime.history import History


class HistorySource:
    """Delivers each partition up to its end in `ends`; no group gives or takes shards. `facts` know the cluster."""

    def __init__(self, history: History, facts: Cluster, ends: Mapping[Partition, int]) -> None:
        self._history, self._facts, self._ends = history, facts, dict(ends)
        self._starts: dict[Partition, int] = {}
        self._held: set[Partition] = set()
        self._is_stale = False

    def left(self) -> list[Partition]:
        """Where not all has been delivered yet."""
        return [place for place, end in self._ends.items() if self.position(place[1], place[0]) < end]

    def poll(self, records_max: int, timeout_s: float) -> list[Record]:
        if self._is_stale:
            self._is_stale = False
            self._history.follow({place: at for place, at in self._starts.items() if place not in self._held})
        records = []
        for record in self._history.poll(timeout_s):
            place = (record.topic, record.partition)
            if place in self._starts and place not in self._held and record.offset < self._ends[place]:
                self._starts[place] = record.offset + 1
                records.append(record)
        for place, offset in self._history.positions(self._starts.keys() - self._held).items():
            # Behind the end mark of a transaction there is nothing more to come, and no record that says so.
            self._starts[place] = max(self._starts[place], min(offset, self._ends[place]))
        return records

    def wanted(self) -> frozenset[int]:
        return frozenset(number for _, number in self._ends)

    def lost(self) -> frozenset[int]:
        return frozenset()

    def broken(self) -> Mapping[int, Stop]:
        return {}

    def position(self, shard: int, topic: str) -> int:
        return self._starts.get((topic, shard), 0)

    def others_us(self) -> int:
        return NEVER_US

    def start(self, shard: int, offsets: Mapping[str, int]) -> None:
        self._starts |= {(topic, shard): offset for topic, offset in offsets.items()}
        self._is_stale = True

    def stop(self, shard: int) -> None:
        """Whoever opens the shard again says from where; nothing is held back for it any more."""
        self._starts = {place: offset for place, offset in self._starts.items() if place[1] != shard}
        self._held = {place for place in self._held if place[1] != shard}
        self._is_stale = True

    def pause(self, shard: int, topic: str) -> None:
        self._held.add((topic, shard))
        self._is_stale = True

    def resume(self, shard: int, topic: str) -> None:
        self._held.discard((topic, shard))
        self._is_stale = True

    def identity(self) -> Identity:
        return self._facts.identity()

    def note(self, shard: int, offsets: Mapping[str, int]) -> None:
        """Nobody follows it by a group's offsets."""

    def close(self) -> None:
        """Nothing to let go of: who has opened the history closes it."""
