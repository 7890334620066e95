"""The claims worth trying a table of amounts at: every combination of facts on which it depends which rule decides.

Of each fact the values that conditions list and one more; for each border of an amount a value below, at and above.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from itertools import product
from math import prod
from typing import Final

from tousu.policy.claim_facts import NUMBERS, WORDS, YES_OR_NO, Value
from tousu.policy.compensation import Compensation, CompensationCause
from tousu.policy.handling_rule import Condition

POINTS_MAX: Final = 20_000
UNLISTED: Final = "something_else"


def dimensions_of(table: Compensation, cause: CompensationCause) -> dict[str, tuple[Value, ...]]:
    """The facts on which it depends which rule decides, each with the values worth trying."""
    listed: dict[str, list[Value]] = {}
    reached = {cause, *(follows_rule.goes_as for follows_rule in table.follows if cause in follows_rule.causes)}
    for condition in conditions_deciding(table, cause, reached):
        for name, accepted in condition.facts.items():
            if name != "cause":
                listed.setdefault(name, []).extend(_value(value) for value in accepted)
        for name, bounds in condition.amounts.items():
            borders = (bounds.at_least, bounds.over, bounds.under, bounds.at_most)
            listed.setdefault(name, []).extend(border for border in borders if border is not None)
    return {name: _tried(table, name, values) for name, values in listed.items()}


def points_of(dimensions: Mapping[str, tuple[Value, ...]]) -> Iterator[dict[str, Value]]:
    """Every combination."""
    for values in product(*dimensions.values()):
        yield dict(zip(dimensions, values, strict=True))


def are_too_many(dimensions: Mapping[str, tuple[Value, ...]]) -> bool:
    """Whether trying every combination would take a linter too long."""
    return prod(len(values) for values in dimensions.values()) > POINTS_MAX


def conditions_deciding(
    table: Compensation, cause: CompensationCause, reached: Collection[CompensationCause]
) -> Iterator[Condition]:
    """The conditions on which it depends which rule decides a claim that goes by the rows of one of these causes."""
    yield from (follows_rule.when for follows_rule in table.follows if cause in follows_rule.causes)
    yield from (rule.when for rule in table.rules.values() if not set(reached).isdisjoint(rule.causes))


def values_of(table: Compensation, name: str) -> frozenset[bool | str] | None:
    """Every value that a fact can take; None where no list says so."""
    if name in YES_OR_NO:
        return frozenset({True, False})
    if name in table.words:
        return frozenset(table.words[name])
    return WORDS.get(name)


def _tried(table: Compensation, name: str, listed: list[Value]) -> tuple[Value, ...]:
    """The values of a fact worth trying."""
    if name in NUMBERS:
        form = NUMBERS[name]
        step = Decimal(1).scaleb(-form.places)
        numbers = [value for value in listed if isinstance(value, Decimal)]
        around = {number + way * step for number in numbers for way in (-1, 0, 1)}
        least = Decimal(0) if form.zero else step
        right = sorted(number for number in around if least <= number and not (form.share and number > 1))
        return tuple(right) or (Decimal(1),)
    domain = values_of(table, name)
    if domain is not None:
        return tuple(sorted(domain, key=str))
    return (*dict.fromkeys(listed), UNLISTED)


def _value(listed: object) -> Value:
    return listed if isinstance(listed, bool | str) else Decimal(str(listed))
