"""The end of a claim: its limits are over, what was awarded and not paid is withdrawn, finance is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec.structs import replace

from services.claims import limits
from services.claims.owing import (
    BILL,
    COMPENSATION,
    FEE_OF_COMPENSATED,
    FEE_OF_FINED,
    cancel_instruction,
    giver_of,
    payee_of,
    release,
)
from services.claims.states import Claim
from services.claims.turn import Turn, time_text
from tousu.ledger.payment import money

PAID: Final = limits.PAID
MATERIALS_MISSING: Final = "materials_missing"
PAYEE_DENIED: Final = "payee_denied"
"""The sender said that whoever claims is not to be paid."""


def close(turn: Turn, claim: Claim, reason: str, lacks: Mapping[str, Any] | None = None) -> Claim:
    """The claim is over, for what its file lacks where that is the reason.

    Money that was paid stays paid; who of the outlets bears it may still be negotiated.
    """
    claim = limits.cancel_all(turn, claim, was_paid=reason == PAID)
    withdrawn: list[dict[str, Any]] = []
    if reason != PAID:
        claim, withdrawn = _released(turn, claim, reason)
    claim = replace(claim, state="closed", reason=reason, closed_at=turn.at, awaiting=None)
    closure = {"closed_at": time_text(turn.at), "reason": reason, "withdrawn": withdrawn or None}
    turn.tell("closed", claim, {**closure, **(lacks or {})})
    return claim


def _released(turn: Turn, claim: Claim, reason: str) -> tuple[Claim, list[dict[str, Any]]]:
    """What nobody will pay any more, and how the event tells it. Outlets go on owing each other what was paid."""
    withdrawn: list[dict[str, Any]] = []
    obligation = claim.obligation(COMPENSATION)
    names = (
        [COMPENSATION]
        if obligation is not None and obligation.paid
        else [COMPENSATION, BILL, FEE_OF_FINED, FEE_OF_COMPENSATED]
    )
    for name in names:
        former = claim.obligation(name)
        if former is None or not former.outstanding:
            continue
        claim = release(turn, claim, name, former.outstanding, reason)
        amount = money(former.outstanding)
        withdrawn.append({"obligation": former.number, "amount": amount, "currency": former.currency})
        after = claim.obligation(name)
        assert after is not None
        to = (
            payee_of(claim) | giver_of(claim.offer)
            if name == COMPENSATION
            else {"party": {"kind": "outlet", "id": former.debtor}}
        )
        cancel_instruction(turn, claim, former, after, to)
    return claim, withdrawn
