"""A decision that is worked out whole before anything of it is taken over."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from tousu.decision import Decision, Refusal, StateKey
from tousu.runtime.broker import OutRecord


class Ready(msgspec.Struct, frozen=True):
    """A decision, worked out as far as anything can fail: taking it over cannot. Of a refusal nothing is taken over."""

    decision: Decision
    records: tuple[OutRecord, ...] = ()
    dues: Mapping[StateKey, int | None] = {}

    @property
    def refusal(self) -> Refusal | None:
        """Why nothing comes of it: what the rules say, or what went wrong in them."""
        return self.decision.refusal
