"""How far each shard of a processor is behind its inputs, by its bookmark and the ends of the topics.

What lies unread may be ticks only; those are no work. A shard that reads several topics keeps the latest tick of one of
them in hand until another has spoken of a later time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from tousu.contract import cards
from tousu.runtime import bookmark as bm
from tousu.runtime.broker import Record
from tousu.runtime.history import Extent, History, Place, is_tick
from tousu.runtime.inspection import Inspection

LOOKED_AT_MAX: Final = 5_000
"""Behind by more than this, nobody looks which of the records are ticks: it is a backlog."""


class Behind(NamedTuple):
    """One shard of a processor.

    records: unread, ticks and all. events: those of them that are work. oldest_ms: broker time of the oldest such, -1
    for none. time: pipeline time, None before the first input.
    """

    processor: str
    shard: int
    records: int
    events: int
    oldest_ms: int
    time: datetime | None


def inputs_of(processor: str) -> list[str]:
    """The topics that a processor reads, as their cards say."""
    return [card.topic for card in cards() if processor in card.readers]


def backlog(inspection: Inspection, history: History) -> list[Behind]:
    """Every partition of the processor's inputs, the ones that it has never touched included."""
    topics = inputs_of(inspection.processor)
    extents = history.extents(history.places(topics))
    standings = {each.shard: each for each in inspection.standings()}
    unread: dict[int, dict[Place, Extent]] = {}
    for (topic, number), extent in extents.items():
        standing = standings.get(number)
        start = standing.bookmark.offsets.get(topic, 0) if standing is not None else 0
        unread.setdefault(number, {})[(topic, number)] = Extent(max(start, extent.start), extent.end)
    found = []
    for shard, stretches in sorted(unread.items()):
        records = sum(each.end - each.start for each in stretches.values())
        events, oldest_ms = (records, -1) if records > LOOKED_AT_MAX else _work_in(history.read(stretches))
        standing = standings.get(shard)
        time_us = standing.bookmark.time_us if standing is not None else bm.NEVER_US
        time = bm.moment(time_us) if time_us != bm.NEVER_US else None
        found.append(Behind(inspection.processor, shard, records, events, oldest_ms, time))
    return found


def _work_in(records: Iterable[Record]) -> tuple[int, int]:
    """How many of these records are work, and the broker's time stamp of the oldest."""
    times = [record.time_ms for record in records if not is_tick(record)]
    return len(times), min(times, default=-1)
