"""One parcel, one loss: what the claims of one piece have in all is never more than its value, its fee goes back once.

Whatever the order and the causes. What the others have is written into a report when it is taken, so that a claim that
is folded again comes to the same. A ruling of an authority goes above it, as above every other limit.
Source: docs/sources.md, section 7 (C).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

import msgspec

from services.claims.owing import COMPENSATION
from services.claims.states import Claim, ClaimedCase, Fact
from services.claims.turn import Turn
from tousu.policy.amount_calculation import Beside
from tousu.policy.claim_facts import BadFact, read_facts

BESIDE: Final = "beside"
"""Where a report that was taken carries what the other claims of its piece had then."""
_OF_NO_PIECE: Final = frozenset({"poor_service", "price", "information_security", "contract"})
"""Causes by which nothing happened to a piece."""
_STANDING: Final = frozenset({"offered", "disputed", "agreed", "paid"})
_WORTH: Final = ("real_value", "insured_amount")
"""What tells the value of a piece, the better one first."""


def beside(turn: Turn, claim: Claim) -> Beside:
    """What the other claims of its piece have: what is offered, agreed, ruled or paid, and what the piece is worth."""
    others = list(_others(turn.case, claim))
    sums = [_sums(turn, each) for each in others]
    return Beside(
        compensation=sum((whole - fee for whole, fee in sums), Decimal(0)),
        fee=sum((fee for _, fee in sums), Decimal(0)),
        worth=_worth(turn, (claim, *others)),
    )


def told_beside(turn: Turn, claim: Claim) -> dict[str, Any]:
    """The same as a report carries it; nothing where no other claim has anything."""
    found = beside(turn, claim)
    return {BESIDE: msgspec.to_builtins(found)} if found.compensation or found.fee else {}


def beside_in(said: Mapping[str, Any]) -> Beside:
    """What a report carries of it."""
    return msgspec.convert(said.get(BESIDE, {}), Beside, strict=False)


def exceeds(turn: Turn, claim: Claim, amount: Decimal, fee: Decimal, others: Beside | None = None) -> Decimal | None:
    """The most that the claim may have, where this is more; None where it is not."""
    others = beside(turn, claim) if others is None else others
    if others.worth is None or not others.compensation:
        return None
    room = max(others.worth - others.compensation, Decimal(0)) + fee
    return room if amount > room else None


def has_more_than_there_is(turn: Turn, former: Claim, new: Claim) -> bool:
    """Whether a claim would have more than before and, with the others of its piece, more than the piece is worth."""
    before, (after, fee) = _sums(turn, former)[0], _sums(turn, new)
    is_ruled = new.offer is not None and new.offer.decided == "by_ruling"
    return after > before and not is_ruled and exceeds(turn, new, after, fee) is not None


def _others(case: ClaimedCase, claim: Claim) -> Iterator[Claim]:
    if claim.ground.cause in _OF_NO_PIECE:
        return
    piece = _piece(case, claim)
    for each in case.claims:
        if each.number != claim.number and each.ground.cause not in _OF_NO_PIECE and _piece(case, each) == piece:
            yield each


def _piece(case: ClaimedCase, claim: Claim) -> str | None:
    """The piece of a claim; where neither it nor its case names any, all claims of the case are of one."""
    only = case.pieces[0] if len(case.pieces) == 1 else None
    return claim.ground.waybill_number or only


def _sums(turn: Turn, claim: Claim) -> tuple[Decimal, Decimal]:
    """What a claim has in the currency of the pack, and how much of it is a fee that goes back."""
    owed = claim.obligation(COMPENSATION)
    has = owed.awarded - owed.withdrawn if owed is not None and owed.currency == turn.pack.currency else Decimal(0)
    offers = [claim.offer, claim.awaiting.offer if claim.awaiting is not None else None]
    standing = [each for each in offers if each is not None and each.currency == turn.pack.currency]
    fee = max((each.fee for each in standing), default=Decimal(0))
    if claim.state == "open" and claim.stage in _STANDING:
        has = max(has, *(each.amount for each in standing)) if standing else has
    return has, min(fee, has)


def _worth(turn: Turn, claims: tuple[Claim, ...]) -> Decimal | None:
    """What the piece is worth by the newest finding for any of its claims."""
    for name in _WORTH:
        found = [(each.facts[name].at, _read(turn, each, name)) for each in claims if name in each.facts]
        known = [(at, worth) for at, worth in found if worth is not None]
        if known:
            return max(known)[1]
    return None


def _read(turn: Turn, claim: Claim, name: str) -> Decimal | None:
    table = turn.rules.compensation
    if table is None:
        return None
    currency: Fact | None = claim.facts.get("currency")
    facts = {name: claim.facts[name].value} | ({"currency": currency.value} if currency is not None else {})
    day = turn.at.astimezone(turn.calendar.zone).date()
    read = read_facts(facts, table, turn.pack.currency, day)
    worth = None if isinstance(read, BadFact) else read.values.get(name)
    return worth if isinstance(worth, Decimal) else None
