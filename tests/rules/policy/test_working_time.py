"""What a limit means to the second: the figures that are known, the edges, pauses, years without a calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tousu.policy.calendar import Calendar, CalendarHistory, CalendarYear, Hours, UnpublishedYear, missing_years
from tousu.policy.clock_rule import Limit, Unit
from tousu.policy.loading import load_calendar
from tousu.policy.working_time import (
    Plan,
    counted_from,
    deadline,
    elapsed_between,
    moment_after,
    moments_after,
    plan_clock,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    """A moment by Shanghai's clocks; 24:00 is understood."""
    day, clock = text.split()
    moment = datetime.fromisoformat(f"{day} {'00:00' if clock == '24:00' else clock}").replace(tzinfo=SHANGHAI)
    return moment + timedelta(days=1) if clock == "24:00" else moment


# The checks of features.md, numbers 2 and 3, come first; the hours are 09:00 to 18:00, nine a day.
# The make-up Sunday 20 September counts; Mid-Autumn (Friday 25) and its weekend do not.
# National Day rests from 1 to 7 October; Spring Festival from 15 to 23 February, with 14 and 28 February worked.
@pytest.mark.parametrize(
    ("received", "amount", "unit", "due"),
    [
        ("2026-09-18 15:00", 7, "working_days", "2026-09-29 24:00"),
        ("2026-09-18 15:00", 7, "statutory_days", "2026-09-28 24:00"),
        ("2026-09-18 15:00", 168, "elapsed_hours", "2026-09-25 15:00"),
        ("2026-09-18 15:00", 7, "calendar_days", "2026-09-25 24:00"),
        ("2026-02-13 16:00", 8, "business_hours", "2026-02-14 15:00"),
        ("2026-09-30 17:00", 8, "business_hours", "2026-10-08 16:00"),
        ("2026-01-05 09:00", 1, "working_days", "2026-01-06 24:00"),
        ("2026-01-05 23:59:59", 1, "working_days", "2026-01-06 24:00"),
        ("2026-01-05 00:00", 1, "working_days", "2026-01-06 24:00"),
        ("2026-01-03 12:00", 1, "working_days", "2026-01-04 24:00"),  # Saturday; Sunday 4 January is made up
        ("2026-01-09 12:00", 3, "working_days", "2026-01-14 24:00"),  # over a weekend
        ("2026-02-13 18:00", 5, "working_days", "2026-02-27 24:00"),  # 14 worked, then the festival to 23
        ("2026-09-30 10:00", 1, "working_days", "2026-10-08 24:00"),
        ("2026-01-05 09:00", 9, "business_hours", "2026-01-05 18:00"),
        ("2026-01-05 18:00", 1, "business_hours", "2026-01-06 10:00"),
        ("2026-01-05 03:00", 1, "business_hours", "2026-01-05 10:00"),
        ("2026-01-05 10:20:30", 30, "elapsed_minutes", "2026-01-05 10:50:30"),
        ("2026-03-10 10:00", 1, "years", "2027-03-10 24:00"),
        ("2024-02-29 10:00", 1, "years", "2025-02-28 24:00"),
        ("2026-03-10 10:00", 1, "months", "2026-04-10 24:00"),
        ("2026-01-31 23:59", 1, "months", "2026-02-28 24:00"),
        ("2024-01-31 10:00", 1, "months", "2024-02-29 24:00"),
        ("2026-02-28 10:00", 1, "months", "2026-03-28 24:00"),
        ("2026-11-30 10:00", 3, "months", "2027-02-28 24:00"),
        ("2026-12-15 10:00", 12, "months", "2027-12-15 24:00"),
        ("2026-01-05 10:00", 8, "weeks", "2026-03-02 24:00"),  # DISP 1.6.2: from a Monday to a Monday
    ],
)
def test_a_limit_is_due(china: Calendar, received: str, amount: int, unit: Unit, due: str) -> None:
    assert deadline(at(received), Limit(amount=amount, unit=unit), china) == at(due)


def test_without_the_make_up_day_the_same_hours_end_after_the_festival(china: Calendar) -> None:
    plain = a_calendar("Asia/Shanghai", {date(2026, 2, day): "春节" for day in range(15, 24)}, make_up_days=())
    limit = Limit(amount=8, unit="business_hours")
    assert deadline(at("2026-02-13 16:00"), limit, china) == at("2026-02-14 15:00")
    assert deadline(at("2026-02-13 16:00"), limit, plain) == at("2026-02-24 15:00")


def test_a_limit_may_end_at_the_close_of_business(china: Calendar) -> None:
    limit = Limit(amount=7, unit="statutory_days", ends="close_of_business")
    assert deadline(at("2026-09-18 15:00"), limit, china) == at("2026-09-28 18:00")


@pytest.mark.parametrize(
    ("received", "amount", "unit", "due"),
    [
        # 1 October to 7 October are rested (Civil Code, article 203); 8 October is worked.
        ("2026-09-01 10:00", 1, "months", "2026-10-08 24:00"),
        ("2026-08-06 10:00", 8, "weeks", "2026-10-08 24:00"),
        ("2025-10-04 10:00", 1, "years", "2026-10-08 24:00"),
        ("2026-08-20 10:00", 1, "months", "2026-09-20 24:00"),  # a Sunday that is worked for Mid-Autumn
        ("2026-03-10 10:00", 1, "months", "2026-04-10 24:00"),
    ],
)
def test_a_last_day_that_is_not_worked_moves_on_where_the_limit_rolls(
    china: Calendar, received: str, amount: int, unit: Unit, due: str
) -> None:
    assert deadline(at(received), Limit(amount=amount, unit=unit, rolls=True), china) == at(due)
    closing = Limit(amount=amount, unit=unit, rolls=True, ends="close_of_business")
    assert deadline(at(received), closing, china) == at(due) - timedelta(hours=6)


def test_business_ends_with_the_last_interval_of_the_very_day() -> None:
    """Long Thursdays, short Fridays, a make-up Saturday with hours of its own."""
    long, short = hours("09:00-12:00", "13:00-17:00", "18:00-20:00"), hours("09:00-12:00", "13:00-15:30")
    calendar = Calendar(
        id="test",
        version="1",
        effective_from=datetime(2026, 1, 1, tzinfo=UTC),
        zone=SHANGHAI,
        weekly={3: long, 4: short},
        make_up_hours=hours("10:00-11:00", "12:00-13:00"),
        years={2026: a_year({}, (date(2026, 1, 10),))},
    )
    for amount, due in ((1, "2026-01-08 20:00"), (2, "2026-01-09 15:30"), (3, "2026-01-10 13:00")):
        limit = Limit(amount=amount, unit="working_days", ends="close_of_business")
        assert deadline(at("2026-01-07 10:00"), limit, calendar) == at(due)


def test_a_limit_of_nothing_is_due_at_once(china: Calendar) -> None:
    assert deadline(at("2026-02-16 03:00"), Limit(amount=0, unit="working_days"), china) == at("2026-02-16 03:00")


# London goes forward on 29 March 2026 and back on 25 October, New York on 8 March and 1 November; all are Sundays. The
# two are 5 hours apart, and only 4 in the weeks in which one has changed and the other has not.
CHANGES = {"Europe/London": ("2026-03-29", "2026-10-25"), "America/New_York": ("2026-03-08", "2026-11-01")}


@pytest.mark.parametrize("change", [0, 1])
@pytest.mark.parametrize("zone", CHANGES)
def test_working_time_goes_by_the_clocks_on_the_wall(zone: str, change: int) -> None:
    """From Friday 17:00 over the Sunday of the change: the wall shows the same as in any other week."""
    calendar = a_calendar(zone, {}, ())
    sunday = datetime.fromisoformat(CHANGES[zone][change]).replace(tzinfo=ZoneInfo(zone))
    friday = sunday - timedelta(days=2) + timedelta(hours=17)

    def due(amount: int, unit: Unit) -> datetime:
        found = deadline(friday, Limit(amount=amount, unit=unit), calendar)
        assert isinstance(found, datetime)
        return found.astimezone(ZoneInfo(zone)).replace(tzinfo=None)

    wall = sunday.replace(tzinfo=None)
    assert due(2, "business_hours") == wall + timedelta(days=1, hours=10)
    assert due(1, "working_days") == wall + timedelta(days=2)
    assert due(3, "calendar_days") == wall + timedelta(days=2)
    assert due(2, "statutory_days") == wall + timedelta(days=2)
    assert due(1, "weeks") == wall + timedelta(days=6)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        # London at +0 and at +1, and New York at -5 and at -4; between 8 and 29 March only New York has changed.
        ("2026-03-06T17:00:00+00:00", {"Europe/London": "2026-03-09T10:00Z", "America/New_York": "2026-03-06T19:00Z"}),
        ("2026-03-06T22:00:00+00:00", {"Europe/London": "2026-03-09T11:00Z", "America/New_York": "2026-03-09T14:00Z"}),
        ("2026-03-27T22:00:00+00:00", {"Europe/London": "2026-03-30T10:00Z", "America/New_York": "2026-03-30T15:00Z"}),
        ("2026-10-23T22:00:00+00:00", {"Europe/London": "2026-10-26T11:00Z", "America/New_York": "2026-10-26T15:00Z"}),
        ("2026-10-30T22:00:00+00:00", {"Europe/London": "2026-11-02T11:00Z", "America/New_York": "2026-11-02T16:00Z"}),
    ],
)
def test_the_same_two_hours_end_at_their_own_time_in_each_zone(received: str, due: dict[str, str]) -> None:
    for zone, moment in due.items():
        found = deadline(
            datetime.fromisoformat(received), Limit(amount=2, unit="business_hours"), a_calendar(zone, {}, ())
        )
        assert found == datetime.fromisoformat(moment), zone


@pytest.mark.parametrize("zone", CHANGES)
def test_elapsed_hours_do_not_care_about_the_clocks_on_the_wall(zone: str) -> None:
    calendar = a_calendar(zone, {}, ())
    for change, wall_hours in zip(CHANGES[zone], (25, 23), strict=True):
        sunday = datetime.fromisoformat(change).replace(tzinfo=ZoneInfo(zone))
        start = sunday - timedelta(hours=12)
        due = deadline(start, Limit(amount=24, unit="elapsed_hours"), calendar)
        assert due == (start + timedelta(hours=wall_hours)).astimezone(UTC)


def test_a_lunch_break_does_not_count() -> None:
    calendar = a_calendar("Asia/Shanghai", {}, (), hours("09:00-12:00", "13:00-18:00"))
    assert deadline(at("2026-03-02 11:30"), Limit(amount=1, unit="business_hours"), calendar) == at("2026-03-02 13:30")


@pytest.mark.parametrize(
    ("limit", "share", "moment"),
    [
        (Limit(amount=1, unit="working_days"), 0.5, "2026-01-06 12:00"),
        (Limit(amount=3, unit="working_days"), 0.5, "2026-01-07 12:00"),
        (Limit(amount=5, unit="working_days"), 0.8, "2026-01-09 24:00"),
        (Limit(amount=2, unit="elapsed_hours"), 0.8, "2026-01-05 11:36"),
        (Limit(amount=10, unit="business_hours"), 0.5, "2026-01-05 15:00"),
        (Limit(amount=10, unit="business_hours"), 0.8, "2026-01-05 18:00"),
    ],
)
def test_a_warning_comes_when_its_share_is_used(china: Calendar, limit: Limit, share: float, moment: str) -> None:
    plan = plan_clock(at("2026-01-05 10:00"), limit, china, (share,))
    assert isinstance(plan, Plan)
    assert plan.warnings == ((share, at(moment)),)


def test_a_pause_moves_what_is_left_and_nothing_more(china: Calendar) -> None:
    limit = Limit(amount=3, unit="working_days")
    plan = planned(plan_clock(at("2026-01-05 10:00"), limit, china, (0.5, 0.8)))
    assert (plan.due_at, plan.total) == (at("2026-01-08 24:00"), timedelta(days=3))
    used = elapsed_between(counted_from(at("2026-01-05 10:00"), limit, china), at("2026-01-06 10:00"), limit, china)
    assert isinstance(used, timedelta)
    assert used == timedelta(hours=10)
    # 62 hours of worked days are left: 9 of Thursday, 24 of Friday, 24 of Monday, 5 of Tuesday.
    ahead = [plan.total * share - used for share in (0.5, 0.8, 1)]
    after = moments_after(at("2026-01-08 15:00"), ahead, limit, china)
    assert after == [at("2026-01-09 17:00"), at("2026-01-12 14:36"), at("2026-01-13 05:00")]


@pytest.mark.parametrize(
    ("start", "amount", "unit", "year"),
    [
        ("2026-12-30 10:00", 2, "working_days", 2027),
        ("2026-12-29 10:00", 3, "statutory_days", 2027),
        ("2026-12-31 17:30", 1, "business_hours", 2027),
        ("2026-12-25 10:00", 7, "statutory_days", 2027),
        ("2023-12-30 10:00", 1, "working_days", 2023),
        ("2031-05-05 10:00", 1, "working_days", 2031),
        ("2031-05-05 10:00", 1, "business_hours", 2031),
        ("2026-06-01 10:00", 400, "working_days", 2027),
    ],
)
def test_a_year_without_a_calendar_is_named_not_guessed(
    china: Calendar, start: str, amount: int, unit: Unit, year: int
) -> None:
    found = deadline(at(start), Limit(amount=amount, unit=unit), china)
    assert isinstance(found, UnpublishedYear)
    assert found == UnpublishedYear(calendar="china", version=china.version, year=year)
    assert str(year) in found.reason
    assert "china" in found.reason
    assert isinstance(plan_clock(at(start), Limit(amount=amount, unit=unit), china), UnpublishedYear)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        ("2026-12-30 10:00", 1, "working_days", "2026-12-31 24:00"),  # the last published moment
        ("2026-12-31 17:00", 1, "business_hours", "2026-12-31 18:00"),
        ("2023-12-31 10:00", 1, "working_days", "2024-01-02 24:00"),  # the day of receipt itself is not asked for
        ("2031-05-05 10:00", 3, "calendar_days", "2031-05-08 24:00"),
        ("2026-12-24 10:00", 7, "statutory_days", "2026-12-31 24:00"),
        ("2031-05-05 10:00", 30, "elapsed_minutes", "2031-05-05 10:30"),
        ("2031-05-05 10:00", 1, "weeks", "2031-05-12 24:00"),
        ("2031-05-05 10:00", 1, "months", "2031-06-05 24:00"),
        ("2031-05-05 10:00", 1, "years", "2032-05-05 24:00"),
        ("2031-05-05 10:00", 24, "elapsed_hours", "2031-05-06 10:00"),
    ],
)
def test_a_missing_year_matters_only_where_it_is_needed(
    china: Calendar, start: str, amount: int, unit: Unit, due: str
) -> None:
    assert deadline(at(start), Limit(amount=amount, unit=unit), china) == at(due)


def test_elapsed_time_over_an_unpublished_year_is_not_guessed(china: Calendar) -> None:
    limit = Limit(amount=1, unit="working_days")
    found = elapsed_between(at("2026-12-30 10:00"), at("2027-01-02 10:00"), limit, china)
    assert isinstance(found, UnpublishedYear)


@pytest.mark.parametrize("unit", ["calendar_days", "weeks", "months", "years"])
def test_a_year_is_needed_where_the_last_day_may_roll(china: Calendar, unit: Unit) -> None:
    limit = Limit(amount=1, unit=unit, rolls=True)
    found = deadline(at("2026-12-31 10:00"), limit, china)
    assert found == UnpublishedYear(calendar="china", version=china.version, year=2027)


def test_pauses_and_shares_name_the_missing_year_too(china: Calendar) -> None:
    days, open_hours = Limit(amount=3, unit="working_days"), Limit(amount=3, unit="business_hours")
    assert isinstance(plan_clock(at("2026-12-30 10:00"), days, china, (0.1,)), UnpublishedYear)
    for limit in (days, open_hours):
        left = moment_after(at("2026-12-31 17:00"), timedelta(days=3) - timedelta(hours=1), limit, china)
        assert isinstance(left, UnpublishedYear)
        assert isinstance(
            elapsed_between(at("2026-12-30 10:00"), at("2027-01-02 10:00"), limit, china), UnpublishedYear
        )


@pytest.mark.parametrize(
    ("today", "missing"),
    [
        ("2026-11-30 23:59", ()),
        ("2026-12-01 00:00", (2027,)),
        ("2027-01-01 00:00", (2027,)),
        ("2027-12-01 00:00", (2027, 2028)),
        ("2023-12-01 00:00", (2023,)),
    ],
)
def test_a_year_is_missing_from_the_first_of_december_before_it(
    china: Calendar, today: str, missing: tuple[int, ...]
) -> None:
    assert missing_years(china, at(today)) == missing
    assert missing_years(china, at(today).astimezone(UTC)) == missing


def test_a_gap_between_published_years_is_seen() -> None:
    years = {2024: a_year({}), 2026: a_year({})}
    calendar = a_calendar("Asia/Shanghai", {}, (), years=years)
    found = deadline(at("2024-12-30 10:00"), Limit(amount=5, unit="working_days"), calendar)
    assert isinstance(found, UnpublishedYear)
    assert found.year == 2025


def test_a_decision_uses_the_version_that_held_when_it_was_made() -> None:
    """The holidays of 2026 were published on 4 November 2025; before, a deadline in that year could not be known."""
    china = load_calendar("china")
    limit = Limit(amount=5, unit="working_days")
    received = at("2025-12-30 10:00")
    before = deadline(received, limit, china.at(at("2025-11-03 12:00")))
    assert isinstance(before, UnpublishedYear)
    assert before.year == 2026
    assert deadline(received, limit, china.at(at("2025-11-04 12:00"))) == at("2026-01-07 24:00")
    assert china.at(at("2020-01-01 12:00")) == china.versions[0]
    assert isinstance(china, CalendarHistory)


def hours(*intervals: str) -> tuple[Hours, ...]:
    parts = (interval.split("-") for interval in intervals)
    return tuple(Hours(time.fromisoformat(start), time.fromisoformat(end)) for start, end in parts)


def planned(plan: Plan | UnpublishedYear) -> Plan:
    assert isinstance(plan, Plan)
    return plan


def a_year(holidays: dict[date, str], make_up_days: tuple[date, ...] = ()) -> CalendarYear:
    return CalendarYear(source="test", holidays=holidays, make_up_days=make_up_days)


def a_calendar(
    zone: str,
    holidays: dict[date, str],
    make_up_days: tuple[date, ...],
    hours: tuple[Hours, ...] = (Hours(time(9), time(18)),),
    years: dict[int, CalendarYear] | None = None,
) -> Calendar:
    return Calendar(
        id="test",
        version="1",
        effective_from=datetime(2024, 1, 1, tzinfo=UTC),
        zone=ZoneInfo(zone),
        weekly=dict.fromkeys(range(5), hours),
        make_up_hours=hours,
        years=years or {2026: a_year(holidays, make_up_days)},
    )


SAME_DAY = (
    ("2026-03-02T00:00:00+08:00", 1, "calendar_days", "2026-03-03T00:00:00+08:00"),
    ("2026-03-02T09:30:00+08:00", 1, "calendar_days", "2026-03-03T00:00:00+08:00"),
    ("2026-03-02T23:59:59+08:00", 1, "calendar_days", "2026-03-03T00:00:00+08:00"),
    ("2026-03-02T09:30:00+08:00", 3, "calendar_days", "2026-03-05T00:00:00+08:00"),
    ("2026-03-07T09:30:00+08:00", 1, "working_days", "2026-03-10T00:00:00+08:00"),  # a Saturday: Monday is the first
)


@pytest.mark.parametrize(("start", "amount", "unit", "due"), SAME_DAY)
def test_where_the_day_of_the_start_counts(start: str, amount: int, unit: Unit, due: str) -> None:
    """A 5: the answer to a general complaint goes out the same day."""
    limit = Limit(amount=amount, unit=unit, first_day="same")
    calendar = load_calendar("china").newest
    assert deadline(datetime.fromisoformat(start), limit, calendar) == datetime.fromisoformat(due)


def test_a_share_of_the_same_day_is_one_of_what_is_left_of_it() -> None:
    limit = Limit(amount=1, unit="calendar_days", first_day="same")
    start = datetime.fromisoformat("2026-03-02T20:00:00+08:00")
    plan = plan_clock(start, limit, load_calendar("china").newest, (0.5,))
    assert isinstance(plan, Plan)
    assert plan.warnings == ((0.5, datetime.fromisoformat("2026-03-02T22:00:00+08:00")),)
