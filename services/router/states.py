"""What the router keeps of each case."""

from __future__ import annotations

from typing import Any

import msgspec


class RoutedCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case as it stands: `told` is the data of its routed event, kept up to date with every later decision.

    revision: how often the case was decided (1: on arrival). stands: the newest judgement, None before one.
    over: the case has come to its end and only a reopening moves it again.
    """

    told: dict[str, Any]
    revision: int = 1
    stands: bool | None = None
    over: bool = False

    @property
    def is_complaint(self) -> bool:
        """Whether it is a complaint and not an inquiry."""
        return bool(self.told["kind"] == "complaint")

    @property
    def departments(self) -> tuple[str, ...]:
        """Who answers for it, the one in the lead first."""
        return tuple(self.told["departments"])

    @property
    def class_name(self) -> str | None:
        """What it is about; None while nobody knows."""
        name: str | None = self.told.get("class")
        return name
