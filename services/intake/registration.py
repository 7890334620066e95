"""The one form in which a case leaves intake, whatever the channel: nothing personal, text composed, references kept.

Source: schemas/events/complaint.registered.v1.json, inquiry.registered.v1.json, which have the same fields, and
claim.registered.v1.json, which has the claim besides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import orjson

from services.intake.joining import waybill_numbers
from services.intake.masking import composed, masked_name, masked_phone, masked_text
from services.intake.states import Case
from tousu.event import Event, text_of_time

Place = tuple[str, ...]
"""Where an inbound event holds something personal, such as ("pieces", "*", "content")."""

PLAIN: Final = (
    "waybill_number", "posted_at", "promised_at", "route", "class", "object", "amount_yuan", "first_asked", "evidence",
    "web_result", "region", "customer_tier", "subject", "severity", "claim",
)  # fmt: skip
"""Fields that travel as they came."""
DROPPED: Final = "droppedfields"
"""The attribute in which the edge hands over what it could not take of an event, as JSON."""
_TOLD: Final = frozenset({"content", "demand"})
"""Personal because a customer wrote them, not because they name one: masked, not left out."""


def source_event(event: Event) -> dict[str, str]:
    """Which inbound event this comes from."""
    return {"source": event.source, "id": event.id}


def reference(data: Mapping[str, Any], channel: str, personal: Collection[Place]) -> dict[str, Any]:
    """The channel's own fields without the personal ones."""
    block = channel.replace("-", "_")
    return {name: value for name, value in data.get(block, {}).items() if (block, name) not in personal}


def registered(
    case: Case, event: Event, channel_group: str, personal: Collection[Place], text_leaves: bool
) -> dict[str, Any]:
    """The data of `complaint.registered`, `inquiry.registered` or `claim.registered`.

    `personal`: the personal places of the inbound event's schema. `text_leaves`: whether the pack lets text travel.
    """
    data = event.data
    said: dict[str, Any] = {
        "case_number": case.number,
        "channel": case.channel,
        "channel_group": channel_group,
        "received_at": text_of_time(case.received_at),
        "registered_at": text_of_time(case.registered_at),
        "complainant": _complainant(data.get("complainant", {}), case.pseudonym),
    }
    said |= {name: _composed(data[name]) for name in PLAIN if name in data}
    text = _Text(data, personal) if text_leaves else None
    if text is not None:
        said |= {name: text.masked(data[name]) for name in ("content", "demand") if name in data}
    if "pieces" in data:
        said["pieces"] = [_piece(piece, text) for piece in data["pieces"]]
    found = reference(data, case.channel, personal)
    if found:
        said["reference"] = _composed(found)
    said |= _dropped(event)
    said["source_event"] = source_event(event)
    return said


def joined(
    case_number: str, channel: str, received_at: datetime, event: Event, own: Mapping[str, Any]
) -> dict[str, Any]:
    """The data of `duplicate.joined`; `own` is the reference of the telling that joins."""
    said: dict[str, Any] = {
        "case_number": case_number,
        "kind": event.data["kind"],
        "channel": channel,
        "received_at": text_of_time(received_at),
    }
    if "claim" in event.data:
        said["claim"] = _composed(event.data["claim"])
    if own:
        said["reference"] = _composed(own)
    said |= _dropped(event)
    said["source_event"] = source_event(event)
    return said


def separated(case_number: str, new_case_number: str, telling: Event, reason: str) -> dict[str, Any]:
    """The data of `duplicate.separated`: which telling left which case, and what it has become."""
    return {
        "case_number": case_number,
        "kind": telling.data["kind"],
        "new_case_number": new_case_number,
        "source_event": source_event(telling),
        "reason": _composed(reason),
    }


def _dropped(event: Event) -> dict[str, Any]:
    """What the edge left out or cut, where it did."""
    told = event.extensions.get(DROPPED)
    return {"dropped_fields": orjson.loads(told)} if told else {}


def personal_values(data: Mapping[str, Any], personal: Collection[Place]) -> Iterator[str]:
    """The values that name or reach the person (not what the person told)."""
    for place in personal:
        if place[-1] in _TOLD:
            continue
        value: Any = data
        for step in place:
            value = value.get(step) if isinstance(value, dict) else None
        if isinstance(value, str):
            yield value


class _Text:
    """Masks the texts of one event: what is personal in it is gathered once."""

    def __init__(self, data: Mapping[str, Any], personal: Collection[Place]) -> None:
        self._own_values = sorted(personal_values(data, personal))
        self._waybills = frozenset(waybill_numbers(data))

    def masked(self, text: str) -> str:
        return composed(masked_text(text, self._own_values, self._waybills))


def _complainant(given: Mapping[str, str], pseudonym: str) -> dict[str, str]:
    who = {"pseudonym": pseudonym}
    name = masked_name(given.get("name", ""))
    if name:
        who["masked_name"] = name
    if "phone" in given:
        who["masked_phone"] = masked_phone(given["phone"])
    if "role" in given:
        who["role"] = given["role"]
    return who


def _piece(piece: Mapping[str, str], text: _Text | None) -> dict[str, str]:
    said = {name: piece[name] for name in ("waybill_number", "class") if name in piece}
    if text is not None and "content" in piece:
        said["content"] = text.masked(piece["content"])
    return said


def _composed(value: Any) -> Any:
    """A value with every text in it in normal form C."""
    if isinstance(value, str):
        return composed(value)
    if isinstance(value, dict):
        return {name: _composed(child) for name, child in value.items()}
    if isinstance(value, list):
        return [_composed(child) for child in value]
    return value
