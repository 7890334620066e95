"""Traps of a table of amounts: it can be loaded, and yet somewhere two rules hold at once, or none, or never.

Overlaps and gaps are found by trying: every combination of the values that conditions list, one more that they do not
list, and for each border of an amount a value below, at and above. What is found is told with the point that shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from itertools import product
from math import prod
from typing import Final

from tousu.policy.claim_facts import CLAIM_FACTS, NUMBERS, WORDS, YES_OR_NO, Value, plain
from tousu.policy.compensation import Cap, Compensation, CompensationCause, CompensationRule, Sum
from tousu.policy.compensation_sense import TABLE, Place
from tousu.policy.contest import answer, followed, standing
from tousu.policy.handling_rule import Condition
from tousu.policy.pack import ClaimRules, Pack
from tousu.policy.sense import Finding

POINTS_MAX: Final = 20_000
UNLISTED: Final = "something_else"


def traps_of_amounts(pack: Pack) -> Iterator[Finding]:
    """Everything in the amounts of a pack that looks right and is not."""
    claims = pack.claims
    if claims is not None and claims.compensation is not None:
        for check in CHECKS:
            yield from check(pack, claims, claims.compensation)


def conditions_can_hold(pack: Pack, claims: ClaimRules, table: Compensation) -> Iterator[Finding]:
    """A condition about a fact that no claim has, or a value that it never takes, holds never."""
    for place, condition in conditions_of(table):
        for name, accepted in condition.facts.items():
            domain = _domain(name)
            if name not in CLAIM_FACTS:
                yield _unknown((*place, "facts", name), name)
            elif domain is not None and not set(accepted) <= domain:
                wrong = ", ".join(str(each) for each in accepted if each not in domain)
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
        if prod(len(values) for values in dimensions.values()) > POINTS_MAX:
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
                gap = gap or _shown(cause, point)
            elif len(top) > 1:
                overlaps.setdefault(tuple(rule.name for rule in top), _shown(cause, point))
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
        if prod(len(values) for values in dimensions.values()) > POINTS_MAX:
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
            elif rule.amount is not None and _never_above(rule.amount, cap):
                yield Finding(place, "the amount of the rule is never above this cap", "Lower the cap, or remove it")
            elif _is_shadowed(rule, index):
                yield Finding(place, "another cap of the rule is always lower", "Remove this one")


def causes_of(pack: Pack, table: Compensation) -> tuple[CompensationCause, ...]:
    """The causes for which there can be claims: those the table speaks of, and those for which classes open one."""
    named = [cause for rule in table.rules.values() for cause in rule.causes]
    named += [cause for one in table.follows for cause in one.causes]
    named += [one.claim.cause for one in pack.classes.values() if one.claim is not None]
    return tuple(dict.fromkeys(named))


def conditions_of(table: Compensation) -> Iterator[tuple[Place, Condition]]:
    """Every condition of a table, with its place."""
    for index, one in enumerate(table.follows):
        yield (*TABLE, "follows", index, "when"), one.when
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


def dimensions_of(table: Compensation, cause: CompensationCause) -> dict[str, tuple[Value, ...]]:
    """The facts on which it depends which rule decides, each with the values worth trying."""
    follows = [one for one in table.follows if cause in one.causes]
    reached = {cause, *(one.goes_as for one in follows)}
    conditions = [one.when for one in follows]
    conditions += [rule.when for rule in table.rules.values() if reached.intersection(rule.causes)]
    listed: dict[str, list[Value]] = {}
    for condition in conditions:
        for name, accepted in condition.facts.items():
            if name != "cause":
                listed.setdefault(name, []).extend(_value(each) for each in accepted)
        for name, bounds in condition.amounts.items():
            borders = (bounds.at_least, bounds.over, bounds.under, bounds.at_most)
            listed.setdefault(name, []).extend(border for border in borders if border is not None)
    return {name: _tried(name, values) for name, values in listed.items()}


def points_of(dimensions: Mapping[str, tuple[Value, ...]]) -> Iterator[dict[str, Value]]:
    """Every combination."""
    for values in product(*dimensions.values()):
        yield dict(zip(dimensions, values, strict=True))


def _tried(name: str, listed: list[Value]) -> tuple[Value, ...]:
    """The values of a fact worth trying."""
    if name in NUMBERS:
        form = NUMBERS[name]
        step = Decimal(1).scaleb(-form.places)
        numbers = [each for each in listed if isinstance(each, Decimal)]
        around = {number + way * step for number in numbers for way in (-1, 0, 1)}
        least = Decimal(0) if form.zero else step
        return tuple(sorted(each for each in around if least <= each and not (form.share and each > 1)))
    domain = _domain(name)
    if domain is not None:
        return tuple(sorted(domain, key=str))
    return (*dict.fromkeys(listed), UNLISTED)


def _domain(name: str) -> frozenset[bool | str] | None:
    if name in YES_OR_NO:
        return frozenset({True, False})
    return WORDS.get(name)


def _is_exempt(table: Compensation, cause: CompensationCause, values: Mapping[str, Value]) -> bool:
    """Whether an exemption that needs no proof holds, so that it never comes to a rule."""
    return any(
        cause in one.causes
        and not one.evidence
        and answer(one.when, values).holds
        and (one.except_when is None or answer(one.except_when, values).holds is False)
        for one in table.exemptions.values()
    )


def _can_hold_together(one: Condition, other: Condition) -> bool:
    both = one.facts.keys() & other.facts.keys()
    return all(set(one.facts[name]) & set(other.facts[name]) for name in both)


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


def _value(listed: object) -> Value:
    return listed if isinstance(listed, bool | str) else Decimal(str(listed))


def _text(value: bool | str) -> str:
    return plain(value)


def _shown(cause: str, point: Mapping[str, Value]) -> str:
    return ", ".join([f"cause {cause}", *(f"{name} {plain(value)}" for name, value in point.items())])


CHECKS: Final[tuple[Callable[[Pack, ClaimRules, Compensation], Iterator[Finding]], ...]] = (
    conditions_can_hold,
    one_rule_holds,
    every_rule_decides_something,
    caps_can_bite,
)
