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
            *(attachment for number in claim_numbers(story) for attachment in claim_attachments(story, pack, number)),
        ),
        accounts=accounts,
        hops=hops,
        shares=tuple(shares_of(account, hops) for account in accounts),
    )


def document(explanation: Explanation) -> dict[str, Any]:
    """The explanation as JSON values. Times are UTC, lengths seconds."""
    newest = explanation.story.newest
    return {
        "case_number": explanation.story.number,
        "source": "story",
        "pack": newest["pack"],
        "decisions": [{"what": name, "why": why} for name, why in explanation.decisions],
        "attachments": [attachment_document(attachment) for attachment in explanation.attachments],
        "clocks": [account_document(*pair) for pair in zip(explanation.accounts, explanation.shares, strict=True)],
        "hops": [_hop(hop) for hop in explanation.hops],
    }


def seconds(length_us: int) -> float | int:
    """Microseconds as seconds: a whole number where it is one."""
    return length_us // 1_000_000 if length_us % 1_000_000 == 0 else length_us / 1e6


def attachment_document(attachment: Attachment) -> dict[str, Any]:
    """Whether a clock runs, as JSON values."""
    fields: dict[str, Any] = {
        "clock": attachment.clock,
        **_of_claim(attachment),
        "attached": attachment.attached,
        "reason": attachment.reason,
        "why": attachment.words,
        "section": attachment.section,
    }
    if attachment.at is not None:
        fields |= {
            "at": text_of_time(attachment.at),
            "event": {"id": attachment.event_id, "name": attachment.event_name},
        }
    return fields


def _of_claim(clock_part: Attachment | Account) -> dict[str, str]:
    return {"claim_number": clock_part.claim_number} if clock_part.claim_number else {}


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
        "intervals": [_interval(interval) for interval in account.intervals],
        "rest": [_interval(interval) for interval in account.rest],
        "events": [_mark(mark) for mark in account.marks],
        "by_departments": [
            {"departments": list(share.departments), "hops": share.hops, "counted_s": seconds(share.counted_us)}
            for share in shares
        ],
    }


def _interval(interval: Interval) -> dict[str, Any]:
    return {
        "from": text_of_time(interval.start),
        "until": text_of_time(interval.end),
        "counts": interval.counts,
        "why": interval.why,
        "words": interval.words,
        "counted_s": seconds(interval.counted_us),
        "calendar": interval.calendar,
        "cause": {"id": interval.cause, "name": interval.cause_name},
    }


def _mark(mark: ClockMark) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "what": mark.name,
        "at": text_of_time(mark.at),
        "id": mark.event_id,
        "cause": {"id": mark.cause, "name": mark.cause_name},
    }
    if mark.reason:
        fields["reason"] = mark.reason
    if mark.share is not None:
        fields["share"] = mark.share
    if mark.due_at is not None:
        fields["due_at"] = text_of_time(mark.due_at)
    if mark.elapsed_s is not None and mark.counted_us is not None:
        fields |= {"elapsed_s": mark.elapsed_s, "counted_s": seconds(mark.counted_us)}
    return fields


def _hop(hop: ResponsibilityPeriod) -> dict[str, Any]:
    return {
        "from": text_of_time(hop.start),
        "until": text_of_time(hop.end) if hop.end is not None else None,
        "departments": list(hop.departments),
        "event": {"id": hop.event_id, "name": hop.name},
        **({"reason": hop.reason} if hop.reason else {}),
        **({"by": hop.by} if hop.by else {}),
    }
