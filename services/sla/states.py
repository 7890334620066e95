"""What sla keeps: one case with its clocks. All times are UTC; lengths are microseconds."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from tousu.domain.clock.state import Clock
from tousu.policy.facts import Found

Life = Literal[
    "received", "acknowledged", "judged", "not_standing", "planned", "approved", "executed", "reissued", "reopened",
    "closed",
]  # fmt: skip
"""Where a case stands; services.sla.life says what leads where."""


class CorrectiveAction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that is put right in the company. `action_id` is empty where nobody had planned it.

    overdue: it was told that its time had passed.
    """

    action_id: str
    action: str
    planned_at: datetime
    due_at: datetime | None = None
    responsible: dict[str, str] = {}
    done_at: datetime | None = None
    overdue: bool = False


class Responsibility(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who is responsible, by whose word, and what human resources is to do about it (empty: nobody said)."""

    responsible: dict[str, str]
    by: Literal["judgement", "department", "agreement", "mediation"]
    at: datetime
    measure: str = ""


class Case(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One complaint or inquiry.

    received_at: the earliest receipt. round_at: when the present round began (receipt or last reopening).
    assigned_at: when a wholly new department got it, or round_at. moved_at: the latest step so far. steps: for each
    department the furthest step it has reported since it got the case. facts: fields of the routed event that clocks of
    the pack ask for. past: earlier generations whose breach stands (the last fifty). expires_at: the end of the right
    to an answer (inquiries). revision: of the router's decision. cause: id of the event that brought the case.
    recheck_at: when to ask next whether its unconfirmed breaches are confirmed.
    organisation, region, pack_version: whose case it is, where it belongs, and the version of the pack that judges it.
    first_received_at: receipt of the telling that began it; joined: receipts of those that joined, by source and id.
    found: what departments found since. disputed: somebody mediates who is responsible. confirmation: how the customer
    confirmed the end, or why not.
    """

    number: str
    kind: Literal["complaint", "inquiry"]
    life: Life
    departments: tuple[str, ...]
    received_at: datetime
    round_at: datetime
    assigned_at: datetime
    moved_at: datetime
    cause: str
    organisation: str = ""
    region: str | None = None
    pack_version: str = ""
    first_received_at: datetime | None = None
    joined: dict[str, datetime] = {}
    clocks: tuple[Clock, ...] = ()
    past: tuple[Clock, ...] = ()
    grade: str | None = None
    class_name: str | None = None
    revision: int = 1
    stands: bool | None = None
    steps: dict[str, int] = {}
    facts: dict[str, Any] = {}
    satisfaction: dict[str, int | str] = {}
    reopened: int = 0
    corrective_actions: tuple[CorrectiveAction, ...] = ()
    found: dict[str, Found] = {}
    first_asked: str = ""
    disputed: bool = False
    responsibility: Responsibility | None = None
    confirmation: dict[str, str] = {}
    expires_at: datetime | None = None
    result: str = ""
    closed_at: datetime | None = None
    recheck_at: datetime | None = None

    @property
    def next_due(self) -> datetime | None:
        """When the first of its clocks, or of its corrective actions, has something to say, or a doubt may be over."""
        first = self.expires_at
        if self.recheck_at is not None and (first is None or self.recheck_at < first):
            first = self.recheck_at
        for action in self.corrective_actions:
            at = action.due_at if action.done_at is None and not action.overdue else None
            if at is not None and (first is None or at < first):
                first = at
        for clock in self.clocks:
            at = clock.next_at
            if at is not None and (first is None or at < first):
                first = at
        return first

    @property
    def open_actions(self) -> tuple[CorrectiveAction, ...]:
        """The corrective actions that are planned and not done."""
        return tuple(action for action in self.corrective_actions if action.done_at is None)

    @property
    def breached_clocks(self) -> list[str]:
        """The clocks that stand as breached, in any generation."""
        return list(dict.fromkeys(clock.name for clock in (*self.past, *self.clocks) if clock.breached))
