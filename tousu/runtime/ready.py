"""A decision, worked out as far as anything can fail."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from tousu.decision import Decision, Refusal, StateKey
from tousu.runtime.broker import OutRecord


class Ready(msgspec.Struct, frozen=True):
    """Taking it over cannot fail. Of a refusal nothing is taken over."""

    decision: Decision
    records: tuple[OutRecord, ...] = ()
    dues: Mapping[StateKey, int | None] = {}

    @property
    def refusal(self) -> Refusal | None:
        """Why nothing comes of it: what the rules say, or what went wrong in them."""
        return self.decision.refusal
