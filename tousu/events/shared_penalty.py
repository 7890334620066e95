"""What events share: What charges, penalties, months and instructions are made of. Made by `python -m
tousu.contract.structs` from schemas/: do not edit by hand.
"""

# fmt: off
from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from tousu.events.content import Part
from tousu.events.shared_values import Moment, Section


class PenaltyParty(Part, frozen=True, kw_only=True, omit_defaults=True):
    """Who answers: a person, an outlet, a department (its head), or a partner."""
    kind: Literal["person", "outlet", "department", "partner"]
    """What the party is: person, outlet, department, partner."""
    id: str
    """The company's number of the person, or the code of the outlet or department; never a name."""


PenaltyGround: TypeAlias = Literal[
    "complaint", "late_resolution", "late_acceptance", "neglect", "late_handling", "false_report", "assessment",
]
"""What is held against the party: complaint (named responsible for it), late_resolution, late_acceptance, neglect
(that caused a second complaint), late_handling, false_report (of damage or loss), assessment (by human
resources).
"""


PenaltyMeasure: TypeAlias = Literal[
    "assessment", "penalty", "training", "administrative_sanction", "correction_report", "publication",
]
"""What is done beside money: assessment, penalty (that human resources sets), training, administrative_sanction,
correction_report, publication.
"""


PenaltyMonth: TypeAlias = str
"""The month in the company's time zone, such as 2026-03."""


PenaltyRevision: TypeAlias = int
"""Which word of this it is, from 1; a later one has a higher number and holds instead."""


PenaltyComplaints: TypeAlias = int
"""How many complaints of the month count against the party."""


PenaltyServices: TypeAlias = int
"""How many services the party gave in the month; absent while nobody has reported it."""


PenaltyRatePercent: TypeAlias = str
"""Complaints in a hundred services, in percent, to four places for reading; tiers are found with the exact value."""


PenaltyAmount: TypeAlias = str
"""An amount of money as a decimal string, at most two places, such as '200.00'; never a JSON number."""


PenaltyCurrency: TypeAlias = str
"""The currency by its ISO 4217 code, such as CNY."""


PenaltyAt: TypeAlias = Moment
"""When it was decided, in the time of the log."""


PenaltyNumber: TypeAlias = str
"""The number of the penalty: the case (or the month, for a rate) and the party, such as
TS-20260104-000123/person/E10023 or 2026-03/department/workshop.
"""


PenaltyPaymentId: TypeAlias = str
"""The number of the payment in the records of human resources or finance; it serves once for each party."""


PenaltyObligation: TypeAlias = str
"""What is paid: the number of the penalty (deducted from the party), or that number and /repayment (paid back to
it).
"""


PenaltyPercent: TypeAlias = str
"""A share in percent as a decimal string, such as '5' or '0.80'."""


PenaltyDifference: TypeAlias = str
"""By how much the amount changed, as a decimal string; below zero where it fell."""


PenaltyLineGround: TypeAlias = Literal[
    "complaint", "late_resolution", "late_acceptance", "neglect", "late_handling", "false_report", "assessment",
    "complaint_rate",
]


class PenaltyLine(Part, frozen=True, kw_only=True, omit_defaults=True):
    """One figure of the penalty."""
    ground: PenaltyLineGround
    """What it is for: a ground of the charge, or complaint_rate for the head of a department."""
    amount: PenaltyAmount | None = None
    """How much it adds to the penalty; absent where it is no money."""
    amount_min: PenaltyAmount | None = None
    """The least that the source allows, where it gives a range."""
    amount_max: PenaltyAmount | None = None
    """The most that the source allows, where it gives a range."""
    percent: PenaltyPercent | None = None
    """A share of performance pay in percent."""
    measure: PenaltyMeasure | None = None
    set_by: Literal["source", "pack"] | None = None
    """Who gives the figure: source, or pack where the source leaves it to the company."""
    section: Section
    steps: Sequence[str] | None = None
    """How it was reckoned, step by step."""


PenaltyLines: TypeAlias = Sequence[PenaltyLine]
"""What the penalty is made of: a line for each figure, with the section it comes from."""
