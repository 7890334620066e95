"""The books of a claim once more, in whole cents: what is awarded, paid and withdrawn under each name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def cents(amount: str) -> int:
    """An amount as a whole number."""
    whole, _, part = amount.partition(".")
    return int(whole) * 100 + int((part + "00")[:2])


def outstanding(books: Mapping[str, int]) -> int:
    return books["awarded"] - books["paid"] - books["withdrawn"]


def book(claim: dict[str, Any], name: str, movement: str, amount: int) -> None:
    if amount:
        claim["books"].setdefault(name, {"awarded": 0, "paid": 0, "withdrawn": 0})[movement] += amount
