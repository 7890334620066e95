"""What one input or one due moment meets: the case, the pack, the time and the cause; it gathers what is to be told."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from services.sla.states import Case, Clock
from tousu.decision import Output
from tousu.event import text_of_time
from tousu.policy.calendar import Calendar
from tousu.policy.clock_rule import ClockRule
from tousu.policy.pack import Pack

SLA: Final = "complaints.sla"
OUTCOMES: Final = "complaints.outcomes"


class Scene:
    """One turn of one case. `cause` is the id of the input in hand, empty where time alone moves the case.

    `now` is pipeline time; `calendar` is the one in force then, as it counts in the region of the case. `told` grows in
    the order of publication. `withdrawn`: the clocks whose breach was withdrawn.
    """

    __slots__ = ("calendar", "case", "cause", "departments", "now", "pack", "reference", "told", "withdrawn")

    def __init__(self, pack: Pack, case: Case, now: datetime, cause: str = "") -> None:
        self.case = case
        self.now = now
        self.cause = cause
        self.departments = list(case.departments)
        self.told: list[Output] = []
        self.withdrawn: list[str] = []
        self.judge_by(pack)

    def judge_by(self, pack: Pack) -> None:
        """Let this pack, and its calendar of now, judge the case from here on."""
        self.pack = pack
        self.calendar: Calendar = pack.calendar.at(self.now).for_region(self.case.region)
        self.reference = pack.reference()

    def rule(self, clock: Clock) -> ClockRule | None:
        """The pack's rule for a clock; None where a newer pack no longer has it."""
        return self.pack.clocks.get(clock.name)

    def outlives(self, clock: Clock) -> bool:
        """Whether a clock goes on after the end of its case."""
        rule = self.rule(clock)
        return rule is not None and rule.outlives_case

    def clock(
        self, what: str, clock: Clock, at: datetime, *, reason: str = "", elapsed_us: int | None = None, **more: Any
    ) -> None:
        """Tell what a clock did at a moment (`started`, `warned`, ...)."""
        data: dict[str, Any] = {
            "case_number": self.case.number,
            "clock": clock.name,
            "generation": clock.generation,
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
        data["pack"] = self.reference
        if clock.limit.section:
            data["section"] = clock.limit.section
        data["departments"] = self.departments
        self.tell(SLA, f"tousu.clock.{what}.v1", at, data, clock.cause)

    def tell(self, topic: str, kind: str, at: datetime, data: dict[str, Any], started_by: str) -> None:
        """Tell something of the case. Where time alone moves it, the event that started it all is the cause."""
        causation = None if self.cause else started_by
        self.told.append(
            Output(
                topic=topic, type=kind, subject=self.case.number, time=at, data=data, causation=causation,
                organisation=self.case.organisation,
            )
        )  # fmt: skip
