"""What a charge costs, whether a complaint counts, what a month's rate means for a department head (pure).

Rates are compared as exact fractions: 8 complaints in 1,000 services are 0.80 percent and nothing else.
Source: docs/sources.md, section 8.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from tousu.events.charge import ChargeLaidGround
from tousu.events.shared_penalty import PenaltyGround, PenaltyLineGround
from tousu.policy.clock_rule import SetBy
from tousu.policy.handling_rule import Range
from tousu.policy.penalty_rule import Measure, PenaltyFigure, PenaltyRules, RateTier

PartyKind = Literal["person", "outlet", "department", "partner"]
OUTSIDE: Final = frozenset({"outlet", "partner"})
"""Parties that have no performance pay."""
AMOUNT_MAX: Final = Decimal(1_000_000_000)
"""The most that one penalty may amount to; above it a figure is taken for a mistake."""
NOTHING: Final = Decimal(0)
_CENT: Final = Decimal("0.01")


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One figure of a penalty: what it is for, money or a share of performance pay or a measure, and how it came.

    amount_min, amount_max: the ends of the range where the source leaves the figure within one. loss: how much of the
    amount is the economic loss, and no fine.
    """

    ground: PenaltyLineGround
    section: str
    amount: Decimal | None = None
    amount_min: Decimal | None = None
    amount_max: Decimal | None = None
    percent: Decimal | None = None
    measure: Measure | None = None
    set_by: SetBy = "source"
    steps: tuple[str, ...] = ()
    loss: Decimal = Decimal(0)


class Rated(NamedTuple):
    """A complaint rate: exact, in percent, None while the services are unknown or none; and the tier that it meets."""

    percent: Fraction | None
    tier: RateTier | None


def assess(rules: PenaltyRules, party: PartyKind, grounds: Sequence[ChargeLaidGround]) -> tuple[Line, ...]:
    """The penalty for what a case holds against a party: a line for each figure, none where nothing is due.

    `grounds` are those of the event charge.laid. Grounds that may still turn out otherwise (unconfirmed) cost nothing.
    """
    firm = [ground for ground in grounds if not ground.unconfirmed]
    lines = [line for ground in firm for line in _lines(rules, party, ground)]
    neglected = any(ground.ground == "neglect" for ground in firm)
    fines = total(lines) - sum((line.loss for line in lines), NOTHING)
    if neglected and party == "person" and rules.neglect is not None and fines > NOTHING:
        steps = (f"{fines} x {rules.neglect.times}", f"{fines} of it stands above")
        more = _money(fines * (rules.neglect.times - 1))
        lines.append(Line(ground="neglect", amount=more, section=rules.neglect.section, steps=steps))
    return tuple(lines)


def total(lines: Sequence[Line]) -> Decimal:
    """What the lines amount to in money."""
    return sum((line.amount for line in lines if line.amount is not None), NOTHING)


def is_doubled(lines: Sequence[Line]) -> bool:
    """Whether neglect multiplied the penalty."""
    return any(line.ground == "neglect" for line in lines)


def counts(rules: PenaltyRules, grounds: Sequence[ChargeLaidGround]) -> bool:
    """Whether a case counts as a complaint against the party, for its rate and for a suspension."""
    return any(
        _counts(rules, ground.stands) for ground in grounds if ground.ground == "complaint" and not ground.unconfirmed
    )


def rate(rules: PenaltyRules, complaints: int, services: int | None) -> Rated:
    """The complaint rate of a month and what it means for the head of the department."""
    if not services:
        return Rated(None, None)
    percent = Fraction(complaints * 100, services)
    return Rated(percent, next((tier for tier in rules.head_by_rate if _within(tier.rate, percent)), None))


def line_of_rate(rated: Rated, complaints: int, services: int | None) -> tuple[Line, ...]:
    """The penalty of a department head for a rate: one line, or none."""
    tier = rated.tier
    if tier is None or rated.percent is None:
        return ()
    steps = (f"{complaints} complaints in {services} services: {shown(rated.percent)} %", _border(tier.rate))
    line = Line(
        ground="complaint_rate", section=tier.section, amount=_money(tier.amount),
        amount_min=_money_or_none(tier.at_least), amount_max=_money_or_none(tier.at_most), set_by=tier.set_by,
        steps=steps,
    )  # fmt: skip
    return (line,)


def suspends(rules: PenaltyRules, complaints: int) -> bool:
    """Whether a person with so many complaints in a month is suspended."""
    return rules.suspension is not None and complaints >= rules.suspension.complaints


def month_of(received_at: datetime, zone: str) -> str:
    """The month of a time in a time zone, such as 2026-03: its last minute still belongs to it."""
    there = received_at.astimezone(ZoneInfo(zone))
    return f"{there.year:04}-{there.month:02}"


@lru_cache(maxsize=1024)
def start_of_month(month: str, zone: str) -> datetime:
    """The first moment (UTC) of a month in a time zone."""
    return datetime(int(month[:4]), int(month[5:]), 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def end_of_month(month: str, zone: str) -> datetime:
    """The first moment (UTC) that is no longer in a month."""
    year, number = int(month[:4]), int(month[5:])
    following = f"{year + 1}-01" if number == 12 else f"{year}-{number + 1:02d}"
    return start_of_month(following, zone)


def shown(percent: Fraction) -> str:
    """A rate for reading: four places, rounded half to even. Tiers are never found with it."""
    tens = round(percent * 10_000)
    return f"{tens // 10_000}.{tens % 10_000:04d}"


def _lines(rules: PenaltyRules, party: PartyKind, ground: ChargeLaidGround) -> Iterator[Line]:
    """The lines of one ground but neglect, which needs all the others."""
    match ground.ground:
        case "complaint":
            yield from _of_complaint(rules, party, ground)
        case "late_resolution" if rules.late_resolution is not None:
            if rules.late_resolution.unless_special_reason and ground.excused_by is not None:
                return
            grade = rules.late_resolution.as_grade
            figure = rules.by_grade[grade]
            first = f"as grade {grade}"
            yield from _of_figure("late_resolution", figure, None, first, rules.late_resolution.section)
        case "late_acceptance" if rules.late_acceptance is not None and ground.days is not None:
            # Without days nobody knows yet how late it is: it stands in doubt.
            a_day, days = rules.late_acceptance.amount_a_day, ground.days
            steps = (f"{days} days x {a_day}",)
            yield Line(
                ground="late_acceptance",
                amount=_money(a_day * days),
                section=rules.late_acceptance.section,
                steps=steps,
            )
        case "late_handling" if party not in OUTSIDE and rules.late_handling is not None:
            yield from _of_figure("late_handling", rules.late_handling, ground)
        case "false_report" if rules.false_report is not None:
            yield from _of_figure("false_report", rules.false_report, ground)
        case "assessment" if party == "person" and rules.human_resources is not None:
            measure: Measure = ground.measure or "assessment"
            if measure in ("assessment", *rules.human_resources.measures):
                yield Line(ground="assessment", measure=measure, section=rules.human_resources.section)


def _of_complaint(rules: PenaltyRules, party: PartyKind, ground: ChargeLaidGround) -> Iterator[Line]:
    upheld = ground.stands is not False
    if party == "person":
        figure = rules.by_grade.get(ground.grade or "")
        if figure is not None and (upheld or figure.stands_or_not):
            yield from _of_figure("complaint", figure, ground, f"grade {ground.grade}")
        if rules.complaint is not None and (upheld or rules.complaint.stands_or_not):
            yield from _of_figure("complaint", rules.complaint, ground)
    share = rules.performance_share
    if share is None or not upheld or party in OUTSIDE:
        return
    loss = _loss(ground)
    tier = next((tier for tier in share.tiers if tier.loss.holds(loss)), None)
    percent = NOTHING if tier is None else tier.person_percent if party == "person" else tier.head_percent
    if percent > NOTHING:
        steps = (f"loss {loss}: {percent} % of performance pay",)
        yield Line(ground="complaint", percent=percent, section=share.section, set_by=share.set_by, steps=steps)


def _of_figure(
    name: PenaltyGround, figure: PenaltyFigure, ground: ChargeLaidGround | None, first: str = "", section: str = ""
) -> Iterator[Line]:
    """The lines of a figure: money with the loss on top, the share of performance pay, each measure."""
    where = section or figure.section
    if figure.amount is not None or figure.plus_loss:
        amount, loss = figure.amount or NOTHING, _loss(ground) if figure.plus_loss else NOTHING
        steps: tuple[str, ...] = (f"{first}: {amount}" if first else str(amount),)
        steps += (f"plus the economic loss: {loss}",) if loss > NOTHING else ()
        yield Line(
            ground=name, amount=_money(amount + loss), section=where, set_by=figure.set_by, steps=steps, loss=loss
        )
    if figure.percent is not None:
        yield Line(ground=name, percent=figure.percent, section=where, set_by=figure.set_by)
    for measure in figure.measures:
        yield Line(ground=name, measure=measure, section=where, set_by=figure.set_by)


def _loss(ground: ChargeLaidGround | None) -> Decimal:
    return _money(Decimal(ground.loss_yuan or "0" if ground is not None else "0"))


def _money(amount: Decimal) -> Decimal:
    """An amount with its two places, so that equal ones read alike."""
    return amount.quantize(_CENT)


def _counts(rules: PenaltyRules, upheld: bool | None) -> bool:
    match rules.counting.which:
        case "standing":
            return upheld is not False
        case "valid":
            return upheld is True
        case "all":
            return True


def _within(bounds: Range, value: Fraction) -> bool:
    return (
        (bounds.at_least is None or value >= Fraction(bounds.at_least))
        and (bounds.over is None or value > Fraction(bounds.over))
        and (bounds.under is None or value < Fraction(bounds.under))
        and (bounds.at_most is None or value <= Fraction(bounds.at_most))
    )


def _border(bounds: Range) -> str:
    """A range in words: `over 0.80, at most 0.85`."""
    if bounds.at_least is not None and bounds.at_least == bounds.at_most:
        return f"exactly {bounds.at_least} %"
    texts = [f"{name.replace('_', ' ')} {getattr(bounds, name)} %" for name in bounds.__struct_fields__]
    return ", ".join(
        words for words, name in zip(texts, bounds.__struct_fields__, strict=True) if getattr(bounds, name) is not None
    )


def _money_or_none(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else _money(amount)
