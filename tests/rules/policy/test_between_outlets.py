"""What outlets owe beside the amount of a claim (domain, section 7: 6 % and 4 %; section 8: a false report)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from tousu.policy.between_outlets import handling_fees
from tousu.policy.claim_facts import BadFact
from tousu.policy.compensation import Compensation
from tousu.policy.pack import Pack


@pytest.fixture
def table(pack: Pack) -> Compensation:
    assert pack.claims is not None
    assert pack.claims.compensation is not None
    return pack.claims.compensation


FEES = (  # amount, the fined side's 6 %, the compensated side's 4 %
    ("1000", "60", "40"),
    ("2500", "150", "100"),
    ("0.01", "0", "0"),
    ("10.75", "0.65", "0.43"),  # 0.645 goes up
    ("999999999999.99", "60000000000", "40000000000"),
)


@pytest.mark.parametrize(("amount", "fined", "compensated"), FEES)
def test_the_fined_side_pays_six_percent_and_the_compensated_side_four(
    table: Compensation, amount: str, fined: str, compensated: str
) -> None:
    fees = handling_fees(table, amount)
    assert not isinstance(fees, BadFact)
    assert [(fee.side, fee.amount, fee.section) for fee in fees] == [
        ("fined", Decimal(fined), "C 7"),
        ("compensated", Decimal(compensated), "C 7"),
    ]
    assert fees[0].steps[0].inputs == {"amount": amount, "percent": "6"}


@pytest.mark.parametrize(("amount", "reason"), [("0", "zero"), ("-1", "negative"), ("1.001", "too_fine")])
def test_no_fees_of_an_amount_that_cannot_be(table: Compensation, amount: str, reason: str) -> None:
    fees = handling_fees(table, amount)
    assert isinstance(fees, BadFact)
    assert (fees.name, fees.reason) == ("amount", reason)


def test_a_pack_without_them_asks_for_none(table: Compensation) -> None:
    without = replace(table, handling_fees=None)
    assert handling_fees(without, "1000") == ()
