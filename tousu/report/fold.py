"""The fold: published events become one story a case, and the services of each month.

Events may come in any order of topics and partitions, and more than once; the result is the same. What is not needed
for a report is passed over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

from tousu.events.case import CaseClosed, CaseOutcomeCorrected, CasePassedOn, CaseReopened
from tousu.events.clock import ClockBreached, ClockBreachWithdrawn, ClockMet
from tousu.events.codec import decode
from tousu.events.complaint import ComplaintRouted
from tousu.events.content import Content
from tousu.events.duplicate import DuplicateJoined, DuplicateSeparated
from tousu.events.handling import (
    HandlingCustomerAnswered,
    HandlingFollowedUp,
    HandlingInquiryAnswered,
    HandlingSatisfactionGiven,
)
from tousu.events.handling_plan import HandlingJudged
from tousu.events.inquiry import InquiryRouted
from tousu.events.operations import OperationsReported
from tousu.events.shared_values import ComplainedObject, ResponsibleParty
from tousu.report.periods import micros_of
from tousu.report.services import Services
from tousu.report.story import (
    BREACH_WITHDRAWN,
    BREACHED,
    MET,
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

TYPES: Final = frozenset(
    event_type.TYPE
    for event_type in (
        CaseClosed, CaseOutcomeCorrected, CasePassedOn, CaseReopened, ClockBreached, ClockBreachWithdrawn, ClockMet,
        ComplaintRouted, DuplicateJoined, DuplicateSeparated, HandlingCustomerAnswered, HandlingFollowedUp,
        HandlingInquiryAnswered, HandlingJudged, HandlingSatisfactionGiven, InquiryRouted, OperationsReported,
    )
)  # fmt: skip
"""What writes something into a story."""
Told = TypeVar("Told")


class Fold:
    """What has been read so far. `take` one event after the other, then ask `tousu.report.figures`."""

    def __init__(self) -> None:
        self.stories: dict[str, Story] = {}
        """case number -> what the log says of it"""
        self.services = Services()
        self._words: dict[str, str] = {}

    def take(self, event: Mapping[str, Any]) -> None:
        """Fold one event, a CloudEvent as one JSON object.

        Raises ValueError for an id that no processor wrote, Reject for data that is not of the shape of its type.
        """
        kind = event["type"]
        if kind not in TYPES:
            return
        data, place = decode(kind, event["data"]), place_of(event["id"])
        match data:
            case OperationsReported():
                self.services.take(data, place, event.get("organisation", ""))
            case ComplaintRouted() | InquiryRouted():
                self._routed(self._story(data.case_number), data, place, event.get("organisation"))
            case CasePassedOn():
                story = self._story(data.case_number)
                hop = Hop(place, micros_of(data.at or event["time"]), self.lead(data.to_departments))
                story.hops = _once(story.hops, hop)
            case CaseClosed() | CaseReopened():
                cause = event.get("causationid")
                self._ended(self._story(data.case_number), data, place, place_of(cause) if cause else ENDED_BY_TIME)
            case ClockMet() | ClockBreached() | ClockBreachWithdrawn():
                self._clock(data)
            case CaseOutcomeCorrected():
                self._corrected(self._story(data.case_number), data, place)
            case _:
                self._reported(data, place, micros_of(event["time"]))

    def _story(self, number: str) -> Story:
        story = self.stories.get(number)
        if story is None:
            story = self.stories[number] = Story()
        return story

    def _corrected(self, story: Story, data: CaseOutcomeCorrected, place: int) -> None:
        at = micros_of(data.closed_at) if data.closed_at is not None else None
        correction = Correction(place, ENDED_BY_TIME, at, self.word(data.result), self.lead(data.departments))
        story.corrections = _once(story.corrections, correction)

    def _reported(self, data: Content, place: int, at: int) -> None:
        """What was told or reported of a case."""
        match data:
            case DuplicateJoined() | DuplicateSeparated():
                story, source = self._story(data.case_number), data.source_event
                received_at = micros_of(data.received_at) if isinstance(data, DuplicateJoined) else None
                joining = Joining(place, f"{source.source} {source.id}", received_at)
                story.joinings = _once(story.joinings, joining)
            case HandlingCustomerAnswered() | HandlingInquiryAnswered():
                story = self._story(data.case_number)
                if data.case is None or data.case.effect != INCOMPLETE:
                    story.answers = _once(story.answers, Answer(at, place, self.word(data.employee)))
            case HandlingJudged():
                story, responsible = self._story(data.case_number), data.responsible or ResponsibleParty()
                judgement = Judgement(
                    at, place, self.word(responsible.outlet), self.word(responsible.employee), self.word(data.cause)
                )
                story.judgements = _once(story.judgements, judgement)
            case HandlingSatisfactionGiven() | HandlingFollowedUp():
                story = self._story(data.case_number)
                satisfaction = Satisfaction(at, place, data.score or 0, self.word(data.rating))
                if satisfaction.score or satisfaction.rating:
                    story.satisfactions = _once(story.satisfactions, satisfaction)
            case _:
                raise AssertionError(f"{data.TYPE} is in TYPES and goes nowhere")

    def _routed(
        self, story: Story, data: ComplaintRouted | InquiryRouted, place: int, organisation: str | None
    ) -> None:
        revision = (data.revision if isinstance(data, ComplaintRouted) else None) or 1
        if revision == 1:
            story.received_at = micros_of(data.received_at)
            story.hops = _once(story.hops, Hop(place, story.received_at, self.lead(data.departments)))
        if revision <= story.revision:
            return
        about = data.object or ComplainedObject()
        story.revision = revision
        story.kind = self.word(data.kind)
        story.organisation = self.word(organisation)
        story.channel = self.word(data.channel)
        story.channel_group = self.word(data.channel_group)
        story.region = self.word(data.region)
        story.outlet = self.word(about.outlet)
        story.employee = self.word(about.employee)
        story.class_name = self.word(data.class_)
        story.grade = self.word(data.grade)

    def _ended(self, story: Story, data: CaseClosed | CaseReopened, place: int, cause: int) -> None:
        if isinstance(data, CaseReopened):
            story.reopenings = _once(story.reopenings, Reopening(place, cause, micros_of(data.reopened_at)))
            return
        lead = self.lead(data.departments)
        ending = Ending(place, cause, micros_of(data.closed_at), self.word(data.result), lead)
        story.endings = _once(story.endings, ending)

    def _clock(self, data: ClockMet | ClockBreached | ClockBreachWithdrawn) -> None:
        if data.claim_number is not None:  # a limit of a claim, which is no clock of the case and none of its figures
            return
        match data:
            case ClockMet():
                word, at = MET, data.at
            case ClockBreached():
                word, at = BREACHED, data.due_at
            case ClockBreachWithdrawn():
                word, at = BREACH_WITHDRAWN, data.at
        story = self._story(data.case_number)
        lead, employee, plan_id = self.lead(data.departments), self.word(data.employee), data.plan_id or ""
        new = ClockSaid(self.word(data.clock), data.generation, word, micros_of(at), lead, employee, plan_id)
        story.clocks = _once(story.clocks, new)

    def word(self, text: str | None) -> str:
        """The same text object for equal codes: a million cases share their departments."""
        return self._words.setdefault(text, text) if text else ""

    def lead(self, departments: Sequence[str] | None) -> str:
        """The department in the lead, the first one; empty for none."""
        return self.word(departments[0]) if departments else ""


def _once(known: tuple[Told, ...], new: Told) -> tuple[Told, ...]:
    return known if new in known else (*known, new)
