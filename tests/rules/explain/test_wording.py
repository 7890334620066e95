"""Lengths of limits as people say them."""

import pytest

from tousu.explain.wording import amount_words


@pytest.mark.parametrize(
    ("amount", "unit", "words"),
    [
        (3, "working_days", "3 working days"),
        (1, "working_day", "1 working day"),
        (1, "elapsed_hours", "1 hour"),
        (24, "elapsed_hours", "24 hours"),
        (30, "elapsed_minutes", "30 minutes"),
        (120, "elapsed_minutes", "120 minutes"),
        (121, "elapsed_minutes", "2 h 1 min"),
        (1440, "elapsed_minutes", "1 day"),
        (8775, "elapsed_minutes", "6 days 2 h 15 min"),
    ],
)
def test_a_limit_is_told_as_people_say_it(amount: int, unit: str, words: str) -> None:
    assert amount_words(amount, unit) == words
