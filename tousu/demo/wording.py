"""What happened, in one sentence each, for the screen. Nothing personal: numbers of cases, classes, departments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from typing import Any, Final, NamedTuple, Protocol, TypeVar

from tousu.contract import card
from tousu.demo.onlooker import Happening
from tousu.events.case import CaseClosed, CaseEscalated, CasePassedOn, CaseReopened
from tousu.events.charge import ChargeLaid
from tousu.events.claim import (
    ClaimArbitrated,
    ClaimClosed,
    ClaimConfirmationAwaited,
    ClaimDisputed,
    ClaimOffered,
    ClaimRefused,
    ClaimReopened,
    ClaimRuled,
)
from tousu.events.claim_case import ClaimFileIncomplete, ClaimOpened
from tousu.events.claim_payment import ClaimBilled, ClaimPaid, ClaimPaymentQuestioned, ClaimPaymentQuestionSettled
from tousu.events.clock import ClockBreachConfirmed, ClockBreached, ClockBreachWithdrawn, ClockWarned
from tousu.events.codec import decode
from tousu.events.complaint import ComplaintRouted
from tousu.events.content import Content
from tousu.events.duplicate import DuplicateJoined, PersonErased
from tousu.events.early_warning import EarlyWarningRaised
from tousu.events.instruction import InstructionIssued
from tousu.events.month import DepartmentRated, MonthClosed, PersonSuspended
from tousu.events.penalty import (
    PenaltyAssessed,
    PenaltyDoubled,
    PenaltyPaid,
    PenaltyPaymentQuestioned,
    PenaltyPaymentQuestionSettled,
    PenaltyWithdrawn,
)
from tousu.events.shared_penalty import PenaltyParty

C = TypeVar("C", bound=Content)
COMPLAINTS_WORTH_A_LINE: Final = 3
PLAIN_FIELDS: Final = 3
"""So many fields of an event that has no words are told."""
DONE: Final[Mapping[str, str]] = {"pay_claimant": "pay", "cancel": "no longer pay"}
"""What an instruction asks for, where its code does not read as words."""


class _Claimed(Protocol):
    """What may be about a claim of the case."""

    @property
    def claim_number(self) -> str | None: ...


class _Paid(Protocol):
    """What says an amount of money."""

    @property
    def amount(self) -> str: ...

    @property
    def currency(self) -> str: ...


class _OfParty(Protocol):
    """What is about a party that answers."""

    @property
    def party(self) -> PenaltyParty: ...


class DemoSentence(NamedTuple):
    """How an event is told: the style of its line, and its words, times by the clocks of a zone."""

    style: str
    words: Callable[[Any, tzinfo], str]


def _told(kind: type[C], style: str, words: Callable[[C, tzinfo], str]) -> tuple[str, DemoSentence]:
    return kind.TYPE.removeprefix("tousu.").removesuffix(".v1"), DemoSentence(style, words)


def _routed(said: ComplaintRouted, zone: tzinfo) -> str:
    to = " and ".join(said.departments)
    if said.triage:
        return f"{said.channel}: nobody knows yet what it is about: {to} looks"
    return f"{said.channel}: {said.class_ or said.kind}, {said.grade}, goes to {to}"


def _breached(said: ClockBreached, zone: tzinfo) -> str:
    in_doubt = ", not confirmed yet" if said.unconfirmed else ""
    return f"{_of_claim(said)}{said.clock} breached, it was due {_clock(said.due_at, zone)}{in_doubt}"


def _closed(said: CaseClosed, zone: tzinfo) -> str:
    late = "" if said.in_time else f", late: {', '.join(said.breached_clocks)}"
    return f"closed: {said.result} after {said.handling_hours:.1f} h{late}"


def _claim(said: ClaimOpened, zone: tzinfo) -> str:
    piece = f" for {said.waybill_number}" if said.waybill_number else ""
    return f"{_of_claim(said)}opened, {said.cause}{piece}"


def _of_claim(said: _Claimed) -> str:
    """Which claim of the case at the beginning of the line; nothing where it is about none."""
    number = said.claim_number
    return f"claim {number.rpartition('/')[2]}: " if number else ""


def _money(said: _Paid) -> str:
    return f"{said.amount} {said.currency}"


def _sent_back(said: ClaimFileIncomplete, zone: tzinfo) -> str:
    return f"{_of_claim(said)}file sent back ({said.returns}): {', '.join(said.evidence_missing)} missing"


def _refused(said: ClaimRefused, zone: tzinfo) -> str:
    return f"{_of_claim(said)}refused: {said.exemption or said.reason} ({said.section or ''})"


def _paid(said: ClaimPaid, zone: tzinfo) -> str:
    what = said.obligation.rpartition("/")[2]
    rest = "" if said.outstanding is None else f", {said.outstanding} to come"
    return f"{_of_claim(said)}{_money(said)} paid{rest}" + ("" if what == "compensation" else f" ({what})")


def _question(said: ClaimPaymentQuestioned | PenaltyPaymentQuestioned) -> str:
    return f"payment {said.payment_id} of {_money(said)} is a question: {said.reason}"


def _settlement(said: ClaimPaymentQuestionSettled | PenaltyPaymentQuestionSettled) -> str:
    return f"payment {said.payment_id} is settled: {said.how.replace('_', ' ')}"


def _arbitrated(said: ClaimArbitrated, zone: tzinfo) -> str:
    if said.report_true:
        return f"{_of_claim(said)}headquarters rules: {said.responsible_outlet} bears it"
    return f"{_of_claim(said)}headquarters rules: {said.reporting_outlet} reported falsely"


def _billed(said: ClaimBilled, zone: tzinfo) -> str:
    fee = f" (fee of {said.percent} %)" if said.percent is not None else ""
    return f"{_of_claim(said)}{said.debtor} is billed {_money(said)}{fee}"


def _claim_closed(said: ClaimClosed, zone: tzinfo) -> str:
    """A claim that was paid says so in the line before."""
    return "" if said.reason == "paid" else f"{_of_claim(said)}closed: {said.reason}"


def _instructed(said: InstructionIssued, zone: tzinfo) -> str:
    """What finance has to do. Bills, and what human resources does about a penalty, have lines of their own."""
    if said.what == "bill_outlet" or said.to != "finance":
        return ""
    done = DONE.get(said.what, said.what.replace("_", " "))
    much = f" {said.amount} {said.currency}" if said.amount is not None else ""
    whom = f" from {said.party.kind} {said.party.id}" if said.party else f" for claim {said.of.split('/')[1]}"
    until = f", until {_clock(said.due_at, zone)}" if said.due_at is not None else ""
    return f"finance: {done}{much}{whom}{until}"


def _party(said: _OfParty) -> str:
    return f"{said.party.kind} {said.party.id}"


def _penalty(said: PenaltyAssessed | PenaltyDoubled) -> str:
    lines = []
    for line in said.lines:
        much = line.amount if line.amount is not None else line.percent and f"{line.percent} % of the pay"
        lines.append(f"{line.ground} {much or line.measure or ''}")
    return f"{_party(said)}: {', '.join(lines)}"


def _deducted(said: PenaltyPaid, zone: tzinfo) -> str:
    done = "repaid" if said.obligation != said.penalty_number else "deducted"
    return f"{_party(said)}: {_money(said)} {done}"


def _month(said: MonthClosed, zone: tzinfo) -> str:
    """The month of a person with at least three complaints; the rest is in the figures."""
    if said.party.kind != "person" or said.complaints < COMPLAINTS_WORTH_A_LINE:
        return ""
    fined = f"{said.penalties} {'penalty' if said.penalties == 1 else 'penalties'}"
    return f"{_party(said)}: {said.month} closes with {said.complaints} complaints, {fined}"


def _warning(said: EarlyWarningRaised, zone: tzinfo) -> str:
    what = " at ".join(filter(None, (said.class_, said.kind, said.outlet, said.region)))
    return f"early warning: {said.count} of {what}, usually {said.usual.mean:.1f}"


def _clock(text: str, zone: tzinfo) -> str:
    return datetime.fromisoformat(text).astimezone(zone).strftime("%m-%d %H:%M")


SENTENCES: Final[Mapping[str, DemoSentence]] = dict((
    _told(ComplaintRouted, "", _routed),
    _told(DuplicateJoined, "cyan", lambda said, _: f"the same trouble again by {said.channel}: joined"),
    _told(PersonErased, "dim", lambda said, _: f"erased: {len(said.tellings)} who told of it"),
    _told(
        CasePassedOn, "cyan", lambda said, _: f"passed on to {' and '.join(said.to_departments)} by the {said.by}"
    ),
    _told(
        ClockWarned, "yellow", lambda said, zone: f"{_of_claim(said)}{said.clock} is due {_clock(said.due_at, zone)}"
    ),
    _told(ClockBreached, "red", _breached),
    _told(
        ClockBreachWithdrawn, "green",
        lambda said, _: f"{_of_claim(said)}{said.clock}: answered in time, reported late; breach withdrawn",
    ),
    _told(
        ClockBreachConfirmed, "red", lambda said, _: f"{said.clock}: nothing in time came up; breach confirmed"
    ),
    _told(CaseEscalated, "red", lambda said, _: f"escalated to {said.to} (level {said.level})"),
    _told(CaseClosed, "green", _closed),
    _told(CaseReopened, "yellow", lambda said, _: "reopened"),
    _told(ClaimOpened, "magenta", _claim),
    _told(ClaimFileIncomplete, "yellow", _sent_back),
    _told(
        ClaimOffered, "magenta",
        lambda said, _: f"{_of_claim(said)}{said.amount} {said.currency} offered ({said.section or ''})",
    ),
    _told(ClaimRefused, "magenta", _refused),
    _told(ClaimDisputed, "yellow", lambda said, _: f"{_of_claim(said)}not accepted, goes to {said.way}"),
    _told(
        ClaimConfirmationAwaited, "yellow",
        lambda said, _: f"{_of_claim(said)}{_money(said)} waits for a second person",
    ),
    _told(ClaimRuled, "magenta", lambda said, _: f"{_of_claim(said)}{said.by} rules {_money(said)}"),
    _told(ClaimPaid, "green", _paid),
    _told(ClaimPaymentQuestioned, "yellow", lambda said, _: _of_claim(said) + _question(said)),
    _told(ClaimPaymentQuestionSettled, "green", lambda said, _: _of_claim(said) + _settlement(said)),
    _told(ClaimReopened, "yellow", lambda said, _: f"{_of_claim(said)}opened again: {said.reason}"),
    _told(ClaimArbitrated, "magenta", _arbitrated),
    _told(ClaimBilled, "magenta", _billed),
    _told(ClaimClosed, "magenta", _claim_closed),
    _told(ChargeLaid, "", lambda said, _: ""),  # penalties tells what came of it
    _told(InstructionIssued, "blue", _instructed),
    _told(PenaltyAssessed, "red", lambda said, _: _penalty(said)),
    _told(PenaltyDoubled, "red", lambda said, _: f"doubled: {_penalty(said)}"),
    _told(PenaltyWithdrawn, "green", lambda said, _: f"{_party(said)}: penalty withdrawn, {said.reason}"),
    _told(PenaltyPaid, "green", _deducted),
    _told(PenaltyPaymentQuestioned, "yellow", lambda said, _: f"{_party(said)}: {_question(said)}"),
    _told(PenaltyPaymentQuestionSettled, "green", lambda said, _: f"{_party(said)}: {_settlement(said)}"),
    _told(
        PersonSuspended, "bold red",
        lambda said, _: f"person {said.employee} is suspended: {said.complaints} complaints in {said.month}",
    ),
    _told(DepartmentRated, "red", lambda said, _: f"{said.department}: rated for {said.month}"),
    _told(MonthClosed, "cyan", _month),
    _told(EarlyWarningRaised, "bold red", _warning),
))  # fmt: skip
"""Event name -> style and sentence. What is not here, or has no words to say, is counted but not told, unless it comes
from a topic of which nothing is here: such a one nobody has found words for yet, and it is told as it stands."""


def has_words(topic: str) -> bool:
    """Whether anybody has found words for what a topic carries."""
    return any(name in SENTENCES for name in card(topic).events) or topic == "complaints.rejected"


def _as_it_stands(happening: Happening) -> str:
    """The name of an event, and the first of its plain fields."""
    fields = {name: value for name, value in happening.data.items() if isinstance(value, str | int | float)}
    said = [f"{name.replace('_', ' ')} {value}" for name, value in fields.items() if name != "case_number"]
    return f"{happening.name}: {', '.join(said[:PLAIN_FIELDS])}"


def sentence(happening: Happening, zone: tzinfo) -> tuple[str, str] | None:
    """Style and sentence of what happened, times by the clocks of `zone`; None where it is not worth a line."""
    if happening.name == "event.rejected":
        return "yellow", f"rejected: {happening.reason}"
    found = SENTENCES.get(happening.name)
    if found is None:
        return None if has_words(happening.topic) else ("blue", _as_it_stands(happening))
    words = found.words(decode(f"tousu.{happening.name}.v1", happening.data), zone)
    return (found.style, words) if words else None
