"""The arithmetic of an award, step by step: every step is plain data, so that anybody can do it again.

Decimals are exact up to the last step of a part, which rounds to the cent, halves up. Two things round there and then:
a division, which no decimal can hold, and an exchange, since money is cents in the other currency, too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final, Literal

import msgspec

from tousu.policy.claim_facts import CENT, EXACT, Exchange, Value, plain, to_the_cent
from tousu.policy.compensation import Cap, PartLost, Rate, Sum
from tousu.policy.rule_precedence import answer

PER: Final = {"piece": "pieces", "day": "days_late"}
_FIGURE: Final = re.compile(r"[0-9]+(\.[0-9]+)?")
Operation = Literal["convert", "take", "multiply", "divide", "decide", "cap", "part", "round", "add", "percent"]


class AmountStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step: what is done, with which inputs by name, and what comes out. Numbers are decimal text."""

    operation: Operation
    inputs: dict[str, str]
    result: str
    section: str


class TriedCap(msgspec.Struct, frozen=True, kw_only=True):
    """A cap that was tried. binds: it makes the amount what it is; holds: the amount is not above it anyway.

    amount: empty where it is lifted, or where an input of it is unknown and the pack does not ask for it.
    """

    of: dict[str, str]
    amount: str
    outcome: Literal["binds", "holds", "lifted", "unknown"]
    section: str


class Beside(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What other claims of the same piece have, in the pack's currency: never more than its value in all is owed.

    worth: the value of the piece as it was found for whichever of its claims, None while nobody knows it.
    """

    compensation: Decimal = Decimal(0)
    fee: Decimal = Decimal(0)
    worth: Decimal | None = None


def inputs_of(amount: Sum) -> tuple[str, ...]:
    """The facts that an amount is made of; `rate_XDR` stands for the rate of a currency."""
    rate = f"rate_{amount.currency}" if amount.currency else ""
    names = (rate, amount.of, *(PER[unit] for unit in amount.per), amount.times, amount.divided_by)
    return tuple(name for name in names if name and not _FIGURE.fullmatch(name))


class Calculator:
    """Does the arithmetic of one award and writes every step down."""

    __slots__ = ("_converted", "_exchange", "_rates", "_section", "_values", "steps")

    def __init__(
        self, values: Mapping[str, Value], exchange: Exchange | None, rates: Mapping[str, Rate], section: str
    ) -> None:
        """`section`: of the table, for what no rule of it says, such as an exchange."""
        self._section = section
        self._values = values
        self._exchange = exchange
        self._rates = rates
        self._converted: set[str] = set()
        self.steps: list[AmountStep] = []

    def begin_anew(self) -> None:
        """Forget the steps, to work out another amount by the same facts."""
        self.steps = []
        self._converted.clear()

    def take(self, amount: Sum, section: str) -> Decimal:
        """The amount that a rule begins with."""
        inputs, result = self._made(amount)
        if amount.divided_by:
            self._note("divide", inputs, result, section)
        else:
            self._note("take" if len(inputs) == 1 else "multiply", inputs, result, section)
        return result

    def decide(self, decided: Decimal, fee: Decimal, section: str) -> Decimal:
        """What is left of an amount that was agreed or decided by hand once the fee in it is taken off."""
        left = max(decided - fee, Decimal(0))
        self._note("decide", {"decided": plain(decided)} | ({"fee": plain(fee)} if fee else {}), left, section)
        return left

    def beside(
        self, amount: Decimal | None, name: str, whole: Decimal, others: Decimal, section: str
    ) -> tuple[Decimal, TriedCap]:
        """What is left of a whole (`name`) of which other claims have some; without an amount all that is left."""
        limit = max(whole - others, Decimal(0))
        inputs = {name: plain(whole), "less other_claims": plain(others)}
        left = limit if amount is None else min(amount, limit)
        if amount is not None:
            self._note("cap", {"amount": plain(amount)} | inputs | {"limit": plain(limit)}, left, section)
        binds = amount is None or limit < amount
        return left, TriedCap(of=inputs, amount=plain(limit), outcome="binds" if binds else "holds", section=section)

    def under(self, amount: Decimal | None, caps: Sequence[Cap]) -> tuple[Decimal | None, tuple[TriedCap, ...]]:
        """The amount under all caps that hold, and the caps. Without an amount: the least of the caps."""
        tried: list[tuple[Cap, dict[str, str], Decimal | None]] = []
        left = amount
        for cap in caps:
            if is_lifted(cap, self._values) or any(name not in self._values for name in inputs_of(cap)):
                tried.append((cap, self._written(cap), None))
                continue
            inputs, limit = self._made(cap)
            tried.append((cap, inputs, limit))
            if left is None:
                left = limit
                continue
            before, left = left, min(left, limit)
            self._note("cap", {"amount": plain(before)} | inputs | {"limit": plain(limit)}, left, cap.section)
        return left, tuple(self._bound(cap, inputs, limit, amount, left) for cap, inputs, limit in tried)

    def part(self, amount: Decimal, part: PartLost) -> Decimal:
        """The part of an amount that answers to the share of value lost."""
        share = self._number(part.times)
        result = EXACT.multiply(amount, share)
        self._note("part", {"amount": plain(amount), part.times: plain(share)}, result, part.section)
        return result

    def rounded(self, amount: Decimal, section: str) -> Decimal:
        """To the cent, halves up."""
        cents = to_the_cent(amount)
        if cents != amount:
            self._note("round", {"amount": plain(amount), "to": plain(CENT)}, cents, section)
        return cents

    def added(self, parts: Mapping[str, Decimal], section: str) -> Decimal:
        """All parts together."""
        total = to_the_cent(sum(parts.values(), Decimal(0)))
        if len(parts) > 1:
            self._note("add", {name: plain(amount) for name, amount in parts.items()}, total, section)
        return total

    def _bound(
        self, cap: Cap, inputs: dict[str, str], limit: Decimal | None, amount: Decimal | None, left: Decimal | None
    ) -> TriedCap:
        if limit is None:
            outcome: Literal["lifted", "unknown"] = "lifted" if is_lifted(cap, self._values) else "unknown"
            return TriedCap(of=inputs, amount="", outcome=outcome, section=cap.section)
        binds = limit == left and (amount is None or limit < amount)
        return TriedCap(of=inputs, amount=plain(limit), outcome="binds" if binds else "holds", section=cap.section)

    def _written(self, cap: Cap) -> dict[str, str]:
        """What a cap that does not count is made of; unknown inputs are empty."""
        fixed = {"fixed": plain(cap.fixed)} if cap.fixed is not None else {}
        return fixed | {name: plain(self._values.get(name, "")) for name in inputs_of(cap)}

    def _made(self, amount: Sum) -> tuple[dict[str, str], Decimal]:
        """What an amount is made of, by name, and what comes out."""
        inputs: dict[str, str] = {}
        result = Decimal(1)
        if amount.fixed is not None:
            inputs["fixed"] = plain(amount.fixed)
            result = amount.fixed
        if amount.currency:
            rate = self._rates[amount.currency]
            inputs |= {"currency": amount.currency} | _rate_fields(rate)
            result = EXACT.multiply(result, rate.rate)
        for name in (amount.of, *(PER[unit] for unit in amount.per), amount.times):
            if not name:
                continue
            is_figure = _FIGURE.fullmatch(name) is not None
            number = Decimal(name) if is_figure else self._number(name)
            inputs["times" if is_figure else name] = plain(number)
            result = EXACT.multiply(result, number)
        if amount.divided_by:
            number = self._number(amount.divided_by)
            inputs["divided_by " + amount.divided_by] = plain(number)
            result = EXACT.divide(result, number)
        if amount.divided_by or amount.currency:
            result = to_the_cent(result)
        return inputs, result

    def _number(self, name: str) -> Decimal:
        value = self._values[name]
        assert isinstance(value, Decimal), name
        exchange = self._exchange
        if exchange is not None and name in exchange.given and name not in self._converted:
            self._converted.add(name)
            inputs = {name: plain(exchange.given[name]), "currency": exchange.currency} | _rate_fields(exchange.rate)
            self._note("convert", inputs, value, self._section)
        return value

    def _note(self, operation: Operation, inputs: dict[str, str], result: Decimal, section: str) -> None:
        self.steps.append(AmountStep(operation=operation, inputs=inputs, result=plain(result), section=section))


def _rate_fields(rate: Rate) -> dict[str, str]:
    return {"rate": plain(rate.rate), "rate_from": rate.effective_from.isoformat(), "rate_source": rate.source}


def is_lifted(cap: Cap, values: Mapping[str, Value]) -> bool:
    """Whether a cap does not count, such as through gross negligence. What nobody found lifts nothing."""
    return cap.lifted_when is not None and answer(cap.lifted_when, values).holds is True
