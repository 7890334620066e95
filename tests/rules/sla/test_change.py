"""Another limit in mid-case, and what of it lies in the past then (features, section 1, number 9)."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.rules.sla.changing import hours, opened, order, quick, regraded, with_rule
from tests.rules.sla.desk import Desk, at
from tousu.policy.clock_rule import OnChange, Rung
from tousu.policy.pack import Pack

LEFT: tuple[tuple[OnChange, str], ...] = (
    ("retroactive", "01-05 15:00"),  # two hours are used: two are left
    ("proportional", "01-05 16:00"),  # a quarter is used: three hours are left
    ("reset", "01-05 17:00"),  # nothing is used: four
)


@pytest.mark.parametrize(("mode", "due"), LEFT)
def test_9_a_graver_grade_in_mid_case_leaves_what_the_pack_says(pack: Pack, mode: OnChange, due: str) -> None:
    desk = opened(with_rule(pack, on_change=mode))
    regraded(desk, "01-05 13:00")
    assert desk.clock("resolution").due_at == at(due)


@pytest.mark.parametrize(("mode", "due"), LEFT)
def test_9_a_newer_pack_in_mid_case_leaves_what_its_rule_says(pack: Pack, mode: OnChange, due: str) -> None:
    desk = opened(with_rule(pack), quick(pack, on_change=mode))
    order(desk, "01-05 13:00", pack_version="2.0.0")
    assert desk.clock("resolution").due_at == at(due)


@pytest.mark.parametrize(("mode", "due"), LEFT)
def test_9_an_order_may_say_otherwise(pack: Pack, mode: OnChange, due: str) -> None:
    desk = opened(with_rule(pack), quick(pack))
    order(desk, "01-05 13:00", pack_version="2.0.0", mode=mode)
    assert desk.clock("resolution").due_at == at(due)


@pytest.mark.parametrize(("mode", "due"), [("retroactive", "17:00"), ("proportional", "17:30"), ("reset", "18:00")])
def test_9_what_stands_still_goes_on_with_what_is_left_then(pack: Pack, mode: str, due: str) -> None:
    desk = Desk(with_rule(pack), quick(pack))
    desk.routed(at("01-05 10:00"))
    desk.handle("paused", at("01-05 11:00"))
    order(desk, "01-05 13:00", pack_version="2.0.0", mode=mode)
    assert desk.clock("resolution").due_at is None
    desk.handle("resumed", at("01-05 14:00"))
    assert desk.clock("resolution").due_at == at(f"01-05 {due}")


def test_9_a_back_dated_breach_sends_one_notice(pack: Pack) -> None:
    """Both warnings, the breach and three rungs lie in the past: one breach, one notice to the highest of them."""
    desk = Desk(with_rule(pack), quick(pack))
    desk.routed(at("01-05 10:00"))
    desk.pass_time(at("01-05 13:59"))
    told = order(desk, "01-05 17:00", pack_version="2.0.0")
    assert told == [
        "resolution recalculated 01-05 17:00",
        "resolution breached 01-05 14:00",
        "resolution escalated 3 general_manager 01-05 17:00",
    ]
    assert desk.last("clock.breached")["reason"] == "back_dated"
    assert desk.last("case.escalated")["passed_over"] == [1, 2]
    since = len(desk.told)
    desk.pass_time(at("02-01 00:00"))
    assert desk.said(since) == ["resolution escalated 4 board 01-07 06:00"]


def test_9_a_graver_grade_that_back_dates_sends_one_notice_too(pack: Pack) -> None:
    desk = Desk(with_rule(pack))
    desk.routed(at("01-05 10:00"))
    desk.pass_time(at("01-05 16:59"))
    since = len(desk.told)
    regraded(desk, "01-05 17:00")
    assert desk.said(since)[-1] == "resolution escalated 3 general_manager 01-05 17:00"
    assert len(desk.said(since)) == 3


def test_9_rungs_before_the_limit_count_among_those_that_one_notice_stands_for(pack: Pack) -> None:
    ladder = (
        Rung(level=1, to="team_lead", before=hours(1)),
        Rung(level=2, to="department_head", after=hours(0)),
        Rung(level=3, to="centre_manager", after=hours(40)),
    )
    desk = Desk(with_rule(pack, escalation=ladder), quick(pack, escalation=ladder))
    desk.routed(at("01-05 10:00"))
    assert order(desk, "01-05 16:00", pack_version="2.0.0")[1:] == [
        "resolution breached 01-05 14:00",
        "resolution escalated 2 department_head 01-05 16:00",
    ]
    assert desk.last("case.escalated")["passed_over"] == [1]


def test_9_of_rungs_before_the_limit_that_lie_in_the_past_the_highest_is_told(pack: Pack) -> None:
    ladder = (Rung(level=1, to="team_lead", at_share=0.5), Rung(level=2, to="department_head", before=hours(1)))
    desk = Desk(with_rule(pack, escalation=ladder), quick(pack, escalation=ladder, warn_at_share=()))
    desk.routed(at("01-05 10:00"))
    order(desk, "01-05 13:30", pack_version="2.0.0")
    since = len(desk.told)
    desk.pass_time(at("01-05 13:59"))
    assert desk.said(since) == ["resolution escalated 2 department_head 01-05 13:00"]


@pytest.mark.parametrize(
    ("received", "ordered", "breached", "told"),
    [
        ("01-05 22:00", "01-06 02:00", "01-06 00:00", "01-06 09:00"),  # it was night then, and is
        ("01-05 10:00", "01-05 22:00", "01-05 12:00", "01-06 09:00"),  # it was day then, and is night
    ],
)
def test_9_a_notice_that_keeps_quiet_hours_waits_for_the_opening(
    pack: Pack, received: str, ordered: str, breached: str, told: str
) -> None:
    ladder = (Rung(level=1, to="department_head", after=hours(0), quiet="closed"),)
    desk = Desk(quick(pack, "1.0.0", 20, escalation=ladder), quick(pack, amount=2, escalation=ladder))
    desk.routed(at(received))
    assert order(desk, ordered, pack_version="2.0.0")[1:] == [f"resolution breached {breached}"]
    desk.pass_time(at("01-06 12:00"))
    assert desk.said()[-1] == f"resolution escalated 1 department_head {told}"


def test_9_a_back_dated_breach_sets_off_what_a_breach_starts(pack: Pack) -> None:
    review = replace(
        pack.clocks["resolution"], name="review", starts_on="breached", starts_with={"clock": ("resolution",)},
        starts_at="event_time", limit=hours(24), limit_by_grade={}, escalation=(), warn_at_share=(),
    )  # fmt: skip
    old, new = with_rule(pack), quick(pack)
    desk = Desk(*(replace(each, clocks={**each.clocks, "review": review}) for each in (old, new)))
    desk.routed(at("01-05 10:00"))
    assert "review started 01-05 17:00" in order(desk, "01-05 17:00", pack_version="2.0.0")


def test_9_of_warnings_that_lie_in_the_past_the_last_is_told(pack: Pack) -> None:
    desk = Desk(with_rule(pack), quick(pack, amount=4))
    desk.routed(at("01-05 10:00"))
    order(desk, "01-05 13:30", pack_version="2.0.0")
    since = len(desk.told)
    desk.pass_time(at("01-05 14:00"))
    assert desk.said(since)[:2] == ["resolution warned 0.75 01-05 13:00", "resolution breached 01-05 14:00"]


def test_9_a_reset_warns_again_in_the_next_generation(pack: Pack) -> None:
    desk = Desk(with_rule(pack), quick(pack))
    desk.routed(at("01-05 10:00"))
    desk.pass_time(at("01-05 14:30"))
    assert order(desk, "01-05 15:00", pack_version="2.0.0", mode="reset") == [
        "resolution#2 started 01-05 15:00",
        "resolution#2 recalculated 01-05 15:00",
    ]
    since = len(desk.told)
    desk.handle("customer_answered", at("01-05 14:45"), now=at("01-05 18:30"))
    assert desk.said(since) == [
        "resolution#2 warned 0.5 01-05 17:00",
        "resolution#2 warned 0.75 01-05 18:00",
        "resolution#2 met 01-05 14:45",  # told late, of before the reset: it is still this clock
        "closed settled 01-05 14:45",
    ]


@pytest.mark.parametrize("mode", ["proportional", "reset"])
def test_a_limit_that_had_passed_is_not_washed_away(pack: Pack, mode: str) -> None:
    desk = Desk(with_rule(pack), quick(pack, amount=16))
    desk.routed(at("01-05 10:00"))
    desk.pass_time(at("01-05 18:30"))
    before = desk.clock("resolution")
    assert order(desk, "01-05 18:40", pack_version="2.0.0", mode=mode) == []
    assert desk.clock("resolution") == before


def test_a_reset_ordered_before_the_limit_and_read_after_it_undoes_the_breach(pack: Pack) -> None:
    desk = Desk(with_rule(pack), quick(pack))
    desk.routed(at("01-05 10:00"))
    told = order(desk, "01-05 17:00", now="01-05 19:00", pack_version="2.0.0", mode="reset")
    assert told[0] == "resolution breach_withdrawn 01-05 19:00"
    assert desk.clock("resolution").due_at == at("01-05 21:00")
    assert desk.clock("resolution").generation == 2
