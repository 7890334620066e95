"""How a case is graded, given priority, sent beyond its class, approved, handed up and closed, as a pack writes it.

All of it is optional: a source that says nothing of a thing gets nothing of it. Conditions speak of *facts*: fields of
the registration and of what departments reported since (domain, sections 3, 4 and 6).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

import msgspec

from tousu.policy.clock_rule import Accepts, SetBy, accepts


class Range(msgspec.Struct, frozen=True, kw_only=True):
    """The amounts that a condition accepts, borders as the source draws them. None: no border on that side."""

    at_least: Decimal | None = None
    over: Decimal | None = None
    under: Decimal | None = None
    at_most: Decimal | None = None

    def holds(self, amount: Decimal) -> bool:
        """Whether an amount lies within."""
        return (
            (self.at_least is None or amount >= self.at_least)
            and (self.over is None or amount > self.over)
            and (self.under is None or amount < self.under)
            and (self.at_most is None or amount <= self.at_most)
        )


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """Facts that must hold: listed values, and ranges of amounts. An amount that is missing never holds."""

    facts: Accepts = {}
    amounts: dict[str, Range] = {}

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether a case with these facts meets the condition. Amounts are decimal strings or Decimals."""
        return accepts(self.facts, facts) and all(
            (amount := _amount(facts.get(name))) is not None and bounds.holds(amount)
            for name, bounds in self.amounts.items()
        )


class GradeRule(msgspec.Struct, frozen=True, kw_only=True):
    """A grade that facts call for. Of all rules that hold the gravest grade counts; without any, that of the class."""

    grade: str
    when: Condition
    section: str
    set_by: SetBy = "source"
    note: str = ""


class PriorityRules(msgspec.Struct, frozen=True, kw_only=True):
    """Which case goes first (H, section 3): each dimension lists its values from the top; the case takes the highest.

    levels: names of the priorities from the top, as many as each dimension has values.
    lanes: customers that go first whatever the dimensions say (S, section 4), by listed facts.
    """

    dimensions: dict[str, tuple[str, ...]]
    levels: tuple[str, ...]
    section: str
    lanes: tuple[Lane, ...] = ()


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """A priority lane: cases with these facts get this priority at least."""

    name: str
    when: Condition
    priority: str
    section: str


class RouteRule(msgspec.Struct, frozen=True, kw_only=True):
    """Departments or partners that facts call for, instead of those of the class or beside them."""

    when: Condition
    departments: tuple[str, ...]
    section: str
    beside: bool = False
    set_by: SetBy = "source"
    note: str = ""


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """Plans that must be approved before they are executed: in cases of these grades (L, C, section 6).

    in_charge: an approval names who carries the plan out. settles_by_plan: such a case is settled only by a plan that
    was approved and executed; otherwise an answer settles it, too, but not while a plan waits for a word.
    """

    grades: tuple[str, ...]
    section: str
    in_charge: bool = False
    settles_by_plan: bool = True


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer that settles a case must carry: the customer's confirmation, or why none can be had (L).

    result_told_apart: an answer that settles without it tells the customer the result, and the case goes on until the
    confirmation is there; otherwise it is refused.
    """

    confirmation: tuple[Literal["spoken", "written"], ...]
    section: str
    result_told_apart: bool = False


class ReplyRule(msgspec.Struct, frozen=True, kw_only=True):
    """What a kind of reply must hold before it stops a clock or ends a case (features, number 24)."""

    required: tuple[str, ...]
    section: str


class HandUp(msgspec.Struct, frozen=True, kw_only=True):
    """An event upon which somebody higher up is told at once, such as a second complaint through neglect (A 6)."""

    event: str
    to: str
    level: int
    reason: str
    section: str
    data: Accepts = {}
    case: Accepts = {}


class ReportTarget(msgspec.Struct, frozen=True, kw_only=True):
    """What a report measures against, such as satisfaction 4.0 (S): a measure of `tousu report`."""

    measure: str
    value: Decimal
    section: str
    set_by: SetBy = "source"


def _amount(value: Any) -> Decimal | None:
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str):
        return None
    try:
        amount = Decimal(value)
    except ArithmeticError:
        return None
    return amount if amount.is_finite() else None
