"""What can be done next about a claim, by whom and by when (domain, section 7, C: as the customer chooses).

The claimant's steps follow from where the claim stands; the company's and the outlets' from the limits that run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, Literal

import msgspec

from tousu.explain.account import Account
from tousu.explain.claim_missing import Missing
from tousu.explain.claim_standing import ClaimStanding
from tousu.policy.calendar import UnpublishedYear
from tousu.policy.pack import Pack
from tousu.policy.working_time import deadline

WAYS_ON: Final = ("negotiation", "complaint", "regulator", "arbitration", "court")
WAYS_ZH: Final = {
    "negotiation": "协商", "complaint": "投诉", "regulator": "邮政管理部门申诉", "arbitration": "仲裁", "court": "诉讼",
}  # fmt: skip
Who = Literal["claimant", "company", "outlets"]


class Next(msgspec.Struct, frozen=True, kw_only=True):
    """A step that can be taken. by: until when, None where no limit is known. overdue: that time has passed."""

    who: Who
    step: str
    words: str
    by: datetime | None = None
    section: str = ""
    overdue: bool = False


class ClaimRight(msgspec.Struct, frozen=True, kw_only=True):
    """Until when a claim can be made: `lapses_at` is None where it is not known when the piece was posted."""

    words: str
    section: str
    lapses_at: datetime | None = None


def right_of(claim: ClaimStanding, pack: Pack) -> ClaimRight | None:
    """When the right to claim lapses: so long after posting."""
    if pack.claims is None:
        return None
    lasts = pack.claims.right_lasts
    length = f"{lasts.amount} {lasts.unit.removesuffix('s') if lasts.amount == 1 else lasts.unit}"
    if claim.posted_at is None:
        words = f"{length} after posting; the case does not say when the piece was posted"
        return ClaimRight(words=words, section=lasts.section)
    last = deadline(claim.posted_at, lasts, pack.calendar.newest)
    if isinstance(last, UnpublishedYear):
        return ClaimRight(words=f"{length} after posting; {last.reason}", section=lasts.section)
    return ClaimRight(words=f"{length} after posting", section=lasts.section, lapses_at=last)


def next_steps(
    claim: ClaimStanding, pack: Pack, missing: Missing, accounts: Sequence[Account], now: datetime
) -> tuple[Next, ...]:
    """The steps, the claimant's first."""
    return (*_claimant(claim, pack, missing, accounts), *_ours(claim, pack, missing, accounts, now))


def _claimant(claim: ClaimStanding, pack: Pack, missing: Missing, accounts: Sequence[Account]) -> Iterator[Next]:
    if not claim.is_open and claim.stage != "refused":
        yield from _after_the_end(claim, pack)
        return
    match claim.stage:
        case "opened":
            right = right_of(claim, pack)
            by = right.lapses_at if right is not None else None
            section = right.section if right is not None else ""
            items = ", ".join(evidence.en for evidence in missing.by_claimant)
            yield Next(who="claimant", step="file", words=f"file the claim form with {items}", by=by, section=section)
        case "filed" | "answered":
            yield from _waiting(claim, pack, missing, accounts)
        case "offered" | "disputed":
            offer = claim.decision
            if offer is not None and offer.event == "offered":
                words = f"agree to {offer.data['amount']} {offer.data['currency']}, or to less"
                yield Next(who="claimant", step="agree", words=words, section=offer.section)
            yield _dispute(claim, pack)
        case "refused":
            yield _dispute(claim, pack)
        case "agreed":
            by = _due(accounts, "payment")
            yield Next(
                who="claimant", step="wait", words="wait for the payment, and complain if it does not come", by=by
            )
        case _:
            return
    if claim.is_open:
        yield Next(who="claimant", step="withdraw", words="withdraw the claim")


def _waiting(claim: ClaimStanding, pack: Pack, missing: Missing, accounts: Sequence[Account]) -> Iterator[Next]:
    if missing.by_claimant:
        items = ", ".join(evidence.en for evidence in missing.by_claimant)
        left = missing.returns_left
        after = (
            "the next incomplete file ends the claim" if left <= 0 else f"it may come back incomplete {left} times more"
        )
        yield Next(who="claimant", step="complete_file", words=f"hand in {items}; {after}", section=_section(pack))
        return
    awaited = "the answer to the form" if claim.stage == "filed" else "the decision"
    starts = "answer" if claim.stage == "filed" else "offer"
    yield Next(who="claimant", step="wait", words=f"wait for {awaited}", by=_due(accounts, starts))


def _dispute(claim: ClaimStanding, pack: Pack) -> Next:
    """The ways on; whoever is on one of them may change to another."""
    ways_on = claim.decision.data.get("ways_on", WAYS_ON) if claim.decision is not None else WAYS_ON
    ways = ", ".join(f"{way} ({WAYS_ZH[way]})" for way in ways_on if way in WAYS_ZH)
    on = f"; it is on the way of {claim.way} now" if claim.stage == "disputed" and claim.way else ""
    return Next(
        who="claimant",
        step="dispute",
        words=f"not accept, and go on by {ways}, as they choose{on}",
        section=_section(pack),
    )


def _after_the_end(claim: ClaimStanding, pack: Pack) -> Iterator[Next]:
    if claim.became:
        yield Next(who="claimant", step="see", words=f"the piece counts as lost: see claim {claim.became}")
    elif claim.reason == "materials_missing":
        words = "nothing more with this claim, save by a ruling of regulator, arbitration or court"
        yield Next(who="claimant", step="none", words=words, section=_section(pack))
    elif claim.reason == "paid":
        words = "say how satisfied they are when asked; only an authority's ruling can add to it"
        yield Next(who="claimant", step="none", words=words)
    elif claim.reason != "claim_withdrawn":
        words = "have the complaint judged again or reopened; the claim goes on with it"
        yield Next(who="claimant", step="reopen", words=words)


def _ours(
    claim: ClaimStanding, pack: Pack, missing: Missing, accounts: Sequence[Account], now: datetime
) -> Iterator[Next]:
    """What the limits that still wait ask for, and what must be there before a decision."""
    for account in accounts:
        if not account.is_open:
            continue
        into_loss = pack.claims is not None and account.clock in pack.claims.turns_into_loss
        label = account.label.en if account.label is not None else account.clock.replace("_", " ")
        words = f"deliver the piece, or the delay counts as a loss ({label})" if into_loss else label
        if account.status == "paused":
            words += "; stands still until the file is complete"
        yield Next(
            who="outlets" if account.clock.startswith("negotiation") else "company", step=account.clock, words=words,
            by=None if account.status == "paused" else account.due_at, section=account.limit.section,
            overdue=account.breached
            or (account.status == "running" and account.due_at is not None and account.due_at < now),
        )  # fmt: skip
    if claim.is_open and missing.by_company:
        items = ", ".join(evidence.en for evidence in missing.by_company)
        yield Next(
            who="company", step="add_evidence", words=f"add to the file: {items}", section=missing.by_company[0].section
        )
    if claim.is_open and (missing.facts or missing.wrong):
        facts = ", ".join(fact.replace("_", " ") for fact in missing.facts or (missing.wrong,))
        facts = f"report again: {facts}" if missing.wrong else f"find out: {facts}"
        yield Next(who="company", step="find_facts", words=facts, section=_section(pack))


def _section(pack: Pack) -> str:
    return pack.claims.section if pack.claims is not None else ""


def _due(accounts: Sequence[Account], name: str) -> datetime | None:
    return next(
        (account.due_at for account in accounts if account.clock.startswith(name) and account.status == "running"), None
    )
