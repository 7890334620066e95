"""How penalties is put together: the charges of all cases in, keyed by party; penalties and instructions out."""

from __future__ import annotations

from services.penalties.rules import PenaltiesRules
from services.penalties.store import KINDS
from tousu.runtime.processor import Processor
from tousu.runtime.wiring import Wiring


def processor(wiring: Wiring) -> Processor:
    """Penalties for a pack. A charge of any case may lie in any partition: that of its party.

    The months of a whole company close at one moment, and closing one is cheap.
    """
    return wiring.processor("penalties", PenaltiesRules(wiring.policies), KINDS, timers_per_tick=300)
