"""What is owed for a claim: booked in the ledger, and told to finance as one instruction at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from msgspec.structs import replace

from services.claims.states import Claim, Offer
from services.claims.turn import INSTRUCTIONS, Turn, time_text
from tousu.ledger.obligation import Booked, Kind, Obligation, award, pay, withdraw
from tousu.ledger.payment import money

COMPENSATION: Final = "compensation"
BILL: Final = "bill"
FEE_OF_FINED: Final = "fee_of_fined"
FEE_OF_COMPENSATED: Final = "fee_of_compensated"
COMPANY: Final = "company"


def owe(
    turn: Turn, claim: Claim, name: str, kind: Kind, amount: Decimal, currency: str, debtor: str, creditor: str,
    reason: str = "",
) -> Claim:  # fmt: skip
    """So much more is owed under this name."""
    obligation = claim.obligation(name) or Obligation(
        number=f"{claim.number}/{name}", kind=kind, debtor=debtor, creditor=creditor, currency=currency,
        case_number=turn.number,
    )  # fmt: skip
    return _booked(turn, claim, award(obligation, amount, turn.at, _cause(turn, claim), reason))


def settle(turn: Turn, claim: Claim, obligation: Obligation, amount: Decimal, payment_id: str) -> Claim:
    """A payment was confirmed; the caller has checked that it is the one that is outstanding."""
    claim = replace(claim, payments=(*claim.payments, payment_id))
    return _booked(turn, claim, pay(obligation, amount, turn.at, _cause(turn, claim), payment_id))


def release(turn: Turn, claim: Claim, name: str, amount: Decimal, reason: str) -> Claim:
    """So much of what is outstanding under this name need not be paid."""
    obligation = claim.obligation(name)
    assert obligation is not None, name
    return _booked(turn, claim, withdraw(obligation, amount, turn.at, _cause(turn, claim), reason))


def instruct(
    turn: Turn, claim: Claim, action: str, obligation: Obligation, to: Mapping[str, Any], due_at: datetime | None = None
) -> None:
    """Tell finance, or whom `to` names, to do something about all that is outstanding of an obligation.

    The number names the ledger entry that called for it, and what is given where that is no money, so an instruction
    never has two meanings.
    """
    data: dict[str, Any] = {
        "instruction_number": _number(obligation, to),
        "to": "finance",
        "what": action,
        "of": obligation.number,
        **to,
        "amount": money(obligation.outstanding),
        "currency": obligation.currency,
    }
    _issue(turn, claim, data, due_at)


def cancel_instruction(turn: Turn, claim: Claim, former: Obligation, now: Obligation, to: Mapping[str, Any]) -> None:
    """Take back what finance, or whom `to` names, was told when the obligation stood at `former`."""
    data: dict[str, Any] = {
        "instruction_number": f"{_number(now, to)}/cancel",
        "to": "finance",
        "what": "cancel",
        "of": now.number,
        **to,
        "cancels": _number(former, to),
    }
    _issue(turn, claim, data, None)


def compensate(turn: Turn, claim: Claim, obligation: Obligation, due_at: datetime | None) -> None:
    """Tell whoever gives what was agreed: finance pays cash; goods, a service or something else is given as that."""
    action = "give_compensation" if giver_of(claim.offer) else "pay_claimant"
    instruct(turn, claim, action, obligation, payee_of(claim) | giver_of(claim.offer), due_at)


def giver_of(offer: Offer | None) -> dict[str, Any]:
    """Who gives what was agreed, as instructions carry it; nothing for cash, which finance pays."""
    if offer is None or not offer.given_by:
        return {}
    return {"to": "department", "department": offer.given_by, "kind": offer.kind}


def payee_of(claim: Claim) -> dict[str, Any]:
    """Who is paid, as agreements and instructions carry it."""
    if claim.claimant is None:
        return {"payee": {"role": claim.asked.payee_role}}
    who = claim.claimant
    return {"payee": {"role": who.role} | ({"reference": who.reference} if who.reference else {})}


def _issue(turn: Turn, claim: Claim, data: dict[str, Any], due_at: datetime | None) -> None:
    data |= {"case_number": turn.number, "at": time_text(turn.at)}
    data |= {"due_at": time_text(due_at)} if due_at is not None else {}
    data |= {"pack": turn.pack.reference()} | ({"section": claim.asked.section} if claim.asked.section else {})
    turn.publish("tousu.instruction.issued.v1", turn.at, data, claim, INSTRUCTIONS)


def _number(obligation: Obligation, to: Mapping[str, Any]) -> str:
    return "/".join([obligation.number, str(obligation.entries), *([to["kind"]] if "kind" in to else [])])


def _booked(turn: Turn, claim: Claim, booked: Booked) -> Claim:
    turn.entries.append(booked.entry)
    obligation = booked.obligation
    known = any(former.number == obligation.number for former in claim.owed)
    kept = tuple(obligation if former.number == obligation.number else former for former in claim.owed)
    return replace(claim, owed=kept if known else (*claim.owed, obligation))


def _cause(turn: Turn, claim: Claim) -> str:
    return turn.cause or next((clock.cause for clock in claim.clocks), claim.number)
