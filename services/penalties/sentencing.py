"""Bringing a penalty in line with what it rests on: told as an event with the difference, instructed, booked.

What a party has to bear is a pure function of the newest charge (or of the figures of a month), so the outcome does not
depend on the way there; only what is told on the way does.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from msgspec.structs import replace

from services.penalties.owing import moved
from services.penalties.states import Sentence
from services.penalties.telling import MonthContext, figure_text, instructed, wanted_by
from tousu.decision import Output
from tousu.events.penalty import (
    PenaltyAssessed,
    PenaltyCorrected,
    PenaltyDoubled,
    PenaltyWithdrawn,
    PenaltyWithdrawnReason,
)
from tousu.events.shared_penalty import PenaltyLine
from tousu.ledger.obligation import Entry
from tousu.policy.penalties import Line, is_doubled

_Changed = PenaltyAssessed | PenaltyCorrected | PenaltyDoubled | PenaltyWithdrawn
_REASONS: Final = {PenaltyAssessed: "assessed", PenaltyCorrected: "corrected", PenaltyDoubled: "doubled"}
"""What the entries of the ledger give as the reason; a penalty that is left without lines is withdrawn."""


class Sentenced(NamedTuple):
    """A penalty in line, what is told of it, and the entries of the ledger."""

    sentence: Sentence
    outputs: list[Output]
    entries: list[Entry]


def in_line(
    scene: MonthContext, old: Sentence, lines: tuple[Line, ...], why_withdrawn: PenaltyWithdrawnReason
) -> Sentenced:
    """The penalty with these lines. `why_withdrawn` is the reason to give where none are left."""
    if lines == old.lines:
        return Sentenced(old, [], [])
    new = replace(old, lines=lines, revision=old.revision + 1)
    difference = new.amount - old.amount
    event = _change(scene, old, new, why_withdrawn)
    assert scene.pack.penalties is not None
    new, entries = moved(scene, new, difference, _REASONS.get(type(event), "withdrawn"))
    wanted = wanted_by(new, scene.pack.penalties)
    issued, instructions = instructed(scene, new.number, new.revision, new.issued, wanted)
    new = replace(new, issued=issued)
    return Sentenced(new, [scene.tell(event), *instructions], entries)


def _change(scene: MonthContext, old: Sentence, new: Sentence, why_withdrawn: PenaltyWithdrawnReason) -> _Changed:
    """What happened to a penalty: there was none before, there is none now, neglect doubled it, or it is another."""
    number, revision, lines = new.number, new.revision, [_line(line) for line in new.lines]
    amount, difference, currency = f"{new.amount}", f"{new.amount - old.amount}", scene.pack.currency
    party, month, case_number = scene.party.reference, scene.month, scene.case_number or None
    at, pack = scene.time_text, scene.reference
    if not lines:
        return PenaltyWithdrawn(
            penalty_number=number, party=party, case_number=case_number, month=month, revision=revision,
            amount=amount, difference=difference, currency=currency, at=at, pack=pack, reason=why_withdrawn,
        )  # fmt: skip
    if not old.lines:
        return PenaltyAssessed(
            penalty_number=number, party=party, case_number=case_number, month=month, revision=revision,
            amount=amount, difference=difference, currency=currency, at=at, pack=pack, lines=lines,
        )  # fmt: skip
    if is_doubled(new.lines) and not is_doubled(old.lines):
        section = next(line.section for line in new.lines if line.ground == "neglect")
        return PenaltyDoubled(
            penalty_number=number, party=party, case_number=case_number, month=month, revision=revision,
            amount=amount, difference=difference, currency=currency, at=at, pack=pack, lines=lines, section=section,
        )  # fmt: skip
    return PenaltyCorrected(
        penalty_number=number, party=party, case_number=case_number, month=month, revision=revision,
        amount=amount, difference=difference, currency=currency, at=at, pack=pack, lines=lines,
    )  # fmt: skip


def _line(line: Line) -> PenaltyLine:
    """A line as events carry it."""
    return PenaltyLine(
        ground=line.ground, amount=figure_text(line.amount), amount_min=figure_text(line.amount_min),
        amount_max=figure_text(line.amount_max), percent=figure_text(line.percent), measure=line.measure,
        set_by=line.set_by, section=line.section, steps=list(line.steps) or None,
    )  # fmt: skip
