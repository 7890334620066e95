"""What events of the family charge say. Made by `python -m tousu.contract.structs` from schemas/: do not edit by
hand.
"""

# fmt: off
from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from msgspec import field

from tousu.events.content import Content, Part
from tousu.events.shared_penalty import PenaltyGround, PenaltyMeasure, PenaltyParty
from tousu.events.shared_values import (
    AmountYuan, CaseNumber, ClassCode, ClockName, Department, Employee, Grade, Moment, PackReference, Section,
)


class ChargeLaidGround(Part, frozen=True, kw_only=True, omit_defaults=True):
    """One ground."""
    ground: PenaltyGround
    at: Moment
    """When it arose."""
    section: Section | None = None
    grade: Grade | None = None
    class_: ClassCode | None = field(name="class", default=None)
    stands: bool | None = None
    """Whether the complaint was found to be valid; absent while nobody has judged it."""
    loss_yuan: AmountYuan | None = None
    """The economic loss that the case caused, in yuan; where a share of performance pay goes by it, what was paid
    for its claims so far.
    """
    days: int | None = None
    """How many days it was late, each day that has begun counted whole; while it goes on, those that have begun by
    now.
    """
    clock: ClockName | None = None
    claim_number: str | None = None
    """The claim in which it was found, such as .../1."""
    measure: PenaltyMeasure | None = None
    """What human resources decided: assessment, penalty or training."""
    department: Department | None = None
    """The department in which it happened."""
    employee: Employee | None = None
    """The person who did it, where the party is not the person."""
    excused_by: Employee | None = None
    """Who approved a special reason for it, where there is one: some packs punish nobody then."""
    unconfirmed: bool | None = None
    """True while an origin is held out, so that it may still turn out otherwise: nobody is punished for it yet."""


class ChargeLaid(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Charge laid (责任认定). What one case holds against one party, complete: a later one with a higher revision
    holds instead, and one without grounds drops the charge.
    """
    TYPE: ClassVar[str] = "tousu.charge.laid.v1"
    case_number: CaseNumber
    party: PenaltyParty
    revision: int
    """Which charge of the case against the party it is, from 1; the highest holds."""
    received_at: Moment
    """When the complaint was received: its day in the company's time zone gives the month. The same in every charge
    of the case.
    """
    at: Moment
    """When the charge was laid, in the time of the log."""
    pack: PackReference
    grounds: Sequence[ChargeLaidGround]
    """What is held against the party; none where the charge is dropped."""
