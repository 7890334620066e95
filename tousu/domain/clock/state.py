"""A clock as it is kept. All times are UTC; lengths are microseconds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple

import msgspec
from msgspec.structs import replace

from tousu.policy.calendar import MICROSECOND
from tousu.policy.clock_rule import Limit

ClockStatus = Literal["running", "paused", "uncounted", "met", "late", "cancelled"]
"""running: it counts (past its due time too). paused: it stands still. uncounted: the calendar lacks a year, so it has
no due time. met, late: what it waited for happened, in time or not. cancelled: it no longer matters."""


class UnknownFields(NamedTuple):
    """What must become known before anybody can say whether a clock applies, and whether it runs until then.

    undecided: fields that are missing, of a clock that counts in silence; rests: nobody need look. presumed: of one
    that runs.
    """

    undecided: tuple[str, ...] = ()
    presumed: tuple[str, ...] = ()
    rests: bool = False


NOTHING_UNKNOWN: Final = UnknownFields()


class Mark(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a clock is to tell at a moment: a warning (level 0), or a rung of its ladder.

    share, left: its place on the limit: so much of it used, or so much of it left. A rung after the breach has none.
    told, not_before: how often the rung has been told already, and when its repetition is due at the earliest.
    The moment means something only while the clock runs.
    """

    at: datetime
    share: float | None = None
    left: Limit | None = None
    level: int = 0
    told: int = 0
    not_before: datetime | None = None

    @property
    def place(self) -> tuple[Any, ...]:
        """Where on the limit it stands and what it is, whenever that comes: by this it is known again."""
        return self.share, self.left and (self.left.amount, self.left.unit), self.level


class Pause(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry of a clock's ledger: from when to when it stood still (None: it still does), why, and who said so."""

    since: datetime
    reason: str
    until: datetime | None = None
    department: str = ""
    employee: str = ""


class ClockMove(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that happened to a clock. `reason`: why, or by which event; `cause`: id of the event that reported it.

    by: who said so; of what each department owes, the department that did it. until: the new limit of an extension.
    """

    at: datetime
    name: Literal["paused", "resumed", "reset", "extended", "met", "cancelled"]
    reason: str = ""
    cause: str = ""
    by: dict[str, str] = {}
    until: datetime | None = None


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
    calendar, pack: the versions by which it counts. missing: the sentence that names a year without calendar.
    undecided: what must become known before anybody can say whether it applies; until then it counts and publishes
    nothing. presumed: the same of a clock that the pack lets run meanwhile. rests: it is undecided, and the pack says
    that nobody need look.
    plan_id: the number of the plan that it is about, where each plan has its own; empty for one without.
    done: the departments that have done what each of them owes.
    acquitted: a breach of this generation was published and withdrawn, so that another one needs a generation.
    moves: the last things that happened to it, in the order in which they did. base: the clock before them, None where
    that is its start; folded_at: the last thing that went into the base.
    """

    name: str
    generation: int
    status: ClockStatus
    limit: Limit
    started_at: datetime
    anchor: datetime
    cause: str
    calendar: str
    pack: str
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
    undecided: tuple[str, ...] = ()
    presumed: tuple[str, ...] = ()
    rests: bool = False
    done: tuple[str, ...] = ()
    acquitted: bool = False
    moves: tuple[ClockMove, ...] = ()
    base: Clock | None = None
    folded_at: datetime | None = None
    plan_id: str = ""

    @property
    def is_active(self) -> bool:
        """Whether it still waits for something."""
        return self.status in ("running", "paused", "uncounted")

    @property
    def next_at(self) -> datetime | None:
        """When it next has something to say."""
        if self.undecided:
            return None
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


def first_next_at(clocks: Iterable[Clock], first: datetime | None = None) -> datetime | None:
    """When the first of these clocks has something to say, or `first` where that is earlier."""
    for clock in clocks:
        at = clock.next_at
        if at is not None and (first is None or at < first):
            first = at
    return first


def rebased(clock: Clock, at: datetime) -> Clock:
    """A clock whose history begins at this moment: what lies before is not put in order any more."""
    clock = replace(clock, moves=(), base=None, folded_at=None)
    return replace(clock, base=clock, folded_at=at)


def missing_of(clocks: Iterable[Clock]) -> str | None:
    """What must become known of some clocks that wait to be decided (`class`, `class, route`); None where nothing."""
    waiting = (clock for clock in clocks if clock.undecided and clock.is_active and not clock.rests)
    fields = dict.fromkeys(field for clock in waiting for field in clock.undecided)
    return ", ".join(fields) or None
