"""Times that are told count: when it was paid, agreed, answered, ruled, and until when somebody was told to wait.

Source C: the offer within 30 days of the answer 除特殊约定外, the payment within 7 calendar days of the agreement.
START is Monday, 2 March 2026, 10:00 in Shanghai. Broken input first.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from tests.rules.casework import START, kinds_of
from tests.rules.claims.filed import FACTS, agree_claim, file_claim, offer_claim
from tests.rules.claims.told import ClaimsDesk
from tousu.event import text_of_time
from tousu.policy.pack import Pack, SecondPerson

DAY = 24
RIGHT: dict[str, Any] = {"payment_id": "P-1", "amount": "812.00"}


def at(hours: float) -> str:
    return text_of_time(START + timedelta(hours=hours))


def limit(desk: ClaimsDesk, name: str) -> tuple[str, str]:
    """Status and due time of a limit."""
    clock = next(clock for clock in desk.claim().clocks if clock.name == name)
    return clock.status, text_of_time(clock.due_at) if clock.due_at is not None else ""


def told_of(desk: ClaimsDesk, clock: str) -> list[str]:
    return [kinds_of([one])[0].partition(".")[2] for one in desk.clocks if one.data["clock"] == clock]


# --- broken input


@pytest.mark.parametrize("hours", [-1, 3])
def test_nobody_is_promised_a_decision_for_a_time_that_has_passed(desk: ClaimsDesk, hours: float) -> None:
    file_claim(desk)
    refused = desk.refused("claim_form_answered", 3, decision_due_at=at(hours), specially_agreed=True)
    assert refused == ("impossible_promise", "/decision_due_at")


@pytest.mark.parametrize("agreed", [{}, {"specially_agreed": False}])
def test_beyond_the_limit_a_decision_is_only_promised_where_the_claimant_agreed(
    desk: ClaimsDesk, agreed: dict[str, Any]
) -> None:
    file_claim(desk, route="domestic")
    late: dict[str, Any] = {
        "decision_due_at": "2026-04-01T16:00:01Z"
    }  # 30 days after 2 March end on 1 April, 24:00 in Shanghai
    assert desk.refused("claim_form_answered", 3, **late, **agreed) == ("impossible_promise", "/decision_due_at")
    assert desk.report("claim_form_answered", 3, decision_due_at="2026-04-01T16:00:00Z") == ["claim.answered"]


def test_no_payment_is_agreed_for_a_time_that_has_passed(desk: ClaimsDesk) -> None:
    offer_claim(desk)
    assert desk.refused("claim_agreed", 5, pay_by=at(5)) == ("impossible_promise", "/pay_by")


def test_what_is_said_to_have_happened_after_its_report_counts_as_reported(desk: ClaimsDesk) -> None:
    agree_claim(desk)
    desk.report("payment_confirmed", 6, paid_at=at(30), **RIGHT)
    assert desk.claim().closed_at == START + timedelta(hours=6)


# --- until when


def test_what_the_claimant_was_told_is_the_limit_of_the_offer(desk: ClaimsDesk) -> None:
    file_claim(desk, route="domestic")
    desk.report("claim_form_answered", 3, decision_due_at="2026-03-12T09:30:30Z")
    assert limit(desk, "offer_domestic") == ("running", "2026-03-12T09:30:30Z")
    desk.pass_time(days=11)
    assert told_of(desk, "offer_domestic") == ["breached"]


@pytest.mark.parametrize(("route", "clock"), [("domestic", "offer_domestic"), ("international", "offer_international")])
def test_a_special_agreement_goes_before_the_thirty_and_sixty_days(desk: ClaimsDesk, route: str, clock: str) -> None:
    file_claim(desk, route=route)
    later = "2026-06-30T16:00:00Z"
    desk.report("claim_form_answered", 3, decision_due_at=later, specially_agreed=True)
    assert limit(desk, clock) == ("running", later)
    assert desk.pass_time(days=100) == []
    assert told_of(desk, clock) == []


def test_while_the_route_is_unknown_the_longest_limit_bounds_what_may_be_told(desk: ClaimsDesk) -> None:
    """Whoever promised 45 days for a piece abroad is not refused because its route is told later."""
    file_claim(desk)
    desk.report("claim_form_answered", 3, decision_due_at="2026-04-16T16:00:00Z")
    assert limit(desk, "offer_domestic") == ("running", "2026-04-01T16:00:00Z"), "the shortest runs meanwhile"
    assert limit(desk, "offer_international")[1] == "2026-04-16T16:00:00Z"


def test_days_that_stand_still_move_the_time_that_was_told(desk: ClaimsDesk) -> None:
    file_claim(desk, route="domestic")
    desk.report("claim_form_answered", 3, decision_due_at="2026-03-12T16:00:00Z")
    desk.report("claim_paused", DAY * 2, reason="waiting_for_evidence")
    desk.report("claim_resumed", DAY * 5)
    assert limit(desk, "offer_domestic") == ("running", "2026-03-15T16:00:00Z")


def test_the_payment_is_due_when_it_was_agreed_to_be(desk: ClaimsDesk) -> None:
    offer_claim(desk)
    (agreed,) = desk.tell_report("claim_agreed", 5, pay_by="2026-03-20T16:00:00Z")
    assert (limit(desk, "payment"), agreed.data["pay_by"]) == (
        ("running", "2026-03-20T16:00:00Z"), "2026-03-20T16:00:00Z",
    )  # fmt: skip
    assert [one.data["due_at"] for one in desk.instructions] == ["2026-03-20T16:00:00Z"]


# --- a ruling


@pytest.mark.parametrize("amount", ["900.00", "500.00"])
def test_a_ruling_is_paid_within_seven_days_of_the_ruling(desk: ClaimsDesk, amount: str) -> None:
    """Agreed on 2 March, ruled on 7 March: due at the end of 14 March."""
    agree_claim(desk)
    (ruled,) = desk.tell_report("claim_ruled", DAY * 5, by="court", amount=amount)
    assert ruled.data["pay_by"] == "2026-03-14T16:00:00Z"
    assert limit(desk, "payment") == ("running", "2026-03-14T16:00:00Z")


def test_that_the_agreement_was_not_paid_in_time_stands_beside_the_ruling(desk: ClaimsDesk) -> None:
    agree_claim(desk)
    desk.pass_time(days=9)
    desk.report("claim_ruled", DAY * 10, by="court", amount="900.00", pay_by="2026-04-30T16:00:00Z")
    assert limit(desk, "payment") == ("running", "2026-04-30T16:00:00Z")
    assert [(clock.name, clock.generation) for clock in desk.claim().past] == [("payment", 1)]


def test_the_time_of_the_ruling_counts_not_that_of_its_report(desk: ClaimsDesk) -> None:
    offer_claim(desk)
    desk.report("claim_disputed", 5, way="court")
    (ruled,) = desk.tell_report("claim_ruled", DAY * 5, by="court", amount="900.00", ruled_at=at(DAY * 2))
    assert (ruled.data["ruled_at"], ruled.data["pay_by"]) == (at(DAY * 2), "2026-03-11T16:00:00Z")


def test_the_seven_days_are_the_claimants_also_while_a_second_person_confirms(pack: Pack) -> None:
    assert pack.claims is not None
    two = SecondPerson(amounts={"CNY": Decimal(500)}, section="C 7", set_by="pack")
    desk = ClaimsDesk(replace(pack, claims=replace(pack.claims, second_person_above=two)))
    offer_claim(desk)
    desk.report("claim_agreed", 5, employee="E1")
    (agreed,) = desk.tell_report("amount_confirmed", DAY * 3, by="M1", amount="812.00")
    assert (agreed.data["agreed_at"], agreed.data["pay_by"]) == (at(5), "2026-03-09T16:00:00Z")


# --- when it was


def test_paid_in_time_and_confirmed_late_was_no_breach(desk: ClaimsDesk) -> None:
    agree_claim(desk)
    desk.pass_time(days=8)
    (paid, _) = desk.tell_report("payment_confirmed", DAY * 9, paid_at=at(DAY * 7), **RIGHT)
    assert paid.data["paid_at"] == at(DAY * 7)
    assert told_of(desk, "payment") == ["breach_withdrawn", "met"]
    assert desk.claim().closed_at == START + timedelta(days=7)


def test_a_ruling_of_before_the_payment_is_not_undone_by_it(desk: ClaimsDesk) -> None:
    """Paid at 6, ruled at 8: told in the other order, the payment is of the agreement, and the rest is owed."""
    agree_claim(desk)
    desk.report("claim_ruled", 8, by="court", amount="900.00")
    told = desk.report("payment_confirmed", 9, paid_at=at(6), **RIGHT)
    assert "claim.paid" in told
    (owed,) = desk.claim().owed
    assert (str(owed.awarded), str(owed.paid), str(owed.outstanding)) == ("900.00", "812.00", "88.00")


@pytest.mark.parametrize("agreed_at", [{"agreed_at": at(5)}, {}])
@pytest.mark.parametrize("hours", [4.5, 6])
def test_an_agreement_that_is_reported_after_its_payment_books_it(
    desk: ClaimsDesk, hours: float, agreed_at: dict[str, Any]
) -> None:
    """Finance gives a day or an hour that lies before or after it: the money has moved, nobody pays it twice."""
    offer_claim(desk)
    assert desk.report("payment_confirmed", 7, paid_at=at(hours), **RIGHT) == ["claim.payment_questioned"]
    told = desk.report("claim_agreed", 8, **agreed_at)
    assert told == ["claim.agreed", "claim.paid", "claim.closed", "claim.payment_question_settled"]
    assert desk.instructions == []
    assert [str(each.outstanding) for each in desk.claim().owed] == ["0.00"]


def test_a_payment_of_another_amount_stays_in_question_when_it_is_agreed(desk: ClaimsDesk) -> None:
    offer_claim(desk)
    desk.report("payment_confirmed", 6, payment_id="P-1", amount="811.00")
    assert desk.report("claim_agreed", 8) == ["claim.agreed"]
    assert [one.data["what"] for one in desk.instructions] == ["pay_claimant"]


def test_a_ruling_for_more_takes_the_difference_that_was_paid_before(desk: ClaimsDesk) -> None:
    agree_claim(desk)
    desk.report("payment_confirmed", 6, **RIGHT)
    assert desk.report("payment_confirmed", 7, payment_id="P-2", amount="88.00") == ["claim.payment_questioned"]
    told = desk.report("claim_ruled", 9, by="court", amount="900.00")
    assert told == [
        "claim.ruled", "claim.reopened", "claim.paid", "claim.closed", "claim.payment_question_settled",
    ]  # fmt: skip
    assert desk.instructions == []


def test_a_bill_that_an_outlet_paid_before_it_had_it_is_booked_with_it(desk: ClaimsDesk) -> None:
    agree_claim(desk)
    bill: dict[str, Any] = {"payment_id": "B-1", "amount": "812.00", "obligation": f"{desk.claim().number}/bill"}
    desk.report("payment_confirmed", 6, **bill)
    told = desk.report("outlet_negotiation_settled", 7, outlet="HZ-017")
    assert told == ["claim.outlets_settled", "claim.billed", "claim.paid", "claim.payment_question_settled"]
    assert [one.data["what"] for one in desk.instructions] == []


def test_a_payment_told_late_that_fits_nothing_where_it_belongs_is_a_question(desk: ClaimsDesk) -> None:
    """It was lost before: put in its place behind what is known, it paid nothing there and nobody heard of it."""
    agree_claim(desk)
    told = desk.report("payment_confirmed", 7, payment_id="P-1", amount="1.00", paid_at=at(4.5))
    assert told == ["claim.payment_questioned"]


def test_a_form_that_was_answered_before_the_offer_and_told_after_it_was_answered(desk: ClaimsDesk) -> None:
    file_claim(desk, route="domestic")
    desk.report("claim_facts_found", 2, facts=FACTS["loss"])
    desk.report("claim_decided", DAY * 2, outcome="offer")
    (answered,) = desk.tell_report("claim_form_answered", DAY * 3, answered_at=at(20))
    assert answered.data["answered_at"] == at(20)
    assert desk.claim().stage == "offered"
    assert limit(desk, "answer_to_claim_form")[0] == "met"
    assert limit(desk, "offer_domestic") == ("met", "2026-04-02T16:00:00Z")
    assert {clock.breached for clock in desk.claim().clocks} == {False}
