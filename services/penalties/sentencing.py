"""Bringing a penalty in line with what it rests on: told as an event with the difference, instructed, booked.

What a party has to bear is a pure function of the newest charge (or of the figures of a month), so the outcome does not
depend on the way there; only what is told on the way does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from services.penalties.owing import moved
from services.penalties.states import Sentence
from services.penalties.telling import MonthContext, instructed, wanted_by
from tousu.decision import Output
from tousu.ledger.obligation import Entry
from tousu.policy.penalties import Line, is_doubled


class Sentenced(NamedTuple):
    """A penalty in line, what is told of it, and the entries of the ledger."""

    sentence: Sentence
    outputs: list[Output]
    entries: list[Entry]


def in_line(scene: MonthContext, old: Sentence, lines: tuple[Line, ...], why_withdrawn: str) -> Sentenced:
    """The penalty with these lines. `why_withdrawn` is the reason to give where none are left."""
    if lines == old.lines:
        return Sentenced(old, [], [])
    new = replace(old, lines=lines, revision=old.revision + 1)
    difference = new.amount - old.amount
    said: dict[str, Any] = {
        "penalty_number": new.number,
        "party": scene.party.as_data(),
        "month": scene.month,
        "revision": new.revision,
        "amount": f"{new.amount}",
        "difference": f"{difference}",
        "currency": scene.pack.currency,
    }
    said |= {"case_number": scene.case_number} if scene.case_number else {}
    step = _step(old, new)
    match step:
        case "withdrawn":
            said |= {"reason": why_withdrawn}
        case "doubled":
            section = next(line.section for line in lines if line.ground == "neglect")
            said |= {"lines": lines_as_data(lines), "section": section}
        case _:
            said |= {"lines": lines_as_data(lines)}
    assert scene.pack.penalties is not None
    new, entries = moved(scene, new, difference, step)
    wanted = wanted_by(new, scene.pack.penalties)
    issued, instructions = instructed(scene, new.number, new.revision, new.issued, wanted)
    new = replace(new, issued=issued)
    return Sentenced(new, [scene.tell(f"penalty.{step}", said), *instructions], entries)


def _step(old: Sentence, new: Sentence) -> str:
    if not new.lines:
        return "withdrawn"
    if not old.lines:
        return "assessed"
    return "doubled" if is_doubled(new.lines) and not is_doubled(old.lines) else "corrected"


def lines_as_data(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The lines as events carry them."""
    return [_line_as_data(line) for line in lines]


def _line_as_data(line: Line) -> dict[str, Any]:
    optional: dict[str, Any] = {
        "amount": line.amount, "amount_min": line.amount_min, "amount_max": line.amount_max, "percent": line.percent,
        "measure": line.measure,
    }  # fmt: skip
    said = {name: f"{value}" for name, value in optional.items() if value is not None}
    steps = {"steps": list(line.steps)} if line.steps else {}
    return {"ground": line.ground, **said, "set_by": line.set_by, "section": line.section, **steps}
