"""Warnings about a table of amounts: it can be loaded, and yet somewhere two rules hold at once, or none, or never.

Overlaps and gaps are found by trying (`tousu.policy.compensation_points`), and told with the point that shows them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from tousu.policy.claim_facts import CLAIM_FACTS, NUMBERS, Value, plain
from tousu.policy.compensation import Cap, Compensation, CompensationCause, CompensationRule, Sum
from tousu.policy.compensation_lint_errors import TABLE, Place
from tousu.policy.compensation_points import are_too_many, conditions_deciding, dimensions_of, points_of, values_of
from tousu.policy.handling_rule import Condition
from tousu.policy.lint_errors import Finding
from tousu.policy.pack import ClaimRules, Pack
from tousu.policy.rule_precedence import answer, followed, standing


def warnings_of_amounts(pack: Pack) -> Iterator[Finding]:
    """Everything in the amounts of a pack that looks right and is not."""
    claims = pack.claims
    if claims is not None and claims.compensation is not None:
        for check in CHECKS:
            yield from check(pack, claims, claims.compensation)


def conditions_can_hold(pack: Pack, claims: ClaimRules, table: Compensation) -> Iterator[Finding]:
    """A condition about a fact that no claim has, or a value that it never takes, holds never."""
    for place, condition in conditions_of(table):
        for name, accepted in condition.facts.items():
            domain = values_of(table, name)
            if name not in CLAIM_FACTS:
                yield _unknown((*place, "facts", name), name)
            elif domain is not None and not set(accepted) <= domain:
                wrong = ", ".join(str(value) for value in accepted if value not in domain)
                fix = f"Use one of: {', '.join(sorted(map(_text, domain)))}"
                yield Finding((*place, "facts", name), f"{name} is never {wrong}", fix)
        for name in condition.amounts:
            if name not in NUMBERS:
                yield _unknown((*place, "amounts", name), name)


def one_rule_holds(pack: Pack, claims: ClaimRules, table: Compensation) -> Iterator[Finding]:
    """For every claim exactly one rule decides: neither two that hold together nor none."""
    overlaps: dict[tuple[str, ...], str] = {}
    for cause in causes_of(pack, table):
        gap = ""
        dimensions = dimensions_of(table, cause)
        if are_too_many(dimensions):
            problem = f"claims for {cause} depend on too many facts to be tried ({', '.join(dimensions)})"
            yield Finding((*TABLE, "rules"), problem, "Ask for fewer facts in the conditions of its rules")
            continue
        for point in points_of(dimensions):
            values = {**point, "cause": cause}
            goes_as = followed(table, cause, values)
            if not isinstance(goes_as, str) or _is_exempt(table, cause, values):
                continue
            top = standing(table, goes_as, values).top
            if not top:
                gap = gap or _shown(table, cause, goes_as, point)
            elif len(top) > 1:
                overlaps.setdefault(tuple(rule.name for rule in top), _shown(table, cause, goes_as, point))
        if gap:
            fix = "Add a rule, or widen one; until then somebody decides such claims by hand"
            yield Finding((*TABLE, "rules"), f"no rule holds for {gap}", fix)
    for names, shown in overlaps.items():
        place = (*TABLE, "rules", names[-1])
        fix = f"Say in one of them that it goes over the other, such as over: [{names[0]}]"
        yield Finding(place, f"{' and '.join(names)} hold together for {shown}", fix, f"over: [{names[0]}]")


def every_rule_decides_something(pack: Pack, claims: ClaimRules, table: Compensation) -> Iterator[Finding]:
    """A rule that another goes over wherever it holds decides nothing."""
    decides: set[str] = set()
    for cause in causes_of(pack, table):
        dimensions = dimensions_of(table, cause)
        if are_too_many(dimensions):
            return
        for point in points_of(dimensions):
            values = {**point, "cause": cause}
            goes_as = followed(table, cause, values)
            if isinstance(goes_as, str):
                decides.update(rule.name for rule in standing(table, goes_as, values).top)
    for name in table.rules:
        if name not in decides:
            yield Finding((*TABLE, "rules", name), f"{name} never decides", "Remove it, or widen its condition")


def caps_can_bite(pack: Pack, claims: ClaimRules, table: Compensation) -> Iterator[Finding]:
    """A cap that the amount cannot exceed, or that cannot hold with its rule, does nothing."""
    for rule in table.rules.values():
        for index, cap in enumerate(rule.caps):
            place = (*TABLE, "rules", rule.name, "caps", index)
            if not _can_hold_together(rule.when, cap.when):
                yield Finding(place, "this cap never holds where its rule does", "Correct one of the two conditions")
            elif rule.basis == "figures" and rule.amount is not None and _never_above(rule.amount, cap):
                yield Finding(place, "the amount of the rule is never above this cap", "Lower the cap, or remove it")
            elif _is_shadowed(rule, index):
                yield Finding(place, "another cap of the rule is always lower", "Remove this one")


def causes_of(pack: Pack, table: Compensation) -> tuple[CompensationCause, ...]:
    """The causes for which there can be claims: those the table speaks of, and those for which classes open one."""
    named = [cause for rule in table.rules.values() for cause in rule.causes]
    named += [cause for follows_rule in table.follows for cause in follows_rule.causes]
    named += [class_.claim.cause for class_ in pack.classes.values() if class_.claim is not None]
    return tuple(dict.fromkeys(named))


def conditions_of(table: Compensation) -> Iterator[tuple[Place, Condition]]:
    """Every condition of a table, with its place."""
    for index, follows_rule in enumerate(table.follows):
        yield (*TABLE, "follows", index, "when"), follows_rule.when
    for exemption in table.exemptions.values():
        yield (*TABLE, "exemptions", exemption.name, "when"), exemption.when
        if exemption.except_when is not None:
            yield (*TABLE, "exemptions", exemption.name, "except_when"), exemption.except_when
    for rule in table.rules.values():
        yield (*TABLE, "rules", rule.name, "when"), rule.when
        for index, cap in enumerate(rule.caps):
            yield (*TABLE, "rules", rule.name, "caps", index, "when"), cap.when
            if cap.lifted_when is not None:
                yield (*TABLE, "rules", rule.name, "caps", index, "lifted_when"), cap.lifted_when


def _is_exempt(table: Compensation, cause: CompensationCause, values: Mapping[str, Value]) -> bool:
    """Whether an exemption that needs no proof holds, so that it never comes to a rule."""
    return any(
        cause in exemption.causes
        and not exemption.evidence
        and answer(exemption.when, values).holds
        and (exemption.except_when is None or answer(exemption.except_when, values).holds is False)
        for exemption in table.exemptions.values()
    )


def _can_hold_together(condition: Condition, other: Condition) -> bool:
    both = condition.facts.keys() & other.facts.keys()
    return all(set(condition.facts[name]) & set(other.facts[name]) for name in both)


def _never_above(amount: Sum, cap: Cap) -> bool:
    """Whether an amount is at most a cap whatever the facts; only what can be seen without them is told."""
    if (amount.currency, amount.times, amount.divided_by) != (cap.currency, cap.times, cap.divided_by):
        return False
    if amount.of != cap.of or set(amount.per) - set(cap.per) or "day" in set(cap.per) - set(amount.per):
        return False
    if amount.fixed is not None and cap.fixed is not None:
        return cap.fixed >= amount.fixed
    return amount.fixed is None and cap.fixed is None


def _is_shadowed(rule: CompensationRule, index: int) -> bool:
    """Whether another cap, which holds at least as often, is lower in any case."""
    cap = rule.caps[index]
    for place, other in enumerate(rule.caps):
        if place == index or other.if_known or (other.lifted_when is not None and other.lifted_when != cap.lifted_when):
            continue
        wider = (
            other.when.facts.items() <= cap.when.facts.items()
            and other.when.amounts.items() <= cap.when.amounts.items()
        )
        equal = _never_above(cap, other) and _never_above(other, cap)
        if wider and _never_above(other, cap) and (not equal or place < index):
            return True
    return False


def _unknown(place: Place, name: str) -> Finding:
    problem = f"no claim has the fact {name}, so this never holds"
    return Finding(place, problem, f"Use one of: {', '.join(sorted(CLAIM_FACTS))}")


def _text(value: bool | str) -> str:
    return plain(value)


def _shown(
    table: Compensation, cause: CompensationCause, goes_as: CompensationCause, point: Mapping[str, Value]
) -> str:
    """A point in words: the facts on which it depends there, and no others."""
    asked = {
        name
        for condition in conditions_deciding(table, cause, {goes_as})
        for name in (*condition.facts, *condition.amounts)
    }
    parts = [f"{name} {plain(value)}" for name, value in point.items() if name in asked]
    return ", ".join([f"cause {cause}", *parts])


CHECKS: Final[tuple[Callable[[Pack, ClaimRules, Compensation], Iterator[Finding]], ...]] = (
    conditions_can_hold,
    one_rule_holds,
    every_rule_decides_something,
    caps_can_bite,
)
