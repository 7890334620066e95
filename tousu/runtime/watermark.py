"""Gapless numbers and the watermark: what a shard has seen of each origin (pure).

An origin numbers its records 1, 2, 3 … per destination partition and promises, with each, a time before which nothing
more will come from it. A reader drops what it has, notices what is missing, and knows how complete its log is.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Sized
from enum import Enum
from typing import Final

from tousu.failure import Stop
from tousu.runtime.checkpoint import MARK_CHARACTERS, NEVER_US, Seen
from tousu.runtime.processor import Input

MARKS_MAX: Final = 256
"""Of how many numbers a shard remembers what they said, over all its origins: 2 KB of its checkpoint."""
MARKS_MIN: Final = 32
"""The same for each origin, however many there are."""


class ArrivalOrder(Enum):
    """What a numbered record is to its reader."""

    NEXT = "next"
    DUPLICATE = "duplicate"


def observe(
    watermarks: dict[str, Seen], topic: str, origin: str, seq: int, time_us: int, forgiven: list[str] | None = None,
    mark: str = "", marks_max: int = MARKS_MAX,
) -> ArrivalOrder:  # fmt: skip
    """Note a record of an origin in the watermarks (in place). One in `forgiven` may jump, once.

    `mark` tells what the record says; the last `marks_max` are remembered. An older repetition cannot be compared.
    Raises Stop `missing_record` when numbers before it never came, `time_went_back` when its promise was broken,
    `repeated_with_other_content` when this number said something else before: one of the two is forged.
    """
    name = f"{topic}|{origin}"
    last = watermarks.get(name)
    known = last.seq if last is not None else 0
    if last is not None and seq <= known:
        if says_otherwise(last, seq, mark):
            message = f"{topic}: number {seq} of {origin} came before with other content; one of the two is forged"
            raise Stop("repeated_with_other_content", message)
        return ArrivalOrder.DUPLICATE
    if seq != known + 1 and name not in (forgiven or ()):
        raise Stop("missing_record", f"{topic}: {origin} goes from {known} to {seq}; records are missing in between")
    if last is not None and time_us < last.time_us:
        raise Stop("time_went_back", f"{topic}: {origin} promised a time with record {known} and broke it with {seq}")
    if forgiven and name in forgiven:
        forgiven.remove(name)
    # Behind a jump the numbers do not follow each other: what is remembered starts anew.
    former = last.marks if last is not None and seq == known + 1 and mark else ""
    watermarks[name] = Seen(seq, time_us, (former + mark)[-MARK_CHARACTERS * marks_max :])
    return ArrivalOrder.NEXT


def says_otherwise(seen: Seen, seq: int, mark: str) -> bool:
    """Whether a number that was seen said something else then; not of one too long ago to be remembered."""
    start = len(seen.marks) - (seen.seq - seq + 1) * MARK_CHARACTERS
    former = seen.marks[start : start + MARK_CHARACTERS] if start >= 0 else ""
    return bool(former and mark) and former != mark


def expected_origins(inputs: Iterable[Input], shard: int, partitions: int) -> tuple[str, ...]:
    """The 'topic|origin' names from which time must come before the shard's time moves."""
    names: list[str] = []
    for input_ in inputs:
        if input_.writer:
            shards = range(partitions) if input_.spread else (shard,)
            names.extend(f"{input_.topic}|{input_.writer}/{s}" for s in shards)
    return tuple(names)


def is_expected(topic: str, origin: str, expected: Container[str]) -> bool:
    """Whether a record may come from this origin: one that is expected, or a later generation of it."""
    if f"{topic}|{origin}" in expected:
        return True
    stem, dot, generation = origin.partition(".")
    if dot and not (generation.isascii() and generation.isdigit() and generation[0] != "0"):
        return False
    return f"{topic}|{stem}" in expected


def marks_for(expected: Sized) -> int:
    """How many numbers are remembered of each origin."""
    return max(MARKS_MIN, MARKS_MAX // max(1, len(expected)))


def shard_time_us(watermarks: dict[str, Seen], expected: Collection[str]) -> int:
    """The smallest time promised by any expected origin; never (-1) while one of them has not spoken.

    A later generation of an origin (`router/3.2`) speaks for the origin.
    """
    if len(watermarks) == len(expected):
        try:
            return min([watermarks[name].time_us for name in expected], default=NEVER_US)
        except KeyError:
            pass  # one of them has not spoken, or a later generation has
    times: list[int] = []
    for name in expected:
        own = [seen.time_us for key, seen in watermarks.items() if key == name or key.startswith(name + ".")]
        if not own:
            return NEVER_US
        times.append(max(own))
    return min(times) if times else NEVER_US


def slowest_origin(watermarks: dict[str, Seen], expected: Iterable[str]) -> tuple[str, int]:
    """Which origin holds time back, and at what time it stands (for the alarm 'the watermark is behind')."""
    return min(
        ((name, watermarks[name].time_us if name in watermarks else NEVER_US) for name in expected),
        key=lambda pair: pair[1],
        default=("", NEVER_US),
    )
