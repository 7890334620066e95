"""What the router keeps of each case."""

from __future__ import annotations

from typing import Any

import msgspec

from tousu.event import Event
from tousu.policy.course import Course
from tousu.policy.facts import Found


class Dispute(msgspec.Struct, frozen=True, kw_only=True):
    """Departments that say they are not responsible, while somebody mediates in their place.

    beside: the mediator answered for a part of its own before.
    """

    by: tuple[str, ...]
    beside: bool = False


class RoutedCase(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A case as it stands: `told` is the data of its routed event, kept up to date with every later decision.

    revision: how often it was decided (1: on arrival). course: whether it goes on and stands. organisation: whose case
    it is, empty for the deployment's own. class_departments: whom its classes call for; assigned: whom the pack's rules
    made of that; who answers may be others by now. found: what departments found since. reopened: how often.
    """

    told: dict[str, Any]
    course: Course
    revision: int = 1
    organisation: str = ""
    class_departments: tuple[str, ...] = ()
    assigned: tuple[str, ...] = ()
    found: dict[str, Found] = {}
    reopened: int = 0
    dispute: Dispute | None = None

    @property
    def departments(self) -> tuple[str, ...]:
        """Who answers for it, the one in the lead first."""
        return tuple(self.told["departments"])

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
