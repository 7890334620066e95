"""What the router keeps of each case."""

from __future__ import annotations

from typing import Any

import msgspec

from tousu.policy.course import Course


class RoutedCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case as it stands: `told` is the data of its routed event, kept up to date with every later decision.

    revision: how often its class was decided (1: on arrival). course: whether it goes on and stands. organisation:
    whose case it is, empty for the deployment's own.
    """

    told: dict[str, Any]
    course: Course
    revision: int = 1
    organisation: str = ""

    @property
    def departments(self) -> tuple[str, ...]:
        """Who answers for it, the one in the lead first."""
        return tuple(self.told["departments"])

    @property
    def class_name(self) -> str | None:
        """What it is about; None while nobody knows."""
        name: str | None = self.told.get("class")
        return name
