"""The months of a party: counted as charges come, closed by time, corrected by name when something comes later."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from msgspec.structs import replace

from services.penalties.sentencing import in_line
from services.penalties.states import CASES_NAMED_MAX, Month
from services.penalties.telling import MonthContext, Wanted, done_by, figure_text, instructed
from tousu.decision import Output
from tousu.event import text_of_time
from tousu.events.month import (
    DepartmentRated,
    MonthClosed,
    MonthCorrected,
    PersonReinstated,
    PersonSuspended,
)
from tousu.events.shared_penalty import PenaltyParty
from tousu.ledger.obligation import Entry
from tousu.policy.penalties import end_of_month, line_of_rate, month_of, rate, shown, suspends
from tousu.policy.penalty_rule import Measure, PenaltyRules, SuspensionRule

Why = Literal["charge_changed", "services_reported", "confirmed"]
"""What came later than a close."""


class Turned(NamedTuple):
    """A month after something happened to it, what is told of it, and the entries of the ledger."""

    month: Month
    outputs: list[Output]
    entries: list[Entry]


class MonthChange(NamedTuple):
    """What a charge changes in its month: one complaint more or fewer, penalties and money more or less."""

    complaints: int
    penalties: int
    amount: Decimal


def charged(scene: MonthContext, rules: PenaltyRules, month: Month, step: MonthChange) -> Turned:
    """The month after a charge; a closed one is corrected."""
    new = replace(
        month,
        complaints=month.complaints + step.complaints,
        penalties=month.penalties + step.penalties,
        amount=month.amount + step.amount,
        cases=_cases(month, scene.case_number, step.complaints),
    )
    new, outputs = _suspended(scene, rules, new)
    return _corrected_month(scene, rules, month, new, "charge_changed", outputs)


def reported(scene: MonthContext, rules: PenaltyRules, month: Month, outlet: str, services: int) -> Turned:
    """The month after a figure of services; a closed one is rated again and corrected."""
    new = replace(month, services=month.services | {outlet: services})
    return _corrected_month(scene, rules, month, new, "services_reported", [])


def closed(scene: MonthContext, rules: PenaltyRules, month: Month) -> Turned:
    """The month with its figures told for the first time."""
    new, outputs, entries = _rated(scene, rules, month)
    new = replace(new, revision=1)
    figures = _figures(scene, new)
    closing = MonthClosed(
        party=figures.party, month=new.month, revision=new.revision, complaints=new.complaints, services=new.served,
        rate_percent=figures.rate_percent, penalties=figures.penalties, amount=figures.amount,
        currency=scene.pack.currency, suspended=figures.suspended, unconfirmed=figures.unconfirmed,
        at=scene.time_text, pack=scene.reference, section=rules.section,
    )  # fmt: skip
    return Turned(new, [*outputs, scene.tell(closing)], entries)


def confirmed(scene: MonthContext, rules: PenaltyRules, month: Month) -> Turned:
    """A month that was closed in doubt, now that everything that belongs to it is known: it is rated and told."""
    new, rated, entries = _rated(scene, rules, replace(month, recheck_at=None, revision=month.revision + 1))
    return Turned(new, [*rated, _corrected(scene, rules, month, new, "confirmed")], entries)


def corrected(scene: MonthContext, rules: PenaltyRules, month: Month, measure: Measure) -> Turned:
    """The month of a suspended person who has done something of what goes with it: with the last of it the suspension
    ends. What is done nobody takes back.
    """
    rule = rules.suspension
    assert rule is not None, "only who is suspended is corrected"
    done = (*month.corrected, measure)
    issued = tuple(
        instruction
        for instruction in month.issued
        if instruction.what not in {wanted.action for wanted in done_by([measure], "")}
    )
    new = replace(month, corrected=done, issued=issued)
    if not set(rule.measures) <= set(done):
        return Turned(new, [], [])
    return Turned(*_lifted(scene, rule, replace(new, atoned=month.complaints), "corrected"), [])


def _corrected_month(
    scene: MonthContext, rules: PenaltyRules, old: Month, new: Month, reason: Why, outputs: list[Output]
) -> Turned:
    """The figures of a closed month once more, where they changed. One that is open waits for its close."""
    if not old.is_closed or _tellable(old) == _tellable(new):
        return Turned(new, outputs, [])
    new, rated, entries = _rated(scene, rules, new)
    new = replace(new, revision=new.revision + 1)
    return Turned(new, [*outputs, *rated, _corrected(scene, rules, old, new, reason)], entries)


def _corrected(scene: MonthContext, rules: PenaltyRules, old: Month, new: Month, reason: Why) -> Output:
    figures = _figures(scene, new)
    correction = MonthCorrected(
        party=figures.party, month=new.month, revision=new.revision, complaints=new.complaints, services=new.served,
        rate_percent=figures.rate_percent, penalties=figures.penalties, amount=figures.amount,
        currency=scene.pack.currency, suspended=figures.suspended, unconfirmed=figures.unconfirmed,
        at=scene.time_text, pack=scene.reference, section=rules.section, reason=reason,
        difference=f"{_amount(new) - _amount(old)}",
    )  # fmt: skip
    return scene.tell(correction)


def _tellable(month: Month) -> tuple[object, ...]:
    return (month.complaints, month.penalties, month.amount, month.served, month.suspended)


def _rated(scene: MonthContext, rules: PenaltyRules, month: Month) -> Turned:
    """The rate of a department and what its head bears for it; others, and what is unconfirmed, are not rated."""
    if month.recheck_at is not None or month.party.kind != "department" or not rules.head_by_rate:
        return Turned(month, [], [])
    rated = rate(rules, month.complaints, month.served)
    lines = line_of_rate(rated, month.complaints, month.served)
    own = scene._replace(case_number="")
    line = lines[0] if lines else None
    rating = DepartmentRated(
        department=month.party.id, month=month.month, revision=month.rated + 1, complaints=month.complaints,
        case_numbers=list(month.cases), services=month.served, rate_percent=_rate_percent(month),
        result="unknown" if rated.percent is None else "penalty" if lines else "no_penalty",
        amount=figure_text(line.amount) if line else None, amount_min=figure_text(line.amount_min) if line else None,
        amount_max=figure_text(line.amount_max) if line else None, currency=scene.pack.currency if line else None,
        at=own.time_text, pack=own.reference, section=rules.head_by_rate[0].section,
    )  # fmt: skip
    sentenced = in_line(own, month.rate, lines, "rate_changed")
    new = replace(month, rate=sentenced.sentence, rated=month.rated + 1)
    return Turned(new, [own.tell(rating), *sentenced.outputs], sentenced.entries)


class _Figures(NamedTuple):
    """What is told of a closed month, beside what the month says itself."""

    party: PenaltyParty
    rate_percent: str | None
    penalties: int
    amount: str
    suspended: bool | None
    unconfirmed: bool | None


def _figures(scene: MonthContext, month: Month) -> _Figures:
    return _Figures(
        party=month.party.reference,
        rate_percent=_rate_percent(month),
        penalties=month.penalties + bool(month.rate.lines),
        amount=f"{_amount(month)}",
        suspended=month.suspended if month.party.kind == "person" else None,
        unconfirmed=True if month.recheck_at is not None else None,
    )


def _rate_percent(month: Month) -> str | None:
    return shown(Fraction(month.complaints * 100, month.served)) if month.served else None


def _amount(month: Month) -> Decimal:
    return month.amount + month.rate.amount


def _cases(month: Month, number: str, more: int) -> tuple[str, ...]:
    """The numbers of the cases that count, so that whoever is rated or suspended can look at them."""
    if more == 0:
        return month.cases
    others = tuple(case for case in month.cases if case != number)
    return (*others, number)[:CASES_NAMED_MAX] if more > 0 else others


def _suspended(scene: MonthContext, rules: PenaltyRules, month: Month) -> tuple[Month, list[Output]]:
    """The suspension in line with the complaints of the month: from the third on, at once, and lifted below it."""
    rule = rules.suspension
    is_due = suspends(rules, month.complaints) and month.complaints > month.atoned
    if month.party.kind != "person" or rule is None or is_due == month.suspended:
        return month, []
    if month.suspended:
        return _lifted(scene, rule, month, "complaints_fell")
    of = f"{month.month}/{month.party.name}"
    cases, own = list(month.cases), scene._replace(case_number="")
    count = month.suspensions + 1
    by = text_of_time(end_of_month(month_of(scene.at, scene.pack.time_zone), scene.pack.time_zone))
    issued, outputs = instructed(own, of, count, (), _ordered(rule, by))
    suspended = PersonSuspended(
        employee=month.party.id, month=month.month, complaints=month.complaints, case_numbers=cases, at=own.time_text,
        pack=own.reference, section=rule.section, measures=list(rule.measures), without_pay=rule.without_pay,
        publish_by=by,
    )  # fmt: skip
    new = replace(month, suspended=True, suspensions=count, issued=issued, corrected=())
    return new, [own.tell(suspended), *outputs]


def _lifted(
    scene: MonthContext, rule: SuspensionRule, month: Month, why: Literal["complaints_fell", "corrected"]
) -> tuple[Month, list[Output]]:
    """What lifts a suspension takes the place of the one that ordered it; only what goes with it is taken back."""
    of, own = f"{month.month}/{month.party.name}", scene._replace(case_number="")
    before = tuple(instruction for instruction in month.issued if instruction.what != "suspend")
    issued, outputs = instructed(own, of, month.suspensions, before, [Wanted("reinstate", "", rule.section)])
    lifted = PersonReinstated(
        employee=month.party.id, month=month.month, complaints=month.complaints, case_numbers=list(month.cases),
        at=own.time_text, pack=own.reference, section=rule.section, reason=why,
    )  # fmt: skip
    return replace(month, suspended=False, issued=issued), [own.tell(lifted), *outputs]


def _ordered(rule: SuspensionRule, publish_by: str) -> list[Wanted]:
    """What human resources does upon a suspension."""
    wanted = [Wanted("suspend", "", rule.section), *done_by(rule.measures, rule.section)]
    return [
        instruction._replace(due_at=publish_by) if instruction.action == "publish" else instruction
        for instruction in wanted
    ]
