"""What clocks meet in one turn: the rules, the calendar, the time, and an owner that takes what is published.

The engine knows nothing of cases and claims. Each owner says how it stands (`ClockContext` has the questions) and turns
what clocks publish into events of its own topic.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec.structs import replace

from tousu.domain.clock.state import Clock
from tousu.event import text_of_time
from tousu.policy.calendar import Calendar
from tousu.policy.clock_rule import ClockRule, Limit
from tousu.policy.pack import Pack

_VERDICTS: Final = frozenset({"met", "breached", "breach_withdrawn"})


class ClockContext(ABC):
    """The owner of some clocks in one turn. `cause` is the id of the event in hand, empty where time alone moves it.

    `now` is the watermark; `calendar` is the one in force then, as it counts in the owner's region. `withdrawn`: names
    of the clocks whose breach was withdrawn in this turn.
    """

    __slots__ = ("calendar", "cause", "now", "pack", "reference", "rules", "withdrawn")

    pack: Pack
    rules: Mapping[str, ClockRule]
    calendar: Calendar
    now: datetime
    cause: str
    reference: dict[str, str]
    withdrawn: list[str]

    @property
    @abstractmethod
    def grade(self) -> str | None:
        """The grade that chooses among limits."""

    @property
    @abstractmethod
    def region(self) -> str | None:
        """The region whose suspensions count."""

    @property
    @abstractmethod
    def responsible(self) -> Sequence[str]:
        """The departments in charge."""

    @property
    def answerable(self) -> Sequence[str]:
        """The departments that answer for what goes wrong: those in charge."""
        return self.responsible

    @property
    @abstractmethod
    def identity(self) -> dict[str, Any]:
        """How what is published names the owner."""

    @property
    @abstractmethod
    def owner(self) -> str:
        """What the owner is, in a word for refusals."""

    @property
    def origin(self) -> str:
        """Id of the event that a clock which starts now goes back to."""
        return self.cause

    @abstractmethod
    def may_start(self, rule: ClockRule, at: datetime) -> bool:
        """Whether a clock may begin at a moment: an owner that had ended by then starts only what outlives it."""

    @abstractmethod
    def start_of(self, rule: ClockRule, at: datetime, *, first: bool) -> datetime | None:
        """From when a clock counts that an event of `at` starts; None where that is not known and never was promised.

        first: whether it runs for the first time.
        """

    @abstractmethod
    def may_come_again(self, rule: ClockRule, old: Clock, at: datetime) -> bool:
        """Whether an event of `at` starts a clock once more that has ended."""

    @abstractmethod
    def is_first(self, clock: Clock) -> bool:
        """Whether nothing of its kind ran before a clock, so that who had acted before it began, acted in time."""

    @abstractmethod
    def emit(self, kind: str, at: datetime, data: dict[str, Any], started_by: str) -> None:
        """Publish an event of a clock. `started_by`: the event that started it, the cause where time alone moves it."""

    def rule(self, clock: Clock) -> ClockRule | None:
        """The pack's rule for a clock; None where a newer pack no longer has it."""
        return self.rules.get(clock.name)

    def limit_of(self, rule: ClockRule) -> Limit:
        """The limit of a rule for the grade of now; it names the section of its clock where it names none itself."""
        limit = rule.limit_for(self.grade)
        return limit if limit.section else replace(limit, section=rule.section)

    def owing(self, clock: Clock) -> Sequence[str]:
        """The departments whose duty a clock is: the one that its rule names; otherwise those that answer for what goes
        wrong, without the ones that have done what each owes."""
        rule = self.rule(clock)
        if rule is not None and rule.duty_of:
            return (rule.duty_of,)
        return [name for name in self.answerable if name not in clock.done] or self.answerable

    def whose(self, rule: ClockRule) -> str:
        """The employee whose duty a clock is, by number; empty where nobody is known beforehand."""
        return ""

    def outlives(self, clock: Clock) -> bool:
        """Whether a clock goes on after the end of its owner."""
        rule = self.rule(clock)
        return rule is not None and rule.outlives_case

    def clock(
        self,
        event_name: str,
        clock: Clock,
        at: datetime,
        *,
        reason: str = "",
        elapsed_us: int | None = None,
        **more: Any,
    ) -> None:
        """Publish what a clock did at a moment (`started`, `warned`, ...). One that is undecided says nothing."""
        if clock.undecided:
            return
        data: dict[str, Any] = {
            **self.identity,
            "clock": clock.name,
            "generation": clock.generation,
            **({"plan_id": clock.plan_id} if clock.plan_id else {}),
            "limit": clock.limit.as_data(),
            "started_at": text_of_time(clock.started_at),
        }
        if clock.due_at is not None:
            data["due_at"] = text_of_time(clock.due_at)
        data["at"] = text_of_time(at)
        data.update(more)
        if elapsed_us is not None:
            data["elapsed_s"] = elapsed_us / 1e6
        if reason:
            data["reason"] = reason
        if self.cause:
            data["cause_event"] = self.cause
        data["calendar"] = {"id": self.pack.calendar.id, "version": clock.calendar}
        # The version whose limit it counts: a case may have gone over to another one that left this clock alone.
        data["pack"] = {"id": self.pack.id, "version": clock.pack}
        if clock.limit.section:
            data["section"] = clock.limit.section
        data["departments"] = list(self.owing(clock))
        rule = self.rule(clock)
        if event_name in _VERDICTS and rule is not None and (employee := self.whose(rule)):
            data["employee"] = employee
        self.emit(f"tousu.clock.{event_name}.v1", at, data, clock.cause)
