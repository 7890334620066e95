"""Bringing the claims of a case in line with what they rest on: missing ones open, groundless ones close.

A piece never gets a second claim of the same cause: where its ground comes back, the claim it had is opened again.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Literal, NamedTuple

import msgspec

from services.claims.states import Asked, Claim, ClaimedCase, Ground

Step = Literal["opened", "reopened", "closed"]


class Change(NamedTuple):
    """What happened to one claim."""

    step: Step
    claim: Claim


def brought_in_line(case: ClaimedCase, case_number: str, at: datetime) -> tuple[ClaimedCase, tuple[Change, ...]]:
    """The case with its claims in line, and the changes in the order of claim numbers."""
    asked = _asked_now(case)
    reason = _reason_to_close(case)
    live = frozenset(one.ground for one in asked)
    changes = [change for claim in case.claims if (change := _moved(claim, live, reason, at)) is not None]
    moved = {change.claim.number: change.claim for change in changes}
    claims = [moved.get(claim.number, claim) for claim in case.claims]
    known = {claim.ground for claim in claims}
    for one in asked:
        if one.ground not in known:
            claims.append(Claim(number=f"{case_number}/{len(claims) + 1}", asked=one, opened_at=at))
            changes.append(Change("opened", claims[-1]))
    return msgspec.structs.replace(case, claims=tuple(claims)), tuple(changes)


def _asked_now(case: ClaimedCase) -> tuple[Asked, ...]:
    """The claims that may be open at the moment: none while the complaint is withdrawn or does not stand."""
    return () if case.course.withdrawn or case.course.stands is False else case.asked


def _reason_to_close(case: ClaimedCase) -> str:
    """Why a claim has lost its ground."""
    if case.course.withdrawn:
        return "withdrawn"
    return "does_not_stand" if case.course.stands is False else "judged_otherwise"


def _moved(claim: Claim, live: AbstractSet[Ground], reason: str, at: datetime) -> Change | None:
    match claim.state, claim.ground in live:
        case "open", False:
            return Change("closed", msgspec.structs.replace(claim, state="closed", reason=reason, closed_at=at))
        case "closed", True:
            return Change("reopened", msgspec.structs.replace(claim, state="open", reason="", closed_at=None))
        case _:
            return None
