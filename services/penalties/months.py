"""The months of a party: counted as charges come, closed by time, corrected by name when something comes later."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from msgspec.structs import replace

from services.penalties.sentencing import in_line
from services.penalties.states import CASES_NAMED_MAX, Month
from services.penalties.telling import MonthContext, Wanted, done_by, instructed
from tousu.decision import Output
from tousu.event import text_of_time
from tousu.ledger.obligation import Entry
from tousu.policy.penalties import end_of_month, line_of_rate, month_of, rate, shown, suspends
from tousu.policy.penalty_rule import PenaltyRules, SuspensionRule


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
    return _told_again(scene, rules, month, new, "charge_changed", outputs)


def reported(scene: MonthContext, rules: PenaltyRules, month: Month, outlet: str, services: int) -> Turned:
    """The month after a figure of services; a closed one is rated again and corrected."""
    new = replace(month, services=month.services | {outlet: services})
    return _told_again(scene, rules, month, new, "services_reported", [])


def closed(scene: MonthContext, rules: PenaltyRules, month: Month) -> Turned:
    """The month with its figures told for the first time."""
    new, outputs, entries = _rated(scene, rules, month)
    new = replace(new, revision=1)
    return Turned(new, [*outputs, scene.tell("month.closed", _figures(scene, rules, new))], entries)


def confirmed(scene: MonthContext, rules: PenaltyRules, month: Month) -> Turned:
    """A month that was closed in doubt, now that everything that belongs to it is known: it is rated and told."""
    new, rated, entries = _rated(scene, rules, replace(month, recheck_at=None, revision=month.revision + 1))
    said = _figures(scene, rules, new) | {"difference": f"{_amount(new) - _amount(month)}", "reason": "confirmed"}
    return Turned(new, [*rated, scene.tell("month.corrected", said)], entries)


def _told_again(
    scene: MonthContext, rules: PenaltyRules, old: Month, new: Month, reason: str, outputs: list[Output]
) -> Turned:
    """The figures of a closed month once more, where they changed. One that is open waits for its close."""
    if not old.is_closed or _tellable(old) == _tellable(new):
        return Turned(new, outputs, [])
    new, rated, entries = _rated(scene, rules, new)
    new = replace(new, revision=new.revision + 1)
    difference = _amount(new) - _amount(old)
    said = _figures(scene, rules, new) | {"difference": f"{difference}", "reason": reason}
    return Turned(new, [*outputs, *rated, scene.tell("month.corrected", said)], entries)


def _tellable(month: Month) -> tuple[object, ...]:
    return (month.complaints, month.penalties, month.amount, month.served, month.suspended)


def _rated(scene: MonthContext, rules: PenaltyRules, month: Month) -> Turned:
    """The rate of a department and what its head bears for it; others, and what is unconfirmed, are not rated."""
    if month.recheck_at is not None or month.party.kind != "department" or not rules.head_by_rate:
        return Turned(month, [], [])
    rated = rate(rules, month.complaints, month.served)
    lines = line_of_rate(rated, month.complaints, month.served)
    said: dict[str, Any] = {
        "department": month.party.id,
        "month": month.month,
        "revision": month.rated + 1,
        "complaints": month.complaints,
        **_services(month),
        "result": "unknown" if rated.percent is None else "penalty" if lines else "no_penalty",
        "section": rules.head_by_rate[0].section,
    }
    for line in lines:
        optional = {"amount": line.amount, "amount_min": line.amount_min, "amount_max": line.amount_max}
        said |= {name: f"{value}" for name, value in optional.items() if value is not None}
        said |= {"currency": scene.pack.currency}
    own = scene._replace(case_number="")
    sentenced = in_line(own, month.rate, lines, "rate_changed")
    new = replace(month, rate=sentenced.sentence, rated=month.rated + 1)
    return Turned(new, [own.tell("department.rated", said), *sentenced.outputs], sentenced.entries)


def _figures(scene: MonthContext, rules: PenaltyRules, month: Month) -> dict[str, Any]:
    suspended = {"suspended": month.suspended} if month.party.kind == "person" else {}
    return {
        "party": month.party.as_data(),
        "month": month.month,
        "revision": month.revision,
        "complaints": month.complaints,
        **_services(month),
        "penalties": month.penalties + bool(month.rate.lines),
        "amount": f"{_amount(month)}",
        "currency": scene.pack.currency,
        **suspended,
        **({"unconfirmed": True} if month.recheck_at is not None else {}),
        "section": rules.section,
    }


def _services(month: Month) -> dict[str, Any]:
    if month.served is None:
        return {}
    rated = {"rate_percent": shown(Fraction(month.complaints * 100, month.served))} if month.served else {}
    return {"services": month.served, **rated}


def _amount(month: Month) -> Decimal:
    return month.amount + month.rate.amount


def _cases(month: Month, number: str, more: int) -> tuple[str, ...]:
    """The numbers of the cases that count; only persons are told which."""
    if month.party.kind != "person" or more == 0:
        return month.cases
    others = tuple(each for each in month.cases if each != number)
    return (*others, number)[:CASES_NAMED_MAX] if more > 0 else others


def _suspended(scene: MonthContext, rules: PenaltyRules, month: Month) -> tuple[Month, list[Output]]:
    """The suspension in line with the complaints of the month: from the third on, at once, and lifted below it."""
    rule = rules.suspension
    if month.party.kind != "person" or rule is None or suspends(rules, month.complaints) == month.suspended:
        return month, []
    of = f"{month.month}/{month.party.name}"
    said: dict[str, Any] = {
        "employee": month.party.id,
        "month": month.month,
        "complaints": month.complaints,
        "case_numbers": list(month.cases),
        "section": rule.section,
    }
    own = scene._replace(case_number="")
    if month.suspended:
        # What lifts a suspension takes the place of the one that ordered it; only what goes with it is taken back.
        before = tuple(one for one in month.issued if one.what != "suspend")
        lifted = [Wanted("reinstate", "", {"section": rule.section})]
        issued, outputs = instructed(own, of, month.suspensions, before, lifted)
        told = own.tell("person.reinstated", said | {"reason": "complaints_fell"})
        return replace(month, suspended=False, issued=issued), [told, *outputs]
    count = month.suspensions + 1
    by = text_of_time(end_of_month(month_of(scene.at, scene.pack.time_zone), scene.pack.time_zone))
    said |= {"measures": list(rule.measures), "without_pay": rule.without_pay, "publish_by": by}
    issued, outputs = instructed(own, of, count, (), _ordered(rule, by))
    new = replace(month, suspended=True, suspensions=count, issued=issued)
    return new, [own.tell("person.suspended", said), *outputs]


def _ordered(rule: SuspensionRule, publish_by: str) -> list[Wanted]:
    """What human resources does upon a suspension."""
    wanted = [Wanted("suspend", "", {"section": rule.section}), *done_by(rule.measures, rule.section)]
    return [one._replace(data=one.data | {"due_at": publish_by}) if one.what == "publish" else one for one in wanted]
