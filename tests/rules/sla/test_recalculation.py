"""Recalculation after a change of calendar or pack (features, section 1, number 6)."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tests.rules.sla.changing import hours, opened, order, quick, with_rule
from tests.rules.sla.desk import Desk, at
from tousu.policy.calendar import Calendar, CalendarHistory, CalendarYear, Hours, Suspension
from tousu.policy.clock_rule import ClockRule
from tousu.policy.pack import Pack

NINE_TO_SIX = (Hours(time(9), time(18)),)


def with_holiday(pack: Pack, *holidays: str) -> Pack:
    """The pack with a further version of its calendar, from 6 January 12:00, in which these days are not worked."""
    now = pack.calendar.newest
    year = CalendarYear(
        source="test", holidays={at(f"{day} 12:00").date(): "unplanned" for day in holidays}, make_up_days=()
    )
    later = Calendar(
        id=now.id, version="unplanned", effective_from=at("01-06 12:00"), zone=now.zone,
        weekly=dict.fromkeys(range(5), NINE_TO_SIX), make_up_hours=NINE_TO_SIX, years={2026: year},
    )  # fmt: skip
    return replace(pack, calendar=CalendarHistory(id=now.id, versions=(*pack.calendar.versions, later)))


def test_6_each_clock_that_changes_is_told_once_with_both_versions(pack: Pack) -> None:
    desk = Desk(with_holiday(pack, "01-07"))
    desk.routed(at("01-05 10:00"))
    desk.handle("acknowledged", at("01-05 10:30"))
    assert order(desk, "01-06 13:00") == ["resolution recalculated 01-06 13:00"]
    told = desk.last("clock.recalculated")
    assert (told["old_due_at"], told["due_at"]) == ("2026-01-08T16:00:00Z", "2026-01-09T16:00:00Z")
    assert (told["old_calendar"]["version"], told["calendar"]["version"]) == ("2025-11-04", "unplanned")
    assert (told["old_pack"], told["pack"]) == ({"id": pack.id, "version": "1.0.0"},) * 2
    assert (told["reason"], told["order_id"], told["approved_by"]) == ("new limits", "R-1", "L-1")
    again = desk.handle("recount_ordered", at("01-06 13:00"), order_id="R-2")
    assert again.no_op == "noted"


def with_suspension(pack: Pack, *later: tuple[str, tuple[Suspension, ...]]) -> Pack:
    """The pack with further versions of its calendar (from when, what is suspended then)."""
    now = pack.calendar.newest
    year = CalendarYear(source="test", holidays={}, make_up_days=())
    versions = [
        Calendar(
            id=now.id, version=f"from {since}", effective_from=at(since), zone=now.zone,
            weekly=dict.fromkeys(range(5), NINE_TO_SIX), make_up_hours=NINE_TO_SIX, years={2026: year},
            suspensions=suspensions,
        )
        for since, suspensions in later
    ]  # fmt: skip
    return replace(pack, calendar=CalendarHistory(id=now.id, versions=(*pack.calendar.versions, *versions)))


@pytest.mark.parametrize(("region", "hours_more"), [("CN-ZJ", 48), ("CN-SH", 0)])
def test_6_a_suspended_region_moves_its_own_clocks_and_a_reversal_brings_them_back(
    pack: Pack, region: str, hours_more: int
) -> None:
    storm = Suspension(
        id="storm", region="CN-ZJ", since=at("01-06 08:00"), until=at("01-08 08:00"), reason="storm", approved_by="E1"
    )
    suspended = with_suspension(pack, ("01-06 07:00", (storm,)), ("01-06 12:00", ()))
    desk = Desk(with_rule(suspended, limit_by_grade={"complex": hours(40)}))
    desk.routed(at("01-05 10:00"), region=region)
    before = desk.clock("resolution").due_at
    assert before == at("01-07 02:00")
    told = order(desk, "01-06 07:30")
    assert desk.clock("resolution").due_at == before + timedelta(hours=hours_more)
    assert told == (["resolution recalculated 01-06 07:30"] if hours_more else [])
    told = order(desk, "01-06 13:00", order_id="R-2", reason="another province was meant")
    assert desk.clock("resolution").due_at == before
    assert told == (["resolution recalculated 01-06 13:00"] if hours_more else [])


def test_6_a_newer_pack_judges_the_case_from_then_on(pack: Pack) -> None:
    desk = opened(with_rule(pack), quick(pack, on_reopen="restart"))
    order(desk, "01-05 13:00", pack_version="2.0.0")
    told = desk.last("clock.recalculated")
    assert (told["old_pack"]["version"], told["pack"]["version"]) == ("1.0.0", "2.0.0")
    assert (told["old_limit"], told["limit"]) == (
        {"amount": 8, "unit": "elapsed_hours"},
        {"amount": 4, "unit": "elapsed_hours"},
    )
    assert desk.case is not None
    assert desk.case.pack_version == "2.0.0"
    desk.handle("customer_answered", at("01-05 14:00"))
    assert desk.last("case.closed")["pack"]["version"] == "2.0.0"
    desk.handle("reopened", at("01-06 10:00"))
    assert desk.clock("resolution").due_at == at("01-06 14:00")


@pytest.mark.parametrize("ending", ["met", "late", "cancelled"])
def test_6_closed_clocks_are_not_touched(pack: Pack, ending: str) -> None:
    two = {"acknowledgement": pack.clocks["acknowledgement"]} | with_rule(pack).clocks
    old, new = replace(pack, clocks=two), quick(pack)
    new = replace(new, clocks=two | new.clocks | {"acknowledgement": replace(two["acknowledgement"], limit=hours(9))})
    desk = Desk(old, new)
    desk.routed(at("01-05 10:00"))
    match ending:
        case "met":
            desk.handle("acknowledged", at("01-05 10:30"))
        case "late":
            desk.handle("acknowledged", at("01-05 13:00"))
        case _:
            desk.handle("withdrawn", at("01-05 10:30"))
    before = desk.clock("acknowledgement")
    assert before.status == ending
    order(desk, "01-05 13:30", pack_version="2.0.0")
    assert desk.clock("acknowledgement") is before
    if ending == "cancelled":
        assert desk.case is not None
        assert (desk.case.life, desk.case.pack_version) == ("closed", "2.0.0")


def test_6_a_published_breach_that_is_undone_is_withdrawn_by_its_own_event(pack: Pack) -> None:
    desk = Desk(with_rule(pack), quick(pack, amount=16))
    desk.routed(at("01-05 10:00"))
    told = order(desk, "01-05 19:00", pack_version="2.0.0")
    assert told == [
        "resolution breach_withdrawn 01-05 19:00",
        "resolution#2 started 01-05 19:00",
        "resolution#2 recalculated 01-05 19:00",
    ]
    assert "resolution breached 01-05 18:00" in desk.said(), "never deleted"
    assert desk.last("clock.recalculated")["old_due_at"] == "2026-01-05T10:00:00Z"
    desk.pass_time(at("01-06 02:00"))
    assert desk.said()[-2:] == [
        "resolution#2 breached 01-06 02:00",
        "resolution#2 escalated 1 department_head 01-06 02:00",
    ]


def test_6_a_breach_that_stands_climbs_by_the_new_limit_and_nobody_is_told_twice(pack: Pack) -> None:
    desk = Desk(with_rule(pack), quick(pack))
    desk.routed(at("01-05 10:00"))
    desk.pass_time(at("01-05 18:30"))
    told = order(desk, "01-05 18:30", pack_version="2.0.0")
    assert told == ["resolution recalculated 01-05 18:30", "resolution escalated 3 general_manager 01-05 18:30"]
    assert desk.last("case.escalated")["passed_over"] == [2]


def test_what_the_newer_pack_no_longer_has_keeps_its_limit(pack: Pack) -> None:
    acknowledgement: ClockRule = pack.clocks["acknowledgement"]
    desk = Desk(with_rule(pack), replace(pack, version="2.0.0", clocks={"acknowledgement": acknowledgement}))
    desk.routed(at("01-05 10:00"))
    before = desk.clock("resolution")
    assert order(desk, "01-05 11:00", pack_version="2.0.0") == []
    assert desk.clock("resolution") == before
    desk.handle("customer_answered", at("01-05 12:00"))
    assert desk.last("case.closed")["in_time"] is True


def test_a_newer_pack_warns_at_its_own_shares_and_of_none_twice(pack: Pack) -> None:
    desk = Desk(with_rule(pack), quick(pack, amount=8, warn_at_share=(0.5, 0.75, 0.9)))
    desk.routed(at("01-05 10:00"))
    desk.pass_time(at("01-05 14:30"))
    assert order(desk, "01-05 15:00", pack_version="2.0.0") == []
    since = len(desk.told)
    desk.pass_time(at("01-05 17:59"))
    assert desk.said(since) == ["resolution warned 0.75 01-05 16:00", "resolution warned 0.9 01-05 17:12"]


def test_an_extension_that_was_granted_stays_granted(pack: Pack) -> None:
    desk = Desk(with_rule(pack), quick(pack))
    desk.routed(at("01-05 10:00"))
    desk.handle("extended", at("01-05 11:00"), until="2026-01-05T20:00:00+08:00")
    order(desk, "01-05 12:00", pack_version="2.0.0")
    assert desk.clock("resolution").due_at == at("01-05 16:00")  # four hours, and the two that were granted


@pytest.mark.parametrize(
    ("changed", "said", "reason", "words"),
    [
        ({}, {"pack_version": "3.0.0"}, "unknown_pack_version", "no version 3.0.0 here; deploy it first"),
        ({"grades": {}}, {"pack_version": "2.0.0"}, "pack_does_not_fit", "no grade complex"),
        ({"classes": {}}, {"pack_version": "2.0.0"}, "pack_does_not_fit", "no class delay"),
        ({"departments": {}}, {"pack_version": "2.0.0"}, "pack_does_not_fit", "no department storage_and_transport"),
    ],
)
def test_a_version_that_cannot_take_over_is_refused(
    pack: Pack, changed: dict[str, Any], said: dict[str, Any], reason: str, words: str
) -> None:
    desk = Desk(with_rule(pack), replace(quick(pack), **changed))
    desk.routed(at("01-05 10:00"))
    before = desk.case
    refusal = desk.handle("recount_ordered", at("01-05 11:00"), **said).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.place) == (reason, "/pack_version")
    assert words in refusal.message
    assert desk.case is before


def test_a_version_that_was_taken_away_is_no_reason_to_refuse_a_change_of_calendar(pack: Pack) -> None:
    desk = Desk(with_holiday(pack, "01-07"))
    desk.routed(at("01-05 10:00"), pack={"id": pack.id, "version": "0.9.0"})
    assert "resolution recalculated 01-06 13:00" in order(desk, "01-06 13:00")


def test_a_case_that_was_never_routed_is_no_concern_of_sla(pack: Pack) -> None:
    """The order may be about a claim that was filed without a complaint; an unknown number never comes so far."""
    assert Desk(pack).handle("recount_ordered", at("01-05 11:00")).no_op == "not_looked_after"
