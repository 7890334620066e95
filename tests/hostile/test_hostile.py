"""Hostile input, in short; `make test-hostile` tries more of it."""

from __future__ import annotations

from tests.hostile import trials
from tests.hostile.door import ACCEPTED


def test_json_is_read_as_the_standard_says_and_nothing_else_is() -> None:
    assert trials.json_suite()[ACCEPTED] > 80


def test_no_text_costs_a_complaint() -> None:
    assert set(trials.naughty_strings()) == {ACCEPTED, "too_large"}


def test_nothing_marked_leaves_intake() -> None:
    assert trials.marked_data()[ACCEPTED] > 50


def test_whatever_comes_is_accepted_or_refused_with_a_reason() -> None:
    answers = trials.fuzzed(seed=7, count=1_500)
    assert answers[ACCEPTED] > 100
    assert len(answers) > 8
