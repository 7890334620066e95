"""The calendar of China is that of the package `holidays` and of the notices, every day, and ends where it must."""

from __future__ import annotations

from datetime import date, timedelta

import holidays
import pytest

from tousu.policy.calendar import Calendar, UnpublishedYear


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_every_day_of_a_published_year_is_worked_as_announced(china: Calendar, year: int) -> None:
    announced = holidays.country_holidays("CN", years=year)
    day = date(year, 1, 1)
    while day.year == year:
        assert china.is_working(day) == announced.is_working_day(day), day
        day += timedelta(days=1)


def test_the_make_up_days_of_2026_are_worked(china: Calendar) -> None:
    days = [
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 5, 9),
        date(2026, 9, 20),
        date(2026, 10, 10),
    ]
    assert [china.is_working(day) for day in days] == [True] * 6
    assert all(day.weekday() >= 5 for day in days)


# The spans of the three notices, first and last day; the weekends in them are free anyway.
REST = (
    ("2024-01-01", "2024-01-01"),
    ("2024-02-10", "2024-02-17"),
    ("2024-04-04", "2024-04-06"),
    ("2024-05-01", "2024-05-05"),
    ("2024-06-10", "2024-06-10"),
    ("2024-09-15", "2024-09-17"),
    ("2024-10-01", "2024-10-07"),
    ("2025-01-01", "2025-01-01"),
    ("2025-01-28", "2025-02-04"),
    ("2025-04-04", "2025-04-06"),
    ("2025-05-01", "2025-05-05"),
    ("2025-05-31", "2025-06-02"),
    ("2025-10-01", "2025-10-08"),
    ("2026-01-01", "2026-01-03"),
    ("2026-02-15", "2026-02-23"),
    ("2026-04-04", "2026-04-06"),
    ("2026-05-01", "2026-05-05"),
    ("2026-06-19", "2026-06-21"),
    ("2026-09-25", "2026-09-27"),
    ("2026-10-01", "2026-10-07"),
)


def test_nobody_works_in_the_announced_holidays_and_else_only_weekends_are_free(china: Calendar) -> None:
    off = {
        date.fromordinal(day)
        for first, last in REST
        for day in range(date.fromisoformat(first).toordinal(), date.fromisoformat(last).toordinal() + 1)
    }
    for ordinal in range(date(2024, 1, 1).toordinal(), date(2027, 1, 1).toordinal()):
        day = date.fromordinal(ordinal)
        if day in off:
            assert china.is_working(day) is False, day
        elif day.weekday() < 5:
            assert china.is_working(day) is True, day


@pytest.mark.parametrize("year", [2023, 2027])
def test_a_year_that_is_not_published_is_neither_worked_nor_free(china: Calendar, year: int) -> None:
    """The package `holidays` answers for 2027 as if all were published; this calendar must not."""
    found = china.is_working(date(year, 3, 1))
    assert isinstance(found, UnpublishedYear)
    assert found.year == year
