"""The calendar of a company: which days are worked, and from when to when.

A year that nobody has published is no year without holidays: whoever needs a day of it gets `UnpublishedYear` back.
Make-up working days (调休) are worked with hours of their own. Everything is worked out once, when a calendar is built,
as stretches of UTC time, so that a deadline is two binary searches and daylight saving needs no further thought.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


class Hours(msgspec.Struct, frozen=True):
    """One interval of a working day, local time. `end` must lie after `start`; 00:00 as an end means 24:00."""

    start: time
    end: time


class CalendarYear(msgspec.Struct, frozen=True, kw_only=True):
    """One published year: its holidays by name and its make-up working days. Ordinary weekends are not listed."""

    source: str
    holidays: dict[date, str]
    make_up_days: tuple[date, ...]


class UnpublishedYear(msgspec.Struct, frozen=True, kw_only=True):
    """The answer where a day of a year is needed that the calendar does not know: no guess is made."""

    calendar: str
    version: str
    year: int

    @property
    def reason(self) -> str:
        """The sentence for a decision or an alarm."""
        return f"calendar {self.calendar} {self.version} has no year {self.year}: publish it in policies/calendars"


class Stretches:
    """Disjoint stretches of UTC time in order, in microseconds since 1970, with what lies before each."""

    __slots__ = ("_before", "_ends", "_starts")

    def __init__(self, stretches: Sequence[tuple[int, int]]) -> None:
        """Take stretches in order; each must end after it starts and not before its predecessor ended."""
        self._starts = [start for start, _ in stretches]
        self._ends = [end for _, end in stretches]
        self._before = [0, *accumulate(end - start for start, end in stretches)]

    def passed(self, at_us: int) -> int:
        """How much of the stretches lies before this moment."""
        index = bisect_right(self._starts, at_us) - 1
        if index < 0:
            return 0
        return self._before[index] + min(at_us, self._ends[index]) - self._starts[index]

    def moment(self, amount_us: int) -> int | None:
        """The first moment before which this much (over 0) of the stretches lies; None where they do not hold it."""
        index = bisect_left(self._before, amount_us) - 1
        if index >= len(self._starts):
            return None
        return self._starts[index] + amount_us - self._before[index]


class Calendar:
    """One version of a calendar, ready for use. Immutable by convention; equal by id and version."""

    __slots__ = (
        "_closing",
        "_known",
        "_known_us",
        "_working",
        "holds_from",
        "id",
        "open",
        "version",
        "working",
        "years",
        "zone",
    )

    def __init__(
        self,
        *,
        id: str,  # noqa: A002 - events call it so
        version: str,
        holds_from: datetime,
        zone: ZoneInfo,
        weekly: Mapping[int, Sequence[Hours]],
        make_up_hours: Sequence[Hours],
        years: Mapping[int, CalendarYear],
    ) -> None:
        """Work out every published day. `weekly` maps 0 (Monday) to 6 to the day's hours; a missing day is free."""
        self.id = id
        self.version = version
        self.holds_from = holds_from
        self.zone = zone
        self.years = frozenset(years)
        self._known = [
            range(date(first, 1, 1).toordinal(), date(last + 1, 1, 1).toordinal()) for first, last in _runs(years)
        ]
        self._known_us = [(self.day_start_us(run.start), self.day_start_us(run.stop)) for run in self._known]
        self._working: list[int] = []
        self._closing: dict[int, int] = {}
        days: list[tuple[int, int]] = []
        hours: list[tuple[int, int]] = []
        for day, intervals in _worked_days(weekly, make_up_hours, years):
            ordinal = day.toordinal()
            spans = [(self._at(ordinal, part.start), self._at(ordinal, part.end, end=True)) for part in intervals]
            self._working.append(ordinal)
            self._closing[ordinal] = spans[-1][1]
            days.append((self.day_start_us(ordinal), self.day_start_us(ordinal + 1)))
            hours.extend(spans)
        self.working = Stretches(days)
        self.open = Stretches(hours)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Calendar) and (self.id, self.version) == (other.id, other.version)

    def __hash__(self) -> int:
        return hash((self.id, self.version))

    def reference(self) -> dict[str, str]:
        """The calendar as decisions and events name it: `{"id": ..., "version": ...}`."""
        return {"id": self.id, "version": self.version}

    def is_working(self, day: date) -> bool | UnpublishedYear:
        """Whether this local day is worked."""
        if day.year not in self.years:
            return self.unpublished(day.year)
        return day.toordinal() in self._closing

    def local_day(self, moment: datetime) -> int:
        """The ordinal of the local day in which a moment lies."""
        return moment.astimezone(self.zone).toordinal()

    def day_start_us(self, ordinal: int) -> int:
        """The moment at which a local day begins (that is 24:00 of the day before)."""
        return self._at(ordinal, time(0))

    def closing_us(self, ordinal: int) -> int:
        """The moment at which the office closes on a worked day. Raises KeyError for a day that is not worked."""
        return self._closing[ordinal]

    def working_day_after(self, ordinal: int, count: int) -> int | UnpublishedYear:
        """The count-th (from 1) worked day after a local day, as an ordinal."""
        index = bisect_right(self._working, ordinal) + count - 1
        if index < len(self._working):
            day = self._working[index]
            if any(ordinal + 1 in run and day in run for run in self._known):
                return day
        return self._first_gap(date.fromordinal(ordinal + 1).year)

    def gap_between(self, start_us: int, end_us: int | None) -> UnpublishedYear | None:
        """The first unpublished year from one moment to before another (None: however far it takes), or None."""
        if end_us is not None and any(first <= start_us and end_us <= last for first, last in self._known_us):
            return None
        return self._first_gap(moment_of(start_us).astimezone(self.zone).year)

    def _first_gap(self, year: int) -> UnpublishedYear:
        """The first unpublished year from this one on."""
        while year in self.years:
            year += 1
        return self.unpublished(year)

    def unpublished(self, year: int) -> UnpublishedYear:
        """The answer for a year that this version does not hold."""
        return UnpublishedYear(calendar=self.id, version=self.version, year=year)

    def _at(self, ordinal: int, clock: time, *, end: bool = False) -> int:
        if end and clock == time(0):
            ordinal += 1
        return microseconds(datetime.combine(date.fromordinal(ordinal), clock, self.zone))


class CalendarHistory(msgspec.Struct, frozen=True, kw_only=True):
    """All versions of one calendar, oldest first. A decision made at a time uses the version that held then."""

    id: str
    versions: tuple[Calendar, ...]

    def at(self, moment: datetime) -> Calendar:
        """The version in force at a moment of pipeline time; before the first, the first."""
        for calendar in reversed(self.versions):
            if calendar.holds_from <= moment:
                return calendar
        return self.versions[0]

    @property
    def newest(self) -> Calendar:
        """The version that was published last."""
        return self.versions[-1]


def microseconds(moment: datetime) -> int:
    """A moment as microseconds since 1970, exactly."""
    return (moment - EPOCH) // MICROSECOND


def moment_of(microseconds_since_1970: int) -> datetime:
    """The moment (UTC) of a number of microseconds since 1970."""
    return EPOCH + timedelta(microseconds=microseconds_since_1970)


def _runs(years: Iterable[int]) -> list[tuple[int, int]]:
    """The first and last of each row of years without a gap."""
    runs: list[tuple[int, int]] = []
    for year in sorted(years):
        if runs and runs[-1][1] == year - 1:
            runs[-1] = (runs[-1][0], year)
        else:
            runs.append((year, year))
    return runs


def _worked_days(
    weekly: Mapping[int, Sequence[Hours]], make_up_hours: Sequence[Hours], years: Mapping[int, CalendarYear]
) -> list[tuple[date, Sequence[Hours]]]:
    """Every worked day of the published years, in order, with its hours."""
    worked: list[tuple[date, Sequence[Hours]]] = []
    for year, published in sorted(years.items()):
        make_up = frozenset(published.make_up_days)
        for ordinal in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()):
            day = date.fromordinal(ordinal)
            if day in make_up:
                worked.append((day, make_up_hours))
            elif day not in published.holidays and weekly.get(day.weekday()):
                worked.append((day, weekly[day.weekday()]))
    return worked
