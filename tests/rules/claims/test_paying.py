"""Payments that finance confirms: one is booked, every other is a question and pays nothing. Broken input first."""

from __future__ import annotations

from typing import Any

import pytest

from services.claims.states import PaymentQuestion
from tests.rules.casework import NUMBER
from tests.rules.claims.filed import FACTS, SENDER, agree_claim, file_claim
from tests.rules.claims.told import WAYBILL, ClaimsDesk
from tousu.ledger.balance import sums_by_obligation

RIGHT: dict[str, Any] = {"payment_id": "P-1", "amount": "812.00", "payee": SENDER}


def questions(desk: ClaimsDesk) -> list[PaymentQuestion]:
    found = [desk.state(state_key) for state_key in desk.rows if state_key.kind == "question"]
    return [one for one in found if isinstance(one, PaymentQuestion)]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"amount": "812.01"}, "other_amount"),
        ({"amount": "811.99"}, "other_amount"),
        ({"amount": "0.00"}, "other_amount"),
        ({"amount": "999999999999.99"}, "other_amount"),
        ({"currency": "USD"}, "other_currency"),
        ({"payee": {"role": "recipient"}}, "payee_not_entitled"),
        ({"payee": {"role": "sender", "reference": "p_another0001"}}, "payee_not_entitled"),
        ({"obligation": f"{NUMBER}/1/bill"}, "unknown_obligation"),
        ({"obligation": f"{NUMBER}/2/compensation"}, "unknown_obligation"),
    ],
)
def test_a_payment_that_does_not_fit_is_a_question_and_pays_nothing(
    desk: ClaimsDesk, said: dict[str, Any], reason: str
) -> None:
    agree_claim(desk)
    before = desk.claim()
    (told,) = desk.tell_report("payment_confirmed", 6, **RIGHT | said)
    assert (told.type, told.data["reason"]) == ("tousu.claim.payment_questioned.v1", reason)
    assert [one.reason for one in questions(desk)] == [reason]
    assert desk.claim() == before
    assert len(desk.ledger()) == 1


def test_a_payment_for_a_claim_that_there_is_not_is_a_question(desk: ClaimsDesk) -> None:
    agree_claim(desk)
    (told,) = desk.tell_report("payment_confirmed", 6, claim=9, **RIGHT)
    assert (told.data["reason"], told.data["claim_number"]) == ("unknown_claim", f"{NUMBER}/9")


def test_a_payment_before_anything_is_owed_is_a_question(desk: ClaimsDesk) -> None:
    file_claim(desk)
    (told,) = desk.tell_report("payment_confirmed", 6, **RIGHT)
    assert told.data["reason"] == "not_owed"


@pytest.mark.parametrize(("again", "reason"), [("P-1", "already_booked"), ("P-2", "already_paid")])
def test_nothing_is_paid_twice(desk: ClaimsDesk, again: str, reason: str) -> None:
    agree_claim(desk)
    assert desk.report("payment_confirmed", 6, **RIGHT) == ["claim.paid", "claim.closed"]
    (told,) = desk.tell_report("payment_confirmed", 7, **RIGHT | {"payment_id": again})
    assert told.data["reason"] == reason
    (sums,) = sums_by_obligation(desk.ledger()).values()
    assert sums.awarded == sums.paid


def test_what_was_withdrawn_is_not_owed_any_more(desk: ClaimsDesk) -> None:
    agree_claim(desk)
    desk.report("claim_withdrawn", 6)
    (told,) = desk.tell_report("payment_confirmed", 7, **RIGHT)
    assert told.data["reason"] == "not_owed"


def test_the_claim_is_over_once_it_is_paid_and_the_customer_is_called(desk: ClaimsDesk) -> None:
    agree_claim(desk)
    desk.report("payment_confirmed", 6, **RIGHT)
    assert (desk.claim().state, desk.claim().reason, desk.claim().stage) == ("closed", "paid", "paid")
    assert desk.report("claim_followed_up", 30, score=4) == ["claim.followed_up"]
    assert desk.refused("claim_withdrawn", 31)[0] == "illegal_transition"


def test_two_confirmations_of_one_event_time_are_two_questions(desk: ClaimsDesk) -> None:
    agree_claim(desk)
    desk.tell_report("payment_confirmed", 6, **RIGHT | {"amount": "1.00"})
    desk.tell_report("payment_confirmed", 6.5, **RIGHT | {"amount": "2.00"})
    assert sorted(str(one.amount) for one in questions(desk)) == ["1.00", "2.00"]


def settled(desk: ClaimsDesk) -> list[str]:
    return [one.settled for one in questions(desk)]


def test_a_question_is_settled_when_the_payment_is_booked_after_all(desk: ClaimsDesk) -> None:
    agree_claim(desk)
    desk.report("payment_confirmed", 6, **RIGHT | {"amount": "800.00"})
    told = desk.report("payment_confirmed", 7, **RIGHT)
    assert told == ["claim.paid", "claim.closed", "claim.payment_question_settled"]
    assert settled(desk) == ["booked"]


@pytest.mark.parametrize("how", ["returned", "booked_elsewhere", "mistake"])
def test_a_question_is_settled_by_whoever_has_dealt_with_it(desk: ClaimsDesk, how: str) -> None:
    agree_claim(desk)
    desk.report("payment_confirmed", 6, **RIGHT | {"amount": "800.00"})
    assert settled(desk) == [""]
    (told,) = desk.tell_report("payment_question_settled", 7, claim=None, payment_id="P-1", how=how)
    assert (told.data["payment_id"], told.data["how"]) == ("P-1", how)
    assert settled(desk) == [how]
    again = desk.refused("payment_question_settled", 8, claim=None, payment_id="P-1", how=how)
    assert again == ("unknown_payment", "/payment_id")


def test_one_payment_is_not_booked_for_two_claims_of_a_case(desk: ClaimsDesk) -> None:
    agree_claim(desk)
    desk.report("claim_filed", 5, claim=None, cause="delay", waybill_number=WAYBILL, claimant=SENDER,
                evidence=[{"item": "waybill_image"}, {"item": "complete_form"}])  # fmt: skip
    desk.report("claim_facts_found", 5, claim=2, facts=FACTS["delay"] | {"real_value": "950.00"})
    desk.report("claim_decided", 5, claim=2, outcome="offer")
    desk.report("claim_agreed", 5, claim=2)
    desk.report("payment_confirmed", 6, **RIGHT)
    amount = str(desk.claim(2).owed[0].outstanding)
    (told,) = desk.tell_report("payment_confirmed", 7, claim=2, **RIGHT | {"amount": amount})
    assert told.data["reason"] == "already_booked"
