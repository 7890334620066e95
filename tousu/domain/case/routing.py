"""Who answers for a case, what it is about and how grave it is, decided again by what is reported about it.

A newly named class brings the case to whom the class calls for; facts that were found bring in whom the rules of the
pack call for; whoever passes a case on, disputes it or settles a dispute moves it. Source: docs/sources.md, sections 3
and 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from tousu.domain.case import handover
from tousu.domain.case.advancing import handed_over
from tousu.domain.case.handover import Move
from tousu.domain.case.judgement import decided_again
from tousu.domain.case.ranking import assigned, known_of, ranked, shifted, with_severity
from tousu.domain.case.state import DECIDED, CaseFact, CaseState
from tousu.policy.facts import satisfaction_of, with_found
from tousu.policy.pack import Pack

_OF_SATISFACTION: Final = frozenset({"satisfaction_given", "followed_up"})
_INFORMING: Final = frozenset({"assessed", "judged", "passed_on", "reopened", "joined"}) | _OF_SATISFACTION
"""What can change the class of a case, or facts that grade, priority and departments depend on."""
_SATISFACTION: Final = "satisfaction"
MOVING: Final = _INFORMING | {"disputed", "taken_back", "responsibility_settled"}
"""What can move a case to others."""


class Routed(NamedTuple):
    """A case as decided anew, and by which move, where it moved to others."""

    state: CaseState
    move: Move | None


def decided_anew(
    former: CaseState, state: CaseState, fact: CaseFact, pack: Pack, registered: Mapping[str, Any]
) -> Routed:
    """The case after a fact that counts, as far as class, grade, priority and departments go.

    `former` is the case before the fact, `state` after what the fact does to its life.
    """
    changes = _changes(former, state, fact, pack, registered)
    if fact.name in _OF_SATISFACTION:
        state = _satisfied(state, fact, pack)
    if fact.name in _INFORMING and state.kind != "inquiry":
        state = _decided(state, changes, pack, registered)
    move = _move(former, fact, pack) or _move_by_rules(former, state, changes, fact, pack, registered)
    to = former.departments if move is None else move.to
    if state.decided.get("triage") and pack.routing.unsure.department not in to:
        state = replace(state, decided=state.decided | {"triage": False})
    dispute = handover.dispute_after(pack, former, fact.name, fact.data, to)
    if dispute != state.dispute:
        state = replace(state, dispute=dispute)
    if to == former.departments:
        return Routed(state, None)
    return Routed(handed_over(state, to, max(fact.at, state.assigned_at)), move)


def _satisfied(state: CaseState, fact: CaseFact, pack: Pack) -> CaseState:
    """What the customer says after the handling counts for the priority, where the pack ranks by it (H 3: 2.3.3)."""
    rating = satisfaction_of(fact.data)
    if not rating or pack.priority is None or _SATISFACTION not in pack.priority.dimensions:
        return state
    return replace(state, found=with_found(state.found, {"severity": {_SATISFACTION: rating}}, fact.at))


def _decided(state: CaseState, changes: Mapping[str, Any], pack: Pack, registered: Mapping[str, Any]) -> CaseState:
    """The case with class, grade, priority and the departments called for as they are now."""
    routed = with_severity({**registered, **state.decided}, state)
    routed |= {name: value for name, value in changes.items() if name != "departments"}
    if changes:
        routed.pop("words", None)
        routed.pop("candidates", None)
    class_departments = tuple(changes.get("departments", state.class_departments))
    known = known_of(state)
    routed = ranked(pack, routed, known)
    called = assigned(pack, routed, known, class_departments).departments
    decided = {name: routed[name] for name in DECIDED if name in routed}
    if (decided, class_departments, called) == (state.decided, state.class_departments, state.assigned):
        return state
    return replace(state, decided=decided, class_departments=class_departments, assigned=called)


def _move(state: CaseState, fact: CaseFact, pack: Pack) -> Move | None:
    """The move that somebody makes."""
    data = fact.data
    match fact.name:
        case "passed_on":
            return handover.passed_on(pack, state.departments, data)
        case "disputed":
            return handover.disputed(pack, state.departments, data)
        case "taken_back":
            return handover.taken_back(pack, data)
        case "responsibility_settled" if state.dispute is not None and data["by"] == "mediation" and not state.is_over:
            return handover.settled(pack, state.departments, state.dispute, data)
        case _:
            return None


def _changes(
    former: CaseState, state: CaseState, fact: CaseFact, pack: Pack, registered: Mapping[str, Any]
) -> dict[str, Any]:
    """What a newly named class changes. A complaint that is not upheld is answered, not routed again."""
    names_class = fact.name in ("judged", "passed_on") and "class" in fact.data
    if not names_class or state.stands is False or state.kind == "inquiry":
        return {}
    return decided_again({**registered, **former.decided}, fact.data["class"], pack)


def _move_by_rules(
    former: CaseState, state: CaseState, changes: Mapping[str, Any], fact: CaseFact, pack: Pack,
    registered: Mapping[str, Any],
) -> Move | None:  # fmt: skip
    """A judgement that changes the class brings the case to whom it calls for; new facts bring in whom they call for.

    Whom people put in charge meanwhile stays, unless the class changed.
    """
    if not changes and state.assigned == former.assigned:
        return None
    routed = {**registered, **state.decided}
    section = assigned(pack, routed, known_of(state), state.class_departments).section
    if changes:
        reason = fact.data.get("reason") or f"judged as {fact.data['class']}"
        section = section or pack.classes[changes["class"]].departments_section
        return Move(to=state.assigned, by="department", reason=reason, section=section)
    to = shifted(former.departments, former.assigned, state.assigned)
    reason = fact.data.get("reason") or f"called for by what was {fact.name}"
    return Move(to=to, by="department", reason=reason, section=section)
