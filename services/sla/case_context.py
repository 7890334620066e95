"""What one input or one due moment meets: the case, the pack, the time and the cause; it gathers what is to be told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from services.sla.states import Case
from tousu.decision import Output
from tousu.domain.clock.context import ClockContext
from tousu.domain.clock.state import Clock
from tousu.domain.clock.triggers import BREACHED
from tousu.policy.clock_rule import ClockRule
from tousu.policy.pack import Pack

SLA: Final = "complaints.sla"
OUTCOMES: Final = "complaints.outcomes"


class CaseContext(ClockContext):
    """One turn of one case, the owner of its clocks. `outputs` grows in the order of publication."""

    __slots__ = ("case", "departments", "outputs")

    def __init__(self, pack: Pack, case: Case, now: datetime, cause: str = "") -> None:
        self.case = case
        self.now = now
        self.cause = cause
        self.departments = list(case.departments)
        self.outputs: list[Output] = []
        self.withdrawn = []
        self.judge_by(pack)

    def judge_by(self, pack: Pack) -> None:
        """Let this pack, and its calendar of now, judge the case from here on."""
        self.pack = pack
        self.rules = pack.clocks
        self.calendar = pack.calendar.at(self.now).for_region(self.case.region)
        self.reference = pack.reference()

    @property
    def grade(self) -> str | None:
        return self.case.grade

    @property
    def region(self) -> str | None:
        return self.case.region

    @property
    def owner(self) -> str:
        return "case"

    @property
    def responsible(self) -> Sequence[str]:
        return self.departments

    @property
    def answerable(self) -> Sequence[str]:
        return self.case.answerable or self.departments

    @property
    def identity(self) -> dict[str, Any]:
        return {"case_number": self.case.number}

    def whose(self, rule: ClockRule) -> str:
        """Of what the receiving department owes, whoever was asked first and registered it."""
        return self.case.first_asked if rule.duty_of and rule.starts_on == "routed" else ""

    def may_start(self, rule: ClockRule, at: datetime) -> bool:
        ended_at = self.case.closed_at
        return ended_at is None or at < ended_at or rule.outlives_case

    def start_of(self, rule: ClockRule, at: datetime, *, first: bool) -> datetime | None:
        """A case was received once: a clock that comes again counts from its event."""
        return self.case.received_at if first and rule.starts_at == "received_at" else at

    def may_come_again(self, rule: ClockRule, old: Clock, at: datetime) -> bool:
        """Once a round; a clock that outlives the case or begins with a breach comes as often as its event."""
        if old.ended_at is None or at < old.ended_at:
            return False
        return (
            rule.outlives_case
            or rule.starts_on == BREACHED
            or (self.case.reopened > 0 and old.ended_at <= self.case.round_at <= at)
        )

    def is_first(self, clock: Clock) -> bool:
        """It began with its case; what else lies before it concerns an earlier generation."""
        rule = self.rule(clock)
        return clock.generation == 1 and clock.begun_at is None and rule is not None and rule.starts_on == "routed"

    def emit(self, kind: str, at: datetime, data: dict[str, Any], started_by: str) -> None:
        self.tell(SLA, kind, at, data, started_by)

    def tell(self, topic: str, kind: str, at: datetime, data: dict[str, Any], started_by: str) -> None:
        """Tell something of the case. Where time alone moves it, the event that started it all is the cause."""
        causation = None if self.cause else started_by
        self.outputs.append(
            Output(
                topic=topic, type=kind, subject=self.case.number, time=at, data=data, causation=causation,
                organisation=self.case.organisation,
            )
        )  # fmt: skip
