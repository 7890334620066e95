"""The table of source C held against amounts worked out apart, and what holds of any award (reliability: money)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import reduce
from typing import Any, Final

import msgspec
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tests.packs_read import load_pack
from tests.rules.policy.slow_compensation import BY_HAND, slow_compensation, slow_refund
from tousu.policy.amount_calculation import AmountStep
from tousu.policy.award import award
from tousu.policy.owed import Award, Awarded, NotOwed, Referred, trace

PACK: Final = load_pack("courier-network")
LAW: Final = load_pack("china-statutory")
TODAY: Final = date(2026, 9, 22)
CAUSES: Final = ("delay", "loss", "damage", "contents_mismatch", "late_forwarding")
MONEY_BORDERS: Final = ("0.01", "299.99", "300", "500", "700", "1000", "1999.99", "2000", "2999.99", "3000", "10000")

money = st.sampled_from(MONEY_BORDERS) | st.decimals("0.01", "20000", places=2).map(str)
share = st.sampled_from(("0", "0.5", "1")) | st.decimals("0", "1", places=4).map(str)
days = st.sampled_from((0, 1, 2, 5, 6, 10, 11)) | st.integers(0, 400)
pieces = st.sampled_from((1, 1, 1, 2, 10, 11, 17)) | st.integers(1, 60)
claims = st.fixed_dictionaries(
    {
        "insured": st.booleans(), "bulk": st.booleans(), "agency_period": st.booleans(), "direct_loss": st.booleans(),
        "goods_kind": st.sampled_from(("practical", "other")),
        "proof": st.sampled_from(("invoice", "screenshot", "none")),
        "damage_degree": st.sampled_from(("destroyed", "lost", "partly_lost", "shortage", "damaged")),
        "weight_kg": st.sampled_from(("0.999999", "1", "1.000001", "30")), "share_lost": share,
        "insured_amount": money, "real_value": money, "real_loss": money, "service_fee": money,
        "pieces": pieces, "days_late": days,
    }
)  # fmt: skip


def owed(cause: str, facts: Mapping[str, Any]) -> Award:
    return award(PACK, cause, facts, on=TODAY)


def compensation(answer: Award) -> Fraction:
    """What is paid beside the fee; nothing where nothing is owed."""
    if isinstance(answer, NotOwed):
        return Fraction(0)
    assert isinstance(answer, Awarded), answer
    return Fraction(answer.parts[0].amount)


@given(st.sampled_from(CAUSES), claims)
def test_the_table_gives_what_the_sentences_of_the_source_give(cause: str, facts: dict[str, Any]) -> None:
    answer, slow = owed(cause, facts), slow_compensation(cause, facts)
    if isinstance(slow, str):
        assert slow == BY_HAND
        assert isinstance(answer, Referred)
        return
    assert compensation(answer) == slow
    if isinstance(answer, Awarded):
        assert sum((Fraction(part.amount) for part in answer.parts[1:]), Fraction(0)) == slow_refund(cause, facts)
        assert Fraction(answer.amount) == slow + slow_refund(cause, facts)


@given(st.sampled_from(CAUSES), claims)
def test_an_award_is_never_above_a_cap_or_the_real_value(cause: str, facts: dict[str, Any]) -> None:
    answer = owed(cause, facts)
    assume(isinstance(answer, Awarded))
    assert isinstance(answer, Awarded)
    paid = compensation(answer)
    assert all(paid <= Fraction(bound.amount) for bound in answer.limits if bound.amount)
    if cause != "late_forwarding":
        assert paid <= Fraction(facts["real_value"])


@given(claims, money)
def test_what_people_decide_is_never_above_the_real_value(facts: dict[str, Any], decided: str) -> None:
    """What they decide has the fee in it."""
    high = {**facts, "insured": False, "agency_period": False, "real_value": "3000.50"}
    answer = award(PACK, "damage", high, on=TODAY, decided=decided)
    less_the_fee = max(Fraction(decided) - slow_refund("damage", high), Fraction(0))
    assert compensation(answer) == min(less_the_fee, Fraction("3000.50"))


GROWING: Final[dict[str, Callable[[Any], Any]]] = {
    "real_loss": lambda value: str(Decimal(value) + Decimal("7.31")),
    "real_value": lambda value: str(Decimal(value) + Decimal("7.31")),
    "insured_amount": lambda value: str(Decimal(value) + Decimal("7.31")),
    "share_lost": lambda value: str(min(Decimal(value) + Decimal("0.07"), Decimal(1))),
    "days_late": lambda value: value + 1,
    "pieces": lambda value: value + 1,
    "weight_kg": lambda value: str(Decimal(value) + 1),
}


@given(st.sampled_from(CAUSES), claims, st.sampled_from(sorted(GROWING)))
def test_more_loss_never_pays_less_by_the_same_rule(cause: str, facts: dict[str, Any], what: str) -> None:
    less, more = owed(cause, facts), owed(cause, facts | {what: GROWING[what](facts[what])})
    assume(not isinstance(less, Referred) and not isinstance(more, Referred))
    assume(_rule(less) == _rule(more))
    assert compensation(less) <= compensation(more)


def test_where_the_source_itself_pays_less_for_more() -> None:
    """Without a formal invoice a loss of 1,999.99 pays 1,999.99, and one of 2,000 pays 1,000, or 700: by the source."""
    gone: dict[str, Any] = {"insured": False, "damage_degree": "destroyed", "proof": "none", "share_lost": "1",
                            "service_fee": "0"}  # fmt: skip
    below = gone | {"goods_kind": "practical", "real_value": "1999.99", "real_loss": "1999.99"}
    assert compensation(owed("damage", below)) == Fraction("1999.99")
    at = gone | {"real_value": "2000", "real_loss": "2000"}
    assert compensation(owed("damage", at | {"goods_kind": "practical"})) == 1000
    assert compensation(owed("damage", at | {"goods_kind": "other"})) == 700
    assert compensation(owed("damage", at | {"goods_kind": "practical", "proof": "invoice"})) == 2000


@given(claims, st.sampled_from(("practical", "other")))
def test_only_that_border_pays_less_for_more_value(facts: dict[str, Any], goods_kind: str) -> None:
    """Whichever rules two values fall under, it is the border of 2,000 without an invoice where less is paid."""
    facts = {**facts, "goods_kind": goods_kind}
    facts["real_loss"] = facts["real_value"]
    dearer = facts | {name: str(Decimal(facts[name]) + Decimal("7.31")) for name in ("real_value", "real_loss")}
    less, more = owed("damage", facts), owed("damage", dearer)
    assume(not isinstance(less, Referred) and not isinstance(more, Referred))
    crosses = Decimal(facts["real_value"]) < 2000 <= Decimal(dearer["real_value"]) and facts["proof"] != "invoice"
    assert crosses or compensation(less) <= compensation(more)


def _rule(answer: Award) -> str:
    assert isinstance(answer, Awarded | NotOwed)
    return answer.rule


@given(st.sampled_from(CAUSES), claims, st.randoms(use_true_random=False))
def test_the_same_facts_give_the_same_bytes_in_any_order(cause: str, facts: dict[str, Any], dice: Any) -> None:
    shuffled = list(facts.items())
    dice.shuffle(shuffled)
    assert trace(owed(cause, dict(shuffled))) == trace(owed(cause, facts))


@given(claims)
@example({"insured": True, "share_lost": "0.5", "real_loss": "0.25", "insured_amount": "1", "real_value": "10"})
def test_the_ratio_of_the_law_is_rounded_once(facts: dict[str, Any]) -> None:
    facts = {**facts, "insured": True, "share_lost": "0.5", "gross_negligence": False}
    answer = award(LAW, "damage", facts, on=TODAY)
    exact = Fraction(facts["real_loss"]) * Fraction(facts["insured_amount"]) / Fraction(facts["real_value"])
    cents = exact * 100 + Fraction(1, 2)
    assert compensation(answer) == Fraction(cents.numerator // cents.denominator, 100)


@given(st.sampled_from(CAUSES), claims)
def test_anybody_can_do_the_steps_again(cause: str, facts: dict[str, Any]) -> None:
    answer = owed(cause, facts)
    assume(isinstance(answer, Awarded))
    assert isinstance(answer, Awarded)
    for step in msgspec.json.decode(trace(answer), type=Awarded).steps:
        assert Decimal(step.result) == done_again(step), step
    assert Decimal(answer.steps[-1].result) == answer.amount


def done_again(step: AmountStep) -> Decimal:
    """The result of a step, from its inputs alone."""
    numbers = {name: Decimal(text) for name, text in step.inputs.items()}
    match step.operation:
        case "take" | "multiply" | "part":
            return reduce(lambda one, other: one * other, numbers.values())
        case "cap":
            return min(numbers["amount"], numbers["limit"])
        case "round":
            return numbers["amount"].quantize(numbers["to"], ROUND_HALF_UP)
        case "add":
            return sum(numbers.values(), Decimal(0))
        case other:
            raise AssertionError(f"no step {other} in this pack")
