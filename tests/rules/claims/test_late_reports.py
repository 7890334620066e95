"""What is told of a claim in another order than it happened, what waits for another report, and what waits in vain."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.claims.history import FACTS_MAX
from services.claims.rules import ClaimsRules
from services.claims.states import ClaimedCase
from tests.rules.casework import NUMBER, START, kinds_of
from tests.rules.claims.filed import FACTS, SENDER, agree_claim, file_claim, offer_claim
from tests.rules.claims.told import WAYBILL, ClaimsDesk, reported, routed
from tousu.decision import StateKey

RIGHT = {"payment_id": "P-1", "amount": "812.00"}


def told_at(desk: ClaimsDesk, hours: float, what: str, happened: float, /, **said: Any) -> list[str]:
    """Something is read so many hours after the start, and happened before."""
    decision = desk.take(reported(what, happened, **said), START + timedelta(hours=hours))
    assert decision.refusal is None, decision.refusal
    return kinds_of(desk.sorted_out([*desk.fired, *decision.outputs]))


def balance(desk: ClaimsDesk) -> tuple[str, str, str]:
    (owed,) = desk.claim().owed
    return str(owed.awarded), str(owed.paid), str(owed.withdrawn)


def told_to_finance(desk: ClaimsDesk) -> list[tuple[str, str]]:
    return [(one.data["what"], one.data.get("amount", "")) for one in desk.instructions]


def test_a_payment_told_before_the_agreement_is_booked_when_that_is_told(desk: ClaimsDesk) -> None:
    offer_claim(desk)
    assert told_at(desk, 7, "payment_confirmed", 6, **RIGHT) == ["claim.payment_questioned"]
    told = told_at(desk, 8, "claim_agreed", 5)
    assert told == ["claim.agreed", "claim.paid", "claim.closed", "claim.payment_question_settled"]
    assert (desk.claim().reason, balance(desk), told_to_finance(desk)) == ("paid", ("812.00", "812.00", "0"), [])


def test_a_payment_that_somebody_has_dealt_with_is_not_booked_afterwards(desk: ClaimsDesk) -> None:
    offer_claim(desk)
    told_at(desk, 7, "payment_confirmed", 6, **RIGHT)
    desk.report("payment_question_settled", 7.5, claim=None, payment_id="P-1", how="returned")
    assert told_at(desk, 8, "claim_agreed", 5) == ["claim.agreed"]
    assert balance(desk) == ("812.00", "0", "0")


@pytest.mark.parametrize("order", ["agreed first", "decided first"])
def test_what_is_told_before_the_facts_counts_when_they_are_told(desk: ClaimsDesk, order: str) -> None:
    late = [("claim_agreed", 5.0, {}), ("claim_decided", 4.0, {"outcome": "offer"})]
    file_claim(desk)
    for what, hours, said in late if order == "agreed first" else late[::-1]:
        assert told_at(desk, 10, what, hours, **said) == []
    assert [each.refusal.reason for each in desk.waiting] == (
        ["illegal_transition", "facts_missing"] if order == "agreed first" else ["facts_missing", "illegal_transition"]
    )
    assert told_at(desk, 11, "claim_facts_found", 2, facts=FACTS["loss"]) == ["claim.offered", "claim.agreed"]
    assert (desk.waiting, desk.claim().stage, told_to_finance(desk)) == ((), "agreed", [("pay_claimant", "812.00")])


@pytest.mark.parametrize(("after_hours", "verdict"), [(24, "met"), (24.001, "late"), (30, "late")])
def test_an_answer_told_before_its_form_was_in_time_or_not(
    desk: ClaimsDesk, after_hours: float, verdict: str
) -> None:  # fmt: skip
    """The form of hour 1 is told last; its twenty-four hours were over by then, and count all the same."""
    desk.tell(routed("loss", demand="赔偿"))
    told_at(desk, 40, "claim_form_answered", 1 + after_hours)
    form = {"cause": "loss", "waybill_number": WAYBILL, "claimant": SENDER}
    told_at(desk, 41, "claim_filed", 1, **form)
    (clock,) = (clock for clock in desk.claim().clocks if clock.name == "answer_to_claim_form")
    assert (desk.claim().stage, clock.status, clock.breached) == ("answered", verdict, verdict == "late")


def test_a_withdrawal_told_after_the_agreement_takes_back_what_was_instructed(desk: ClaimsDesk) -> None:
    agree_claim(desk)
    assert told_at(desk, 9, "claim_withdrawn", 4.5) == ["claim.closed"]
    assert (desk.claim().reason, balance(desk)) == ("claim_withdrawn", ("812.00", "0", "812.00"))
    assert told_to_finance(desk) == [("cancel", "")]
    assert {clock.status for clock in desk.claim().clocks} <= {"met", "cancelled"}


def test_a_ruling_told_after_the_payment_that_it_precedes_leaves_the_payment(desk: ClaimsDesk) -> None:
    agree_claim(desk)
    told_at(desk, 9, "payment_confirmed", 8, **RIGHT)
    assert told_at(desk, 10, "claim_ruled", 6, by="court", amount="900.00") == ["claim.ruled", "claim.reopened"]
    assert (balance(desk), told_to_finance(desk)) == (("900.00", "812.00", "0"), [("pay_claimant", "88.00")])


def test_a_claim_that_had_not_ended_after_all_goes_on(desk: ClaimsDesk) -> None:
    """It was closed for an incomplete file; that the file had been completed in time is told later."""
    file_claim(desk, "damage")
    form = {"cause": "loss", "waybill_number": WAYBILL, "claimant": SENDER, "evidence": [{"item": "waybill_image"}]}
    desk.report("claim_filed", 1.1, claim=None, **form)
    for hours in (2, 3, 4):
        desk.report("claim_evidence_given", hours, claim=2, evidence=[{"item": "waybill_image"}], handed_in=True)
    assert desk.claim(2).reason == "materials_missing"
    items = [{"item": name} for name in ("waybill_image", "complete_form", "claim_letter")]
    late = reported("claim_evidence_given", 1.5, 2, evidence=items)
    told = kinds_of(desk.sorted_out(list(desk.take(late, START + timedelta(hours=9)).outputs)))
    assert told[-1] == "claim.reopened"
    assert (desk.claim(2).state, desk.claim(2).stage, desk.claim(2).returns) == ("open", "filed", 1)


def test_what_waits_in_vain_goes_back_with_what_was_missing(desk: ClaimsDesk, rules: ClaimsRules) -> None:
    file_claim(desk)
    assert told_at(desk, 3, "claim_agreed", 3) == []
    until = START + timedelta(hours=27)
    desk.let_time_pass(until - timedelta(microseconds=1))
    assert len(desk.waiting) == 1
    case = desk.state(StateKey("case", NUMBER))
    assert case is not None
    ((event, refusal),) = rules.on_timer(StateKey("case", NUMBER), case, until).refused
    assert (event.type, refusal.reason) == ("tousu.handling.claim_agreed.v1", "illegal_transition")
    assert "is filed, which claim_agreed does not follow" in refusal.message


def test_at_most_forty_reports_wait(desk: ClaimsDesk) -> None:
    file_claim(desk)
    for number in range(40):
        told_at(desk, 3, "claim_agreed", 3 + number / 100)
    assert desk.refused("claim_agreed", 4)[0] == "too_many_waiting"


def test_only_the_newest_reports_are_kept(desk: ClaimsDesk) -> None:
    offer_claim(desk)
    for number in range(60):
        desk.report("claim_disputed", 5 + number, way="court")
    case = desk.state(StateKey("case", NUMBER))
    assert isinstance(case, ClaimedCase)
    (claim,) = case.claims
    assert len(claim.told) <= FACTS_MAX
    assert claim.before is not None and claim.before.stage in ("offered", "disputed")
    assert told_at(desk, 70, "claim_agreed", 4.5) == ["claim.agreed"], "of before all that is kept"
