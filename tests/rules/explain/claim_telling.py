"""Stories of claims to explain: a desk of claims that writes down what it reads, tells and refuses, as topics do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from tests.rules.casework import NUMBER, START
from tests.rules.claims.told import ClaimsDesk
from tousu.decision import Decision, Output
from tousu.event import Event, text_of_time
from tousu.explain.claim import ClaimExplanation, explain_claim
from tousu.explain.explanation import Explanation, explain
from tousu.explain.story import CaseHistory, read_story
from tousu.policy.pack import Pack

CLAIM = f"{NUMBER}/1"


class ClaimTeller(ClaimsDesk):
    """A desk of claims whose case and claims can be explained at any time."""

    def __init__(self, pack: Pack) -> None:
        super().__init__(pack)
        self.pack = pack
        self.lines: list[dict[str, Any]] = []

    def take(self, one: Event, now: datetime | None = None) -> Decision:
        decision = super().take(one, now)
        self._write_all(self.fired, "")
        name = one.type.removeprefix("tousu.").removesuffix(".v1")
        self.write("complaints.cases", name, one.time, one.data, one.id)
        self._write_all(decision.outputs, one.id)
        if decision.refusal is not None:
            said = {"source": "tousu/claims", "reason": decision.refusal.reason, "message": decision.refusal.message}
            self.write("complaints.rejected", "event.rejected", one.time, one.data, "r", **said)
        return decision

    def let_time_pass(self, until: datetime) -> list[Output]:
        told = super().let_time_pass(until)
        self._write_all(told, "")
        return told

    def write(self, topic: str, name: str, at: datetime, data: Any, event_id: str, **more: Any) -> None:
        """Write down one published event."""
        event = {"id": event_id, "source": "/test", "type": f"tousu.{name}.v1", "time": text_of_time(at), "data": data}
        self.lines.append({"topic": topic, "key": NUMBER, "event": event | more})

    def _write_all(self, outputs: Sequence[Output], cause: str) -> None:
        for each in outputs:
            name = each.type.removeprefix("tousu.").removesuffix(".v1")
            number = f"claims:{len(self.lines)}"
            self.write(each.topic, name, each.time, each.data, number, causationid=each.causation or cause)

    @property
    def story(self) -> CaseHistory:
        return read_story(NUMBER, self.lines)

    def explained(self, running: int = 1, hours: float | None = None) -> ClaimExplanation:
        """The explanation of a claim, up to so many hours after the start."""
        until = None if hours is None else START + timedelta(hours=hours)
        return explain_claim(self.story, f"{NUMBER}/{running}", self.pack, until)

    def case_explained(self) -> Explanation:
        return explain(self.story, self.pack)


def told_events(desk: ClaimTeller, name: str) -> list[dict[str, Any]]:
    """The data of every event of this name on complaints.claims."""
    kind = f"tousu.{name}.v1"
    return [one["event"]["data"] for one in desk.lines if one["event"]["type"] == kind]
