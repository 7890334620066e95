"""A region that is suspended for a time: the clocks of its cases stand still, those of all others go on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.sla.desk import Desk, at
from tests.rules.sla.rulebook import EIGHT_TO_SIX, limit, office, pack_with, rule
from tousu.policy.calendar import Calendar, CalendarHistory, CalendarYear, Suspension
from tousu.policy.clock_rule import ClockRule, Rung


def flooded() -> CalendarHistory:
    """The office, with Zhejiang suspended from Tuesday 08:00 for two days."""
    flood = Suspension(
        id="flood", region="CN-ZJ", since=at("01-06 08:00"), until=at("01-08 08:00"), reason="flood", approved_by="M-1"
    )
    calendar = Calendar(
        id="office", version="flood", effective_from=at("01-01 00:00"), zone=office().newest.zone,
        weekly=dict.fromkeys(range(5), EIGHT_TO_SIX), make_up_hours=EIGHT_TO_SIX,
        years={2026: CalendarYear(source="test", holidays={}, make_up_days=())}, suspensions=(flood,),
    )  # fmt: skip
    return CalendarHistory(id="office", versions=(calendar,))


def desk_in(region: str | None, *rules: ClockRule) -> Desk:
    desk = Desk(pack_with(*rules, calendar=flooded()))
    named: dict[str, Any] = {"region": region} if region is not None else {}
    desk.routed(at("01-05 16:00"), **named)
    return desk


@pytest.mark.parametrize(("region", "due"), [("CN-ZJ", "01-08 10:00"), ("CN-SH", "01-06 10:00"), (None, "01-06 10:00")])
def test_only_the_clocks_of_the_suspended_region_stand_still(region: str | None, due: str) -> None:
    desk = desk_in(region, rule("resolution", 4, "business_hours"))
    assert desk.clock("resolution").due_at == at(due)


def test_warnings_and_quiet_hours_follow_the_region() -> None:
    rung = Rung(level=1, to="handler", after=limit(0, "elapsed_hours"), quiet="closed")
    resolution = rule("resolution", 15, escalation=(rung,), warn_before=(limit(1, "elapsed_hours"),))
    desk = desk_in("CN-ZJ", resolution)
    desk.pass_time(at("01-31 00:00"))
    assert desk.said()[1:] == [
        "resolution warned 1 elapsed_hours left 01-06 06:00",
        "resolution breached 01-06 07:00",
        "resolution escalated 1 handler 01-08 08:00",
    ]
