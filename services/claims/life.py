"""How a case goes on, as far as its claims depend on it; the whole life of a case is with sla.

Source: domain, sections 2, 6 and 7 (C).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from services.claims.states import Asked, ClaimedCase


def lived_on(case: ClaimedCase, what: str, said: Mapping[str, Any]) -> ClaimedCase:
    """The case after a handling event, named without prefix and version (`judged`).

    A case that is over is moved by a reopening only: its judgement is then open again, a withdrawal is undone.
    Settled means that the handling has ended; the claims live on until they are paid.
    """
    if what == "reopened":
        return msgspec.structs.replace(case, stands=None, withdrawn=False, over=False) if case.over else case
    if case.over:
        return case
    match what:
        case "judged":
            return msgspec.structs.replace(case, stands=said["stands"])
        case "withdrawn":
            return msgspec.structs.replace(case, withdrawn=True, over=True)
        case "customer_answered" if said["settled"] or case.stands is False:
            return msgspec.structs.replace(case, over=True)
        case _:
            return case


def asked_now(case: ClaimedCase) -> tuple[Asked, ...]:
    """What claims may be open at the moment: none while the complaint is withdrawn or does not stand."""
    return () if case.withdrawn or case.stands is False else case.asked


def reason_to_close(case: ClaimedCase) -> str:
    """Why a claim has lost its ground."""
    if case.withdrawn:
        return "withdrawn"
    return "does_not_stand" if case.stands is False else "judged_otherwise"
