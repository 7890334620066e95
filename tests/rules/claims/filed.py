"""Claims that have come some way, for tests of what follows."""

from __future__ import annotations

from typing import Any

from tests.rules.claims.told import WAYBILL, ClaimsDesk, routed

SENDER = {"role": "sender", "reference": "p_7Qk2m9Xc4Rt1"}
FILE = ("waybill_image", "complete_form", "claim_letter", "damage_photos")
OUTLET, OTHER = "HZ-017", "GZ-036"
FACTS: dict[str, dict[str, Any]] = {
    "loss": {"insured": False, "service_fee": "12.00", "real_value": "800.00"},
    "delay": {"days_late": 3, "weight_kg": "1.0", "service_fee": "12.00", "real_value": "800.00"},
    "damage": {"insured": False, "proof": "invoice", "share_lost": "0.5", "real_value": "800.00",
               "damage_degree": "damaged", "service_fee": "12.00"},
    "contents_mismatch": {"insured": False, "share_lost": "1", "real_value": "2999.00", "service_fee": "12.00",
                          "real_loss": "2999.00", "proof": "invoice", "goods_kind": "practical"},
}  # fmt: skip


def file_claim(desk: ClaimsDesk, cause: str = "loss", hours: float = 1, **more: Any) -> None:
    """A complaint about one piece, and the complete form for it."""
    desk.tell(routed(cause, demand="赔偿", **more))
    desk.report("outlet_notified", hours, outlet=OUTLET, compensated_outlet=OTHER)
    desk.report("outlet_contacted", hours, outlet=OUTLET)
    evidence = [{"item": name} for name in FILE]
    desk.report(
        "claim_filed", hours, claim=None, cause=cause, waybill_number=WAYBILL, claimant=SENDER, evidence=evidence
    )


def offer_claim(desk: ClaimsDesk, cause: str = "loss", /, **facts: Any) -> None:
    """The same, with what was found out, answered and offered by the table."""
    file_claim(desk, cause)
    desk.report("claim_facts_found", 2, facts=FACTS[cause] | facts)
    desk.report("claim_form_answered", 3)
    desk.report("claim_decided", 4, outcome="offer")


def agree_claim(desk: ClaimsDesk, cause: str = "loss", /, **facts: Any) -> None:
    """The same, agreed."""
    offer_claim(desk, cause, **facts)
    desk.report("claim_agreed", 5)
