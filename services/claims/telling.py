"""Words that several steps of a claim share."""

from __future__ import annotations

from tousu.decision import Refusal


def refusal(reason: str, message: str, place: str = "type") -> Refusal:
    """Why an event is refused: reason code, sentence with the way out, place."""
    return Refusal(reason=reason, message=message, place=place)
