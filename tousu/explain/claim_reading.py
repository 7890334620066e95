"""The standing of a claim, read from what was published of it, one event after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from tousu.event import time_of_text
from tousu.events.claim import ClaimClosed, ClaimDisputed, ClaimReopened
from tousu.events.claim_case import ClaimFiled, ClaimFileIncomplete, ClaimOpened, ClaimRouted
from tousu.events.claim_handling import HandlingClaimEvidenceGiven, HandlingClaimFactsFound
from tousu.events.claim_payment import ClaimPaid, ClaimPaymentQuestionSettled
from tousu.events.codec import as_data
from tousu.events.complaint import ComplaintRouted
from tousu.events.inquiry import InquiryRouted
from tousu.explain.claim_ledger import ClaimLedger
from tousu.explain.claim_order import of_claim, refusals
from tousu.explain.claim_standing import ClaimStanding, Decided, Happened, KnownFact
from tousu.explain.story import ROUTED, CaseHistory, PublishedEvent
from tousu.policy.pack import ClaimRules, Pack

NOTICE: Final = "negotiation_notice"
"""What the company puts into the file by telling the outlet."""


def standing_of(story: CaseHistory, number: str, pack: Pack, until: PublishedEvent | None = None) -> ClaimStanding:
    """How a claim stands, or stood before an event. Its `claim.opened` must be in the story."""
    opened = [each for each in story.told if each.name == "claim.opened"]
    this = next(each for each in opened if each.claim_number == number)
    before = this.read(ClaimOpened).instead_of
    claim = ClaimStanding(number=number, case_number=story.number)
    if before:
        former = standing_of(story, before, pack, this)
        claim.claimant, claim.claimed_amount, claim.currency = former.claimant, former.claimed_amount, former.currency
        claim.file, claim.facts, claim.filed_at = former.file, dict(former.facts), former.filed_at
    claim.became = next((each.claim_number for each in opened if each.read(ClaimOpened).instead_of == number), "")
    reader = ClaimReader(story, claim, pack.claims)
    for told in of_claim(story, number, until):
        reader.take(told)
    claim.owed, claim.entries = tuple(reader.ledger.obligations.values()), tuple(reader.ledger.entries)
    claim.refused = tuple(
        (each.time, each.refused[1], each.refused[2]) for each in refusals(story, number) if each.refused
    )
    claim.last_at = story.last_at
    return claim


class ClaimReader:
    """Writes one event after the other into the standing of a claim."""

    def __init__(self, story: CaseHistory, claim: ClaimStanding, rules: ClaimRules | None) -> None:
        self.story = story
        self.claim = claim
        self.rules = rules
        self.ledger = ClaimLedger()
        self.received_at: datetime | None = None

    def take(self, told: PublishedEvent) -> None:
        if told.name in ROUTED:
            _routed(self, told)
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


def _routed(reader: ClaimReader, told: PublishedEvent) -> None:
    claim = reader.claim
    said = told.content
    assert isinstance(said, ComplaintRouted | InquiryRouted | ClaimRouted)
    claim.posted_at, claim.promised_at = _moment(said.posted_at), _moment(said.promised_at)
    reader.received_at = time_of_text(said.received_at)
    if said.route and claim.facts.get("route", _OF_CASE).by == "case":
        claim.facts["route"] = KnownFact(value=said.route, at=told.time, by="case", event_id=told.id)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else time_of_text(text)


def _opened(reader: ClaimReader, told: PublishedEvent) -> None:
    claim, said = reader.claim, told.read(ClaimOpened)
    claim.cause, claim.waybill_number = said.cause, said.waybill_number or ""
    claim.section, claim.asked = said.section or "", said.payee_role or ""
    claim.departments = tuple(said.departments or ())
    claim.opened_at, claim.instead_of = told.at, said.instead_of or ""
    claim.opened_event, claim.opened_by = told.causation, reader.story.name_of_cause(told.causation)
    claim.stage = "filed" if claim.claimant else "opened"


def _filed(reader: ClaimReader, told: PublishedEvent) -> None:
    claim, said = reader.claim, told.read(ClaimFiled)
    claim.claimant, claim.file = as_data(said.claimant), tuple(said.evidence_held or ())
    claim.claimed_amount = said.claimed_amount or claim.claimed_amount
    claim.currency, claim.filed_at = said.currency or claim.currency, told.at
    claim.stage = "filed" if claim.stage == "opened" else claim.stage


def _file_incomplete(reader: ClaimReader, told: PublishedEvent) -> None:
    reader.claim.returns = told.read(ClaimFileIncomplete).returns
    _happened(reader, told)


def _answered(reader: ClaimReader, told: PublishedEvent) -> None:
    reader.claim.stage = "answered"
    _happened(reader, told)


def _decided(reader: ClaimReader, told: PublishedEvent) -> None:
    claim, what = reader.claim, told.name.rpartition(".")[2]
    claim.stage = what
    one = Decided(
        what=what, at=told.at, section=told.data.get("section", ""), event_id=told.id, said=told.data,
        facts=dict(claim.facts), file=claim.file,
    )  # fmt: skip
    claim.decided = (*claim.decided, one)


def _disputed(reader: ClaimReader, told: PublishedEvent) -> None:
    reader.claim.stage, reader.claim.way = "disputed", told.read(ClaimDisputed).way
    _happened(reader, told)


def _paid(reader: ClaimReader, told: PublishedEvent) -> None:
    said = told.read(ClaimPaid)
    if said.obligation.endswith("/compensation") and said.outstanding is None:
        reader.claim.stage = "paid"
    _happened(reader, told)


def _questioned(reader: ClaimReader, told: PublishedEvent) -> None:
    reader.claim.questions = (*reader.claim.questions, told.data)


def _settled(reader: ClaimReader, told: PublishedEvent) -> None:
    """A payment is in question no longer: it was booked after all, or somebody reported how it ended."""
    said = told.read(ClaimPaymentQuestionSettled)
    reader.claim.questions = tuple(
        {**each, "settled": said.how} if each["payment_id"] == said.payment_id else each
        for each in reader.claim.questions
    )


def _outlet_notified(reader: ClaimReader, told: PublishedEvent) -> None:
    if reader.rules is not None and NOTICE in reader.rules.evidence:
        _add(reader, (NOTICE,))
    _happened(reader, told)


def _closed(reader: ClaimReader, told: PublishedEvent) -> None:
    reader.claim.reason, reader.claim.closed_at = told.read(ClaimClosed).reason, told.at
    _happened(reader, told)


def _reopened(reader: ClaimReader, told: PublishedEvent) -> None:
    claim = reader.claim
    claim.reason, claim.closed_at = "", None
    if told.read(ClaimReopened).reason != "ruled":
        claim.stage = "filed" if claim.claimant else "opened"
    _happened(reader, told)


def _facts(reader: ClaimReader, told: PublishedEvent) -> None:
    claim = reader.claim
    if claim.opened_at is None:
        return
    at = max(told.time, reader.received_at or told.time)
    said = told.read(HandlingClaimFactsFound)
    by = said.department or said.employee or "company"
    for name, value in as_data(said.facts).items():
        known = claim.facts.get(name)
        if known is None or known.by == "case" or known.at <= at:
            claim.facts[name] = KnownFact(value=value, at=at, by=by, event_id=told.id)


def _evidence(reader: ClaimReader, told: PublishedEvent) -> None:
    """Items for the file; as claims does, none where one is unknown, of another piece, or too late."""
    claim, items = reader.claim, told.read(HandlingClaimEvidenceGiven).evidence
    too_late = claim.opened_at is None or not claim.is_open or claim.stage in _AGREED
    others = {item.waybill_number for item in items if item.waybill_number is not None} - {claim.waybill_number}
    if not too_late and not (others and claim.waybill_number) and all(_knows(reader, item.item) for item in items):
        _add(reader, [item.item for item in items])


def _knows(reader: ClaimReader, item: str) -> bool:
    table = reader.rules.compensation if reader.rules is not None else None
    return reader.rules is not None and (item in reader.rules.evidence or (table is not None and item in table.proofs))


def _instructed(reader: ClaimReader, told: PublishedEvent) -> None:
    reader.claim.instructions = (*reader.claim.instructions, told.data)


def _happened(reader: ClaimReader, told: PublishedEvent) -> None:
    one = Happened(what=told.name.rpartition(".")[2], at=told.at, event_id=told.id, said=told.data)
    reader.claim.happened = (*reader.claim.happened, one)


def _add(reader: ClaimReader, items: Any) -> None:
    reader.claim.file = tuple(dict.fromkeys((*reader.claim.file, *items)))


_AGREED: Final = frozenset({"agreed", "paid"})
_OF_CASE: Final = KnownFact(value="", at=datetime.min.replace(tzinfo=UTC), by="case")
_WRITERS: Final[Mapping[str, Callable[[ClaimReader, PublishedEvent], None]]] = {
    "claim.opened": _opened,
    "claim.filed": _filed,
    "claim.file_incomplete": _file_incomplete,
    "claim.file_completed": _happened,
    "claim.answered": _answered,
    "claim.offered": _decided,
    "claim.refused": _decided,
    "claim.agreed": _decided,
    "claim.ruled": _decided,
    "claim.confirmation_awaited": _happened,
    "claim.disputed": _disputed,
    "claim.paid": _paid,
    "claim.payment_questioned": _questioned,
    "claim.payment_question_settled": _settled,
    "claim.outlet_notified": _outlet_notified,
    "claim.outlets_settled": _happened,
    "claim.arbitration_requested": _happened,
    "claim.arbitrated": _happened,
    "claim.billed": _happened,
    "claim.followed_up": _happened,
    "claim.closed": _closed,
    "claim.reopened": _reopened,
    "handling.claim_facts_found": _facts,
    "handling.claim_evidence_given": _evidence,
    "instruction.issued": _instructed,
}
"""What each event writes."""
