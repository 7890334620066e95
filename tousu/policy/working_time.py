"""From a limit to a moment: when it is due, how much of it is used, when a share of it is used.

What a limit means, to the second (`start` is the moment from which it counts):

- elapsed_minutes, elapsed_hours: run round the clock from `start` (domain, section 5).
- business_hours: only the opening hours of the calendar count; due at the first moment at which they add up.
- working_days: the local day of `start` does not count, whatever its hour; every worked day after it does; due at 24:00
  of the last one (or when the office closes on it, where the limit `ends` so). 24:00 is 00:00 of the next day; an event
  at exactly that moment is in time.
- calendar_days: the same with every day counting.
- statutory_days (Civil Code of China, articles 201-203): as calendar_days; a last day that is not worked moves to the
  next worked day.
- weeks (DISP 1.6.2: 8 weeks): 7 calendar days each.
- months, years (article 202): until 24:00 of the day of the same number in a later month, or of that month's last day
  where it has none. Where the limit `rolls` (article 203), a last day that is not worked moves to the next worked one.

Where the limit says `first_day: same`, the day of `start` is the first that counts: 'the same day' (domain, section 5,
A) is one calendar day so counted, due at 24:00.

A region may be suspended for a time (`Calendar.for_region`, docs/decisions, 15). That time does not count: elapsed time
and opening hours stand still in it, and a local day that it touches, were it for a minute, is no day of any limit. A
limit of weeks, months or years is as many days long as it would be without, and counts them on days that count.

A limit in days is used up evenly from 00:00 of the first day that can count (the one after `start`) to the due moment,
over worked days only for working_days; so half of one working day is noon. A share, a pause and a rest speak of that.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

import msgspec

from tousu.policy.calendar import MICROSECOND, Calendar, UnpublishedYear, microseconds, moment_of
from tousu.policy.clock_rule import DAY_UNITS, Limit, Unit
from tousu.policy.intervals import Intervals

_HOUR_US: Final = 3_600_000_000
_LENGTH_US: Final = {"elapsed_minutes": 60_000_000, "elapsed_hours": _HOUR_US, "business_hours": _HOUR_US}
# What is counted on worked time needs every year that it crosses; a last day that is worked, only its own.
_NEEDS_EVERY_YEAR: Final = frozenset({"business_hours", "working_days"})
LENGTHS: Final[dict[Unit, timedelta]] = {
    "elapsed_minutes": timedelta(minutes=1),
    "elapsed_hours": timedelta(hours=1),
    "business_hours": timedelta(hours=1),
    "working_days": timedelta(days=1),
    "calendar_days": timedelta(days=1),
    "statutory_days": timedelta(days=1),
    "weeks": timedelta(weeks=1),
}
"""How long one of a unit is, where that can be said without a calendar."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a clock: when it is due, how long its limit is in its measure, when to warn (share, moment)."""

    due_at: datetime
    total: timedelta
    warnings: tuple[tuple[float, datetime], ...]


def deadline(start: datetime, limit: Limit, calendar: Calendar) -> datetime | UnpublishedYear:
    """When a limit that counts from `start` is due (UTC). An amount of 0 is due at once."""
    if limit.amount == 0:
        return start.astimezone(UTC)
    if limit.unit not in DAY_UNITS:
        return _advance(start, _LENGTH_US[limit.unit] * limit.amount, limit, calendar)
    day = calendar.local_day(start)
    last = _last_day(day - 1 if limit.first_day == "same" else day, limit, calendar)
    if isinstance(last, UnpublishedYear):
        return last
    if limit.ends == "close_of_business":
        return moment_of(calendar.closing_us(last))
    return moment_of(calendar.day_start_us(last + 1))


def counted_from(start: datetime, limit: Limit, calendar: Calendar) -> datetime:
    """The moment from which the limit is used up: `start`, or for days 00:00 of the next local day.

    Where the day of the start counts, it is used up from `start`: what is left of that day is all that there is of it.
    """
    if limit.unit not in DAY_UNITS or limit.first_day == "same":
        return start.astimezone(UTC)
    return moment_of(calendar.day_start_us(calendar.local_day(start) + 1))


def elapsed_between(start: datetime, end: datetime, limit: Limit, calendar: Calendar) -> timedelta | UnpublishedYear:
    """How much time lies between two moments in the measure of a limit's unit; nothing where `end` is not later.

    For a clock, `start` is `counted_from(...)`. Opening hours for business_hours, worked days round the clock for
    working_days, days round the clock for the other units of days, plain time for the rest; each less what a
    suspension takes out.
    """
    if end <= start:
        return timedelta(0)
    start_us, end_us = microseconds(start), microseconds(end)
    if limit.unit in _NEEDS_EVERY_YEAR and (gap := calendar.gap_between(start_us, end_us)):
        return gap
    counted = _counted_time(limit, calendar)
    return timedelta(microseconds=counted.passed(end_us) - counted.passed(start_us))


def moment_after(start: datetime, amount: timedelta, limit: Limit, calendar: Calendar) -> datetime | UnpublishedYear:
    """The first moment from `start` at which so much time has passed in the measure of a limit's unit."""
    return _after(start, amount, limit, calendar)


def moments_after(
    start: datetime, amounts: Sequence[timedelta], limit: Limit, calendar: Calendar
) -> list[datetime] | UnpublishedYear:
    """As `moment_after` for several amounts from one start; a year that any of them needs is missing for all."""
    start_us, counted = microseconds(start), _counted_time(limit, calendar)
    before = counted.passed(start_us)
    ends_us = [
        counted.place(before + amount // MICROSECOND) if amount > timedelta(0) else start_us for amount in amounts
    ]
    known_us = [end_us for end_us in ends_us if end_us is not None]
    if limit.unit in _NEEDS_EVERY_YEAR and known_us:
        last_us = max(known_us) if len(known_us) == len(ends_us) else None
        gap = calendar.gap_between(start_us, last_us)
        if gap is not None:
            return gap
    return [moment_of(end_us) for end_us in known_us]


def length_of(limit: Limit) -> timedelta:
    """A limit as a plain length, for what is measured along another limit: a day is 24 hours of that one's time.

    Raises KeyError for a unit that has no length of its own; `tousu.policy.lint_errors` keeps such out of packs.
    """
    return limit.amount * LENGTHS[limit.unit]


def next_opening(at: datetime, calendar: Calendar) -> datetime | UnpublishedYear:
    """This moment where the office is open then, or else the next at which it opens."""
    at_us = microseconds(at)
    end_us = calendar.open.place(calendar.open.passed(at_us) + 1)
    gap = calendar.gap_between(at_us, end_us)
    if gap is not None:
        return gap
    assert end_us is not None
    return moment_of(end_us - 1)


def plan_clock(
    start: datetime, limit: Limit, calendar: Calendar, warn_at_share: Sequence[float] = ()
) -> Plan | UnpublishedYear:
    """Due moment, length and warnings of a clock that starts (or starts afresh) at `start`."""
    due = deadline(start, limit, calendar)
    if isinstance(due, UnpublishedYear):
        return due
    counted = counted_from(start, limit, calendar)
    total = elapsed_between(counted, due, limit, calendar)
    if isinstance(total, UnpublishedYear):
        return total
    moments = moments_after(counted, [total * share for share in warn_at_share], limit, calendar)
    if isinstance(moments, UnpublishedYear):
        return moments
    return Plan(due_at=due, total=total, warnings=tuple(zip(warn_at_share, moments, strict=True)))


def _after(start: datetime, amount: timedelta, limit: Limit, calendar: Calendar) -> datetime | UnpublishedYear:
    """The first moment from `start` at which so much of the unit's time has passed."""
    if amount <= timedelta(0):
        return start.astimezone(UTC)
    return _advance(start, amount // MICROSECOND, limit, calendar)


def _advance(start: datetime, amount_us: int, limit: Limit, calendar: Calendar) -> datetime | UnpublishedYear:
    counted = _counted_time(limit, calendar)
    start_us = microseconds(start)
    end_us = counted.place(counted.passed(start_us) + amount_us)
    if limit.unit in _NEEDS_EVERY_YEAR and (gap := calendar.gap_between(start_us, end_us)):
        return gap
    assert end_us is not None
    return moment_of(end_us)


def _last_day(start: int, limit: Limit, calendar: Calendar) -> int | UnpublishedYear:
    """The local day (ordinal) on which a limit in days ends, counted from the day `start`."""
    if limit.unit == "working_days":
        return calendar.working_day_after(start, limit.amount)
    last = calendar.day_after(start, _length_days(start, limit))
    if limit.rolls or limit.unit == "statutory_days":
        return calendar.working_day_after(last - 1, 1)
    return last


def _length_days(start: int, limit: Limit) -> int:
    """How many days a limit that does not look at working days is long, after the day `start`."""
    match limit.unit:
        case "calendar_days" | "statutory_days":
            return limit.amount
        case "weeks":
            return 7 * limit.amount
        case "months":
            return _same_day(date.fromordinal(start), limit.amount).toordinal() - start
        case "years":
            return _same_day(date.fromordinal(start), 12 * limit.amount).toordinal() - start
        case _:
            raise AssertionError(f"{limit.unit} is no unit of days")


def _same_day(day: date, months: int) -> date:
    """The day of this number so many months on, or the last of that month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _counted_time(limit: Limit, calendar: Calendar) -> Intervals:
    match limit.unit:
        case "elapsed_minutes" | "elapsed_hours":
            return calendar.elapsing
        case "business_hours":
            return calendar.open
        case "working_days":
            return calendar.working
        case _:
            return calendar.days
