"""What is published, read back as a real broker's log is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tousu.runtime.broker import Record
from tousu.runtime.history import Extent, Place
from tousu.runtime.simulated import SimulatedBroker


class LogInMemory:
    """Reads the broker in memory as `History` reads a real one."""

    def __init__(self, broker: SimulatedBroker) -> None:
        self._broker = broker

    def extents(self, places: Sequence[Place]) -> dict[Place, Extent]:
        return {
            place: Extent(self._broker.starts[place], len(self._broker.logs[place[0]][place[1]])) for place in places
        }

    def read(self, intervals: Mapping[Place, Extent]) -> Iterator[Record]:
        for (topic, partition), interval in intervals.items():
            yield from self._broker.logs[topic][partition][interval.start : interval.end]

    def close(self) -> None:
        """Nothing to let go of."""
