"""The calendar of a company: which days are worked, and from when to when.

A year that nobody has published is no year without holidays: whoever needs a day of it gets `UnpublishedYear` back.
Make-up working days (调休) are worked with hours of their own. Everything is worked out once, when a calendar is built,
as intervals of UTC time, so that a deadline is two binary searches and daylight saving needs no further thought.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from tousu.policy.intervals import ALL, Intervals, Span, joined, without

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
NEXT_YEAR_WANTED_FROM: Final = (12, 1)
"""Month and day from which the next year must be there. China's came on 25 October 2023, 12 November 2024 and
4 November 2025 (policies/calendars/china.yaml); those of other countries come earlier."""
MAKE_UP: Final = "调休"


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


class Suspension(msgspec.Struct, frozen=True, kw_only=True, rename={"since": "from"}):
    """A time in which the clocks of one region stand still: a flood, an epidemic. `region` is an ISO 3166-2 code."""

    id: str
    region: str
    since: datetime
    until: datetime
    reason: str
    approved_by: str


class Calendar:
    """One version of a calendar, ready for use; `for_region` gives it as it counts in a region. Never changed once
    built; equal by id, version and region (None: of no region, so nothing is suspended).

    `elapsing`, `days`, `working` and `open` are the time that counts, in microseconds: all of it, whole local days,
    whole worked days, opening hours. In a region that is suspended for a time, that time is cut out of `elapsing` and
    `open`, and every local day that it touches out of `days` and `working` (docs/decisions, 15).
    """

    __slots__ = (
        "_base",
        "_closing",
        "_counted",
        "_hours",
        "_known",
        "_known_us",
        "_names",
        "_regional",
        "_suspended",
        "_suspensions",
        "_working",
        "days",
        "effective_from",
        "elapsing",
        "id",
        "open",
        "region",
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
        effective_from: datetime,
        zone: ZoneInfo,
        weekly: Mapping[int, Sequence[Hours]],
        make_up_hours: Sequence[Hours],
        years: Mapping[int, CalendarYear],
        suspensions: Sequence[Suspension] = (),
    ) -> None:
        """Work out every published day. `weekly` maps 0 (Monday) to 6 to the day's hours; a missing day is free.
        `suspensions` are all that stand in this version, of whatever region."""
        self.id = id
        self.version = version
        self.effective_from = effective_from
        self.zone = zone
        self.region: str | None = None
        self.years = frozenset(years)
        self._names = {day: name for year in years.values() for day, name in year.holidays.items()}
        self._names |= {day: MAKE_UP for year in years.values() for day in year.make_up_days}
        self._known = [
            range(date(first, 1, 1).toordinal(), date(last + 1, 1, 1).toordinal()) for first, last in _runs(years)
        ]
        self._known_us = [(self.day_start_us(run.start), self.day_start_us(run.stop)) for run in self._known]
        self._hours: dict[int, list[Span]] = {}
        for day, intervals in _worked_days(weekly, make_up_hours, years):
            ordinal = day.toordinal()
            self._hours[ordinal] = [
                (self._at(ordinal, part.start), self._at(ordinal, part.end, end=True)) for part in intervals
            ]
        self._suspensions: dict[str, list[Suspension]] = {}
        for suspension in sorted(suspensions, key=lambda planned: (planned.since, planned.id)):
            self._suspensions.setdefault(suspension.region, []).append(suspension)
        self._base = self
        self._regional: dict[str, Calendar] = {}
        self._lay_out(())

    def _lay_out(self, suspended: Sequence[Suspension]) -> None:
        """Work out the time that counts while these suspensions stand."""
        self._suspended = suspended
        off_us = joined((microseconds(suspension.since), microseconds(suspension.until)) for suspension in suspended)
        days_off = joined(
            (self.local_day(suspension.since), self.local_day(suspension.until - MICROSECOND) + 1)
            for suspension in suspended
        )
        free = {ordinal for first, end in days_off for ordinal in range(first, end)}
        self._closing = {ordinal: spans[-1][1] for ordinal, spans in self._hours.items() if ordinal not in free}
        self._working = list(self._closing)
        self._counted = Intervals(without(ALL, days_off))
        self.days = Intervals(without(ALL, [(self.day_start_us(day), self.day_start_us(end)) for day, end in days_off]))
        self.elapsing = Intervals(without(ALL, off_us))
        self.working = Intervals([(self.day_start_us(day), self.day_start_us(day + 1)) for day in self._working])
        self.open = Intervals(without((span for spans in self._hours.values() for span in spans), off_us))

    def for_region(self, region: str | None) -> Calendar:
        """The calendar as it counts in a region; the one of no region where nothing is suspended there."""
        suspended = self._suspensions.get(region) if region is not None else None
        if region is None or suspended is None:
            return self._base
        if region not in self._regional:
            regional = self._regional[region] = copy(self._base)
            regional.region = region
            regional._lay_out(suspended)  # noqa: SLF001 - a calendar like this one
        return self._regional[region]

    def suspended_between(self, start: datetime, end: datetime) -> tuple[Suspension, ...]:
        """The suspensions that touch a stretch of time, earliest first; none in a calendar that is of no region."""
        return tuple(
            suspension for suspension in self._suspended if suspension.since < end and start < suspension.until
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Calendar) and self._name() == other._name()

    def __hash__(self) -> int:
        return hash(self._name())

    def _name(self) -> tuple[str, str, str | None]:
        return self.id, self.version, self.region

    def reference(self) -> dict[str, str]:
        """The calendar as decisions and events name it: `{"id": ..., "version": ...}`."""
        return {"id": self.id, "version": self.version}

    def is_working(self, day: date) -> bool | UnpublishedYear:
        """Whether this local day is worked."""
        if day.year not in self.years:
            return self.unpublished(day.year)
        return day.toordinal() in self._closing

    def day_name(self, day: date) -> str:
        """The holiday's name, `调休` for a make-up working day, empty for every other day."""
        return self._names.get(day, "")

    def local_day(self, moment: datetime) -> int:
        """The ordinal of the local day in which a moment lies."""
        return moment.astimezone(self.zone).toordinal()

    def day_start_us(self, ordinal: int) -> int:
        """The moment at which a local day begins (that is 24:00 of the day before)."""
        return self._at(ordinal, time(0))

    def closing_us(self, ordinal: int) -> int:
        """The moment at which the office closes on a worked day. Raises KeyError for a day that is not worked."""
        return self._closing[ordinal]

    def day_after(self, ordinal: int, count: int) -> int:
        """The count-th (from 1) local day after another that counts, worked or not, as an ordinal."""
        end = self._counted.place(self._counted.passed(ordinal + 1) + count)
        assert end is not None, "the days that count have no end"
        return end - 1

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
        """The version in force at a watermark; before the first, the first."""
        for calendar in reversed(self.versions):
            if calendar.effective_from <= moment:
                return calendar
        return self.versions[0]

    @property
    def newest(self) -> Calendar:
        """The version that was published last."""
        return self.versions[-1]


def missing_years(calendar: Calendar, at: datetime) -> tuple[int, ...]:
    """The years that should be published at this moment and are not: the current one, in December the next one too."""
    local = at.astimezone(calendar.zone)
    wanted = [local.year]
    if (local.month, local.day) >= NEXT_YEAR_WANTED_FROM:
        wanted.append(local.year + 1)
    return tuple(year for year in wanted if year not in calendar.years)


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
