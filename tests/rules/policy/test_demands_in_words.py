"""A demand in words opens the claim of a delay, and words that ask for nothing open none (issue 12, section 1, 12)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.packs_read import load_pack
from tousu.policy.claims import ClaimOpener, NoClaim, OpenedClaim

OPENER = ClaimOpener(load_pack("courier-network"))
RECEIVED = datetime(2026, 9, 22, 2, tzinfo=UTC)

ASKED_FOR = (
    "退还运费", "给我赔50块钱", "退回运费", "要求退还快递费", "赔我五十元", "你们得赔", "照价赔偿",
    "把运费退给我，再赔一百块", "不要道歉，要求赔偿", "退還運費", "給我賠50塊錢",
    "I want my money back", "please refund the fee",
)  # fmt: skip
NOT_ASKED_FOR = (
    "不要求赔偿", "不要求任何赔偿", "没有要求赔偿", "不需要赔偿", "无需赔偿，尽快送到就行", "不想要赔偿", "放弃索赔",
    "不求赔偿", "不用赔我", "不要求退还运费", "不要求賠償", "只要道歉", "", "请尽快送货", "not asking for compensation",
    "I do not need a refund",
)  # fmt: skip


@pytest.mark.parametrize("demand", ASKED_FOR)
def test_what_asks_for_money_opens_a_claim(demand: str) -> None:
    assert isinstance(OPENER.open("delay", received_at=RECEIVED, demand=demand), OpenedClaim)


@pytest.mark.parametrize("demand", NOT_ASKED_FOR)
def test_what_asks_for_none_opens_none(demand: str) -> None:
    opened = OPENER.open("delay", received_at=RECEIVED, demand=demand)
    assert isinstance(opened, NoClaim) and opened.reason == "not_asked_for"
