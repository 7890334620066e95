"""Law 7: a pause takes away exactly the time that stood still, in every unit, wherever in the day it lies.

The reference knows the law alone. It walks through the minutes of a month from when the unit begins to count, marks
those that the unit counts and no pause covers, and is due when as many are used up as the limit without any pause has.
That number it takes from the words of the limit: the minutes that count until 24:00 of its last day. Caps: it lets a
pause stand still for so many minutes that the cap counts, then goes on.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.rules.sla.desk import Desk, at
from tests.rules.sla.rulebook import COURIER, desk_with, limit, rule
from tousu.policy.clock_rule import Limit, Pauses

MONDAY = at("01-26 00:00")
DAY = 1440
HOLIDAYS = {date(2026, 2, day) for day in range(15, 24)}
"""Spring Festival of 2026 in China, Sunday the 15th to Monday the 23rd (policies/calendars/china.yaml)."""
MAKE_UP = {date(2026, 2, 14), date(2026, 2, 28)}
OPENS, CLOSES = 9 * 60, 18 * 60
UNITS = (
    "elapsed_minutes",
    "elapsed_hours",
    "business_hours",
    "working_days",
    "calendar_days",
    "statutory_days",
    "weeks",
)


class Pause(NamedTuple):
    """Minutes after MONDAY: since when and until when it stands still, as is reported at once."""

    since: int
    until: int


DATES = [date(2026, 1, 26) + timedelta(days=day) for day in range(200)]
WORKED = [day in MAKE_UP or (day.weekday() < 5 and day not in HOLIDAYS) for day in DATES]


def is_worked(minute: int) -> bool:
    return WORKED[minute // DAY]


def counts(unit: str, minute: int) -> bool:
    """Whether the minute that begins then is one of those that the unit counts."""
    if unit == "working_days":
        return is_worked(minute)
    if unit == "business_hours":
        return is_worked(minute) and OPENS <= minute % DAY < CLOSES
    return True


def length(amount: int, unit: str, begun: int) -> int:
    """How many minutes that count the limit is long, by its words, from the minute `begun` at which it begins."""
    match unit:
        case "elapsed_minutes":
            return amount
        case "elapsed_hours" | "business_hours":
            return 60 * amount
        case "weeks":
            return 7 * DAY * amount
        case "statutory_days":
            last = begun + DAY * (amount - 1)
            while not is_worked(last):
                last += DAY
            return last + DAY - begun
        case _:
            return DAY * amount


def due(amount: int, unit: str, received: int, pauses: list[Pause], cap: int = 0) -> int:
    """The minute at which the limit is used up. Pauses follow each other; one that would begin after that is none."""
    is_days = unit.endswith("days") or unit == "weeks"
    begun = received // DAY * DAY + DAY if is_days else received
    left, minute, still = length(amount, unit, begun), received, 0
    while left:
        paused = any(pause.since <= minute < pause.until for pause in pauses) and (not cap or still < cap)
        still += paused
        if minute >= begun and not paused and counts(unit, minute):
            left -= 1
        minute += 1
    return minute


def run(amount: int, unit: str, received: int, pauses: list[Pause], cap: int = 0) -> Desk:
    terms = Pauses(reasons=("waiting_for_customer",), section="T 1", cap=limit(cap, "elapsed_minutes") if cap else None)
    desk = desk_with(
        rule("resolution", 1, limit=Limit(amount=amount, unit=unit), pauses=terms),  # type: ignore[arg-type]
        received=f"{shanghai(received):%m-%d %H:%M}",
        calendar=COURIER.calendar,
    )
    for pause in pauses:
        desk.handle("paused", moment(pause.since))
        if desk.clock("resolution").status == "paused":
            desk.pass_time(moment(pause.until))
        if desk.clock("resolution").status == "paused":
            desk.handle("resumed", moment(pause.until))
    return desk


def moment(minute: int) -> datetime:
    return MONDAY + timedelta(minutes=minute)


def shanghai(minute: int) -> datetime:
    return moment(minute) + timedelta(hours=8)


@st.composite
def stories(draw: st.DrawFn) -> tuple[int, str, int, list[Pause]]:
    """A limit, when it was received, and pauses each of which begins while it is not used up."""
    unit = draw(st.sampled_from(UNITS))
    amount = draw(st.integers(1, 2 if unit == "weeks" else 90 if unit == "elapsed_minutes" else 6))
    received = draw(st.integers(0, 4 * DAY))
    pauses: list[Pause] = []
    since = received
    for gap, long in draw(st.lists(st.tuples(GAPS, GAPS), max_size=4)):
        since += gap
        if since >= due(amount, unit, received, pauses):
            break
        pauses.append(Pause(since, since + long))
        since += long
    return amount, unit, received, pauses


GAPS = st.one_of(st.integers(0, 3 * DAY), st.integers(0, 90), st.sampled_from([0, 1, 5, 540, DAY - 1, DAY, DAY + 1]))


@settings(max_examples=300, deadline=None)
@given(stories())
@example((3, "working_days", 9 * 60, [Pause(10 * 60, DAY + 9 * 60)]))  # over the midnight at which it begins to count
@example((1, "working_days", 9 * 60, [Pause(10 * 60, 10 * 60 + 5)]))  # before anything counts: it takes nothing
@example((5, "working_days", 9 * 60, [Pause(4 * DAY + 1430, 7 * DAY + 10)]))  # over a week-end
@example((6, "working_days", 4 * DAY, [Pause(18 * DAY, 29 * DAY)]))  # over Spring Festival
@example((2, "statutory_days", 4 * DAY + 600, [Pause(4 * DAY + 660, 8 * DAY + 600)]))  # rolled over a week-end
def test_a_pause_takes_away_exactly_the_time_that_stood_still(story: tuple[int, str, int, list[Pause]]) -> None:
    amount, unit, received, pauses = story
    desk = run(amount, unit, received, pauses)
    assert desk.clock("resolution").due_at == moment(due(amount, unit, received, pauses)), desk.said()


@settings(max_examples=150, deadline=None)
@given(stories(), st.sampled_from([1, 5, 59, 600, 2 * DAY]))
def test_a_capped_pause_takes_away_no_more_than_its_cap(story: tuple[int, str, int, list[Pause]], cap: int) -> None:
    amount, unit, received, pauses = story
    kept: list[Pause] = []
    for pause in pauses:  # one that begins when the cap has been had, or the limit is over, is refused or none
        if pause.since < due(amount, unit, received, kept, cap):
            kept.append(pause)
    desk = run(amount, unit, received, kept, cap)
    assert desk.clock("resolution").due_at == moment(due(amount, unit, received, kept, cap)), desk.said()


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("begins", [9 * 60, 23 * 60 + 57, DAY + 9 * 60])
def test_pauses_that_add_up_to_five_minutes_move_a_limit_by_the_minutes_that_it_counts_of_them(
    unit: str, begins: int
) -> None:
    """Sixty pauses of five seconds: nothing is rounded on the way."""
    amount = {"elapsed_minutes": 4000, "elapsed_hours": 60, "business_hours": 30}.get(unit, 3)
    received = 9 * 60
    terms = Pauses(reasons=("waiting_for_customer",), section="T 1")
    whole = Limit(amount=amount, unit=unit)  # type: ignore[arg-type]
    started = f"{shanghai(received):%m-%d %H:%M}"
    desk = desk_with(rule("resolution", 1, limit=whole, pauses=terms), received=started, calendar=COURIER.calendar)
    plain = desk.clock("resolution").due_at
    assert plain is not None
    for turn in range(60):
        since = moment(begins) + timedelta(seconds=10 * turn)
        desk.handle("paused", since)
        desk.handle("resumed", since + timedelta(seconds=5))
    counted = [
        turn
        for turn in range(60)
        for minute in [begins + turn // 6]
        if counts(unit, minute) and (minute >= DAY or not (unit.endswith("days") or unit == "weeks"))
    ]
    found = desk.clock("resolution").due_at
    assert found is not None
    expected = timedelta(seconds=5 * len(counted))
    assert found - plain == expected
