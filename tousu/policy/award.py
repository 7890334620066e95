"""What is owed for a claim, by the table of a pack: the amount with every step, or why there is none yet or at all.

Pure: facts, evidence, the day of the rate and the pack come in, a value comes out. What was found may be malformed or
incomplete; that is an answer, too, and never an exception. The same pack and facts give the same bytes.

Source: docs/sources.md, section 7; features, section 3.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple, cast, get_args

from tousu.policy.amount_calculation import AmountStep, Beside, Calculator, TriedCap, inputs_of, is_lifted
from tousu.policy.claim_facts import BadFact, Value, plain, rate_on, read_amount, read_facts
from tousu.policy.compensation import Cap, Compensation, CompensationCause, CompensationRule, Exemption, Refund
from tousu.policy.owed import Award, Awarded, Lacking, NotOwed, Referred, Share, Unproven
from tousu.policy.pack import Pack
from tousu.policy.rule_precedence import answer, followed, standing

CAUSES: Final = get_args(CompensationCause)


def award(
    pack: Pack,
    cause: str,
    facts: Mapping[str, Any],
    *,
    on: date,
    evidence: Collection[str] = (),
    decided: str | None = None,
    beside: Beside | None = None,
    in_spite_of: str = "",
) -> Award:
    """What is owed for a claim of this cause.

    facts: what was found, decimals as text. on: the day whose exchange rate counts. evidence: the items in the file.
    decided: the amount that was agreed, or decided by hand, where the rule that decides leaves it to people, the fee in
    it. beside: what other claims of the same piece have. in_spite_of: an exemption that holds in principle and was
    decided not to count here.
    """
    table = pack.claims.compensation if pack.claims is not None else None
    if table is None:
        return Referred(reason="no_table", section="", pack=pack.reference())
    read = read_facts(facts, table, pack.currency, on)
    if isinstance(read, BadFact):
        return read
    amount = read_amount("decided", decided) if decided is not None else None
    if isinstance(amount, BadFact):
        return amount
    if cause not in CAUSES:
        return Referred(reason="no_rule", section=table.section, pack=pack.reference())
    rates = {code: rate for code in table.rates if (rate := rate_on(table, code, on)) is not None}
    assumed = {name: _assumed(value) for name, value in table.assumed.items() if name not in read.values}
    values: dict[str, Value] = {**assumed, **read.values, "cause": cause}
    values |= {f"rate_{code}": rate.rate for code, rate in rates.items()}
    claim = _Claim(
        pack, table, cast(CompensationCause, cause), values, Calculator(values, read.exchange, rates, table.section),
        {name: plain(value) for name, value in assumed.items()}, in_spite_of,
    )  # fmt: skip
    return claim.settled(frozenset(evidence), amount, beside or Beside())


class Worked(NamedTuple):
    """How something came about: its steps, and the limits that were tried."""

    steps: tuple[AmountStep, ...]
    limits: tuple[TriedCap, ...]


class _Claim:
    """One claim on its way through the table."""

    __slots__ = ("_amounts", "_assumed", "_cause", "_in_spite_of", "_pack", "_table", "_unproven", "_values")

    def __init__(
        self, pack: Pack, table: Compensation, cause: CompensationCause, values: Mapping[str, Value],
        amounts: Calculator, assumed: dict[str, str], in_spite_of: str,
    ) -> None:  # fmt: skip
        self._in_spite_of = in_spite_of
        self._pack, self._table, self._cause = pack, table, cause
        self._values, self._amounts, self._assumed = values, amounts, assumed
        self._unproven: tuple[Unproven, ...] = ()

    def settled(self, evidence: frozenset[str], decided: Decimal | None, beside: Beside) -> Award:
        exempt = self._exempt(evidence)
        if exempt is not None:
            return exempt
        goes_as = followed(self._table, self._cause, self._values)
        if not isinstance(goes_as, str):
            return self._lacking(goes_as.missing)
        award = self._going_as(goes_as, decided, beside)
        if goes_as == self._cause or not isinstance(award, Awarded | NotOwed) or not self._at_least_own(goes_as):
            return award
        self._amounts.begin_anew()
        own = self._going_as(self._cause, None, beside)
        return own if isinstance(own, Lacking) or _amount(own) > _amount(award) else award

    def _at_least_own(self, goes_as: CompensationCause) -> bool:
        """Whether a claim that goes by the rows of another cause gets at least what its own rows give."""
        return any(
            follows_rule.at_least_own and self._cause in follows_rule.causes and follows_rule.goes_as == goes_as
            for follows_rule in self._table.follows
        )

    def _going_as(self, goes_as: CompensationCause, decided: Decimal | None, beside: Beside) -> Award:
        precedence = standing(self._table, goes_as, self._values)
        if precedence.missing:
            return self._lacking(precedence.missing)
        if len(precedence.top) != 1:
            names = tuple(rule.name for rule in precedence.top)
            return self._referred("several_rules" if names else "no_rule", self._table.section, rules=names)
        (rule,) = precedence.top
        return self._by_rule(rule, goes_as, decided, beside)

    def _by_rule(
        self, rule: CompensationRule, goes_as: CompensationCause, decided: Decimal | None, beside: Beside
    ) -> Award:
        caps, missing = self._caps(rule)
        left_to_people = rule.basis != "figures" and decided is None
        part = rule.part if rule.part is not None and goes_as in rule.part.causes else None
        refunds = [refund for refund in self._table.refunds.values() if self._cause in refund.causes]
        if rule.amount is not None:
            missing += inputs_of(rule.amount)
        if not left_to_people:
            missing += (part.times,) if part is not None else ()
            missing += tuple(name for refund in refunds for name in inputs_of(refund))
        missing = tuple(name for name in dict.fromkeys(missing) if name not in self._values)
        if missing:
            return self._lacking(missing, rule)
        if left_to_people:
            at_most, limits = self._amounts.under(None, caps)
            at_most, rest = self._beside(at_most, beside)
            assert rule.basis != "figures"
            usual, _ = self._beside(self._usual(rule, caps), beside) if rule.amount is not None else (None, ())
            return self._referred(
                rule.basis, rule.section, rules=(rule.name,), at_most=at_most, usual=usual, limits=(*limits, *rest)
            )
        fees, of_fees = self._fees(refunds, beside)
        if rule.basis == "figures":
            assert rule.amount is not None, rule.name
            amount = self._amounts.take(rule.amount, rule.section)
        else:
            assert decided is not None
            in_it = sum((fee.amount for fee in fees), Decimal(0))
            amount = self._amounts.decide(decided, in_it, rule.section)
        left, limits = self._amounts.under(amount, caps)
        assert left is not None
        if part is not None:
            left = self._amounts.part(left, part)
        own = self._amounts.rounded(left, rule.section)
        left, rest = self._beside(own, beside)
        assert left is not None
        self._amounts.steps += of_fees.steps if own else ()
        return self._total(rule, goes_as, own, left, (*limits, *rest, *of_fees.limits), fees)

    def _usual(self, rule: CompensationRule, caps: tuple[Cap, ...]) -> Decimal | None:
        """What is offered where it is agreed and nobody names an amount."""
        if rule.amount is None:
            return None
        left, _ = self._amounts.under(self._amounts.take(rule.amount, rule.section), caps)
        assert left is not None
        return self._amounts.rounded(left, rule.section)

    def _fees(self, refunds: list[Refund], beside: Beside) -> tuple[tuple[Share, ...], Worked]:
        """The fees that go back, once for a piece whatever its other claims are for; and how they came about."""
        before = len(self._amounts.steps)
        fees, limits = [], []
        for refund in refunds:
            fee = self._amounts.rounded(self._amounts.take(refund, refund.section), refund.section)
            whole = self._values.get(refund.of)
            if beside.fee and isinstance(whole, Decimal):
                fee, tried = self._amounts.beside(fee, refund.of, whole, beside.fee, refund.section)
                limits.append(tried)
            fees.append(Share(name=refund.name, amount=fee, section=refund.section))
        worked = Worked(tuple(self._amounts.steps[before:]), tuple(limits))
        del self._amounts.steps[before:]
        return tuple(fees), worked

    def _beside(self, amount: Decimal | None, others: Beside) -> tuple[Decimal | None, tuple[TriedCap, ...]]:
        """The amount within what is left of the value of the piece; without an amount: what is left."""
        if others.worth is None or not others.compensation:
            return amount, ()
        left, tried = self._amounts.beside(amount, "real_value", others.worth, others.compensation, self._table.section)
        return left, (tried,)

    def _total(
        self, rule: CompensationRule, goes_as: str, own: Decimal, amount: Decimal, limits: tuple[TriedCap, ...],
        fees: tuple[Share, ...],
    ) -> Award:  # fmt: skip
        """own: what the table gives; amount: what of it is left beside the other claims of the piece."""
        parts = (Share(name="compensation", amount=amount, section=rule.section), *fees)
        if own == 0 or not any(part.amount for part in parts):
            return NotOwed(
                reason="nothing_lost" if own == 0 else "compensated_before", section=rule.section, rule=rule.name,
                steps=tuple(self._amounts.steps), pack=self._pack.reference(),
            )  # fmt: skip
        total = self._amounts.added({part.name: part.amount for part in parts}, self._table.section)
        return Awarded(
            amount=total, currency=self._pack.currency, parts=parts, cause=self._cause, goes_as=goes_as,
            rule=rule.name, section=rule.section, set_by=rule.set_by, limits=limits, steps=tuple(self._amounts.steps),
            assumed=self._assumed, unproven=self._unproven, pack=self._pack.reference(),
        )  # fmt: skip

    def _caps(self, rule: CompensationRule) -> tuple[tuple[Cap, ...], tuple[str, ...]]:
        """The caps that hold, and what must be known to tell which hold and what they are."""
        holding: list[Cap] = []
        missing: tuple[str, ...] = ()
        for cap in rule.caps:
            verdict = answer(cap.when, self._values)
            missing += verdict.missing
            if verdict.holds:
                holding.append(cap)
                missing += () if cap.if_known or is_lifted(cap, self._values) else inputs_of(cap)
        return tuple(holding), missing

    def _exempt(self, evidence: frozenset[str]) -> NotOwed | Lacking | None:
        """Why nothing is owed, or what must be known to tell; claimed exemptions without proof are remembered."""
        missing: tuple[str, ...] = ()
        unproven: list[Unproven] = []
        for exemption in self._table.exemptions.values():
            if self._cause not in exemption.causes or (exemption.in_principle and exemption.name == self._in_spite_of):
                continue
            claimed = self._claimed(exemption)
            if isinstance(claimed, tuple):
                missing += claimed
            elif claimed:
                lacks = tuple(item for item in exemption.evidence if item not in evidence)
                if not lacks:
                    return NotOwed(
                        reason="exempt", exemption=exemption.name, section=exemption.section,
                        evidence=exemption.evidence, pack=self._pack.reference(),
                    )  # fmt: skip
                unproven.append(Unproven(exemption=exemption.name, evidence_missing=lacks, section=exemption.section))
        self._unproven = tuple(unproven)
        return self._lacking(tuple(dict.fromkeys(missing))) if missing else None

    def _claimed(self, exemption: Exemption) -> bool | tuple[str, ...]:
        """Whether an exemption is claimed; or what must be known, where a part of it was found and the rest is open."""
        verdict = answer(exemption.when, self._values)
        if verdict.holds is None:
            begun = len(verdict.missing) < len(exemption.when.facts) + len(exemption.when.amounts)
            return verdict.missing if begun else False
        if not verdict.holds or exemption.except_when is None:
            return bool(verdict.holds)
        kept = answer(exemption.except_when, self._values)
        return kept.missing if kept.holds is None else not kept.holds

    def _lacking(self, inputs: tuple[str, ...], rule: CompensationRule | None = None) -> Lacking:
        return Lacking(
            inputs=inputs, section=rule.section if rule is not None else self._table.section,
            rule=rule.name if rule is not None else "", unproven=self._unproven, pack=self._pack.reference(),
        )  # fmt: skip

    def _referred(
        self, reason: Literal["agreed", "by_hand", "no_rule", "several_rules"], section: str, *,
        rules: tuple[str, ...] = (), at_most: Decimal | None = None, usual: Decimal | None = None,
        limits: tuple[TriedCap, ...] = (),
    ) -> Referred:  # fmt: skip
        return Referred(
            reason=reason, section=section, rules=rules, at_most=at_most, usual=usual, limits=limits,
            unproven=self._unproven, pack=self._pack.reference(),
        )  # fmt: skip


def _amount(award: Award) -> Decimal:
    return award.amount if isinstance(award, Awarded) else Decimal(0)


def _assumed(value: bool | int | str) -> Value:
    return value if isinstance(value, bool | str) else Decimal(value)
