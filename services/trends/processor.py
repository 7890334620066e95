"""How trends is put together for the loop (`tousu simulate`, stories); on Kafka services/trends/stream.py runs."""

from __future__ import annotations

from typing import Final

from services.trends.folding import FoldingRules
from services.trends.rules import WARNINGS, TrendRules
from services.trends.states import Beginning, CellTally
from tousu.runtime.processor import Input, Kind, Processor
from tousu.runtime.wiring import Wiring

CASES: Final = "complaints.cases"


def processor(wiring: Wiring) -> Processor:
    """trends for a pack, on one shard."""
    return Processor(
        name="trends",
        inputs=(Input(CASES, writer="router"),),
        rules=FoldingRules(TrendRules(wiring.policies)),
        kinds=(Kind("beginning", Beginning), Kind("tally", CellTally, timed=True)),
        outputs=(WARNINGS, "complaints.rejected"),
        check=wiring.check,
        schema_of=wiring.schema_of,
    )
