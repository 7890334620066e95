"""A telling leaves the case that it had joined and becomes a case of its own (the desk saw that it is another trouble).

The new case is received when the telling was; its number belongs to the shard of the old case, so that both stay in
order. Nobody joins it automatically. The first telling of a case is the case and cannot leave it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from services.intake.identity import SecretKeys, key_of_event
from services.intake.states import GateCase, SubmissionRecord
from tousu.decision import Refusal, StateKey, States
from tousu.event import ORGANISATION, Event
from tousu.events.handover import HandlingSeparated

SEPARATED: Final = HandlingSeparated.TYPE


def submission_keys(keys: SecretKeys, separation: HandlingSeparated, topics: Iterable[str]) -> list[StateKey]:
    """Where the record of the telling may lie that a report of this data takes out of its case: on any of the topics
    of customers, or on the one that it names."""
    submission = separation.telling
    named = [topic for topic in topics if submission.channel in (None, topic.rpartition(".")[2])]
    keyed = [key_of_event(keys.fingerprint, topic, submission.source, submission.id) for topic in named]
    return [StateKey("record", f"{separation.case_number}/{key}") for key in keyed]


def joined_submission(
    states: States, state_keys: Iterable[StateKey], case: GateCase
) -> tuple[StateKey, SubmissionRecord] | Refusal:
    """The record of a telling that joined the case and where it lies, or why there is none."""
    matches = [
        (state_key, record) for state_key in state_keys if isinstance(record := states[state_key], SubmissionRecord)
    ]
    if len(matches) > 1:
        message = "tellings of this source and id came on several channels; name the channel of the one that is meant"
        return Refusal(reason="unknown_telling", message=message, place="/telling/channel")
    if not matches:
        message = "no telling of this source and id joined the case; duplicate.joined names those that did"
        return Refusal(reason="unknown_telling", message=message, place="/telling")
    state_key, record = matches[0]
    if record.erased:
        message = "who told this was erased, so no case of its own can be made of it; leave it where it is"
        return Refusal(reason="unknown_telling", message=message, place="/telling")
    begun = (case.first_event_source, case.first_event_id, case.channel)
    if (record.event_source, record.event_id, record.channel) == begun:
        message = "this telling began the case; take the others out of it, or withdraw the case"
        return Refusal(reason="unknown_telling", message=message, place="/telling")
    return state_key, record


def shard_of(event: Event) -> int:
    """The shard of intake that reads an event."""
    return int(event.extensions["inboundshard"])


def as_event(record: SubmissionRecord, case: GateCase, shard: str) -> Event:
    """The telling as the event that it was, ready to be registered anew."""
    extensions = {"inboundshard": shard} | ({ORGANISATION: case.organisation} if case.organisation else {})
    return Event(
        id=record.event_id, source=record.event_source, type=record.event_type, time=record.received_at,
        data=record.data, extensions=extensions,
    )  # fmt: skip
