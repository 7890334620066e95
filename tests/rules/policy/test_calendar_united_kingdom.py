"""The calendar of the United Kingdom is that of the package `holidays`, every day; what DISP asks comes out of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest

from tousu.policy.calendar import Calendar, UnpublishedYear
from tousu.policy.clock_rule import Limit, Unit
from tousu.policy.loading import load_calendar
from tousu.policy.working_time import deadline

LONDON = ZoneInfo("Europe/London")


@pytest.fixture(scope="module")
def kingdom() -> Calendar:
    return load_calendar("united-kingdom").newest


@pytest.mark.parametrize("country", ["ENG", "WLS"])
@pytest.mark.parametrize("year", [2024, 2025, 2026, 2027])
def test_every_day_of_a_published_year_is_worked_as_announced(kingdom: Calendar, year: int, country: str) -> None:
    announced = holidays.country_holidays("GB", subdiv=country, years=year)
    day = date(year, 1, 1)
    while day.year == year:
        assert kingdom.is_working(day) == announced.is_working_day(day), day
        day += timedelta(days=1)


def test_every_year_has_its_eight_bank_holidays(kingdom: Calendar) -> None:
    for year in sorted(kingdom.years):
        weekdays = [day for day in days_of(year) if day.weekday() < 5 and kingdom.is_working(day) is False]
        assert len(weekdays) == 8, year


@pytest.mark.parametrize(
    ("received", "amount", "unit", "due"),
    [
        # DISP 1.5.1: by the close of the third business day after the day of receipt, here over Easter and Christmas.
        ("2026-04-02 10:00", 3, "working_days", "2026-04-09 17:00"),
        ("2024-03-28 16:59", 3, "working_days", "2024-04-04 17:00"),
        ("2027-12-24 10:00", 3, "working_days", "2027-12-31 17:00"),
        ("2026-12-24 10:00", 15, "working_days", "2027-01-19 17:00"),  # DISP 1.6.2A: payment services
    ],
)
def test_business_days_end_at_the_close_of_business(
    kingdom: Calendar, received: str, amount: int, unit: Unit, due: str
) -> None:
    limit = Limit(amount=amount, unit=unit, ends="close_of_business")
    assert deadline(at(received), limit, kingdom) == at(due)


def test_eight_weeks_end_on_the_same_day_of_the_week_over_the_change_of_time(kingdom: Calendar) -> None:
    """DISP 1.6.2: 3 March to 28 April; British Summer Time begins between."""
    assert deadline(at("2026-03-03 12:00"), Limit(amount=8, unit="weeks"), kingdom) == at("2026-04-29 00:00")


def test_a_year_that_is_not_published_is_neither_worked_nor_free(kingdom: Calendar) -> None:
    assert isinstance(kingdom.is_working(date(2028, 3, 1)), UnpublishedYear)
    assert isinstance(kingdom.is_working(date(2023, 3, 1)), UnpublishedYear)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def days_of(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=number) for number in range(365)]
