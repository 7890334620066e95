"""The limits of a claim, one line each, as tables show them."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Final

from tousu.explain.account import Account
from tousu.explain.wording import amount_words, length_words

LIMITS: Final = ("limit", "due", "used", "how it stands")
_SECOND_US: Final = 1_000_000


def limit_row(account: Account, zone: tzinfo) -> tuple[str, str, str, str]:
    """Name and figure, when it is due, what of it is used, how it stands."""
    name = account.label.zh if account.label is not None else account.clock.replace("_", " ")
    again = f", generation {account.generation}" if account.generation > 1 else ""
    section = f" ({account.limit.section})" if account.limit.section else ""
    due = minute(account.due_at, zone) if account.due_at is not None else ""
    used = length_words(account.elapsed_us // _SECOND_US * _SECOND_US) if account.intervals else ""
    limit = amount_words(account.limit.amount, account.limit.unit)
    return f"{name}{again}: {limit}{section}", due, used, _how(account)


def _how(account: Account) -> str:
    parts = [account.status.replace("_", " ")]
    paused_us = sum(
        (part.end - part.start).total_seconds() * 1_000_000 for part in account.intervals if part.why == "paused"
    )
    if paused_us:
        parts.append(f"stood still {length_words(round(paused_us))} while the file was incomplete")
    whats = [mark.name for mark in account.marks]
    if account.breached:
        parts.append("breached")
    elif "breach_withdrawn" in whats:
        parts.append("breached, and withdrawn: it was done in time and reported late")
    if account.status in ("uncounted", "cancelled"):
        parts += [mark.reason.replace("_", " ") for mark in account.marks[-1:] if mark.reason]
    return ", ".join(parts)


def minute(at: datetime, zone: tzinfo) -> str:
    """A time by the pack's clocks, to the minute."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
