"""Who answers for a case now: it is passed on, responsibility is disputed, the centre takes it back.

Of several departments only the one that speaks leaves; where it is not said who speaks, or the speaker does not answer
for the case (the centre, say), the whole case moves. Source: domain, sections 4 and 6 (C).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tousu.policy.pack import Pack


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """Responsibility moves: to whom, who decided it (department, mediation, centre), why, by which section."""

    to: tuple[str, ...]
    by: str
    reason: str
    section: str = ""


def passed_on(pack: Pack, answering: Sequence[str], said: Mapping[str, Any]) -> Move:
    """A department, or the centre, passes its part of the case on."""
    by = "centre" if said.get("department") == pack.routing.unsure.department else "department"
    to = _in_place_of(said.get("department"), said["to_department"], answering)
    return Move(to=to, by=by, reason=said["reason"])


def disputed(pack: Pack, answering: Sequence[str], said: Mapping[str, Any]) -> Move:
    """A department says that it is not responsible: whoever mediates by the pack has its part until it is decided."""
    to = _in_place_of(said.get("department"), pack.routing.disputes_to, answering)
    return Move(to=to, by="mediation", reason=said["reason"], section=pack.routing.disputes_section)


def taken_back(pack: Pack, said: Mapping[str, Any]) -> Move:
    """The centre takes the whole case back."""
    unsure = pack.routing.unsure
    return Move(to=(unsure.department,), by="centre", reason=said["reason"], section=unsure.section)


def _in_place_of(leaving: str | None, coming: str, answering: Sequence[str]) -> tuple[str, ...]:
    if leaving not in answering:
        return (coming,)
    return tuple(dict.fromkeys(coming if name == leaving else name for name in answering))
