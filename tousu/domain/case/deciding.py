"""What a report does to a case: it counts, it waits for another one, or it is refused; and what that sets free.

Refused is only what no order of facts could make right. The refusal says where the case stands, what is possible there,
and what to do with a report that is true.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from msgspec.structs import replace

from tousu.decision import Refusal
from tousu.domain.case.fold import CaseFile, Parked, Placed, fact_of, placed
from tousu.domain.case.handover import Move
from tousu.domain.case.lifecycle import FactVerdict, needs_approval, possible
from tousu.domain.case.state import CaseFact, CaseState, FoldGround
from tousu.event import Event, text_of_time

PARKED_MAX: Final = 40
"""How many reports of one case wait at most; each is kept whole."""
Effect = Literal["moved", "noted", "incomplete", "closed", "reopened", "corrected"]
"""moved: something of the case is otherwise now. noted: nothing is; it is recorded and can still meet a clock.
incomplete: an answer that lacks what its kind must hold; it answers nothing. closed, reopened: it ended, it was taken
up again. corrected: when or how it ended is otherwise than was told, or it turned out not to have ended."""


class Step(NamedTuple):
    """One report that counts: the case before and after it, its effect, and the move that it made.

    outsider: the department that reports, where it did not have the case then.
    """

    event: Event
    fact: CaseFact
    former: CaseState
    state: CaseState
    effect: Effect
    move: Move | None
    outsider: str = ""


class CaseDecision(NamedTuple):
    """What became of a report. steps: what counts now, the report itself first, then what it set free.

    refused: reports that had waited and can never fit any more. refusal: of the report itself.
    """

    file: CaseFile
    steps: Sequence[Step] = ()
    refused: Sequence[tuple[Event, Refusal]] = ()
    refusal: Refusal | None = None


def decide(file: CaseFile, name: str, event: Event, ground: FoldGround, now: datetime) -> CaseDecision:
    """What a report (its short name, its event) does to a case. `now` is the watermark."""
    fact = fact_of(name, event.data, event.time, file.state.received_at, now)
    placement = placed(file, fact, ground)
    if placement.verdict.fate == "refused":
        return CaseDecision(file, refusal=refusal_of(file, event, placement.verdict, ground))
    if placement.verdict.fate == "waits":
        return _parked(file, event, fact, placement.verdict, ground, now)
    steps = [_step(file, placement.file, event, fact, placement)]
    file, freed, refused = _set_free(placement.file, ground)
    return CaseDecision(file, [*steps, *freed], refused)


def given_up(file: CaseFile, ground: FoldGround, now: datetime) -> CaseDecision:
    """The file without the reports whose wait is over, each with its refusal."""
    over = [parked for parked in file.parked if parked.until <= now]
    kept = tuple(parked for parked in file.parked if parked.until > now)
    refused = [(parked.event, _in_vain(file, parked, ground)) for parked in over]
    return CaseDecision(replace(file, parked=kept), refused=refused)


def next_due(file: CaseFile) -> datetime | None:
    """When time alone does something next: a wait is over."""
    return min((parked.until for parked in file.parked), default=None)


def refusal_of(file: CaseFile, event: Event, verdict: FactVerdict, ground: FoldGround) -> Refusal:
    """The refusal of a report, in words that say where the case stands and what is possible."""
    return Refusal(
        reason=verdict.reason,
        message=f"{verdict.message}; {_where(file, event, ground)}; {_IF_TRUE}",
        place=verdict.place,
    )


_IF_TRUE: Final = "if it is true all the same, mend what is named here and report it again under a new id"


def _parked(
    file: CaseFile, event: Event, fact: CaseFact, verdict: FactVerdict, ground: FoldGround, now: datetime
) -> CaseDecision:
    if len(file.parked) >= PARKED_MAX:
        message = f"{PARKED_MAX} reports of this case wait already, and {fact.name} needs {verdict.needs}"
        full = FactVerdict("refused", "too_many_waiting", message=message)
        return CaseDecision(file, refusal=refusal_of(file, event, full, ground))
    wait = timedelta(hours=ground.pack_of(file.state.pack_version).waiting_hours)
    parked = Parked(event=event, fact=replace(fact, data={}), until=now + wait, verdict=verdict)
    return CaseDecision(replace(file, parked=(*file.parked, parked)))


def _set_free(file: CaseFile, ground: FoldGround) -> tuple[CaseFile, list[Step], list[tuple[Event, Refusal]]]:
    """What waited and fits by now, in the order in which it happened, each on top of the one before."""
    steps: list[Step] = []
    refused: list[tuple[Event, Refusal]] = []
    waiting = sorted(file.parked, key=lambda report: report.fact.at)
    while waiting:
        for parked in waiting:
            fact = replace(parked.fact, data=parked.event.data)
            placement = placed(file, fact, ground)
            if placement.verdict.fate != "waits":
                break
        else:
            break
        waiting.remove(parked)
        file = replace(file, parked=tuple(kept for kept in file.parked if kept is not parked))
        if placement.verdict.fate == "refused":
            refused.append((parked.event, refusal_of(file, parked.event, placement.verdict, ground)))
            continue
        new = replace(placement.file, parked=file.parked)
        steps.append(_step(file, new, parked.event, fact, placement))
        file = new
    return file, steps, refused


def _step(file: CaseFile, new: CaseFile, event: Event, fact: CaseFact, placed: Placed) -> Step:
    is_incomplete = placed.verdict.fate == "incomplete"
    effect: Effect = "incomplete" if is_incomplete else effect_of(file.state, new.state)
    return Step(event, fact, file.state, new.state, effect, placed.move, placed.outsider)


def effect_of(former: CaseState, state: CaseState) -> Effect:
    """What became of a case between two states of it."""
    if former is state or former == state:
        return "noted"
    if former.is_over and state.is_over:
        same = (former.ended_at, former.result, former.reopened) == (state.ended_at, state.result, state.reopened)
        return "moved" if same else "corrected"
    if former.is_over:
        return "reopened" if state.reopened > former.reopened else "corrected"
    if state.is_over:
        return "closed" if state.reopened == former.reopened else "corrected"
    return "moved" if state.reopened == former.reopened else "corrected"


def _where(file: CaseFile, event: Event, ground: FoldGround) -> str:
    state = file.state
    pack = ground.pack_of(state.pack_version)
    could = ", ".join(possible(state, pack))
    since = f" since {text_of_time(state.ended_at)}" if state.ended_at is not None else ""
    approval = "; its plans need an approval" if not state.is_over and needs_approval(state, pack) else ""
    return f"{state.kind} {event.subject} is {state.life}{since}{approval}; possible: {could}"


def _in_vain(file: CaseFile, parked: Parked, ground: FoldGround) -> Refusal:
    """Why a report is refused after it has waited: what it needed was never told."""
    name, needs = parked.fact.name, parked.verdict.needs
    message = (
        f"{name} of {text_of_time(parked.fact.at)} waited until {text_of_time(parked.until)} for {needs}, which nobody "
        f"reported; {_where(file, parked.event, ground)}; if it is true, report what is missing with the time at which "
        "it happened, then this once more under a new id"
    )
    return Refusal(reason=parked.verdict.reason or "illegal_transition", message=message, place=parked.verdict.place)
