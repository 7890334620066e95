"""Whether a table of amounts makes sense: what `award` must be able to rely on. The second gate for `claims`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from tousu.policy.amount_calculation import inputs_of
from tousu.policy.claim_facts import AMOUNTS, CLAIM_FACTS, NUMBERS, WORDS, BadFact, read_facts
from tousu.policy.compensation import Compensation, Sum
from tousu.policy.lint_errors import Finding
from tousu.policy.pack import ClaimRules, Pack
from tousu.policy.rule_precedence import goes_over

Place = tuple[str | int, ...]
TABLE: Final[Place] = ("claims", "compensation")
_ANY_DAY: Final = date(2000, 1, 1)


def errors_of_amounts(pack: Pack) -> list[Finding]:
    """Everything that makes no sense in the amounts of a pack."""
    claims = pack.claims
    if claims is None or claims.compensation is None:
        return []
    return [finding for check in CHECKS for finding in check(pack, claims, claims.compensation)]


def every_rule_has_an_amount(pack: Pack, claims: ClaimRules, table: Compensation) -> Iterator[Finding]:
    """By figures a rule needs an amount; one that is agreed may say what it is otherwise; by hand it has none."""
    for rule in table.rules.values():
        place = (*TABLE, "rules", rule.name)
        if rule.basis != "agreed" and (rule.basis == "figures") != (rule.amount is not None):
            fix = "Give amount" if rule.basis == "figures" else "Remove amount, or the basis"
            yield Finding(place, f"the basis is {rule.basis}", fix, 'amount: {"fixed": "1000", "per": ["piece"]}')
    for place, amount in sums_of(table):
        if (amount.fixed is None) == (not amount.of):
            yield Finding(
                place, "an amount begins with fixed or with of", "Keep exactly one of the two", 'fixed: "100"'
            )
        if amount.fixed is not None and amount.fixed == 0:
            yield Finding((*place, "fixed"), "nothing would ever be owed", "Give an amount above 0")


def amounts_are_made_of_numbers(pack: Pack, claims: ClaimRules, table: Compensation) -> Iterator[Finding]:
    """An amount is made of facts that are numbers, and divided by one that is never 0."""
    for place, amount in sums_of(table):
        for field, name in (("of", amount.of), ("times", amount.times), ("divided_by", amount.divided_by)):
            if name and name in inputs_of(amount) and name not in NUMBERS:
                yield Finding((*place, field), f"no fact {name} is a number", f"Use one of: {_listed(NUMBERS)}")
        if amount.divided_by in NUMBERS and NUMBERS[amount.divided_by].zero:
            never = [name for name, form in NUMBERS.items() if not form.zero]
            yield Finding((*place, "divided_by"), f"{amount.divided_by} may be 0", f"Use one of: {_listed(never)}")
        if amount.currency and (amount.fixed is None or amount.currency not in table.rates):
            fix = f"Add {amount.currency} to rates" if amount.fixed is not None else "Give it to a fixed amount only"
            yield Finding((*place, "currency"), f"{amount.currency} cannot be exchanged here", fix)
    for name, rule in table.rules.items():
        if rule.part is not None and (rule.part.times not in NUMBERS or not NUMBERS[rule.part.times].share):
            shares = [fact for fact, form in NUMBERS.items() if form.share]
            place = (*TABLE, "rules", name, "part", "times")
            yield Finding(place, f"{rule.part.times} is no share", f"Use one of: {_listed(shares)}")


def rules_that_are_spoken_of_exist(pack: Pack, claims: ClaimRules, table: Compensation) -> Iterator[Finding]:
    """A rule goes over rules that are there, and no circle of rules goes over itself."""
    for rule in table.rules.values():
        place = (*TABLE, "rules", rule.name, "over")
        for name in rule.over:
            if name not in table.rules:
                yield Finding(place, f"no rule is called {name}", f"Use one of: {_listed(table.rules)}")
        if goes_over(table, rule, rule):
            yield Finding(place, f"{rule.name} goes over itself", "Say of one of two rules only that it goes over")


def evidence_exists(pack: Pack, claims: ClaimRules, table: Compensation) -> Iterator[Finding]:
    """An exemption that waits for a document that nobody can hand in never counts."""
    known = {**claims.evidence, **table.proofs}
    for exemption in table.exemptions.values():
        for item in exemption.evidence:
            if item not in known:
                fix = f"Add it to claims.compensation.proofs, or use one of: {_listed(known)}"
                place = (*TABLE, "exemptions", exemption.name, "evidence")
                yield Finding(place, f"{item} is neither evidence nor proof, so the exemption never counts", fix)


def assumptions_are_facts(pack: Pack, claims: ClaimRules, table: Compensation) -> Iterator[Finding]:
    """What is assumed must be a fact of a claim, and have the form of one."""
    for name, value in table.assumed.items():
        place = (*TABLE, "assumed", name)
        if name not in CLAIM_FACTS or name == "cause":
            yield Finding(place, f"no claim has the fact {name}", f"Use one of: {_listed(CLAIM_FACTS - {'cause'})}")
        elif name in AMOUNTS:
            yield Finding(place, "money is found out, never assumed", "Remove it")
        else:
            read = read_facts({name: value}, table, pack.currency, _ANY_DAY)
            if isinstance(read, BadFact):
                yield Finding(place, f"{name} cannot be {value}", read.message)


def words_are_the_packs_own(pack: Pack, claims: ClaimRules, table: Compensation) -> Iterator[Finding]:
    """Codes may be listed for facts whose codes are not fixed already."""
    free = [name for name, known in WORDS.items() if known is None and name != "cause"]
    for name in table.words:
        if name not in free:
            yield Finding(
                (*TABLE, "words", name), f"the codes of {name} are not the pack's", f"Use one of: {_listed(free)}"
            )


def rates_rise(pack: Pack, claims: ClaimRules, table: Compensation) -> Iterator[Finding]:
    """Rates stand in the order of their days, one a day, none of 0 and none for the pack's own currency."""
    for code, rates in table.rates.items():
        place = (*TABLE, "rates", code)
        if code == pack.currency:
            yield Finding(place, "this is the currency of the pack", "Remove it")
        days = [rate.effective_from for rate in rates]
        if days != sorted(set(days)):
            yield Finding(place, "the days do not rise", "Sort them, the oldest first")
        for index, rate in enumerate(rates):
            if rate.rate == Decimal(0):
                yield Finding((*place, index, "rate"), "a rate of 0 makes everything worthless", "Give the rate")


def sums_of(table: Compensation) -> Iterator[tuple[Place, Sum]]:
    """Every amount of a table, with its place."""
    for rule in table.rules.values():
        place = (*TABLE, "rules", rule.name)
        if rule.amount is not None:
            yield (*place, "amount"), rule.amount
        for index, cap in enumerate(rule.caps):
            yield (*place, "caps", index), cap
    for refund in table.refunds.values():
        yield (*TABLE, "refunds", refund.name), refund


def _listed(names: Collection[str]) -> str:
    return ", ".join(sorted(names))


CHECKS: Final[tuple[Callable[[Pack, ClaimRules, Compensation], Iterator[Finding]], ...]] = (
    every_rule_has_an_amount,
    amounts_are_made_of_numbers,
    rules_that_are_spoken_of_exist,
    evidence_exists,
    assumptions_are_facts,
    words_are_the_packs_own,
    rates_rise,
)
