"""What claims keeps: the claims of a case, what each rests on, how far it has come, what is owed for it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from tousu.decision import Refusal
from tousu.domain.case.view import CaseLifecycle
from tousu.domain.clock.state import Clock, first_next_at
from tousu.event import Event
from tousu.ledger.obligation import Obligation
from tousu.policy.claims import Cause

Stage = Literal["opened", "filed", "answered", "offered", "refused", "disputed", "agreed", "paid"]
"""opened: the claim is known, no form has come. filed: the form has come. answered: the claimant knows when it is
decided. offered, refused: decided. disputed: the claimant goes on. agreed: an amount is owed. paid: it is paid."""
FactValue = str | int | bool


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What a claim rests on: a cause and a piece, None where the case names none. Claims of a case never share it."""

    cause: Cause
    waybill_number: str | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A claim that is asked for, by the routed complaint or by a form: who answers for the case, and the figures known.

    evidence_needed: what its file needed when it was asked for; facts found later may ask for more.
    amount_yuan: the amount involved as the customer says, where the complaint is about one piece only.
    """

    ground: Ground
    payee_role: str
    evidence_needed: tuple[str, ...]
    section: str
    departments: tuple[str, ...] = ()
    amount_yuan: str | None = None


class Claimant(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who claims: what they are to the piece, and the company's reference for them, never a name.

    named_by_sender: whether the sender named them, None where nobody said.
    """

    role: str
    reference: str = ""
    named_by_sender: bool | None = None


class Fact(msgspec.Struct, frozen=True):
    """One thing that was found out about a claim, and when."""

    value: FactValue
    at: datetime


class Offer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is offered: an amount (or goods or a service of that value), and how it came about.

    rule: the rule of the pack, empty where a person or a court decided. most: the most that may be agreed, None
    where no limit binds. by: who offered it, by number, where that was said. fee: how much of it goes back as a fee.
    in_spite_of: the exemption that holds in principle and was decided not to count. given_by: the department that gives
    what was agreed; empty for cash, which finance pays.
    """

    amount: Decimal
    currency: str
    kind: str
    at: datetime
    decided: Literal["by_table", "by_hand", "by_ruling"]
    section: str
    rule: str = ""
    most: Decimal | None = None
    by: str = ""
    fee: Decimal = Decimal(0)
    in_spite_of: str = ""
    given_by: str = ""


class Awaiting(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was agreed or ruled and a second person must confirm; until then it is not owed.

    Above the pack's limit, or in spite of an exemption that holds in principle.

    at: when it was agreed or ruled (None: not kept, as before version 2 of this state). pay_by: until when it is paid,
    where that was said. ruling: who ruled and why, where an authority did. acted: who offered or reported it, as far
    as that was said.
    confirmed_by: who has confirmed it, where more than one must.
    """

    offer: Offer
    what: Literal["agreed", "ruled"]
    at: datetime | None = None
    pay_by: str = ""
    ruling: dict[str, str] = {}
    acted: tuple[str, ...] = ()
    confirmed_by: tuple[str, ...] = ()

    @property
    def missing(self) -> int:
        """How many persons must still confirm: two where nobody said who reported it."""
        return (1 if self.acted else 2) - len(self.confirmed_by)


class ClaimFact(msgspec.Struct, frozen=True, array_like=True):
    """Something that was reported of a claim: when it happened, its short name, the event, and what it says.

    happened_at: when it happened, where it counts behind that (`at`), since a payment would be undone there.
    """

    at: datetime
    name: str
    event_id: str
    data: dict[str, Any]
    happened_at: datetime | None = None


class WaitingReport(msgspec.Struct, frozen=True, array_like=True):
    """A report that does not fit where its claim stands, which another one may make fit: when it happened, its name.

    needs: why it does not fit, with reason code and place. until: how long it waits. The event is kept whole: it counts
    when its time comes, or goes back to its sender.
    """

    at: datetime
    name: str
    needs: str
    until: datetime
    event: Event
    reason: str
    place: str

    @property
    def refusal(self) -> Refusal:
        """With which it goes back."""
        return Refusal(reason=self.reason, message=self.needs, place=self.place)


class OutletSide(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who answers for a claim among the outlets of a network, and who is compensated.

    notified: the outlet told that it answers, the newest of them. contacted: it made contact. compensated: the outlet
    that gets the money. arbitration: it was asked for. ended: the outlets settled it, or headquarters ruled.
    """

    notified: str
    contacted: bool = False
    compensated: str = ""
    arbitration: bool = False
    ended: Literal["", "settled", "ruled", "false_report"] = ""
    responsible: str = ""


class Claim(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One claim. `reason` and `closed_at` say why and when it was closed, and are empty while it is open.

    file: the items of evidence that are there. returns: how often the file went back incomplete. facts: what was found
    out. owed: what the ledger has of it. payments: numbers of the payments that were taken. awaiting: what waits for a
    second person. past: earlier generations of its limits whose breach stands. told: the last things that were
    reported of it, in the order in which they happened; before: the claim before them, None where there are none.
    """

    number: str
    asked: Asked
    opened_at: datetime
    state: Literal["open", "closed"] = "open"
    reason: str = ""
    closed_at: datetime | None = None
    stage: Stage = "opened"
    claimant: Claimant | None = None
    claimed_amount: Decimal | None = None
    currency: str = ""
    file: tuple[str, ...] = ()
    returns: int = 0
    facts: dict[str, Fact] = {}
    offer: Offer | None = None
    way: str = ""
    clocks: tuple[Clock, ...] = ()
    past: tuple[Clock, ...] = ()
    outlets: OutletSide | None = None
    owed: tuple[Obligation, ...] = ()
    payments: tuple[str, ...] = ()
    awaiting: Awaiting | None = None
    told: tuple[ClaimFact, ...] = ()
    before: Claim | None = None

    @property
    def bare(self) -> Claim:
        """The claim without its history."""
        return replace(self, told=(), before=None) if self.told else self

    @property
    def begun_anew(self) -> Claim:
        """The claim where something else than a report has happened to it: its history begins anew.

        Payments in question stay in it: what happens later may make them right.
        """
        base = self.bare
        questions = tuple(fact for fact in self.told if self.is_in_question(fact))
        return replace(base, told=questions, before=base) if questions else base

    def is_in_question(self, fact: ClaimFact) -> bool:
        """Whether a report is a payment that fits nothing that was owed so far."""
        return fact.name == "payment_confirmed" and fact.data["payment_id"] not in self.payments

    @property
    def ground(self) -> Ground:
        """What it rests on."""
        return self.asked.ground

    @property
    def next_due(self) -> datetime | None:
        """When its earliest limit has something to say."""
        return first_next_at(self.clocks)

    def obligation(self, name: str) -> Obligation | None:
        """What is owed under this name (`compensation`, `bill`, ...), None where nothing was ever awarded."""
        return next((obligation for obligation in self.owed if obligation.number == f"{self.number}/{name}"), None)


class ParcelWorth(msgspec.Struct, frozen=True, array_like=True):
    """What a parcel is worth by one finding, in the pack's currency, and when it was found."""

    at: datetime
    amount: Decimal


class ParcelShare(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one claim has of its parcel: offered, agreed, ruled or paid, in the pack's currency.

    amount: with the fee that goes back in it. offer_until: when an offer that is in it ends by time alone, since the
    delay becomes a loss; then `booked` is what is left. worth: what the parcel is worth by what the claim found, by the
    fact that says so.
    """

    case_number: str
    claim_number: str
    amount: Decimal = Decimal(0)
    fee: Decimal = Decimal(0)
    booked: Decimal = Decimal(0)
    offer_until: datetime | None = None
    worth: dict[str, ParcelWorth] = {}

    def at(self, moment: datetime) -> tuple[Decimal, Decimal]:
        """What the claim has at a moment, and how much of it is the fee."""
        is_over = self.offer_until is not None and self.offer_until < moment
        has = self.booked if is_over else self.amount
        return has, min(self.fee, has)


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """One parcel, whatever the cases about it: the claims that have something of it, or found what it is worth.

    changed_at: when the newest of them changed.
    """

    shares: tuple[ParcelShare, ...]
    changed_at: datetime


class PaymentQuestion(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A confirmation of a payment that fits nothing that is owed: a person must look; nothing was booked.

    claim_number: as the confirmation gives it. obligation, payee: what was paid and to whom, as far as it says so.
    part: whether it is said to be a part of what is owed. reason: why it does not fit. expected: what is outstanding.
    settled: how somebody dealt with it, empty while nobody has; settled_at: when.
    """

    payment_id: str
    case_number: str
    claim_number: str
    reason: str
    message: str
    amount: Decimal
    currency: str
    at: datetime
    event_id: str
    obligation: str = ""
    payee: dict[str, str] = {}
    part: bool = False
    expected: Decimal | None = None
    settled: str = ""
    settled_at: datetime | None = None


class ClaimedCase(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A complaint, an inquiry or a claim filed alone, with its claims, or without any yet.

    asked: the claims that the newest routing asks for; why_not: the first reason why a trouble of it asks for none.
    filed: the claims that somebody filed beside. turned: delays that have become losses by now.
    claims: in the order of their numbers, closed ones too. lifecycle: whether the case goes on and stands.
    organisation, pack_version: whose case it is, and the version of the pack that its router decided with. grade,
    pieces, complainant, route, region, posted_at, promised_at, departments: what the case says of itself. questions:
    payments in question that nobody has settled yet. waiting: reports that wait for another one.
    """

    lifecycle: CaseLifecycle
    asked: tuple[Asked, ...] = ()
    why_not: str = ""
    filed: tuple[Asked, ...] = ()
    turned: tuple[Ground, ...] = ()
    claims: tuple[Claim, ...] = ()
    organisation: str = ""
    pack_version: str = ""
    grade: str = ""
    pieces: tuple[str, ...] = ()
    complainant: str = ""
    route: str = ""
    region: str = ""
    posted_at: datetime | None = None
    promised_at: datetime | None = None
    departments: tuple[str, ...] = ()
    questions: tuple[PaymentQuestion, ...] = ()
    waiting: tuple[WaitingReport, ...] = ()

    @property
    def next_due(self) -> datetime | None:
        """When the earliest limit of its claims has something to say, or a report has waited long enough.

        Of a closed claim that is what outlets still negotiate.
        """
        first = None
        for claim in self.claims:
            at = claim.next_due
            if at is not None and (first is None or at < first):
                first = at
        for waiting in self.waiting:
            if first is None or waiting.until < first:
                first = waiting.until
        return first
