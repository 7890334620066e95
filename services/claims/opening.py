"""Which claims a routed complaint asks for: one for each piece and cause (domain, section 7, source C; case 7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from services.claims.settling import open_claim
from services.claims.states import Asked, Claim, ClaimedCase, Ground
from services.claims.telling import refusal
from services.claims.turn import Turn
from tousu.decision import Refusal
from tousu.domain.case.state import Kind
from tousu.domain.case.view import CaseLifecycle, lifecycle_begun, view_of
from tousu.event import time_of_text
from tousu.policy.claims import ClaimOpener, NoClaim


class Asking(NamedTuple):
    """The claims asked for, and why a trouble asks for none (the first reason, empty where every trouble does)."""

    asked: tuple[Asked, ...]
    why_not: str


def claims_asked_for(routed: Mapping[str, Any], opener: ClaimOpener) -> Asking:
    """The claims that a complaint asks for, in the order of its troubles; two classes of one cause are one claim."""
    asked: dict[Ground, Asked] = {}
    reasons: list[str] = []
    amount_yuan = routed.get("amount_yuan") if len(routed.get("pieces", ())) < 2 else None
    for trouble in routed.get("classes", ()):
        opening = opener.open(
            trouble["class"],
            received_at=time_of_text(routed["received_at"], "received_at"),
            demand=routed.get("demand", ""),
            promised_at=_time(routed, "promised_at"),
            posted_at=_time(routed, "posted_at"),
            role=routed.get("complainant", {}).get("role", ""),
        )
        if isinstance(opening, NoClaim):
            reasons.append(opening.reason)
            continue
        ground = Ground(cause=opening.cause, waybill_number=trouble.get("waybill_number"))
        asked_claim = Asked(
            ground=ground,
            payee_role=opening.payee_role,
            evidence_needed=opening.evidence_needed,
            section=opening.section,
            departments=tuple(routed["departments"]),
            amount_yuan=amount_yuan,
        )
        asked.setdefault(ground, asked_claim)
    return Asking(tuple(asked.values()), next(iter(reasons), "" if asked else "class_unknown"))


def file_claim(turn: Turn, opener: ClaimOpener, data: Mapping[str, Any], role: str) -> Claim | Refusal:
    """The claim that a form asks for where there is none yet; the right to claim must not have lapsed."""
    case = turn.case
    opening = opener.file(data["cause"], _asked_at(case, data), case.posted_at, role=role)
    if isinstance(opening, NoClaim):
        message = f"pack {turn.pack.id} knows no claims; add the block claims to it"
        if opening.reason == "right_has_lapsed":
            message = f"the right to claim has lapsed ({opening.section}): tell the claimant that none can be filed"
        return refusal(opening.reason, message, "/cause")
    asked = Asked(
        ground=Ground(cause=opening.cause, waybill_number=data.get("waybill_number")),
        payee_role=opening.payee_role,
        evidence_needed=opening.evidence_needed,
        section=opening.section,
        departments=case.departments,
    )
    if case.lifecycle.withdrawn or case.lifecycle.stands is False:
        why = "is withdrawn" if case.lifecycle.withdrawn else "does not stand"
        return refusal(
            "illegal_transition", f"case {turn.number} {why}; reopen it before a claim is filed", "/case_number"
        )
    return open_claim(turn, opener, asked)


def _asked_at(case: ClaimedCase, data: Mapping[str, Any]) -> datetime:
    """When the piece was first asked about: an inquiry within the year keeps the right to claim (domain, section 7)."""
    asked_at, inquired_at = case.lifecycle.received_at, _time(data, "inquired_at")
    if inquired_at is None or (case.posted_at is not None and inquired_at < case.posted_at):
        return asked_at
    return min(asked_at, inquired_at)


def lifecycle_of(kind: Kind, routed: Mapping[str, Any]) -> CaseLifecycle:
    """The lifecycle of a case that has just been routed."""
    return lifecycle_begun(kind, time_of_text(routed["received_at"], "received_at")).after(view_of(routed))


def told_of(routed: Mapping[str, Any]) -> dict[str, Any]:
    """What a routed case says that its claims need: pieces, customer, route, region, times, who answers."""
    pieces = [piece["waybill_number"] for piece in routed.get("pieces", ()) if "waybill_number" in piece]
    if "waybill_number" in routed:
        pieces.insert(0, routed["waybill_number"])
    return {
        "grade": routed.get("grade", ""),
        "pieces": tuple(dict.fromkeys(pieces)),
        "complainant": routed.get("complainant", {}).get("pseudonym", ""),
        "route": routed.get("route", ""),
        "region": routed.get("region", ""),
        "posted_at": _time(routed, "posted_at"),
        "promised_at": _time(routed, "promised_at"),
        "departments": tuple(routed["departments"]),
    }


def _time(routed: Mapping[str, Any], name: str) -> datetime | None:
    return time_of_text(routed[name], name) if name in routed else None
