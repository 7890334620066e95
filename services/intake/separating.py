"""A telling leaves the case that it had joined and becomes a case of its own (the desk saw that it is another trouble).

The new case is received when the telling was; its number belongs to the shard of the old case, so that both stay in
order. Nobody joins it automatically. The first telling of a case is the case and cannot leave it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from services.intake.identity import SecretKeys, key_of_event
from services.intake.states import Case, Record
from tousu.decision import Ref, Refusal, States
from tousu.event import ORGANISATION, Event

SEPARATED: Final = "tousu.handling.separated.v1"


def ref_of_telling(keys: SecretKeys, said: Mapping[str, Any]) -> Ref:
    """Where the record of the telling lies that a report of this data takes out of its case."""
    telling = said["telling"]
    key = key_of_event(keys.fingerprint, telling["source"], telling["id"])
    return Ref("record", f"{said['case_number']}/{key}")


def joined_telling(states: States, ref: Ref, case: Case) -> Record | Refusal:
    """The record of a telling that joined the case, or why there is none."""
    record = states[ref]
    if not isinstance(record, Record):
        message = "no telling of this source and id joined the case; duplicate.joined names those that did"
        return Refusal(reason="unknown_telling", message=message, place="/telling")
    if record.erased:
        message = "who told this was erased, so nothing is left that a case of its own could be made of"
        return Refusal(reason="unknown_telling", message=message, place="/telling")
    if record.event_id == case.first_event_id and record.event_source == case.first_event_source:
        message = "this telling began the case; take the others out of it, or withdraw the case"
        return Refusal(reason="unknown_telling", message=message, place="/telling")
    return record


def as_event(record: Record, case: Case, shard: str) -> Event:
    """The telling as the event that it was, ready to be registered anew."""
    extensions = {"inboundshard": shard} | ({ORGANISATION: case.organisation} if case.organisation else {})
    return Event(
        id=record.event_id, source=record.event_source, type=record.event_type, time=record.received_at,
        data=record.data, extensions=extensions,
    )  # fmt: skip
