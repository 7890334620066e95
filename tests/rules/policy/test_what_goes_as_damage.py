"""Section 7 of the domain, source C: what a delay spoilt, what a mismatch lacks, what the customer packed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.rules.policy.test_compensation_of_source_c import (
    CLAIMED,
    FEE,
    PACKED,
    SHARED,
    UNINSURED,
    compensation,
    owed,
    refund,
    worth,
)
from tousu.policy.owed import Awarded, Lacking, NotOwed, Referred
from tousu.policy.pack import Pack


def test_goods_of_which_little_spoilt_get_what_the_lateness_gives(pack: Pack) -> None:
    """A tenth of 400 is 40, two days late are 100: more than that is not paid for either, less neither."""
    spoilt = SHARED | UNINSURED | {"direct_loss": True, "real_value": "400", "days_late": 2, "weight_kg": "1"}
    little = owed(pack, "delay", spoilt | {"share_lost": "0.1"})
    assert isinstance(little, Awarded)
    assert (little.rule, little.goes_as, little.amount) == ("delay", "delay", Decimal(112))
    nothing = owed(pack, "delay", spoilt | {"share_lost": "0"})
    assert compensation(nothing) == Decimal(100)
    unknown = {name: value for name, value in spoilt.items() if name != "days_late"}
    answer = owed(pack, "delay", unknown | {"share_lost": "0.1"})
    assert isinstance(answer, Lacking) and answer.inputs == ("days_late",)


@pytest.mark.parametrize(
    ("facts", "pays"),
    [
        (worth("1500", "1500", damage_degree="destroyed", proof="invoice"), "1500"),
        (worth("2500", "2500", damage_degree="destroyed", proof="none", goods_kind="other"), "700"),
        ({"real_value": "1800", "share_lost": "0.5", "damage_degree": "damaged", "proof": "screenshot"}, "500"),
    ],
)
def test_what_a_delay_spoilt_goes_through_the_rows_of_damage(pack: Pack, facts: dict[str, Any], pays: str) -> None:
    late_by = {"direct_loss": True, "days_late": 1, "weight_kg": "1"}
    assert compensation(owed(pack, "delay", UNINSURED | late_by | facts)) == Decimal(pays)


DIFFERS: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("shortage: the real loss", worth("2999", "1800", proof="invoice"), "1800"),
    ("up to 2,000", worth("2999", "2999", proof="invoice"), "2000"),
    ("the real loss, whatever the proof below 2,000", worth("1999.99", "1999.99"), "1999.99"),
    ("no invoice, practical", worth("2999", "2000", proof="screenshot", goods_kind="practical"), "1000"),
    ("no invoice, other", worth("2999", "2000", proof="none", goods_kind="other"), "700"),
)


@pytest.mark.parametrize(("row", "facts", "pays"), DIFFERS, ids=[row[0] for row in DIFFERS])
def test_a_contents_mismatch_is_contents_that_are_gone(pack: Pack, row: str, facts: dict[str, Any], pays: str) -> None:
    answer = owed(pack, "contents_mismatch", UNINSURED | {"share_lost": "1"} | facts)
    assert (compensation(answer), refund(answer)) == (Decimal(pays), Decimal(FEE))


def test_a_contents_mismatch_of_high_value_is_decided_by_hand(pack: Pack) -> None:
    assert isinstance(owed(pack, "contents_mismatch", UNINSURED | {"real_value": "4999"}), Referred)


@pytest.mark.parametrize("cause", ["rough_handling", "transport", "storage", "theft"])
def test_what_the_network_did_is_paid_whoever_packed_it(pack: Pack, cause: str) -> None:
    facts = CLAIMED | PACKED | {"damage_cause": cause}
    assert compensation(owed(pack, "damage", facts, evidence={"damage_photos"})) == Decimal(400)


def test_what_holds_in_principle_can_be_decided_otherwise_and_nothing_else(pack: Pack) -> None:
    proofs = {"damage_photos", "signed_receipt"}
    packed = CLAIMED | PACKED
    assert compensation(
        owed(pack, "damage", packed, evidence=proofs, in_spite_of="packed_by_customer")
    ) == Decimal(400)  # fmt: skip
    signed = CLAIMED | {"reported_after_signing": True}
    assert isinstance(owed(pack, "damage", signed, evidence=proofs, in_spite_of="reported_after_signing"), NotOwed)
