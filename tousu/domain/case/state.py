"""A case as the facts about it make it, and the facts themselves. All times are UTC."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

import msgspec

from tousu.policy.facts import Found
from tousu.policy.pack import Pack

Kind = Literal["complaint", "inquiry", "claim"]
Life = Literal[
    "received", "acknowledged", "judged", "not_standing", "planned", "approved", "executed", "reissued", "reopened",
    "closed",
]  # fmt: skip
"""Where a case is on its way; tousu.domain.case.lifecycle says what leads where."""
Plan = Literal["", "proposed", "approved", "refused", "executed"]
"""How far the plan of the present round has come; empty while nobody has proposed one."""


class CaseFact(msgspec.Struct, frozen=True, array_like=True):
    """Something that was reported about a case: when it happened, its short name (`judged`), what it says.

    In the history of a case `data` holds only what the fold reads, so that a fact takes few bytes.
    """

    at: datetime
    name: str
    data: dict[str, Any] = {}


class CasePlan(msgspec.Struct, frozen=True, array_like=True):
    """A plan of a case: whose it is (empty where nobody says), whether it was approved, carried out, refused."""

    department: str = ""
    approved: bool = False
    executed: bool = False
    refused: bool = False

    @property
    def waits(self) -> bool:
        """Whether whoever is in charge has still to say something about it."""
        return not self.approved and not self.refused


class Dispute(msgspec.Struct, frozen=True, kw_only=True):
    """Departments that say they are not responsible, while somebody mediates in their place.

    beside: the mediator answered for a part of its own before. mediator: who mediates.
    """

    by: tuple[str, ...]
    beside: bool = False
    mediator: str = ""


class Action(msgspec.Struct, frozen=True, array_like=True):
    """A corrective action: when it was first planned, or done where nobody had planned it, when it was done, and
    whether it has worked (None: nobody has looked)."""

    planned_at: datetime
    done_at: datetime | None = None
    worked: bool | None = None


class Responsibility(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who is responsible, by whose word, and what human resources is to do about it (empty: nobody said)."""

    responsible: dict[str, str]
    by: Literal["judgement", "department", "agreement", "mediation"]
    at: datetime
    measure: str = ""


class CaseState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the facts up to a moment make of a case.

    round_at: when the present round began (receipt or last reopening). assigned_at: when wholly other departments got
    the case, or round_at. stands: the newest judgement of this round, None before one. reissued: how often its
    departments got it again, since the customer did not take it as settled. steps: for each department in charge the
    furthest step it has taken.
    result, ended_at, confirmation: how and when it ended, and how the customer confirmed that; empty while it is open.
    plans: those of the present round by number ('' for one without), the newest last.
    satisfaction: what the customer said last in this round. actions: corrective actions by number (-1, -2, … for those
    that nobody had planned).
    departments: who answers for it, the one in the lead first. class_departments: whom its classes call for; assigned:
    whom the rules of the pack made of that. found: what departments found since. decided: class, grade, priority and
    what else the routed event says of a decision. pack_version: of the pack that decides the case.
    """

    kind: Kind
    received_at: datetime
    round_at: datetime
    assigned_at: datetime
    pack_version: str
    life: Life = "received"
    plan: Plan = ""
    plans: dict[str, CasePlan] = {}
    stands: bool | None = None
    reopened: int = 0
    reissued: int = 0
    ended_at: datetime | None = None
    result: str = ""
    confirmation: dict[str, str] = {}
    satisfaction: dict[str, int | str] = {}
    steps: dict[str, int] = {}
    responsibility: Responsibility | None = None
    actions: dict[str, Action] = {}
    dispute: Dispute | None = None
    departments: tuple[str, ...] = ()
    class_departments: tuple[str, ...] = ()
    assigned: tuple[str, ...] = ()
    found: dict[str, Found] = {}
    decided: dict[str, Any] = {}

    @property
    def is_over(self) -> bool:
        """Whether the case has come to its end."""
        return self.ended_at is not None

    @property
    def answerable(self) -> tuple[str, ...]:
        """Who answers for what goes wrong while it is disputed who is responsible: who disputes it, never the mediator
        in their place. Empty while nobody disputes."""
        dispute = self.dispute
        if dispute is None:
            return ()
        own = (dispute.mediator,) if dispute.beside else ()
        names = (
            new for name in self.departments for new in ((*dispute.by, *own) if name == dispute.mediator else (name,))
        )
        order = {name: place for place, name in enumerate(self.assigned)}
        return tuple(sorted(dict.fromkeys(names), key=lambda name: order.get(name, len(order))))

    @property
    def grade(self) -> str | None:
        """How grave it is; None for an inquiry."""
        name: str | None = self.decided.get("grade")
        return name

    @property
    def class_name(self) -> str | None:
        """What it is about; None while nobody knows."""
        name: str | None = self.decided.get("class")
        return name


class FoldGround(NamedTuple):
    """What a fold rests on beside the facts: the packs by version, and what was registered of the case.

    registered: None follows the life alone, without class, grade and departments (at the gate, which knows none).
    """

    pack_of: Callable[[str], Pack]
    registered: Mapping[str, Any] | None = None


DECIDED: Final = (
    "class", "classes", "category", "grade", "stars", "grade_section", "priority", "priority_section", "lane",
    "decided_by", "words", "candidates", "section", "triage", "severity",
)  # fmt: skip
"""What the router decides of a case, as its routed event carries it, beside the departments."""


def begun(kind: Kind, received_at: datetime, pack_version: str = "", **more: Any) -> CaseState:
    """A case that was received at this time, before anything was reported about it."""
    return CaseState(
        kind=kind, received_at=received_at, round_at=received_at, assigned_at=received_at, pack_version=pack_version,
        **more,
    )  # fmt: skip
