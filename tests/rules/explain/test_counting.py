"""Whatever is suspended: the parts of a stretch follow each other, and what they count is what working time counts."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.policy.test_suspension import LIMITS, STORM, at, china_with
from tousu.explain.counting import CountedPart, parts_of
from tousu.policy.calendar import Calendar, UnpublishedYear, microseconds
from tousu.policy.clock_rule import Limit
from tousu.policy.working_time import counted_from, elapsed_between

FLOOD = STORM | {"id": "flood", "from": "2026-07-22T15:30:00+08:00", "until": "2026-07-24T10:10:00+08:00"}
VERSIONS = {version.version: version for version in china_with(STORM, FLOOD).versions}
CALENDARS = (VERSIONS["storm"].for_region("CN-ZJ"), VERSIONS["storm"])
BEGIN = at("2026-07-17 00:00")


def words(parts: list[CountedPart]) -> list[tuple[str, float]]:
    return [(part.words, (part.end_us - part.start_us) / 3_600_000_000) for part in parts]


@settings(max_examples=300, deadline=None)
@given(
    limit=st.sampled_from(LIMITS),
    calendar=st.sampled_from(CALENDARS),
    start=st.integers(0, 9 * 1440),
    minutes=st.integers(0, 12 * 1440),
    later=st.integers(0, 3 * 1440),
)
def test_parts_count_what_working_time_counts(
    limit: Limit, calendar: Calendar, start: int, minutes: int, later: int
) -> None:
    begun = BEGIN + timedelta(minutes=start)
    first = begun + timedelta(minutes=later)
    last = first + timedelta(minutes=minutes)
    parts = parts_of(begun, first, last, limit, calendar)
    since = min(max(counted_from(begun, limit, calendar), first), last)
    elapsed = elapsed_between(since, last, limit, calendar)
    assert not isinstance(elapsed, UnpublishedYear)
    assert sum(part.counted_us for part in parts) * timedelta(microseconds=1) == elapsed
    assert all(before.end_us == after.start_us for before, after in pairwise(parts))
    assert all((before.why, before.words) != (after.why, after.words) for before, after in pairwise(parts))
    if minutes:
        assert (parts[0].start_us, parts[-1].end_us) == (microseconds(first), microseconds(last))


def test_opening_hours_stand_still_to_the_minute() -> None:
    calendar = china_with(FLOOD).versions[-2].for_region("CN-ZJ")
    parts = parts_of(at("2026-07-22 14:00"), at("2026-07-22 14:00"), at("2026-07-24 11:00"), LIMITS[2], calendar)
    assert words(parts) == [
        ("open", 1.5), ("CN-ZJ suspended: roads closed by order of the province", 42 + 40 / 60), ("open", 50 / 60),
    ]  # fmt: skip


def test_a_day_that_a_suspension_touches_is_no_day_of_a_limit_in_days() -> None:
    calendar = china_with(FLOOD).versions[-2].for_region("CN-ZJ")
    parts = parts_of(at("2026-07-21 14:00"), at("2026-07-21 14:00"), at("2026-07-25 11:00"), LIMITS[4], calendar)
    assert words(parts) == [
        ("the day of the start", 10), ("CN-ZJ suspended: roads closed by order of the province", 72),
        ("every day counts", 11),
    ]  # fmt: skip
