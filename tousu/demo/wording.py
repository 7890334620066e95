"""What happened, in one sentence each, for the screen. Nothing personal: numbers of cases, classes, departments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from typing import Any, Final

from tousu.contract import card
from tousu.demo.onlooker import Happening

Data = Mapping[str, Any]
COMPLAINTS_WORTH_A_LINE: Final = 3
PLAIN_FIELDS: Final = 3
"""So many fields of an event that has no words are told."""
DONE: Final[Mapping[str, str]] = {"pay_claimant": "pay", "cancel": "no longer pay"}
"""What an instruction asks for, where its code does not read as words."""


def _routed(data: Data) -> str:
    to = " and ".join(data["departments"])
    if data["triage"]:
        return f"{data['channel']}: nobody knows yet what it is about: {to} looks"
    return f"{data['channel']}: {data.get('class', data['kind'])}, {data.get('grade', 'ungraded')}, goes to {to}"


def _breached(data: Data) -> str:
    in_doubt = ", not confirmed yet" if data.get("unconfirmed") else ""
    return f"{_of_claim(data)}{data['clock']} breached, it was due {_clock(data['due_at'])}{in_doubt}"


def _closed(data: Data) -> str:
    late = "" if data["in_time"] else f", late: {', '.join(data['breached_clocks'])}"
    return f"closed: {data['result']} after {data['handling_hours']:.1f} h{late}"


def _claim(data: Data) -> str:
    piece = f" for {data['waybill_number']}" if data.get("waybill_number") else ""
    return f"{_of_claim(data)}opened, {data['cause']}{piece}"


def _of_claim(data: Data) -> str:
    """Which claim of the case at the beginning of the line; nothing where it is about none."""
    number = data.get("claim_number")
    return f"claim {number.rpartition('/')[2]}: " if number else ""


def _money(data: Data) -> str:
    return f"{data['amount']} {data['currency']}"


def _sent_back(data: Data) -> str:
    return f"{_of_claim(data)}file sent back ({data['returns']}): {', '.join(data['evidence_missing'])} missing"


def _refused(data: Data) -> str:
    return f"{_of_claim(data)}refused: {data.get('exemption') or data['reason']} ({data.get('section', '')})"


def _paid(data: Data) -> str:
    what = str(data["obligation"]).rpartition("/")[2]
    return f"{_of_claim(data)}{_money(data)} paid" + ("" if what == "compensation" else f" ({what})")


def _questioned(data: Data) -> str:
    return f"{_of_claim(data)}payment {data['payment_id']} of {_money(data)} is a question: {data['reason']}"


def _settled(data: Data) -> str:
    return f"{_of_claim(data)}payment {data['payment_id']} is settled: {data['how'].replace('_', ' ')}"


def _arbitrated(data: Data) -> str:
    who = (
        f"{data['responsible_outlet']} bears it"
        if data["report_true"]
        else f"{data['reporting_outlet']} reported falsely"
    )
    return f"{_of_claim(data)}headquarters rules: {who}"


def _billed(data: Data) -> str:
    fee = f" (fee of {data['percent']} %)" if "percent" in data else ""
    return f"{_of_claim(data)}{data['debtor']} is billed {_money(data)}{fee}"


def _claim_closed(data: Data) -> str:
    """A claim that was paid says so in the line before."""
    return "" if data["reason"] == "paid" else f"{_of_claim(data)}closed: {data['reason']}"


def _instructed(data: Data) -> str:
    """What finance has to do. Bills, and what human resources does about a penalty, have lines of their own."""
    if data["what"] == "bill_outlet" or data["to"] != "finance":
        return ""
    done = DONE.get(data["what"], data["what"].replace("_", " "))
    much = f" {_money(data)}" if "amount" in data else ""
    party = data.get("party")
    whom = f" from {party['kind']} {party['id']}" if party else f" for claim {data['of'].split('/')[1]}"
    until = f", until {_clock(data['due_at'])}" if "due_at" in data else ""
    return f"finance: {done}{much}{whom}{until}"


def _party(data: Data) -> str:
    return f"{data['party']['kind']} {data['party']['id']}"


def _penalty(data: Data) -> str:
    lines = []
    for line in data.get("lines", ()):
        much = (
            f" {line['amount']}"
            if "amount" in line
            else f" {line['percent']} % of the pay"
            if "percent" in line
            else ""
        )
        lines.append(f"{line['ground']}{much or ' ' + line.get('measure', '')}")
    return f"{_party(data)}: {', '.join(lines)}"


def _deducted(data: Data) -> str:
    done = "repaid" if data["obligation"] != data["penalty_number"] else "deducted"
    return f"{_party(data)}: {_money(data)} {done}"


def _month(data: Data) -> str:
    """The month of a person with at least three complaints; the rest is in the figures."""
    if data["party"]["kind"] != "person" or data["complaints"] < COMPLAINTS_WORTH_A_LINE:
        return ""
    return f"{_party(data)}: {data['month']} closes with {data['complaints']} complaints, {data['penalties']} penalties"


def _warning(data: Data) -> str:
    what = " at ".join(str(data[name]) for name in ("class", "kind", "outlet", "region") if data.get(name))
    return f"early warning: {data['count']} of {what}, usually {data['usual']['mean']:.1f}"


def _clock(text: str) -> str:
    """A time as `sentence` has put it into the zone of the pack."""
    return datetime.fromisoformat(text).strftime("%m-%d %H:%M")


SENTENCES: Final[Mapping[str, tuple[str, Callable[[Data], str]]]] = {
    "complaint.routed": ("", _routed),
    "duplicate.joined": ("cyan", lambda data: f"the same trouble again by {data['channel']}: joined"),
    "person.erased": ("dim", lambda data: f"erased: {len(data['tellings'])} who told of it"),
    "case.passed_on": ("cyan", lambda data: f"passed on to {' and '.join(data['to_departments'])} by the {data['by']}"),
    "clock.warned": ("yellow", lambda data: f"{_of_claim(data)}{data['clock']} is due {_clock(data['due_at'])}"),
    "clock.breached": ("red", _breached),
    "clock.breach_withdrawn": (
        "green",
        lambda data: f"{_of_claim(data)}{data['clock']}: answered in time, reported late; breach withdrawn",
    ),
    "clock.breach_confirmed": ("red", lambda data: f"{data['clock']}: nothing in time came up; breach confirmed"),
    "case.escalated": ("red", lambda data: f"escalated to {data['to']} (level {data['level']})"),
    "case.closed": ("green", _closed),
    "case.reopened": ("yellow", lambda data: "reopened"),
    "claim.opened": ("magenta", _claim),
    "claim.file_incomplete": ("yellow", _sent_back),
    "claim.offered": ("magenta", lambda data: f"{_of_claim(data)}{_money(data)} offered ({data.get('section', '')})"),
    "claim.refused": ("magenta", _refused),
    "claim.disputed": ("yellow", lambda data: f"{_of_claim(data)}not accepted, goes to {data['way']}"),
    "claim.confirmation_awaited": ("yellow", lambda data: f"{_of_claim(data)}{_money(data)} waits for a second person"),
    "claim.ruled": ("magenta", lambda data: f"{_of_claim(data)}{data['by']} rules {_money(data)}"),
    "claim.paid": ("green", _paid),
    "claim.payment_questioned": ("yellow", _questioned),
    "claim.payment_question_settled": ("green", _settled),
    "claim.reopened": ("yellow", lambda data: f"{_of_claim(data)}opened again: {data['reason']}"),
    "claim.arbitrated": ("magenta", _arbitrated),
    "claim.billed": ("magenta", _billed),
    "claim.closed": ("magenta", _claim_closed),
    "charge.laid": ("", lambda data: ""),  # penalties tells what came of it
    "instruction.issued": ("blue", _instructed),
    "penalty.assessed": ("red", _penalty),
    "penalty.doubled": ("red", lambda data: f"doubled: {_penalty(data)}"),
    "penalty.withdrawn": ("green", lambda data: f"{_party(data)}: penalty withdrawn, {data['reason']}"),
    "penalty.paid": ("green", _deducted),
    "penalty.payment_questioned": ("yellow", lambda data: f"{_party(data)}: {_questioned(data)}"),
    "penalty.payment_question_settled": ("green", lambda data: f"{_party(data)}: {_settled(data)}"),
    "person.suspended": (
        "bold red",
        lambda data: f"person {data['employee']} is suspended: {data['complaints']} complaints in {data['month']}",
    ),
    "department.rated": ("red", lambda data: f"{data['department']}: rated for {data['month']}"),
    "month.closed": ("cyan", _month),
    "early_warning.raised": ("bold red", _warning),
}
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
    at_home = {
        name: datetime.fromisoformat(value).astimezone(zone).isoformat() if name == "due_at" else value
        for name, value in happening.data.items()
    }
    words = found[1](at_home)
    return (found[0], words) if words else None
