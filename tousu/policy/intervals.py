"""Intervals on a line of whole numbers (microseconds since 1970, or local days), and how much of them lies where."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Final

Span = tuple[int, int]
"""From the first number up to, and not with, the second, which is larger."""

ALL: Final[tuple[Span, ...]] = ((-(1 << 62), 1 << 62),)
"""The whole line, as far as anybody counts."""


class Intervals:
    """Disjoint spans in order, with what lies before each, so that counting along them is a binary search."""

    __slots__ = ("_before", "_ends", "_starts")

    def __init__(self, spans: Sequence[Span]) -> None:
        """Take spans in order; none may begin before its predecessor ended."""
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]
        self._before = [0, *accumulate(end - start for start, end in spans)]

    def passed(self, at: int) -> int:
        """How much of the intervals lies before this place."""
        index = bisect_right(self._starts, at) - 1
        if index < 0:
            return 0
        return self._before[index] + min(at, self._ends[index]) - self._starts[index]

    def place(self, amount: int) -> int | None:
        """The first place before which this much (over 0) of the intervals lies; None where they do not hold it."""
        index = bisect_left(self._before, amount) - 1
        if index >= len(self._starts):
            return None
        return self._starts[index] + amount - self._before[index]

    def between(self, start: int, end: int) -> Iterator[Span]:
        """What of the intervals lies from one place to a later one, in order; nothing where it is no later."""
        if end <= start:
            return
        for index in range(bisect_right(self._ends, start), bisect_left(self._starts, end)):
            yield max(self._starts[index], start), min(self._ends[index], end)


def joined(spans: Iterable[Span]) -> list[Span]:
    """The ground that any of the spans covers: in order, without overlaps."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def without(spans: Iterable[Span], cuts: Sequence[Span]) -> list[Span]:
    """What is left of spans (disjoint, in order) when the cuts (the same) are taken out."""
    if not cuts:
        return list(spans)
    ends = [end for _, end in cuts]
    left: list[Span] = []
    for start, end in spans:
        begin = start
        for cut_start, cut_end in cuts[bisect_right(ends, start) :]:
            if cut_start >= end:
                break
            if begin < cut_start:
                left.append((begin, cut_start))
            begin = cut_end
        if begin < end:
            left.append((begin, end))
    return left
