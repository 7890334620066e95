"""The whole explanation of a case: what was decided, which clocks run and why, their accounts, whose time it was."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from tousu.event import text_of_time
from tousu.explain.account import Account, ClockMark, Interval
from tousu.explain.accounts import accounts_of
from tousu.explain.attachment import Attachment, attachments_of
from tousu.explain.claim_attachment import claim_attachments
from tousu.explain.claim_order import claim_numbers
from tousu.explain.decision import Row, decision_rows
from tousu.explain.hops import GroupShare, ResponsibilityPeriod, hops_of, shares_of
from tousu.explain.story import CaseHistory
from tousu.policy.pack import Pack


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that can be said of one case. `shares` belong to the accounts, in their order."""

    story: CaseHistory
    pack: Pack
    decisions: tuple[Row, ...]
    attachments: tuple[Attachment, ...]
    accounts: tuple[Account, ...]
    hops: tuple[ResponsibilityPeriod, ...]
    shares: tuple[tuple[GroupShare, ...], ...]


def explain(story: CaseHistory, pack: Pack, until: datetime | None = None) -> Explanation:
    """Explain a case. Clocks that still wait are accounted for up to `until`, or to the last thing known of the case.

    `story` must hold the router's event (`story.is_there`).
    """
    accounts = accounts_of(story, pack, until or story.last_at)
    hops = hops_of(story)
    return Explanation(
        story=story,
        pack=pack,
        decisions=tuple(decision_rows(story.newest, pack)),
        attachments=(
            *attachments_of(story, pack),
            *(each for number in claim_numbers(story) for each in claim_attachments(story, pack, number)),
        ),
        accounts=accounts,
        hops=hops,
        shares=tuple(shares_of(account, hops) for account in accounts),
    )


def document(found: Explanation) -> dict[str, Any]:
    """The explanation as JSON values. Times are UTC, lengths seconds."""
    newest = found.story.newest
    return {
        "case_number": found.story.number,
        "source": "story",
        "pack": newest["pack"],
        "decisions": [{"what": what, "why": why} for what, why in found.decisions],
        "attachments": [attachment_document(each) for each in found.attachments],
        "clocks": [account_document(*pair) for pair in zip(found.accounts, found.shares, strict=True)],
        "hops": [_hop(each) for each in found.hops],
    }


def seconds(length_us: int) -> float | int:
    """Microseconds as seconds: a whole number where it is one."""
    return length_us // 1_000_000 if length_us % 1_000_000 == 0 else length_us / 1e6


def attachment_document(each: Attachment) -> dict[str, Any]:
    """Whether a clock runs, as JSON values."""
    said: dict[str, Any] = {
        "clock": each.clock,
        **_of_claim(each),
        "attached": each.attached,
        "reason": each.reason,
        "why": each.words,
        "section": each.section,
    }
    if each.at is not None:
        said |= {"at": text_of_time(each.at), "event": {"id": each.event_id, "name": each.event_name}}
    return said


def _of_claim(each: Attachment | Account) -> dict[str, str]:
    return {"claim_number": each.claim_number} if each.claim_number else {}


def account_document(account: Account, shares: tuple[GroupShare, ...]) -> dict[str, Any]:
    """The account of a clock as JSON values."""
    limit = account.limit
    return {
        "name": account.clock,
        **_of_claim(account),
        "generation": account.generation,
        **({"plan_id": account.plan_id} if account.plan_id else {}),
        "status": account.status,
        "breached": account.breached,
        "figure": {
            **limit.as_data(),
            "section": limit.section,
            "set_by": limit.set_by,
            "grade": account.grade or None,
            "pack": account.pack,
        },
        "section": limit.section,
        "calendar": account.calendar,
        "started_at": text_of_time(account.started_at),
        "until": text_of_time(account.until),
        "due_at": text_of_time(account.due_at) if account.due_at is not None else None,
        "elapsed_s": seconds(account.elapsed_us),
        "intervals": [_interval(each) for each in account.intervals],
        "rest": [_interval(each) for each in account.rest],
        "events": [_mark(each) for each in account.marks],
        "by_departments": [
            {"departments": list(each.departments), "hops": each.hops, "counted_s": seconds(each.counted_us)}
            for each in shares
        ],
    }


def _interval(each: Interval) -> dict[str, Any]:
    return {
        "from": text_of_time(each.start),
        "until": text_of_time(each.end),
        "counts": each.counts,
        "why": each.why,
        "words": each.words,
        "counted_s": seconds(each.counted_us),
        "calendar": each.calendar,
        "cause": {"id": each.cause, "name": each.cause_name},
    }


def _mark(each: ClockMark) -> dict[str, Any]:
    said: dict[str, Any] = {
        "what": each.what,
        "at": text_of_time(each.at),
        "id": each.event_id,
        "cause": {"id": each.cause, "name": each.cause_name},
    }
    if each.reason:
        said["reason"] = each.reason
    if each.share is not None:
        said["share"] = each.share
    if each.due_at is not None:
        said["due_at"] = text_of_time(each.due_at)
    if each.elapsed_s is not None and each.counted_us is not None:
        said |= {"elapsed_s": each.elapsed_s, "counted_s": seconds(each.counted_us)}
    return said


def _hop(each: ResponsibilityPeriod) -> dict[str, Any]:
    return {
        "from": text_of_time(each.start),
        "until": text_of_time(each.end) if each.end is not None else None,
        "departments": list(each.departments),
        "event": {"id": each.event_id, "name": each.name},
        **({"reason": each.reason} if each.reason else {}),
        **({"by": each.by} if each.by else {}),
    }
