"""How a claim stands by what was published of it: what it rests on, how far it has come, what was found and decided.

Source: docs/sources.md, section 7 (C).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from tousu.ledger.obligation import Entry, Obligation


class KnownFact(msgspec.Struct, frozen=True, kw_only=True):
    """A fact: what was found, when, by which event and department. `by` is `case` where the case itself says it."""

    value: Any
    at: datetime
    by: str
    event_id: str = ""


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """An offer, a refusal, an agreement or a ruling, with what was known and in the file at that time."""

    event: str
    at: datetime
    section: str
    event_id: str
    data: Mapping[str, Any]
    facts: Mapping[str, KnownFact] = {}
    file: tuple[str, ...] = ()

    @property
    def trace(self) -> Mapping[str, Any] | None:
        """The calculation, None where a person decided without a table."""
        return self.data.get("trace")


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """Something else that was told of the claim, in the order of publication."""

    event: str
    at: datetime
    event_id: str
    data: Mapping[str, Any]


class ClaimStanding(msgspec.Struct, kw_only=True):
    """One claim, as it stands after everything known.

    opened_by: name of the event of the case that opened it. instead_of, became: claims of one piece that was delayed,
    then lost. file: the items that are there. asked: the role that is paid by the rule, where nobody has claimed yet.
    """

    number: str
    case_number: str
    cause: str = ""
    waybill_number: str = ""
    section: str = ""
    asked: str = ""
    departments: tuple[str, ...] = ()
    opened_at: datetime | None = None
    opened_by: str = ""
    opened_event: str = ""
    instead_of: str = ""
    became: str = ""
    stage: str = "opened"
    reason: str = ""
    closed_at: datetime | None = None
    claimant: Mapping[str, Any] = {}
    claimed_amount: str = ""
    currency: str = ""
    filed_at: datetime | None = None
    file: tuple[str, ...] = ()
    returns: int = 0
    facts: dict[str, KnownFact] = {}
    decided: tuple[Decided, ...] = ()
    way: str = ""
    happened: tuple[Happened, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    entries: tuple[Entry, ...] = ()
    questions: tuple[Mapping[str, Any], ...] = ()
    instructions: tuple[Mapping[str, Any], ...] = ()
    refused: tuple[tuple[datetime, str, str], ...] = ()
    posted_at: datetime | None = None
    promised_at: datetime | None = None
    last_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it goes on."""
        return self.closed_at is None

    @property
    def decision(self) -> Decided | None:
        """What was decided last and still stands: an offer, a refusal or a ruling."""
        if self.stage in ("opened", "filed", "answered"):
            return None
        return next((decision for decision in reversed(self.decided) if decision.event != "agreed"), None)

    @property
    def agreed(self) -> Decided | None:
        """The agreement or the ruling from which the amount is owed."""
        return next((decision for decision in reversed(self.decided) if decision.event in ("agreed", "ruled")), None)

    def obligation(self, name: str) -> Obligation | None:
        """What is owed under this name, None where nothing ever was."""
        return next(
            (obligation for obligation in self.obligations if obligation.number == f"{self.number}/{name}"), None
        )
