"""Working time counted minute by minute: slow, plain, and written without a look at tousu.policy.

It walks through UTC one minute at a time and asks of each minute whether it counts. Everything is in whole minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
# Hours of a day as pairs of minutes since local midnight.
Intervals = Sequence[tuple[int, int]]


class SlowCalendar:
    """One year of a calendar as plain facts: hours by weekday, holidays, make-up days and their hours."""

    def __init__(
        self,
        zone: ZoneInfo,
        weekly: Mapping[int, Intervals],
        holidays: frozenset[date],
        make_up_days: frozenset[date],
        make_up_hours: Intervals,
    ) -> None:
        self.zone = zone
        self.weekly = weekly
        self.holidays = holidays
        self.make_up_days = make_up_days
        self.make_up_hours = make_up_hours

    def hours(self, day: date) -> Intervals:
        if day in self.make_up_days:
            return self.make_up_hours
        if day in self.holidays:
            return ()
        return self.weekly.get(day.weekday(), ())

    def is_worked(self, day: date) -> bool:
        return len(self.hours(day)) > 0

    def is_open(self, moment: datetime) -> bool:
        local = moment.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return any(start <= minute < end for start, end in self.hours(local.date()))

    def day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()


def due(start: datetime, amount: int, unit: str, calendar: SlowCalendar) -> datetime:
    """The due moment of a limit, by walking until it is used up."""
    if unit in {"elapsed_minutes", "elapsed_hours"}:
        return start + MINUTE * amount * (60 if unit == "elapsed_hours" else 1)
    if unit == "business_hours":
        return walk(start, amount * 60, calendar.is_open)
    first = calendar.day(start)
    moment, days, today = start, 0, first
    while True:
        moment += MINUTE
        day = calendar.day(moment)
        if day == today:
            continue
        ended, today = today, day
        if ended != first and (unit != "working_days" or calendar.is_worked(ended)):
            days += 1
        if days >= amount and ended != first and (unit == "calendar_days" or calendar.is_worked(ended)):
            return moment


def counted(start: datetime, end: datetime, unit: str, calendar: SlowCalendar) -> int:
    """How many minutes between two moments count in a unit."""
    counts = rule(unit, calendar)
    total, moment = 0, start
    while moment < end:
        total += counts(moment)
        moment += MINUTE
    return total


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
    return lambda _moment: True


def next_midnight(start: datetime, calendar: SlowCalendar) -> datetime:
    """The first moment of the local day after the one in which a moment lies."""
    moment = start
    while calendar.day(moment) == calendar.day(start):
        moment += MINUTE
    return moment
