"""A claim is filed, its file completed or sent back: docs/sources.md, section 7 (C). Broken input first."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from tests.rules.casework import NUMBER, event, handling, inquiry
from tests.rules.claims.told import WAYBILL, ClaimsDesk, reported, routed
from tousu.event import Event
from tousu.policy.pack import Pack

SENDER = {"role": "sender", "reference": "p_7Qk2m9Xc4Rt1"}
LETTER = [{"item": name} for name in ("waybill_image", "complete_form", "claim_letter")]
PHOTOS = [{"item": "damage_photos"}]


def form(cause: str = "loss", **more: Any) -> dict[str, Any]:
    """What a claim form says."""
    return {"cause": cause, "waybill_number": WAYBILL, "claimant": SENDER, "evidence": LETTER} | more


@pytest.mark.parametrize(
    ("said", "reason", "place"),
    [
        ({"claimed_amount": "0"}, "amount_not_positive", "/claimed_amount"),
        ({"claimed_amount": "0.00"}, "amount_not_positive", "/claimed_amount"),
        ({"waybill_number": "TS77009"}, "piece_not_of_this_case", "/waybill_number"),
        ({"claimant": {"role": "recipient"}}, "payee_not_entitled", "/claimant/role"),
        ({"claimant": {"role": "other"}}, "payee_not_entitled", "/claimant/role"),
        (
            {"claimant": {"role": "sender", "reference": "p_another0001"}},
            "piece_of_another_customer",
            "/claimant/reference",
        ),
        ({"evidence": [{"item": "waybill_image", "waybill_number": "TS77009"}]}, "evidence_of_another_piece",
         "/evidence/0/waybill_number"),
        ({"evidence": [{"item": "holiday_photos"}]}, "unknown_evidence", "/evidence/0/item"),
    ],
    ids=lambda one: one if isinstance(one, str) and one.startswith("/") else None,
)  # fmt: skip
def test_a_form_that_cannot_be_right_is_refused_and_nothing_is_kept(
    desk: ClaimsDesk, said: dict[str, Any], reason: str, place: str
) -> None:
    desk.tell(routed("loss"))
    assert desk.refused("claim_filed", 1, claim=None, **form(**said)) == (reason, place)


@pytest.mark.parametrize("role", ["beneficiary", "recipient"])
def test_whom_the_sender_names_may_claim(desk: ClaimsDesk, role: str) -> None:
    desk.tell(routed("loss"))
    claimant = {"role": role, "reference": "p_another0001", "named_by_sender": True}
    assert desk.report("claim_filed", claim=None, **form(claimant=claimant)) == ["claim.filed"]
    who = desk.claim().claimant
    assert who is not None and who.role == role


def test_a_form_finds_the_claim_that_the_complaint_opened(desk: ClaimsDesk) -> None:
    desk.tell(routed("loss"))
    assert desk.report("claim_filed", claim=None, **form(claimed_amount="800.00")) == ["claim.filed"]
    claim = desk.claim()
    assert (claim.stage, str(claim.claimed_amount), claim.returns) == ("filed", "800.00", 0)
    assert not [state_key for state_key in desk.rows if state_key.key == f"{NUMBER}/2"]


def test_a_form_for_what_the_complaint_did_not_ask_opens_a_claim_of_its_own(desk: ClaimsDesk) -> None:
    desk.tell(routed("attitude"))
    assert desk.report("claim_filed", claim=None, **form("damage")) == [
        "claim.opened", "claim.filed", "claim.file_incomplete",
    ]  # fmt: skip


def test_a_claim_that_was_filed_stays_when_the_complaint_is_judged_otherwise(desk: ClaimsDesk) -> None:
    desk.tell(routed("loss"))
    desk.report("claim_filed", 1, claim=None, **form("damage"))
    assert [one.data["claim_number"] for one in desk.tell(routed("attitude", revision=2))] == [f"{NUMBER}/1"]
    assert desk.claim(2).state == "open"


def test_a_claim_for_which_a_form_came_stands_on_it_however_the_complaint_is_classed(desk: ClaimsDesk) -> None:
    desk.tell(routed("loss"))
    desk.report("claim_filed", 1, claim=None, **form())
    assert desk.tell(routed("attitude", revision=2)) == []
    assert desk.report("claim_evidence_given", 2, evidence=PHOTOS) == []
    assert desk.claim().state == "open"


def test_a_claim_that_went_with_the_class_of_its_complaint_comes_back_with_a_form(desk: ClaimsDesk) -> None:
    desk.tell(routed("loss"), routed("attitude", revision=2))
    assert desk.claim().reason == "judged_otherwise"
    assert desk.report("claim_filed", 2, claim=None, **form()) == ["claim.reopened", "claim.filed"]
    assert (desk.claim().state, desk.claim().stage) == ("open", "filed")


@pytest.mark.parametrize("end", [handling("judged", 2, stands=False), handling("withdrawn", 2, reason="件到了")])
def test_it_does_not_come_back_while_the_complaint_does_not_stand(desk: ClaimsDesk, end: Event) -> None:
    desk.tell(routed("loss"), routed("attitude", revision=2), end)
    assert desk.refused("claim_filed", 3, claim=None, **form())[0] == "illegal_transition"


def test_a_claim_needs_no_complaint_an_inquiry_will_do(desk: ClaimsDesk) -> None:
    data = inquiry(waybill_number=WAYBILL).data | {"kind": "inquiry", "departments": ["customer_service"]}
    data |= {"pack": {"id": "courier-network", "version": "1.0.0"}, "triage": False, "decided_by": "adapter"}
    del data["source_event"]
    desk.tell(event("inquiry.routed", data, NUMBER))
    assert desk.report("claim_filed", claim=None, **form()) == ["claim.opened", "claim.filed"]


@pytest.mark.parametrize(("posted_at", "lapsed"), [("2025-03-02T15:00:00Z", False), ("2025-03-01T15:00:00Z", True)])
def test_a_form_more_than_a_year_after_posting_is_refused(desk: ClaimsDesk, posted_at: str, lapsed: bool) -> None:
    desk.tell(routed("attitude", posted_at=posted_at))
    if lapsed:
        assert desk.refused("claim_filed", 1, claim=None, **form()) == ("right_has_lapsed", "/cause")
    else:
        assert desk.report("claim_filed", claim=None, **form())[0] == "claim.opened"


@pytest.mark.parametrize(
    ("inquired_at", "lapsed"),
    [
        ("2026-03-01T15:59:59Z", False),  # the last day of the year in Shanghai
        ("2026-03-01T16:00:01Z", True),
        ("2025-02-27T00:00:00Z", True),  # nobody asks for what is not posted yet
    ],
)
def test_an_inquiry_within_the_year_keeps_the_right(desk: ClaimsDesk, inquired_at: str, lapsed: bool) -> None:
    """Source C: the right is gone where 未查询又未提出赔偿, neither asked nor claimed within a year of posting."""
    desk.tell(routed("attitude", posted_at="2025-03-01T15:00:00Z"))
    if lapsed:
        refused = desk.refused("claim_filed", 1, claim=None, **form(inquired_at=inquired_at))
        assert refused == ("right_has_lapsed", "/cause")
    else:
        told = desk.report("claim_filed", 1, claim=None, **form(inquired_at=inquired_at))
        assert told == ["claim.opened", "claim.filed"]


def test_the_inquirys_own_case_takes_a_claim_after_the_year(desk: ClaimsDesk) -> None:
    data = inquiry(waybill_number=WAYBILL, posted_at="2025-03-02T15:00:00Z").data
    data |= {"kind": "inquiry", "departments": ["customer_service"], "triage": False, "decided_by": "adapter"}
    data |= {"pack": {"id": "courier-network", "version": "1.0.0"}}
    del data["source_event"]
    desk.tell(event("inquiry.routed", data, NUMBER))
    assert desk.report("claim_filed", 24 * 200, claim=None, **form()) == ["claim.opened", "claim.filed"]


def test_a_complaint_that_does_not_stand_takes_no_form(desk: ClaimsDesk) -> None:
    desk.tell(routed("attitude"), handling("judged", 1, stands=False))
    assert desk.refused("claim_filed", 2, claim=None, **form())[0] == "illegal_transition"


def test_an_incomplete_file_goes_back_and_says_what_is_missing(desk: ClaimsDesk) -> None:
    desk.tell(routed("damage"))
    (_, back) = desk.tell(_filed(1, evidence=LETTER))
    assert back.type == "tousu.claim.file_incomplete.v1"
    assert (back.data["evidence_missing"], back.data["returns"], back.data["returns_left"]) == (["damage_photos"], 1, 2)
    assert desk.report("claim_evidence_given", 2, evidence=PHOTOS) == ["claim.file_completed"]


def test_returned_three_times_and_still_incomplete_it_is_closed_for_missing_materials(desk: ClaimsDesk) -> None:
    desk.tell(routed("damage"))
    told = [desk.tell(_filed(hour, evidence=LETTER[:1]))[-1] for hour in range(1, 5)]
    assert [one.data.get("returns") for one in told] == [1, 2, 3, None]
    assert (told[-1].type, told[-1].data["reason"]) == ("tousu.claim.closed.v1", "materials_missing")
    assert desk.claim().state == "closed"
    assert desk.refused("claim_filed", 6, claim=None, **form("damage"))[0] == "illegal_transition"


def test_what_the_company_adds_sends_no_claimant_back(desk: ClaimsDesk) -> None:
    """The notice of negotiation with the responsible outlet is the company's to put in."""
    desk.tell(routed("loss"))
    assert desk.report("claim_filed", claim=None, **form()) == ["claim.filed"]
    assert "negotiation_notice" not in desk.claim().file
    desk.report("outlet_notified", 2, outlet="HZ-017")
    assert "negotiation_notice" in desk.claim().file


def test_facts_call_for_evidence_of_their_own(desk: ClaimsDesk) -> None:
    """Price evidence for e-commerce goods only; a picture of the routing mark where a piece was mis-sorted."""
    desk.tell(routed("delay", demand="赔偿"))
    desk.report("claim_facts_found", 1, facts={"ecommerce_goods": True, "mis_sorted": True})
    (_, back) = desk.tell(_filed(2, cause="delay", evidence=LETTER))
    assert back.data["evidence_missing"] == ["price_evidence", "routing_mark_picture"]


def test_the_newest_finding_of_each_fact_counts_by_when_it_was_found(desk: ClaimsDesk) -> None:
    desk.tell(routed("loss"))
    desk.report("claim_facts_found", 3, facts={"insured": True, "insured_amount": "900.00"})
    desk.report("claim_facts_found", 2, facts={"insured": False, "weight_kg": "1.2"})
    found = {name: fact.value for name, fact in desk.claim().facts.items()}
    assert found == {"insured": True, "insured_amount": "900.00", "weight_kg": "1.2"}


def test_a_report_on_a_claim_that_there_is_not_is_refused_by_name(desk: ClaimsDesk) -> None:
    desk.tell(routed("loss"))
    assert desk.refused("claim_withdrawn", 1, claim=7) == ("unknown_claim", "/claim_number")


def test_a_pack_without_claims_takes_none(pack: Pack) -> None:
    classes = {name: replace(one, claim=None) for name, one in pack.classes.items()}
    desk = ClaimsDesk(replace(pack, claims=None, classes=classes))
    desk.tell(routed("attitude"))
    assert desk.refused("claim_filed", 1, claim=None, **form())[0] == "no_claims_in_pack"


def _filed(hours: float, **more: Any) -> Any:
    return reported("claim_filed", hours, None, **form(more.pop("cause", "damage"), **more))
