"""Which rule of a table decides: three answers of a condition (yes, no, not known yet), and which rule goes over which.

Pure logic without amounts, so that the linter can try a table at every point that matters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from tousu.policy.claim_facts import Value
from tousu.policy.compensation import Compensation, CompensationCause, CompensationRule
from tousu.policy.handling_rule import Condition


class ConditionAnswer(NamedTuple):
    """What a condition says of facts. holds: None while facts are missing that decide it; `missing` names them."""

    holds: bool | None
    missing: tuple[str, ...] = ()


YES = ConditionAnswer(holds=True)
NO = ConditionAnswer(holds=False)


class PrecedenceResult(NamedTuple):
    """How the rules of a table stand for a claim.

    top: the rules that hold and that none of the others goes over; one, where the table is sound. missing: facts that
    could still bring another rule to the top, those first that every such rule waits for.
    """

    top: tuple[CompensationRule, ...]
    missing: tuple[str, ...]


def answer(condition: Condition, values: Mapping[str, Value]) -> ConditionAnswer:
    """What a condition says of what is known."""
    missing: list[str] = []
    for name, accepted in condition.facts.items():
        value = values.get(name)
        if value is None:
            missing.append(name)
        elif value not in accepted:
            return NO
    for name, bounds in condition.amounts.items():
        value = values.get(name)
        if value is None:
            missing.append(name)
        elif not isinstance(value, Decimal) or not bounds.holds(value):
            return NO
    return ConditionAnswer(None, tuple(missing)) if missing else YES


def followed(
    table: Compensation, cause: CompensationCause, values: Mapping[str, Value]
) -> ConditionAnswer | CompensationCause:
    """The cause by whose rows a claim goes, or what must be known to tell."""
    for follows_rule in table.follows:
        if cause in follows_rule.causes:
            verdict = answer(follows_rule.when, values)
            if verdict.holds:
                return follows_rule.goes_as
            if verdict.holds is None:
                return verdict
    return cause


def standing(table: Compensation, goes_as: CompensationCause, values: Mapping[str, Value]) -> PrecedenceResult:
    """How the rules stand for a claim that goes by the rows of a cause. `values` hold the claim's own `cause`, too."""
    held: list[CompensationRule] = []
    waiting: list[tuple[CompensationRule, tuple[str, ...]]] = []
    for rule in table.rules.values():
        if goes_as in rule.causes:
            verdict = answer(rule.when, values)
            if verdict.holds:
                held.append(rule)
            elif verdict.holds is None:
                waiting.append((rule, verdict.missing))
    top = held
    if len(held) > 1:
        top = [rule for rule in held if not any(goes_over(table, other, rule) for other in held)]
    open_ = [missing for rule, missing in waiting if not any(goes_over(table, other, rule) for other in held)]
    return PrecedenceResult(tuple(top), _asked_first(open_))


def goes_over(table: Compensation, rule: CompensationRule, other: CompensationRule) -> bool:
    """Whether a rule goes before another where both hold, directly or by way of a third."""
    seen: set[str] = set()
    waiting = list(rule.over)
    while waiting:
        name = waiting.pop()
        if name == other.name:
            return True
        if name not in seen and name in table.rules:
            seen.add(name)
            waiting.extend(table.rules[name].over)
    return False


def _asked_first(missing: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """What to find out next: the facts that all wait for, or, where there is none, everything that any waits for."""
    names = tuple(dict.fromkeys(name for facts in missing for name in facts))
    by_all = tuple(name for name in names if all(name in facts for facts in missing))
    return by_all or names
