"""Reports about one case, decided one after the other as the router does; and the slow way to the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from tests.rules.casework import NUMBER, START
from tousu.decision import Refusal
from tousu.domain.case.deciding import CaseDecision, decide, given_up, next_due
from tousu.domain.case.fold import CaseFile
from tousu.domain.case.state import CaseState, FoldGround, begun
from tousu.event import Event
from tousu.policy.pack import Pack

LONG_AFTER = START + timedelta(days=20)


class Said(NamedTuple):
    """A report: its short name, hours after the start at which it happened, what it says."""

    name: str
    hours: float
    data: dict[str, Any]


def said(name: str, hours: float, **data: Any) -> Said:
    return Said(name, hours, data)


class CaseLog:
    """One complaint for which the store answers, and what became of each report."""

    def __init__(self, pack: Pack, **more: Any) -> None:
        registered = {"class": "delay", "classes": [{"class": "delay"}], "triage": False, "decided_by": "adapter"}
        self.ground = FoldGround(lambda _: pack, {"kind": "complaint", "channel": "phone"})
        called = tuple(pack.classes["delay"].departments)
        given: dict[str, Any] = {
            "departments": called, "class_departments": called, "assigned": called,
            "decided": {**registered, "grade": pack.classes["delay"].grade, "stars": 1, "section": "C 3"},
        }  # fmt: skip
        self.file = CaseFile(state=begun("complaint", START, pack.version, **given | more))
        self.published: list[tuple[str, str]] = []
        self.refused: list[Refusal] = []

    @property
    def state(self) -> CaseState:
        """Where the case stands."""
        return self.file.state

    def tell(self, one: Said, now: datetime = LONG_AFTER) -> CaseDecision:
        """Decide a report that is read at a time."""
        event = Event(
            id=f"{one.name}-{one.hours}", source="x", type=f"tousu.handling.{one.name}.v1", subject=NUMBER,
            time=START + timedelta(hours=one.hours), data=one.data,
        )  # fmt: skip
        decided = decide(self.file, one.name, event, self.ground, now)
        self._take(decided)
        if decided.refusal is not None:
            self.refused.append(decided.refusal)
        return decided

    def tell_all(self, story: Sequence[Said], now: datetime = LONG_AFTER) -> CaseLog:
        for one in story:
            self.tell(one, now)
        return self

    def wait(self, until: datetime) -> None:
        """Let time pass."""
        while (due := next_due(self.file)) is not None and due <= until:
            self._take(given_up(self.file, self.ground, due))

    def _take(self, decided: CaseDecision) -> None:
        self.file = decided.file
        self.published += [(step.event.id, step.effect) for step in decided.steps]
        self.refused += [refusal for _, refusal in decided.refused]
