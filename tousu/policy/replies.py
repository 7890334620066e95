"""Whether a reply to the customer holds what its kind must hold (features, section 1, number 24).

One that does not stops no clock and ends no case, for whoever acts on answers: intake, router, sla and claims.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from tousu.policy.pack import Pack

FINAL: Final = "final"
"""The kind of a reply that ends a case and names none."""


class Incomplete(NamedTuple):
    """What a reply of a kind lacks of what it must hold, in the order of the pack, and where that stands."""

    kind: str
    missing: tuple[str, ...]
    required: tuple[str, ...]
    section: str


def kinds_of(pack: Pack) -> tuple[str, ...]:
    """What an answer may call itself."""
    return tuple(dict.fromkeys((FINAL, *pack.replies)))


def elements_of(pack: Pack) -> tuple[str, ...]:
    """All that an answer may be asked to hold, whatever its kind and class."""
    rules = (*pack.replies.values(), *pack.answers.values())
    return tuple(dict.fromkeys(name for rule in rules for name in rule.required))


def incomplete_reply(
    pack: Pack, event_name: str, data: Mapping[str, Any], upheld: bool | None, class_name: str | None = None
) -> Incomplete | None:
    """What a handling event (short name, data) lacks as a reply to the customer; None where nothing, or it is none.

    `upheld` is the newest judgement of the case: an answer that settles it, or any answer once it does not stand,
    ends the case and is final where it names no kind. The final answer to a complaint of a class, unless that does not
    stand, takes the form that the class asks for, too.
    """
    if event_name != "customer_answered":
        return None
    kind = data.get("kind", FINAL if data["settled"] or upheld is False else "")
    is_owed = kind == FINAL and upheld is not False
    rules = (pack.replies.get(kind), pack.answers.get(class_name or "") if is_owed else None)
    applying = [rule for rule in rules if rule is not None]
    required = tuple(dict.fromkeys(name for rule in applying for name in rule.required))
    missing = tuple(name for name in required if name not in data.get("elements", ()))
    section = next((rule.section for rule in applying if set(rule.required) & set(missing)), "")
    return Incomplete(kind, missing, required, section) if missing else None
