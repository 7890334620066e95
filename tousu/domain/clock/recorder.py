"""An owner of clocks who keeps what they publish to itself: for a fold that asks what would have been told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from tousu.domain.clock.context import ClockContext
from tousu.domain.clock.state import Clock
from tousu.policy.clock_rule import ClockRule


class RecordedEvent(NamedTuple):
    """An event of a clock that nobody has heard of: its type, its name (`breached`), when, and its data."""

    kind: str
    name: str
    at: datetime
    data: dict[str, Any]


class Recorder(ClockContext):
    """Stands in for an owner; `events` grow in the order of publication. `now` and `cause` are set by the fold."""

    __slots__ = ("events", "owned_by")

    def __init__(self, owned_by: ClockContext) -> None:
        self.owned_by = owned_by
        self.pack, self.rules, self.calendar = owned_by.pack, owned_by.rules, owned_by.calendar
        self.now, self.cause, self.reference = owned_by.now, "", owned_by.reference
        self.withdrawn = []
        self.events: list[RecordedEvent] = []

    @property
    def grade(self) -> str | None:
        return self.owned_by.grade

    @property
    def region(self) -> str | None:
        return self.owned_by.region

    @property
    def responsible(self) -> Sequence[str]:
        return self.owned_by.responsible

    @property
    def identity(self) -> dict[str, Any]:
        return self.owned_by.identity

    @property
    def owner(self) -> str:
        return self.owned_by.owner

    def may_start(self, rule: ClockRule, at: datetime) -> bool:
        return self.owned_by.may_start(rule, at)

    def start_of(self, rule: ClockRule, at: datetime, *, first: bool) -> datetime | None:
        return self.owned_by.start_of(rule, at, first=first)

    def may_come_again(self, rule: ClockRule, old: Clock, at: datetime) -> bool:
        return self.owned_by.may_come_again(rule, old, at)

    def is_first(self, clock: Clock) -> bool:
        return self.owned_by.is_first(clock)

    def emit(self, kind: str, at: datetime, data: dict[str, Any], started_by: str) -> None:
        self.events.append(RecordedEvent(kind, kind.split(".")[2], at, data))
