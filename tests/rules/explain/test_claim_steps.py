"""What is missing and what can be done next, by whom and by when (domain, section 7, C)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.rules.claims.filed import FILE, OUTLET, SENDER, agree_claim, file_claim, offer_claim
from tests.rules.claims.told import WAYBILL, routed
from tests.rules.explain.claim_telling import ClaimTeller
from tousu.explain.claim_document import claim_document
from tousu.explain.claim_next import Next
from tousu.policy.pack import Pack


@pytest.fixture
def teller(pack: Pack) -> ClaimTeller:
    return ClaimTeller(pack)


def steps(desk: ClaimTeller, who: str, hours: float | None = None) -> dict[str, Next]:
    return {each.step: each for each in desk.explained(hours=hours).steps if each.who == who}


def test_an_opened_claim_is_filed_with_what_the_pack_asks_for_until_the_right_lapses(teller: ClaimTeller) -> None:
    teller.tell(routed("damage", demand="赔偿", posted_at="2026-02-20T10:00:00+08:00"))
    found = teller.explained()
    labels = {(each.en, each.zh, each.given_by) for each in found.missing.evidence}
    assert ("photos of the damage", "破损照片", "claimant") in labels
    assert ("notice of negotiation with the responsible outlet", "与责任网点协商的通知", "company") in labels
    file = steps(teller, "claimant")["file"]
    assert file.by == datetime.fromisoformat("2027-02-21T00:00:00+08:00")
    assert file.section == "C 5"
    assert "photos of the damage" in file.words


def test_without_a_time_of_posting_the_lapse_is_not_known_and_said_so(teller: ClaimTeller) -> None:
    teller.tell(routed("loss", demand="赔偿"))
    right = teller.explained().right
    assert right is not None
    assert right.lapses_at is None
    assert right.words == "1 year after posting; the case does not say when the piece was posted"


def test_an_incomplete_file_says_what_to_hand_in_and_how_often_it_may_come_back(teller: ClaimTeller) -> None:
    teller.tell(routed("damage", demand="赔偿"))
    some = [{"item": name} for name in FILE[:2]]
    teller.report("claim_filed", 1, claim=None, cause="damage", waybill_number=WAYBILL, claimant=SENDER, evidence=some)
    missing = teller.explained().missing
    assert [each.name for each in missing.by_claimant] == ["claim_letter", "damage_photos"]
    assert (missing.returns, missing.returns_left) == (1, 2)
    assert steps(teller, "claimant")["complete_file"].words.endswith("it may come back incomplete 2 times more")
    for hours in (2, 3):
        teller.report("claim_evidence_given", hours, evidence=[{"item": FILE[0]}], handed_in=True)
    assert steps(teller, "claimant")["complete_file"].words.endswith("the next incomplete file ends the claim")
    teller.report("claim_evidence_given", 4, evidence=[{"item": FILE[0]}], handed_in=True)
    assert steps(teller, "claimant")["none"].words.startswith("nothing more with this claim, save by a ruling")
    assert steps(teller, "company") == {}


def test_facts_that_some_evidence_depends_on_ask_for_it(teller: ClaimTeller) -> None:
    file_claim(teller)
    assert teller.explained().missing.evidence == ()
    teller.report("claim_facts_found", 2, facts={"ecommerce_goods": True})
    assert [each.name for each in teller.explained().missing.by_claimant] == ["price_evidence"]


def test_a_filed_claim_waits_for_its_answer_and_then_for_the_decision(teller: ClaimTeller) -> None:
    file_claim(teller, hours=1)
    teller.report("claim_facts_found", 2, facts={"route": "domestic"})
    assert steps(teller, "claimant")["wait"].by == datetime.fromisoformat("2026-03-03T11:00:00+08:00")
    assert steps(teller, "company")["answer_to_claim_form"].by == datetime.fromisoformat("2026-03-03T11:00:00+08:00")
    assert steps(teller, "outlets")["negotiation_loss"].section == "C 5"
    assert not steps(teller, "company")["answer_to_claim_form"].overdue
    assert steps(teller, "company", hours=26)["answer_to_claim_form"].overdue
    assert steps(teller, "company")["find_facts"].words == "find out: insured"
    teller.report("claim_form_answered", 3)
    assert steps(teller, "claimant")["wait"].words == "wait for the decision"
    assert steps(teller, "claimant")["wait"].by == datetime.fromisoformat("2026-04-02T00:00:00+08:00")


def test_an_offer_may_be_agreed_to_or_disputed_by_every_way_on(teller: ClaimTeller) -> None:
    offer_claim(teller)
    mine = steps(teller, "claimant")
    assert mine["agree"].words == "agree to 812.00 CNY, or to less"
    for way in ("negotiation (协商)", "complaint", "regulator", "court (诉讼)"):
        assert way in mine["dispute"].words
    assert "arbitration" not in mine["dispute"].words, "nobody agreed to it at posting"
    assert mine["dispute"].section == "C 7"
    assert "withdraw" in mine
    teller.report("claim_disputed", 5, way="regulator")
    mine = steps(teller, "claimant")
    assert mine["dispute"].words.endswith("it is on the way of regulator now")
    assert "agree" in mine, "what was offered may still be agreed to"


def test_an_agreed_claim_waits_for_its_payment(teller: ClaimTeller) -> None:
    agree_claim(teller)
    due = datetime.fromisoformat("2026-03-10T00:00:00+08:00")
    assert steps(teller, "claimant")["wait"].by == due
    assert steps(teller, "company")["payment"].by == due
    teller.report("payment_confirmed", 6, payment_id="P-1", amount="812.00")
    assert list(steps(teller, "claimant")) == ["none"]


@pytest.mark.parametrize(("what", "expected"), [("claim_withdrawn", {}), ("claim_ruled", {"wait", "withdraw"})])
def test_after_a_withdrawal_nothing_is_left_after_a_ruling_the_payment(
    teller: ClaimTeller, what: str, expected: set[str]
) -> None:
    offer_claim(teller)
    said: dict[str, Any] = {"by": "court", "amount": "50.00"} if what == "claim_ruled" else {}
    teller.report(what, 5, **said)
    assert set(steps(teller, "claimant")) == set(expected)


def test_a_delay_says_that_it_becomes_a_loss(teller: ClaimTeller) -> None:
    teller.tell(routed("delay", demand="赔偿", route="domestic", promised_at="2026-03-01T10:00:00+08:00"))
    step = steps(teller, "company")["complete_delay_domestic"]
    assert step.words == "deliver the piece, or the delay counts as a loss (complete delay: domestic)"
    assert step.by == datetime.fromisoformat("2026-03-12T00:00:00+08:00")


def test_every_step_and_item_is_in_the_document(teller: ClaimTeller) -> None:
    file_claim(teller)
    found, said = teller.explained(), claim_document(teller.explained())
    assert [each["words"] for each in said["next"]] == [each.words for each in found.steps]
    assert {each["item"] for each in said["missing"]["held"]} == {*FILE, "negotiation_notice"}
    assert said["stands"]["words"] == "filed; not answered yet"
    assert said["rests_on"]["opened_by"]["name"] == "complaint.routed"
    assert said["happened"][0]["said"]["outlet"] == OUTLET
    assert all(each["section"] for each in said["limits"])
