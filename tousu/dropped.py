"""Fields of an event that were left out: what was left out, and why, goes with the event in an attribute of its own."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any, Final

import orjson
from msgspec.structs import replace

from tousu.event import Event

DROPPED: Final = "droppedfields"
"""The attribute that holds the sentences, as JSON."""
DROPPED_MAX: Final = 50
"""So many sentences one event carries."""
LEFT_OUT: Final = "; it was left out"
"""Ends the sentence on a field that went."""


def dropped_of(event: Event) -> list[dict[str, str]]:
    """What was left out of an event, each a place (JSON pointer) and a message."""
    text = event.extensions.get(DROPPED)
    return orjson.loads(text) if text else []


def without(event: Event, messages: Mapping[str, str]) -> Event:
    """The event without what stands at these places (JSON pointers), and with the message of each."""
    dropped = [*dropped_of(event), *({"place": place, "message": why} for place, why in messages.items())]
    extensions = {**event.extensions, DROPPED: orjson.dumps(dropped[:DROPPED_MAX]).decode()}
    return replace(event, data=_without(event.data, messages, ""), extensions=extensions)


def _without(node: Any, odd: Container[str], place: str) -> Any:
    """A value without what stands at some places."""
    if isinstance(node, list):
        return [_without(child, odd, f"{place}/{at}") for at, child in enumerate(node) if f"{place}/{at}" not in odd]
    if isinstance(node, dict):
        kept = {name: child for name, child in node.items() if f"{place}/{name}" not in odd}
        return {name: _without(child, odd, f"{place}/{name}") for name, child in kept.items()}
    return node
