"""The case as the gate sees it after a report: has the customer had the final answer, so that no complaint may join?

The gate folds what is said of the end with the same fold as the router, in the order in which it happened. Which of it
counts it need not know: what waits for an earlier report moves nothing until that is there.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, cast

from msgspec.structs import replace

from services.intake.states import GateCase
from tousu.domain.case.fold import READ, CaseFile, fact_of, placed
from tousu.domain.case.state import CaseFact, FoldGround, Kind, begun
from tousu.event import Event
from tousu.policy.event_catalogue import CLAIM_ANSWERS
from tousu.policy.pack import Pack

_HANDLING: Final = "tousu.handling."
_OF_THE_END: Final = frozenset({"judged", "customer_answered", "inquiry_answered", "withdrawn", "reopened"})
_OF_THE_ROUTER: Final = frozenset({"class", "department", "responsible"})
"""What only class and departments rest on."""


def followed(case: GateCase, event: Event, pack: Pack, now: datetime) -> GateCase:
    """The case after a report. `now` is the watermark."""
    event_name = event.type.removeprefix(_HANDLING).rpartition(".v")[0]
    if case.kind == "claim":  # of a claim, only what is reported about claims counts (the router refuses the rest)
        return replace(case, status="answered") if event_name in CLAIM_ANSWERS else case
    if event_name == "recount_ordered":
        return replace(case, pack_version=event.data.get("pack_version", case.pack_version))
    if event_name not in _OF_THE_END:
        return case
    life = case.life or CaseFile(state=begun(cast("Kind", case.kind), case.received_at))
    fact = fact_of(event_name, event.data, event.time, case.received_at, max(now, event.time))
    data = {name: fact.data[name] for name in READ[event_name] if name in fact.data and name not in _OF_THE_ROUTER}
    life = placed(life, CaseFact(fact.at, event_name, data), FoldGround(lambda _: pack), keeps_waiting=True).file
    return replace(case, life=life, status="answered" if life.state.is_over else "open")
