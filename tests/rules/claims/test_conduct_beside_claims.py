"""Conduct beside the claims: what claims refuses charges nobody, and a claim that goes on is no hindrance."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.packs_read import load_pack
from tests.rules.casework import START, handling, kinds_of
from tests.rules.claims.filed import OTHER, OUTLET, offer_claim
from tests.rules.claims.told import ClaimsDesk, routed

DAY = 24
FALSE: dict[str, Any] = {"report_true": False, "reporting_outlet": OUTLET}


@pytest.fixture
def desk() -> ClaimsDesk:
    return ClaimsDesk(load_pack("courier-network"))


def charged(desk: ClaimsDesk, **length: float) -> dict[str, list[str]]:
    """What is laid as time passes: the grounds against each party."""
    told = [one for one in desk.let_time_pass(START + timedelta(**length)) if one.type == "tousu.charge.laid.v1"]
    return {one.key or "": [ground["ground"] for ground in one.data["grounds"]] for one in told}


def test_a_false_report_is_charged_once_headquarters_has_ruled(desk: ClaimsDesk) -> None:
    offer_claim(desk, "damage")
    desk.report("outlet_arbitration_requested", DAY * 11, outlet=OTHER)
    charged(desk, hours=DAY * 11 + 0.5)
    assert desk.tell_report("outlet_ruled", DAY * 11 + 1, **FALSE)[0].type == "tousu.claim.arbitrated.v1"
    assert charged(desk, hours=DAY * 11 + 2) == {f"outlet/{OUTLET}": ["false_report"]}


def test_a_ruling_that_claims_refuses_charges_nobody(desk: ClaimsDesk) -> None:
    desk.tell(routed("loss"))
    charged(desk, hours=0.5)
    assert desk.refused("outlet_ruled", 1, **FALSE)[0] == "illegal_transition"
    assert charged(desk, hours=2) == {}


def test_one_event_moves_a_claim_and_a_charge(desk: ClaimsDesk) -> None:
    """Judged not to stand: the claim is closed at once, and when the moment is over the charge says so."""
    desk.tell(routed("loss"))
    desk.pass_time(minutes=30)
    assert kinds_of(desk.tell(handling("judged", 1, stands=False))) == ["claim.closed"]
    assert charged(desk, hours=2) == {"department/storage_and_transport": ["complaint"]}


def test_what_is_no_concern_of_the_claims_may_be_one_of_conduct(desk: ClaimsDesk) -> None:
    desk.tell(routed("attitude"))
    desk.pass_time(minutes=30)
    named: dict[str, Any] = {"by": "department", "responsible": {"employee": "E10023"}}
    decision = desk.take(handling("responsibility_settled", 1, **named))
    assert decision.no_op == ""
    assert {state_key.kind for state_key in decision.states} == {"conduct"}
    assert set(charged(desk, hours=2)) == {"person/E10023", "department/storage_and_transport"}


def test_the_loss_of_a_share_of_performance_pay_is_what_was_paid(desk: ClaimsDesk) -> None:
    """Not what somebody assessed before; nothing while nothing is paid (issue 12, section 1, number 12; C 8)."""
    offer_claim(desk)
    named: dict[str, Any] = {"by": "department", "responsible": {"employee": "E10023"}}
    desk.tell(handling("responsibility_settled", 4, **named), handling("assessed", 4, loss_yuan="5000.00"))
    assert losses(desk, hours=5) == {"person/E10023": None, "department/storage_and_transport": None}
    desk.report("claim_agreed", 6)
    desk.report("payment_confirmed", 7, payment_id="P-1", amount="812.00")
    assert losses(desk, hours=8) == {"person/E10023": "812.00", "department/storage_and_transport": "812.00"}
    desk.report("claim_ruled", 9, by="court", amount="1000.00")
    assert losses(desk, hours=10) == {}
    desk.report("payment_confirmed", 11, payment_id="P-2", amount="188.00")
    assert losses(desk, hours=12) == {"person/E10023": "1000.00", "department/storage_and_transport": "1000.00"}


def losses(desk: ClaimsDesk, **length: float) -> dict[str, str | None]:
    """The loss of the complaint in the charges that are laid as time passes."""
    told = [one for one in desk.let_time_pass(START + timedelta(**length)) if one.type == "tousu.charge.laid.v1"]
    return {one.key or "": one.data["grounds"][0].get("loss_yuan") for one in told}
