"""What went wrong in a case: limits that were missed, and neglect that caused a second complaint.

Who failed to act is whoever had last acted for the department in charge by then, as far as is known now: a report that
comes late corrects it. A late acceptance also tells how late. Source: docs/sources.md, section 8 (A, C).
"""

from __future__ import annotations

from bisect import insort_right
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal

from msgspec.structs import replace

from services.claims.case_conduct import (
    EXCUSES_MAX,
    LAPSES_MAX,
    REPORTS_MAX,
    ROUNDS_MAX,
    CaseConduct,
    Excuse,
    Lapse,
    Report,
    Verdict,
)
from tousu.domain.case.view import CaseLifecycle
from tousu.event import time_of_text
from tousu.events.clock import ClockBreachConfirmed, ClockBreached, ClockBreachWithdrawn, ClockRecalculated
from tousu.events.handling import HandlingReopened
from tousu.policy.pack import Pack

OfClock = ClockBreached | ClockBreachWithdrawn | ClockBreachConfirmed | ClockRecalculated
"""What tells of a breach, and what becomes of it."""
ACCEPTANCE: Final = "acceptance"
OF_CLOCKS: Final[Mapping[str, Literal["late_resolution", "late_acceptance"]]] = {
    "resolution": "late_resolution",
    ACCEPTANCE: "late_acceptance",
}
"""The clocks of a pack whose breach somebody answers for."""
OF_THE_CUSTOMER: Final = frozenset({"withdrawn", "satisfaction_given", "reopened", "appeal_referred"})
"""What is told of the customer; nobody acts for a department in it."""


def breached(case: CaseConduct, data: ClockBreached) -> CaseConduct:
    """A clock breached: nobody had acted by its limit."""
    ground = OF_CLOCKS.get(data.clock)
    if ground is None or any(is_of(lapse, data) for lapse in case.lapses):
        return case
    lapse = Lapse(
        ground=ground,
        at=time_of_text(data.due_at),
        department=data.departments[0] if data.departments else case.lead,
        clock=data.clock,
        generation=data.generation,
        section=data.section or "",
        unconfirmed=bool(data.unconfirmed),
    )
    return with_lapse(case, lapse.seen_all(case.reports))


def withdrawn(case: CaseConduct, data: OfClock) -> CaseConduct:
    """A breach turned out to be none."""
    return replace(case, lapses=tuple(lapse for lapse in case.lapses if not is_of(lapse, data)))


def confirmed(case: CaseConduct, data: OfClock) -> CaseConduct:
    """A breach in doubt is none any more: everything that can have come by its limit has been read."""
    lapses = tuple(replace(lapse, unconfirmed=False) if is_of(lapse, data) else lapse for lapse in case.lapses)
    return replace(case, lapses=lapses)


def moved(case: CaseConduct, data: OfClock) -> CaseConduct:
    """The limit of a clock that stands as breached lies elsewhere now."""
    if data.due_at is None:
        return case
    due_at = time_of_text(data.due_at)
    lapses = (
        replace(lapse, at=due_at, hand="", hand_at=None, accepted_by="", accepted_at=None, days_waited=0).seen_all(
            case.claim_reports if lapse.claim_number else case.reports
        )
        if is_of(lapse, data) and lapse.at != due_at
        else lapse
        for lapse in case.lapses
    )
    return replace(case, lapses=_in_order(lapses))


def ticked(case: CaseConduct, pack: Pack, now: datetime) -> CaseConduct:
    """The case with the days that acceptances are late by now, where each day costs. After its end nobody waits."""
    if pack.penalties is None or pack.penalties.late_acceptance is None:
        return case
    is_open = bool(case.waiting)
    lapses = tuple(lapse.waited(now) if is_open else replace(lapse, days_waited=0) for lapse in case.lapses)
    return case if lapses == case.lapses else replace(case, lapses=lapses)


def excused(case: CaseConduct, approved_by: str, at: datetime) -> CaseConduct:
    """A special reason why the resolution is late was approved."""
    excuses = [*case.excuses]
    insort_right(excuses, Excuse(at=at, approved_by=approved_by), key=lambda excuse: excuse.at)
    return replace(case, excuses=tuple(excuses[-EXCUSES_MAX:]))


def neglected(case: CaseConduct, former: CaseLifecycle, reopening: HandlingReopened) -> CaseConduct:
    """The case was reopened (its lifecycle is that of the new round): through neglect, or not.

    What the round before had found stays until it is judged anew.
    """
    case = replace(case, rounds=tuple(sorted({*case.rounds, case.lifecycle.round_at}))[-ROUNDS_MAX:])
    if former.stands is not None:
        case = replace(case, before=Verdict(former.stands, case.grade))
    if not reopening.through_neglect:
        return case
    named = case.named
    if named is not None:
        named = replace(named, mediated=named.mediated and named.at >= former.round_at)
    lapse = Lapse(
        ground="neglect", at=case.lifecycle.round_at, department=case.lead, named=named,
        neglected_by=reopening.neglected_by or "",
    )  # fmt: skip
    return with_lapse(case, lapse.seen_all(case.reports))


def reported(case: CaseConduct, pack: Pack, event_name: str, data: Mapping[str, Any], at: datetime) -> CaseConduct:
    """Somebody acted in the case, whenever that becomes known. What its clock waits for is an acceptance.

    After a withdrawal nobody waits for one any more, so the days end there.
    """
    clock = pack.clocks.get(ACCEPTANCE)
    accepts = clock is not None and any(trigger.event == event_name for trigger in (*clock.met_by, *clock.cancelled_by))
    employee = data.get("employee", "") if event_name not in OF_THE_CUSTOMER else ""
    if not employee and not accepts:
        return case
    report = Report(at=at, department=data.get("department", case.lead), employee=employee, accepts=accepts)
    reports = list(case.reports)
    insort_right(reports, report, key=lambda earlier: earlier.at)
    lapses = tuple(lapse.seen(report) for lapse in case.lapses)
    return replace(case, reports=tuple(reports[-REPORTS_MAX:]), lapses=lapses)


def is_of(lapse: Lapse, event: OfClock) -> bool:
    """Whether a lapse is of the clock that an event is about."""
    theirs = event.claim_number or "", event.clock, event.generation
    return (lapse.claim_number, lapse.clock, lapse.generation) == theirs


def with_lapse(case: CaseConduct, lapse: Lapse) -> CaseConduct:
    """The case with one more lapse; of many the newest."""
    return replace(case, lapses=_in_order((*case.lapses, lapse))[-LAPSES_MAX:])


def _in_order(lapses: Any) -> tuple[Lapse, ...]:
    return tuple(
        sorted(lapses, key=lambda lapse: (lapse.at, lapse.ground, lapse.claim_number, lapse.clock, lapse.generation))
    )
