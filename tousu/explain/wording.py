"""Words that text and picture share: figures and lengths of time."""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import Any, Final

from tousu.events.case import CaseReissued
from tousu.explain.account import Account, ClockMark
from tousu.explain.story import PublishedEvent

REASON_MAX: Final = 40
"""So many characters of a reason are shown."""
MINUTES_MAX: Final = 120
"""More minutes than these are told as days, hours and minutes."""


def figure_words(account: Account) -> str:
    """Which figure of which section: `3 working days, set by the source (C 5), for grade complex, pack ... 1.0.0`."""
    limit = account.limit
    by = "the pack" if limit.set_by == "pack" else "the source"
    section = f" ({limit.section})" if limit.section else ""
    grade = f", for grade {account.grade}" if account.grade else ""
    return f"{amount_words(limit.amount, limit.unit)}, set by {by}{section}{grade}, pack {account.pack}"


LIMIT: Final = itemgetter("amount", "unit")
"""What `amount_words` needs of a limit in an event or a document."""


def amount_words(amount: int, unit: str) -> str:
    """`3 working days`, `1 working day`, `2 hours`; minutes of a promise, which may be many, as `6 days 2 h 15 min`."""
    if unit == "elapsed_minutes" and amount > MINUTES_MAX:
        hours, minutes = divmod(amount, 60)
        days, hours = divmod(hours, 24)
        parts = (amount_words(days, "days") if days else "", f"{hours} h" if hours else "")
        return " ".join(part for part in (*parts, f"{minutes} min" if minutes else "") if part)
    name = unit.removeprefix("elapsed_").replace("_", " ")
    return f"{amount} {name.removesuffix('s') if amount == 1 else name}"


def length_words(length_us: int) -> str:
    """`17:10:00` hours, minutes and seconds, however many hours; parts of a second where there are any."""
    sign, rest_us = ("-", -length_us) if length_us < 0 else ("", length_us)
    seconds, parts_us = divmod(rest_us, 1_000_000)
    text = f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{text}.{parts_us:06}".rstrip("0") if parts_us else text


def mark_words(mark: ClockMark) -> str:
    """What a clock did, in a few words: `paused: waiting for customer`."""
    reason = _short(mark.reason)
    match mark.name:
        case "warned":
            return f"{mark.share or 0:.0%} used"
        case "cancelled":
            return f"cancelled: {reason}"
        case "met_late":
            return "done, too late"
        case "breached":
            return "breached, unconfirmed" if mark.reason == "unconfirmed" else "breached"
        case "breach_withdrawn":
            return "breach withdrawn"
        case "paused":
            return f"paused: {reason}"
        case "resumed":
            return "goes on"
        case "started":
            return "goes on after the withdrawn breach" if mark.reason == "breach_withdrawn" else "starts anew"
        case "recalculated":
            return f"worked out anew: {reason}"
        case what:
            return what.replace("_", " ")


def happening_words(event: PublishedEvent) -> str:
    """What happened to a case, in a few words: `judged: stands`."""
    data = event.data
    match event.name:
        case "complaint.routed" | "inquiry.routed" | "claim.routed":
            return f"routed: {_short(data.get('class') or event.name.partition('.')[0])}"
        case "case.passed_on":
            return f"passed on to {', '.join(_short(name) for name in data.get('to_departments', ()))}"
        case "case.reissued":
            return f"issued again to {', '.join(map(_short, event.read(CaseReissued).departments))}"
        case "case.escalated":
            return f"escalated to {_short(data.get('to', ''))}, level {data.get('level', '')}"
        case "case.closed":
            return f"closed: {_short(data.get('result', ''))}"
        case claim if claim.startswith("claim."):
            return _claim_words(claim.removeprefix("claim."), data)
        case "handling.judged":
            return "judged: stands" if data.get("stands") else "judged: does not stand"
        case "handling.customer_answered":
            return "answered: settled" if data.get("settled") else "answered: not settled"
        case "handling.passed_on":
            return "asks to pass it on"
        case "case.reopened":
            return "reopened"
        case name:
            return name.removeprefix("handling.").replace(".", " ").replace("_", " ")


def _claim_words(step: str, data: Mapping[str, Any]) -> str:
    """What happened to a claim: `claim 1 offered 812.00 CNY`. Several claims of a case are told apart."""
    money = f" {data['amount']} {data['currency']}" if "amount" in data and "currency" in data else ""
    more = {
        "opened": f": {_short(data.get('cause', ''))}",
        "closed": f": {_short(data.get('reason', ''))}",
        "refused": f": {_short(data.get('exemption') or data.get('reason', ''))}",
        "disputed": f": {_short(data.get('way', ''))}",
        "file_incomplete": f", {data.get('returns', '')} times",
        "payment_questioned": f": {_short(data.get('reason', ''))}",
        "outlet_notified": f": {_short(data.get('outlet', ''))}",
    }.get(step, money)
    return f"claim {data.get('claim_number', '').rpartition('/')[2]} {step.replace('_', ' ')}{more}"


def _short(text: str) -> str:
    """A code or a reason, in words, cut where it is long."""
    plain = " ".join(text.replace("_", " ").split())
    return plain if len(plain) <= REASON_MAX else plain[: REASON_MAX - 1].rstrip() + "…"
