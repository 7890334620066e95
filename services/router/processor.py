"""How the router is put together: one log in, one log out, time passed on."""

from __future__ import annotations

from services.router.rules import RouterRules
from services.router.store import KINDS
from tousu.runtime.processor import Processor
from tousu.runtime.wiring import Wiring


def processor(wiring: Wiring) -> Processor:
    """The router for a pack."""
    return wiring.processor("router", RouterRules(wiring.policies), KINDS)
