"""Whether the penalties of a pack make sense: grades that exist, figures that say something, tiers without gap.

`errors_of` keeps a pack from being loaded; `warnings_of` tells what its writer may not have meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from tousu.policy.handling_rule import Range
from tousu.policy.lint_errors import Finding
from tousu.policy.pack import Pack
from tousu.policy.penalty_rule import PenaltyFigure, PenaltyRules

_Path = tuple[str | int, ...]
_UNITS: Final = ("elapsed_hours", "calendar_days", "weeks", "months", "years")
"""Units that need no published calendar: a month closes in any year."""


class _Stretch(NamedTuple):
    """A range as two borders, each with whether the border itself belongs to it; None for no border."""

    low: Decimal | None
    low_in: bool
    high: Decimal | None
    high_in: bool


def errors_of(pack: Pack) -> list[Finding]:
    """Everything that makes no sense in the penalties of a pack."""
    rules = pack.penalties
    if rules is None:
        return []
    return [*_grades(pack, rules), *_figures(pack, rules), *_tiers(rules), *_months(rules), *_charged(pack, rules)]


def warnings_of(pack: Pack) -> list[Finding]:
    """Grades whose complaints cost nothing where those of others do."""
    rules = pack.penalties
    if rules is None or not rules.by_grade:
        return []
    return [
        Finding(("penalties", "by_grade"), f"a complaint of grade {grade} costs nothing", f"Give {grade} a figure")
        for grade in pack.grades
        if grade not in rules.by_grade
    ]


def _grades(pack: Pack, rules: PenaltyRules) -> Iterator[Finding]:
    fix = f"Use one of: {', '.join(pack.grades)}"
    for grade in rules.by_grade:
        if grade not in pack.grades:
            yield Finding(("penalties", "by_grade", grade), f"{grade} is not among the grades", fix)
    accepting = rules.late_acceptance
    if accepting is not None and accepting.borne_by == "first_asked" and accepting.otherwise not in pack.departments:
        path, known = ("penalties", "late_acceptance", "otherwise"), ", ".join(pack.departments)
        yield Finding(path, f"{accepting.otherwise or 'nobody'} is not among the departments", f"Use one of: {known}")
    late = rules.late_resolution
    if late is not None and late.as_grade not in rules.by_grade:
        path = ("penalties", "late_resolution", "as_grade")
        yield Finding(path, f"by_grade has no {late.as_grade}", "Name a grade of by_grade")


def _charged(pack: Pack, rules: PenaltyRules) -> Iterator[Finding]:
    """Limits whose breach is charged: only those of claims, and only where late handling has a figure."""
    for name, clock in pack.clocks.items():
        if clock.charged:
            yield Finding(
                ("clocks", name, "charged"), "of a case resolution and acceptance are charged, by name", "Leave it out"
            )
    for name, clock in (pack.claims.clocks if pack.claims is not None else {}).items():
        if clock.charged and rules.late_handling is None:
            fix = "Give penalties.late_handling, or leave it out"
            yield Finding(("claims", "clocks", name, "charged"), "late handling costs nothing here", fix)


def _figures(pack: Pack, rules: PenaltyRules) -> Iterator[Finding]:
    figures: list[tuple[_Path, PenaltyFigure | None]] = [
        (("penalties", "by_grade", grade), figure) for grade, figure in rules.by_grade.items()
    ]
    figures += [(("penalties", name), getattr(rules, name)) for name in ("complaint", "late_handling", "false_report")]
    for path, figure in figures:
        if figure is None:
            continue
        if figure.amount is None and figure.percent is None and not figure.measures and not figure.plus_loss:
            yield Finding(path, "this costs nothing", "Give an amount, a percent or measures", 'amount: "50"')
        if figure.plus_loss and pack.currency != "CNY":
            yield Finding(
                (*path, "plus_loss"), f"losses are told in yuan, the pack counts in {pack.currency}", "Leave it out"
            )
    if rules.performance_share is not None and pack.currency != "CNY":
        path = ("penalties", "performance_share")
        yield Finding(path, f"losses are told in yuan, the pack counts in {pack.currency}", "Leave it out")
    for index, tier in enumerate(rules.head_by_rate):
        least, most = tier.at_least, tier.at_most
        if (least is not None and tier.amount < least) or (most is not None and tier.amount > most):
            path = ("penalties", "head_by_rate", index, "amount")
            yield Finding(path, f"{tier.amount} lies outside {least} to {most}", "Assess a figure within the range")


def _tiers(rules: PenaltyRules) -> Iterator[Finding]:
    yield from _rising(("penalties", "head_by_rate"), "rate", [tier.rate for tier in rules.head_by_rate])
    if rules.performance_share is not None:
        ranges = [tier.loss for tier in rules.performance_share.tiers]
        yield from _rising(("penalties", "performance_share", "tiers"), "loss", ranges)


def _rising(path: _Path, name: str, ranges: Sequence[Range]) -> Iterator[Finding]:
    """Tiers follow each other upwards, each beginning where the one before ends, the last one without end."""
    before: _Stretch | None = None
    for index, bounds in enumerate(ranges):
        place = (*path, index, name)
        here = _stretch(bounds)
        if here is None:
            yield Finding(place, "a border is given twice, or the range is empty", "Give one border on each side")
            return
        if before is not None:
            if before.high is None or here.low is None or here.low < before.high:
                yield Finding(place, "this tier overlaps the one before", "Begin where the one before ends")
            elif here.low > before.high or not (here.low_in or before.high_in):
                yield Finding(place, "between this tier and the one before is a gap", "Begin where the one before ends")
            elif here.low_in and before.high_in:
                yield Finding(place, f"{here.low} belongs to two tiers", "Let one of them say over or under")
        before = here
    if before is not None and before.high is not None:
        place = (*path, len(ranges) - 1, name)
        yield Finding(place, "above the last tier nothing is said", "Leave its upper border out")


def _stretch(bounds: Range) -> _Stretch | None:
    twice = (bounds.at_least is not None and bounds.over is not None) or (
        bounds.at_most is not None and bounds.under is not None
    )
    low = bounds.at_least if bounds.at_least is not None else bounds.over
    high = bounds.at_most if bounds.at_most is not None else bounds.under
    stretch = _Stretch(low, bounds.at_least is not None, high, bounds.at_most is not None)
    if twice or (low is not None and high is not None and low > high):
        return None
    if low is not None and low == high and not (stretch.low_in and stretch.high_in):
        return None
    return stretch


def _months(rules: PenaltyRules) -> Iterator[Finding]:
    for name in ("closes", "final"):
        limit = getattr(rules.month, name)
        if limit.unit not in _UNITS:
            path = ("penalties", "month", name, "unit")
            yield Finding(path, f"{limit.unit} need a calendar of the year", f"Use one of: {', '.join(_UNITS)}")
