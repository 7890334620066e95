"""What events of the family instruction say. Made by `python -m tousu.contract.structs` from schemas/: do not edit
by hand.
"""

# fmt: off
from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from tousu.events.content import Content, Part
from tousu.events.shared_claim import ClaimKind
from tousu.events.shared_penalty import PenaltyAmount, PenaltyAt, PenaltyCurrency, PenaltyParty, PenaltyPercent
from tousu.events.shared_values import CaseNumber, Code, Department, Moment, PackReference, ReferenceNumber, Section


InstructionIssuedWhat: TypeAlias = Literal[
    "deduct", "repay", "share_performance_pay", "sanction", "suspend", "reinstate", "train", "publish", "assess",
    "report", "pay_claimant", "give_compensation", "bill_outlet", "cancel",
]


class InstructionIssuedPayee(Part, frozen=True, kw_only=True, omit_defaults=True):
    """Who is paid or repaid, where it is no party."""
    role: Code
    """What the payee is, such as sender, recipient, beneficiary, outlet."""
    reference: ReferenceNumber | None = None
    """The payee's number in the company's own records, without spaces."""


class InstructionIssued(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Instruction issued (执行指令). What human resources, finance or a department must do; each is issued once and
    taken back by an instruction of its own.
    """
    TYPE: ClassVar[str] = "tousu.instruction.issued.v1"
    instruction_number: str
    """The number of the instruction, made of what it is about; equal on a repetition."""
    to: Literal["human_resources", "finance", "department"]
    """Who must do it: human_resources, finance, or the department that is named."""
    what: InstructionIssuedWhat
    """What is to be done: deduct, repay, share_performance_pay, sanction, suspend, reinstate, train, publish,
    assess, report (a correction report is called for), pay_claimant, give_compensation (goods, a service or
    something else of this worth, never cash), bill_outlet, cancel (an instruction before).
    """
    of: str
    """What it comes from: the number of the penalty, claim or suspension."""
    party: PenaltyParty | None = None
    payee: InstructionIssuedPayee | None = None
    """Who is paid or repaid, where it is no party."""
    department: Department | None = None
    """Which department or partner must do it, where it is one."""
    kind: ClaimKind | None = None
    """What is given: goods, a service or something else, worth the amount; absent where it is money."""
    amount: PenaltyAmount | None = None
    currency: PenaltyCurrency | None = None
    percent: PenaltyPercent | None = None
    case_number: CaseNumber | None = None
    due_at: Moment | None = None
    """By when it is to be done."""
    cancels: str | None = None
    """The number of the instruction that is taken back."""
    at: PenaltyAt
    pack: PackReference
    section: Section | None = None
