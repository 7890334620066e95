"""Packs for tests: the courier network's with other clocks, and an office that is open from 08:00 to 18:00."""

from __future__ import annotations

from datetime import time
from typing import Any

from msgspec.structs import replace

from tests.rules.packs import PLAIN
from tests.rules.sla.desk import Desk, at
from tousu.policy.calendar import Calendar, CalendarHistory, CalendarYear, Hours
from tousu.policy.clock_rule import ClockRule, Limit, Names, Trigger, Unit
from tousu.policy.pack import Pack

COURIER = PLAIN
ANSWERED = Trigger(event="customer_answered")
EIGHT_TO_SIX = (Hours(time(8), time(18)),)


def limit(amount: int, unit: Unit) -> Limit:
    """So much time."""
    return Limit(amount=amount, unit=unit)


def rule(name: str, amount: int, unit: Unit = "elapsed_hours", **more: Any) -> ClockRule:
    """A clock that starts when the case is received and that the answer meets, unless said otherwise."""
    given: dict[str, Any] = {
        "label": Names(en=name, zh=name), "kind": "complaint", "starts_on": "routed", "starts_at": "received_at",
        "met_by": (ANSWERED,), "section": "T 1", "limit": limit(amount, unit),
    }  # fmt: skip
    return ClockRule(name=name, **given | more)


def office() -> CalendarHistory:
    """Open from 08:00 to 18:00 on weekdays of 2026, without holidays."""
    calendar = Calendar(
        id="office", version="1", effective_from=at("01-01 00:00"), zone=COURIER.calendar.newest.zone,
        weekly=dict.fromkeys(range(5), EIGHT_TO_SIX), make_up_hours=EIGHT_TO_SIX,
        years={2026: CalendarYear(source="test", holidays={}, make_up_days=())},
    )  # fmt: skip
    return CalendarHistory(id="office", versions=(calendar,))


def pack_with(*rules: ClockRule, calendar: CalendarHistory | None = None) -> Pack:
    """The courier network's pack with these clocks instead of its own, in the office unless said."""
    return replace(COURIER, clocks={one.name: one for one in rules}, calendar=calendar or office())


def desk_with(*rules: ClockRule, received: str = "01-05 10:00", calendar: CalendarHistory | None = None) -> Desk:
    """A desk at which a delay was received on Monday 5 January at 10:00, unless said."""
    desk = Desk(pack_with(*rules, calendar=calendar))
    desk.routed(at(received))
    return desk
