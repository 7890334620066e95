"""How claims is put together: the story of the cases and their clocks in, claims, charges and instructions out."""

from __future__ import annotations

from services.claims.rules import ClaimsRules
from services.claims.store import KINDS
from tousu.runtime.processor import Processor
from tousu.runtime.wiring import Wiring


def processor(wiring: Wiring) -> Processor:
    """Claims for a pack. The runtime merges its inputs by time; at equal times a case comes before its clocks."""
    return wiring.processor("claims", ClaimsRules(wiring.policies), KINDS)
