"""Limits of claims that were missed, as what somebody answers for: late handling of whoever owed it (C 8).

Which limits are charged the pack says. Whoever had last acted for the claim in the department that owed it answers,
else that department; between outlets the outlet does.

What was missed while an input of intake is held out is in doubt: a payment or an offer in time may lie unread. Limits
of cases carry that mark in their own events, as sla tells them; those of claims are told without it, and only what
somebody answers for carries it, until all that can have come in time has been read.

Source: docs/sources.md, sections 5 and 8 (C).
"""

from __future__ import annotations

from bisect import insort_right
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from services.claims.case_conduct import REPORTS_MAX, CaseConduct, Lapse, Report
from services.claims.lapses import is_of, moved, with_lapse, withdrawn
from services.claims.limits import CONTACTED
from services.claims.states import ClaimedCase
from services.claims.turn import CASE, CLAIMS
from tousu.decision import Decision, StateKey
from tousu.event import time_of_text
from tousu.events.clock import ClockBreached, ClockBreachWithdrawn, ClockRecalculated
from tousu.events.codec import decode
from tousu.policy.pack import ClaimRules

RECHECK: Final = timedelta(minutes=1)
"""So often a conduct in doubt is looked at again, by the watermark."""
_TYPES: Final = frozenset({ClockBreached.TYPE, ClockBreachWithdrawn.TYPE, ClockRecalculated.TYPE})


class _Act(msgspec.Struct, frozen=True):
    """Who did something for which claim, as a report about it says."""

    claim_number: str = ""
    employee: str = ""
    department: str = ""


def is_charged(rules: ClaimRules, clock: str) -> bool:
    """Whether somebody answers for the breach of a limit."""
    rule = rules.clocks.get(clock)
    return rule is not None and rule.charged


def with_limits(case: CaseConduct, decision: Decision, number: str, rules: ClaimRules | None) -> CaseConduct:
    """The conduct of case `number` with what the limits of its claims did in a decision."""
    if rules is None:
        return case
    claimed = decision.states.get(StateKey(CASE, number))
    claims = claimed.claims if isinstance(claimed, ClaimedCase) else ()
    for output in decision.outputs:
        data = decode(output.type, output.data) if output.topic == CLAIMS and output.type in _TYPES else None
        match data:
            case ClockBreached() if is_charged(rules, data.clock):
                side = next((claim.outlets for claim in claims if claim.number == data.claim_number), None)
                is_outlets = any(trigger.event == CONTACTED for trigger in rules.clocks[data.clock].met_by)
                case = _missed(case, data, side.notified if side is not None and is_outlets else "")
            case ClockBreachWithdrawn():
                case = withdrawn(case, data)
            case ClockRecalculated():
                case = moved(case, data)
            case _:
                pass
    return case


def claim_reported(case: CaseConduct, data: Mapping[str, Any], at: datetime) -> CaseConduct:
    """Somebody acted for a claim of the case."""
    act = msgspec.convert(data, _Act)
    if not act.employee or not act.claim_number:
        return case
    report = Report(at=at, department=act.department or case.lead, employee=act.employee, claim_number=act.claim_number)
    reports = list(case.claim_reports)
    insort_right(reports, report, key=lambda lapse: lapse.at)
    lapses = tuple(lapse.seen(report) for lapse in case.lapses)
    return replace(case, claim_reports=tuple(reports[-REPORTS_MAX:]), lapses=lapses)


def _missed(case: CaseConduct, breach: ClockBreached, outlet: str) -> CaseConduct:
    """A limit of a claim was missed; `outlet`: whose limit it was, empty where a department's."""
    if any(is_of(lapse, breach) for lapse in case.lapses):
        return case
    lapse = Lapse(
        ground="late_handling",
        at=time_of_text(breach.due_at),
        department=breach.departments[0] if breach.departments else case.lead,
        claim_number=breach.claim_number or "",
        outlet=outlet,
        clock=breach.clock,
        generation=breach.generation,
        section=breach.section or "",
    )
    return with_lapse(case, lapse.seen_all(case.claim_reports))


def weighed(case: CaseConduct, now: datetime, confirmed: datetime | None) -> CaseConduct:
    """The conduct with what was missed of its claims in doubt where it is, and confirmed where it is not any more.

    confirmed: before this the log is complete, None where it is up to `now`.
    """
    lapses = tuple(
        replace(lapse, unconfirmed=is_open)
        if lapse.claim_number and lapse.unconfirmed != (is_open := confirmed is not None and lapse.at >= confirmed)
        else lapse
        for lapse in case.lapses
    )
    is_any_open = any(lapse.unconfirmed and lapse.claim_number for lapse in lapses)
    return replace(case, lapses=lapses, recheck_at=(case.recheck_at or now + RECHECK) if is_any_open else None)
