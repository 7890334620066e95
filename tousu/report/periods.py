"""Periods of a report, known by their first day: ISO weeks, months, quarters, years in the time zone of the pack."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final, Literal, get_args

PeriodKind = Literal["week", "month", "quarter", "year"]
KINDS: Final[tuple[PeriodKind, ...]] = get_args(PeriodKind)
MICROSECOND: Final = timedelta(microseconds=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY: Final = timedelta(days=1)
_NAME: Final = re.compile(
    r"(?P<year>[12]\d{3})(-(W(?P<week>\d\d)|Q(?P<quarter>[1-4])|(?P<month>\d\d)(-(?P<day>\d\d))?))?"
)


def micros_of(text: str) -> int:
    """A moment of an event as microseconds since 1970."""
    return (datetime.fromisoformat(text) - _EPOCH) // MICROSECOND


def day_of(moment_us: int, zone: tzinfo) -> date:
    """The day on which a moment falls in a time zone."""
    return (_EPOCH + moment_us * MICROSECOND).astimezone(zone).date()


def first_day(day: date, kind: PeriodKind) -> date:
    """The first day of the period that holds this day."""
    match kind:
        case "week":
            return day - day.weekday() * _DAY
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case "year":
            return day.replace(month=1, day=1)


def following(first: date, kind: PeriodKind) -> date:
    """The first day of the next period."""
    days = {"week": 7, "month": 31, "quarter": 92, "year": 366}[kind]
    return first_day(first + days * _DAY, kind)


def name_of(first: date, kind: PeriodKind) -> str:
    """`2026-W39`, `2026-09`, `2026-Q3` or `2026`."""
    match kind:
        case "week":
            year, week, _ = first.isocalendar()
            return f"{year}-W{week:02}"
        case "month":
            return f"{first:%Y-%m}"
        case "quarter":
            return f"{first.year}-Q{(first.month + 2) // 3}"
        case "year":
            return str(first.year)


def periods(first: date, last: date, kind: PeriodKind) -> Iterator[date]:
    """The periods from the one that holds the first day to the one that holds the last, by their first days."""
    begin = first_day(first, kind)
    while begin <= last:
        yield begin
        begin = following(begin, kind)


def months(first: date, kind: PeriodKind) -> tuple[str, ...]:
    """The months of a period as operations figures name them (`2026-09`); a week has none of its own."""
    if kind == "week":
        return ()
    return tuple(name_of(month, "month") for month in periods(first, following(first, kind) - _DAY, "month"))


def span(text: str) -> tuple[date, date]:
    """The first and the last day of a period written as `2026`, `2026-Q3`, `2026-09`, `2026-W39` or `2026-09-22`.

    Raises ValueError saying how periods are written.
    """
    match = _NAME.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no period; write 2026, 2026-Q3, 2026-09, 2026-W39 or 2026-09-22")
    part = {name: int(value) for name, value in match.groupdict().items() if value is not None}
    kind: PeriodKind
    try:
        if "week" in part:
            kind, first = "week", date.fromisocalendar(part["year"], part["week"], 1)
        elif "quarter" in part:
            kind, first = "quarter", date(part["year"], part["quarter"] * 3 - 2, 1)
        elif "day" in part:
            day = date(part["year"], part["month"], part["day"])
            return day, day
        else:
            kind, first = ("month" if "month" in part else "year"), date(part["year"], part.get("month", 1), 1)
    except ValueError as error:
        raise ValueError(f"{text} is not in any calendar: {error}") from None
    return first, following(first, kind) - _DAY
