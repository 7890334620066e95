"""When a trouble opens a claim (section 7 of the domain, source C)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tousu.policy.claims import ClaimOpener, NoClaim, OpenedClaim
from tousu.policy.pack import Pack

RECEIVED = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def opener(pack: Pack) -> ClaimOpener:
    return ClaimOpener(pack)


@pytest.mark.parametrize(
    ("class_name", "cause", "evidence"),
    (
        ("loss", "loss", ("waybill_image", "complete_form", "claim_letter", "negotiation_notice")),
        (
            "damage",
            "damage",
            ("waybill_image", "complete_form", "claim_letter", "damage_photos", "negotiation_notice"),
        ),
        ("shortage", "contents_mismatch", ("waybill_image", "complete_form")),
        ("contents_mismatch", "contents_mismatch", ("waybill_image", "complete_form")),
    ),
)
def test_a_piece_whose_value_is_gone_opens_a_claim(
    opener: ClaimOpener, class_name: str, cause: str, evidence: tuple[str, ...]
) -> None:
    found = opener.open(class_name, received_at=RECEIVED)
    assert isinstance(found, OpenedClaim)
    assert (found.cause, found.payee_role, found.evidence_needed, found.section) == (cause, "sender", evidence, "C 7")


@pytest.mark.parametrize("class_name", ("attitude", "price_fraud"))
def test_other_troubles_open_none(opener: ClaimOpener, class_name: str) -> None:
    found = opener.open(class_name, received_at=RECEIVED, demand="要求赔偿")
    assert found == NoClaim(reason="class_without_claim", section="C 7")


@pytest.mark.parametrize(
    ("demand", "late_hours", "opens"),
    (
        ("要求赔偿运费", None, True),
        ("請賠償", None, True),
        ("I want a refund.", None, True),
        ("请尽快送到", None, False),
        ("不要赔偿，只要道歉", None, False),
        ("", None, False),
        ("", 1, True),
        ("", 0, False),
        ("", -1, False),
    ),
)
def test_a_delay_opens_a_claim_when_asked_for_or_past_the_promise(
    opener: ClaimOpener, demand: str, late_hours: int | None, opens: bool
) -> None:
    promised = None if late_hours is None else RECEIVED - timedelta(hours=late_hours)
    found = opener.open("delay", received_at=RECEIVED, demand=demand, promised_at=promised)
    if opens:
        assert isinstance(found, OpenedClaim)
        assert found.evidence_needed == ("waybill_image", "complete_form")
    else:
        assert found == NoClaim(reason="not_asked_for", section="C 7")


@pytest.mark.parametrize(
    ("received_at", "opens"),
    (
        (datetime(2026, 3, 10, 23, 59, tzinfo=SHANGHAI), True),
        (datetime(2026, 3, 11, 0, 0, tzinfo=SHANGHAI), True),  # 24:00 of the last day is in time
        (datetime(2026, 3, 11, 0, 1, tzinfo=SHANGHAI), False),
    ),
)
def test_the_right_to_claim_lapses_a_year_after_posting(
    opener: ClaimOpener, received_at: datetime, opens: bool
) -> None:
    posted_at = datetime(2025, 3, 10, 15, 0, tzinfo=SHANGHAI)
    found = opener.open("loss", received_at=received_at, posted_at=posted_at)
    assert isinstance(found, OpenedClaim) == opens
    assert opens or found == NoClaim(reason="right_has_lapsed", section="C 5")


def test_some_evidence_depends_on_facts(opener: ClaimOpener) -> None:
    facts = {"ecommerce_goods", "mis_sorted"}
    wanted = ("waybill_image", "complete_form", "price_evidence", "routing_mark_picture")
    assert opener.evidence_for("delay", facts) == wanted
