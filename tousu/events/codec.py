"""From the data of an event to its Struct and back.

Decoding validates the shape in the same pass. Unknown fields are passed over, so that a processor reads what a newer
one wrote; null reads as absent. At the edge and on leaving a processor the schema refuses both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import msgspec

from tousu.events.content import Content, Part
from tousu.failure import Reject

_MISSING: Final = re.compile(r"Object missing required field `(?P<name>[^`]+)`")
_STEP: Final = re.compile(r"\.([A-Za-z0-9_-]+)|\[([0-9]+|\.\.\.)\]")


class WrongShape(Reject):
    """The data of an event is not what its schema says: a field is missing or of another type."""


@cache
def class_of(event_type: str) -> type[Content]:
    """The Struct of an event type. Raises Reject `unknown_type` when the contract has no such type."""
    from tousu.events.registry import CLASSES

    try:
        return CLASSES[event_type]
    except KeyError:
        raise Reject("unknown_type", f"type {event_type[:100]!r} is not in the contract", "type") from None


def decode(event_type: str, data: Mapping[str, Any]) -> Content:
    """What an event says. Raises WrongShape naming the place, Reject `unknown_type` where there is no such type."""
    struct = class_of(event_type)
    try:
        return msgspec.convert(data, struct)
    except msgspec.ValidationError:
        pass
    try:  # JSON Schema takes 3.0 for a whole number, and so must we
        return msgspec.convert(_whole(data), struct)
    except msgspec.ValidationError as error:
        raise _wrong_shape(event_type, error) from None


def as_data(content: Content | Part) -> dict[str, Any]:
    """The data as plain values, fields in the order of the schema, absent ones left out."""
    data: dict[str, Any] = msgspec.to_builtins(content)
    return data


def _whole(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {name: _whole(each) for name, each in value.items()}
    return [_whole(each) for each in value] if isinstance(value, list) else value


def _wrong_shape(event_type: str, error: msgspec.ValidationError) -> WrongShape:
    """Where it is wrong, and how; never what stands there, since that may be personal."""
    fault, _, path = str(error).partition(" - at `")
    missing = _MISSING.fullmatch(fault)
    steps = [name or number for name, number in _STEP.findall(path)] + ([missing["name"]] if missing else [])
    place = "".join(f"/{step}" for step in steps)
    what = (
        "is missing" if missing else "has not the right type" if fault.startswith("Expected") else "is not in the list"
    )
    return WrongShape("wrong_schema", f"{place or 'the data'} {what}; {event_type} has a schema", place)
