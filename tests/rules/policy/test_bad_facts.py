"""Facts that cannot be right are told by name and reason, whatever they are: nothing is paid, nothing breaks."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.packs_read import load_pack
from tousu.policy.award import award
from tousu.policy.claim_facts import CLAIM_FACTS, BadFact
from tousu.policy.owed import Awarded, Lacking, Referred
from tousu.policy.pack import Pack

PACK = load_pack("courier-network")
TODAY = date(2026, 9, 22)
SOUND: dict[str, Any] = {"insured": True, "insured_amount": "500", "service_fee": "12"}

BAD: tuple[tuple[str, Any, str], ...] = (
    ("insured_amount", "-0.01", "negative"),
    ("insured_amount", "0", "zero"),
    ("insured_amount", "0.00", "zero"),
    ("insured_amount", "-0", "zero"),
    ("insured_amount", 0, "zero"),
    ("insured_amount", -5, "negative"),
    ("insured_amount", "1000000000000", "too_large"),
    ("insured_amount", 10**400, "too_large"),
    ("insured_amount", "9" * 5000, "too_large"),
    ("insured_amount", "12.345", "too_fine"),
    ("insured_amount", "12,50", "not_a_number"),
    ("insured_amount", "1e3", "not_a_number"),
    ("insured_amount", "NaN", "not_a_number"),
    ("insured_amount", "Infinity", "not_a_number"),
    ("insured_amount", "１２", "not_a_number"),
    ("insured_amount", "1_000", "not_a_number"),
    ("insured_amount", "12\n", "not_a_number"),
    ("insured_amount", " 12", "not_a_number"),
    ("insured_amount", "", "not_a_number"),
    ("insured_amount", ".5", "not_a_number"),
    ("insured_amount", 12.5, "not_a_number"),
    ("insured_amount", True, "not_a_number"),
    ("insured_amount", None, "not_a_number"),
    ("insured_amount", ["12"], "not_a_number"),
    ("real_value", "0", "zero"),
    ("real_loss", "-1", "negative"),
    ("service_fee", "many", "not_a_number"),
    ("extras_fee", "-1", "negative"),
    ("declared_value", "0", "zero"),
    ("weight_kg", "0", "zero"),
    ("weight_kg", "1.0000001", "too_fine"),
    ("share_lost", "1.01", "above_one"),
    ("share_lost", "2", "above_one"),
    ("share_lost", "-0.5", "negative"),
    ("pieces", 0, "zero"),
    ("pieces", "1.5", "not_whole"),
    ("days_late", -1, "negative"),
    ("insured", "true", "not_yes_or_no"),
    ("insured", 1, "not_yes_or_no"),
    ("proof", "photo", "not_listed"),
    ("service", "pigeon", "not_listed"),
    ("goods_kind", 7, "not_a_word"),
    ("damage_degree", "slight", "not_listed"),
    ("damage_degree", "", "not_a_word"),
    ("damage_degree", "d" * 65, "not_a_word"),
    ("damage_degree", "broken\n", "not_a_word"),
    ("currency", "USD", "unknown_currency"),
    ("currency", "yuan", "unknown_currency"),
    ("currency", 156, "unknown_currency"),
    ("currency", ["CNY"], "unknown_currency"),
)


@pytest.mark.parametrize(("name", "value", "reason"), BAD)
def test_a_fact_that_cannot_be_right(name: str, value: Any, reason: str) -> None:
    answer = award(PACK, "loss", SOUND | {name: value}, on=TODAY)
    assert isinstance(answer, BadFact)
    assert (answer.name, answer.reason) == (name, reason)
    assert answer.message.startswith((f"{name}: ", "currency: "))
    assert len(answer.message) < 200


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("insured_amount", "999999999999.99"), ("insured_amount", 500), ("insured_amount", "000500.0"),
        ("share_lost", "0"), ("share_lost", "1"), ("share_lost", "1.00000000"), ("days_late", 0), ("real_loss", "0"),
        ("service_fee", "0"), ("pieces", "2"), ("currency", "CNY"), ("currency", None), ("weight_kg", "0.000001"),
    ],
)  # fmt: skip
def test_a_fact_that_is_only_at_the_border(name: str, value: Any) -> None:
    assert isinstance(award(PACK, "loss", SOUND | {name: value}, on=TODAY), Awarded)


def test_the_first_bad_fact_by_name_is_told_whatever_the_order() -> None:
    facts = SOUND | {"weight_kg": "x", "days_late": -1}
    for given_facts in (facts, dict(reversed(facts.items()))):
        answer = award(PACK, "loss", given_facts, on=TODAY)
        assert isinstance(answer, BadFact)
        assert answer.name == "days_late"


@pytest.mark.parametrize(("decided", "reason"), [("0", "zero"), ("-1", "negative"), ("1.005", "too_fine")])
def test_what_people_decide_must_be_an_amount(decided: str, reason: str) -> None:
    answer = award(PACK, "loss", SOUND, on=TODAY, decided=decided)
    assert isinstance(answer, BadFact)
    assert (answer.name, answer.reason) == ("decided", reason)


def test_a_cause_that_no_table_has() -> None:
    answer = award(PACK, "boredom", SOUND, on=TODAY)
    assert isinstance(answer, Referred)
    assert (answer.reason, answer.at_most) == ("no_rule", None)


def test_a_pack_without_a_table_leaves_it_to_people() -> None:
    answer = award(load_pack("after-sales"), "loss", SOUND, on=TODAY)
    assert isinstance(answer, Referred)
    assert answer.reason == "no_table"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.decimals(places=2).map(str),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)


@given(
    st.dictionaries(st.sampled_from(sorted(CLAIM_FACTS | {"currency", "colour"})), anything, max_size=12),
    st.sampled_from(("loss", "damage", "delay", "contents_mismatch", "late_forwarding", "poor_service", "x")),
    st.none() | st.text(max_size=6),
)
def test_no_input_breaks_anything(facts: dict[str, Any], cause: str, decided: str | None) -> None:
    assert award(PACK, cause, facts, on=TODAY, decided=decided) is not None


def test_facts_of_the_case_that_no_table_speaks_of_are_passed_over(pack: Pack) -> None:
    assert isinstance(award(pack, "loss", {"colour": "red", "channel": "phone"}, on=TODAY), Lacking)
