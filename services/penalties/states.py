"""What penalties keeps: the newest charge of each case against a party, and the months of each party.

No row grows with the complaints of a department: the month counts and names a hundred, the charge holds one case. Both
go when the month is final; the ledger's entries stay, and with them the numbers of payments and what was in question.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Final

import msgspec

from tousu.events.shared_penalty import PenaltyParty
from tousu.ledger.obligation import Obligation
from tousu.policy.penalties import NOTHING, Line, PartyKind, total
from tousu.policy.penalty_rule import Measure

CASES_NAMED_MAX: Final = 100
"""So many cases a month names; it counts all of them."""


class ChargedParty(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who answers: a person by number, an outlet or department by code, and whose it is."""

    kind: PartyKind
    id: str
    organisation: str = ""

    @property
    def name(self) -> str:
        """The party within its organisation: person/E10023."""
        return f"{self.kind}/{self.id}"

    @property
    def key(self) -> str:
        """The key of its records: the name, behind the organisation where there is one."""
        return f"{self.organisation}|{self.name}" if self.organisation else self.name

    @property
    def reference(self) -> PenaltyParty:
        """The party as events carry it."""
        return PenaltyParty(kind=self.kind, id=self.id)


class Issued(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An instruction that stands. `said` is the figure in it, empty where it has none."""

    what: str
    number: str
    said: str = ""


class Sentence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a party has to bear for one thing: a case, or the complaint rate of a month. Without lines: nothing.

    revision: how often it was told. issued: the instructions that stand. owed: its place in the ledger; repayment: that
    of what was paid and must come back.
    """

    number: str
    revision: int = 0
    lines: tuple[Line, ...] = ()
    issued: tuple[Issued, ...] = ()
    owed: Obligation | None = None
    repayment: Obligation | None = None

    @property
    def amount(self) -> Decimal:
        """What it amounts to in money."""
        return total(self.lines)


class Paid(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A payment that was booked, so that its number serves once. `obligation`: what it was for, as in the ledger."""

    payment_id: str
    obligation: str


class PenaltyPaymentQuestion(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A confirmed payment of a penalty that fits nothing that is owed: a person must look; nothing was booked.

    penalty_number: as the confirmation gives it. reason: why it does not fit. expected: what is outstanding.
    settled: how somebody dealt with it, empty while nobody has; settled_at: when.
    """

    payment_id: str
    party: ChargedParty
    penalty_number: str
    reason: str
    message: str
    amount: Decimal
    currency: str
    at: datetime
    event_id: str
    case_number: str = ""
    expected: Decimal | None = None
    settled: str = ""
    settled_at: datetime | None = None


class Charge(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The newest charge of a case against a party. `revision`: of the charge. `counts`: as a complaint of the month."""

    party: ChargedParty
    case_number: str
    month: str
    revision: int
    forgotten_at: datetime
    sentence: Sentence
    counts: bool = False


class Month(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A month of a party.

    begun_at: when something was first known of it. closes_at, final_at: when its figures are told, and forgotten.
    rate: what the head bears for the complaint rate. complaints: those that count; cases: their numbers, at most the
    first hundred. penalties, amount: of the cases. services: by outlet, '' for the whole. revision: how
    often its figures were told; rated: how often the rate. suspensions: how often the person was suspended; suspended:
    whether now; corrected: what the person has done since of what goes with it; atoned: how many complaints counted
    when that was all done, which suspend nobody again. recheck_at: set while its close is unconfirmed, since an input
    was held out: when to ask next whether it is confirmed. Until then no rate is told.
    """

    party: ChargedParty
    month: str
    begun_at: datetime
    closes_at: datetime
    final_at: datetime
    rate: Sentence
    complaints: int = 0
    cases: tuple[str, ...] = ()
    penalties: int = 0
    amount: Decimal = NOTHING
    services: dict[str, int] = {}
    revision: int = 0
    rated: int = 0
    suspensions: int = 0
    suspended: bool = False
    corrected: tuple[Measure, ...] = ()
    atoned: int = 0
    issued: tuple[Issued, ...] = ()
    recheck_at: datetime | None = None

    @property
    def next_due(self) -> datetime:
        """When it closes; afterwards, when a doubt may be over, and when it is forgotten."""
        if not self.is_closed:
            return self.publish_at
        return self.final_at if self.recheck_at is None else min(self.final_at, self.recheck_at)

    @property
    def publish_at(self) -> datetime:
        """When its figures are told for the first time: at its close, or at once where it began behind it."""
        return max(self.closes_at, self.begun_at)

    @property
    def is_closed(self) -> bool:
        """Whether its figures have been told."""
        return self.revision > 0

    @property
    def served(self) -> int | None:
        """The services of the month: the whole where it is known, else the sum of the outlets; None while unknown."""
        return self.services.get("", sum(self.services.values())) if self.services else None
