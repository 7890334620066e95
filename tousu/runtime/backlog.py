"""How far each shard of a processor is behind its inputs, by its checkpoint and the ends of the topics.

What lies unread may be ticks only; those are no work. A shard that reads several topics keeps the latest tick of one of
them in hand until another has spoken of a later time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from tousu.failure import Stop
from tousu.runtime import checkpoint as cp
from tousu.runtime import doubts
from tousu.runtime.broker import Partition, Record
from tousu.runtime.checkpoint_checks import Gap, gaps_of, inputs_of
from tousu.runtime.history import Extent, History, is_tick
from tousu.runtime.inspection import Inspection
from tousu.runtime.standstill import UNREADABLE

LOOKED_AT_MAX: Final = 5_000
"""Behind by more than this, nobody looks which of the records are ticks: it is a backlog."""
HEAD: Final = 500
"""So many records of each partition are then looked at for the oldest that is work."""


class Behind(NamedTuple):
    """One shard of a processor.

    records: unread, ticks and all. events: those of them that are work. oldest_ms: when the oldest such was appended,
    -1 for none and where no broker stamped it. time: the watermark, None before the first input. gaps: what was
    deleted before the shard had read it. unreadable: why what is unread could not be looked at, all of it counts as
    work then; or why nobody can say how much there is. held_out: the inputs for which an operator lets its time not
    wait.
    """

    processor: str
    shard: int
    records: int
    events: int
    oldest_ms: int
    time: datetime | None
    gaps: tuple[Gap, ...]
    unreadable: str = ""
    held_out: tuple[str, ...] = ()


def backlog(inspection: Inspection, history: History) -> list[Behind]:
    """Every partition of the processor's inputs, the ones that it has never touched included."""
    topics = inputs_of(inspection.processor)
    extents, silent = history.extents_and_silent(history.places(topics))
    standings = {standing.shard: standing for standing in inspection.standings()}
    gaps = gaps_of(inspection.processor, standings.values(), extents, history)
    unread: dict[int, dict[Partition, Extent]] = {}
    for (topic, number), extent in extents.items():
        standing = standings.get(number)
        start = standing.checkpoint.offsets.get(topic, 0) if standing is not None else 0
        unread.setdefault(number, {})[(topic, number)] = Extent(max(start, extent.start), extent.end)
    lags = []
    for shard in sorted({*unread, *(number for _, number in silent)}):
        intervals = unread.get(shard, {})
        records = sum(interval.end - interval.start for interval in intervals.values())
        is_much = records > LOOKED_AT_MAX
        looked_at = {place: Extent(at, min(end, at + HEAD)) for place, (at, end) in intervals.items()}
        events, oldest_ms, unreadable = _looked_at(history, looked_at if is_much else intervals, records)
        unreadable = "; ".join(filter(None, (unreadable, *(why for at, why in silent.items() if at[1] == shard))))
        standing = standings.get(shard)
        time_us = standing.checkpoint.time_us if standing is not None else cp.NEVER_US
        time = cp.moment(time_us) if time_us != cp.NEVER_US else None
        own_gaps = tuple(gap for gap in gaps if gap.shard == shard)
        counted = records if is_much else events
        held_out = tuple(map(doubts.said, standing.checkpoint.held_out)) if standing is not None else ()
        lags.append(
            Behind(inspection.processor, shard, records, counted, oldest_ms, time, own_gaps, unreadable, held_out)
        )
    return lags


def _looked_at(history: History, intervals: Mapping[Partition, Extent], records: int) -> tuple[int, int, str]:
    """As `_work_in`, and why it could not be said."""
    try:
        return (*_work_in(history.read(intervals)), "")
    except Stop as error:
        if error.reason not in UNREADABLE:
            raise
        return records, -1, str(error)


def _work_in(records: Iterable[Record]) -> tuple[int, int]:
    """How many of these records are work, and when the oldest was appended."""
    times = [record.time_ms for record in records if not is_tick(record)]
    return len(times), min((time_ms for time_ms in times if time_ms >= 0), default=-1)
