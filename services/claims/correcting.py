"""What was booked and told of a claim, brought to where it stands by what is known now.

Entries of the ledger and instructions are never taken out: what turned out wrong is taken back by entries and
instructions of its own, so that the sums come to what they ought to be.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from msgspec.structs import replace

from services.claims import limits
from services.claims.owing import (
    COMPENSATION,
    cancel_instruction,
    compensate,
    giver_of,
    instruct,
    owe,
    payee_of,
    release,
    settle,
)
from services.claims.states import Claim, Offer
from services.claims.turn import Turn
from tousu.decision import Output
from tousu.domain.clock.correcting import corrected, undone
from tousu.domain.clock.history import KNOWN_LATE
from tousu.domain.clock.state import Clock
from tousu.events.claim_payment import ClaimPaid
from tousu.ledger.obligation import NOTHING, Obligation

_PAID: Final = "paid"


def limits_as(turn: Turn, claim: Claim, ought: Claim) -> Claim:
    """The claim with its limits as they ought to stand; what stood otherwise is told."""
    ctx = limits.ClaimClocks(turn, claim)
    expected = {(clock.name, clock.started_at) for clock in ought.past}
    known = {clock.name: clock for clock in claim.clocks}
    clocks = []
    for clock in ought.clocks:
        old = known.pop(clock.name, None)
        if old is not None and old.breached and (old.name, old.started_at) in expected:
            clock = replace(clock, generation=max(clock.generation, old.generation + 1))  # noqa: PLW2901
            old = None  # its breach stands as one of an earlier generation
        clocks.append(corrected(ctx, old, clock))
    clocks += [undone(ctx, clock) for clock in known.values()]
    for clock in claim.past:
        if (clock.name, clock.started_at) not in expected:
            undone(ctx, clock)
    heard = {(clock.name, clock.started_at): clock for clock in (*claim.past, *claim.clocks) if clock.breached}
    past = (heard.get((clock.name, clock.started_at)) or _past_breach(ctx, claim, clock) for clock in ought.past)
    return replace(claim, clocks=tuple(clocks), past=tuple(past))


def _past_breach(ctx: limits.ClaimClocks, claim: Claim, clock: Clock) -> Clock:
    """An earlier generation of which nobody has heard: its breach is told, under a number of its own."""
    last = max((other.generation for other in (*claim.past, *claim.clocks) if other.name == clock.name), default=0)
    return corrected(ctx, None, replace(clock, generation=max(clock.generation, last + 1)))


def books_as(turn: Turn, claim: Claim, ought: Claim, payments: Sequence[ClaimPaid], offer: Offer | None) -> Claim:
    """The claim with its books as they ought to stand, and whoever pays told; `payments` are still to be booked.

    told: the offer by which they were told before.
    """
    for obligation in claim.owed:
        if ought.obligation(_name(obligation)) is None:
            nothing = replace(obligation, awarded=NOTHING, paid=NOTHING, withdrawn=NOTHING)
            claim = _book_as(turn, claim, nothing, (), offer)
    for obligation in ought.owed:
        claim = _book_as(
            turn, claim, obligation, [payment for payment in payments if payment.obligation == obligation.number], offer
        )
    return replace(claim, payments=ought.payments)


def _book_as(
    turn: Turn, claim: Claim, ought: Obligation, payments: Sequence[ClaimPaid], offer: Offer | None
) -> Claim:  # fmt: skip
    name = _name(ought)
    former = claim.obligation(name)
    if former is not None and former.debtor != ought.debtor:
        claim = _of_another(turn, claim, former, ought)
        former = claim.obligation(name)
    due = ought.awarded - ought.withdrawn
    so_far = former.awarded - former.withdrawn if former is not None else NOTHING
    if due > so_far:
        claim = owe(
            turn, claim, name, ought.kind, due - so_far, ought.currency, ought.debtor, ought.creditor, KNOWN_LATE
        )  # fmt: skip
    for payment in payments:
        obligation = claim.obligation(name)
        assert obligation is not None
        claim = settle(turn, claim, obligation, Decimal(payment.amount), payment.payment_id)
    if due < so_far:
        claim = release(turn, claim, name, so_far - due, KNOWN_LATE)
    after = claim.obligation(name)
    if after is None:  # by the true order it came and went
        return claim
    outstanding = former.outstanding if former is not None else NOTHING
    by_another = name == COMPENSATION and giver_of(offer) != giver_of(claim.offer)
    is_other = after.outstanding != outstanding or by_another
    # What is told as a part spends no instruction (tousu/ledger/instructions.py), though it be the whole by now.
    is_spent = any(Decimal(payment.amount) == outstanding and not payment.outstanding for payment in payments)
    if former is not None and outstanding and is_other and not is_spent:
        to = _to(claim, after) | (giver_of(offer) if name == COMPENSATION else {})
        cancel_instruction(turn, claim, former, after, to)
    if after.outstanding and (payments or is_other):
        _instruct(turn, claim, after)
    return claim


def _of_another(turn: Turn, claim: Claim, former: Obligation, ought: Obligation) -> Claim:
    """What one outlet was told to pay another one owes: nothing is asked of the first any more."""
    name = _name(former)
    if former.outstanding:
        claim = release(turn, claim, name, former.outstanding, KNOWN_LATE)
        after = claim.obligation(name)
        assert after is not None
        cancel_instruction(turn, claim, former, after, _to(claim, former))
    obligations = tuple(
        replace(obligation, debtor=ought.debtor, creditor=ought.creditor)
        if obligation.number == former.number
        else obligation
        for obligation in claim.owed
    )
    return replace(claim, owed=obligations)


def _instruct(turn: Turn, claim: Claim, obligation: Obligation) -> None:
    if _name(obligation) == COMPENSATION:
        pay_by = next((clock.due_at for clock in limits.waiting_for(turn, claim, _PAID)), None)
        compensate(turn, claim, obligation, pay_by)
    else:
        instruct(turn, claim, "bill_outlet", obligation, _to(claim, obligation))


def _to(claim: Claim, obligation: Obligation) -> dict[str, Any]:
    if _name(obligation) == COMPENSATION:
        return payee_of(claim)
    return {"party": {"kind": "outlet", "id": obligation.debtor}}


def _name(obligation: Obligation) -> str:
    return obligation.number.rpartition("/")[2]


def name_of(output: Output) -> str:
    """The name of an event of a claim (`offered`)."""
    return output.type.split(".")[2]
