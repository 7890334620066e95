"""Who is found responsible in a case, and which outlet reported falsely.

The present round counts before former ones, in it what mediation decided before anything else, then the newest by the
time at which it was found. Source: docs/sources.md, sections 4 (H) and 7 (C).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from services.claims.case_conduct import RULINGS_MAX, CaseConduct, Named, Ruling


def named_anew(
    case: CaseConduct, responsible: Mapping[str, str], at: datetime, *, mediated: bool = False, measure: str = ""
) -> CaseConduct:
    """The case now that somebody is known to have been found responsible at this time."""
    new = Named(
        at=at,
        employee=responsible.get("employee", ""),
        outlet=responsible.get("outlet", ""),
        department=responsible.get("department", "") or responsible.get("partner", ""),
        mediated=mediated,
        measure=measure,
    )
    case = replace(case, lapses=tuple(lapse.named_by(new) for lapse in case.lapses))
    round_at = case.lifecycle.round_at
    if case.named is not None and case.named.rank(round_at) > new.rank(round_at):
        return case
    return replace(case, named=new)


def settled(case: CaseConduct, data: Mapping[str, Any], at: datetime) -> CaseConduct:
    """The case after responsibility was settled."""
    mediated, measure = data["by"] == "mediation", data.get("measure", "")
    return named_anew(case, data["responsible"], at, mediated=mediated, measure=measure)


def ruled(case: CaseConduct, data: Mapping[str, Any], at: datetime) -> CaseConduct:
    """The case after a ruling of the arbitration centre on the report in a claim: the newest by time counts."""
    number = data["claim_number"]
    known = next((ruling for ruling in case.rulings if ruling.claim_number == number), None)
    if known is not None and known.at > at:
        return case
    outlet = "" if data["report_true"] else data.get("reporting_outlet", "")
    new = Ruling(claim_number=number, at=at, outlet=outlet)
    rulings = sorted(
        (*(ruling for ruling in case.rulings if ruling is not known), new), key=lambda ruling: ruling.claim_number
    )
    while len(rulings) > RULINGS_MAX:
        rulings.remove(min(rulings, key=lambda ruling: ruling.at))
    return replace(case, rulings=tuple(rulings))
