"""Spans are joined, cut and counted as the sets of whole numbers that they stand for."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tousu.policy.intervals import Intervals, Span, joined, without

SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 12)).map(lambda span: (span[0], sum(span))), max_size=6)


def numbers(spans: list[Span]) -> set[int]:
    return {number for start, end in spans for number in range(start, end)}


@given(SPANS)
def test_joined_spans_cover_the_same_and_lie_apart(spans: list[Span]) -> None:
    found = joined(spans)
    assert numbers(found) == numbers(spans)
    assert all(former[1] < later[0] for former, later in pairwise(found))


@given(SPANS, SPANS)
def test_what_is_cut_out_is_gone_and_nothing_else(spans: list[Span], cuts: list[Span]) -> None:
    found = without(joined(spans), joined(cuts))
    assert numbers(found) == numbers(spans) - numbers(cuts)
    assert all(start < end for start, end in found)
    assert found == sorted(found)


@given(SPANS, st.integers(-1, 60), st.integers(1, 60))
def test_counting_along_the_intervals_is_counting_their_numbers(spans: list[Span], at: int, amount: int) -> None:
    intervals = Intervals(joined(spans))
    inside = sorted(numbers(spans))
    assert intervals.passed(at) == sum(number < at for number in inside)
    assert intervals.place(amount) == (inside[amount - 1] + 1 if amount <= len(inside) else None)


@given(SPANS, st.integers(-1, 60), st.integers(0, 60))
def test_what_lies_between_two_places_is_what_both_hold(spans: list[Span], start: int, length: int) -> None:
    found = list(Intervals(joined(spans)).between(start, start + length))
    assert numbers(found) == numbers(spans) & set(range(start, start + length))
    assert all(first < last for first, last in found)
