"""What is found about a claim, read: decimals, counts, yes and no, words. What cannot be right is a `BadFact`.

Facts arrive as departments report them, so each of them may be malformed. Amounts in another currency are brought into
the pack's by the rate of the day.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any, Final, Literal, NamedTuple

import msgspec

from tousu.policy.compensation import Compensation, Rate

Value = bool | str | Decimal
Fault = Literal[
    "not_a_number", "negative", "zero", "too_large", "too_fine", "above_one", "not_whole", "not_yes_or_no",
    "not_listed", "not_a_word", "unknown_currency", "no_rate",
]  # fmt: skip

EXACT: Final = Context(prec=80, rounding=ROUND_HALF_UP)
"""Wide enough for every product of inputs, so that nothing is rounded but to the cent."""
CENT: Final = Decimal("0.01")
DIGITS_MAX: Final = 12


class BadFact(msgspec.Struct, frozen=True, kw_only=True, tag_field="outcome", tag="bad_fact"):
    """A fact that cannot be right: which, why (a reason code), and a sentence that says what to give instead."""

    name: str
    reason: Fault
    message: str


class Decimals(NamedTuple):
    """What a number must be like: places after the point, and whether 0 makes sense."""

    places: int
    zero: bool = False
    share: bool = False


YES_OR_NO: Final = frozenset(
    {
        "insured", "bulk", "agency_period", "customer_packed", "packing_sound", "reported_after_signing",
        "customers_fault", "nature_of_goods", "force_majeure", "gross_negligence", "direct_loss", "mis_sorted",
        "ecommerce_goods", "value_declared", "arbitration_agreed",
    }
)  # fmt: skip
WORDS: Final[Mapping[str, frozenset[str] | None]] = {
    "goods_kind": frozenset({"practical", "other"}),
    "proof": frozenset({"invoice", "screenshot", "none"}),
    "service": frozenset({"express", "registered", "recorded", "ordinary"}),
    "route": frozenset({"same_city", "domestic", "hongkong_macau_taiwan", "international"}),
    "damage_degree": None,
    "damage_cause": None,
    "region": None,
    "cause": None,
}
"""Facts that are words. None: any word, the pack says which it knows."""
AMOUNTS: Final[Mapping[str, Decimals]] = {
    "insured_amount": Decimals(2),
    "real_value": Decimals(2),
    "real_loss": Decimals(2, zero=True),
    "declared_value": Decimals(2),
    "service_fee": Decimals(2, zero=True),
    "extras_fee": Decimals(2, zero=True),
}
"""Facts that are money, in the currency that the fact `currency` names."""
MEASURES: Final[Mapping[str, Decimals]] = {
    "weight_kg": Decimals(6),
    "share_lost": Decimals(8, zero=True, share=True),
}
COUNTS: Final[Mapping[str, Decimals]] = {"pieces": Decimals(0), "days_late": Decimals(0, zero=True)}
NUMBERS: Final[Mapping[str, Decimals]] = {**AMOUNTS, **MEASURES, **COUNTS}
CLAIM_FACTS: Final = frozenset({*YES_OR_NO, *WORDS, *NUMBERS})
"""Everything that a table of compensation may speak of; `currency` stands beside them."""

_NUMBER: Final = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?")
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")


class Exchange(NamedTuple):
    """The rate by which amounts are brought into the pack's currency, and the amounts as they were given."""

    currency: str
    rate: Rate
    given: Mapping[str, Decimal]


class Readings(NamedTuple):
    """The facts of a claim as values, amounts in the pack's currency. exchange: None where they were given so."""

    values: dict[str, Value]
    exchange: Exchange | None


def read_facts(facts: Mapping[str, Any], table: Compensation, own_currency: str, on: date) -> Readings | BadFact:
    """Every fact of a claim that a table can speak of, or the first (by name) that cannot be right.

    Facts that no table speaks of are passed over. `on`: the day whose rate counts.
    """
    rate = _rate(facts.get("currency"), table, own_currency, on)
    if isinstance(rate, BadFact):
        return rate
    values: dict[str, Value] = {}
    for name in sorted(facts.keys() & CLAIM_FACTS):
        read = _READERS[name](name, facts[name])
        if isinstance(read, BadFact):
            return read
        if name in table.words and read not in table.words[name]:
            return _bad(name, "not_listed", f"give one of: {', '.join(table.words[name])}")
        values[name] = read
    if rate is None:
        return Readings(values, None)
    given = {name: amount for name in sorted(AMOUNTS) if isinstance(amount := values.get(name), Decimal)}
    for name, amount in given.items():
        values[name] = worth = to_the_cent(EXACT.multiply(amount, rate.rate))
        if worth == 0 and not AMOUNTS[name].zero:
            return _bad(name, "zero", f"this is worth less than a cent in {own_currency}; give more, or leave it out")
    return Readings(values, Exchange(facts["currency"], rate, given))


def rate_on(table: Compensation, currency: str, on: date) -> Rate | None:
    """The rate of a currency that holds on a day; None where the pack has none for it."""
    return next((rate for rate in reversed(table.rates.get(currency, ())) if rate.effective_from <= on), None)


def to_the_cent(amount: Decimal) -> Decimal:
    """To the cent, halves up: the one way of rounding there is."""
    return amount.quantize(CENT, context=EXACT)


def read_amount(name: str, value: Any) -> Decimal | BadFact:
    """An amount of money over 0, such as what was agreed."""
    return _number(name, value, Decimals(2))


def plain(value: Value) -> str:
    """A value as a trace writes it: decimals without exponent and without zeros at the end."""
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def _rate(code: Any, table: Compensation, own: str, on: date) -> Rate | BadFact | None:
    if code is None or code == own:
        return None
    if not isinstance(code, str) or _CURRENCY.fullmatch(code) is None or code not in table.rates:
        known = ", ".join((own, *table.rates))
        return _bad("currency", "unknown_currency", f"{code!s:.40} is no currency with a rate; give one of: {known}")
    rate = rate_on(table, code, on)
    if rate is None:
        first = table.rates[code][0].effective_from
        return _bad("currency", "no_rate", f"{code} has no rate on {on}; the first holds from {first}")
    return rate


def _number(name: str, value: Any, form: Decimals) -> Decimal | BadFact:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10 ** (DIGITS_MAX + 1) else f"{'-' if value < 0 else ''}{'9' * 13}"
    match = _NUMBER.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return _bad(name, "not_a_number", 'give a decimal number as text, such as "12.50"')
    minus, whole, fraction = match.groups()
    if len(whole.lstrip("0")) > DIGITS_MAX:
        return _bad(name, "too_large", f"give at most {DIGITS_MAX} digits before the point")
    if fraction is not None and len(fraction) > form.places:
        if form.places == 0:
            return _bad(name, "not_whole", "give a whole number")
        return _bad(name, "too_fine", f"give at most {form.places} digits after the point")
    number = Decimal(value)
    if minus and number != 0:
        return _bad(name, "negative", "give a number that is not below 0")
    if number == 0:
        return Decimal(0) if form.zero else _bad(name, "zero", "give a number above 0, or leave it out")
    if form.share and number > 1:
        return _bad(name, "above_one", "give the share as a number from 0 to 1")
    return number


def _yes_or_no(name: str, value: Any) -> bool | BadFact:
    return value if isinstance(value, bool) else _bad(name, "not_yes_or_no", "give true or false")


def _word(name: str, value: Any) -> str | BadFact:
    if not isinstance(value, str) or _WORD.fullmatch(value) is None:
        return _bad(name, "not_a_word", "give a code of at most 64 letters, digits and underscores")
    known = WORDS[name]
    if known is not None and value not in known:
        return _bad(name, "not_listed", f"give one of: {', '.join(sorted(known))}")
    return value


def _bad(name: str, reason: Fault, fix: str) -> BadFact:
    return BadFact(name=name, reason=reason, message=f"{name}: {fix}")


def _reader(form: Decimals) -> Callable[[str, Any], Value | BadFact]:
    return lambda name, value: _number(name, value, form)


_READERS: Final[Mapping[str, Callable[[str, Any], Value | BadFact]]] = {
    **dict.fromkeys(YES_OR_NO, _yes_or_no),
    **dict.fromkeys(WORDS, _word),
    **{name: _reader(form) for name, form in NUMBERS.items()},
}
