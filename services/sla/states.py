"""What sla keeps: one case with its clocks. All times are UTC; lengths are microseconds."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from tousu.domain.case.state import Life, Responsibility
from tousu.domain.clock.state import Clock, first_next_at
from tousu.policy.facts import Found


class CorrectiveAction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that is put right in the company. `action_id` is empty where nobody had planned it.

    stated_at: when it was planned as it stands here. overdue: it was told that its time had passed.
    """

    action_id: str
    action: str
    planned_at: datetime
    stated_at: datetime | None = None
    due_at: datetime | None = None
    responsible: dict[str, str] = {}
    done_at: datetime | None = None
    overdue: bool = False


class Case(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One complaint or inquiry: its clocks, and where it stands as the router says.

    life, stands, reopened, result, closed_at, outcome, confirmation, satisfaction, plans_waiting, disputed,
    responsibility, round_at and assigned_at are the router's word, from the last event. received_at: the earliest
    receipt. facts: fields of the routed event that clocks of the pack ask for. past: earlier generations whose breach
    stands (the last fifty). priority, rank: which goes first, and as how many from the top (0: at once, and where the
    pack has no priorities). revision: of the router's decision. cause: id of the event that brought the case.
    recheck_at: when to ask next whether its unconfirmed breaches are confirmed.
    organisation, region, pack_version: whose case it is, where it belongs, and the version of the pack that judges it.
    first_received_at: receipt of the telling that began it; joined: receipts of those that joined, by source and id.
    answerable: who answers for what goes wrong while a dispute is mediated; empty while nobody disputes.
    found: what departments found since. answered_at: when the customer was last answered, as far as promises are kept.
    """

    number: str
    kind: Literal["complaint", "inquiry"]
    life: Life
    departments: tuple[str, ...]
    received_at: datetime
    round_at: datetime
    assigned_at: datetime
    cause: str
    organisation: str = ""
    region: str | None = None
    pack_version: str = ""
    first_received_at: datetime | None = None
    joined: dict[str, datetime] = {}
    clocks: tuple[Clock, ...] = ()
    past: tuple[Clock, ...] = ()
    grade: str | None = None
    priority: str = ""
    rank: int = 0
    class_name: str | None = None
    revision: int = 1
    stands: bool | None = None
    facts: dict[str, Any] = {}
    satisfaction: dict[str, int | str] = {}
    reopened: int = 0
    corrective_actions: tuple[CorrectiveAction, ...] = ()
    found: dict[str, Found] = {}
    first_asked: str = ""
    plans_waiting: int = 0
    disputed: bool = False
    answerable: tuple[str, ...] = ()
    responsibility: Responsibility | None = None
    confirmation: dict[str, str] = {}
    result: str = ""
    closed_at: datetime | None = None
    outcome: dict[str, Any] = {}
    answered_at: datetime | None = None
    recheck_at: datetime | None = None

    @property
    def next_due(self) -> datetime | None:
        """When the first of its clocks, or of its corrective actions, has something to say, or a doubt may be over."""
        first = self.recheck_at
        for action in self.corrective_actions:
            at = action.due_at if action.done_at is None and not action.overdue else None
            if at is not None and (first is None or at < first):
                first = at
        return first_next_at(self.clocks, first)

    @property
    def open_actions(self) -> tuple[CorrectiveAction, ...]:
        """The corrective actions that are planned and not done."""
        return tuple(action for action in self.corrective_actions if action.done_at is None)

    @property
    def breached_clocks(self) -> list[str]:
        """The clocks that stand as breached, in any generation."""
        return list(dict.fromkeys(clock.name for clock in (*self.past, *self.clocks) if clock.breached))
