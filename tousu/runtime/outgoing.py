"""What leaves a processor: topic, size and schema are checked before the commit, so that nothing is stuck after it."""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

from tousu.contract import Validator, card, types_on, validator
from tousu.decision import Output
from tousu.failure import Reject

HEADERS_BYTES_MAX: Final = 16_384
"""Kept free of a topic's message size for key and headers."""


class WrongOutput(Reject):
    """An output must not leave: a fault of our own, found before the commit."""

    def __init__(self, message: str) -> None:
        super().__init__("unpublishable_output", message)


class _Gate(NamedTuple):
    """What the contract says of a type on a topic. `problem`: why nothing of the kind may leave, '' where it may."""

    problem: str
    bytes_max: int = 0
    validate: Validator = lambda data: None


def check_output(output: Output, size_bytes: int) -> str:
    """Why an output must not leave, as a sentence; '' where it may. Every output is held against its schema."""
    gate = _gate(output.topic, output.type)
    if gate.problem:
        return gate.problem
    if size_bytes > gate.bytes_max:
        return f"{output.type} has {size_bytes} bytes of data; {output.topic} takes at most {gate.bytes_max}"
    refusal = gate.validate(output.data)
    return f"{output.type}: {refusal.message}" if refusal is not None else ""


@cache
def _gate(topic: str, event_type: str) -> _Gate:
    """Looked up once for each type and topic: processors have few, and they are named in code."""
    try:
        bytes_max = card(topic).max_message_bytes - HEADERS_BYTES_MAX
    except KeyError:
        return _Gate(f"topic {topic} is not in the contract")
    if event_type not in types_on(topic):
        return _Gate(f"{event_type} does not belong on {topic}, says its card")
    try:
        return _Gate("", bytes_max, validator(event_type))
    except Reject as error:
        return _Gate(error.message)
