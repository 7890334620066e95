"""Who is paid: the sender, or the beneficiary whom the sender named; one whom the sender denied is paid nothing.

Issue 12, section 1, number 9; docs/sources.md, section 7 (C).
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.casework import NUMBER
from tests.rules.claims.filed import FACTS, FILE, OTHER, OUTLET, SENDER
from tests.rules.claims.told import WAYBILL, ClaimsDesk, routed
from tousu.ledger.balance import sums_by_obligation

NAMED = {"role": "beneficiary", "reference": "p_another0001", "named_by_sender": True}


def file_for(desk: ClaimsDesk, claimant: dict[str, Any], hours: float = 1) -> None:
    evidence = [{"item": name} for name in FILE]
    desk.report(
        "claim_filed", hours, claim=None, cause="loss", waybill_number=WAYBILL, claimant=claimant, evidence=evidence
    )


def agree(desk: ClaimsDesk, claimant: dict[str, Any]) -> None:
    desk.tell(routed("loss", demand="赔偿"))
    desk.report("outlet_notified", 1, outlet=OUTLET, compensated_outlet=OTHER)
    file_for(desk, claimant)
    desk.report("claim_facts_found", 2, facts=FACTS["loss"])
    desk.report("claim_decided", 3, outcome="offer")


@pytest.mark.parametrize("claimant", [SENDER, NAMED])
def test_agreement_and_instruction_name_who_is_paid(desk: ClaimsDesk, claimant: dict[str, Any]) -> None:
    agree(desk, claimant)
    (agreed,) = desk.tell_report("claim_agreed", 4)
    payee = {"role": claimant["role"], "reference": claimant["reference"]}
    assert agreed.data["payee"] == payee
    assert desk.instructions[-1].data["payee"] == payee


def test_a_ruling_names_who_is_paid(desk: ClaimsDesk) -> None:
    agree(desk, NAMED)
    (ruled,) = desk.tell_report("claim_ruled", 4, by="court", amount="500.00")
    assert ruled.data["payee"] == {"role": "beneficiary", "reference": "p_another0001"}


@pytest.mark.parametrize("role", ["beneficiary", "recipient", "other"])
def test_one_whom_the_sender_denied_may_not_claim(desk: ClaimsDesk, role: str) -> None:
    desk.tell(routed("loss", demand="赔偿"))
    claimant = {"role": role, "reference": "p_another0001", "named_by_sender": False}
    said = {"cause": "loss", "waybill_number": WAYBILL, "claimant": claimant}
    assert desk.refused("claim_filed", 1, claim=None, **said) == ("payee_not_entitled", "/claimant/role")


def test_denied_before_the_form_comes_they_may_not_claim(desk: ClaimsDesk) -> None:
    desk.tell(routed("loss", demand="赔偿"))
    desk.report("claim_facts_found", 1, facts={"named_by_sender": False})
    said = {"cause": "loss", "waybill_number": WAYBILL, "claimant": {"role": "beneficiary", "reference": "p_other1"}}
    assert desk.refused("claim_filed", 2, claim=None, **said) == ("payee_not_entitled", "/claimant/role")


def test_denied_after_the_agreement_nothing_is_paid(desk: ClaimsDesk) -> None:
    agree(desk, NAMED)
    desk.report("claim_agreed", 4)
    (closed,) = desk.tell_report("claim_facts_found", 5, facts={"named_by_sender": False})
    withdrawn = {"obligation": f"{NUMBER}/1/compensation", "amount": "812.00", "currency": "CNY"}
    assert (closed.data["reason"], closed.data["withdrawn"]) == ("payee_denied", [withdrawn])
    assert [one.data["what"] for one in desk.instructions] == ["cancel"]
    sums = sums_by_obligation(desk.ledger())[f"{NUMBER}/1/compensation"]
    assert not sums.outstanding and not sums.paid


def test_then_the_sender_claims_for_the_same_piece(desk: ClaimsDesk) -> None:
    agree(desk, NAMED)
    desk.report("claim_agreed", 4)
    desk.report("claim_facts_found", 5, facts={"named_by_sender": False})
    assert desk.tell(routed("loss", demand="赔偿", revision=2)) == []  # only a form opens it again
    file_for(desk, SENDER, 6)
    assert (desk.claim().state, desk.claim().stage) == ("open", "filed")
    desk.report("claim_decided", 7, outcome="offer")
    (agreed,) = desk.tell_report("claim_agreed", 8)
    assert (agreed.data["amount"], agreed.data["payee"]["role"]) == ("812.00", "sender")
    assert str(sums_by_obligation(desk.ledger())[f"{NUMBER}/1/compensation"].outstanding) == "812.00"


def test_what_was_paid_before_the_denial_stays_paid(desk: ClaimsDesk) -> None:
    agree(desk, NAMED)
    desk.report("claim_agreed", 4)
    desk.report("payment_confirmed", 5, payment_id="P-1", amount="812.00")
    assert desk.report("claim_facts_found", 6, facts={"named_by_sender": False}) == []
    assert desk.claim().reason == "paid"


def test_a_denial_that_happened_before_the_agreement_and_is_told_later_counts(desk: ClaimsDesk) -> None:
    agree(desk, NAMED)
    desk.report("claim_agreed", 6)
    assert "claim.closed" in desk.report("claim_facts_found", 5, facts={"named_by_sender": False})
    assert not sums_by_obligation(desk.ledger())[f"{NUMBER}/1/compensation"].outstanding


def test_the_sender_is_paid_whomever_they_denied(desk: ClaimsDesk) -> None:
    agree(desk, SENDER)
    assert desk.report("claim_facts_found", 4, facts={"named_by_sender": False}) == []
    assert desk.report("claim_agreed", 5) == ["claim.agreed"]
