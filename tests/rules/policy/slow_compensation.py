"""The amounts of source C once more, written apart from the pack and from `award`, with fractions and plain ifs.

Slow and plain on purpose: it follows the sentences of docs/sources.md, section 7, one after the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

BY_HAND = "by hand"


def slow_compensation(cause: str, facts: Mapping[str, Any]) -> Fraction | str:
    """What is paid beside the fee, in yuan, rounded to the cent; or that somebody decides by hand."""
    found = _amount(cause, facts)
    return found if isinstance(found, str) else _to_the_cent(found)


def slow_refund(cause: str, facts: Mapping[str, Any]) -> Fraction:
    """The service fee that goes back: whole for loss and delay, the share of it for damage; none for forwarding."""
    if cause in {"loss", "delay"}:
        return _number(facts, "service_fee")
    if cause in {"damage", "contents_mismatch"}:
        return _to_the_cent(_number(facts, "service_fee") * _number(facts, "share_lost"))
    return Fraction(0)


def _amount(cause: str, facts: Mapping[str, Any]) -> Fraction | str:
    pieces = facts["pieces"]
    if cause == "late_forwarding":
        return min(Fraction(50 * pieces * facts["days_late"]), Fraction(1000))
    if cause == "delay" and not facts["direct_loss"]:
        return min(_delay(facts), _number(facts, "real_value"))
    if cause == "loss":
        return _as_loss(facts)
    damage = _as_damage(cause, facts)
    if cause == "delay" and not isinstance(damage, str):  # partly spoilt, and late all the same
        return max(damage, min(_delay(facts), _number(facts, "real_value")))
    return damage


def _as_damage(cause: str, facts: Mapping[str, Any]) -> Fraction | str:
    """Damage, what a delay spoilt, what a mismatch lacks: all contents that lost some of their value."""
    pieces, share = facts["pieces"], _number(facts, "share_lost")
    if facts["insured"] or facts["agency_period"]:
        return _as_loss(facts) * share
    if _number(facts, "real_value") >= 3000:
        return BY_HAND
    missing = min(_number(facts, "real_loss"), _number(facts, "real_value"))
    no_invoice = facts["proof"] != "invoice" and missing >= 2000
    most_of_all = (1000 if facts["goods_kind"] == "practical" else 700) * pieces if no_invoice else None
    if cause == "contents_mismatch" or facts["damage_degree"] in {"destroyed", "lost", "partly_lost", "shortage"}:
        loss = min(_number(facts, "real_loss"), _number(facts, "real_value"), Fraction(2000 * pieces))
    elif facts["proof"] == "screenshot":
        loss = min(_number(facts, "real_value") * share, Fraction(500 * pieces))
    else:
        loss = _as_loss(facts) * share
    return loss if most_of_all is None else min(loss, Fraction(most_of_all))


def _as_loss(facts: Mapping[str, Any]) -> Fraction:
    if facts["insured"]:
        return min(_number(facts, "insured_amount"), _number(facts, "real_value"))
    if facts["agency_period"]:
        amount, bulk_at_most = 300 * facts["pieces"], 5000
    else:
        amount, bulk_at_most = 1000 * facts["pieces"], 10000
    if facts["bulk"] and amount > bulk_at_most:
        amount = bulk_at_most
    return min(Fraction(amount), _number(facts, "real_value"))


def _delay(facts: Mapping[str, Any]) -> Fraction:
    days, pieces = facts["days_late"], facts["pieces"]
    if facts["agency_period"]:
        return Fraction(min(10 * days * pieces, 1000 if facts["bulk"] else 100 * pieces))
    if facts["bulk"]:
        return Fraction(min(50 * days * pieces, 2500))
    at_most = 250 if _number(facts, "weight_kg") <= 1 else 500
    return Fraction(min(50 * days, at_most) * pieces)


def _number(facts: Mapping[str, Any], name: str) -> Fraction:
    return Fraction(facts[name])


def _to_the_cent(amount: Fraction) -> Fraction:
    cents = amount * 100
    whole = cents.numerator // cents.denominator
    return Fraction(whole + (1 if cents - whole >= Fraction(1, 2) else 0), 100)
