"""The fold: facts in the order in which they happened, whatever the order in which they are told.

A file keeps the newest facts of a case, compact, and the state before the first of them. On the ordinary way a fact
happened after all others, and the fold goes one step. One that is told late is put where it belongs, and the fold is
taken again from there. Facts of the same moment count in the order in which they were told. What lies before all that
is kept counts right behind the state before it.

A fact that does not fit where it belongs moves nothing there, but it stays in the file: another one may make it fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec
from msgspec.structs import replace

from tousu.domain.case.advancing import ANSWERING, FINDING, advanced
from tousu.domain.case.handover import Move, outsider
from tousu.domain.case.lifecycle import FactVerdict, judged
from tousu.domain.case.plans import PROPOSED
from tousu.domain.case.routing import MOVING, Routed, decided_anew
from tousu.domain.case.state import CaseFact, CaseState, FoldGround
from tousu.event import Event
from tousu.policy.facts import ASSESSED
from tousu.policy.pack import Pack

FACTS_MAX: Final = 48
"""How many facts of a case are kept: what happened before all of them is known only by the state that it led to."""

READ: Final[Mapping[str, tuple[str, ...]]] = {
    "acknowledged": ("department",),
    "judged": ("department", "stands", "class", "responsible", *FINDING),
    "plan_proposed": ("department", "plan_id", *PROPOSED),
    "plan_approved": ("department", "plan_id", "in_charge"),
    "plan_refused": ("department", "plan_id"),
    "plan_executed": ("department", "plan_id"),
    "customer_answered": ("settled", "kind", "elements", "confirmation", "no_confirmation_reason", *ANSWERING),
    "inquiry_answered": ("outcome", "complaint_number", *ANSWERING),
    "withdrawn": ("reason",),
    "reopened": (),
    "assessed": (*ASSESSED, "severity"),
    "joined": ("severity",),
    "passed_on": ("department", "to_department", "class", "beside"),
    "disputed": ("department",),
    "taken_back": (),
    "responsibility_settled": ("responsible", "by", "measure"),
    "satisfaction_given": ("score", "rating"),
    "followed_up": ("score", "rating"),
    "corrective_action_planned": ("action_id",),
    "corrective_action_done": ("action_id",),
    "corrective_action_reviewed": ("action_id", "worked"),
    "recount_ordered": ("pack_version",),
}
"""The facts that a fold reads, and what it reads of each. All others change nothing in a case."""


class Parked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A report that waits for what must have happened before it. until: when that wait is over. needs: for what.

    The event is kept whole: it goes on when its time comes, or back to its sender.
    """

    event: Event
    fact: CaseFact
    until: datetime
    verdict: FactVerdict


class CaseFile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A case with the facts that made it. before: the state before the first of them, None while there are none.

    sequence: how many events about it were published.
    """

    state: CaseState
    before: CaseState | None = None
    facts: tuple[CaseFact, ...] = ()
    parked: tuple[Parked, ...] = ()
    sequence: int = 0


class Placed(NamedTuple):
    """A file with a fact put where it belongs (the very same file where it does not count), and how it was judged.

    move: to whom the fact moved the case, where it did. outsider: the department that reports, where it did not have
    the case then.
    """

    file: CaseFile
    verdict: FactVerdict
    move: Move | None = None
    outsider: str = ""


def evolve(state: CaseState, fact: CaseFact, ground: FoldGround) -> CaseState:
    """The case after a fact that happened after all that made it; the very same where the fact does not fit."""
    pack = ground.pack_of(state.pack_version)
    if judged(state, fact, pack).fate != "counts":
        return state
    return _applied(state, fact, pack, ground).state


def folded(state: CaseState, facts: Iterable[CaseFact], ground: FoldGround) -> CaseState:
    """The case after facts in the order in which they happened."""
    for fact in facts:
        state = evolve(state, fact, ground)
    return state


def placed(file: CaseFile, fact: CaseFact, ground: FoldGround, *, keeps_waiting: bool = False) -> Placed:
    """A file with one more fact in its place. Nothing is put there that is refused, or that waits for another fact.

    keeps_waiting: put it there all the same. It moves nothing until what it waits for is there, too; whoever publishes
    nothing need not know which of its facts count.
    """
    index = _place(file.facts, fact.at)
    is_newest = index == len(file.facts)
    state = file.state if is_newest else folded(_beginning(file), file.facts[:index], ground)
    pack = ground.pack_of(state.pack_version)
    verdict = judged(state, fact, pack)
    strange = outsider(state, fact, pack)
    if fact.name not in READ or verdict.fate == "refused" or (verdict.fate == "waits" and not keeps_waiting):
        return Placed(file, verdict, outsider=strange)
    routed = _applied(state, fact, pack, ground) if verdict.fate == "counts" else Routed(state, None)
    state = folded(routed.state, file.facts[index:], ground)
    facts = (*file.facts[:index], compact(fact), *file.facts[index:])
    before = _beginning(file)
    if len(facts) > FACTS_MAX:
        before, facts = evolve(before, facts[0], ground), facts[1:]
    return Placed(replace(file, state=state, before=before, facts=facts), verdict, routed.move, strange)


def compact(fact: CaseFact) -> CaseFact:
    """A fact with what the fold reads of it, and nothing else."""
    return CaseFact(fact.at, fact.name, {name: fact.data[name] for name in READ[fact.name] if name in fact.data})


def _applied(state: CaseState, fact: CaseFact, pack: Pack, ground: FoldGround) -> Routed:
    new = advanced(state, fact)
    if fact.name not in MOVING or ground.registered is None:
        return Routed(new, None)
    return decided_anew(state, new, fact, pack, ground.registered)


def _beginning(file: CaseFile) -> CaseState:
    return file.before if file.before is not None else file.state


def _place(facts: tuple[CaseFact, ...], at: datetime) -> int:
    """Behind everything that happened before a moment or at it."""
    index = len(facts)
    while index and facts[index - 1].at > at:
        index -= 1
    return index


def fact_of(
    name: str, data: Mapping[str, Any], happened_at: datetime, received_at: datetime, now: datetime
) -> CaseFact:
    """A fact as it counts: nothing happened to a case before its receipt, or after now. An order counts from now on."""
    at = now if name == "recount_ordered" else min(max(happened_at, received_at), now)
    return CaseFact(at, name, dict(data))
