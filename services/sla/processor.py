"""How sla is put together: the cases in, clocks and outcomes out, time passed on."""

from __future__ import annotations

from services.sla.rules import SlaRules
from services.sla.scene import OUTCOMES, SLA
from services.sla.store import KINDS
from tousu.runtime.processor import Input, Processor
from tousu.runtime.wiring import Wiring


def processor(wiring: Wiring) -> Processor:
    """The processor of clocks and outcomes for a pack."""
    return Processor(
        name="sla",
        inputs=(Input("complaints.cases", writer="router"),),
        rules=SlaRules(wiring.policies),
        kinds=KINDS,
        outputs=(SLA, OUTCOMES, "complaints.rejected"),
        ticks_to=(SLA,),
        check=wiring.check,
        schema_of=wiring.schema_of,
    )
