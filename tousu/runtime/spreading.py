"""Which partition of a topic that every shard writes is told the time by which shard, and when."""

from __future__ import annotations

from typing import Final

SPREAD_TICK_US: Final = 1_000_000
"""Times the number of partitions: how often a shard tells its time to one partition of a spread topic. Shards take
turns, so that each partition hears of one a second, as where shard p alone writes it; P x P ticks would be a load."""


def whose_turn(shard: int, partitions: int, last_us: int, now_us: int) -> list[int]:
    """The partitions that a shard tells the time now, by the times of the log alone; it told it at `last_us` before."""
    if partitions == 1:
        return [0]
    every_us = SPREAD_TICK_US * partitions
    shifts_us = [(shard + partition) % partitions * SPREAD_TICK_US for partition in range(partitions)]
    return [p for p, us in enumerate(shifts_us) if (now_us + us) // every_us > (last_us + us) // every_us]
