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
    opened = [opening for opening in story.events if opening.name == "claim.opened"]
    this = next(opening for opening in opened if opening.claim_number == number)
    before = this.read(ClaimOpened).instead_of
    claim = ClaimStanding(number=number, case_number=story.number)
    if before:
        former = standing_of(story, before, pack, this)
        claim.claimant, claim.claimed_amount, claim.currency = former.claimant, former.claimed_amount, former.currency
        claim.file, claim.facts, claim.filed_at = former.file, dict(former.facts), former.filed_at
    claim.became = next(
        (opening.claim_number for opening in opened if opening.read(ClaimOpened).instead_of == number), ""
    )
    reader = ClaimReader(story, claim, pack.claims)
    for event in of_claim(story, number, until):
        reader.take(event)
    claim.obligations, claim.entries = tuple(reader.ledger.obligations.values()), tuple(reader.ledger.entries)
    claim.refused = tuple(
        (refusal.time, refusal.refused[1], refusal.refused[2]) for refusal in refusals(story, number) if refusal.refused
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

    def take(self, event: PublishedEvent) -> None:
        if event.name in ROUTED:
            _routed(self, event)
            return
        write = _WRITERS.get(event.name)
        if write is not None:
            write(self, event)
        if event.claim_number and event.name.startswith("claim."):
            self.ledger.payee = self.claim.claimant.get("role") or self.claim.asked
            self.ledger.take(event)
            if event.name in ("claim.agreed", "claim.ruled"):
                compensation = self.ledger.obligations.get(f"{self.claim.number}/compensation")
                self.claim.stage = "paid" if compensation is not None and not compensation.outstanding else "agreed"


def _routed(reader: ClaimReader, event: PublishedEvent) -> None:
    claim = reader.claim
    data = event.content
    assert isinstance(data, ComplaintRouted | InquiryRouted | ClaimRouted)
    claim.posted_at, claim.promised_at = _moment(data.posted_at), _moment(data.promised_at)
    reader.received_at = time_of_text(data.received_at)
    if data.route and claim.facts.get("route", _OF_CASE).by == "case":
        claim.facts["route"] = KnownFact(value=data.route, at=event.time, by="case", event_id=event.id)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else time_of_text(text)


def _opened(reader: ClaimReader, event: PublishedEvent) -> None:
    claim, data = reader.claim, event.read(ClaimOpened)
    claim.cause, claim.waybill_number = data.cause, data.waybill_number or ""
    claim.section, claim.asked = data.section or "", data.payee_role or ""
    claim.departments = tuple(data.departments or ())
    claim.opened_at, claim.instead_of = event.at, data.instead_of or ""
    claim.opened_event, claim.opened_by = event.causation, reader.story.name_of_cause(event.causation)
    claim.stage = "filed" if claim.claimant else "opened"


def _filed(reader: ClaimReader, event: PublishedEvent) -> None:
    claim, data = reader.claim, event.read(ClaimFiled)
    claim.claimant, claim.file = as_data(data.claimant), tuple(data.evidence_held or ())
    claim.claimed_amount = data.claimed_amount or claim.claimed_amount
    claim.currency, claim.filed_at = data.currency or claim.currency, event.at
    claim.stage = "filed" if claim.stage == "opened" else claim.stage


def _file_incomplete(reader: ClaimReader, event: PublishedEvent) -> None:
    reader.claim.returns = event.read(ClaimFileIncomplete).returns
    _happened(reader, event)


def _answered(reader: ClaimReader, event: PublishedEvent) -> None:
    reader.claim.stage = "answered"
    _happened(reader, event)


def _decided(reader: ClaimReader, event: PublishedEvent) -> None:
    claim, step = reader.claim, event.name.rpartition(".")[2]
    claim.stage = step
    decision = Decided(
        event=step, at=event.at, section=event.data.get("section", ""), event_id=event.id, data=event.data,
        facts=dict(claim.facts), file=claim.file,
    )  # fmt: skip
    claim.decided = (*claim.decided, decision)


def _disputed(reader: ClaimReader, event: PublishedEvent) -> None:
    reader.claim.stage, reader.claim.way = "disputed", event.read(ClaimDisputed).way
    _happened(reader, event)


def _paid(reader: ClaimReader, event: PublishedEvent) -> None:
    data = event.read(ClaimPaid)
    if data.obligation.endswith("/compensation") and data.outstanding is None:
        reader.claim.stage = "paid"
    _happened(reader, event)


def _questioned(reader: ClaimReader, event: PublishedEvent) -> None:
    reader.claim.questions = (*reader.claim.questions, event.data)


def _settled(reader: ClaimReader, event: PublishedEvent) -> None:
    """A payment is in question no longer: it was booked after all, or somebody reported how it ended."""
    data = event.read(ClaimPaymentQuestionSettled)
    reader.claim.questions = tuple(
        {**question, "settled": data.how} if question["payment_id"] == data.payment_id else question
        for question in reader.claim.questions
    )


def _outlet_notified(reader: ClaimReader, event: PublishedEvent) -> None:
    if reader.rules is not None and NOTICE in reader.rules.evidence:
        _add(reader, (NOTICE,))
    _happened(reader, event)


def _closed(reader: ClaimReader, event: PublishedEvent) -> None:
    reader.claim.reason, reader.claim.closed_at = event.read(ClaimClosed).reason, event.at
    _happened(reader, event)


def _reopened(reader: ClaimReader, event: PublishedEvent) -> None:
    claim = reader.claim
    claim.reason, claim.closed_at = "", None
    if event.read(ClaimReopened).reason != "ruled":
        claim.stage = "filed" if claim.claimant else "opened"
    _happened(reader, event)


def _facts(reader: ClaimReader, event: PublishedEvent) -> None:
    claim = reader.claim
    if claim.opened_at is None:
        return
    at = max(event.time, reader.received_at or event.time)
    data = event.read(HandlingClaimFactsFound)
    by = data.department or data.employee or "company"
    for name, value in as_data(data.facts).items():
        known = claim.facts.get(name)
        if known is None or known.by == "case" or known.at <= at:
            claim.facts[name] = KnownFact(value=value, at=at, by=by, event_id=event.id)


def _evidence(reader: ClaimReader, event: PublishedEvent) -> None:
    """Items for the file; as claims does, none where one is unknown, of another piece, or too late."""
    claim, items = reader.claim, event.read(HandlingClaimEvidenceGiven).evidence
    too_late = claim.opened_at is None or not claim.is_open or claim.stage in _AGREED
    others = {item.waybill_number for item in items if item.waybill_number is not None} - {claim.waybill_number}
    if not too_late and not (others and claim.waybill_number) and all(_knows(reader, item.item) for item in items):
        _add(reader, [item.item for item in items])


def _knows(reader: ClaimReader, item: str) -> bool:
    table = reader.rules.compensation if reader.rules is not None else None
    return reader.rules is not None and (item in reader.rules.evidence or (table is not None and item in table.proofs))


def _instructed(reader: ClaimReader, event: PublishedEvent) -> None:
    reader.claim.instructions = (*reader.claim.instructions, event.data)


def _happened(reader: ClaimReader, event: PublishedEvent) -> None:
    happening = Happened(event=event.name.rpartition(".")[2], at=event.at, event_id=event.id, data=event.data)
    reader.claim.happened = (*reader.claim.happened, happening)


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
