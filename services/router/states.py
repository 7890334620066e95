"""What the router keeps of each case."""

from __future__ import annotations

from typing import Any

import msgspec

from tousu.domain.case.fold import CaseFile
from tousu.domain.case.state import CaseState
from tousu.event import Event


class RoutedCase(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A case and its life. `told` is the data of its routed event, kept up to date with every later decision.

    file: the facts reported about it and what they make of it. revision: how often it was decided (1: on arrival).
    organisation: whose case it is, empty for the deployment's own.
    """

    told: dict[str, Any]
    file: CaseFile
    revision: int = 1
    organisation: str = ""

    @property
    def state(self) -> CaseState:
        """Where it stands."""
        return self.file.state

    @property
    def departments(self) -> tuple[str, ...]:
        """Who answers for it, the one in the lead first."""
        return self.file.state.departments

    @property
    def class_name(self) -> str | None:
        """What it is about; None while nobody knows."""
        name: str | None = self.told.get("class")
        return name


def without_person(case: RoutedCase, erased: Event) -> RoutedCase:
    """The case without what it says of the person who began it, if that one was erased; nor will later routings."""
    if not erased.data["began_the_case"]:
        return case
    told = {name: value for name, value in case.told.items() if name not in {"content", "demand"}}
    if "complainant" in told:
        told["complainant"] = {"pseudonym": told["complainant"]["pseudonym"]}
    if "pieces" in told:
        told["pieces"] = [{n: v for n, v in piece.items() if n != "content"} for piece in told["pieces"]]
    return msgspec.structs.replace(case, told=told)
