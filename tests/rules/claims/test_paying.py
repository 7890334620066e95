"""Payments that finance confirms: one is booked, every other is a question and pays nothing. Broken input first."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from services.claims.states import PaymentQuestion
from tests.rules.casework import NUMBER, START
from tests.rules.claims.filed import FACTS, SENDER, agree_claim, file_claim, offer_claim
from tests.rules.claims.told import WAYBILL, ClaimsDesk
from tousu.event import text_of_time
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


# --- in parts: nothing is met until the sum is whole


def part(amount: str, payment_id: str) -> dict[str, Any]:
    return {"payment_id": payment_id, "amount": amount, "part": True}


def payment_clock(desk: ClaimsDesk) -> tuple[str, bool]:
    clock = next(clock for clock in desk.claim().clocks if clock.name == "payment")
    return clock.status, clock.breached


def test_a_part_is_booked_and_meets_nothing_until_the_sum_is_whole(desk: ClaimsDesk) -> None:
    agree_claim(desk)
    (told,) = desk.tell_report("payment_confirmed", 6, **part("500.00", "P-1"))
    assert (told.data["amount"], told.data["outstanding"]) == ("500.00", "312.00")
    assert payment_clock(desk) == ("running", False) and desk.clocks == []
    assert [(one.data["what"], one.data.get("amount")) for one in desk.instructions] == [
        ("cancel", None), ("pay_claimant", "312.00"),
    ]  # fmt: skip
    assert desk.claim().stage == "agreed"
    assert desk.report("payment_confirmed", 7, **part("312.00", "P-2")) == ["claim.paid", "claim.closed"]
    assert payment_clock(desk) == ("met", False)
    assert [(each.movement, str(each.amount)) for each in desk.ledger()] == [
        ("awarded", "812.00"), ("paid", "500.00"), ("paid", "312.00"),
    ]  # fmt: skip


def test_the_last_part_may_come_as_what_is_left(desk: ClaimsDesk) -> None:
    agree_claim(desk)
    desk.report("payment_confirmed", 6, **part("500.00", "P-1"))
    assert desk.report("payment_confirmed", 7, payment_id="P-2", amount="312.00") == ["claim.paid", "claim.closed"]


@pytest.mark.parametrize("amount", ["312.01", "812.00", "0.00"])
def test_too_much_or_nothing_as_a_part_is_a_question(desk: ClaimsDesk, amount: str) -> None:
    agree_claim(desk)
    desk.report("payment_confirmed", 6, **part("500.00", "P-1"))
    (told,) = desk.tell_report("payment_confirmed", 7, **part(amount, "P-2"))
    assert (told.data["reason"], told.data["expected"]) == ("other_amount", "312.00")
    assert payment_clock(desk) == ("running", False)


def test_a_part_in_time_and_the_rest_too_late_is_too_late(desk: ClaimsDesk) -> None:
    agree_claim(desk)
    desk.report("payment_confirmed", 6, **part("811.99", "P-1"))
    desk.pass_time(days=8)
    assert [one.type.split(".")[2] for one in desk.clocks] == ["breached"]
    desk.report("payment_confirmed", 24 * 9, **part("0.01", "P-2"))
    assert [one.type.split(".")[2] for one in desk.clocks] == ["met_late"]


PARTS = (("P-1", "500.00", 6), ("P-2", "300.00", 7), ("P-3", "12.00", 8))


@pytest.mark.parametrize("order", list(permutations(range(4))), ids=lambda order: "".join(map(str, order)))
def test_parts_and_their_agreement_are_whole_in_every_order(desk: ClaimsDesk, order: tuple[int, ...]) -> None:
    """Agreed at 5, paid at 6, 7 and 8: whoever is told of it first, the claim is paid at 8."""
    offer_claim(desk)
    for hour, place in enumerate(order, start=9):
        if place == 3:
            desk.report("claim_agreed", hour, agreed_at=text_of_time(START + timedelta(hours=5)))
            continue
        payment_id, amount, paid_at = PARTS[place]
        when = text_of_time(START + timedelta(hours=paid_at))
        desk.report("payment_confirmed", hour, paid_at=when, **part(amount, payment_id))
    claim = desk.claim()
    assert (claim.stage, claim.reason, claim.closed_at) == ("paid", "paid", START + timedelta(hours=8))
    assert payment_clock(desk) == ("met", False)
    (sums,) = sums_by_obligation(desk.ledger()).values()
    assert (sums.awarded, sums.paid) == (Decimal("812.00"), Decimal("812.00"))
    assert {one.settled for one in questions(desk)} <= {"booked"}


def test_a_bill_is_paid_in_parts_too(desk: ClaimsDesk) -> None:
    agree_claim(desk)
    desk.report("outlet_negotiation_settled", 6, outlet="HZ-017")
    bill: dict[str, Any] = {"obligation": f"{NUMBER}/1/bill"}
    desk.report("payment_confirmed", 7, **bill, **part("800.00", "B-1"))
    assert [(one.data["what"], one.data.get("amount")) for one in desk.instructions] == [
        ("cancel", None), ("bill_outlet", "12.00"),
    ]  # fmt: skip
    assert desk.report("payment_confirmed", 8, **bill, payment_id="B-2", amount="12.00") == ["claim.paid"]


def test_a_ruling_for_what_was_paid_in_parts_ends_the_claim(desk: ClaimsDesk) -> None:
    agree_claim(desk)
    desk.report("payment_confirmed", 6, **part("500.00", "P-1"))
    assert desk.report("claim_ruled", 7, by="court", amount="500.00") == ["claim.ruled", "claim.closed"]
    assert desk.claim().reason == "paid"
