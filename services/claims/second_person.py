"""What waits for a second person: an amount above the pack's limit is neither owed nor paid before one confirms it.

Nothing stands in the ledger and finance has no instruction meanwhile, so the books balance at every moment.
"""

from __future__ import annotations

from msgspec.structs import replace

from services.claims.states import Awaiting, Claim
from services.claims.turn import Turn, time_text
from tousu.ledger.payment import money


def hold(turn: Turn, claim: Claim, waits: Awaiting) -> Claim:
    """Keep what was agreed or ruled until it is confirmed, and tell that it waits."""
    rule = turn.rules.second_person_above
    turn.tell(
        "confirmation_awaited",
        claim,
        {
            "amount": money(waits.offer.amount), "currency": waits.offer.currency, "what": waits.what,
            "confirmations_missing": waits.missing, "awaited_at": time_text(turn.at),
        },
        section=rule.section if rule is not None else "",
    )  # fmt: skip
    return replace(claim, awaiting=waits)
