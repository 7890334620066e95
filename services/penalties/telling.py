"""How penalties tells things: events about a party in one month, and instructions to those who carry them out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from services.penalties.states import ChargedParty, Issued, Sentence
from tousu.decision import Output
from tousu.event import text_of_time
from tousu.policy.pack import Pack
from tousu.policy.penalties import NOTHING
from tousu.policy.penalty_rule import PenaltyRules

PENALTIES: Final = "complaints.penalties"
INSTRUCTIONS: Final = "complaints.instructions"
REPAYMENT: Final = "repayment"
_DONE_BY: Final = {
    "administrative_sanction": "sanction",
    "penalty": "sanction",
    "training": "train",
    "assessment": "assess",
    "correction_report": "report",
    "publication": "publish",
}
"""The instruction that carries out a measure. A penalty that human resources sets itself is a sanction to it."""


class MonthContext(NamedTuple):
    """Whose month it is, by which pack, and when. `cause` is the id of the event in hand, or what time alone did."""

    party: ChargedParty
    month: str
    pack: Pack
    at: datetime
    cause: str
    case_number: str = ""

    def tell(self, name: str, said: Mapping[str, Any]) -> Output:
        """An event about the party."""
        return self._output(PENALTIES, name, {**said, "at": text_of_time(self.at), "pack": self.pack.reference()})

    def instruct(self, number: str, what: str, of: str, said: Mapping[str, Any]) -> Output:
        """An instruction about the party."""
        to = "finance" if self.party.kind == "outlet" else "human_resources"
        data = {"instruction_number": number, "to": to, "what": what, "of": of, "party": self.party.as_data(), **said}
        data |= {"case_number": self.case_number} if self.case_number else {}
        return self._output(
            INSTRUCTIONS, "instruction.issued", {**data, "at": text_of_time(self.at), "pack": self.pack.reference()}
        )

    def _output(self, topic: str, name: str, data: dict[str, Any]) -> Output:
        return Output(
            topic=topic, type=f"tousu.{name}.v1", subject=self.case_number, key=self.party.key, time=self.at,
            data=data, organisation=self.party.organisation,
        )  # fmt: skip


class Wanted(NamedTuple):
    """An instruction that must stand: what is to be done, its figure as text, and what it says beside."""

    what: str
    said: str
    data: dict[str, Any]


def wanted_by(sentence: Sentence, rules: PenaltyRules) -> list[Wanted]:
    """The instructions that carry out a penalty: of money, what is outstanding in the ledger."""
    lines = sentence.lines
    found: list[Wanted] = []
    for what, owed in (("deduct", sentence.owed), ("repay", sentence.repayment)):
        if owed is not None and owed.outstanding > NOTHING:
            section = next((line.section for line in lines if line.amount is not None), rules.section)
            money = f"{owed.outstanding:.2f}"
            found.append(Wanted(what, money, {"amount": money, "currency": owed.currency, "section": section}))
    percent = sum((line.percent for line in lines if line.percent is not None), Decimal(0))
    if percent > NOTHING:
        section = next(line.section for line in lines if line.percent is not None)
        found.append(Wanted("share_performance_pay", f"{percent}", {"percent": f"{percent}", "section": section}))
    for line in lines:
        what = _DONE_BY[line.measure] if line.measure is not None else ""
        if what and what not in {one.what for one in found}:
            found.append(Wanted(what, "", {"section": line.section}))
    return found


def done_by(measures: Iterable[str], section: str) -> list[Wanted]:
    """The instructions that carry out measures."""
    return [Wanted(_DONE_BY[measure], "", {"section": section}) for measure in measures]


def instructed(
    scene: MonthContext, of: str, revision: int, issued: tuple[Issued, ...], wanted: list[Wanted]
) -> tuple[tuple[Issued, ...], list[Output]]:
    """The instructions in line with what is wanted: others are taken back by name, missing ones are issued."""
    asked = {one.what: one for one in wanted}
    kept = {one.what: one for one in issued if one.what in asked and one.said == asked[one.what].said}
    outputs = [
        scene.instruct(f"{of}/{revision}/cancel_{one.what}", "cancel", _about(of, one.what), {"cancels": one.number})
        for one in issued
        if one.what not in kept
    ]
    standing: list[Issued] = []
    for one in wanted:
        if one.what not in kept:
            number = f"{of}/{revision}/{one.what}"
            outputs.append(scene.instruct(number, one.what, _about(of, one.what), one.data))
            kept[one.what] = Issued(what=one.what, number=number, said=one.said)
        standing.append(kept[one.what])
    return tuple(standing), outputs


def _about(of: str, what: str) -> str:
    """What an instruction is about: what must come back of a penalty is owed apart from it."""
    return f"{of}/{REPAYMENT}" if what == "repay" else of
