"""What the published events say of money: every movement that must stand in the ledger, worked out from them alone.

Written apart from the services that book, so that a fault of theirs shows as a difference (reliability.md, I7).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any, Final, NamedTuple, Protocol

from tousu.events.claim import ClaimAgreed, ClaimClosed, ClaimRuled
from tousu.events.claim_payment import ClaimBilled, ClaimPaid
from tousu.events.codec import decode
from tousu.events.content import Content
from tousu.events.penalty import (
    PenaltyAssessed,
    PenaltyCorrected,
    PenaltyDoubled,
    PenaltyPaid,
    PenaltyWithdrawn,
)
from tousu.events.shared_penalty import PenaltyParty
from tousu.failure import Reject
from tousu.ledger.balance import Sums
from tousu.ledger.obligation import NOTHING, Kind, Movement

COMPENSATION: Final = "compensation"
COMPANY: Final = "company"
REPAYMENT: Final = "repayment"


class LedgerEvent(NamedTuple):
    """A published event as far as the ledger wants it; `type` without prefix and version: `claim.agreed`."""

    id: str
    type: str
    time: datetime
    data: Mapping[str, Any]
    organisation: str = ""

    @property
    def content(self) -> Content:
        """What it says. Raises Reject where it is not of the shape of its type."""
        return decode(f"tousu.{self.type}.v1", self.data)

    @property
    def prefix(self) -> str:
        """What penalties of an organisation have in front of their numbers in the ledger."""
        return f"{self.organisation}|" if self.organisation else ""


class LedgerFault(NamedTuple):
    """Something that must not be. `place`: the obligation, the case or the currency that it is about."""

    place: str
    message: str


class Moved(NamedTuple):
    """A movement that an event calls for. What the event does not say of it (debtor, creditor) is empty."""

    obligation: str
    kind: Kind
    movement: Movement
    amount: Decimal
    currency: str
    at: datetime
    event: str
    case_number: str
    reference: str = ""
    debtor: str = ""
    creditor: str = ""


class BookMovement(Protocol):
    """Books one movement of an event."""

    def __call__(
        self, obligation: str, kind: Kind, movement: Movement, amount: Decimal, /, *, reference: str = "",
        debtor: str = "", creditor: str = "",
    ) -> None:  # fmt: skip
        """Note it."""
        ...


STEPS: Final = frozenset(
    each.TYPE.removeprefix("tousu.").removesuffix(".v1")
    for each in (
        ClaimAgreed, ClaimRuled, ClaimBilled, ClaimPaid, ClaimClosed, PenaltyAssessed, PenaltyDoubled,
        PenaltyCorrected, PenaltyWithdrawn, PenaltyPaid,
    )
)  # fmt: skip
"""The events that move money. A claim that is reopened moves none until it is agreed or ruled again."""


class Bookkeeper:
    """Takes events in the order in which each claim and each penalty told them, and keeps what they move."""

    def __init__(self) -> None:
        self.moved: list[Moved] = []
        self.faults: list[LedgerFault] = []
        self.sums: dict[str, Sums] = {}
        self._revisions: dict[str, int] = {}
        self._payments: dict[tuple[str, str], str] = {}
        self._kinds: dict[str, Kind] = {}

    def take(self, told: LedgerEvent) -> None:
        """Note what an event moves; one that says nothing of money moves nothing."""
        if told.type not in STEPS:
            return
        try:
            self._step(told, told.content)
        except (Reject, InvalidOperation) as error:
            self.faults.append(LedgerFault(told.id, f"{told.type} cannot be read: {type(error).__name__} {error}"))

    def _step(self, told: LedgerEvent, said: Content) -> None:
        match said:
            case ClaimAgreed() | ClaimRuled():
                self._settled(told, said)
            case ClaimBilled():
                amount, kind = Decimal(said.amount), said.kind
                move = self._of(told, said.case_number, said.currency)
                move(said.obligation, kind, "awarded", amount, debtor=said.debtor, creditor=said.creditor)
            case ClaimPaid():
                self._paid(told, said)
            case ClaimClosed():
                self._closed(told, said)
            case PenaltyAssessed() | PenaltyDoubled() | PenaltyCorrected() | PenaltyWithdrawn():
                self._penalised(told, said)
            case PenaltyPaid():
                self._penalty_paid(told, said)
            case _:
                pass

    def _settled(self, told: LedgerEvent, said: ClaimAgreed | ClaimRuled) -> None:
        """An agreement or a ruling says what is owed from now on; what was paid is never asked back."""
        obligation = f"{said.claim_number}/{COMPENSATION}"
        sums = self.sums.get(obligation, Sums())
        difference = Decimal(said.amount) - (sums.awarded - sums.withdrawn)
        move = self._of(told, said.case_number, said.currency)
        if difference > NOTHING:
            move(obligation, "compensation", "awarded", difference, debtor=COMPANY)
        elif difference < NOTHING and sums.outstanding > NOTHING:
            move(obligation, "compensation", "withdrawn", min(sums.outstanding, -difference))

    def _paid(self, told: LedgerEvent, said: ClaimPaid) -> None:
        """A payment was booked; its number serves once."""
        self._number_serves_once(told.organisation, said.payment_id, said.obligation)
        move = self._of(told, said.case_number, said.currency)
        kind = self._kind(said.obligation)
        move(said.obligation, kind, "paid", Decimal(said.amount), reference=said.payment_id)

    def _closed(self, told: LedgerEvent, said: ClaimClosed) -> None:
        """The end of a claim names what is withdrawn; afterwards its claimant is owed nothing."""
        for one in said.withdrawn:
            move = self._of(told, said.case_number, one.currency)
            move(one.obligation, self._kind(one.obligation), "withdrawn", Decimal(one.amount))
        obligation = f"{said.claim_number}/{COMPENSATION}"
        left = self.sums.get(obligation, Sums()).outstanding
        if left:
            message = f"the claim was closed ({said.reason}) with {left} outstanding, says {told.id}"
            self.faults.append(LedgerFault(obligation, message))

    def _penalised(
        self, told: LedgerEvent, said: PenaltyAssessed | PenaltyDoubled | PenaltyCorrected | PenaltyWithdrawn
    ) -> None:
        """A penalty is so much from now on, whatever it was before: what was deducted too much must be repaid."""
        obligation = f"{told.prefix}{said.penalty_number}"
        last = self._revisions.get(obligation, 0)
        if said.revision != last + 1:
            self.faults.append(LedgerFault(obligation, f"after revision {last} comes {said.revision}, says {told.id}"))
        self._revisions[obligation] = said.revision
        repayment = f"{obligation}/{REPAYMENT}"
        own, back = self.sums.get(obligation, Sums()), self.sums.get(repayment, Sums())
        difference = Decimal(said.amount) - (own.awarded - own.withdrawn) + (back.awarded - back.withdrawn)
        if difference != Decimal(said.difference):
            message = f"the difference is {difference}, and {told.id} says {said.difference}"
            self.faults.append(LedgerFault(obligation, message))
        party, move = _party(told, said.party), self._of(told, said.case_number, said.currency)
        rise, fall = max(difference, NOTHING), max(-difference, NOTHING)
        kept, dropped = min(back.outstanding, rise), min(own.outstanding, fall)
        _rise_and_fall(move, obligation, "penalty", rise - kept, dropped, debtor=party, creditor=COMPANY)
        _rise_and_fall(move, repayment, "repayment", fall - dropped, kept, debtor=COMPANY, creditor=party)

    def _penalty_paid(self, told: LedgerEvent, said: PenaltyPaid) -> None:
        """A deduction or a repayment was booked; its number serves once for each party."""
        obligation = f"{told.prefix}{said.obligation}"
        if said.obligation not in (said.penalty_number, f"{said.penalty_number}/{REPAYMENT}"):
            self.faults.append(LedgerFault(obligation, f"is none of penalty {said.penalty_number}, says {told.id}"))
        self._number_serves_once(_party(told, said.party), said.payment_id, obligation)
        kind: Kind = "repayment" if obligation.endswith(f"/{REPAYMENT}") else "penalty"
        move = self._of(told, said.case_number, said.currency)
        move(obligation, kind, "paid", Decimal(said.amount), reference=said.payment_id)

    def _number_serves_once(self, whose: str, payment: str, obligation: str) -> None:
        before = self._payments.get((whose, payment))
        self._payments[whose, payment] = obligation
        if before is not None:
            self.faults.append(LedgerFault(obligation, f"payment {payment} is booked twice: before for {before}"))

    def _of(self, told: LedgerEvent, case_number: str | None, currency: str) -> BookMovement:
        """What books the movements of one event."""
        return partial(self._move, told, case_number or "", currency)

    def _move(
        self, told: LedgerEvent, case_number: str, currency: str, obligation: str, kind: Kind, movement: Movement,
        amount: Decimal, *, reference: str = "", debtor: str = "", creditor: str = "",
    ) -> None:  # fmt: skip
        sums = self.sums.get(obligation, Sums())
        self.sums[obligation] = sums._replace(**{movement: getattr(sums, movement) + amount})
        self._kinds.setdefault(obligation, kind)
        self.moved.append(
            Moved(
                obligation, kind, movement, amount, currency, told.time, told.id, case_number, reference, debtor,
                creditor,
            )
        )  # fmt: skip

    def _kind(self, obligation: str) -> Kind:
        """As it was awarded; what never was is found out by its sums."""
        return self._kinds.get(obligation, "compensation")


def _party(told: LedgerEvent, party: PenaltyParty) -> str:
    return f"{told.prefix}{party.kind}/{party.id}"


def _rise_and_fall(
    move: BookMovement, obligation: str, kind: Kind, rise: Decimal, fall: Decimal, *, debtor: str, creditor: str
) -> None:
    """What is awarded of an obligation and what of it is withdrawn, where that is anything."""
    if rise:
        move(obligation, kind, "awarded", rise, debtor=debtor, creditor=creditor)
    if fall:
        move(obligation, kind, "withdrawn", fall, debtor=debtor, creditor=creditor)
