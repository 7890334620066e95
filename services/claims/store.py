"""The tables of claims: `case` is what the rules read; `claim` has a row a claim for whoever asks the database."""

from __future__ import annotations

from typing import Final

from services.claims.states import Claim, ClaimedCase
from tousu.runtime.processor import Kind

KINDS: Final = (
    Kind("case", ClaimedCase),
    Kind(
        "claim",
        Claim,
        columns={
            "cause": lambda claim: claim.ground.cause,
            "state": lambda claim: claim.state,
            "waybill": lambda claim: claim.ground.waybill_number,
        },
    ),
)
