"""The published events of one case, read for whoever explains it: what is unknown is kept and disturbs nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, Final, TypeVar

from tousu.event import ORGANISATION, time_of_text
from tousu.events.codec import decode
from tousu.events.content import Content

CASES: Final = "complaints.cases"
SLA: Final = "complaints.sla"
CLAIMS: Final = "complaints.claims"
INSTRUCTIONS: Final = "complaints.instructions"
REJECTED: Final = "complaints.rejected"
ROUTED: Final = ("complaint.routed", "inquiry.routed", "claim.routed")
SHORT: Final = {
    "complaint.routed": "routed",
    "inquiry.routed": "routed",
    "claim.routed": "routed",
    "case.passed_on": "passed_on",
    "case.reissued": "reissued",
    "duplicate.joined": "joined",
    "handling.passed_on": "pass_requested",
}
"""How triggers of a pack call events, where that is not the last word of the type."""

C = TypeVar("C", bound=Content)


class PublishedEvent:
    """One published event. `name` is its type without prefix and version (`clock.started`).

    causation: id of the event that led to it. refused: of a rejected event, who refused it, the reason, the sentence.
    """

    __slots__ = ("causation", "data", "id", "name", "organisation", "refused", "time", "topic")

    def __init__(self, topic: str, event: Mapping[str, Any]) -> None:
        """Take a CloudEvent in structured form. Raises Reject `malformed_time` where its time is none."""
        self.topic = topic
        self.id: str = event.get("id", "")
        self.name: str = event["type"].removeprefix("tousu.").rpartition(".v")[0]
        self.time: datetime = time_of_text(event["time"])
        self.organisation: str = event.get(ORGANISATION, "")
        data = event.get("data")
        self.data: dict[str, Any] = data if isinstance(data, dict) else {}
        self.causation: str = event.get("causationid", "")
        self.refused: tuple[str, str, str] | None = None
        if topic == REJECTED:
            self.refused = (event.get("source", ""), event.get("reason", ""), event.get("message", ""))

    @property
    def content(self) -> Content:
        """What it says. Raises Reject where that is not of the shape of its type."""
        return decode(f"tousu.{self.name}.v1", self.data)

    def read(self, kind: type[C]) -> C:
        """What it says, where its type is known. Raises TypeError where it is another: a fault of ours."""
        content = self.content
        if not isinstance(content, kind):
            raise TypeError(f"{self.name} was read as {kind.__name__}")
        return content

    @property
    def claim_number(self) -> str:
        """The claim that it is about, empty where it is about none alone."""
        number: str = self.data.get("claim_number", "")
        return number

    @property
    def short(self) -> str:
        """The name that triggers of a pack use: `routed`, `acknowledged`."""
        return SHORT.get(self.name) or self.name.rpartition(".")[2]

    def moment(self, name: str) -> datetime | None:
        """A time of the data; None where it says none."""
        return time_of_text(self.data[name]) if self.data.get(name) else None

    @property
    def at(self) -> datetime:
        """When it happened for the clock or the case."""
        return self.moment("at") or self.time


class CaseHistory:
    """Everything published of one case, in the order of publication of each topic."""

    def __init__(self, number: str, events: Iterable[PublishedEvent]) -> None:
        self.number = number
        self.events = tuple(events)

    @cached_property
    def routed(self) -> tuple[PublishedEvent, ...]:
        """The router's decisions on the class, the first one first."""
        return tuple(event for event in self.events if event.name in ROUTED)

    @cached_property
    def by_id(self) -> dict[str, PublishedEvent]:
        """Events by id, to name what caused another."""
        return {event.id: event for event in self.events if event.id}

    @cached_property
    def newest(self) -> dict[str, Any]:
        """What the router's decision says now, with the departments to which the case was passed on since."""
        routed: dict[str, Any] = {}
        for event in self.events:
            if event.name in ROUTED:
                routed = {**event.data}
            elif event.name == "case.passed_on" and routed:
                routed["departments"] = event.data["to_departments"]
                routed |= {name: event.data[name] for name in ("class", "grade", "stars") if name in event.data}
        return routed

    @property
    def region(self) -> str | None:
        """The region whose suspensions let the clocks of the case stand still; None where its events name none."""
        return self.newest.get("region")

    @cached_property
    def last_at(self) -> datetime:
        """The latest moment of which anything is known."""
        return max(event.time for event in self.events)

    @property
    def is_there(self) -> bool:
        """Whether the router ever told of this case."""
        return bool(self.routed)

    def on(self, topic: str) -> list[PublishedEvent]:
        """The events of one topic."""
        return [event for event in self.events if event.topic == topic]

    def name_of_cause(self, event_id: str) -> str:
        """The name of the event with this id, empty where the story does not hold it."""
        cause = self.by_id.get(event_id)
        return cause.name if cause is not None else ""


def read_story(number: str, lines: Iterable[Mapping[str, Any]]) -> CaseHistory:
    """The story of a case from lines `{"topic", "key", "event"}`; those of other cases are passed over."""
    return CaseHistory(
        number, (PublishedEvent(line["topic"], line["event"]) for line in lines if line.get("key") == number)
    )
