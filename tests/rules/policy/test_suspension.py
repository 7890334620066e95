"""A region is suspended for a time: only its clocks stand still, in every unit, and a reversal puts all back.

The check of features.md, number 22. 20 July 2026 is a Monday without holidays near.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from tousu.policy.calendar import Calendar, CalendarHistory, UnpublishedYear
from tousu.policy.clock_rule import DAY_UNITS, Limit, Unit
from tousu.policy.loading import POLICIES, calendar_of
from tousu.policy.working_time import (
    Plan,
    counted_from,
    deadline,
    elapsed_between,
    moment_after,
    plan_clock,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
STORM = {
    "id": "storm",
    "region": "CN-ZJ",
    "from": "2026-07-21T00:00:00+08:00",
    "until": "2026-07-23T00:00:00+08:00",
    "reason": "roads closed by order of the province",
    "approved_by": "E1001",
}
LIMITS = (
    Limit(amount=3000, unit="elapsed_minutes"),
    Limit(amount=48, unit="elapsed_hours"),
    Limit(amount=20, unit="business_hours"),
    Limit(amount=3, unit="working_days"),
    Limit(amount=3, unit="calendar_days"),
    Limit(amount=3, unit="statutory_days"),
    Limit(amount=1, unit="weeks"),
    Limit(amount=1, unit="months"),
    Limit(amount=1, unit="years"),
)


def at(text: str) -> datetime:
    day, clock = text.split()
    moment = datetime.fromisoformat(f"{day} {'00:00' if clock == '24:00' else clock}").replace(tzinfo=SHANGHAI)
    return moment + timedelta(days=1) if clock == "24:00" else moment


def china_with(*suspensions: dict[str, str]) -> CalendarHistory:
    """The calendar of China with a version that suspends and a later one that reverses all of it."""
    value: dict[str, Any] = yaml.safe_load((POLICIES / "calendars" / "china.yaml").read_text("utf-8"))
    value["versions"] += [
        {"version": "storm", "effective_from": "2026-07-20T09:00:00+08:00", "suspensions": list(suspensions)},
        {
            "version": "storm over",
            "effective_from": "2026-07-20T15:00:00+08:00",
            "reversals": [
                {"id": each["id"], "reason": "it turned away", "approved_by": "E1002"} for each in suspensions
            ],
        },
    ]
    return calendar_of(value)


def suspended(*, since: str, until: str, region: str = "CN-ZJ") -> Calendar:
    """The calendar of China as it counts in Zhejiang while one suspension stands."""
    one = STORM | {"region": region, "from": at(since).isoformat(), "until": at(until).isoformat()}
    return china_with(one).at(at("2026-07-20 09:00")).for_region("CN-ZJ")


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.unit)
def test_only_the_clocks_of_the_region_move_and_a_reversal_puts_them_back(limit: Limit) -> None:
    """A province is suspended for 48 hours: two days more in every unit, whatever else is worked."""
    history = china_with(STORM)
    before, during, after = (history.at(at(f"2026-07-20 {clock}")) for clock in ("08:59", "09:00", "15:00"))
    assert [each.version for each in (before, during, after)] == ["2025-11-04", "storm", "storm over"]
    start = at("2026-07-20 10:00")
    former = deadline(start, limit, before)
    assert isinstance(former, datetime)

    moved = deadline(start, limit, during.for_region("CN-ZJ"))
    assert isinstance(moved, datetime)
    assert moved > former
    for other in ("CN-GD", "CN-SH", None):
        assert plan_clock(start, limit, during.for_region(other)) == plan_clock(start, limit, before)
    for region in ("CN-ZJ", "CN-GD", None):
        assert plan_clock(start, limit, after.for_region(region), (0.5,)) == plan_clock(start, limit, before, (0.5,))


# Received on Monday 20 July at 10:00; Tuesday and Wednesday are suspended.
@pytest.mark.parametrize(
    ("amount", "unit", "due"),
    [
        (3000, "elapsed_minutes", "2026-07-24 12:00"),
        (48, "elapsed_hours", "2026-07-24 10:00"),
        (8, "business_hours", "2026-07-20 18:00"),
        (9, "business_hours", "2026-07-23 10:00"),
        (1, "working_days", "2026-07-23 24:00"),
        (3, "working_days", "2026-07-27 24:00"),
        (1, "calendar_days", "2026-07-23 24:00"),
        (3, "calendar_days", "2026-07-25 24:00"),
        (1, "statutory_days", "2026-07-23 24:00"),
        (3, "statutory_days", "2026-07-27 24:00"),  # the third is a Saturday and rolls
        (1, "weeks", "2026-07-29 24:00"),
        (1, "months", "2026-08-22 24:00"),
        (1, "years", "2027-07-22 24:00"),
    ],
)
def test_two_suspended_days_are_cut_out_of_the_time_that_counts(amount: int, unit: Unit, due: str) -> None:
    calendar = suspended(since="2026-07-21 00:00", until="2026-07-22 24:00")
    assert deadline(at("2026-07-20 10:00"), Limit(amount=amount, unit=unit), calendar) == at(due)


@pytest.mark.parametrize(
    ("amount", "unit", "due"),
    [
        (25, "elapsed_hours", "2026-07-21 15:00"),  # hours lose the four hours and no more
        (10, "business_hours", "2026-07-21 15:00"),  # eight on Monday, one from 09:00, one from 14:00
        (1, "working_days", "2026-07-22 24:00"),  # days lose the day
        (1, "calendar_days", "2026-07-22 24:00"),
        (1, "statutory_days", "2026-07-22 24:00"),
    ],
)
def test_a_day_that_is_suspended_in_part_is_no_day_and_its_other_hours_count(amount: int, unit: Unit, due: str) -> None:
    calendar = suspended(since="2026-07-21 10:00", until="2026-07-21 14:00")
    assert deadline(at("2026-07-20 10:00"), Limit(amount=amount, unit=unit), calendar) == at(due)


@pytest.mark.parametrize(
    ("since", "until", "due"),
    [
        ("2026-07-20 00:00", "2026-07-20 24:00", "2026-07-21 24:00"),  # the day of receipt does not count anyway
        ("2026-07-21 23:59", "2026-07-22 00:00", "2026-07-22 24:00"),  # a minute of a day is enough
        ("2026-07-22 00:00", "2026-07-22 00:01", "2026-07-21 24:00"),  # and a minute after it is too late
        ("2026-07-17 00:00", "2026-07-19 00:00", "2026-07-21 24:00"),  # so is what was over before
        ("2026-07-24 12:00", "2026-07-26 12:00", "2026-07-21 24:00"),
    ],
)
def test_only_days_that_are_touched_are_lost(since: str, until: str, due: str) -> None:
    calendar = suspended(since=since, until=until)
    assert deadline(at("2026-07-20 10:00"), Limit(amount=1, unit="working_days"), calendar) == at(due)


def test_a_statutory_day_never_ends_in_a_suspension() -> None:
    """The last day would be Friday 24; it is suspended, so is the Monday to which the weekend would roll it."""
    calendar = suspended(since="2026-07-24 09:00", until="2026-07-27 10:00")
    limit = Limit(amount=4, unit="statutory_days", ends="close_of_business")
    assert deadline(at("2026-07-20 10:00"), limit, calendar) == at("2026-07-28 18:00")


def test_what_falls_due_as_the_suspension_begins_is_due() -> None:
    calendar = suspended(since="2026-07-21 10:00", until="2026-07-23 10:00")
    limit = Limit(amount=24, unit="elapsed_hours")
    assert deadline(at("2026-07-20 10:00"), limit, calendar) == at("2026-07-21 10:00")
    assert deadline(at("2026-07-20 10:00:01"), limit, calendar) == at("2026-07-23 10:00:01")
    assert deadline(at("2026-07-22 03:00"), limit, calendar) == at("2026-07-24 10:00")


def test_suspensions_that_overlap_are_cut_out_once() -> None:
    overlapping = (
        STORM,
        STORM | {"id": "flood", "from": "2026-07-22T00:00:00+08:00", "until": "2026-07-24T00:00:00+08:00"},
        STORM | {"id": "plague", "region": "CN-GD", "from": "2026-07-20T00:00:00+08:00"},
    )
    calendar = china_with(*overlapping).at(at("2026-07-20 09:00")).for_region("CN-ZJ")
    assert deadline(at("2026-07-20 10:00"), Limit(amount=48, unit="elapsed_hours"), calendar) == at("2026-07-25 10:00")
    assert deadline(at("2026-07-20 10:00"), Limit(amount=1, unit="working_days"), calendar) == at("2026-07-24 24:00")


def test_warnings_and_used_time_stand_still_too() -> None:
    calendar = suspended(since="2026-07-21 00:00", until="2026-07-22 24:00")
    limit = Limit(amount=2, unit="working_days")
    start = at("2026-07-20 10:00")
    plan = plan_clock(start, limit, calendar, (0.5,))
    assert isinstance(plan, Plan)
    assert plan == Plan(
        due_at=at("2026-07-24 24:00").astimezone(UTC),
        total=timedelta(days=2),
        warnings=((0.5, at("2026-07-23 24:00").astimezone(UTC)),),
    )
    quarter = plan_clock(start, limit, calendar, (0.25,))
    assert isinstance(quarter, Plan)
    assert quarter.warnings == ((0.25, at("2026-07-23 12:00").astimezone(UTC)),)
    counted = counted_from(start, limit, calendar)
    assert elapsed_between(counted, at("2026-07-22 18:00"), limit, calendar) == timedelta(0)
    used = elapsed_between(counted, at("2026-07-23 06:00"), limit, calendar)
    assert used == timedelta(hours=6)
    rest = moment_after(at("2026-07-23 18:00"), plan.total - timedelta(hours=6), limit, calendar)
    assert rest == at("2026-07-27 12:00")


def test_used_time_of_days_leaves_out_the_whole_of_a_day_that_is_suspended_in_part() -> None:
    calendar = suspended(since="2026-07-21 10:00", until="2026-07-21 14:00")
    limit = Limit(amount=3, unit="calendar_days")
    counted = counted_from(at("2026-07-20 10:00"), limit, calendar)
    assert elapsed_between(counted, at("2026-07-22 06:00"), limit, calendar) == timedelta(hours=6)


def test_a_calendar_of_a_region_is_made_once_and_only_where_something_stands() -> None:
    during = china_with(STORM).at(at("2026-07-20 09:00"))
    zhejiang = during.for_region("CN-ZJ")
    assert zhejiang is during.for_region("CN-ZJ")
    assert zhejiang is zhejiang.for_region("CN-ZJ")
    assert during.for_region(None) is during
    assert during.for_region("CN-GD") is during
    assert zhejiang.for_region("CN-GD") is during
    assert zhejiang.for_region(None) is during
    assert zhejiang.region == "CN-ZJ"
    assert zhejiang != during
    assert len({zhejiang, during}) == 2
    assert zhejiang.reference() == during.reference() == {"id": "china", "version": "storm"}


def test_a_suspended_day_is_not_worked_and_still_no_guess_is_made() -> None:
    calendar = suspended(since="2026-12-30 00:00", until="2027-01-02 00:00")
    assert calendar.is_working(date(2026, 12, 30)) is False
    assert calendar.is_working(date(2026, 12, 29)) is True
    assert isinstance(calendar.is_working(date(2027, 1, 1)), UnpublishedYear)
    for limit in (Limit(amount=1, unit="working_days"), Limit(amount=1, unit="statutory_days")):
        found = deadline(at("2026-12-29 10:00"), limit, calendar)
        assert isinstance(found, UnpublishedYear)
        assert found.year == 2027


def test_what_touched_a_stretch_of_time_is_named() -> None:
    during = china_with(STORM, STORM | {"id": "plague", "region": "CN-GD"}).at(at("2026-07-20 09:00"))
    zhejiang = during.for_region("CN-ZJ")

    def named(start: str, end: str) -> list[str]:
        return [each.id for each in zhejiang.suspended_between(at(start), at(end))]

    assert named("2026-07-20 10:00", "2026-07-21 00:00") == []
    assert named("2026-07-20 10:00", "2026-07-21 00:01") == ["storm"]
    assert named("2026-07-22 23:59", "2026-07-30 00:00") == ["storm"]
    assert named("2026-07-23 00:00", "2026-07-30 00:00") == []
    assert during.suspended_between(at("2026-07-20 10:00"), at("2026-07-30 00:00")) == ()
    (storm,) = zhejiang.suspended_between(at("2026-07-20 10:00"), at("2026-07-30 00:00"))
    assert (storm.region, storm.reason, storm.approved_by) == ("CN-ZJ", STORM["reason"], "E1001")


def test_every_unit_is_tried_here() -> None:
    units = {limit.unit for limit in LIMITS}
    assert units == DAY_UNITS | {"elapsed_minutes", "elapsed_hours", "business_hours"}
