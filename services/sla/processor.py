"""How sla is put together: the cases in, clocks and outcomes out, time passed on."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from services.sla.rules import SlaRules
from services.sla.store import KINDS
from tousu.events.case import CaseClosed
from tousu.policy.calendar import missing_years
from tousu.policy.policies import Policies
from tousu.runtime.metrics import CALENDAR_YEARS_MISSING, CASES_CLOSED, CountedOutput, LookedUp
from tousu.runtime.processor import Processor
from tousu.runtime.wiring import Wiring

TALLIES: Final = {CaseClosed.TYPE: CountedOutput(CASES_CLOSED, ("departments", "grade", "in_time"))}


def processor(wiring: Wiring) -> Processor:
    """The processor of clocks and outcomes for a pack."""
    gauges = (years_missing(wiring.policies),)
    return wiring.processor("sla", SlaRules(wiring.policies), KINDS, gauges=gauges, tallies=TALLIES)


def years_missing(policies: Policies) -> LookedUp:
    """How many years each calendar of the packs should have at a moment and has not."""
    calendars = {pack.calendar.id: pack.calendar for pack in policies.packs()}

    def values(now: datetime) -> dict[tuple[str, ...], float]:
        return {(name,): len(missing_years(history.at(now), now)) for name, history in calendars.items()}

    return LookedUp(CALENDAR_YEARS_MISSING, values)
