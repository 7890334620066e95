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


def _sentence(kind: type[C], style: str, words: Callable[[C, tzinfo], str]) -> tuple[str, DemoSentence]:
    return kind.TYPE.removeprefix("tousu.").removesuffix(".v1"), DemoSentence(style, words)


def _routed(data: ComplaintRouted, zone: tzinfo) -> str:
    to = " and ".join(data.departments)
    if data.triage:
        return f"{data.channel}: nobody knows yet what it is about: {to} looks"
    return f"{data.channel}: {data.class_ or data.kind}, {data.grade}, goes to {to}"


def _breached(data: ClockBreached, zone: tzinfo) -> str:
    in_doubt = ", not confirmed yet" if data.unconfirmed else ""
    return f"{_of_claim(data)}{data.clock} breached, it was due {_clock(data.due_at, zone)}{in_doubt}"


def _closed(data: CaseClosed, zone: tzinfo) -> str:
    late = "" if data.in_time else f", late: {', '.join(data.breached_clocks)}"
    return f"closed: {data.result} after {data.handling_hours:.1f} h{late}"


def _claim(data: ClaimOpened, zone: tzinfo) -> str:
    piece = f" for {data.waybill_number}" if data.waybill_number else ""
    return f"{_of_claim(data)}opened, {data.cause}{piece}"


def _of_claim(data: _Claimed) -> str:
    """Which claim of the case at the beginning of the line; nothing where it is about none."""
    number = data.claim_number
    return f"claim {number.rpartition('/')[2]}: " if number else ""


def _money(data: _Paid) -> str:
    return f"{data.amount} {data.currency}"


def _sent_back(data: ClaimFileIncomplete, zone: tzinfo) -> str:
    return f"{_of_claim(data)}file sent back ({data.returns}): {', '.join(data.evidence_missing)} missing"


def _refused(data: ClaimRefused, zone: tzinfo) -> str:
    return f"{_of_claim(data)}refused: {data.exemption or data.reason} ({data.section or ''})"


def _paid(data: ClaimPaid, zone: tzinfo) -> str:
    kind = data.obligation.rpartition("/")[2]
    rest = "" if data.outstanding is None else f", {data.outstanding} to come"
    return f"{_of_claim(data)}{_money(data)} paid{rest}" + ("" if kind == "compensation" else f" ({kind})")


def _question(data: ClaimPaymentQuestioned | PenaltyPaymentQuestioned) -> str:
    return f"payment {data.payment_id} of {_money(data)} is a question: {data.reason}"


def _settlement(data: ClaimPaymentQuestionSettled | PenaltyPaymentQuestionSettled) -> str:
    return f"payment {data.payment_id} is settled: {data.how.replace('_', ' ')}"


def _arbitrated(data: ClaimArbitrated, zone: tzinfo) -> str:
    if data.report_true:
        return f"{_of_claim(data)}headquarters rules: {data.responsible_outlet} bears it"
    return f"{_of_claim(data)}headquarters rules: {data.reporting_outlet} reported falsely"


def _billed(data: ClaimBilled, zone: tzinfo) -> str:
    fee = f" (fee of {data.percent} %)" if data.percent is not None else ""
    return f"{_of_claim(data)}{data.debtor} is billed {_money(data)}{fee}"


def _claim_closed(data: ClaimClosed, zone: tzinfo) -> str:
    """A claim that was paid says so in the line before."""
    return "" if data.reason == "paid" else f"{_of_claim(data)}closed: {data.reason}"


def _instructed(data: InstructionIssued, zone: tzinfo) -> str:
    """What finance has to do. Bills, and what human resources does about a penalty, have lines of their own."""
    if data.what == "bill_outlet" or data.to != "finance":
        return ""
    done = DONE.get(data.what, data.what.replace("_", " "))
    much = f" {data.amount} {data.currency}" if data.amount is not None else ""
    whom = f" from {data.party.kind} {data.party.id}" if data.party else f" for claim {data.of.split('/')[1]}"
    until = f", until {_clock(data.due_at, zone)}" if data.due_at is not None else ""
    return f"finance: {done}{much}{whom}{until}"


def _party(data: _OfParty) -> str:
    return f"{data.party.kind} {data.party.id}"


def _penalty(data: PenaltyAssessed | PenaltyDoubled) -> str:
    lines = []
    for line in data.lines:
        much = line.amount if line.amount is not None else line.percent and f"{line.percent} % of the pay"
        lines.append(f"{line.ground} {much or line.measure or ''}")
    return f"{_party(data)}: {', '.join(lines)}"


def _deducted(data: PenaltyPaid, zone: tzinfo) -> str:
    done = "repaid" if data.obligation != data.penalty_number else "deducted"
    return f"{_party(data)}: {_money(data)} {done}"


def _month(data: MonthClosed, zone: tzinfo) -> str:
    """The month of a person with at least three complaints; the rest is in the figures."""
    if data.party.kind != "person" or data.complaints < COMPLAINTS_WORTH_A_LINE:
        return ""
    fined = f"{data.penalties} {'penalty' if data.penalties == 1 else 'penalties'}"
    return f"{_party(data)}: {data.month} closes with {data.complaints} complaints, {fined}"


def _warning(data: EarlyWarningRaised, zone: tzinfo) -> str:
    subject = " at ".join(filter(None, (data.class_, data.kind, data.outlet, data.region)))
    return f"early warning: {data.count} of {subject}, usually {data.usual.mean:.1f}"


def _clock(text: str, zone: tzinfo) -> str:
    return datetime.fromisoformat(text).astimezone(zone).strftime("%m-%d %H:%M")


SENTENCES: Final[Mapping[str, DemoSentence]] = dict((
    _sentence(ComplaintRouted, "", _routed),
    _sentence(DuplicateJoined, "cyan", lambda data, _: f"the same trouble again by {data.channel}: joined"),
    _sentence(PersonErased, "dim", lambda data, _: f"erased: {len(data.tellings)} who told of it"),
    _sentence(
        CasePassedOn, "cyan", lambda data, _: f"passed on to {' and '.join(data.to_departments)} by the {data.by}"
    ),
    _sentence(
        ClockWarned, "yellow", lambda data, zone: f"{_of_claim(data)}{data.clock} is due {_clock(data.due_at, zone)}"
    ),
    _sentence(ClockBreached, "red", _breached),
    _sentence(
        ClockBreachWithdrawn, "green",
        lambda data, _: f"{_of_claim(data)}{data.clock}: answered in time, reported late; breach withdrawn",
    ),
    _sentence(
        ClockBreachConfirmed, "red", lambda data, _: f"{data.clock}: nothing in time came up; breach confirmed"
    ),
    _sentence(CaseEscalated, "red", lambda data, _: f"escalated to {data.to} (level {data.level})"),
    _sentence(CaseClosed, "green", _closed),
    _sentence(CaseReopened, "yellow", lambda data, _: "reopened"),
    _sentence(ClaimOpened, "magenta", _claim),
    _sentence(ClaimFileIncomplete, "yellow", _sent_back),
    _sentence(
        ClaimOffered, "magenta",
        lambda data, _: f"{_of_claim(data)}{data.amount} {data.currency} offered ({data.section or ''})",
    ),
    _sentence(ClaimRefused, "magenta", _refused),
    _sentence(ClaimDisputed, "yellow", lambda data, _: f"{_of_claim(data)}not accepted, goes to {data.way}"),
    _sentence(
        ClaimConfirmationAwaited, "yellow",
        lambda data, _: f"{_of_claim(data)}{_money(data)} waits for a second person",
    ),
    _sentence(ClaimRuled, "magenta", lambda data, _: f"{_of_claim(data)}{data.by} rules {_money(data)}"),
    _sentence(ClaimPaid, "green", _paid),
    _sentence(ClaimPaymentQuestioned, "yellow", lambda data, _: _of_claim(data) + _question(data)),
    _sentence(ClaimPaymentQuestionSettled, "green", lambda data, _: _of_claim(data) + _settlement(data)),
    _sentence(ClaimReopened, "yellow", lambda data, _: f"{_of_claim(data)}opened again: {data.reason}"),
    _sentence(ClaimArbitrated, "magenta", _arbitrated),
    _sentence(ClaimBilled, "magenta", _billed),
    _sentence(ClaimClosed, "magenta", _claim_closed),
    _sentence(ChargeLaid, "", lambda data, _: ""),  # penalties tells what came of it
    _sentence(InstructionIssued, "blue", _instructed),
    _sentence(PenaltyAssessed, "red", lambda data, _: _penalty(data)),
    _sentence(PenaltyDoubled, "red", lambda data, _: f"doubled: {_penalty(data)}"),
    _sentence(PenaltyWithdrawn, "green", lambda data, _: f"{_party(data)}: penalty withdrawn, {data.reason}"),
    _sentence(PenaltyPaid, "green", _deducted),
    _sentence(PenaltyPaymentQuestioned, "yellow", lambda data, _: f"{_party(data)}: {_question(data)}"),
    _sentence(PenaltyPaymentQuestionSettled, "green", lambda data, _: f"{_party(data)}: {_settlement(data)}"),
    _sentence(
        PersonSuspended, "bold red",
        lambda data, _: f"person {data.employee} is suspended: {data.complaints} complaints in {data.month}",
    ),
    _sentence(DepartmentRated, "red", lambda data, _: f"{data.department}: rated for {data.month}"),
    _sentence(MonthClosed, "cyan", _month),
    _sentence(EarlyWarningRaised, "bold red", _warning),
))  # fmt: skip
"""Event name -> style and sentence. What is not here, or has no words to say, is counted but not told, unless it comes
from a topic of which nothing is here: such a one nobody has found words for yet, and it is told as it stands."""


def has_words(topic: str) -> bool:
    """Whether anybody has found words for what a topic carries."""
    return any(name in SENTENCES for name in card(topic).events) or topic == "complaints.rejected"


def _plain(happening: Happening) -> str:
    """The name of an event, and the first of its plain fields."""
    fields = {name: value for name, value in happening.data.items() if isinstance(value, str | int | float)}
    parts = [f"{name.replace('_', ' ')} {value}" for name, value in fields.items() if name != "case_number"]
    return f"{happening.name}: {', '.join(parts[:PLAIN_FIELDS])}"


def sentence(happening: Happening, zone: tzinfo) -> tuple[str, str] | None:
    """Style and sentence of what happened, times by the clocks of `zone`; None where it is not worth a line."""
    if happening.name == "event.rejected":
        return "yellow", f"rejected: {happening.reason}"
    template = SENTENCES.get(happening.name)
    if template is None:
        return None if has_words(happening.topic) else ("blue", _plain(happening))
    words = template.words(decode(f"tousu.{happening.name}.v1", happening.data), zone)
    return (template.style, words) if words else None
