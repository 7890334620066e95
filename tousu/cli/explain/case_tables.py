"""An explanation as tables for people, made to be read at 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from tousu.cli import output
from tousu.cli.explain.limit_rows import LIMITS, limit_row
from tousu.explain.account import Account, ClockMark, Interval
from tousu.explain.decision import department_name
from tousu.explain.explanation import Explanation
from tousu.explain.hops import GroupShare
from tousu.explain.wording import figure_words, length_words
from tousu.policy.pack import Pack

INTERVALS_SHOWN_MAX: Final = 60


def show(explanation: Explanation, clock: str = "") -> None:
    """Print it; of the clocks only the one that is named, if any."""
    zone = ZoneInfo(explanation.pack.time_zone)
    if not clock:
        output.table(f"Case {explanation.story.number}", ("", "why"), explanation.decisions)
        _hops(explanation, zone)
    _attachments(explanation, clock)
    for account, shares in zip(explanation.accounts, explanation.shares, strict=True):
        if clock == account.clock or (not clock and not account.claim_number):
            show_account(explanation.pack, account, shares)
    if not clock:
        _claims(explanation, zone)


def _attachments(explanation: Explanation, clock: str) -> None:
    """Each clock of cases; of the limits of claims those that run, each with its claim, or the one asked for."""
    rows: list[tuple[str, str, str]] = []
    silent: dict[str, int] = {}
    for attachment in explanation.attachments:
        if clock not in ("", attachment.clock):
            continue
        if (attachment.reason == "no_claim" or attachment.claim_number) and not attachment.attached and not clock:
            silent[attachment.claim_number] = silent.get(attachment.claim_number, 0) + 1
            continue
        name = (
            f"{attachment.clock} of claim {attachment.claim_number.rpartition('/')[2]}"
            if attachment.claim_number
            else attachment.clock
        )
        rows.append((name, "yes" if attachment.attached else "no", f"{attachment.words} ({attachment.section})"))
    for number, count in silent.items():
        label = f"{count} more limits of claim {number.rpartition('/')[2]}" if number else f"{count} clocks of claims"
        rows.append((label, "no", f"`tousu explain {number} --json` says why" if number else "no claim was opened"))
    output.table("Which clocks run, and why", ("clock", "runs", "why"), rows)


def _claims(explanation: Explanation, zone: tzinfo) -> None:
    """The limits of each claim in short: `tousu explain CLAIM` tells the whole of it."""
    for number in dict.fromkeys(account.claim_number for account in explanation.accounts if account.claim_number):
        rows = [limit_row(account, zone) for account in explanation.accounts if account.claim_number == number]
        output.table(f"Limits of claim {number} (`tousu explain {number}` says more)", LIMITS, rows, right=("used",))


def _hops(explanation: Explanation, zone: tzinfo) -> None:
    rows = []
    for hop in explanation.hops:
        who = ", ".join(department_name(name, explanation.pack) for name in hop.departments) or "nobody: not routed yet"
        why = hop.name + (f", {hop.by}" if hop.by else "") + (f": {hop.reason}" if hop.reason else "")
        rows.append((moment(hop.start, zone), who, why))
    output.table("Who was in charge", ("from", "departments", "by"), rows)


def show_account(pack: Pack, account: Account, shares: Sequence[GroupShare] = ()) -> None:
    """One clock: where its figure comes from, what happened to it, and its intervals."""
    zone = ZoneInfo(pack.time_zone)
    name = f"{account.clock} {account.label.zh}" if account.label is not None else account.clock
    generation = f", generation {account.generation}" if account.generation > 1 else ""
    breached = ", breached" if account.breached else ""
    of_claim = f" of claim {account.claim_number}" if account.claim_number else ""
    of_claim += f" of plan {account.plan_id}" if account.plan_id else ""
    title = f"{name}{of_claim}{generation}: {account.status.replace('_', ' ')}{breached}"
    output.table(title, ("", ""), list(_facts(pack, account, shares, zone)))
    shown = account.intervals[:INTERVALS_SHOWN_MAX]
    rows = [_interval(interval, zone) for interval in shown]
    if len(shown) < len(account.intervals):
        rows.append(("...", "", "", f"{len(account.intervals) - len(shown)} more; --json shows all"))
    rows.append(("", "", length_words(account.elapsed_us), f"elapsed: {account.elapsed_us / 1e6:,g} s"))
    output.table(f"{account.clock}: its intervals", ("from", "until", "counts", "why"), rows, right=("counts",))


def _interval(interval: Interval, zone: tzinfo) -> tuple[str, str, str, str]:
    cause = f" ({interval.cause_name})" if interval.why == "paused" and interval.cause_name else ""
    counted = length_words(interval.counted_us) if interval.counts else "-"
    return moment(interval.start, zone), moment(interval.end, zone), counted, interval.words + cause


def _facts(pack: Pack, account: Account, shares: Sequence[GroupShare], zone: tzinfo) -> Iterator[tuple[str, str]]:
    yield "figure", figure_words(account)
    if account.note:
        yield "", account.note
    yield "counts from", f"{moment(account.started_at, zone, year=True)} ({account.starts_at.replace('_', ' ')})"
    for mark in account.marks:
        yield mark.name.replace("_", " "), _mark(mark, zone)
    if account.due_at is not None:
        yield "due", f"{moment(account.due_at, zone, year=True)}, calendar {pack.calendar.id} {account.calendar}"
    if account.rest:
        yield (
            "rest",
            "; ".join(f"until {moment(interval.end, zone)} {interval.words}" for interval in account.rest[:12]),
        )
    for share in shares:
        who = ", ".join(department_name(name, pack) for name in share.departments) or "nobody: not routed yet"
        times = f", {share.hops} times in charge" if share.hops > 1 else ""
        yield "time with", f"{length_words(share.counted_us)} {who}{times}"


def _mark(mark: ClockMark, zone: tzinfo) -> str:
    parts: list[str] = [moment(mark.at, zone)]
    if mark.share is not None:
        parts.append(f"{mark.share:.0%} used")
    if mark.name in ("extended", "resumed", "recalculated") and mark.due_at is not None:
        parts.append(f"due {moment(mark.due_at, zone)}")
    if mark.reason:
        parts.append(mark.reason.replace("_", " "))
    parts.append(f"by {mark.cause_name or mark.cause}" if mark.cause else "by time alone")
    if mark.elapsed_s is not None:
        parts.append(f"elapsed {mark.elapsed_s:,g} s")
    if mark.difference_s is not None and abs(mark.difference_s) >= 1:
        parts.append(f"counted here {mark.difference_s:+,g} s")
    return ", ".join(parts)


def moment(at: datetime, zone: tzinfo, *, year: bool = False) -> str:
    """A time by the pack's clocks, to the second."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S" if year else "%m-%d %H:%M:%S")
