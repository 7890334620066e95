"""A year that nobody has published is named, and no due time is guessed (design.md, section 5)."""

from __future__ import annotations

from datetime import time

from msgspec.structs import replace

from tests.rules.sla.desk import Desk, at
from tousu.policy.calendar import Calendar, CalendarHistory, CalendarYear, Hours
from tousu.policy.pack import Pack

NINE_TO_SIX = (Hours(time(9), time(18)),)
WEEK = dict.fromkeys(range(5), NINE_TO_SIX)


def test_a_year_without_calendar_is_named_and_nothing_is_guessed(desk: Desk) -> None:
    desk.routed(at("2026-12-30 10:00"))
    desk.handle("acknowledged", at("2026-12-30 10:30"))
    told = next(output.data for output in desk.told if output.data.get("clock") == "resolution")
    assert "due_at" not in told
    assert "has no year 2027" in told["reason"]
    desk.pass_time(at("2027-06-01 00:00"))
    desk.handle("customer_answered", at("2027-06-01 00:00"))
    assert desk.said()[-2:] == ["resolution cancelled 06-01 00:00", "closed settled 06-01 00:00"]
    assert "has no year 2027" in desk.last("clock.cancelled")["reason"]


def test_the_clock_counts_as_soon_as_the_year_is_published(pack: Pack) -> None:
    before, after = pack.calendar.versions[1:]  # the second knows 2026 and is in force from 4 January
    published = Calendar(
        id="china", version="published late", effective_from=at("01-04 00:00"), zone=after.zone, weekly=WEEK,
        make_up_hours=NINE_TO_SIX, years={2026: CalendarYear(source="test", holidays={}, make_up_days=())},
    )  # fmt: skip
    desk = Desk(replace(pack, calendar=CalendarHistory(id="china", versions=(before, published))))
    desk.now = at("2025-12-30 00:00")
    desk.routed(at("2025-12-31 10:00"))
    assert desk.clock("resolution").status == "uncounted"
    desk.pass_time(at("01-05 09:00"))
    desk.handle("judged", at("01-05 10:00"))
    assert desk.last("clock.recalculated")["reason"] == "calendar_published"
    assert desk.clock("resolution").due_at == at("01-05 24:00")
    assert [mark.share for mark in desk.clock("resolution").marks] == [0.8], "of those in the past, the last"


def test_a_clock_that_goes_on_into_an_unpublished_year_says_so(desk: Desk) -> None:
    desk.routed(at("2026-12-24 10:00"))
    desk.handle("paused", at("2026-12-28 12:00"))
    desk.handle("resumed", at("2026-12-31 12:00"))
    told = desk.last("clock.resumed")
    assert "due_at" not in told
    assert "has no year 2027" in told["reason"]
    desk.handle("paused", at("2026-12-31 13:00"))
    assert desk.clock("resolution").status == "uncounted"
