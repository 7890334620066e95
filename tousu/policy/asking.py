"""Every fact that the table of a pack may still ask for, so that it can be told once and whole.

`award` names what it needs next; whoever collects facts would learn one after the other from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from tousu.policy.amount_calculation import inputs_of
from tousu.policy.claim_facts import BadFact, Value, read_facts
from tousu.policy.compensation import Compensation, CompensationCause, CompensationRule
from tousu.policy.pack import Pack
from tousu.policy.rule_precedence import answer, goes_over


def facts_asked(pack: Pack, cause: CompensationCause, facts: Mapping[str, Any], on: date) -> tuple[str, ...]:
    """The facts that any rule which may still decide a claim of this cause asks for and that are not known, in order.

    What the table assumes until somebody finds otherwise is not asked for.
    """
    table = pack.claims.compensation if pack.claims is not None else None
    if table is None:
        return ()
    read = read_facts(facts, table, pack.currency, on)
    if isinstance(read, BadFact):
        return ()
    values: dict[str, Value] = {**read.values, "cause": cause}
    known = {*values, *table.assumed}
    named = dict.fromkeys(_named(table, cause, values))
    return tuple(name for name in named if name not in known and not name.startswith("rate_"))


def _named(table: Compensation, cause: CompensationCause, values: Mapping[str, Value]) -> Iterator[str]:
    ways: list[CompensationCause] = [cause]
    for follows_rule in table.follows:
        verdict = answer(follows_rule.when, {**_assumed(table), **values}) if cause in follows_rule.causes else None
        if verdict is not None and verdict.holds is not False:
            ways = [follows_rule.goes_as] if verdict.holds else [*ways, follows_rule.goes_as]
            yield from verdict.missing
    weighed = {**_assumed(table), **values}
    for rule in _may_decide(table, ways, weighed):
        yield from _asked_by(rule, ways, weighed)
    for refund in table.refunds.values():
        if cause in refund.causes:
            yield from inputs_of(refund)


def _assumed(table: Compensation) -> dict[str, Value]:
    return {name: value for name, value in table.assumed.items() if isinstance(value, bool | str)}


def _may_decide(
    table: Compensation, ways: list[CompensationCause], values: Mapping[str, Value]
) -> list[CompensationRule]:  # fmt: skip
    verdicts = [(rule, answer(rule.when, values)) for rule in table.rules.values() if set(ways) & set(rule.causes)]
    held = [rule for rule, verdict in verdicts if verdict.holds]
    return [
        rule
        for rule, verdict in verdicts
        if verdict.holds is not False and not any(goes_over(table, other, rule) for other in held)
    ]


def _asked_by(rule: CompensationRule, ways: list[CompensationCause], values: Mapping[str, Value]) -> Iterator[str]:
    yield from answer(rule.when, values).missing
    if rule.basis == "figures" and rule.amount is not None:
        yield from inputs_of(rule.amount)
    for cap in rule.caps:
        verdict = answer(cap.when, values)
        if verdict.holds is not False:
            yield from verdict.missing
            yield from () if cap.if_known else inputs_of(cap)
    if rule.part is not None and set(ways) & set(rule.part.causes):
        yield rule.part.times
