"""Breaches told while an input of intake is held out: marked as unconfirmed, and confirmed once that has been read.

An answer may lie unread in what is held out. If it turns up in time, the breach is withdrawn as any other; if nothing
does before everything up to the limit has been read, `clock.breach_confirmed` says so. Nobody is punished before.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec.structs import replace

from services.sla.case_context import CaseContext
from services.sla.states import Case
from tousu.decision import Decision, Output
from tousu.domain.clock.state import Clock
from tousu.event import time_of_text
from tousu.policy.pack import Pack

RECHECK: Final = timedelta(minutes=1)
"""So often a case with an unconfirmed breach is looked at again, by the watermark."""
_BREACHED: Final = "tousu.clock.breached.v1"


def in_doubt(
    decision: Decision, now: datetime, confirmed: datetime | None, pack_of: Callable[[Case], Pack]
) -> Decision:
    """The decision with its new breaches marked, and the former ones confirmed, by how far the log is complete.

    confirmed: before this it is, None where it is up to `now`.
    """
    ((state_key, case),) = decision.states.items()
    if not isinstance(case, Case) or (confirmed is None and case.recheck_at is None):
        return decision
    outputs = [_marked(output, confirmed) for output in decision.outputs]
    unconfirmed = [output.data for output in outputs if output.data.get("unconfirmed", False)]
    doubtful = {(output["clock"], output["generation"], output.get("plan_id", "")) for output in unconfirmed}
    context = CaseContext(pack_of(case), case, now)

    def looked_at(clock: Clock) -> Clock:
        if not clock.breached:
            return clock
        if (clock.name, clock.generation, clock.plan_id) in doubtful:
            return replace(clock, unconfirmed=True)
        if not clock.unconfirmed or not _is_known(clock.due_at, confirmed):
            return clock
        context.clock("breach_confirmed", clock, now)
        return replace(clock, unconfirmed=False)

    past, clocks = tuple(map(looked_at, case.past)), tuple(map(looked_at, case.clocks))
    recheck_at = case.recheck_at or now + RECHECK
    is_open = any(clock.unconfirmed for clock in (*past, *clocks))
    new = replace(case, past=past, clocks=clocks, recheck_at=recheck_at if is_open else None)
    return replace(decision, states={state_key: new}, outputs=[*outputs, *context.outputs])


def _marked(output: Output, confirmed: datetime | None) -> Output:
    data: dict[str, Any] = output.data
    if output.type != _BREACHED or _is_known(time_of_text(data["due_at"]), confirmed):
        return output
    return replace(output, data=data | {"unconfirmed": True})


def _is_known(due_at: datetime | None, confirmed: datetime | None) -> bool:
    """Whether everything that can have come by a limit has been read: what came at that very moment, too."""
    return confirmed is None or due_at is None or due_at < confirmed
