"""What sla keeps: one case with its clocks. All times are UTC; lengths are microseconds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from tousu.domain.case.state import Life, Responsibility
from tousu.policy.calendar import MICROSECOND
from tousu.policy.clock_rule import Limit
from tousu.policy.facts import Found

ClockStatus = Literal["running", "paused", "uncounted", "met", "late", "cancelled"]
"""running: it counts (past its due time too). paused: it stands still. uncounted: the calendar lacks a year, so it has
no due time. met, late: what it waited for happened, in time or not. cancelled: it no longer matters."""


class Mark(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a clock is to tell at a moment: a warning (level 0), or a rung of its ladder.

    share, left: its place on the limit: so much of it used, or so much of it left. A rung after the breach has none.
    told: how often the rung has been told already. The moment means something only while the clock runs.
    """

    at: datetime
    share: float | None = None
    left: Limit | None = None
    level: int = 0
    told: int = 0


class Pause(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry of a clock's ledger: from when to when it stood still (None: it still does), why, and who said so."""

    since: datetime
    reason: str
    until: datetime | None = None
    department: str = ""
    employee: str = ""


class Clock(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One clock in its present generation.

    anchor: from where the rest counts: the start, the last resumption, or (while paused) the beginning of the pause.
    used_us: what had been used of the limit at the anchor. total_us: the limit in its measure, extensions included.
    begun_at: when the generation began, where that is not `started_at` (a clock that was reset, or goes on).
    ended_at: when it was met, late or cancelled. marks: what it is still to tell, in order of time.
    breached: its breach is published and stands. unconfirmed: that was told while an input was held out, and is not
    confirmed yet. cause: id of the event that started it.
    pauses: the ledger, its last entries. still_us: how long all pauses that are over took; capped_us: the same in the
    measure of the cap. wakes_at: when a pause reaches the cap and the clock goes on by itself.
    calendar: version that counted. missing: the sentence that names a year without calendar.
    """

    name: str
    generation: int
    status: ClockStatus
    limit: Limit
    started_at: datetime
    anchor: datetime
    cause: str
    calendar: str
    due_at: datetime | None = None
    total_us: int = 0
    used_us: int = 0
    extended_us: int = 0
    extensions: int = 0
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    marks: tuple[Mark, ...] = ()
    breached: bool = False
    unconfirmed: bool = False
    pauses: tuple[Pause, ...] = ()
    still_us: int = 0
    capped_us: int = 0
    wakes_at: datetime | None = None
    missing: str = ""

    @property
    def is_active(self) -> bool:
        """Whether it still waits for something."""
        return self.status in ("running", "paused", "uncounted")

    @property
    def next_at(self) -> datetime | None:
        """When it next has something to say."""
        if self.status == "paused":
            return self.wakes_at
        if self.status != "running":
            return None
        first = self.marks[0].at if self.marks else None
        if self.breached:
            return first
        due_at = self.due_at
        return due_at if first is None or (due_at is not None and due_at < first) else first

    @property
    def total(self) -> timedelta:
        """The limit in its measure."""
        return self.total_us * MICROSECOND

    @property
    def used(self) -> timedelta:
        """What had been used at the anchor."""
        return self.used_us * MICROSECOND


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

    life, stands, reopened, result, closed_at, confirmation, satisfaction, disputed, responsibility, round_at and
    assigned_at are the router's word, from the last event. received_at: the earliest receipt. facts: fields of the
    routed event that clocks of the pack ask for. past: earlier generations whose breach stands (the last fifty).
    revision: of the router's decision. cause: id of the event that brought the case. recheck_at: when to ask next
    whether its unconfirmed breaches are confirmed.
    organisation, region, pack_version: whose case it is, where it belongs, and the version of the pack that judges it.
    first_received_at: receipt of the telling that began it; joined: receipts of those that joined, by source and id.
    found: what departments found since.
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
    class_name: str | None = None
    revision: int = 1
    stands: bool | None = None
    facts: dict[str, Any] = {}
    satisfaction: dict[str, int | str] = {}
    reopened: int = 0
    corrective_actions: tuple[CorrectiveAction, ...] = ()
    found: dict[str, Found] = {}
    first_asked: str = ""
    disputed: bool = False
    responsibility: Responsibility | None = None
    confirmation: dict[str, str] = {}
    result: str = ""
    closed_at: datetime | None = None
    recheck_at: datetime | None = None

    @property
    def next_due(self) -> datetime | None:
        """When the first of its clocks, or of its corrective actions, has something to say, or a doubt may be over."""
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
