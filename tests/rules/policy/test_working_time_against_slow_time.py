"""Deadlines, elapsed time, shares and pauses agree with a minute-by-minute count on calendars of every shape."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.policy import slow_time
from tests.rules.policy.slow_time import MINUTE, Intervals, SlowCalendar
from tousu.policy.calendar import Calendar, CalendarYear, Hours, Suspension, UnpublishedYear
from tousu.policy.clock_rule import DAY_UNITS, Limit, Unit
from tousu.policy.working_time import counted_from, deadline, elapsed_between, moment_after, plan_clock

# Shanghai never changes its clocks. In 2026 London does on 29 March and 25 October, New York on 8 March and 1 November,
# Cairo on 24 April and 29 October at midnight itself, Lord Howe on 5 April and 4 October by half an hour.
ZONES = ("Asia/Shanghai", "Europe/London", "America/New_York", "Africa/Cairo", "Australia/Lord_Howe")
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
# No edge between 23:00 and 03:00 but midnight: there a zone that changes its clocks has hours twice or not at all.
EDGES = st.lists(st.integers(4 * 60, 23 * 60) | st.just(24 * 60), min_size=2, max_size=6, unique=True).map(sorted)
INTERVALS = EDGES.map(lambda edges: tuple(zip(edges[::2], edges[1::2], strict=False)))
STARTS = st.integers(0, 300 * 24 * 60).map(lambda minutes: datetime(2026, 1, 3, tzinfo=UTC) + MINUTE * minutes)
LIMITS = st.one_of(
    st.tuples(st.just("business_hours"), st.integers(1, 40)),
    st.tuples(st.just("working_days"), st.integers(1, 7)),
    st.tuples(st.just("calendar_days"), st.integers(1, 10)),
    st.tuples(st.just("statutory_days"), st.integers(1, 10)),
    st.tuples(st.just("elapsed_hours"), st.integers(1, 200)),
    st.tuples(st.just("elapsed_minutes"), st.integers(1, 2000)),
    st.tuples(st.just("weeks"), st.integers(1, 2)),
    st.tuples(st.just("months"), st.just(1)),
)
Scene = tuple[Calendar, SlowCalendar, datetime]
REGION = "XX-1"
COUNT = settings(max_examples=60, deadline=None, derandomize=True)
FEW = settings(max_examples=15, deadline=None, derandomize=True)


@st.composite
def calendars(draw: st.DrawFn, start: datetime) -> tuple[Calendar, SlowCalendar]:
    """The same calendar twice, as the product sees it and as the slow count does; suspended near a start, or not."""
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    days = draw(st.sets(st.integers(0, 6), min_size=2, max_size=7))
    weekly = {day: draw(INTERVALS) for day in sorted(days)}
    holidays = draw(st.frozensets(DAYS, max_size=25))
    make_up_days = draw(st.frozensets(DAYS, max_size=12)) - holidays
    make_up_hours = draw(INTERVALS)
    suspended = []
    for begins, minutes in draw(
        st.lists(st.tuples(st.integers(-2 * 1440, 8 * 1440), st.integers(1, 4000)), max_size=3)
    ):
        since = start + MINUTE * begins
        suspended.append((since, since + MINUTE * minutes))
    slow = SlowCalendar(zone, weekly, holidays, make_up_days, make_up_hours, suspended)
    return fast_of(slow).for_region(REGION), slow


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """A calendar, twice, and a moment from which something counts."""
    start = draw(STARTS)
    return *draw(calendars(start)), start


def fast_of(slow: SlowCalendar) -> Calendar:
    def hours(intervals: Intervals) -> tuple[Hours, ...]:
        return tuple(Hours(clock(start), clock(end)) for start, end in intervals)

    def clock(minute: int) -> time:
        return time(minute % 1440 // 60, minute % 60)

    year = CalendarYear(
        source="test", holidays=dict.fromkeys(slow.holidays, "holiday"), make_up_days=tuple(sorted(slow.make_up_days))
    )
    return Calendar(
        id="test",
        version="1",
        effective_from=datetime(2026, 1, 1, tzinfo=UTC),
        zone=slow.zone,
        weekly={day: hours(intervals) for day, intervals in slow.weekly.items()},
        make_up_hours=hours(slow.make_up_hours),
        years={2026: year},
        suspensions=[
            Suspension(id=str(number), region=REGION, since=since, until=until, reason="test", approved_by="test")
            for number, (since, until) in enumerate(slow.suspended)
        ],
    )


def check_deadline(scene: Scene, amount: int, unit: Unit, *, rolls: bool = False) -> None:
    fast, slow, start = scene
    found = deadline(start, Limit(amount=amount, unit=unit, rolls=rolls), fast)
    if isinstance(found, UnpublishedYear):
        assert found.year == 2027
        return
    assert found == slow_time.due(start, amount, unit, slow, rolls=rolls)


@COUNT
@given(scenes(), LIMITS)
def test_a_deadline_is_where_the_minutes_are_used_up(scene: Scene, limit: tuple[Unit, int]) -> None:
    unit, amount = limit
    check_deadline(scene, amount, unit)


@FEW
@given(scenes(), st.sampled_from((("weeks", 6), ("months", 2), ("months", 3))), st.booleans())
def test_long_limits_end_on_the_corresponding_day_less_what_is_suspended(
    scene: Scene, limit: tuple[Unit, int], rolls: bool
) -> None:
    unit, amount = limit
    check_deadline(scene, amount, unit, rolls=rolls)


@COUNT
@given(st.dates(date(2023, 1, 1), date(2028, 12, 31)), st.integers(1, 30), st.sampled_from(("months", "years")))
def test_months_and_years_are_as_long_as_the_calendar_on_the_wall_says(first: date, amount: int, unit: Unit) -> None:
    """Leap days included; a limit of months or years needs no published year."""
    fast = fast_of(SlowCalendar(ZoneInfo("Asia/Shanghai"), {0: ((540, 1080),)}, frozenset(), frozenset(), ()))
    start = datetime.combine(first, time(12), fast.zone)
    end = datetime.combine(first, time(0), fast.zone) + timedelta(days=slow_time.length(first, amount, unit) + 1)
    assert deadline(start, Limit(amount=amount, unit=unit), fast) == end


@COUNT
@given(scenes(), st.integers(1, 12), st.sampled_from(("working_days", "statutory_days", "calendar_days")))
def test_the_office_closes_with_the_last_minute_that_is_open(scene: Scene, amount: int, unit: Unit) -> None:
    fast, slow, start = scene
    rolls = unit == "calendar_days"
    found = deadline(start, Limit(amount=amount, unit=unit, ends="close_of_business", rolls=rolls), fast)
    if isinstance(found, UnpublishedYear):
        assert found.year == 2027
        return
    closed = slow_time.due(start, amount, unit, slow, rolls=rolls)
    while not slow.is_open(closed - MINUTE):
        closed -= MINUTE
    assert found == closed


@COUNT
@given(scenes(), st.integers(0, 6 * 24 * 60), st.integers(0, 12 * 24 * 60), LIMITS)
def test_elapsed_time_is_the_number_of_minutes_that_count(
    scene: Scene, later: int, length: int, limit: tuple[Unit, int]
) -> None:
    fast, slow, start = scene
    unit, amount = limit
    begin = start + MINUTE * later
    end = begin + MINUTE * length
    found = elapsed_between(begin, end, Limit(amount=amount, unit=unit), fast)
    assert found == timedelta(minutes=slow_time.counted(begin, end, unit, slow))


@COUNT
@given(scenes(), LIMITS, st.sampled_from((0.25, 0.5, 0.75, 1.0)))
def test_a_share_is_used_when_that_many_minutes_have_counted(
    scene: Scene, limit: tuple[Unit, int], share: float
) -> None:
    fast, slow, start = scene
    unit, amount = limit
    rule = Limit(amount=amount * 4, unit=unit) if unit == "elapsed_minutes" else Limit(amount=amount, unit=unit)
    plan = plan_clock(start, rule, fast, (share,))
    if isinstance(plan, UnpublishedYear):
        return
    ((_, found),) = plan.warnings
    by_day = unit in DAY_UNITS
    first = slow_time.next_midnight(start, slow) if by_day else start
    assert counted_from(start, rule, fast) == first
    end = slow_time.due(start, rule.amount, unit, slow)
    minutes = slow_time.counted(first, end, unit, slow) * share
    assert found == slow_time.walk(first, int(minutes), slow_time.rule(unit, slow))


@COUNT
@given(scenes(), LIMITS, st.floats(0.1, 0.9), st.integers(0, 5 * 24 * 60))
def test_a_paused_clock_goes_on_with_exactly_what_was_left(
    scene: Scene, limit: tuple[Unit, int], share: float, pause: int
) -> None:
    fast, slow, start = scene
    unit, amount = limit
    rule = Limit(amount=amount, unit=unit)
    plan = plan_clock(start, rule, fast)
    if isinstance(plan, UnpublishedYear):
        return
    first = counted_from(start, rule, fast)
    paused_at = first + MINUTE * int((plan.due_at - first) / MINUTE * share)
    resumed_at = paused_at + MINUTE * pause
    used = elapsed_between(first, paused_at, rule, fast)
    assert not isinstance(used, UnpublishedYear)
    after = moment_after(resumed_at, plan.total - used, rule, fast)
    if isinstance(after, UnpublishedYear):
        assert after.year == 2027
    else:
        left = int((plan.total - used) / MINUTE)
        assert after == slow_time.walk(resumed_at, left, slow_time.rule(unit, slow))
