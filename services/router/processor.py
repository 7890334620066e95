"""How the router is put together: one log in, one log out, time passed on."""

from __future__ import annotations

from services.router.publishing import CASES
from services.router.rules import RouterRules
from services.router.store import KINDS
from tousu.runtime.processor import Input, Processor
from tousu.runtime.wiring import Wiring


def processor(wiring: Wiring) -> Processor:
    """The router for a pack."""
    return Processor(
        name="router",
        inputs=(Input("complaints.accepted", writer="intake"),),
        rules=RouterRules(wiring.policies),
        kinds=KINDS,
        outputs=(CASES, "complaints.rejected"),
        ticks_to=(CASES,),
        check=wiring.check,
        schema_of=wiring.schema_of,
    )
