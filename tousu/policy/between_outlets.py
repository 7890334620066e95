"""What outlets owe headquarters for a claim between them, beside its amount: the handling fees.

Source: docs/sources.md, section 7 (C: the fined side pays 6 %, the compensated side 4 %).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from tousu.policy.amount_calculation import AmountStep
from tousu.policy.claim_facts import BadFact, plain, read_amount, to_the_cent
from tousu.policy.compensation import Compensation

HUNDRED = Decimal(100)


class OutletFee(msgspec.Struct, frozen=True, kw_only=True):
    """What one side pays to headquarters, with the steps that led there."""

    side: Literal["fined", "compensated"]
    percent: Decimal
    amount: Decimal
    section: str
    steps: tuple[AmountStep, ...]


def handling_fees(table: Compensation, amount: str) -> tuple[OutletFee, ...] | BadFact:
    """The fees of both sides for a claim of this amount; none where the pack asks for none."""
    read = read_amount("amount", amount)
    if isinstance(read, BadFact):
        return read
    fees = table.handling_fees
    if fees is None:
        return ()
    return (
        _fee("fined", read, fees.fined_percent, fees.section),
        _fee("compensated", read, fees.compensated_percent, fees.section),
    )


def _fee(side: Literal["fined", "compensated"], amount: Decimal, percent: Decimal, section: str) -> OutletFee:
    fee = to_the_cent(amount * percent / HUNDRED)
    inputs = {"amount": plain(amount), "percent": plain(percent)}
    step = AmountStep(operation="percent", inputs=inputs, result=plain(fee), section=section)
    return OutletFee(side=side, percent=percent, amount=fee, section=section, steps=(step,))
