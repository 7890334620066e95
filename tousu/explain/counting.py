"""A stretch of time, cut where it begins or ceases to count for a limit, each part with its reason.

The parts of one kind that follow each other are one part, so that a weekend is one, and five worked days are one. What
the parts count adds up to `tousu.policy.working_time.elapsed_between`, to the microsecond.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Final

import msgspec

from tousu.policy.calendar import Calendar, Suspension, microseconds, moment_of
from tousu.policy.clock_rule import DAY_UNITS, Limit
from tousu.policy.intervals import Span
from tousu.policy.working_time import counted_from

MAKE_UP_WORDS: Final = "make-up day (调休)"
CLOSED_WORDS: Final = "outside opening hours"


class CountedPart(msgspec.Struct, frozen=True):
    """One part. `why` is a code, `words` say it to a reader; `days` are the local days that it touches."""

    start_us: int
    end_us: int
    counts: bool
    why: str
    words: str
    days: int = 1

    @property
    def counted_us(self) -> int:
        """How much of it counts."""
        return self.end_us - self.start_us if self.counts else 0


def parts_of(begun: datetime, start: datetime, end: datetime, limit: Limit, calendar: Calendar) -> list[CountedPart]:
    """The parts from one moment to a later one, of a limit that counts from `begun`: days count from the next day."""
    start_us, end_us = microseconds(start), microseconds(end)
    parts: list[CountedPart] = []
    counted_us = min(microseconds(counted_from(begun, limit, calendar)), end_us)
    if counted_us > start_us:
        parts.append(CountedPart(start_us, counted_us, False, "day_of_start", "the day of the start"))
        start_us = counted_us
    if start_us >= end_us:
        return parts
    if limit.unit in DAY_UNITS or limit.unit == "business_hours":
        return parts + _merged(_days(start_us, end_us, limit, calendar))
    counted = calendar.elapsing.between(start_us, end_us)
    return parts + _merged(_cut(start_us, end_us, counted, "round_the_clock", "every hour counts", calendar))


def _days(start_us: int, end_us: int, limit: Limit, calendar: Calendar) -> Iterator[CountedPart]:
    """The parts day by day."""
    ordinal = calendar.local_day(moment_of(start_us))
    while start_us < end_us:
        next_us = min(calendar.day_start_us(ordinal + 1), end_us)
        if limit.unit == "business_hours":
            yield from _hours(start_us, next_us, ordinal, calendar)
        else:
            yield _day(start_us, next_us, ordinal, limit, calendar)
        start_us, ordinal = next_us, ordinal + 1


def _day(start_us: int, end_us: int, ordinal: int, limit: Limit, calendar: Calendar) -> CountedPart:
    """One day of a limit in days. A day that a suspension touches is none, were it for a minute."""
    midnights = (calendar.day_start_us(ordinal), calendar.day_start_us(ordinal + 1))
    if suspended := calendar.suspended_between(*map(moment_of, midnights)):
        return CountedPart(start_us, end_us, False, "suspended", _suspended_words(suspended[0]))
    if limit.unit != "working_days":
        return CountedPart(start_us, end_us, True, "every_day", "every day counts")
    return _worked_day(start_us, end_us, ordinal, calendar)


def _worked_day(start_us: int, end_us: int, ordinal: int, calendar: Calendar) -> CountedPart:
    day = date.fromordinal(ordinal)
    is_working = calendar.is_working(day)
    name = calendar.day_name(day)
    if not isinstance(is_working, bool):
        return CountedPart(start_us, end_us, False, "unpublished_year", is_working.reason)
    if is_working:
        return CountedPart(start_us, end_us, True, *(("make_up_day", MAKE_UP_WORDS) if name else ("working_day", "")))
    if name:
        return CountedPart(start_us, end_us, False, "holiday", name)
    return CountedPart(start_us, end_us, False, "weekend", "weekend" if day.weekday() > 4 else "day off")


def _hours(start_us: int, end_us: int, ordinal: int, calendar: Calendar) -> Iterator[CountedPart]:
    """One day, or the rest of it, cut by opening hours and, to the minute, by suspensions."""
    opened = list(calendar.open.between(start_us, end_us))
    day = _worked_day(start_us, end_us, ordinal, calendar)
    is_suspended = bool(calendar.suspended_between(moment_of(start_us), moment_of(end_us)))
    if not opened and not day.counts and not is_suspended:
        yield day
        return
    words = f"open, {MAKE_UP_WORDS}" if calendar.day_name(date.fromordinal(ordinal)) else "open"
    yield from _cut(start_us, end_us, opened, "opening_hours", words, calendar)


def _cut(
    start_us: int, end_us: int, counted: Iterable[Span], why: str, words: str, calendar: Calendar
) -> Iterator[CountedPart]:
    """What counts, and between that what is suspended or closed."""
    for first_us, last_us in counted:
        yield from _between(start_us, first_us, calendar)
        yield CountedPart(first_us, last_us, True, why, words, 0)
        start_us = last_us
    yield from _between(start_us, end_us, calendar)


def _between(start_us: int, end_us: int, calendar: Calendar) -> Iterator[CountedPart]:
    if start_us >= end_us:
        return
    for suspended in calendar.suspended_between(moment_of(start_us), moment_of(end_us)):
        first_us, last_us = max(microseconds(suspended.since), start_us), min(microseconds(suspended.until), end_us)
        if last_us <= first_us:  # another one covers it
            continue
        if start_us < first_us:
            yield CountedPart(start_us, first_us, False, "closed", CLOSED_WORDS, 0)
        yield CountedPart(first_us, last_us, False, "suspended", _suspended_words(suspended), 0)
        start_us = last_us
    if start_us < end_us:
        yield CountedPart(start_us, end_us, False, "closed", CLOSED_WORDS, 0)


def _suspended_words(suspended: Suspension) -> str:
    return f"{suspended.region} suspended: {suspended.reason}"


def _merged(parts: Iterable[CountedPart]) -> list[CountedPart]:
    """Neighbours of one kind as one part."""
    merged: list[CountedPart] = []
    for part in parts:
        last = merged[-1] if merged else None
        if last is not None and (last.why, last.words) == (part.why, part.words) and last.end_us == part.start_us:
            merged[-1] = CountedPart(
                last.start_us, part.end_us, last.counts, last.why, last.words, last.days + part.days
            )
        else:
            merged.append(part)
    return [_worded(part) for part in merged]


def _worded(part: CountedPart) -> CountedPart:
    if part.why != "working_day":
        return part
    words = "working day" if part.days == 1 else f"{part.days} working days"
    return CountedPart(part.start_us, part.end_us, part.counts, part.why, words, part.days)
