"""What is wrong by what is known waits where an earlier thing told later makes it right; what never can be is refused.

Law 1: a true report is never refused for its order. Each first report here is true, and is told before what it needs.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tests.rules.casework import NUMBER, START
from tests.rules.claims.filed import FACTS, FILE, OTHER, OUTLET, SENDER, file_claim, offer_claim
from tests.rules.claims.test_late_reports import told_at
from tests.rules.claims.test_second_person import desk_of
from tests.rules.claims.told import WAYBILL, ClaimsDesk, reported, routed
from tousu.policy.clock_rule import Extensions, Limit, Pauses
from tousu.policy.pack import Pack


def waits(desk: ClaimsDesk, what: str, happened: float, /, **said: Any) -> str:
    """Tell something at hour 10 that must wait; why it does not fit yet."""
    assert told_at(desk, 10, what, happened, **said) == []
    return desk.waiting[-1].refusal.reason


def found(desk: ClaimsDesk, happened: float, **facts: Any) -> list[str]:
    """Something is found out that happened before, and told at hour 11."""
    return told_at(desk, 11, "claim_facts_found", happened, facts=facts)


def test_an_amount_that_a_finding_of_before_makes_right(desk: ClaimsDesk) -> None:
    file_claim(desk)
    desk.report("claim_facts_found", 2, facts=FACTS["loss"])
    assert waits(desk, "claim_decided", 4, outcome="offer", amount_with_fee="312.00") == "other_amount"
    assert found(desk, 3, real_value="300.00") == ["claim.offered"]
    assert str(getattr(desk.claim().offer, "amount", "")) == "312.00"


def test_an_agreement_above_the_offer_that_is_known_so_far(desk: ClaimsDesk) -> None:
    offer_claim(desk)
    assert waits(desk, "claim_agreed", 6, amount="900.00") == "amount_above_limit"
    assert "claim.agreed" in found(desk, 2.5, real_value="950.00")
    assert str(desk.claim().owed[0].outstanding) == "900.00"


def test_a_decision_without_an_amount_where_the_table_turns_out_to_give_one(desk: ClaimsDesk) -> None:
    file_claim(desk, "damage")
    desk.report("claim_facts_found", 2, facts=FACTS["damage"] | {"real_value": "3000.00"})
    assert waits(desk, "claim_decided", 4, outcome="offer") == "amount_missing"
    assert found(desk, 3, real_value="800.00") == ["claim.offered"]


def test_a_refusal_by_an_exemption_that_is_found_and_proven_later(desk: ClaimsDesk) -> None:
    file_claim(desk, "damage")
    desk.report("claim_facts_found", 2, facts=FACTS["damage"] | {"reported_after_signing": True})
    desk.report("claim_evidence_given", 2, evidence=[{"item": "signed_receipt"}])
    assert waits(desk, "claim_decided", 5, outcome="refuse", exemption="customers_fault") == "other_exemption"
    told_at(desk, 11, "claim_evidence_given", 3, evidence=[{"item": "investigation_record"}])
    assert found(desk, 4, customers_fault=True) == ["claim.refused"]


def test_a_promise_that_is_within_the_limit_of_the_route_that_is_found(desk: ClaimsDesk) -> None:
    """Thirty days at home, sixty abroad; that the piece had gone abroad is told later."""
    file_claim(desk, route="domestic")
    assert waits(desk, "claim_form_answered", 3, decision_due_at="2026-04-20T00:00:00Z") == "impossible_promise"
    assert found(desk, 2, route="international") == ["claim.answered"]


def test_what_outlets_settle_before_the_offer_is_known(desk: ClaimsDesk) -> None:
    file_claim(desk)
    desk.report("claim_facts_found", 2, facts=FACTS["loss"])
    assert waits(desk, "outlet_negotiation_settled", 6, outlet=OUTLET) == "amount_missing"
    told = told_at(desk, 11, "claim_decided", 4, outcome="offer")
    assert told == ["claim.offered", "claim.outlets_settled", "claim.billed"]


def test_a_notice_that_names_whom_an_earlier_one_had_named_otherwise(desk: ClaimsDesk) -> None:
    desk.tell(routed("damage"))
    desk.report("outlet_notified", 1, outlet="NB-002", compensated_outlet=OTHER)
    assert waits(desk, "outlet_notified", 5, outlet=OTHER) == "same_outlet"
    assert told_at(desk, 11, "outlet_notified", 3, outlet=OUTLET, compensated_outlet="NB-002") == [
        "claim.outlet_notified", "claim.outlet_notified",
    ]  # fmt: skip


def test_of_a_delay_whose_materials_had_come_in_time_the_bill_is_paid(desk: ClaimsDesk) -> None:
    desk.tell(routed("delay", demand="赔偿"))
    desk.report("outlet_notified", 1, outlet=OUTLET, compensated_outlet=OTHER)
    for hour in range(2, 6):
        desk.report("claim_filed", hour, claim=None, cause="delay", claimant=SENDER)
    assert desk.claim().reason == "materials_missing"
    assert waits(desk, "outlet_negotiation_settled", 8, outlet=OUTLET, amount="50.00") == "materials_missing"
    told = told_at(desk, 11, "claim_evidence_given", 2.5, evidence=[{"item": name} for name in FILE])
    assert told[-2:] == ["claim.outlets_settled", "claim.billed"] and desk.claim().state == "open"


def test_how_a_payment_ended_told_before_the_payment(desk: ClaimsDesk) -> None:
    offer_claim(desk)
    settled = {"payment_id": "P-9", "how": "returned"}
    assert desk.take(reported("payment_question_settled", 6, None, **settled), at(10)).refusal is None
    told = told_at(desk, 11, "payment_confirmed", 5, payment_id="P-9", amount="1.00")
    assert told == ["claim.payment_questioned", "claim.payment_question_settled"]


def test_a_beneficiary_whom_the_sender_named_after_all(desk: ClaimsDesk) -> None:
    desk.tell(routed("loss"))
    desk.report("claim_facts_found", 1, facts={"named_by_sender": False})
    form = {"cause": "loss", "waybill_number": WAYBILL, "claimant": {"role": "beneficiary"}}
    assert desk.take(reported("claim_filed", 5, None, **form), at(10)).refusal is None
    assert "claim.filed" in found(desk, 4, named_by_sender=True)


def test_who_confirms_an_amount_that_turns_out_to_be_reported_by_somebody_else(pack: Pack) -> None:
    desk = desk_of(pack, CNY="500")
    desk.report("claim_agreed", 5, employee="E1")
    assert waits(desk, "amount_confirmed", 8, by="E1", amount="812.00") == "not_allowed"
    desk.report("claim_disputed", 6, way="negotiation")
    assert "claim.agreed" in told_at(desk, 11, "claim_agreed", 7, employee="E2")
    assert str(desk.claim().owed[0].outstanding) == "812.00"


def test_another_amount_is_confirmed_where_that_was_agreed(pack: Pack) -> None:
    desk = desk_of(pack, CNY="500")
    desk.report("claim_agreed", 5, employee="E1")
    assert waits(desk, "amount_confirmed", 8, by="M1", amount="700.00") == "other_amount"
    desk.report("claim_disputed", 6, way="negotiation")
    assert "claim.agreed" in told_at(desk, 11, "claim_agreed", 7, employee="E1", amount="700.00")


def test_an_extension_out_of_bounds_until_a_pause_of_before_is_told(pack: Pack) -> None:
    """At most three days more; that the limit had stood still for a day gives it a day."""
    assert pack.claims is not None
    more = Extensions(times_max=1, by_max=Limit(amount=3, unit="calendar_days"), section="T 1")
    payment = replace(
        pack.claims.clocks["payment"], extensions=more, pauses=Pauses(reasons=("waiting_for_customer",), section="T 1")
    )
    desk = ClaimsDesk(
        replace(pack, claims=replace(pack.claims, clocks={**pack.claims.clocks, "payment": payment}), waiting_hours=99)
    )
    offer_claim(desk)
    desk.report("claim_agreed", 5)
    extended = {"clock": "payment", "until": "2026-03-13T16:00:00Z", "reason": "bank closed", "approved_by": "L50001"}
    late = reported("claim_extended", 60, **extended)
    assert desk.take(late, at(61)).refusal is None
    assert desk.waiting[-1].refusal.place == "/until"
    desk.take(reported("claim_paused", 24, reason="waiting_for_customer"), at(62))
    desk.take(reported("claim_resumed", 48), at(63))
    assert desk.waiting == ()
    (clock,) = (clock for clock in desk.claim().clocks if clock.name == "payment")
    assert clock.due_at is not None and clock.due_at.isoformat() == "2026-03-13T16:00:00+00:00"


@pytest.mark.parametrize(
    ("what", "said", "reason"),
    [
        ("claim_decided", {"outcome": "offer", "kind": "goods"}, "unknown_kind"),
        ("claim_decided", {"outcome": "offer", "amount": "1.00", "amount_with_fee": "2.00"}, "other_amount"),
        ("claim_decided", {"outcome": "offer", "in_spite_of": "force_majeure"}, "other_exemption"),
        ("claim_agreed", {"amount": "0.00"}, "amount_not_positive"),
        ("claim_agreed", {"pay_by": "2026-03-02T00:00:00Z"}, "impossible_promise"),
        ("claim_ruled", {"by": "court", "amount": "0.00"}, "amount_not_positive"),
        ("claim_evidence_given", {"evidence": [{"item": "holiday_photos"}]}, "unknown_evidence"),
        (
            "claim_evidence_given",
            {"evidence": [{"item": "waybill_image", "waybill_number": "TS77009"}]},
            "evidence_of_another_piece",
        ),
        ("claim_facts_found", {"facts": {"real_value": "0.00"}}, "bad_fact"),
        ("claim_filed", {"cause": "damage", "claimant": SENDER}, "other_cause"),
        ("claim_filed", {"cause": "loss", "claimant": {"role": "recipient"}}, "payee_not_entitled"),
        ("outlet_notified", {"outlet": OTHER, "compensated_outlet": OTHER}, "same_outlet"),
        ("claim_paused", {"reason": "holiday"}, "not_pausable"),
        (
            "claim_extended",
            {"clock": "lunch", "until": "2026-05-01T00:00:00Z", "reason": "bank closed"},
            "not_extendable",
        ),
    ],
)
def test_what_no_order_makes_right_goes_back_at_once(
    desk: ClaimsDesk, what: str, said: dict[str, Any], reason: str
) -> None:
    offer_claim(desk)
    refusal = desk.take(reported(what, 6, **said), at(7)).refusal
    assert refusal is not None and refusal.reason == reason
    assert desk.waiting == ()


def test_a_claim_that_there_is_not_cannot_be_meant_before_it_is_numbered(desk: ClaimsDesk) -> None:
    offer_claim(desk)
    refusal = desk.take(reported("claim_withdrawn", 6, 7), at(7)).refusal
    assert refusal is not None and (refusal.reason, NUMBER in refusal.message) == ("unknown_claim", True)


def at(hours: float) -> Any:
    return START + timedelta(hours=hours)
