"""How far a copy is behind its input, and how old the oldest record is that it has not applied.

The age is never less than the truth: a record that is not read yet arrived after the last one that was, and after the
moment at which the end was last reached. So a dead reader on a quiet topic shows, and one that keeps up shows zero.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from tousu.runtime.broker import Ends, Record

SAMPLES_MAX: Final = 1_000

Place = tuple[str, int]
"""Topic and partition."""


class PartitionLag(NamedTuple):
    """One input partition: records behind, and since when (seconds since 1970) the oldest has been waiting.

    `since_s` is None where nobody can say, as after a start before anything was read.
    """

    topic: str
    partition: int
    behind: int
    since_s: float | None


class _InputLine:
    """What is known of one input partition."""

    def __init__(self) -> None:
        self.end: int | None = None
        self.next = 0
        self.caught_up_s: float | None = None
        self.last_s: float | None = None
        self.last = -1
        self.held: deque[tuple[int, float]] = deque(maxlen=SAMPLES_MAX)
        """The first record of each batch: where it stands and when it was written."""


class ConsumerLag:
    """Fed by the loop's thread, read by the server's."""

    def __init__(self) -> None:
        self._lines: dict[Place, _InputLine] = {}

    def delivered(self, records: Iterable[Record]) -> None:
        """Records were read; their broker time is taken where the broker kept one."""
        sampled: set[Place] = set()
        for record in records:
            if record.time_ms <= 0:
                continue
            line = self._lines.setdefault((record.topic, record.partition), _InputLine())
            line.last, line.last_s = record.offset, record.time_ms / 1000
            if (record.topic, record.partition) not in sampled:
                sampled.add((record.topic, record.partition))
                line.held.append((record.offset, line.last_s))

    def ends(self, ends: Ends) -> None:
        """The broker said where the inputs end."""
        asked_s = ends.asked_at.timestamp()
        for place, end in ends.offsets.items():
            line = self._lines.setdefault(place, _InputLine())
            line.end = end
            if line.next >= end:
                line.caught_up_s = asked_s

    def applied(self, offsets: Mapping[Place, int], mine: frozenset[int]) -> None:
        """Everything before these offsets is applied. Shards that are not ours any more are forgotten."""
        for place, offset in offsets.items():
            line = self._lines.setdefault(place, _InputLine())
            line.next = offset
            while len(line.held) > 1 and line.held[1][0] <= offset:
                line.held.popleft()
        for place in [place for place in self._lines if place[1] not in mine]:
            del self._lines[place]

    def rows(self) -> Iterator[PartitionLag]:
        """Every partition of which the end is known."""
        for (topic, partition), line in sorted(self._lines.copy().items()):
            if line.end is None:
                continue
            behind = max(0, line.end - line.next)
            yield PartitionLag(topic, partition, behind, self._since_s(line) if behind else None)

    @staticmethod
    def _since_s(line: _InputLine) -> float | None:
        held = list(line.held)
        read_to = [written_s for offset, written_s in held if offset <= line.next]
        if held and line.last >= line.next:  # read and not applied
            return (read_to or [held[0][1]])[-1]
        known = [moment for moment in (line.caught_up_s, line.last_s) if moment is not None]
        return max(known, default=None)
