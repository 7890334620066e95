"""What claims keeps: the claims of a case, and what each rests on."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from tousu.policy.claims import Cause
from tousu.policy.course import Course


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What a claim rests on: a cause and a piece, None where the case names none. Claims of a case never share it."""

    cause: Cause
    waybill_number: str | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A claim that a routed complaint asks for: who is paid, what the file must hold, who answers for the case.

    amount_yuan: the amount involved as the customer says, where the complaint is about one piece only.
    """

    ground: Ground
    payee_role: str
    evidence_needed: tuple[str, ...]
    section: str
    departments: tuple[str, ...] = ()
    amount_yuan: str | None = None


class Claim(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One claim. `reason` and `closed_at` say why and when it was closed, and are empty while it is open."""

    number: str
    asked: Asked
    opened_at: datetime
    state: Literal["open", "closed"] = "open"
    reason: str = ""
    closed_at: datetime | None = None

    @property
    def ground(self) -> Ground:
        """What it rests on."""
        return self.asked.ground


class ClaimedCase(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A complaint with its claims, or without any yet.

    asked: the claims that the newest routing asks for; why_not: the first reason why a trouble of it asks for none.
    claims: in the order of their numbers, closed ones too. course: whether the case goes on and stands. organisation,
    pack_version: whose case it is, and the version of the pack that its router decided with.
    """

    course: Course
    asked: tuple[Asked, ...] = ()
    why_not: str = ""
    claims: tuple[Claim, ...] = ()
    organisation: str = ""
    pack_version: str = ""
