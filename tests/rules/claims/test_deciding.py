"""A claim is answered, offered or refused, agreed, disputed, ruled: docs/sources.md, section 7 (C, H). Broken input
first.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.casework import NUMBER, handling
from tests.rules.claims.filed import FACTS, agree_claim, file_claim, offer_claim
from tests.rules.claims.told import ClaimsDesk, routed
from tousu.event import Event
from tousu.ledger.balance import faults, sums_by_obligation


def owed(desk: ClaimsDesk) -> dict[str, str]:
    """Awarded, paid and withdrawn of the compensation, from the ledger itself; what is nothing is left out."""
    assert list(faults(desk.ledger())) == []
    sums = sums_by_obligation(desk.ledger())[f"{NUMBER}/1/compensation"]
    return {name: str(amount) for name, amount in sums._asdict().items() if amount}


@pytest.mark.parametrize(
    ("facts", "said", "reason", "place"),
    [
        ({}, {"outcome": "offer"}, "facts_missing", "/claim_number"),
        ({"insured": False}, {"outcome": "offer"}, "facts_missing", "/claim_number"),
        (FACTS["loss"], {"outcome": "offer", "amount": "9999.00"}, "other_amount", "/amount"),
        (FACTS["loss"], {"outcome": "offer", "kind": "goods"}, "unknown_kind", "/kind"),
        (FACTS["loss"], {"outcome": "refuse"}, "no_ground_to_refuse", "/outcome"),
        (FACTS["loss"] | {"force_majeure": True}, {"outcome": "refuse"}, "no_ground_to_refuse", "/outcome"),
    ],
)
def test_a_decision_that_the_table_does_not_bear_is_refused(
    desk: ClaimsDesk, facts: dict[str, Any], said: dict[str, Any], reason: str, place: str
) -> None:
    file_claim(desk)
    if facts:
        desk.report("claim_facts_found", 2, facts=facts)
    assert desk.refused("claim_decided", 3, **said) == (reason, place)
    assert desk.ledger() == []


@pytest.mark.parametrize(
    ("bad", "place"),
    [
        ({"real_value": "0.00"}, "/facts/real_value"),
        ({"currency": "XYZ"}, "/facts/currency"),
        ({"damage_degree": "a_bit"}, "/facts/damage_degree"),
        ({"damage_cause": "the_moon"}, "/facts/damage_cause"),
        ({"insured_amount": "0"}, "/facts/insured_amount"),
    ],
)
def test_a_fact_that_cannot_be_right_is_refused_when_it_is_told(
    desk: ClaimsDesk, bad: dict[str, Any], place: str
) -> None:
    """To who told it, and at once: whoever decides never meets it (issue 12, section 1, number 12)."""
    file_claim(desk)
    assert desk.refused("claim_facts_found", 2, facts=FACTS["loss"] | bad) == ("bad_fact", place)
    assert desk.claim().facts == {}
    desk.report("claim_facts_found", 3, facts=FACTS["loss"])
    assert desk.report("claim_decided", 4, outcome="offer") == ["claim.offered"]


def test_nothing_is_offered_on_an_incomplete_file(desk: ClaimsDesk) -> None:
    desk.tell(routed("loss"))
    claimant = {"role": "sender"}
    desk.report("claim_filed", 1, claim=None, cause="loss", claimant=claimant, evidence=[{"item": "claim_letter"}])
    desk.report("claim_facts_found", 2, facts=FACTS["loss"])
    assert desk.refused("claim_decided", 3, outcome="offer") == ("file_incomplete", "/claim_number")


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("claim_agreed", {}),
        ("claim_disputed", {"way": "court"}),
        ("claim_followed_up", {"score": 4}),
        ("claim_decided", {"outcome": "offer"}),
        ("claim_form_answered", {}),
        ("claim_ruled", {"by": "court", "amount": "10.00"}),
    ],
)
def test_what_does_not_follow_an_opened_claim_is_refused(desk: ClaimsDesk, what: str, said: dict[str, Any]) -> None:
    desk.tell(routed("loss"))
    assert desk.refused(what, 1, **said) == ("illegal_transition", "type")


def test_the_offer_is_the_tables_with_every_step(desk: ClaimsDesk) -> None:
    file_claim(desk)
    desk.report("claim_facts_found", 2, facts=FACTS["loss"])
    desk.report("claim_form_answered", 3)
    (offered,) = desk.tell_report("claim_decided", 4, outcome="offer")
    assert (offered.data["amount"], offered.data["currency"], offered.data["kind"]) == ("812.00", "CNY", "cash")
    assert (offered.data["rule"], offered.data["section"], offered.data["decided"]) == ("uninsured", "C 7", "by_table")
    parts = {part["what"]: part["amount"] for part in offered.data["trace"]["parts"]}
    assert parts == {"compensation": "800.00", "service_fee": "12.00"}
    assert [limit["outcome"] for limit in offered.data["trace"]["limits"]] == ["binds"]


def test_the_same_facts_give_the_same_trace(desk: ClaimsDesk) -> None:
    offer_claim(desk)
    first = desk.claim().offer
    (again,) = desk.tell_report("claim_decided", 6, outcome="offer")
    assert first is not None and again.data["amount"] == str(first.amount)


def test_an_exemption_is_proven_before_it_counts(desk: ClaimsDesk) -> None:
    """Worked case 6: reported after signing, politely refused, with the ways on."""
    file_claim(desk, "damage")
    desk.report("claim_facts_found", 2, facts=FACTS["damage"] | {"reported_after_signing": True})
    assert desk.refused("claim_decided", 3, outcome="refuse")[0] == "no_ground_to_refuse"
    desk.report("claim_evidence_given", 4, evidence=[{"item": "signed_receipt"}])
    assert desk.refused("claim_decided", 5, outcome="offer")[0] == "nothing_due"
    assert desk.refused("claim_decided", 5, outcome="refuse", exemption="force_majeure")[0] == "other_exemption"
    (refused,) = desk.tell_report("claim_decided", 5, outcome="refuse", exemption="reported_after_signing")
    assert (refused.data["exemption"], refused.data["section"]) == ("reported_after_signing", "C 7")
    assert refused.data["ways_on"] == ["negotiation", "complaint", "regulator", "court"]
    assert desk.ledger() == []


def test_an_agreement_is_owed_and_finance_is_told_once(desk: ClaimsDesk) -> None:
    offer_claim(desk)
    assert desk.report("claim_agreed", 5) == ["claim.agreed"]
    assert owed(desk) == {"awarded": "812.00"}
    (instruction,) = desk.instructions
    assert instruction.data["what"] == "pay_claimant"
    assert (instruction.data["amount"], instruction.data["due_at"]) == ("812.00", "2026-03-09T16:00:00Z")
    assert instruction.data["payee"] == {"role": "sender", "reference": "p_7Qk2m9Xc4Rt1"}


@pytest.mark.parametrize(("amount", "reason"), [("812.01", "amount_above_limit"), ("0", "amount_not_positive")])
def test_no_more_is_agreed_than_the_table_allows(desk: ClaimsDesk, amount: str, reason: str) -> None:
    offer_claim(desk)
    assert desk.refused("claim_agreed", 5, amount=amount) == (reason, "/amount")


def test_less_may_be_agreed(desk: ClaimsDesk) -> None:
    offer_claim(desk)
    desk.report("claim_agreed", 5, amount="500.00")
    assert owed(desk) == {"awarded": "500.00"}


def test_goods_of_high_value_are_decided_by_hand_and_never_above_their_value(desk: ClaimsDesk) -> None:
    """Exactly 3,000 yuan follows the high-value rules; half of the fee, 6.00, goes back with half of the value."""
    file_claim(desk, "damage")
    desk.report("claim_facts_found", 2, facts=FACTS["damage"] | {"real_value": "3000.00"})
    assert desk.refused("claim_decided", 3, outcome="offer")[0] == "amount_missing"
    assert desk.refused("claim_decided", 3, outcome="offer", amount="3006.01")[0] == "amount_above_limit"
    (offered,) = desk.tell_report("claim_decided", 3, outcome="offer", amount="1800.00")
    assert (offered.data["decided"], offered.data["rule"]) == ("by_hand", "high_value")


def test_a_dispute_keeps_the_claim_open_on_the_way_that_the_customer_chooses(desk: ClaimsDesk) -> None:
    offer_claim(desk)
    assert desk.report("claim_disputed", 5, way="regulator") == ["claim.disputed"]
    assert (desk.claim().stage, desk.claim().way, desk.claim().state) == ("disputed", "regulator", "open")
    assert desk.report("claim_agreed", 6) == ["claim.agreed"]


def test_a_ruling_counts_whatever_the_table_says(desk: ClaimsDesk) -> None:
    offer_claim(desk)
    desk.report("claim_disputed", 5, way="court")
    assert desk.report("claim_ruled", 6, by="court", amount="5000.00") == ["claim.ruled"]
    assert owed(desk) == {"awarded": "5000.00"}


@pytest.mark.parametrize(
    ("amount", "sums"),
    [
        ("1000.00", {"awarded": "1000.00"}),
        ("500.00", {"awarded": "812.00", "withdrawn": "312.00"}),
        ("812.00", {"awarded": "812.00"}),
    ],
)
def test_a_ruling_after_the_agreement_replaces_what_finance_was_told(
    desk: ClaimsDesk, amount: str, sums: dict[str, str]
) -> None:
    agree_claim(desk)
    desk.report("claim_ruled", 6, by="arbitration", amount=amount)
    assert owed(desk) == sums
    told = [(one.data["what"], one.data.get("amount"), one.data.get("cancels")) for one in desk.instructions]
    first = f"{NUMBER}/1/compensation/1"
    assert told == ([] if amount == "812.00" else [("cancel", None, first), ("pay_claimant", amount, None)])


def test_a_ruling_after_payment_opens_the_claim_for_the_rest(desk: ClaimsDesk) -> None:
    agree_claim(desk)
    desk.report("payment_confirmed", 6, payment_id="P-1", amount="812.00")
    assert desk.report("claim_ruled", 7, by="court", amount="1000.00") == ["claim.ruled", "claim.reopened"]
    assert owed(desk) == {"awarded": "1000.00", "paid": "812.00"}
    assert desk.instructions[-1].data["amount"] == "188.00"
    assert desk.report("payment_confirmed", 8, payment_id="P-2", amount="188.00") == ["claim.paid", "claim.closed"]


@pytest.mark.parametrize(
    "later",
    [handling("judged", 6, stands=False), handling("withdrawn", 6, reason="件到了"), routed("delay", revision=2)],
)
def test_what_is_agreed_is_owed_whatever_becomes_of_the_complaint(desk: ClaimsDesk, later: Event) -> None:
    agree_claim(desk)
    assert desk.tell(later) == []
    assert owed(desk) == {"awarded": "812.00"}
    assert desk.report("payment_confirmed", 7, payment_id="P-1", amount="812.00") == ["claim.paid", "claim.closed"]


def test_what_is_withdrawn_is_not_paid(desk: ClaimsDesk) -> None:
    agree_claim(desk)
    (closed,) = desk.tell_report("claim_withdrawn", 6)
    assert owed(desk) == {"awarded": "812.00", "withdrawn": "812.00"}
    assert [one.data["what"] for one in desk.instructions] == ["cancel"]
    withdrawn = {"obligation": f"{NUMBER}/1/compensation", "amount": "812.00", "currency": "CNY"}
    assert (closed.type, closed.data["withdrawn"]) == ("tousu.claim.closed.v1", [withdrawn])


def test_an_end_says_nothing_of_what_was_never_owed(desk: ClaimsDesk) -> None:
    offer_claim(desk)
    (closed,) = desk.tell_report("claim_withdrawn", 5)
    assert "withdrawn" not in closed.data


def test_an_end_by_payment_withdraws_nothing(desk: ClaimsDesk) -> None:
    agree_claim(desk)
    (_, closed) = desk.tell_report("payment_confirmed", 6, payment_id="P-1", amount="812.00")
    assert (closed.data["reason"], "withdrawn" in closed.data) == ("paid", False)


def test_a_ruling_for_what_was_paid_ends_a_claim_that_was_opened_for_more(desk: ClaimsDesk) -> None:
    """Nothing is outstanding, so nothing is waited for, and no limit of payment breaches later."""
    agree_claim(desk)
    desk.report("payment_confirmed", 6, payment_id="P-1", amount="812.00")
    desk.report("claim_ruled", 7, by="arbitration", amount="1000.00")
    assert desk.report("claim_ruled", 8, by="court", amount="600.00") == ["claim.ruled", "claim.closed"]
    assert owed(desk) == {"awarded": "1000.00", "paid": "812.00", "withdrawn": "188.00"}
    desk.pass_time(days=60)
    assert "payment" not in [one.data["clock"] for one in desk.clocks]


def test_what_a_ruling_adds_after_payment_is_due_seven_days_after_the_ruling(desk: ClaimsDesk) -> None:
    agree_claim(desk)
    desk.report("payment_confirmed", 6, payment_id="P-1", amount="812.00")
    (ruled, _) = desk.tell_report("claim_ruled", 24 * 30, by="court", amount="1000.00")
    assert ruled.data["pay_by"] == "2026-04-08T16:00:00Z"
    assert desk.instructions[-1].data["due_at"] == "2026-04-08T16:00:00Z"
    (payment,) = [clock for clock in desk.claim().clocks if clock.name == "payment"]
    assert (payment.status, payment.generation) == ("running", 2)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("claim_facts_found", {"facts": {"weight_kg": "1.2"}}),
        ("outlet_negotiation_settled", {"outlet": "HZ-017", "amount": "10.00"}),
    ],
)
def test_what_is_found_after_an_agreed_claim_was_withdrawn_does_not_open_it_again(
    desk: ClaimsDesk, what: str, said: dict[str, Any]
) -> None:
    agree_claim(desk)
    desk.report("claim_withdrawn", 6)
    assert "claim.reopened" not in desk.report(what, 7, **said)
    assert (desk.claim().state, desk.claim().reason) == ("closed", "claim_withdrawn")


def test_a_claim_that_has_ended_begins_no_limit(desk: ClaimsDesk) -> None:
    """An outlet may still be told of it, but nobody waits for the outlets any more."""
    desk.tell(routed("loss"), handling("judged", 2, stands=False))
    desk.report("outlet_notified", 3, outlet="HZ-017")
    assert [clock.name for clock in desk.claim().clocks if clock.is_active] == []
    desk.tell(handling("judged", 24 * 60, stands=True))
    assert [clock.name for clock in desk.claim().clocks if clock.breached] == []


def test_arbitration_is_a_way_only_where_it_was_agreed_at_posting(desk: ClaimsDesk) -> None:
    offer_claim(desk)
    assert desk.refused("claim_disputed", 5, way="arbitration") == ("way_not_open", "/way")
    desk.report("claim_facts_found", 6, facts={"arbitration_agreed": False})
    assert desk.refused("claim_disputed", 7, way="arbitration")[0] == "way_not_open"
    desk.report("claim_facts_found", 8, facts={"arbitration_agreed": True})
    (disputed,) = desk.tell_report("claim_disputed", 9, way="arbitration")
    assert disputed.data["ways_on"] == ["negotiation", "complaint", "regulator", "arbitration", "court"]
