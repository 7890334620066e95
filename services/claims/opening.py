"""Which claims a routed complaint asks for: one for each piece and cause (domain, section 7, source C; case 7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from services.claims.states import Asked, Ground
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
        )
        if isinstance(opening, NoClaim):
            reasons.append(opening.reason)
            continue
        ground = Ground(cause=opening.cause, waybill_number=trouble.get("waybill_number"))
        one = Asked(
            ground=ground,
            payee_role=opening.payee_role,
            evidence_needed=opening.evidence_needed,
            section=opening.section,
            departments=tuple(routed["departments"]),
            amount_yuan=amount_yuan,
        )
        asked.setdefault(ground, one)
    return Asking(tuple(asked.values()), next(iter(reasons), "" if asked else "class_unknown"))


def _time(routed: Mapping[str, Any], name: str) -> datetime | None:
    return time_of_text(routed[name], name) if name in routed else None
