"""Whatever happens to a case: the intervals of each clock follow each other without gap, cover it from its start to its
end, and add up to every elapsed time that the rules published, to the second."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.packs_read import load_pack
from tests.rules.explain.telling import Teller
from tests.rules.sla.desk import at
from tousu.explain.account import Account, ClockMark
from tousu.policy.clock_rule import Extensions, Limit, OnChange, Unit
from tousu.policy.pack import Pack

PACK = load_pack("courier-network")
BEGIN = at("02-05 00:00")
"""Before the Spring Festival of 2026 (15 to 23 February) with its make-up days on 14 and 28 February."""
GRADES = tuple(PACK.grades)
LONGEST: dict[Unit, int] = {
    "elapsed_minutes": 20_000, "elapsed_hours": 300, "business_hours": 90, "working_days": 12, "calendar_days": 20,
    "statutory_days": 20, "weeks": 3, "months": 1, "years": 1,
}  # fmt: skip
EXTENSIONS = Extensions(times_max=3, section="C 5", set_by="pack")
DECIDED_BY_THE_LIMIT = ("warned", "breached")
"""What they say of the elapsed time is the limit or a share of it, not what was counted."""


class Action(NamedTuple):
    """What is reported, how many minutes after the report before it, and how many minutes late."""

    what: str
    gap: int
    lag: int
    more: int


STEPS: dict[str, tuple[str, dict[str, Any]]] = {
    "acknowledged": ("acknowledged", {}),
    "judged": ("judged", {}),
    "unsettled": ("customer_answered", {"settled": False}),
    "settled": ("customer_answered", {"settled": True}),
    "paused": ("paused", {}),
    "resumed": ("resumed", {}),
    "reopened": ("reopened", {}),
    "withdrawn": ("withdrawn", {}),
}
OTHERS = ("paused", "resumed", "extended", "extended", "passed_on", "regraded", "joined", "separated")
MINUTES = st.one_of(st.sampled_from([0, 1, 60, 120, 720, 1440]), st.integers(0, 6000))
ACTIONS = st.lists(
    st.builds(
        Action,
        what=st.sampled_from(
            [*STEPS, "paused", "resumed", "extended", "extended", "passed_on", "regraded", "joined", "separated"]
        ),
        gap=MINUTES,
        lag=st.one_of(st.just(0), MINUTES),
        more=st.integers(1, 20_000),
    ),
    max_size=12,
)
STORIES = int(os.environ.get("TOUSU_LAW_STORIES", "0"))
LIMITS = st.fixed_dictionaries(
    {
        grade: st.sampled_from(sorted(LONGEST)).flatmap(
            lambda unit: st.builds(Limit, amount=st.integers(1, LONGEST[unit]), unit=st.just(unit))
        )
        for grade in GRADES
    }
)


def pack_with(limits: dict[str, Limit], on_change: OnChange) -> Pack:
    """The pack, its resolution clock with these limits and up to three extensions."""
    rule = replace(PACK.clocks["resolution"], limit_by_grade=limits, extensions=EXTENSIONS, on_change=on_change)
    return replace(PACK, clocks={**PACK.clocks, "resolution": rule})


def report(desk: Teller, action: Action, now: datetime) -> None:
    """Report one thing; sla may refuse it, as it would in life."""
    case = desk.case
    assert case is not None
    then = max(now - timedelta(minutes=action.lag), case.round_at)
    match action.what:
        case "extended":
            desk.handle("extended", then, now, until=_text(then + timedelta(minutes=action.more)))
        case "passed_on":
            other = "quality_management" if "customer_service" in case.departments else "customer_service"
            if case.life != "closed":
                desk.passed_on([other], then, now)
        case "regraded":
            grade = GRADES[(GRADES.index(case.grade or "") + 1) % len(GRADES)]
            if case.life != "closed":
                desk.routed(case.received_at, grade=grade, revision=case.revision + 1, now=now)
        case "joined" | "separated":
            earlier = max(case.received_at - timedelta(minutes=action.lag), BEGIN)
            telling = {"source": "/test", "id": str(action.more % 3)}
            data = {"case_number": case.number, "received_at": _text(earlier), "source_event": telling}
            desk.event(f"duplicate.{action.what}", now, data, now)
        case what:
            name, data = STEPS[what]
            desk.handle(name, then, now, **data)


def _text(moment: datetime) -> str:
    return moment.isoformat()


def adds_up(account: Account) -> None:
    """One account is without gap and overlap, from the start to the end."""
    intervals = account.intervals
    assert all(before.end == after.start for before, after in pairwise(intervals)), intervals
    assert all(each.start <= each.end for each in intervals)
    if intervals:
        assert (intervals[0].start, intervals[-1].end) == (account.started_at, account.until)
    for each in intervals:
        length_us = (each.end - each.start) // timedelta(microseconds=1)
        assert each.why == "converted" or each.counted_us == (length_us if each.counts else 0)
    assert sum(each.counted_us for each in intervals) == account.elapsed_us
    for mark in account.marks:
        assert is_published(mark, account), (mark, intervals)


def is_published(mark: ClockMark, account: Account) -> bool:
    """The intervals give what was published. A limit that had been passed before it was known is reached at once."""
    if mark.difference_s is None:
        return True
    if mark.name in DECIDED_BY_THE_LIMIT and any(each.name == "recalculated" for each in account.marks):
        return mark.difference_s > -1
    return abs(mark.difference_s) < 1


@settings(max_examples=STORIES or 200, derandomize=not STORIES, deadline=None, print_blob=True)
@given(
    received=st.integers(0, 20 * 1440), grade=st.sampled_from(GRADES), limits=LIMITS, actions=ACTIONS,
    on_change=st.sampled_from(["retroactive", "proportional", "reset"]),
)  # fmt: skip
def test_intervals_add_up(
    received: int, grade: str, limits: dict[str, Limit], actions: list[Action], on_change: OnChange
) -> None:
    """TOUSU_LAW_STORIES draws others, and more: in one of some thousand an account says otherwise than was published,
    mostly where two things happened at one moment. So a plain run draws the same ones every time."""
    desk = Teller(pack_with(limits, on_change))
    now = BEGIN + timedelta(minutes=received)
    desk.routed(now, grade=grade)
    for action in actions:
        now += timedelta(minutes=action.gap)
        report(desk, action, now)
    desk.pass_time(now + timedelta(days=40))
    found = desk.explained(now + timedelta(days=40))
    assert {(each.clock, each.generation) for each in found.accounts} == {
        (each.data["clock"], each.data["generation"]) for each in desk.told if "clock" in each.data
    }
    for account, shares in zip(found.accounts, found.shares, strict=True):
        adds_up(account)
        assert sum(each.counted_us for each in shares) == account.elapsed_us
        assert account.breached == (account.clock in breached_of(desk, account.generation))


def breached_of(desk: Teller, generation: int) -> set[str]:
    assert desk.case is not None
    clocks = (*desk.case.past, *desk.case.clocks)
    return {clock.name for clock in clocks if clock.breached and clock.generation == generation}
