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
    return f"{data['clock']} breached, it was due {_clock(data['due_at'])}"


def _closed(data: Data) -> str:
    late = "" if data["in_time"] else f", late: {', '.join(data['breached_clocks'])}"
    return f"closed: {data['result']} after {data['handling_hours']:.1f} h{late}"


def _claim(data: Data) -> str:
    piece = f" for {data['waybill_number']}" if data.get("waybill_number") else ""
    return f"claim {data['claim_number']} opened: {data['cause']}{piece}"


def _warning(data: Data) -> str:
    what = " at ".join(str(data[name]) for name in ("class", "kind", "outlet", "region") if data.get(name))
    return f"early warning: {data['count']} of {what}, usually {data['usual']['mean']:.1f}"


def _clock(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(BEIJING).strftime("%m-%d %H:%M")


SENTENCES: Final[Mapping[str, tuple[str, Callable[[Data], str]]]] = {
    "complaint.routed": ("", _routed),
    "duplicate.joined": ("cyan", lambda data: f"the same trouble again by {data['channel']}: joined"),
    "case.passed_on": ("cyan", lambda data: f"passed on to {' and '.join(data['to_departments'])} by the {data['by']}"),
    "clock.warned": ("yellow", lambda data: f"{data['clock']} is due {_clock(data['due_at'])}"),
    "clock.breached": ("red", _breached),
    "clock.breach_withdrawn": (
        "green",
        lambda data: f"{data['clock']}: answered in time, reported late; breach withdrawn",
    ),
    "case.escalated": ("red", lambda data: f"escalated to {data['to']} (level {data['level']})"),
    "case.closed": ("green", _closed),
    "case.reopened": ("yellow", lambda data: "reopened"),
    "claim.opened": ("magenta", _claim),
    "claim.closed": ("magenta", lambda data: f"claim {data['claim_number']} closed: {data['reason']}"),
    "early_warning.raised": ("bold red", _warning),
}
"""Event name -> style and sentence. What is not here is counted but not told."""


def sentence(happening: Happening) -> tuple[str, str] | None:
    """Style and sentence of what happened, or None where it is not worth a line."""
    if happening.name == "event.rejected":
        return "yellow", f"rejected: {happening.reason}"
    found = SENTENCES.get(happening.name)
    return None if found is None else (found[0], found[1](happening.data))
