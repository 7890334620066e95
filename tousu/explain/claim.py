"""The whole explanation of a claim: what it rests on, where it stands, why this amount, its limits, what comes next.

Source: docs/sources.md, section 7 (C); features, section 1, numbers 18 and 24.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from tousu.explain.account import Account
from tousu.explain.accounts import accounts_of
from tousu.explain.attachment import Attachment
from tousu.explain.claim_amount import Amount, amount_of
from tousu.explain.claim_attachment import claim_attachments
from tousu.explain.claim_missing import Missing, missing_of
from tousu.explain.claim_next import ClaimRight, Next, next_steps, right_of
from tousu.explain.claim_reading import standing_of
from tousu.explain.claim_standing import ClaimStanding
from tousu.explain.story import ROUTED, CaseHistory
from tousu.policy.pack import Pack

STAGES = {
    "opened": "opened; no claim form has come",
    "filed": "filed; not answered yet",
    "answered": "answered; not decided yet",
    "offered": "offered; the claimant has not said yes or no",
    "refused": "refused",
    "disputed": "disputed",
    "agreed": "agreed; not paid yet",
    "paid": "paid",
}


class ClaimExplanation(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that can be said of one claim. source: story or databases. at: up to when."""

    claim: ClaimStanding
    pack: Pack
    source: str
    at: datetime
    amount: Amount
    missing: Missing
    accounts: tuple[Account, ...]
    attachments: tuple[Attachment, ...]
    steps: tuple[Next, ...]
    right: ClaimRight | None


def explain_claim(story: CaseHistory, number: str, pack: Pack, until: datetime | None = None) -> ClaimExplanation:
    """Explain a claim of a story that holds its `claim.opened`."""
    at = max(until or story.last_at, story.last_at)
    accounts = tuple(account for account in accounts_of(story, pack, at) if account.claim_number == number)
    attachments = claim_attachments(story, pack, number)
    return explanation_of(standing_of(story, number, pack), pack, at, accounts, attachments)


def explanation_of(
    claim: ClaimStanding, pack: Pack, at: datetime, accounts: tuple[Account, ...],
    attachments: tuple[Attachment, ...] = (), source: str = "story",
) -> ClaimExplanation:  # fmt: skip
    """The explanation of a claim whose standing and limits are known."""
    amount = amount_of(claim, pack, at)
    missing = missing_of(claim, pack, amount)
    return ClaimExplanation(
        claim=claim, pack=pack, source=source, at=at, amount=amount, missing=missing, accounts=accounts,
        attachments=attachments, steps=next_steps(claim, pack, missing, accounts, at), right=right_of(claim, pack),
    )  # fmt: skip


def pack_of_claims(story: CaseHistory) -> dict[str, str]:
    """Id and version of the pack by which claims of a case are judged: the router's, or that of an ordered recount."""
    pack: dict[str, str] = {}
    for event in story.events:
        if event.name in ROUTED:
            pack = dict(event.data["pack"])
        elif event.name == "handling.recount_ordered" and pack:
            pack["version"] = event.data.get("pack_version", pack["version"])
    return pack


def standing_words(claim: ClaimStanding) -> str:
    """Where a claim stands, in a few words."""
    if claim.is_open:
        return STAGES.get(claim.stage, claim.stage)
    why = "turned into a loss" if claim.reason == "turned_into_loss" else claim.reason.replace("_", " ")
    return f"closed: {why}"


def cause_words(claim: ClaimStanding) -> str:
    """`damage of piece TS77`; the piece only where one is named."""
    cause = claim.cause.replace("_", " ")
    return f"{cause} of piece {claim.waybill_number}" if claim.waybill_number else cause
