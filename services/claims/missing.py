"""What the file of a claim lacks: told once and whole, and meanwhile the limits stand still that the pack lets pause.

Whole is everything that the rules will ask for: the items of the claimant and of the company, those that a fact may
still call for, and the facts of the table. Source: docs/sources.md, section 7 (C).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from services.claims import limits
from services.claims.states import Claim, Stage
from services.claims.turn import Turn, time_text
from tousu.policy.asking import facts_asked
from tousu.policy.claims import ClaimOpener

CLAIMANT: Final = "claimant"
COMPANY: Final = "company"
WORDS_OF_FACTS: Final = frozenset({"ecommerce_goods", "mis_sorted"})
"""Facts on which some evidence depends."""
_BEFORE_A_DECISION: Final[frozenset[Stage]] = frozenset({"filed", "answered"})


def missing_items(
    turn: Turn, opener: ClaimOpener, claim: Claim, given_by: Collection[str] = (CLAIMANT,)
) -> tuple[str, ...]:
    """What the file of a claim still needs from these, in the order of the pack."""
    holding = {name for name in WORDS_OF_FACTS if (fact := claim.facts.get(name)) is not None and fact.value is True}
    needed = opener.evidence_for(claim.ground.cause, holding)
    items = turn.rules.evidence
    return tuple(name for name in needed if name not in claim.file and items[name].given_by in given_by)


def missing_data(turn: Turn, opener: ClaimOpener, claim: Claim) -> dict[str, Any]:
    """Everything that is missing, as events carry it."""
    cause, unknown = claim.ground.cause, WORDS_OF_FACTS - claim.facts.keys()
    for_sure = opener.evidence_for(cause)
    depending = [name for name in opener.evidence_for(cause, unknown) if name not in (*for_sure, *claim.file)]
    day = turn.at.astimezone(turn.calendar.zone).date()
    facts = {name: value for name, value in limits.facts_of(turn, claim).items() if name not in ("cause", "delivered")}
    return {
        "evidence_missing": list(missing_items(turn, opener, claim)),
        "company_evidence_missing": list(missing_items(turn, opener, claim, (COMPANY,))),
        "evidence_depending": [
            {"item": name, "fact": turn.rules.evidence[name].only_when} for name in depending
        ],
        "facts_missing": list(facts_asked(turn.pack, cause, facts, day)),
    }  # fmt: skip


def tell_missing(turn: Turn, opener: ClaimOpener, claim: Claim) -> None:
    """Tell the claimant what the file lacks, with how often it has gone back for it."""
    returns = {"returns": claim.returns, "returns_left": turn.rules.incomplete_returns_max - claim.returns}
    missing = missing_data(turn, opener, claim)
    turn.tell("file_incomplete", claim, missing | returns | {"returned_at": time_text(turn.at)})


def waiting(turn: Turn, opener: ClaimOpener, claim: Claim) -> Claim:
    """The claim with the limits that may pause standing still while the claimant has to act, and going on else."""
    if claim.state == "closed" or claim.stage not in _BEFORE_A_DECISION:
        return claim
    return limits.wait_for_file(turn, claim, waiting=bool(missing_items(turn, opener, claim)))


def looked_at(turn: Turn, opener: ClaimOpener, former: Claim, claim: Claim) -> Claim:
    """The claim after something came in, or became known, that may complete its file or ask for more."""
    if claim.stage not in _BEFORE_A_DECISION:
        return claim
    before = missing_items(turn, opener, former) if former.stage in _BEFORE_A_DECISION else ()
    now = missing_items(turn, opener, claim)
    if before and not now:
        turn.tell("file_completed", claim, {"returns": claim.returns, "completed_at": time_text(turn.at)})
    elif not set(now) <= set(before):
        tell_missing(turn, opener, claim)
    return waiting(turn, opener, claim)
