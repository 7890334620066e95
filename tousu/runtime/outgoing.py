"""What leaves a processor: topic, size and schema are checked before the commit, so that nothing is stuck after it."""

from __future__ import annotations

import zlib
from typing import Final, Literal

from tousu.contract import card, types_on, validator
from tousu.decision import Output
from tousu.failure import Reject
from tousu.runtime.processor import Check

HEADERS_BYTES_MAX: Final = 16_384
"""Kept free of a topic's message size for key and headers."""
SAMPLED: Final = 100


def outgoing_check(how_often: Literal["always", "sampled", "never"]) -> Check:
    """The check of a processor's outputs against the contract.

    Topic, type and size are always checked. The schema is, as told, checked always, for one output in 100, or never;
    which ones depends on the output alone, so that a rebuild checks the same ones and comes to the same result.
    """

    def check(output: Output, size_bytes: int) -> str:
        try:
            limit_bytes = card(output.topic).max_message_bytes - HEADERS_BYTES_MAX
        except KeyError:
            return f"topic {output.topic} is not in the contract"
        if output.type not in types_on(output.topic):
            return f"{output.type} does not belong on {output.topic}, says its card"
        if size_bytes > limit_bytes:
            return f"{output.type} has {size_bytes} bytes of data; {output.topic} takes at most {limit_bytes}"
        if how_often == "never" or (how_often == "sampled" and not _is_sample(output)):
            return ""
        try:
            refusal = validator(output.type)(output.data)
        except Reject as error:
            return error.message
        return f"{output.type}: {refusal.message}" if refusal is not None else ""

    return check


def _is_sample(output: Output) -> bool:
    named = f"{output.type} {output.subject} {output.time.isoformat()}"
    return zlib.crc32(named.encode()) % SAMPLED == 0
