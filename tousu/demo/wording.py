"""What happened, in one sentence each, for the screen. Nothing personal: numbers of cases, classes, departments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from tousu.demo.diary import BEIJING
from tousu.demo.onlooker import Happening

Data = Mapping[str, Any]


def _routed(data: Data) -> str:
    to = " and ".join(data["departments"])
    if data["triage"]:
        return f"{data['channel']}: nobody knows yet what it is about: {to} looks"
    return f"{data['channel']}: {data.get('class', data['kind'])}, {data.get('grade', 'ungraded')}, goes to {to}"


def _breached(data: Data) -> str:
    return f"{_named(data)} breached, it was due {_clock(data['due_at'])}"


def _named(data: Data) -> str:
    """A clock by its name; a limit of a claim with the running number of its claim."""
    return f"claim {_running(data)}: {data['clock']}" if "claim_number" in data else str(data["clock"])


def _running(data: Data) -> str:
    return str(data["claim_number"]).rpartition("/")[2]


def _closed(data: Data) -> str:
    late = "" if data["in_time"] else f", late: {', '.join(data['breached_clocks'])}"
    return f"closed: {data['result']} after {data['handling_hours']:.1f} h{late}"


def _claim(data: Data) -> str:
    piece = f" for {data['waybill_number']}" if data.get("waybill_number") else ""
    return f"claim {_running(data)} opened: {data['cause']}{piece}"


def _about_claim(words: Callable[[Data], str]) -> Callable[[Data], str]:
    """The sentence about a claim, which begins with its running number."""
    return lambda data: f"claim {_running(data)} {words(data)}"


def _money(data: Data) -> str:
    return f"{data['amount']} {data['currency']}"


def _arbitrated(data: Data) -> str:
    if not data["report_true"]:
        return "headquarters: the report was false"
    return f"headquarters: {data.get('responsible_outlet', 'the outlet')} answers for it"


def _instructed(data: Data) -> str:
    money = f": {_money(data)}" if "amount" in data else ""
    return f"{data['to'].replace('_', ' ')} is told to {data['what'].replace('_', ' ')}{money}"


def _warning(data: Data) -> str:
    what = " at ".join(str(data[name]) for name in ("class", "kind", "outlet", "region") if data.get(name))
    return f"early warning: {data['count']} of {what}, usually {data['usual']['mean']:.1f}"


def _clock(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(BEIJING).strftime("%m-%d %H:%M")


SENTENCES: Final[Mapping[str, tuple[str, Callable[[Data], str]]]] = {
    "complaint.routed": ("", _routed),
    "duplicate.joined": ("cyan", lambda data: f"the same trouble again by {data['channel']}: joined"),
    "case.passed_on": ("cyan", lambda data: f"passed on to {' and '.join(data['to_departments'])} by the {data['by']}"),
    "clock.warned": ("yellow", lambda data: f"{_named(data)} is due {_clock(data['due_at'])}"),
    "clock.breached": ("red", _breached),
    "clock.breach_withdrawn": (
        "green",
        lambda data: f"{_named(data)}: answered in time, reported late; breach withdrawn",
    ),
    "case.escalated": ("red", lambda data: f"escalated to {data['to']} (level {data['level']})"),
    "case.closed": ("green", _closed),
    "case.reopened": ("yellow", lambda data: "reopened"),
    "claim.opened": ("magenta", _claim),
    "claim.filed": ("magenta", _about_claim(lambda data: f"filed by the {data['claimant']['role']}")),
    "claim.file_incomplete": (
        "yellow",
        _about_claim(lambda data: f"goes back incomplete: {', '.join(data['evidence_missing'])}"),
    ),
    "claim.offered": ("magenta", _about_claim(lambda data: f"offered {_money(data)}")),
    "claim.refused": (
        "yellow",
        _about_claim(lambda data: f"refused: {data.get('exemption') or data.get('reason', 'nothing is due')}"),
    ),
    "claim.disputed": ("yellow", _about_claim(lambda data: f"disputed, goes on by {data['way']}")),
    "claim.agreed": ("magenta", _about_claim(lambda data: f"agreed: {_money(data)}")),
    "claim.ruled": ("magenta", _about_claim(lambda data: f"ruled by the {data['by']}: {_money(data)}")),
    "claim.paid": ("green", _about_claim(lambda data: f"paid: {_money(data)}")),
    "claim.payment_questioned": (
        "red",
        _about_claim(lambda data: f"payment {data['payment_id']} fits nothing owed: {data['reason']}"),
    ),
    "claim.payment_question_settled": (
        "green",
        _about_claim(lambda data: f"payment {data['payment_id']} is settled: {data['how'].replace('_', ' ')}"),
    ),
    "claim.arbitrated": ("magenta", _about_claim(_arbitrated)),
    "claim.billed": ("magenta", _about_claim(lambda data: f"{data['debtor']} owes {data['creditor']} {_money(data)}")),
    "claim.closed": ("magenta", _about_claim(lambda data: f"closed: {data['reason']}")),
    "claim.reopened": ("yellow", _about_claim(lambda data: "opened again")),
    "instruction.issued": ("", _instructed),
    "early_warning.raised": ("bold red", _warning),
}
"""Event name -> style and sentence. What is not here is counted but not told."""


def sentence(happening: Happening) -> tuple[str, str] | None:
    """Style and sentence of what happened, or None where it is not worth a line."""
    if happening.name == "event.rejected":
        return "yellow", f"rejected: {happening.reason}"
    found = SENTENCES.get(happening.name)
    return None if found is None else (found[0], found[1](happening.data))
