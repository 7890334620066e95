"""Bringing the claims of a case in line with what they rest on: missing ones open, groundless ones close.

A piece never gets a second claim of the same cause: where its ground comes back, the claim it had is opened again. A
claim for which a form has come stands on it, however the complaint is classed later. What is agreed is owed: only
its claimant or an authority's ruling changes that. A claim that was paid, or that its claimant ended, stays as it is.
"""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import replace

from services.claims import limits
from services.claims.ending import MATERIALS_MISSING, PAID, PAYEE_DENIED, close
from services.claims.missing import missing_items, tell_missing
from services.claims.states import Asked, Claim, Ground
from services.claims.turn import Turn, time_text
from tousu.policy.claims import ClaimOpener

JUDGED_OTHERWISE: Final = "judged_otherwise"
TURNED_INTO_LOSS: Final = "turned_into_loss"
DELIVERED_IN_TIME: Final = "delivered_in_time"
_FIRM: Final = frozenset({"agreed", "paid"})
"""Stages in which a claim no longer rests on its complaint."""
OPENED_BY_FORM: Final = frozenset({JUDGED_OTHERWISE, PAYEE_DENIED})
"""Why a claim was closed that a form opens again."""
_FOR_GOOD: Final = frozenset({PAID, "claim_withdrawn", MATERIALS_MISSING, PAYEE_DENIED})
"""Why a claim was closed that does not open again with its ground."""


def reconcile(turn: Turn, opener: ClaimOpener, why_again: str, why_gone: str = JUDGED_OTHERWISE) -> None:
    """Open, close and open again what must be, in the order of claim numbers.

    `why_again`, `why_gone`: what is told of a claim whose ground came back, or went while its case stands.
    """
    asked = asked_now(turn, opener)
    live = {entry.ground for entry in asked}
    for claim in turn.case.claims:
        if claim.state == "open" and claim.ground not in live and claim.stage not in _FIRM:
            turn.keep(close(turn, claim, _reason_to_close(turn, claim, why_gone)).begun_anew)
        elif claim.state == "closed" and claim.ground in live and claim.reason not in _FOR_GOOD:
            turn.keep(_opened_again(turn, claim, why_again).begun_anew)
    known = {claim.ground for claim in turn.case.claims}
    for asked_claim in asked:
        if asked_claim.ground not in known:
            open_claim(turn, opener, asked_claim)


def delivered(turn: Turn, opener: ClaimOpener, claim: Claim) -> None:
    """It becomes known that a piece has come. Where that was before the complete-delay limit, it was never lost.

    A loss that is agreed or paid stays so.
    """
    ground = Ground(cause="delay", waybill_number=claim.ground.waybill_number)
    delay = next((candidate for candidate in turn.case.claims if candidate.ground == ground), None)
    if delay is None or ground not in turn.case.turned or _loss_is_firm(turn, ground):
        return
    acquitted = limits.acquit(turn, delay, turn.rules.turns_into_loss)
    if any(clock.breached and clock.name in turn.rules.turns_into_loss for clock in acquitted.clocks):
        return
    turn.keep(acquitted.begun_anew)
    turn.case = replace(turn.case, turned=tuple(turned for turned in turn.case.turned if turned != ground))
    reconcile(turn, opener, DELIVERED_IN_TIME, DELIVERED_IN_TIME)
    turn.keep(
        limits.pull(turn, next(candidate for candidate in turn.case.claims if candidate.ground == ground), "delivered")
    )


def _loss_is_firm(turn: Turn, delay: Ground) -> bool:
    loss = Ground(cause="loss", waybill_number=delay.waybill_number)
    return any(claim.ground == loss and claim.stage in _FIRM for claim in turn.case.claims)


def open_claim(turn: Turn, opener: ClaimOpener, asked: Asked) -> Claim:
    """A new claim of the case; a loss that was a delay takes over what its claim had, and says what it lacks."""
    claim = Claim(number=f"{turn.number}/{len(turn.case.claims) + 1}", asked=asked, opened_at=turn.at)
    delay = _turned_into(turn, asked)
    if delay is not None:
        claim = replace(
            claim, claimant=delay.claimant, claimed_amount=delay.claimed_amount, currency=delay.currency,
            file=delay.file, facts=delay.facts, stage="filed" if delay.claimant is not None else "opened",
        )  # fmt: skip
    turn.tell("opened", claim, _opening(claim, delay))
    claim = limits.pull(turn, claim, "opened")
    if claim.stage == "filed":
        claim = limits.pull(turn, claim, "form_received")
        if missing_items(turn, opener, claim):
            tell_missing(turn, opener, claim)
    return turn.keep(claim)


def asked_now(turn: Turn, opener: ClaimOpener) -> tuple[Asked, ...]:
    """The claims that may be open at the moment: none while the complaint is withdrawn or does not stand."""
    case = turn.case
    if case.lifecycle.withdrawn or case.lifecycle.stands is False:
        return ()
    every = {asked_claim.ground: asked_claim for asked_claim in (*case.asked, *case.filed)}
    now: dict[Ground, Asked] = {}
    for ground, original in every.items():
        asked = _as_loss(original, opener) if ground in case.turned else original
        now.setdefault(asked.ground, asked)
    return tuple(now.values())


def _as_loss(asked_claim: Asked, opener: ClaimOpener) -> Asked:
    """A claim for delay whose piece did not come by the complete-delay limit: it is lost (domain, section 7)."""
    ground = Ground(cause="loss", waybill_number=asked_claim.ground.waybill_number)
    return replace(asked_claim, ground=ground, evidence_needed=opener.evidence_for("loss"))


def _turned_into(turn: Turn, asked: Asked) -> Claim | None:
    delay = Ground(cause="delay", waybill_number=asked.ground.waybill_number)
    if asked.ground.cause != "loss" or delay not in turn.case.turned:
        return None
    return next((claim for claim in turn.case.claims if claim.ground == delay), None)


def _reason_to_close(turn: Turn, claim: Claim, why_gone: str) -> str:
    """Why a claim has lost its ground."""
    lifecycle = turn.case.lifecycle
    if lifecycle.withdrawn:
        return "withdrawn"
    if lifecycle.stands is False:
        return "does_not_stand"
    return TURNED_INTO_LOSS if claim.ground in turn.case.turned else why_gone


def _opened_again(turn: Turn, claim: Claim, why: str) -> Claim:
    """The claim goes on where it was filed; what had been decided is decided anew."""
    stage = "filed" if claim.claimant is not None else "opened"
    claim = replace(claim, state="open", reason="", closed_at=None, stage=stage, offer=None)
    turn.tell("reopened", claim, {"reopened_at": time_text(turn.at), "reason": why})
    claim = limits.opened_again(turn, claim)
    claim = limits.pull(turn, claim, "opened")
    return limits.pull(turn, claim, "form_received") if claim.claimant is not None else claim


def _opening(claim: Claim, delay: Claim | None) -> dict[str, Any]:
    asked = claim.asked
    return {
        "cause": asked.ground.cause,
        "payee_role": asked.payee_role,
        "opened_at": time_text(claim.opened_at),
        "evidence_needed": list(asked.evidence_needed),
        "departments": list(asked.departments),
        "waybill_number": asked.ground.waybill_number,
        "amount_yuan": asked.amount_yuan,
        "instead_of": delay.number if delay is not None else None,
    }
