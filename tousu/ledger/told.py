"""What the published events say of money: every movement that must stand in the ledger, worked out from them alone.

Written apart from the services that book, so that a fault of theirs shows as a difference (reliability.md, I7).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple

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
        step = STEPS.get(told.type)
        if step is None:
            return
        try:
            step(self, told)
        except (KeyError, TypeError, InvalidOperation) as error:
            self.faults.append(LedgerFault(told.id, f"{told.type} cannot be read: {type(error).__name__} {error}"))

    def settled(self, told: LedgerEvent) -> None:
        """An agreement or a ruling says what is owed from now on; what was paid is never asked back."""
        obligation = f"{told.data['claim_number']}/{COMPENSATION}"
        sums = self.sums.get(obligation, Sums())
        difference = Decimal(told.data["amount"]) - (sums.awarded - sums.withdrawn)
        if difference > NOTHING:
            self._move(told, obligation, "compensation", "awarded", difference, debtor=COMPANY)
        elif difference < NOTHING and sums.outstanding > NOTHING:
            self._move(told, obligation, "compensation", "withdrawn", min(sums.outstanding, -difference))

    def billed(self, told: LedgerEvent) -> None:
        """An outlet owes what it answers for, or a handling fee."""
        said = told.data
        self._move(
            told, said["obligation"], said["kind"], "awarded", Decimal(said["amount"]),
            debtor=said["debtor"], creditor=said["creditor"],
        )  # fmt: skip

    def paid(self, told: LedgerEvent) -> None:
        """A payment was booked; its number serves once."""
        obligation, payment = told.data["obligation"], told.data["payment_id"]
        before = self._payments.get((told.organisation, payment))
        self._payments[told.organisation, payment] = obligation
        if before is not None:
            self.faults.append(LedgerFault(obligation, f"payment {payment} is booked twice: before for {before}"))
        self._move(told, obligation, self._kind(obligation), "paid", Decimal(told.data["amount"]), reference=payment)

    def closed(self, told: LedgerEvent) -> None:
        """The end of a claim names what is withdrawn; afterwards its claimant is owed nothing."""
        for one in told.data.get("withdrawn", ()):
            kind = self._kind(one["obligation"])
            self._move(told, one["obligation"], kind, "withdrawn", Decimal(one["amount"]), currency=one["currency"])
        obligation = f"{told.data['claim_number']}/{COMPENSATION}"
        left = self.sums.get(obligation, Sums()).outstanding
        if left:
            message = f"the claim was closed ({told.data['reason']}) with {left} outstanding, says {told.id}"
            self.faults.append(LedgerFault(obligation, message))

    def penalised(self, told: LedgerEvent) -> None:
        """A penalty is so much from now on, whatever it was before: what was deducted too much must be repaid."""
        said = told.data
        prefix = f"{told.organisation}|" if told.organisation else ""
        obligation, revision = f"{prefix}{said['penalty_number']}", said["revision"]
        last = self._revisions.get(obligation, 0)
        if revision != last + 1:
            self.faults.append(LedgerFault(obligation, f"after revision {last} comes {revision}, says {told.id}"))
        self._revisions[obligation] = revision
        repayment = f"{obligation}/{REPAYMENT}"
        own, back = self.sums.get(obligation, Sums()), self.sums.get(repayment, Sums())
        difference = Decimal(said["amount"]) - (own.awarded - own.withdrawn) + (back.awarded - back.withdrawn)
        if difference != Decimal(said["difference"]):
            message = f"the difference is {difference}, and {told.id} says {said['difference']}"
            self.faults.append(LedgerFault(obligation, message))
        party = f"{prefix}{said['party']['kind']}/{said['party']['id']}"
        rise, fall = max(difference, NOTHING), max(-difference, NOTHING)
        kept, dropped = min(back.outstanding, rise), min(own.outstanding, fall)
        self._rise_and_fall(told, obligation, "penalty", rise - kept, dropped, debtor=party, creditor=COMPANY)
        self._rise_and_fall(told, repayment, "repayment", fall - dropped, kept, debtor=COMPANY, creditor=party)

    def penalty_paid(self, told: LedgerEvent) -> None:
        """A deduction or a repayment was booked; its number serves once for each party."""
        said, prefix = told.data, f"{told.organisation}|" if told.organisation else ""
        obligation, payment = f"{prefix}{said['obligation']}", said["payment_id"]
        if said["obligation"] not in (said["penalty_number"], f"{said['penalty_number']}/{REPAYMENT}"):
            self.faults.append(LedgerFault(obligation, f"is none of penalty {said['penalty_number']}, says {told.id}"))
        whose = f"{prefix}{said['party']['kind']}/{said['party']['id']}"
        before = self._payments.get((whose, payment))
        self._payments[whose, payment] = obligation
        if before is not None:
            self.faults.append(LedgerFault(obligation, f"payment {payment} is booked twice: before for {before}"))
        kind: Kind = "repayment" if obligation.endswith(f"/{REPAYMENT}") else "penalty"
        self._move(told, obligation, kind, "paid", Decimal(said["amount"]), reference=payment)

    def _rise_and_fall(
        self, told: LedgerEvent, obligation: str, kind: Kind, rise: Decimal, fall: Decimal, *, debtor: str,
        creditor: str,
    ) -> None:  # fmt: skip
        """What is awarded of an obligation and what of it is withdrawn, where that is anything."""
        if rise:
            self._move(told, obligation, kind, "awarded", rise, debtor=debtor, creditor=creditor)
        if fall:
            self._move(told, obligation, kind, "withdrawn", fall, debtor=debtor, creditor=creditor)

    def _move(
        self, told: LedgerEvent, obligation: str, kind: Kind, movement: Movement, amount: Decimal, *,
        currency: str = "", reference: str = "", debtor: str = "", creditor: str = "",
    ) -> None:  # fmt: skip
        sums = self.sums.get(obligation, Sums())
        self.sums[obligation] = sums._replace(**{movement: getattr(sums, movement) + amount})
        self._kinds.setdefault(obligation, kind)
        self.moved.append(
            Moved(
                obligation, kind, movement, amount, currency or told.data["currency"], told.time, told.id,
                told.data.get("case_number", ""), reference, debtor, creditor,
            )
        )  # fmt: skip

    def _kind(self, obligation: str) -> Kind:
        """As it was awarded; what never was is found out by its sums."""
        return self._kinds.get(obligation, "compensation")


Step = Callable[[Bookkeeper, LedgerEvent], None]
STEPS: Final[Mapping[str, Step]] = {
    "claim.agreed": Bookkeeper.settled,
    "claim.ruled": Bookkeeper.settled,
    "claim.billed": Bookkeeper.billed,
    "claim.paid": Bookkeeper.paid,
    "claim.closed": Bookkeeper.closed,
    "penalty.assessed": Bookkeeper.penalised,
    "penalty.doubled": Bookkeeper.penalised,
    "penalty.corrected": Bookkeeper.penalised,
    "penalty.withdrawn": Bookkeeper.penalised,
    "penalty.paid": Bookkeeper.penalty_paid,
}
"""The events that move money. A claim that is reopened moves none until it is agreed or ruled again."""
