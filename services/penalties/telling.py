"""How penalties tells things: events about a party in one month, and instructions to those who carry them out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Final, NamedTuple

from services.penalties.states import ChargedParty, Issued, Sentence
from tousu.decision import Output
from tousu.event import text_of_time
from tousu.events.content import Content
from tousu.events.instruction import InstructionIssued, InstructionIssuedWhat
from tousu.events.shared_values import PackReference
from tousu.ledger.obligation import Obligation
from tousu.policy.pack import Pack
from tousu.policy.penalties import NOTHING, OUTSIDE
from tousu.policy.penalty_rule import Measure, PenaltyRules

PENALTIES: Final = "complaints.penalties"
INSTRUCTIONS: Final = "complaints.instructions"
REPAYMENT: Final = "repayment"
_DONE_BY: Final[Mapping[Measure, InstructionIssuedWhat]] = MappingProxyType(
    {
        "administrative_sanction": "sanction",
        "penalty": "sanction",
        "training": "train",
        "assessment": "assess",
        "correction_report": "report",
        "publication": "publish",
    }
)
"""The instruction that carries out a measure. A penalty that human resources sets itself is a sanction to it."""


class MonthContext(NamedTuple):
    """Whose month it is, by which pack, and when. `cause` is the id of the event in hand, or what time alone did."""

    party: ChargedParty
    month: str
    pack: Pack
    at: datetime
    cause: str
    case_number: str = ""

    @property
    def time_text(self) -> str:
        """When it is, as events say it."""
        return text_of_time(self.at)

    @property
    def reference(self) -> PackReference:
        """The pack as events name it."""
        return PackReference(id=self.pack.id, version=self.pack.version)

    def tell(self, content: Content) -> Output:
        """An event about the party."""
        return self._output(PENALTIES, content)

    def instruct(self, of: str, revision: int, wanted: Wanted) -> Output:
        """An instruction about the party: what is to be done about a penalty or suspension."""
        return self._instruction(f"{of}/{revision}/{wanted.action}", _about(of, wanted.action), wanted)

    def cancel(self, of: str, revision: int, issued: Issued) -> Output:
        """An instruction taken back by name."""
        wanted = Wanted("cancel", "", None, cancels=issued.number)
        return self._instruction(f"{of}/{revision}/cancel_{issued.what}", _about(of, issued.what), wanted)

    def _instruction(self, number: str, of: str, wanted: Wanted) -> Output:
        content = InstructionIssued(
            instruction_number=number, to="finance" if self.party.kind in OUTSIDE else "human_resources",
            what=wanted.action, of=of, party=self.party.reference, amount=wanted.amount, currency=wanted.currency,
            percent=wanted.percent, section=wanted.section, due_at=wanted.due_at, cancels=wanted.cancels,
            case_number=self.case_number or None, at=self.time_text, pack=self.reference,
        )  # fmt: skip
        return self._output(INSTRUCTIONS, content)

    def _output(self, topic: str, content: Content) -> Output:
        return Output.of(
            content, topic=topic, subject=self.case_number, key=self.party.key, time=self.at,
            organisation=self.party.organisation,
        )  # fmt: skip


class Wanted(NamedTuple):
    """An instruction that must stand: what is to be done, its figure as text, and what it says beside."""

    action: InstructionIssuedWhat
    figure: str
    section: str | None
    amount: str | None = None
    currency: str | None = None
    percent: str | None = None
    due_at: str | None = None
    cancels: str | None = None


def wanted_by(sentence: Sentence, rules: PenaltyRules) -> list[Wanted]:
    """The instructions that carry out a penalty: of money, what is outstanding in the ledger."""
    lines = sentence.lines
    wanted: list[Wanted] = []
    of_money: tuple[tuple[InstructionIssuedWhat, Obligation | None], ...] = (
        ("deduct", sentence.owed), ("repay", sentence.repayment),
    )  # fmt: skip
    for action, obligation in of_money:
        if obligation is not None and obligation.outstanding > NOTHING:
            section = next((line.section for line in lines if line.amount is not None), rules.section)
            money = f"{obligation.outstanding:.2f}"
            wanted.append(Wanted(action, money, section, amount=money, currency=obligation.currency))
    percent = sum((line.percent for line in lines if line.percent is not None), Decimal(0))
    if percent > NOTHING:
        section = next(line.section for line in lines if line.percent is not None)
        wanted.append(Wanted("share_performance_pay", f"{percent}", section, percent=f"{percent}"))
    for line in lines:
        if line.measure is not None and _DONE_BY[line.measure] not in {instruction.action for instruction in wanted}:
            wanted.append(Wanted(_DONE_BY[line.measure], "", line.section))
    return wanted


def done_by(measures: Iterable[Measure], section: str) -> list[Wanted]:
    """The instructions that carry out measures."""
    return [Wanted(_DONE_BY[measure], "", section) for measure in measures]


def instructed(
    scene: MonthContext, of: str, revision: int, issued: tuple[Issued, ...], wanted: list[Wanted]
) -> tuple[tuple[Issued, ...], list[Output]]:
    """The instructions in line with what is wanted: others are taken back by name, missing ones are issued."""
    asked = {needed.action: needed for needed in wanted}
    kept = {
        former.what: former for former in issued if former.what in asked and former.said == asked[former.what].figure
    }
    outputs = [scene.cancel(of, revision, former) for former in issued if former.what not in kept]
    standing: list[Issued] = []
    for instruction in wanted:
        if instruction.action not in kept:
            outputs.append(scene.instruct(of, revision, instruction))
            kept[instruction.action] = Issued(
                what=instruction.action, number=f"{of}/{revision}/{instruction.action}", said=instruction.figure
            )
        standing.append(kept[instruction.action])
    return tuple(standing), outputs


def _about(of: str, action: str) -> str:
    """What an instruction is about: what must come back of a penalty is owed apart from it."""
    return f"{of}/{REPAYMENT}" if action == "repay" else of


def figure_text(figure: Decimal | None) -> str | None:
    """An amount or a share as events carry it; None where there is none."""
    return None if figure is None else f"{figure}"
