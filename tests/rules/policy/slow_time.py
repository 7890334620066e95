"""Working time counted minute by minute: slow, plain, and written without a look at tousu.policy.

It walks through UTC one minute at a time and asks of each minute whether it counts. Everything is in whole minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
# Hours of a day as pairs of minutes since local midnight.
Intervals = Sequence[tuple[int, int]]


class SlowCalendar:
    """One year of a calendar as plain facts: hours by weekday, holidays, make-up days and their hours.

    `suspended` are pairs of moments, the second one not in; the days that they touch are gone through by the minute.
    """

    def __init__(
        self,
        zone: ZoneInfo,
        weekly: Mapping[int, Intervals],
        holidays: frozenset[date],
        make_up_days: frozenset[date],
        make_up_hours: Intervals,
        suspended: Sequence[tuple[datetime, datetime]] = (),
    ) -> None:
        self.zone = zone
        self.weekly = weekly
        self.holidays = holidays
        self.make_up_days = make_up_days
        self.make_up_hours = make_up_hours
        self.suspended = suspended
        self.days_lost = {self.day(moment) for since, until in suspended for moment in minutes(since, until)}

    def hours(self, day: date) -> Intervals:
        if day in self.make_up_days:
            return self.make_up_hours
        if day in self.holidays:
            return ()
        return self.weekly.get(day.weekday(), ())

    def counts(self, day: date) -> bool:
        return day not in self.days_lost

    def is_worked(self, day: date) -> bool:
        return len(self.hours(day)) > 0 and self.counts(day)

    def is_running(self, moment: datetime) -> bool:
        return not any(since <= moment < until for since, until in self.suspended)

    def is_open(self, moment: datetime) -> bool:
        local = moment.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return self.is_running(moment) and any(start <= minute < end for start, end in self.hours(local.date()))

    def day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()


def minutes(start: datetime, end: datetime) -> Iterator[datetime]:
    """Every minute from one moment up to another."""
    while start < end:
        yield start
        start += MINUTE


def due(start: datetime, amount: int, unit: str, calendar: SlowCalendar, *, rolls: bool = False) -> datetime:
    """The due moment of a limit, by walking until it is used up."""
    if unit in {"elapsed_minutes", "elapsed_hours"}:
        return walk(start, amount * (60 if unit == "elapsed_hours" else 1), calendar.is_running)
    if unit == "business_hours":
        return walk(start, amount * 60, calendar.is_open)
    first = calendar.day(start)
    wanted = length(first, amount, unit)
    must_be_worked = rolls or unit in {"working_days", "statutory_days"}
    moment, days, today = start, 0, first
    while True:
        moment += MINUTE
        day = calendar.day(moment)
        if day == today:
            continue
        ended, today = today, day
        if ended == first:
            continue
        days += calendar.is_worked(ended) if unit == "working_days" else calendar.counts(ended)
        if days >= wanted and (calendar.is_worked(ended) if must_be_worked else calendar.counts(ended)):
            return moment


def length(first: date, amount: int, unit: str) -> int:
    """How many days a limit has after its first one, leafing through the calendar on the wall."""
    if unit == "weeks":
        return amount * 7
    if unit not in {"months", "years"}:
        return amount
    wanted = amount * (12 if unit == "years" else 1)
    day, leaves = first, 0
    while True:
        tomorrow = day + timedelta(days=1)
        is_last_of_month = tomorrow.month != day.month
        if leaves == wanted and (day.day == first.day or is_last_of_month):
            return (day - first).days
        leaves += is_last_of_month
        day = tomorrow


def counted(start: datetime, end: datetime, unit: str, calendar: SlowCalendar) -> int:
    """How many minutes between two moments count in a unit."""
    counts = rule(unit, calendar)
    return sum(counts(moment) for moment in minutes(start, end))


def walk(start: datetime, minutes: int, counts: Callable[[datetime], bool]) -> datetime:
    """The end of the last of so many minutes that count."""
    moment = start
    while minutes:
        minutes -= counts(moment)
        moment += MINUTE
    return moment


def rule(unit: str, calendar: SlowCalendar) -> Callable[[datetime], bool]:
    """Whether a minute counts in a unit."""
    if unit == "business_hours":
        return calendar.is_open
    if unit == "working_days":
        return lambda moment: calendar.is_worked(calendar.day(moment))
    if unit in {"elapsed_minutes", "elapsed_hours"}:
        return calendar.is_running
    return lambda moment: calendar.counts(calendar.day(moment))


def next_midnight(start: datetime, calendar: SlowCalendar) -> datetime:
    """The first moment of the local day after the one in which a moment lies."""
    moment = start
    while calendar.day(moment) == calendar.day(start):
        moment += MINUTE
    return moment
