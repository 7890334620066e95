"""Each shard's checkpoint held against its logs, from outside: what was deleted unread, and who cannot go on.

A checkpoint is the offset at which a shard reads on. Where the log begins behind it, records were deleted before the
shard had read them. How many is not known any more: offsets count end marks of transactions, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from tousu.contract import cards
from tousu.event import text_of_time
from tousu.runtime import checkpoint as cp
from tousu.runtime.broker import Identity, Partition
from tousu.runtime.checkpoint import Checkpoint
from tousu.runtime.history import Extent, History
from tousu.runtime.inspection import ShardStanding

RECORDS_LOST: Final = "records_lost"


class Gap(NamedTuple):
    """Records of one partition that were deleted before a shard had read them.

    start, end: offsets, from the checkpoint up to where the log begins. after: how far the shard's time had come.
    before: when the first record that is left was appended. Both are None where nobody knows.
    """

    processor: str
    shard: int
    topic: str
    start: int
    end: int
    after: datetime | None
    before: datetime | None

    @property
    def place(self) -> str:
        return f"{self.processor}/{self.shard} <- {self.topic}"

    def __str__(self) -> str:
        after = f"after {text_of_time(self.after)}" if self.after else "from the beginning"
        before = f"before {text_of_time(self.before)}" if self.before else "and nothing is left behind them"
        return (
            f"{RECORDS_LOST}: deleted unread, offsets {self.start} to {self.end - 1}, at most {self.end - self.start} "
            f"records, appended {after}{',' if self.before is None else ''} {before}"
        )


class Halt(NamedTuple):
    """A shard that cannot go on. `reason` is the code that its processor says, too."""

    processor: str
    shard: int
    reason: str
    message: str


def inputs_of(processor: str) -> list[str]:
    """The topics that a processor reads, as their cards say."""
    return [card.topic for card in cards() if processor in card.readers]


def gaps_of(
    processor: str, standings: Iterable[ShardStanding], extents: Mapping[Partition, Extent], history: History
) -> list[Gap]:
    """What was deleted unread of a processor's inputs; a shard that it never opened stands at the beginning."""
    checkpoints = {standing.shard: standing.checkpoint for standing in standings}
    cut: dict[Partition, int] = {}
    for topic in inputs_of(processor):
        for (name, number), extent in extents.items():
            done = checkpoints.get(number, Checkpoint()).offsets.get(topic, 0)
            if name == topic and done < extent.start:
                cut[(topic, number)] = done
    firsts = {place: Extent(extents[place].start, min(extents[place].start + 1, extents[place].end)) for place in cut}
    left = {(record.topic, record.partition): record.time_ms for record in history.read(firsts)}
    return [
        Gap(
            processor, number, topic, done, extents[(topic, number)].start,
            _moment(checkpoints[number].time_us) if number in checkpoints else None,
            _moment(left.get((topic, number), -1) * 1000),
        )
        for (topic, number), done in cut.items()
    ]  # fmt: skip


def _moment(us: int) -> datetime | None:
    return cp.moment(us) if us > 0 else None


def halts_of(
    processor: str, standings: Iterable[ShardStanding], extents: Mapping[Partition, Extent], identity: Identity
) -> list[Halt]:
    """Shards whose checkpoint does not fit the cluster: each halts as soon as it is opened, if it has not."""
    return [
        Halt(processor, standing.shard, *problem)
        for standing in standings
        if (problem := _problem(processor, standing, extents, identity))
    ]


def _problem(
    processor: str, standing: ShardStanding, extents: Mapping[Partition, Extent], identity: Identity
) -> tuple[str, str] | None:
    checkpoint = standing.checkpoint
    if checkpoint.cluster_id and identity.cluster_id and checkpoint.cluster_id != identity.cluster_id:
        return (
            "other_cluster",
            f"the checkpoint belongs to cluster {checkpoint.cluster_id}, this is {identity.cluster_id}",
        )
    for topic in inputs_of(processor):
        known, now = checkpoint.topic_ids.get(topic, ""), identity.topic_ids.get(topic, "")
        if known and now and known != now:
            return "topic_recreated", f"{topic} was made again since the checkpoint was written"
        extent, done = extents.get((topic, standing.shard)), checkpoint.offsets.get(topic, 0)
        if extent is not None and not extent.start <= done <= extent.end:
            there = f"the log goes from {extent.start} to {extent.end}"
            return "offset_gone", f"the checkpoint is at {done} of {topic}, {there}"
    return None
