"""Case numbers: `20260104-07-0042-K7` is the 42nd case that shard 7 accepted on 4 January 2026.

The parts: the local day of acceptance, the shard, the place on that day in that shard, and two letters or digits that
make the number's partition (murmur2) the shard itself, so that everything about a case stays in one shard from intake
to the last processor. The last part also catches slips: a mistyped number mostly belongs to another shard and is
refused. Nothing in a number speaks of a person. Left out are 0 O 1 I L U, which are misread or misheard.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import product
from typing import Final

LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTHS: Final = (2, 3, 4)
"""Two letters always suffice for a hundred partitions, four for a thousand."""

PartitionOf = Callable[[str], int]


def mint(day: date, shard: int, place: int, partition_of: PartitionOf) -> str:
    """The number of the `place`-th case (from 1) that a shard accepts on a day; equal input gives the equal number."""
    stem = f"{day.year:04d}{day.month:02d}{day.day:02d}-{shard:02d}-{place:04d}-"
    for length in _LENGTHS:
        for letters in product(LETTERS, repeat=length):
            number = stem + "".join(letters)
            if partition_of(number) == shard:
                return number
    raise AssertionError(f"no number of {stem} falls into its shard: are there really so many partitions?")
