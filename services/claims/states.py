"""What claims keeps: the claims of a case, and what each rests on."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from tousu.policy.claims import Cause


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
    """A case with claims; one that never had any is not kept.

    asked: what the newest routing asks for. claims: in the order of their numbers.
    stands: the newest judgement, None before one. withdrawn: by the customer. over: the case has come to its end.
    """

    asked: tuple[Asked, ...] = ()
    claims: tuple[Claim, ...] = ()
    stands: bool | None = None
    withdrawn: bool = False
    over: bool = False
