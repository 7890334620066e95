"""How claims is put together: the story of the cases and their clocks in, claims, charges and instructions out."""

from __future__ import annotations

from services.claims.charges import CHARGES
from services.claims.rules import ClaimsRules
from services.claims.store import KINDS
from services.claims.turn import CLAIMS, INSTRUCTIONS
from tousu.runtime.processor import Input, Processor
from tousu.runtime.wiring import Wiring


def processor(wiring: Wiring) -> Processor:
    """Claims for a pack. The runtime merges its inputs by time; at equal times a case comes before its clocks."""
    return Processor(
        name="claims",
        inputs=(Input("complaints.cases", writer="router"), Input("complaints.sla", writer="sla")),
        rules=ClaimsRules(wiring.policies),
        kinds=KINDS,
        outputs=(CLAIMS, CHARGES, INSTRUCTIONS, "complaints.rejected"),
        ticks_spread_to=(CHARGES,),
        check=wiring.check,
        schema_of=wiring.schema_of,
        archive_after=wiring.policies.archive_after,
    )
