"""One parcel, one loss: what the claims of one piece have in all is never more than its value, its fee goes back once.

Whatever the order, the causes and the cases. Claims of one case see each other; what those of other cases have stands
in a row of the parcel (docs/decisions, 35). What the others have is written into a report when it is taken, so that a
claim that is folded again comes to the same. A ruling of an authority goes above it, as above every other limit.
Source: docs/sources.md, section 7 (C).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

import msgspec

from services.claims.owing import COMPENSATION
from services.claims.states import Claim, ClaimedCase, Fact, Parcel, ParcelShare, ParcelWorth
from services.claims.turn import PARCEL, Turn
from tousu.decision import State, StateKey
from tousu.events.content import Content
from tousu.policy.amount_calculation import Beside
from tousu.policy.claim_facts import BadFact, read_facts

BESIDE: Final = "beside"
"""Where a report that was taken carries what the other claims of its piece had then."""
_OF_NO_PIECE: Final = frozenset({"poor_service", "price", "information_security", "contract"})
"""Causes by which nothing happened to a piece."""
_STANDING: Final = frozenset({"offered", "disputed", "agreed", "paid"})
_UNFIRM: Final = frozenset({"offered", "disputed"})
"""Stages of an open claim that ends where its delay becomes a loss."""
_WORTH: Final = ("real_value", "insured_amount")
"""What tells the value of a piece, the better one first."""


def keys_of_parcels(case: ClaimedCase, content: Content) -> list[StateKey]:
    """The rows of the parcels that an event of a case may be about: those of the case and those that it names."""
    pieces = (piece.waybill_number for piece in getattr(content, "pieces", ()))
    named = [getattr(content, "waybill_number", None), *pieces]
    known = [*case.pieces, *(claim.ground.waybill_number for claim in case.claims)]
    waybills = dict.fromkeys(parcel_key.upper() for parcel_key in (*known, *named) if parcel_key)
    return [_key(case, waybill) for waybill in waybills]


def parcels_after(turn: Turn) -> dict[StateKey, State | None]:
    """The rows of parcels that the turn has changed."""
    changed: dict[StateKey, State | None] = {}
    for state_key, parcel in turn.parcels.items():
        before = parcel.shares if parcel is not None else ()
        others = [share for share in before if share.case_number != turn.number]
        own = [share for claim in turn.case.claims if (share := _share(turn, claim, state_key)) is not None]
        shares = tuple(sorted((*others, *own), key=lambda share: share.claim_number))
        if shares != before:
            changed[state_key] = Parcel(shares=shares, changed_at=turn.now) if shares else None
    return changed


def beside(turn: Turn, claim: Claim) -> Beside:
    """What the other claims of its piece have: what is offered, agreed, ruled or paid, and what the piece is worth."""
    others = list(_others(turn.case, claim))
    elsewhere = list(_elsewhere(turn, claim))
    sums = [*(_sums(turn, other) for other in others), *(share.at(turn.now) for share in elsewhere)]
    worths = [*(_found(turn, sibling) for sibling in (claim, *others)), *(share.worth for share in elsewhere)]
    return Beside(
        compensation=sum((whole - fee for whole, fee in sums), Decimal(0)),
        fee=sum((fee for _, fee in sums), Decimal(0)),
        worth=_worth(worths),
    )


def parcel_data(turn: Turn, claim: Claim) -> dict[str, Any]:
    """The same as a report carries it; nothing where no other claim has anything."""
    sums = beside(turn, claim)
    return {BESIDE: msgspec.to_builtins(sums)} if sums.compensation or sums.fee else {}


def beside_in(data: Mapping[str, Any]) -> Beside:
    """What a report carries of it."""
    return msgspec.convert(data.get(BESIDE, {}), Beside, strict=False)


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
    for other in case.claims:
        if other.number != claim.number and other.ground.cause not in _OF_NO_PIECE and _piece(case, other) == piece:
            yield other


def _elsewhere(turn: Turn, claim: Claim) -> Iterator[ParcelShare]:
    """What claims of other cases have of its piece."""
    piece = _piece(turn.case, claim)
    if piece is None or claim.ground.cause in _OF_NO_PIECE:
        return
    parcel = turn.parcels.get(_key(turn.case, piece))
    yield from (share for share in (parcel.shares if parcel is not None else ()) if share.case_number != turn.number)


def _share(turn: Turn, claim: Claim, state_key: StateKey) -> ParcelShare | None:
    """What a claim has of this parcel, as its row keeps it; None where it has nothing and tells nothing of it."""
    piece = _piece(turn.case, claim)
    if piece is None or claim.ground.cause in _OF_NO_PIECE or _key(turn.case, piece) != state_key:
        return None
    amount, fee = _sums(turn, claim)
    worth = _found(turn, claim)
    if not amount and not worth:
        return None
    names = turn.rules.turns_into_loss
    waits = (clock for clock in claim.clocks if clock.name in names and clock.is_active and not clock.breached)
    until = next((clock.due_at for clock in waits), None)
    booked = _booked(turn, claim)
    return ParcelShare(
        case_number=turn.number, claim_number=claim.number, amount=amount, fee=fee, booked=booked,
        offer_until=until if claim.stage in _UNFIRM and amount else None, worth=worth,
    )  # fmt: skip


def _key(case: ClaimedCase, waybill: str) -> StateKey:
    """Two organisations may give one number to two pieces."""
    return StateKey(PARCEL, f"{case.organisation}|{waybill.upper()}" if case.organisation else waybill.upper())


def _piece(case: ClaimedCase, claim: Claim) -> str | None:
    """The piece of a claim; where neither it nor its case names any, all claims of the case are of one."""
    only = case.pieces[0] if len(case.pieces) == 1 else None
    return claim.ground.waybill_number or only


def _sums(turn: Turn, claim: Claim) -> tuple[Decimal, Decimal]:
    """What a claim has in the currency of the pack, and how much of it is a fee that goes back."""
    has = _booked(turn, claim)
    offers = [claim.offer, claim.awaiting.offer if claim.awaiting is not None else None]
    standing = [offer for offer in offers if offer is not None and offer.currency == turn.pack.currency]
    fee = max((offer.fee for offer in standing), default=Decimal(0))
    if claim.state == "open" and claim.stage in _STANDING:
        has = max(has, *(offer.amount for offer in standing)) if standing else has
    return has, min(fee, has)


def _booked(turn: Turn, claim: Claim) -> Decimal:
    obligation = claim.obligation(COMPENSATION)
    return (
        obligation.awarded - obligation.withdrawn
        if obligation is not None and obligation.currency == turn.pack.currency
        else Decimal(0)
    )


def _worth(readings: Iterable[Mapping[str, ParcelWorth]]) -> Decimal | None:
    """What the piece is worth by the newest finding for any of its claims."""
    of_claims = list(readings)
    for name in _WORTH:
        known = [(worth[name].at, worth[name].amount) for worth in of_claims if name in worth]
        if known:
            return max(known)[1]
    return None


def _found(turn: Turn, claim: Claim) -> dict[str, ParcelWorth]:
    """What the piece is worth by what was found for a claim."""
    known = ((name, _read(turn, claim, name)) for name in _WORTH if name in claim.facts)
    return {name: ParcelWorth(claim.facts[name].at, amount) for name, amount in known if amount is not None}


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
