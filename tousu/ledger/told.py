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
    event_type.TYPE.removeprefix("tousu.").removesuffix(".v1")
    for event_type in (
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

    def take(self, event: LedgerEvent) -> None:
        """Note what an event moves; one that says nothing of money moves nothing."""
        if event.type not in STEPS:
            return
        try:
            self._step(event, event.content)
        except (Reject, InvalidOperation) as error:
            self.faults.append(LedgerFault(event.id, f"{event.type} cannot be read: {type(error).__name__} {error}"))

    def _step(self, event: LedgerEvent, data: Content) -> None:
        match data:
            case ClaimAgreed() | ClaimRuled():
                self._settled(event, data)
            case ClaimBilled():
                amount, kind = Decimal(data.amount), data.kind
                move = self._of(event, data.case_number, data.currency)
                move(data.obligation, kind, "awarded", amount, debtor=data.debtor, creditor=data.creditor)
            case ClaimPaid():
                self._paid(event, data)
            case ClaimClosed():
                self._closed(event, data)
            case PenaltyAssessed() | PenaltyDoubled() | PenaltyCorrected() | PenaltyWithdrawn():
                self._penalised(event, data)
            case PenaltyPaid():
                self._penalty_paid(event, data)
            case _:
                pass

    def _settled(self, event: LedgerEvent, data: ClaimAgreed | ClaimRuled) -> None:
        """An agreement or a ruling says what is owed from now on; what was paid is never asked back."""
        obligation = f"{data.claim_number}/{COMPENSATION}"
        sums = self.sums.get(obligation, Sums())
        difference = Decimal(data.amount) - (sums.awarded - sums.withdrawn)
        move = self._of(event, data.case_number, data.currency)
        if difference > NOTHING:
            move(obligation, "compensation", "awarded", difference, debtor=COMPANY)
        elif difference < NOTHING and sums.outstanding > NOTHING:
            move(obligation, "compensation", "withdrawn", min(sums.outstanding, -difference))

    def _paid(self, event: LedgerEvent, data: ClaimPaid) -> None:
        """A payment was booked; its number serves once."""
        self._number_serves_once(event.organisation, data.payment_id, data.obligation)
        move = self._of(event, data.case_number, data.currency)
        kind = self._kind(data.obligation)
        move(data.obligation, kind, "paid", Decimal(data.amount), reference=data.payment_id)

    def _closed(self, event: LedgerEvent, data: ClaimClosed) -> None:
        """The end of a claim names what is withdrawn; afterwards its claimant is owed nothing."""
        for withdrawal in data.withdrawn:
            move = self._of(event, data.case_number, withdrawal.currency)
            move(withdrawal.obligation, self._kind(withdrawal.obligation), "withdrawn", Decimal(withdrawal.amount))
        obligation = f"{data.claim_number}/{COMPENSATION}"
        left = self.sums.get(obligation, Sums()).outstanding
        if left:
            message = f"the claim was closed ({data.reason}) with {left} outstanding, says {event.id}"
            self.faults.append(LedgerFault(obligation, message))

    def _penalised(
        self, event: LedgerEvent, data: PenaltyAssessed | PenaltyDoubled | PenaltyCorrected | PenaltyWithdrawn
    ) -> None:
        """A penalty is so much from now on, whatever it was before: what was deducted too much must be repaid."""
        obligation = f"{event.prefix}{data.penalty_number}"
        last = self._revisions.get(obligation, 0)
        if data.revision != last + 1:
            self.faults.append(LedgerFault(obligation, f"after revision {last} comes {data.revision}, says {event.id}"))
        self._revisions[obligation] = data.revision
        repayment = f"{obligation}/{REPAYMENT}"
        own, back = self.sums.get(obligation, Sums()), self.sums.get(repayment, Sums())
        difference = Decimal(data.amount) - (own.awarded - own.withdrawn) + (back.awarded - back.withdrawn)
        if difference != Decimal(data.difference):
            message = f"the difference is {difference}, and {event.id} says {data.difference}"
            self.faults.append(LedgerFault(obligation, message))
        party, move = _party(event, data.party), self._of(event, data.case_number, data.currency)
        rise, fall = max(difference, NOTHING), max(-difference, NOTHING)
        kept, dropped = min(back.outstanding, rise), min(own.outstanding, fall)
        _rise_and_fall(move, obligation, "penalty", rise - kept, dropped, debtor=party, creditor=COMPANY)
        _rise_and_fall(move, repayment, "repayment", fall - dropped, kept, debtor=COMPANY, creditor=party)

    def _penalty_paid(self, event: LedgerEvent, data: PenaltyPaid) -> None:
        """A deduction or a repayment was booked; its number serves once for each party."""
        obligation = f"{event.prefix}{data.obligation}"
        if data.obligation not in (data.penalty_number, f"{data.penalty_number}/{REPAYMENT}"):
            self.faults.append(LedgerFault(obligation, f"is none of penalty {data.penalty_number}, says {event.id}"))
        self._number_serves_once(_party(event, data.party), data.payment_id, obligation)
        kind: Kind = "repayment" if obligation.endswith(f"/{REPAYMENT}") else "penalty"
        move = self._of(event, data.case_number, data.currency)
        move(obligation, kind, "paid", Decimal(data.amount), reference=data.payment_id)

    def _number_serves_once(self, whose: str, payment: str, obligation: str) -> None:
        before = self._payments.get((whose, payment))
        self._payments[whose, payment] = obligation
        if before is not None:
            self.faults.append(LedgerFault(obligation, f"payment {payment} is booked twice: before for {before}"))

    def _of(self, event: LedgerEvent, case_number: str | None, currency: str) -> BookMovement:
        """What books the movements of one event."""
        return partial(self._move, event, case_number or "", currency)

    def _move(
        self, event: LedgerEvent, case_number: str, currency: str, obligation: str, kind: Kind, movement: Movement,
        amount: Decimal, *, reference: str = "", debtor: str = "", creditor: str = "",
    ) -> None:  # fmt: skip
        sums = self.sums.get(obligation, Sums())
        self.sums[obligation] = sums._replace(**{movement: getattr(sums, movement) + amount})
        self._kinds.setdefault(obligation, kind)
        self.moved.append(
            Moved(
                obligation, kind, movement, amount, currency, event.time, event.id, case_number, reference, debtor,
                creditor,
            )
        )  # fmt: skip

    def _kind(self, obligation: str) -> Kind:
        """As it was awarded; what never was is found out by its sums."""
        return self._kinds.get(obligation, "compensation")


def _party(event: LedgerEvent, party: PenaltyParty) -> str:
    return f"{event.prefix}{party.kind}/{party.id}"


def _rise_and_fall(
    move: BookMovement, obligation: str, kind: Kind, rise: Decimal, fall: Decimal, *, debtor: str, creditor: str
) -> None:
    """What is awarded of an obligation and what of it is withdrawn, where that is anything."""
    if rise:
        move(obligation, kind, "awarded", rise, debtor=debtor, creditor=creditor)
    if fall:
        move(obligation, kind, "withdrawn", fall, debtor=debtor, creditor=creditor)
