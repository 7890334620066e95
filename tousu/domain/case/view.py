"""What every event about a case says of the case behind it, so that no reader has to fold or judge anything.

The router writes the block `case` into each event of complaints.cases that counts: the number of the event within the
case, what the event did, and where the case stands now. `schemas/shared/case.json` describes it field by field.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from tousu.domain.case.deciding import Effect
from tousu.domain.case.outcome import outcome_of
from tousu.domain.case.plans import waiting
from tousu.domain.case.state import CaseState, Kind, Life, Responsibility
from tousu.event import text_of_time


class CaseView(msgspec.Struct, frozen=True, kw_only=True):
    """Where a case stands behind an event, as the event says it; the fields are those of `CaseState`.

    sequence: the number of the event among all that count for the case. effect: what it did. outcome: what came of it
    (`tousu.domain.case.outcome`), where it is over.
    """

    sequence: int
    effect: Effect
    life: Life
    round_at: datetime
    assigned_at: datetime
    reopened: int = 0
    stands: bool | None = None
    ended_at: datetime | None = None
    result: str = ""
    plans_waiting: int = 0
    is_disputed: bool = False
    answerable: tuple[str, ...] = ()
    confirmation: dict[str, str] = {}
    satisfaction: dict[str, int | str] = {}
    responsibility: Responsibility | None = None
    outcome: dict[str, Any] = {}

    @property
    def counts(self) -> bool:
        """Whether the event is taken for what it says: an answer that lacks something is not."""
        return self.effect != "incomplete"


def block_of(state: CaseState, sequence: int, effect: Effect, routed: Mapping[str, Any]) -> dict[str, Any]:
    """The block `case` of an event that left a case in this state. routed: the data of its routed event."""
    block: dict[str, Any] = {
        "sequence": sequence,
        "effect": effect,
        "life": state.life,
        "round_at": text_of_time(state.round_at),
        "assigned_at": text_of_time(state.assigned_at),
    }
    if state.reopened:
        block["reopened"] = state.reopened
    if state.stands is not None:
        block["stands"] = state.stands
    if state.ended_at is not None:
        block |= {"ended_at": text_of_time(state.ended_at), "result": state.result}
        block["outcome"] = outcome_of(state, routed)
    plans = len(waiting(state))
    if plans:
        block["plans_waiting"] = plans
    if state.dispute is not None:
        block |= {"is_disputed": True, "answerable": list(state.answerable)}
    if state.confirmation:
        block["confirmation"] = state.confirmation
    if state.satisfaction:
        block["satisfaction"] = state.satisfaction
    if state.responsibility is not None:
        settlement = state.responsibility
        block["responsibility"] = {
            "responsible": settlement.responsible,
            "by": settlement.by,
            "at": text_of_time(settlement.at),
        }
        if settlement.measure:
            block["responsibility"]["measure"] = settlement.measure
    return block


def view_of(data: Mapping[str, Any]) -> CaseView | None:
    """What the data of an event say of its case; None where the event changes no case (reports about claims, say)."""
    block = data.get("case")
    return None if block is None else msgspec.convert(block, CaseView)


class CaseLifecycle(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far a case has come, for those who act on its events: taken over from the newest of them.

    round_at: when the present round began. ended_at: when it ended, None while it goes on. stands: the newest
    judgement. withdrawn: how it ended.
    """

    kind: Kind
    received_at: datetime
    round_at: datetime
    assigned_at: datetime
    ended_at: datetime | None = None
    stands: bool | None = None
    withdrawn: bool = False

    @property
    def is_over(self) -> bool:
        """Whether the case has come to its end."""
        return self.ended_at is not None

    def after(self, view: CaseView | None) -> CaseLifecycle:
        """The lifecycle after an event that says this of the case; the same where it says nothing."""
        if view is None:
            return self
        return replace(
            self,
            round_at=view.round_at,
            assigned_at=view.assigned_at,
            ended_at=view.ended_at,
            stands=view.stands,
            withdrawn=view.result == "withdrawn",
        )


def lifecycle_begun(kind: Kind, received_at: datetime) -> CaseLifecycle:
    """The lifecycle of a case that was received at this time."""
    received_at = received_at.astimezone(UTC)
    return CaseLifecycle(kind=kind, received_at=received_at, round_at=received_at, assigned_at=received_at)
