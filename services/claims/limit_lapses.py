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
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec.structs import replace

from services.claims.case_conduct import REPORTS_MAX, CaseConduct, Lapse, Report
from services.claims.lapses import is_of, moved, with_lapse, withdrawn
from services.claims.limits import CONTACTED
from services.claims.states import ClaimedCase
from services.claims.turn import CASE, CLAIMS
from tousu.decision import Decision, Output, StateKey
from tousu.event import time_of_text
from tousu.policy.pack import ClaimRules

RECHECK: Final = timedelta(minutes=1)
"""So often a conduct in doubt is looked at again, by the watermark."""
BREACHED: Final = "tousu.clock.breached.v1"
_OTHERWISE: Final[Mapping[str, Callable[[CaseConduct, Mapping[str, Any]], CaseConduct]]] = {
    "tousu.clock.breach_withdrawn.v1": withdrawn,
    "tousu.clock.recalculated.v1": moved,
}


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
        said = output.data
        if output.topic != CLAIMS or not output.type.startswith("tousu.clock.") or not is_charged(rules, said["clock"]):
            continue
        if output.type in _OTHERWISE:
            case = _OTHERWISE[output.type](case, said)
        if output.type == BREACHED:
            side = next((claim.outlets for claim in claims if claim.number == said["claim_number"]), None)
            is_outlets = any(trigger.event == CONTACTED for trigger in rules.clocks[said["clock"]].met_by)
            case = _missed(case, said, side.notified if side is not None and is_outlets else "")
    return case


def claim_reported(case: CaseConduct, said: Mapping[str, Any], at: datetime) -> CaseConduct:
    """Somebody acted for a claim of the case."""
    if "employee" not in said or "claim_number" not in said:
        return case
    report = Report(
        at=at, department=said.get("department", case.lead), employee=said["employee"],
        claim_number=said["claim_number"],
    )  # fmt: skip
    reports = list(case.claim_reports)
    insort_right(reports, report, key=lambda one: one.at)
    lapses = tuple(lapse.seen(report) for lapse in case.lapses)
    return replace(case, claim_reports=tuple(reports[-REPORTS_MAX:]), lapses=lapses)


def _missed(case: CaseConduct, said: Mapping[str, Any], outlet: str) -> CaseConduct:
    """A limit of a claim was missed; `outlet`: whose limit it was, empty where a department's."""
    if any(is_of(lapse, said) for lapse in case.lapses):
        return case
    lapse = Lapse(
        ground="late_handling",
        at=time_of_text(said["due_at"]),
        department=said["departments"][0] if said.get("departments") else case.lead,
        claim_number=said["claim_number"],
        outlet=outlet,
        clock=said["clock"],
        generation=said["generation"],
        section=said.get("section", ""),
    )
    return with_lapse(case, lapse.seen_all(case.claim_reports))


def weighed(case: CaseConduct, outputs: Sequence[Output], now: datetime, confirmed: datetime | None) -> CaseConduct:
    """The conduct with its new lapses of claims in doubt where they are, and the former ones confirmed where they are.

    outputs: what is told in this decision. confirmed: before this the log is complete, None where it is up to `now`.
    """
    new = {
        (one.data["claim_number"], one.data["clock"], one.data["generation"], one.data["due_at"])
        for one in outputs
        if one.type == BREACHED and "claim_number" in one.data
    }
    known = {(number, name, generation, time_of_text(due_at)) for number, name, generation, due_at in new}

    def looked_at(lapse: Lapse) -> Lapse:
        if not lapse.claim_number:
            return lapse
        is_known = confirmed is None or lapse.at < confirmed
        is_new = (lapse.claim_number, lapse.clock, lapse.generation, lapse.at) in known
        if is_known:
            return replace(lapse, unconfirmed=False) if lapse.unconfirmed else lapse
        return replace(lapse, unconfirmed=True) if is_new else lapse

    lapses = tuple(map(looked_at, case.lapses))
    is_open = any(lapse.unconfirmed and lapse.claim_number for lapse in lapses)
    return replace(case, lapses=lapses, recheck_at=(case.recheck_at or now + RECHECK) if is_open else None)
