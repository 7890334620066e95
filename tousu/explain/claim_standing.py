"""How a claim stands by what was published of it: what it rests on, how far it has come, what was found and decided.

Source: domain, section 7 (C).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from tousu.explain.claim_ledger import ClaimLedger
from tousu.explain.claim_order import of_claim, refusals
from tousu.explain.story import ROUTED, Story, Told
from tousu.ledger.obligation import Entry, Obligation
from tousu.policy.pack import ClaimRules, Pack

NOTICE: Final = "negotiation_notice"
"""What the company puts into the file by telling the outlet."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A fact: what was found, when, by which event and department. `by` is `case` where the case itself says it."""

    value: Any
    at: datetime
    by: str
    event_id: str = ""


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """An offer, a refusal, an agreement or a ruling, with what was known and in the file at that time."""

    what: str
    at: datetime
    section: str
    event_id: str
    said: Mapping[str, Any]
    facts: Mapping[str, Found] = {}
    file: tuple[str, ...] = ()

    @property
    def trace(self) -> Mapping[str, Any] | None:
        """The calculation, None where a person decided without a table."""
        return self.said.get("trace")


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """Something else that was told of the claim, in the order of publication."""

    what: str
    at: datetime
    event_id: str
    said: Mapping[str, Any]


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
    facts: dict[str, Found] = {}
    decided: tuple[Decided, ...] = ()
    way: str = ""
    happened: tuple[Happened, ...] = ()
    owed: tuple[Obligation, ...] = ()
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
        return next((each for each in reversed(self.decided) if each.what != "agreed"), None)

    @property
    def agreed(self) -> Decided | None:
        """The agreement or the ruling from which the amount is owed."""
        return next((each for each in reversed(self.decided) if each.what in ("agreed", "ruled")), None)

    def obligation(self, name: str) -> Obligation | None:
        """What is owed under this name, None where nothing ever was."""
        return next((each for each in self.owed if each.number == f"{self.number}/{name}"), None)


def standing_of(story: Story, number: str, pack: Pack) -> ClaimStanding:
    """How a claim stands. Its `claim.opened` must be in the story."""
    opened = [each for each in story.told if each.name == "claim.opened"]
    this = next(each for each in opened if each.claim_number == number)
    before = this.data.get("instead_of", "")
    claim = ClaimStanding(number=number, case_number=story.number)
    if before:
        former = standing_of(story, before, pack)
        claim.claimant, claim.claimed_amount, claim.currency = former.claimant, former.claimed_amount, former.currency
        claim.file, claim.facts, claim.filed_at = former.file, dict(former.facts), former.filed_at
    claim.became = next((each.claim_number for each in opened if each.data.get("instead_of") == number), "")
    reader = _Reader(story, claim, pack.claims)
    for told in of_claim(story, number):
        reader.take(told)
    claim.owed, claim.entries = tuple(reader.ledger.obligations.values()), tuple(reader.ledger.entries)
    claim.refused = tuple((each.time, each.refused[1], each.refused[2]) for each in refusals(story, number) if each.refused)
    claim.last_at = story.last_at
    return claim


class _Reader:
    """Writes one event after the other into the standing of a claim."""

    def __init__(self, story: Story, claim: ClaimStanding, rules: ClaimRules | None) -> None:
        self.story = story
        self.claim = claim
        self.rules = rules
        self.ledger = ClaimLedger(claim.number, claim.case_number)
        self.received_at: datetime | None = None

    def take(self, told: Told) -> None:
        if told.name in ROUTED:
            self._routed(told)
            return
        write = _WRITERS.get(told.name)
        if write is not None:
            write(self, told)
        if told.claim_number and told.name.startswith("claim."):
            self.ledger.payee = self.claim.claimant.get("role") or self.claim.asked
            self.ledger.take(told)
            if told.name in ("claim.agreed", "claim.ruled"):
                owed = self.ledger.obligations.get(f"{self.claim.number}/compensation")
                self.claim.stage = "paid" if owed is not None and not owed.outstanding else "agreed"

    def _routed(self, told: Told) -> None:
        claim = self.claim
        claim.posted_at, claim.promised_at = told.moment("posted_at"), told.moment("promised_at")
        self.received_at = told.moment("received_at")
        if told.data.get("route") and claim.facts.get("route", _OF_CASE).by == "case":
            claim.facts["route"] = Found(value=told.data["route"], at=told.time, by="case", event_id=told.id)

    def _opened(self, told: Told) -> None:
        claim, said = self.claim, told.data
        claim.cause, claim.waybill_number = said["cause"], said.get("waybill_number", "")
        claim.section, claim.asked = said.get("section", ""), said["payee_role"]
        claim.departments = tuple(said.get("departments", ()))
        claim.opened_at, claim.instead_of = told.at, said.get("instead_of", "")
        claim.opened_event, claim.opened_by = told.causation, self.story.name_of_cause(told.causation)
        claim.stage = "filed" if claim.claimant else "opened"

    def _filed(self, told: Told) -> None:
        claim, said = self.claim, told.data
        claim.claimant, claim.file = said["claimant"], tuple(said.get("evidence_held", ()))
        claim.claimed_amount = said.get("claimed_amount", claim.claimed_amount)
        claim.currency, claim.filed_at = said.get("currency", claim.currency), told.at
        claim.stage = "filed" if claim.stage == "opened" else claim.stage

    def _file_incomplete(self, told: Told) -> None:
        self.claim.returns = told.data["returns"]
        self._happened(told)

    def _answered(self, told: Told) -> None:
        self.claim.stage = "answered"
        self._happened(told)

    def _decided(self, told: Told) -> None:
        claim, what = self.claim, told.name.rpartition(".")[2]
        claim.stage = what
        one = Decided(
            what=what, at=told.at, section=told.data.get("section", ""), event_id=told.id, said=told.data,
            facts=dict(claim.facts), file=claim.file,
        )  # fmt: skip
        claim.decided = (*claim.decided, one)

    def _disputed(self, told: Told) -> None:
        self.claim.stage, self.claim.way = "disputed", told.data["way"]
        self._happened(told)

    def _paid(self, told: Told) -> None:
        if told.data["obligation"].endswith("/compensation"):
            self.claim.stage = "paid"
        self._happened(told)

    def _questioned(self, told: Told) -> None:
        self.claim.questions = (*self.claim.questions, told.data)

    def _outlet_notified(self, told: Told) -> None:
        if self.rules is not None and NOTICE in self.rules.evidence:
            self._add((NOTICE,))
        self._happened(told)

    def _closed(self, told: Told) -> None:
        self.claim.reason, self.claim.closed_at = told.data["reason"], told.at
        self._happened(told)

    def _reopened(self, told: Told) -> None:
        claim = self.claim
        claim.reason, claim.closed_at = "", None
        if told.data["reason"] != "ruled":
            claim.stage = "filed" if claim.claimant else "opened"
        self._happened(told)

    def _facts(self, told: Told) -> None:
        claim = self.claim
        at = max(told.time, self.received_at or told.time)
        by = told.data.get("department") or told.data.get("employee") or "company"
        for name, value in told.data["facts"].items():
            known = claim.facts.get(name)
            if known is None or known.by == "case" or known.at <= at:
                claim.facts[name] = Found(value=value, at=at, by=by, event_id=told.id)

    def _evidence(self, told: Told) -> None:
        self._add(item["item"] for item in told.data["evidence"])

    def _instructed(self, told: Told) -> None:
        self.claim.instructions = (*self.claim.instructions, told.data)

    def _happened(self, told: Told) -> None:
        one = Happened(what=told.name.rpartition(".")[2], at=told.at, event_id=told.id, said=told.data)
        self.claim.happened = (*self.claim.happened, one)

    def _add(self, items: Any) -> None:
        self.claim.file = tuple(dict.fromkeys((*self.claim.file, *items)))


_OF_CASE: Final = Found(value="", at=datetime.min, by="case")
_WRITERS: Final[Mapping[str, Callable[[_Reader, Told], None]]] = {
    "claim.opened": _Reader._opened,
    "claim.filed": _Reader._filed,
    "claim.file_incomplete": _Reader._file_incomplete,
    "claim.file_completed": _Reader._happened,
    "claim.answered": _Reader._answered,
    "claim.offered": _Reader._decided,
    "claim.refused": _Reader._decided,
    "claim.agreed": _Reader._decided,
    "claim.ruled": _Reader._decided,
    "claim.disputed": _Reader._disputed,
    "claim.paid": _Reader._paid,
    "claim.payment_questioned": _Reader._questioned,
    "claim.outlet_notified": _Reader._outlet_notified,
    "claim.outlets_settled": _Reader._happened,
    "claim.arbitration_requested": _Reader._happened,
    "claim.arbitrated": _Reader._happened,
    "claim.billed": _Reader._happened,
    "claim.followed_up": _Reader._happened,
    "claim.closed": _Reader._closed,
    "claim.reopened": _Reader._reopened,
    "handling.claim_facts_found": _Reader._facts,
    "handling.claim_evidence_given": _Reader._evidence,
    "instruction.issued": _Reader._instructed,
}
"""What each event writes."""
