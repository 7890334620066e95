"""The fold: published events become one story a case, and the services of each month.

Events may come in any order of topics and partitions, and more than once; the result is the same. What is not needed
for a report is passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from tousu.report.periods import micros_of
from tousu.report.services import Services
from tousu.report.story import (
    Answer,
    ClockSaid,
    Correction,
    Ending,
    Hop,
    Joining,
    Judgement,
    Reopening,
    Satisfaction,
    Story,
    place_of,
)

TOPICS: Final = ("complaints.cases", "complaints.sla", "complaints.outcomes")
"""What a report is made of."""
ENDED_BY_TIME: Final = 0
INCOMPLETE: Final = "incomplete"
"""The effect of an answer that lacks what its kind must hold: it answers nothing."""

Told = TypeVar("Told")


class Fold:
    """What has been read so far. `take` one event after the other, then ask `tousu.report.figures`."""

    def __init__(self) -> None:
        self.stories: dict[str, Story] = {}
        """case number -> what the log says of it"""
        self.services = Services()
        self._words: dict[str, str] = {}

    def take(self, event: Mapping[str, Any]) -> None:
        """Fold one event, a CloudEvent as one JSON object. Raises ValueError for an id that no processor wrote."""
        name = event["type"].removeprefix("tousu.").rpartition(".v")[0]
        if name == "operations.reported":
            self.services.take(event["data"], place_of(event["id"]), event.get("organisation", ""))
            return
        write = _WRITERS.get(name)
        if write is None:
            return
        number = event["data"]["case_number"]
        story = self.stories.get(number)
        if story is None:
            story = self.stories[number] = Story()
        write(self, story, event, event["data"])

    def word(self, text: str | None) -> str:
        """The same text object for equal codes: a million cases share their departments."""
        return self._words.setdefault(text, text) if text else ""

    def lead(self, departments: list[str] | None) -> str:
        """The department in the lead, the first one; empty for none."""
        return self.word(departments[0]) if departments else ""


def _once(told: tuple[Told, ...], new: Told) -> tuple[Told, ...]:
    return told if new in told else (*told, new)


def _routed(fold: Fold, story: Story, event: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    revision = data.get("revision", 1)
    if revision == 1:
        story.received_at = micros_of(data["received_at"])
        first = Hop(place_of(event["id"]), story.received_at, fold.lead(data["departments"]))
        story.hops = _once(story.hops, first)
    if revision <= story.revision:
        return
    about = data.get("object") or {}
    story.revision = revision
    story.kind = fold.word(data["kind"])
    story.organisation = fold.word(event.get("organisation"))
    story.channel = fold.word(data["channel"])
    story.channel_group = fold.word(data.get("channel_group"))
    story.region = fold.word(about.get("region") or data.get("region"))
    story.outlet = fold.word(about.get("outlet"))
    story.employee = fold.word(about.get("employee"))
    story.class_name = fold.word(data.get("class"))
    story.grade = fold.word(data.get("grade"))


def _passed_on(fold: Fold, story: Story, event: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    at = micros_of(data.get("at") or event["time"])
    story.hops = _once(story.hops, Hop(place_of(event["id"]), at, fold.lead(data["to_departments"])))


def _joined(fold: Fold, story: Story, event: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    received_at = micros_of(data["received_at"]) if "received_at" in data else None
    source = data["source_event"]
    joining = Joining(place_of(event["id"]), f"{source['source']} {source['id']}", received_at)
    story.joinings = _once(story.joinings, joining)


def _answered(fold: Fold, story: Story, event: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    if data.get("case", {}).get("effect") != INCOMPLETE:
        answer = Answer(micros_of(event["time"]), place_of(event["id"]), fold.word(data.get("employee")))
        story.answers = _once(story.answers, answer)


def _judged(fold: Fold, story: Story, event: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    found = data.get("responsible") or {}
    outlet, employee = fold.word(found.get("outlet")), fold.word(found.get("employee"))
    judgement = Judgement(micros_of(event["time"]), place_of(event["id"]), outlet, employee)
    story.judgements = _once(story.judgements, judgement)


def _satisfied(fold: Fold, story: Story, event: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    at = micros_of(event["time"])
    said = Satisfaction(at, place_of(event["id"]), data.get("score", 0), fold.word(data.get("rating")))
    story.satisfactions = _once(story.satisfactions, said)


def _closed(fold: Fold, story: Story, event: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    ending = Ending(
        place_of(event["id"]), _cause_of(event), micros_of(data["closed_at"]), fold.word(data["result"]),
        fold.lead(data["departments"]),
    )  # fmt: skip
    story.endings = _once(story.endings, ending)


def _reopened(fold: Fold, story: Story, event: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    reopening = Reopening(place_of(event["id"]), _cause_of(event), micros_of(data["reopened_at"]))
    story.reopenings = _once(story.reopenings, reopening)


def _corrected(fold: Fold, story: Story, event: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    at = micros_of(data["closed_at"]) if data["is_closed"] else None
    correction = Correction(
        place_of(event["id"]), _cause_of(event), at, fold.word(data.get("result")), fold.lead(data["departments"])
    )
    story.corrections = _once(story.corrections, correction)


def _cause_of(event: Mapping[str, Any]) -> int:
    cause = event.get("causationid")
    return place_of(cause) if cause else ENDED_BY_TIME


def _clock_met(fold: Fold, story: Story, event: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    _clock(fold, story, "met", data, data["at"])


def _clock_breached(fold: Fold, story: Story, event: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    _clock(fold, story, "breached", data, data["due_at"])


def _breach_withdrawn(fold: Fold, story: Story, event: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    _clock(fold, story, "breach_withdrawn", data, data["at"])


def _clock(fold: Fold, story: Story, said: Any, data: Mapping[str, Any], at: str) -> None:
    if "claim_number" in data:  # a limit of a claim, which is no clock of the case and has no part in its figures
        return
    new = ClockSaid(
        fold.word(data["clock"]), data["generation"], said, micros_of(at), fold.lead(data.get("departments"))
    )
    story.clocks = _once(story.clocks, new)


_WRITERS: Final[Mapping[str, Callable[[Fold, Story, Mapping[str, Any], Mapping[str, Any]], None]]] = {
    "complaint.routed": _routed,
    "inquiry.routed": _routed,
    "case.passed_on": _passed_on,
    "duplicate.joined": _joined,
    "duplicate.separated": _joined,
    "handling.customer_answered": _answered,
    "handling.inquiry_answered": _answered,
    "handling.judged": _judged,
    "handling.satisfaction_given": _satisfied,
    "case.closed": _closed,
    "case.reopened": _reopened,
    "case.outcome_corrected": _corrected,
    "clock.met": _clock_met,
    "clock.breached": _clock_breached,
    "clock.breach_withdrawn": _breach_withdrawn,
}
"""What each event writes into the story of its case."""
