"""Stories to explain: a desk of sla that writes down what it is told and what it tells, as the topics would hold it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.rules.sla.desk import NUMBER, Desk
from tousu.decision import Decision
from tousu.event import Event, text_of_time
from tousu.explain.account import Account
from tousu.explain.explanation import Explanation, explain
from tousu.explain.story import CaseHistory, read_story
from tousu.policy.pack import Pack


class Teller(Desk):
    """A desk whose case can be explained at any time."""

    def __init__(self, pack: Pack) -> None:
        super().__init__(pack)
        self.pack = pack
        self._heard: list[dict[str, Any]] = []
        self._later: list[dict[str, Any]] = []

    def _read(self, event: Event) -> Decision:
        decision = super()._read(event)
        name = event.type.removeprefix("tousu.").removesuffix(".v1")
        self.also("complaints.cases", name, event.time, event.data, f"e{self._events}")
        return decision

    def also(self, topic: str, name: str, at: datetime, data: dict[str, Any], event_id: str = "x") -> None:
        """Write down an event that sla does not read, or not yet."""
        self._heard.append(line(topic, name, at, data, event_id))

    def later(self, name: str, at: datetime, data: dict[str, Any]) -> None:
        """Write down an event of sla that these rules do not know, behind all others."""
        self._later.append(line("complaints.sla", name, at, data, f"later:{len(self._later)}"))

    @property
    def story(self) -> CaseHistory:
        said = (
            line(each.topic, each.type.removeprefix("tousu.").removesuffix(".v1"), each.time, each.data, f"sla:{index}")
            for index, each in enumerate(self.told)
        )
        return read_story(NUMBER, [*self._heard, *said, *self._later])

    def explained(self, until: datetime | None = None) -> Explanation:
        return explain(self.story, self.pack, until)

    def account(self, clock: str, generation: int = 1, until: datetime | None = None) -> Account:
        accounts = self.explained(until).accounts
        return next(each for each in accounts if (each.clock, each.generation) == (clock, generation))


def line(topic: str, name: str, at: datetime, data: dict[str, Any], event_id: str) -> dict[str, Any]:
    """One published event as the archive of a demo holds it."""
    event = {"id": event_id, "source": "/test", "type": f"tousu.{name}.v1", "time": text_of_time(at), "data": data}
    return {"topic": topic, "key": NUMBER, "event": event}
