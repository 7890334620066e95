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
    each.TYPE
    for each in (
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
        said, place = decode(kind, event["data"]), place_of(event["id"])
        match said:
            case OperationsReported():
                self.services.take(said, place, event.get("organisation", ""))
            case ComplaintRouted() | InquiryRouted():
                self._routed(self._story(said.case_number), said, place, event.get("organisation"))
            case CasePassedOn():
                story = self._story(said.case_number)
                hop = Hop(place, micros_of(said.at or event["time"]), self.lead(said.to_departments))
                story.hops = _once(story.hops, hop)
            case CaseClosed() | CaseReopened():
                cause = event.get("causationid")
                self._ended(self._story(said.case_number), said, place, place_of(cause) if cause else ENDED_BY_TIME)
            case ClockMet() | ClockBreached() | ClockBreachWithdrawn():
                self._clock(said)
            case CaseOutcomeCorrected():
                self._corrected(self._story(said.case_number), said, place)
            case _:
                self._reported(said, place, micros_of(event["time"]))

    def _story(self, number: str) -> Story:
        story = self.stories.get(number)
        if story is None:
            story = self.stories[number] = Story()
        return story

    def _corrected(self, story: Story, said: CaseOutcomeCorrected, place: int) -> None:
        at = micros_of(said.closed_at) if said.closed_at is not None else None
        correction = Correction(place, ENDED_BY_TIME, at, self.word(said.result), self.lead(said.departments))
        story.corrections = _once(story.corrections, correction)

    def _reported(self, said: Content, place: int, at: int) -> None:
        """What was told or reported of a case."""
        match said:
            case DuplicateJoined() | DuplicateSeparated():
                story, source = self._story(said.case_number), said.source_event
                received_at = micros_of(said.received_at) if isinstance(said, DuplicateJoined) else None
                joining = Joining(place, f"{source.source} {source.id}", received_at)
                story.joinings = _once(story.joinings, joining)
            case HandlingCustomerAnswered() | HandlingInquiryAnswered():
                story = self._story(said.case_number)
                if said.case is None or said.case.effect != INCOMPLETE:
                    story.answers = _once(story.answers, Answer(at, place, self.word(said.employee)))
            case HandlingJudged():
                story, found = self._story(said.case_number), said.responsible or ResponsibleParty()
                judgement = Judgement(
                    at, place, self.word(found.outlet), self.word(found.employee), self.word(said.cause)
                )
                story.judgements = _once(story.judgements, judgement)
            case HandlingSatisfactionGiven() | HandlingFollowedUp():
                story = self._story(said.case_number)
                satisfaction = Satisfaction(at, place, said.score or 0, self.word(said.rating))
                if satisfaction.score or satisfaction.rating:
                    story.satisfactions = _once(story.satisfactions, satisfaction)
            case _:
                raise AssertionError(f"{said.TYPE} is in TYPES and goes nowhere")

    def _routed(
        self, story: Story, said: ComplaintRouted | InquiryRouted, place: int, organisation: str | None
    ) -> None:
        revision = (said.revision if isinstance(said, ComplaintRouted) else None) or 1
        if revision == 1:
            story.received_at = micros_of(said.received_at)
            story.hops = _once(story.hops, Hop(place, story.received_at, self.lead(said.departments)))
        if revision <= story.revision:
            return
        about = said.object or ComplainedObject()
        story.revision = revision
        story.kind = self.word(said.kind)
        story.organisation = self.word(organisation)
        story.channel = self.word(said.channel)
        story.channel_group = self.word(said.channel_group)
        story.region = self.word(said.region)
        story.outlet = self.word(about.outlet)
        story.employee = self.word(about.employee)
        story.class_name = self.word(said.class_)
        story.grade = self.word(said.grade)

    def _ended(self, story: Story, said: CaseClosed | CaseReopened, place: int, cause: int) -> None:
        if isinstance(said, CaseReopened):
            story.reopenings = _once(story.reopenings, Reopening(place, cause, micros_of(said.reopened_at)))
            return
        lead = self.lead(said.departments)
        ending = Ending(place, cause, micros_of(said.closed_at), self.word(said.result), lead)
        story.endings = _once(story.endings, ending)

    def _clock(self, said: ClockMet | ClockBreached | ClockBreachWithdrawn) -> None:
        if said.claim_number is not None:  # a limit of a claim, which is no clock of the case and none of its figures
            return
        match said:
            case ClockMet():
                word, at = MET, said.at
            case ClockBreached():
                word, at = BREACHED, said.due_at
            case ClockBreachWithdrawn():
                word, at = BREACH_WITHDRAWN, said.at
        story = self._story(said.case_number)
        lead, employee, plan_id = self.lead(said.departments), self.word(said.employee), said.plan_id or ""
        new = ClockSaid(self.word(said.clock), said.generation, word, micros_of(at), lead, employee, plan_id)
        story.clocks = _once(story.clocks, new)

    def word(self, text: str | None) -> str:
        """The same text object for equal codes: a million cases share their departments."""
        return self._words.setdefault(text, text) if text else ""

    def lead(self, departments: Sequence[str] | None) -> str:
        """The department in the lead, the first one; empty for none."""
        return self.word(departments[0]) if departments else ""


def _once(told: tuple[Told, ...], new: Told) -> tuple[Told, ...]:
    return told if new in told else (*told, new)
