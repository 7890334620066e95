"""The limits of a claim, one line each, as tables show them."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Final

from tousu.explain.account import Account
from tousu.explain.wording import length_words, limit_words

LIMITS: Final = ("limit", "due", "used", "how it stands")
_SECOND_US: Final = 1_000_000


def limit_row(each: Account, zone: tzinfo) -> tuple[str, str, str, str]:
    """Name and figure, when it is due, what of it is used, how it stands."""
    name = each.label.zh if each.label is not None else each.clock.replace("_", " ")
    again = f", generation {each.generation}" if each.generation > 1 else ""
    section = f" ({each.limit.section})" if each.limit.section else ""
    due = minute(each.due_at, zone) if each.due_at is not None else ""
    used = length_words(each.elapsed_us // _SECOND_US * _SECOND_US) if each.intervals else ""
    return f"{name}{again}: {limit_words(each)}{section}", due, used, _how(each)


def _how(each: Account) -> str:
    said = [each.status.replace("_", " ")]
    paused_us = sum(
        (part.end - part.start).total_seconds() * 1_000_000 for part in each.intervals if part.why == "paused"
    )
    if paused_us:
        said.append(f"stood still {length_words(round(paused_us))} while the file was incomplete")
    whats = [mark.what for mark in each.marks]
    if each.breached:
        said.append("breached")
    elif "breach_withdrawn" in whats:
        said.append("breached, and withdrawn: it was done in time and reported late")
    if each.status in ("uncounted", "cancelled"):
        said += [mark.reason.replace("_", " ") for mark in each.marks[-1:] if mark.reason]
    return ", ".join(said)


def minute(at: datetime, zone: tzinfo) -> str:
    """A time by the pack's clocks, to the minute."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
