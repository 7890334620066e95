"""In which ways it can be settled who is responsible for a case.

sla refuses a settlement that does not fit where the case stands; whoever else reads the same log must not act on it.
Source: docs/sources.md, section 4 (H): the department names somebody of its own, with a partner it is agreed, and where
it is disputed, whoever mediates by the pack decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tousu.policy.pack import Pack


def ways_to_settle(
    pack: Pack, departments: Sequence[str], responsible: Mapping[str, str], *, disputed: bool
) -> tuple[str, ...]:
    """The ways (`by` of responsibility_settled) that fit a case with these departments and somebody named responsible.

    disputed: whether somebody mediates at the moment.
    """
    if disputed:
        return ("mediation",)
    if "partner" in responsible:
        return ("agreement",)
    partners = any(pack.departments[name].partner for name in departments if name in pack.departments)
    return ("department", "agreement") if partners else ("department",)
