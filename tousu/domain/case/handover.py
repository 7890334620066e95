"""Who answers for a case now: it is passed on, responsibility is disputed or settled, the centre takes it back.

Of several departments only the one that speaks leaves; where it is not said who speaks, or the speaker does not answer
for the case (the centre, say), the whole case moves. Whoever mediates has the part of those who dispute until it is
settled or passed on; settled, it goes to the department or partner that is named, or back to those who disputed.
Source: docs/sources.md, sections 4 (H, C) and 6 (C).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from tousu.domain.case.plans import department_of
from tousu.domain.case.state import CaseFact, CaseState, Dispute
from tousu.policy.pack import Pack


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """Responsibility moves: to whom, who decided it (department, mediation, centre), why, by which section."""

    to: tuple[str, ...]
    by: str
    reason: str
    section: str = ""


def passed_on(pack: Pack, answering: Sequence[str], data: Mapping[str, Any]) -> Move:
    """A department, or the centre, passes its part of the case on, or calls another one in beside itself."""
    department = data.get("department")
    by = "centre" if department == pack.routing.unsure.department else "department"
    coming = data["to_department"]
    is_beside = data.get("beside", False)
    to = tuple(dict.fromkeys((*answering, coming))) if is_beside else _in_place_of(department, coming, answering)
    return Move(to=to, by=by, reason=data.get("reason", ""))


def disputed(pack: Pack, answering: Sequence[str], data: Mapping[str, Any]) -> Move:
    """A department says that it is not responsible: whoever mediates by the pack has its part until it is decided."""
    to = _in_place_of(data.get("department"), pack.routing.disputes_to, answering)
    return Move(to=to, by="mediation", reason=data.get("reason", ""), section=pack.routing.disputes_section)


def taken_back(pack: Pack, data: Mapping[str, Any]) -> Move:
    """The centre takes the whole case back."""
    unsure = pack.routing.unsure
    return Move(to=(unsure.department,), by="centre", reason=data.get("reason", ""), section=unsure.section)


def settled(pack: Pack, answering: Sequence[str], dispute: Dispute, data: Mapping[str, Any]) -> Move:
    """Mediation decided a dispute."""
    responsible, mediator = data["responsible"], pack.routing.disputes_to
    named = responsible.get("department") or responsible.get("partner")
    coming = (named,) if named else dispute.by
    staying = (mediator,) if dispute.beside else ()
    to = (new for name in answering for new in ((*coming, *staying) if name == mediator else (name,)))
    reason = data.get("note", "responsibility settled by mediation")
    return Move(to=tuple(dict.fromkeys(to)), by="mediation", reason=reason, section=pack.routing.disputes_section)


def dispute_after(
    pack: Pack, case: CaseState, event_name: str, data: Mapping[str, Any], to: Sequence[str]
) -> Dispute | None:
    """The open dispute of a case after an event that left it with these departments. None: nobody disputes."""
    open_so_far, mediator = case.dispute, pack.routing.disputes_to
    if event_name == "disputed":
        department = data.get("department")
        leaving = tuple(name for name in case.departments if name == department) or case.departments
        if open_so_far is None:
            beside = mediator in case.departments and mediator not in leaving
            return Dispute(by=leaving, beside=beside, mediator=mediator)
        more = (name for name in leaving if name != mediator)
        return replace(open_so_far, by=tuple(dict.fromkeys((*open_so_far.by, *more))))
    if event_name == "taken_back" or mediator not in to or is_settled_by_mediation(event_name, data):
        return None
    return open_so_far


def is_settled_by_mediation(event_name: str, data: Mapping[str, Any]) -> bool:
    """Whether an event says that mediation decided who is responsible."""
    return event_name == "responsibility_settled" and bool(data["by"] == "mediation")


def _in_place_of(leaving: str | None, coming: str, answering: Sequence[str]) -> tuple[str, ...]:
    if leaving not in answering:
        return (coming,)
    return tuple(dict.fromkeys(coming if name == leaving else name for name in answering))


_OWN_WORK: Final = frozenset(
    {"acknowledged", "judged", "assessed", "plan_proposed", "plan_executed", "passed_on", "disputed"}
)
"""What is the work of whoever has the case; the customer is told by the centre, too."""


def outsider(state: CaseState, fact: CaseFact, pack: Pack) -> str:
    """The department that reports work on a case which it did not have when it did it; empty where it had it.

    The desk that takes what nobody else has, who mediates, and to whom cases are handed up are never outsiders.
    """
    name = department_of(fact)
    if fact.name not in _OWN_WORK or not name or not state.departments:
        return ""
    others = (pack.routing.unsure.department, pack.routing.disputes_to, *(up.to for up in pack.hand_up))
    return "" if name in (*state.departments, *state.answerable, *others) else name
