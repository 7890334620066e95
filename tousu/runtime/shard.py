"""A shard that this copy owns, as far as memory goes: what was read of it, and up to when its inputs are heard."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from tousu.failure import Stop
from tousu.runtime import checkpoint as cp
from tousu.runtime.arrival import Arrival
from tousu.runtime.broker import Ends, Record, Source, place_of
from tousu.runtime.faults import InARow
from tousu.runtime.handing_on import strayed
from tousu.runtime.merge import Merge
from tousu.runtime.processor import Input
from tousu.runtime.store import Opened
from tousu.runtime.watermark import expected_origins

JUMP_US_MAX: Final = 60_000_000
"""How far a broker's clock may be ahead of every other clock that we know."""


class Shard:
    """`in_order`: whether times of a topic never go back (see `Merge`)."""

    def __init__(
        self, number: int, opened: Opened, inputs: Sequence[Input], partitions: int, *, in_order: bool
    ) -> None:
        topics = opened.checkpoint.awaited(input_.topic for input_ in inputs)
        self.number = number
        self.expected = frozenset(expected_origins(inputs, number, partitions))
        """Whose records it takes, as 'topic|origin'."""
        self.opened = opened
        self._partitions, self._former = partitions, tuple(opened.checkpoint.grown_from)
        self.merge = Merge(topics, in_order=in_order)
        self.bound_us: dict[str, int] = {}
        self.faults = InARow()
        self._topics = topics
        self._goals: dict[str, tuple[int, int]] = {}
        self._paused: frozenset[str] = frozenset()

    def note(self, ends: Ends) -> None:
        """The brokers said where the inputs end. A topic still on its way to a former end goes there first."""
        for topic in self._topics:
            place = (topic, self.number)
            end = ends.offsets.get(place) if place not in ends.hidden else None
            if end is not None and topic not in self._goals:
                self._goals[topic] = (end, ends.time_us)

    def listen(self, source: Source) -> None:
        """A topic that has been read to its end is heard up to the time at which that was its end."""
        for topic, (end, time_us) in list(self._goals.items()):
            if source.position(self.number, topic) >= end:
                self.merge.hear(topic, time_us)
                del self._goals[topic]

    def hold_back(self, source: Source) -> None:
        """Bound what is held in memory while one input waits for another."""
        full = self.merge.full()
        for topic in full - self._paused:
            source.pause(self.number, topic)
        for topic in self._paused - full:
            source.resume(self.number, topic)
        self._paused = full

    def own(self, arrival: Arrival) -> Arrival:
        """An arrival from outside; one that belongs to another shard since there are more is to be handed on."""
        if not self._former or arrival.refusal is not None:
            return arrival
        key = strayed(arrival.record, self._partitions, self._former)
        return replace(arrival, handed_on=key) if key else arrival

    def check_time(self, time_us: int, place: str, machine: datetime, others_us: int) -> None:
        """Raise Stop `clock_jump` for a broker's time that is far ahead of all we know.

        That is: of the shard's own time, of the machine's clock and of the other brokers' (-1 where none is heard).
        `place` says where the time was read.
        """
        known_us = max(self.opened.checkpoint.time_us, self.opened.checkpoint.clock_accepted_us, cp.micros(machine))
        if time_us <= max(known_us, others_us) + JUMP_US_MAX:
            return
        ahead_s = (time_us - max(known_us, others_us)) // 1_000_000
        message = (
            f"{place} stands at {cp.moment(time_us).isoformat()}, {ahead_s} s ahead of this machine, the other brokers "
            f"and all that was read before: set the broker's clock, or accept the jump with `tousu shard accept-clock`"
        )
        raise Stop("clock_jump", message)


def append_time_us(record: Record) -> int:
    """When a broker appended a record. Raises Stop `no_append_time` for a topic that keeps its writers' times."""
    if record.time_ms < 0:
        message = (
            f"{place_of(record)} has the time of its writer: set "
            f"message.timestamp.type=LogAppendTime on {record.topic} (`tousu topics apply` does)"
        )
        raise Stop("no_append_time", message)
    return 1000 * record.time_ms
