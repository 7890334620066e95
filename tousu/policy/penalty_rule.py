"""The rules of penalties as a pack writes them: figures by ground, tiers of a rate, suspension, the close of a month.

All of it is optional: a source that says nothing of a ground punishes nobody for it. Source: docs/sources.md, section
8.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from tousu.policy.clock_rule import Limit, SetBy
from tousu.policy.handling_rule import Range

Measure = Literal["assessment", "penalty", "training", "administrative_sanction", "correction_report", "publication"]
"""What is done beside money."""


class PenaltyFigure(msgspec.Struct, frozen=True, kw_only=True):
    """What a ground costs: an amount, a share of performance pay in percent, measures; at least one of them.

    plus_loss: the economic loss comes on top. stands_or_not: it holds for a complaint that does not stand, too (A 3
    makes an invalid complaint one of level D, and A 8 gives level D a penalty).
    """

    section: str
    amount: Decimal | None = None
    percent: Decimal | None = None
    measures: tuple[Measure, ...] = ()
    plus_loss: bool = False
    stands_or_not: bool = False
    set_by: SetBy = "source"
    note: str = ""


class AsGrade(msgspec.Struct, frozen=True, kw_only=True):
    """A ground that costs what a complaint of a grade costs.

    unless_special_reason: a special reason that was approved saves from it.
    """

    as_grade: str
    section: str
    unless_special_reason: bool = False


class Neglect(msgspec.Struct, frozen=True, kw_only=True):
    """Neglect that caused a second complaint: the fines that whoever neglected bears for the case, so many times.

    A loss that is borne beside a fine is borne once: it is the loss, and no penalty.
    """

    times: int
    section: str


class ADay(msgspec.Struct, frozen=True, kw_only=True):
    """So much for each day of delay; each day that has begun counts whole, also before the delay is over.

    borne_by: `whoever_failed` is who had last acted for the department by the limit; `first_asked` whoever was asked
    first and had to hand it on, or where nobody was the department `otherwise`.
    """

    amount_a_day: Decimal
    section: str
    borne_by: Literal["whoever_failed", "first_asked"] = "whoever_failed"
    otherwise: str = ""


class ShareTier(msgspec.Struct, frozen=True, kw_only=True):
    """The share of performance pay, in percent, that a loss of this size costs the person and the department head."""

    loss: Range
    person_percent: Decimal
    head_percent: Decimal


class PerformanceShare(msgspec.Struct, frozen=True, kw_only=True):
    """A share of performance pay by the size of the loss (C)."""

    tiers: tuple[ShareTier, ...]
    section: str
    set_by: SetBy = "source"


class RateTier(msgspec.Struct, frozen=True, kw_only=True):
    """What a monthly complaint rate in this range costs the head of the department.

    amount: what is assessed. at_least, at_most: the ends of the range where the source leaves the figure within one.
    """

    rate: Range
    amount: Decimal
    section: str
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    set_by: SetBy = "source"


class SuspensionRule(msgspec.Struct, frozen=True, kw_only=True):
    """From so many complaints in a month on a person is suspended for correction."""

    complaints: int
    section: str
    without_pay: bool = False
    measures: tuple[Measure, ...] = ()


class Counting(msgspec.Struct, frozen=True, kw_only=True):
    """Which complaints count for rates and suspensions.

    standing: all but those that were judged not to stand. valid: those that were judged to stand. all: every one.
    """

    which: Literal["standing", "valid", "all"]
    section: str
    set_by: SetBy = "source"
    note: str = ""


class MonthRule(msgspec.Struct, frozen=True, kw_only=True):
    """The life of a month. Both limits count from its end in the company's time zone.

    closes: when its figures are published. final: until when they are corrected; then they are forgotten.
    """

    closes: Limit
    final: Limit


class AssessmentRule(msgspec.Struct, frozen=True, kw_only=True):
    """What human resources may decide after its assessment (H)."""

    measures: tuple[Measure, ...]
    section: str


class PenaltyRules(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a source says of penalties. None or empty: it says nothing of that ground.

    by_grade: a complaint, by its grade, on the person responsible. complaint: the same whatever the grade.
    human_resources: whether human resources decides between a penalty and training (H).
    """

    section: str
    counting: Counting
    month: MonthRule
    by_grade: dict[str, PenaltyFigure] = {}
    complaint: PenaltyFigure | None = None
    late_resolution: AsGrade | None = None
    neglect: Neglect | None = None
    late_acceptance: ADay | None = None
    late_handling: PenaltyFigure | None = None
    false_report: PenaltyFigure | None = None
    performance_share: PerformanceShare | None = None
    human_resources: AssessmentRule | None = None
    head_by_rate: tuple[RateTier, ...] = ()
    suspension: SuspensionRule | None = None
