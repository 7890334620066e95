"""The account of a clock in the domain's words: which stretch counts, which does not, and why."""

from __future__ import annotations

from datetime import date, time

from msgspec.structs import replace

from tests.rules.explain.telling import Teller
from tests.rules.sla.desk import NUMBER, at, shown
from tousu.event import text_of_time
from tousu.explain.account import Account
from tousu.explain.wording import figure_words, mark_words
from tousu.policy.calendar import Calendar, CalendarHistory, CalendarYear, Hours
from tousu.policy.clock_rule import Limit
from tousu.policy.pack import Pack

HOUR_US = 3_600_000_000
NINE_TO_SIX = (Hours(time(9), time(18)),)


def rows(account: Account) -> list[str]:
    """`02-11 00:00 to 02-11 11:00: 11 h, working day`."""
    return [
        f"{shown(text_of_time(each.start))} to {shown(text_of_time(each.end))}: "
        f"{each.counted_us / HOUR_US:g} h, {each.words}"
        for each in account.intervals
    ]


def with_limit(pack: Pack, **limit: object) -> Pack:
    rule = pack.clocks["resolution"]
    one = Limit(section="C 5", **limit)  # type: ignore[arg-type]
    return replace(pack, clocks={**pack.clocks, "resolution": replace(rule, limit=one, limit_by_grade={})})


def test_every_stretch_of_a_long_story_has_its_reason(long_story: Teller) -> None:
    account = long_story.account("resolution")
    assert rows(account) == [
        "02-10 10:00 to 02-11 00:00: 0 h, the day of the start",
        "02-11 00:00 to 02-11 11:00: 11 h, working day",
        "02-11 11:00 to 02-14 09:00: 0 h, paused: waiting for evidence",
        "02-14 09:00 to 02-15 00:00: 15 h, make-up day (调休)",
        "02-15 00:00 to 02-16 00:00: 0 h, weekend",
        "02-16 00:00 to 02-17 00:00: 0 h, 农历除夕",
        "02-17 00:00 to 02-20 00:00: 0 h, 春节",
        "02-20 00:00 to 02-21 00:00: 0 h, 休息日",
        "02-21 00:00 to 02-23 00:00: 0 h, weekend",
        "02-23 00:00 to 02-24 00:00: 0 h, 休息日",
        "02-24 00:00 to 02-28 00:00: 96 h, 4 working days",
        "02-28 00:00 to 03-01 00:00: 24 h, make-up day (调休)",
        "03-01 00:00 to 03-02 00:00: 0 h, weekend",
        "03-02 00:00 to 03-05 10:00: 82 h, 4 working days",
    ]
    assert account.elapsed_us == 228 * HOUR_US
    assert (account.status, account.breached) == ("met_late", True)


def test_an_interval_names_its_calendar_and_its_cause(long_story: Teller) -> None:
    account = long_story.account("resolution")
    causes = [each.cause_name for each in account.intervals]
    assert causes[:4] == ["complaint.routed", "complaint.routed", "handling.paused", "handling.resumed"]
    assert {each.calendar for each in account.intervals} == {"2025-11-04"}


def test_the_figure_its_section_and_the_grade_that_chose_it(long_story: Teller) -> None:
    account = long_story.account("resolution")
    assert figure_words(account) == (
        "5 working days, set by the source (C 5), for grade major, pack courier-network 1.0.0"
    )
    assert figure_words(long_story.account("acknowledgement")) == (
        "2 hours, set by the pack (C 5), pack courier-network 1.0.0"
    )


def test_a_newer_grade_chooses_another_figure(desk: Teller) -> None:
    desk.routed(at("01-05 10:00"), grade="simple")
    desk.routed(at("01-05 10:00"), grade="major", revision=2, now=at("01-06 09:00"))
    assert desk.account("resolution").grade == "major"


def test_opening_hours_and_what_lies_outside_them(pack: Pack) -> None:
    desk = Teller(with_limit(pack, amount=30, unit="business_hours"))
    desk.routed(at("01-09 16:00"))
    desk.handle("customer_answered", at("01-12 10:00"))
    assert rows(desk.account("resolution")) == [
        "01-09 16:00 to 01-09 18:00: 2 h, open",
        "01-09 18:00 to 01-10 00:00: 0 h, outside opening hours",
        "01-10 00:00 to 01-12 00:00: 0 h, weekend",
        "01-12 00:00 to 01-12 09:00: 0 h, outside opening hours",
        "01-12 09:00 to 01-12 10:00: 1 h, open",
    ]


def test_every_day_counts_for_calendar_days(pack: Pack) -> None:
    desk = Teller(with_limit(pack, amount=10, unit="calendar_days"))
    desk.routed(at("01-09 16:00"))
    desk.handle("customer_answered", at("01-12 10:00"))
    assert rows(desk.account("resolution")) == [
        "01-09 16:00 to 01-10 00:00: 0 h, the day of the start",
        "01-10 00:00 to 01-12 10:00: 58 h, every day counts",
    ]


def test_the_rest_says_which_days_led_to_the_due_time(desk: Teller) -> None:
    desk.routed(at("02-12 10:00"), grade="complex")
    desk.handle("customer_answered", at("02-13 12:00"))
    account = desk.account("resolution")
    assert [each.words for each in account.rest][:3] == ["working day", "make-up day (调休)", "weekend"]
    assert account.rest[-1].end == account.due_at
    assert (account.elapsed_us + sum(each.counted_us for each in account.rest)) == 72 * HOUR_US


def test_a_clock_that_goes_on_after_a_withdrawn_breach_keeps_what_it_used(desk: Teller) -> None:
    desk.routed(at("01-05 10:00"), grade="simple")
    desk.pass_time(at("01-07 09:00"))
    desk.handle("paused", at("01-06 12:00"), now=at("01-07 09:30"))
    first, second = desk.account("resolution"), desk.account("resolution", 2)
    assert (first.status, second.status) == ("continued", "paused")
    assert rows(second)[:2] == [
        "01-05 10:00 to 01-06 00:00: 0 h, the day of the start",
        "01-06 00:00 to 01-06 12:00: 12 h, working day",
    ]


def test_a_year_without_calendar_counts_nothing_and_is_named(desk: Teller) -> None:
    desk.routed(at("2026-12-30 10:00"))
    account = desk.account("resolution", until=at("2027-01-10 00:00"))
    assert account.status == "uncounted"
    (only,) = account.intervals
    assert (only.why, only.counted_us) == ("unpublished_year", 0)
    assert "has no year 2027" in only.words


def test_a_clock_that_still_runs_is_accounted_for_up_to_the_moment_asked(desk: Teller) -> None:
    desk.routed(at("01-05 10:00"))
    assert desk.account("resolution", until=at("01-06 06:00")).elapsed_us == 6 * HOUR_US
    assert desk.account("resolution").elapsed_us == 0


def test_unknown_events_and_reasons_of_clocks_disturb_nothing(desk: Teller) -> None:
    desk.routed(at("01-05 10:00"))
    data = {"case_number": NUMBER, "clock": "resolution", "generation": 1, "at": "2026-01-05T12:00:00Z"}
    desk.later("clock.looked_at", at("01-05 12:00"), data | {"reason": "whatever", "more": [1]})
    desk.later("clock.warned", at("01-05 12:00"), {**data, "clock": "never_started"})
    account = desk.account("resolution", until=at("01-06 06:00"))
    assert (account.status, account.elapsed_us) == ("running", 6 * HOUR_US)
    assert [mark.name for mark in account.marks] == ["started", "looked_at"]


def test_another_measure_keeps_the_share_that_was_used(pack: Pack) -> None:
    """12 of 48 hours of two working days are a quarter: five of the twenty hours that the graver case has."""
    limits = dict.fromkeys(pack.grades, Limit(amount=2, unit="working_days"))
    limits["major"] = Limit(amount=20, unit="elapsed_hours")
    rule = replace(pack.clocks["resolution"], limit_by_grade=limits)
    desk = Teller(replace(pack, clocks={**pack.clocks, "resolution": rule}))
    desk.routed(at("01-05 10:00"), grade="simple")
    desk.passed_on(["quality_management"], at("01-06 04:00"))
    desk.handle("paused", at("01-06 12:00"))
    desk.routed(at("01-05 10:00"), grade="major", revision=2, now=at("01-06 13:00"))
    desk.handle("resumed", at("01-07 09:00"))
    desk.handle("customer_answered", at("01-07 10:00"))
    account = desk.account("resolution")
    assert rows(account)[1:] == [
        "01-06 00:00 to 01-06 12:00: 12 h, working day",
        "01-06 12:00 to 01-06 12:00: -7 h, the share used so far, of 20 elapsed hours",
        "01-06 12:00 to 01-07 09:00: 0 h, paused: waiting for customer",
        "01-07 09:00 to 01-07 10:00: 1 h, every hour counts",
    ]
    assert {mark.difference_s for mark in account.marks} == {None, 0}
    assert account.elapsed_us == 6 * HOUR_US


def test_a_day_taken_off_by_a_newer_calendar_is_counted_by_that_one(pack: Pack) -> None:
    """The clock was planned by the older version; what was used is told by the one that holds at the answer."""
    older = pack.calendar.newest
    flood = Calendar(
        id=older.id, version="flood", effective_from=at("01-07 12:00"), zone=older.zone,
        weekly=dict.fromkeys(range(5), NINE_TO_SIX), make_up_hours=NINE_TO_SIX,
        years={2026: CalendarYear(source="test", holidays={date(2026, 1, 7): "flood"}, make_up_days=())},
    )  # fmt: skip
    desk = Teller(replace(pack, calendar=CalendarHistory(id=older.id, versions=(*pack.calendar.versions, flood))))
    desk.routed(at("01-05 10:00"))
    desk.handle("customer_answered", at("01-08 06:00"))
    account = desk.account("resolution")
    assert desk.last("clock.met")["calendar"]["version"] == older.version
    assert rows(account)[1:] == [
        "01-06 00:00 to 01-07 00:00: 24 h, working day",
        "01-07 00:00 to 01-08 00:00: 0 h, flood",
        "01-08 00:00 to 01-08 06:00: 6 h, working day",
    ]
    assert {each.calendar for each in account.intervals} == {"flood"}
    assert account.marks[-1].difference_s == 0


def test_a_breach_in_doubt_says_so_until_it_is_confirmed(desk: Teller) -> None:
    desk.routed(at("01-05 10:00"))
    desk.confirmed = at("01-07 00:00")
    desk.pass_time(at("01-09 00:00"))
    desk.confirmed = None
    desk.pass_time(at("01-09 00:02"))
    account = desk.account("resolution")
    assert [mark_words(mark) for mark in account.marks if "breach" in mark.name] == [
        "breached, unconfirmed", "breach confirmed",
    ]  # fmt: skip
    assert account.breached
