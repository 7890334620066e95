"""What outlets of a network settle between them: notice, negotiation, arbitration, the bill (domain, section 7, C).

verify -> notice to the responsible outlet -> it makes contact (5 days from seeing it, 3 for a delay) -> negotiate (10
days damage, 30 days loss) -> not settled -> arbitration at headquarters -> is the report true? no: a penalty for a
false report; yes: the responsible outlet is fixed and billed. Before that the notice may go to another outlet.
Handling fees are due where headquarters had to rule: the fined side pays 6 %, the compensated side 4 %.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from msgspec.structs import replace

from services.claims import limits
from services.claims.ending import MATERIALS_MISSING
from services.claims.owing import BILL, COMPENSATION, FEE_OF_COMPENSATED, FEE_OF_FINED, instruct, owe
from services.claims.paying import paid_before
from services.claims.states import Claim, OutletSide
from services.claims.telling import refusal
from services.claims.turn import Turn, time_text
from tousu.decision import Refusal
from tousu.ledger.obligation import Kind
from tousu.ledger.payment import money
from tousu.policy.between_outlets import handling_fees
from tousu.policy.claim_facts import BadFact

HEADQUARTERS: Final = "headquarters"
NOTICE: Final = "negotiation_notice"


_ITSELF: Final = "an outlet does not compensate itself; name another in compensated_outlet, or leave it out"


def notified(turn: Turn, claim: Claim, data: Mapping[str, Any]) -> Claim | Refusal:
    """The outlet that is thought responsible has been told; the notice goes into the file where the pack wants one."""
    former, outlet = claim.outlets, data["outlet"]
    if former is not None:
        problem = _no_second(claim, former, outlet)
        if problem is not None:
            return problem
    compensated = data.get("compensated_outlet", former.compensated if former is not None else "")
    side = OutletSide(notified=outlet, compensated=compensated)
    if side.compensated == side.notified:
        return refusal("same_outlet", _ITSELF, "/compensated_outlet")
    file = claim.file
    if NOTICE in turn.rules.evidence and NOTICE not in file:
        file = (*file, NOTICE)
    claim = replace(claim, outlets=side, file=file)
    turn.tell(
        "outlet_notified",
        claim,
        {
            "outlet": side.notified,
            "compensated_outlet": side.compensated or None,
            "notified_at": time_text(turn.at),
        },
    )
    return limits.pull(turn, claim, "outlet_notified", data)


def _no_second(claim: Claim, side: OutletSide, outlet: str) -> Refusal | None:
    """Why the notice to another outlet does not fit: it was this one, or headquarters has the matter by now."""
    if side.notified == outlet:
        return refusal("illegal_transition", f"outlet {outlet} was told already; leave this report out", "type")
    ended = _open_side(claim)
    if isinstance(ended, Refusal):
        return ended
    if side.arbitration:
        message = f"headquarters decides who answers for claim {claim.number}; report what it rules (outlet_ruled)"
        return refusal("illegal_transition", message, "type")
    return None


def contacted(turn: Turn, claim: Claim, data: Mapping[str, Any]) -> Claim | Refusal:
    """The responsible outlet made contact with the other one: from now on they negotiate."""
    side = _open_side(claim)
    if isinstance(side, Refusal):
        return side
    if data["outlet"] != side.notified:
        message = (
            f"the notice went to {side.notified}; whose contact it is, or tell of the notice first (outlet_notified)"
        )
        return refusal("other_outlet", message, "/outlet")
    if side.contacted:
        return refusal(
            "illegal_transition", f"outlet {side.notified} has made contact already; leave this report out", "type"
        )
    claim = limits.pull(turn, replace(claim, outlets=replace(side, contacted=True)), "outlet_contacted", data)
    # Where its days were over before, negotiation has begun with that.
    return limits.pull(turn, claim, "negotiation_begun", data)


def settled(turn: Turn, claim: Claim, data: Mapping[str, Any]) -> Claim | Refusal:
    """The outlets have settled it between them: the one that answers for it is billed, without fees."""
    side = _open_side(claim)
    if isinstance(side, Refusal):
        return side
    amount, outlet = _amount(claim, data), data["outlet"]
    if isinstance(amount, Refusal):
        return amount
    claim = limits.pull(turn, claim, "negotiation_settled", data)
    claim = replace(claim, outlets=replace(side, ended="settled", responsible=outlet))
    turn.tell(
        "outlets_settled",
        claim,
        {
            "outlet": outlet,
            "amount": money(amount),
            "currency": turn.pack.currency,
            "settled_at": time_text(turn.at),
        },
    )
    return _billed(turn, claim, BILL, "bill", amount, outlet, side.compensated or HEADQUARTERS)


def arbitration_requested(turn: Turn, claim: Claim, data: Mapping[str, Any]) -> Claim | Refusal:
    """Headquarters is asked, once the time for negotiation is over."""
    side = _open_side(claim)
    if isinstance(side, Refusal):
        return side
    clock = limits.negotiates_until(turn, claim)
    if clock is not None:
        message = (
            f"clock {clock.name} runs until {time_text(clock.due_at)} ({clock.limit.section}); ask after negotiation"
        )
        return refusal("negotiation_goes_on", message, "type")
    turn.tell(
        "arbitration_requested",
        claim,
        {"outlet": data["outlet"], "reason": data.get("reason"), "requested_at": time_text(turn.at)},
    )
    return replace(claim, outlets=replace(side, arbitration=True))


def ruled(turn: Turn, claim: Claim, data: Mapping[str, Any]) -> Claim | Refusal:
    """Headquarters has ruled: the responsible outlet is fixed and billed, or the report was false."""
    side = _open_side(claim)
    if isinstance(side, Refusal):
        return side
    if not side.arbitration:
        message = f"nobody asked for arbitration of claim {claim.number}; outlet_arbitration_requested comes first"
        return refusal("illegal_transition", message, "type")
    is_true = data["report_true"]
    ruling = {"report_true": is_true, "reason": data.get("reason"), "arbitrated_at": time_text(turn.at)}
    if not is_true:
        if "reporting_outlet" not in data:
            message = "say which outlet reported falsely in reporting_outlet: it answers for that"
            return refusal("outlet_missing", message, "/reporting_outlet")
        claim = limits.pull(turn, replace(claim, outlets=replace(side, ended="false_report")), "arbitrated", data)
        turn.tell("arbitrated", claim, ruling | {"reporting_outlet": data["reporting_outlet"]})
        return claim
    responsible = data.get("responsible_outlet", side.notified)
    amount = _amount(claim, data)
    if isinstance(amount, Refusal):
        return amount
    claim = limits.pull(
        turn, replace(claim, outlets=replace(side, ended="ruled", responsible=responsible)), "arbitrated", data
    )
    turn.tell(
        "arbitrated",
        claim,
        ruling | {"responsible_outlet": responsible, "amount": money(amount), "currency": turn.pack.currency},
    )
    claim = _billed(turn, claim, BILL, "bill", amount, responsible, side.compensated or HEADQUARTERS)
    return _with_fees(turn, claim, amount, responsible, side.compensated)


def _with_fees(turn: Turn, claim: Claim, amount: Decimal, fined: str, compensated: str) -> Claim:
    table = turn.rules.compensation
    fees = handling_fees(table, money(amount)) if table is not None else ()
    assert not isinstance(fees, BadFact), "an amount that is billed is above nothing"
    for fee in fees:
        name, outlet = (FEE_OF_FINED, fined) if fee.side == "fined" else (FEE_OF_COMPENSATED, compensated)
        if outlet and fee.amount:
            claim = _billed(turn, claim, name, "handling_fee", fee.amount, outlet, HEADQUARTERS, f"{fee.percent}")
    return claim


def _billed(
    turn: Turn, claim: Claim, name: str, kind: Kind, amount: Decimal, debtor: str, creditor: str,
    percent: str | None = None,
) -> Claim:  # fmt: skip
    claim = owe(turn, claim, name, kind, amount, turn.pack.currency, debtor, creditor, name)
    obligation = claim.obligation(name)
    assert obligation is not None
    turn.tell(
        "billed",
        claim,
        {
            "obligation": obligation.number, "kind": kind, "debtor": debtor, "creditor": creditor,
            "amount": money(amount), "currency": obligation.currency, "percent": percent,
            "billed_at": time_text(turn.at),
        },
    )  # fmt: skip
    claim = paid_before(turn, claim) or claim
    rest = claim.obligation(name)
    if rest is not None and rest.outstanding:
        instruct(turn, claim, "bill_outlet", rest, {"party": {"kind": "outlet", "id": debtor}})
    return claim


def _open_side(claim: Claim) -> OutletSide | Refusal:
    side = claim.outlets
    if side is None:
        message = f"no outlet was told of claim {claim.number}; outlet_notified comes first"
        return refusal("illegal_transition", message, "type")
    if side.ended:
        message = f"between the outlets claim {claim.number} has ended ({side.ended}); leave this report out"
        return refusal("illegal_transition", message, "type")
    return side


def _amount(claim: Claim, data: Mapping[str, Any]) -> Decimal | Refusal:
    """What is billed: the amount named, else what the claimant was offered or is owed."""
    if claim.reason == MATERIALS_MISSING and claim.ground.cause == "delay":
        message = "its materials were missing, so the posting outlet gets nothing (C 7); leave this report out"
        return refusal("materials_missing", message, "/claim_number")
    if "amount" in data:
        amount = Decimal(data["amount"])
        return (
            amount
            if amount > 0
            else refusal("amount_not_positive", "amount must be above 0, such as 120.00", "/amount")
        )
    obligation = claim.obligation(COMPENSATION)
    if obligation is not None and obligation.awarded > obligation.withdrawn:
        return obligation.awarded - obligation.withdrawn
    if claim.offer is not None:
        return claim.offer.amount
    return refusal("amount_missing", "nothing was offered to the claimant yet; name the amount", "/amount")
