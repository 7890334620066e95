"""Section 7 of the domain, source H: kinds of compensation, agreed and never above the loss; worked cases 1 and 2."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.packs_read import load_pack
from tousu.policy.award import award
from tousu.policy.claims import ClaimOpener, OpenedClaim
from tousu.policy.owed import Awarded, Lacking, NotOwed, Referred

PACK = load_pack("courier-handbook")
TODAY = date(2026, 9, 22)


def test_four_kinds_of_compensation() -> None:
    assert PACK.claims is not None
    assert PACK.claims.compensation is not None
    kinds = PACK.claims.compensation.kinds
    assert {(kind.name, kind.label.zh) for kind in kinds.values()} == {
        ("cash", "现金赔偿"), ("goods", "等值商品"), ("service", "等值服务"), ("other", "其他协商方式"),
    }  # fmt: skip


AGREED: tuple[tuple[str, dict[str, Any], str, str], ...] = (
    ("loss", {"real_loss": "300"}, "300", "300"),
    ("damage", {"real_loss": "300"}, "299.99", "299.99"),
    ("contents_mismatch", {"real_loss": "300"}, "300.01", "300"),
    ("delay", {"real_loss": "50"}, "20", "20"),
    ("poor_service", {"real_loss": "12"}, "12", "12"),
    ("poor_service", {"real_loss": "12"}, "200", "12"),
    ("price", {"real_loss": "6.50"}, "6.51", "6.50"),
    ("information_security", {"real_loss": "900"}, "900", "900"),
    ("contract", {"real_loss": "2000"}, "1500", "1500"),
)


@pytest.mark.parametrize(("cause", "facts", "agreed", "pays"), AGREED)
def test_what_is_agreed_is_paid_and_never_above_the_loss(
    cause: str, facts: dict[str, Any], agreed: str, pays: str
) -> None:
    open_ = award(PACK, cause, facts, on=TODAY)
    assert isinstance(open_, Referred)
    (most,) = facts.values()
    assert (open_.reason, open_.at_most, open_.usual) == ("agreed", Decimal(most), Decimal(most))
    assert open_.section == "H 7"
    answer = award(PACK, cause, facts, on=TODAY, decided=agreed)
    assert isinstance(answer, Awarded)
    assert answer.amount == Decimal(pays)
    assert answer.steps[0].operation == "decide"


def test_the_loss_must_be_known_before_anything_is_agreed() -> None:
    assert award(PACK, "loss", {}, on=TODAY, decided="10") == Lacking(
        inputs=("real_loss",), rule="as_agreed", section="H 7", pack=PACK.reference()
    )


def test_where_nothing_is_lost_nothing_is_agreed() -> None:
    assert isinstance(award(PACK, "loss", {"real_loss": "0"}, on=TODAY, decided="10"), NotOwed)


def test_delay_in_traffic_is_compensated() -> None:
    """Worked case 1: the customer waited for days, the piece goes first, and the customer is compensated."""
    asked = ClaimOpener(PACK).open(
        "delay", received_at=PACK.effective_from.replace(year=2026), demand="我要求赔偿，等了好几天"
    )
    assert isinstance(asked, OpenedClaim)
    answer = award(PACK, asked.cause, {"real_loss": "80"}, on=TODAY, decided="80")
    assert isinstance(answer, Awarded)
    assert answer.amount == Decimal(80)


def test_rude_courier_is_compensated() -> None:
    """Worked case 2: apology, discipline, training, and the customer is compensated: as agreed."""
    answer = award(PACK, "poor_service", {"real_loss": "15"}, on=TODAY, decided="15")
    assert isinstance(answer, Awarded)
    assert (answer.amount, answer.rule) == (Decimal(15), "as_agreed")
