"""Which period a day falls in, what it is called, and what may be written for one."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tousu.report.periods import (
    KINDS,
    PeriodKind,
    day_of,
    first_day,
    following,
    micros_of,
    months,
    name_of,
    periods,
    span,
)

DAYS = st.dates(date(1970, 1, 1), date(2090, 1, 1))


@pytest.mark.parametrize(
    "day, kind, first, name",
    [
        ("2026-09-22", "week", "2026-09-21", "2026-W39"),
        ("2026-01-01", "week", "2025-12-29", "2026-W01"),
        ("2027-01-03", "week", "2026-12-28", "2026-W53"),
        ("2026-09-30", "month", "2026-09-01", "2026-09"),
        ("2026-12-31", "month", "2026-12-01", "2026-12"),
        ("2026-09-30", "quarter", "2026-07-01", "2026-Q3"),
        ("2026-10-01", "quarter", "2026-10-01", "2026-Q4"),
        ("2028-02-29", "year", "2028-01-01", "2028"),
    ],
)
def test_a_day_falls_in_a_period(day: str, kind: PeriodKind, first: str, name: str) -> None:
    begin = first_day(date.fromisoformat(day), kind)
    assert (begin.isoformat(), name_of(begin, kind)) == (first, name)


@given(DAYS, st.sampled_from(KINDS))
def test_periods_leave_no_day_out_and_count_none_twice(day: date, kind: PeriodKind) -> None:
    begin = first_day(day, kind)
    end = following(begin, kind)
    assert begin <= day < end
    assert first_day(end - timedelta(days=1), kind) == begin
    assert first_day(end, kind) == end
    assert span(name_of(begin, kind)) == (begin, end - timedelta(days=1))


def test_the_zone_decides_the_day() -> None:
    late = micros_of("2026-09-30T16:00:00Z")
    assert day_of(late, ZoneInfo("Asia/Shanghai")) == date(2026, 10, 1)
    assert day_of(late - 1, ZoneInfo("Asia/Shanghai")) == date(2026, 9, 30)
    assert day_of(late, ZoneInfo("UTC")) == date(2026, 9, 30)


def test_a_quarter_has_three_months_and_a_week_none() -> None:
    assert months(date(2026, 10, 1), "quarter") == ("2026-10", "2026-11", "2026-12")
    assert months(date(2026, 9, 21), "week") == ()
    assert [name_of(each, "week") for each in periods(date(2026, 12, 30), date(2027, 1, 4), "week")] == [
        "2026-W53",
        "2027-W01",
    ]


@pytest.mark.parametrize("text", ["2026-13", "2026-W54", "2025-W53", "2026-Q5", "2026-02-29", "26", "September", ""])
def test_what_is_no_period_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=text or "no period"):
        span(text)
