"""Does the data of an event meet its schema? Compiled once, then microseconds a call."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import jsonschema_rs

from tousu.contract.schemas import address_of, documents
from tousu.decision import Refusal

Validator = Callable[[object], Refusal | None]


@cache
def _registry() -> jsonschema_rs.Registry:
    return jsonschema_rs.Registry(list(documents().by_address.items()))


@cache
def compiled(event_type: str) -> jsonschema_rs.Draft202012Validator:
    """The schema of one event type, ready for use. Raises Reject `unknown_type` when the contract has no such type."""
    return jsonschema_rs.Draft202012Validator(
        documents().by_address[address_of(event_type)],
        registry=_registry(),
        validate_formats=True,
        ignore_unknown_formats=False,
        pattern_options=jsonschema_rs.RegexOptions(),  # matches in linear time whatever the text
        offline=True,
    )


@cache
def validator(event_type: str) -> Validator:
    """The check for one event type: give it the data (parsed JSON), get None, or a refusal `wrong_schema`.

    The refusal's place is a JSON pointer into the data; its message names the field and the fix, and never repeats
    what the field holds, since that may be personal. Raises Reject `unknown_type` when the contract has no such type.
    """
    is_valid = compiled(event_type).is_valid

    def check(data: object) -> Refusal | None:
        if is_valid(data):
            return None
        from tousu.contract.wording import refusal  # slow to import, and needed only where something is refused

        return refusal(event_type, data)

    return check
