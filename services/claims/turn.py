"""What one event or one due moment meets: the case, its pack, the time; it gathers what is told and what is booked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from msgspec.structs import replace

from services.claims.states import Claim, ClaimedCase, Parcel, PaymentQuestion
from tousu.decision import Decision, Output, Refusal, State, StateKey
from tousu.domain.clock.triggers import ClockTriggers
from tousu.event import Event, text_of_time
from tousu.ledger.obligation import Entry
from tousu.policy.calendar import Calendar
from tousu.policy.pack import ClaimRules, Pack

CASE: Final = "case"
CLAIM: Final = "claim"
ENTRY: Final = "entry"
QUESTION: Final = "question"
PARCEL: Final = "parcel"
CLAIMS: Final = "complaints.claims"
INSTRUCTIONS: Final = "complaints.instructions"


class Turn:
    """One turn of one case. `now` is the watermark, `at` when the event happened, within receipt and now.

    `cause` is the id of the event in hand, empty where time alone moves the case. `outputs` grows in the order of
    publication, `entries` in the order of booking. `refused`: reports that had waited and never fit. `parcels`: what
    other cases have of the parcels that the event may be about; none where time alone moves the case.
    """

    __slots__ = (
        "_triggers",
        "at",
        "calendar",
        "case",
        "cause",
        "entries",
        "now",
        "number",
        "outputs",
        "pack",
        "parcels",
        "questions",
        "refused",
    )  # fmt: skip

    def __init__(
        self, pack: Pack, triggers: ClockTriggers | None, number: str, case: ClaimedCase, at: datetime, now: datetime,
        cause: str = "", parcels: Mapping[StateKey, Parcel | None] | None = None,
    ) -> None:  # fmt: skip
        self.pack = pack
        self.parcels = parcels or {}
        self._triggers = triggers
        self.number = number
        self.case = case
        self.at = min(max(at, case.lifecycle.received_at), now)
        self.now = now
        self.cause = cause
        self.calendar: Calendar = pack.calendar.at(now).for_region(case.region or None)
        self.outputs: list[Output] = []
        self.entries: list[Entry] = []
        self.questions: list[PaymentQuestion] = []
        self.refused: list[tuple[Event, Refusal]] = []

    @property
    def rules(self) -> ClaimRules:
        """What the pack says of claims; only asked where it says something."""
        assert self.pack.claims is not None
        return self.pack.claims

    @property
    def triggers(self) -> ClockTriggers:
        """The triggers of the limits of claims; only asked where the pack says something of claims."""
        assert self._triggers is not None
        return self._triggers

    def claim(self, number: str) -> Claim:
        """The claim of this number, as it stands in the turn."""
        return next(claim for claim in self.case.claims if claim.number == number)

    def apart(self, claim: Claim) -> Turn:
        """A turn in which a claim stands so and no payment is in question; nothing of it is told or booked here."""
        claims = tuple(claim if former.number == claim.number else former for former in self.case.claims)
        then = self.at_moment(self.at, "", self.now)
        then.case = replace(self.case, claims=claims, questions=())
        return then

    def at_moment(self, at: datetime, cause: str, now: datetime) -> Turn:
        """Another turn of the case, at a moment of its own; what is told in it stays there."""
        then = Turn(self.pack, self._triggers, self.number, self.case, at, now, cause, self.parcels)
        then.calendar = self.calendar
        return then

    def take_over(self, then: Turn) -> None:
        """Take over what another turn of the case came to; an event of before may have caused it."""
        self.case = then.case
        cause = then.cause if then.cause != self.cause else None
        self.outputs += [replace(output, causation=output.causation or cause) for output in then.outputs]
        self.entries += then.entries
        self.questions += then.questions

    def keep(self, claim: Claim) -> Claim:
        """Put a changed or new claim into the case."""
        if any(former is claim for former in self.case.claims):
            return claim
        known = any(former.number == claim.number for former in self.case.claims)
        claims = tuple(claim if former.number == claim.number else former for former in self.case.claims)
        self.case = replace(self.case, claims=claims if known else (*claims, claim))
        return claim

    def tell(self, event_name: str, claim: Claim, data: Mapping[str, Any], *, section: str = "") -> None:
        """Tell something of a claim (`opened`, `offered`, ...); what is None is left out."""
        output_data: dict[str, Any] = {"claim_number": claim.number, "case_number": self.number}
        output_data |= {name: value for name, value in data.items() if value is not None}
        section = section or claim.asked.section
        output_data |= {"pack": self.pack.reference()} | ({"section": section} if section else {})
        self.publish(f"tousu.claim.{event_name}.v1", self.at, output_data, claim)

    def publish(
        self, kind: str, at: datetime, data: dict[str, Any], claim: Claim, topic: str = CLAIMS, started_by: str = ""
    ) -> None:
        """Publish an event of a claim. Where time alone moves it, the event that started its clock is the cause."""
        started_by = started_by or next((clock.cause for clock in claim.clocks), "")
        self.outputs.append(
            Output(
                topic=topic, type=kind, subject=self.number, time=at, data=data,
                causation=None if self.cause else started_by or None, organisation=self.case.organisation,
            )
        )  # fmt: skip

    def publish_of_case(self, kind: str, at: datetime, data: dict[str, Any]) -> None:
        """Publish an event of the case that is about none of its claims."""
        self.outputs.append(
            Output(
                topic=CLAIMS, type=kind, subject=self.number, time=at, data=data, organisation=self.case.organisation
            )
        )  # fmt: skip

    def decision(
        self, old: ClaimedCase | None, beside: Mapping[StateKey, State | None] = MappingProxyType({})
    ) -> Decision:  # fmt: skip
        """What the turn comes to, with the states that change beside those of the case."""
        before = {claim.number: claim for claim in old.claims} if old is not None else {}
        states: dict[StateKey, State | None] = {}
        if self.case is not old and self.case != old:
            states[StateKey(CASE, self.number)] = self.case
        for claim in self.case.claims:
            former = before.get(claim.number)
            if former is not claim and former != claim:
                states[StateKey(CLAIM, claim.number)] = claim.bare
        states |= {StateKey(ENTRY, entry.number): entry for entry in self.entries}
        states |= {StateKey(QUESTION, _key(question)): question for question in self.questions}
        states |= beside
        if not states and not self.outputs:
            return Decision(no_op="claims_go_on")
        return Decision(states=states, outputs=self.outputs, refused=self.refused)


def time_text(moment: datetime | None) -> str | None:
    """A moment as events carry it."""
    return None if moment is None else text_of_time(moment)


def _key(question: PaymentQuestion) -> str:
    """One row for each confirmation: two events may name one payment."""
    return f"{question.case_number}/{question.event_id}"
