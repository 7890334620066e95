"""The time axis of a picture: from when to when, where the ticks stand, which stretches are not worked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from tousu.policy.calendar import Calendar, microseconds, moment_of

MINUTE: Final = timedelta(minutes=1)
DAY: Final = timedelta(days=1)
_STEPS_MINUTES: Final = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720)
_STEPS_DAYS: Final = (1, 2, 7, 14)
_STEPS_MONTHS: Final = (1, 2, 3, 6, 12, 24, 60)
TICK_WIDTH: Final = 78.0
"""So many pixels a tick needs, with its label."""


class Tick(msgspec.Struct, frozen=True):
    """A tick. `above` names the day, or the year, where it begins here; else it is empty."""

    at: datetime
    text: str
    above: str


class Band(msgspec.Struct, frozen=True):
    """A row of days that are not worked, by name where they have one."""

    start: datetime
    end: datetime
    name: str


class Axis(msgspec.Struct, frozen=True):
    """Local time from left to right."""

    start: datetime
    end: datetime
    left: float
    width: float
    calendar: Calendar

    def x(self, at: datetime) -> float:
        """Where a moment stands; at the edge what lies outside."""
        share = (at - self.start) / (self.end - self.start)
        return self.left + self.width * min(max(share, 0.0), 1.0)

    def holds(self, at: datetime) -> bool:
        """Whether a moment lies on the axis."""
        return self.start <= at <= self.end

    def local(self, at: datetime) -> datetime:
        """A moment by the clocks of the pack."""
        return at.astimezone(self.calendar.zone)

    def ticks(self) -> list[Tick]:
        """Ticks at round local times, as many as have room."""
        most = max(2, int(self.width // TICK_WIDTH))
        length = self.end - self.start
        for minutes in _STEPS_MINUTES:
            if length / (minutes * MINUTE) <= most:
                return self._within_days(minutes)
        for days in _STEPS_DAYS:
            if length / (days * DAY) <= most:
                return self._days(days)
        months = next((step for step in _STEPS_MONTHS if length / (step * 30 * DAY) <= most), _STEPS_MONTHS[-1])
        return self._months(months)

    def bands(self) -> Iterator[Band]:
        """Days that are not worked, each run of one name together; none where a year is not published."""
        run: list[int] = []
        name = ""
        for ordinal in range(self.calendar.local_day(self.start), self.calendar.local_day(self.end) + 1):
            day = date.fromordinal(ordinal)
            is_free = self.calendar.is_working(day) is False
            called = self.calendar.day_name(day) or "weekend"
            if run and (not is_free or called != name):
                yield self._band(run, name)
                run = []
            if is_free:
                run.append(ordinal)
                name = called
        if run:
            yield self._band(run, name)

    def _band(self, run: list[int], name: str) -> Band:
        return Band(self._midnight(run[0]), self._midnight(run[-1] + 1), name)

    def _within_days(self, minutes: int) -> list[Tick]:
        ticks: list[Tick] = []
        for ordinal in range(self.calendar.local_day(self.start), self.calendar.local_day(self.end) + 1):
            at, next_day = self._midnight(ordinal), self._midnight(ordinal + 1)
            while at < next_day:
                if self.holds(at):
                    is_first = not ticks or self.local(ticks[-1].at).date() != self.local(at).date()
                    above = self.local(at).strftime("%a %m-%d") if is_first else ""
                    ticks.append(Tick(at, self.local(at).strftime("%H:%M"), above))
                at += minutes * MINUTE
        if ticks and self.x(ticks[0].at) - self.left >= TICK_WIDTH and ticks[0].above:
            ticks.insert(0, Tick(self.start, "", self.local(self.start).strftime("%a %m-%d")))
        return ticks

    def _days(self, days: int) -> list[Tick]:
        first, last = self.calendar.local_day(self.start), self.calendar.local_day(self.end)
        monday = 1 - first % 7 if days % 7 == 0 else -(first % days)
        return self._dated([self._midnight(day) for day in range(first + monday, last + 1, days)], "%a %m-%d", "%Y")

    def _months(self, months: int) -> list[Tick]:
        first, last = self.local(self.start), self.local(self.end)
        begun = (first.year * 12 + first.month - 1) // months * months
        ticks = [
            self._midnight(date(month // 12, month % 12 + 1, 1).toordinal())
            for month in range(begun, last.year * 12 + last.month, months)
        ]
        return self._dated(ticks, "%Y-%m", "")

    def _dated(self, moments: list[datetime], form: str, above: str) -> list[Tick]:
        shown = [at for at in moments if self.holds(at)]
        return [
            Tick(at, self.local(at).strftime(form), self.local(at).strftime(above) if at == shown[0] else "")
            for at in shown
        ]

    def _midnight(self, ordinal: int) -> datetime:
        return moment_of(self.calendar.day_start_us(ordinal))


def axis_of(
    start: datetime, last: datetime, dues: list[datetime], calendar: Calendar, left: float, width: float
) -> Axis:
    """The axis of what happened from `start` to `last`; a due time later than that stands on it if it is not far."""
    length = max(last - start, 5 * MINUTE)
    end = max([start + length, *(due for due in dues if due - start <= 3 * length)])
    margin_us = microseconds(end) - microseconds(start)
    return Axis(start, end + timedelta(microseconds=margin_us // 50), left, width, calendar)
