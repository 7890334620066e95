"""Between outlets: notice, negotiation, arbitration, bill and fees: docs/sources.md, section 7 (C). Broken input
first.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.casework import NUMBER
from tests.rules.claims.filed import OTHER, OUTLET, agree_claim, offer_claim
from tests.rules.claims.told import ClaimsDesk, routed
from tousu.event import text_of_time
from tousu.ledger.balance import sums_by_obligation

DAY = 24


def arbitrate(desk: ClaimsDesk, cause: str = "damage", **said: Any) -> list[Any]:
    """The same, the time for negotiation over, headquarters asked, and ruling."""
    offer_claim(desk, cause)
    days = 11 if cause == "damage" else 31
    desk.report("outlet_arbitration_requested", DAY * days, outlet=OTHER)
    return desk.tell_report("outlet_ruled", DAY * days + 1, **{"report_true": True} | said)


@pytest.mark.parametrize("what", ["outlet_negotiation_settled", "outlet_arbitration_requested", "outlet_ruled"])
def test_nothing_is_settled_before_the_outlet_was_told(desk: ClaimsDesk, what: str) -> None:
    desk.tell(routed("loss"))
    said = {"report_true": True} if what == "outlet_ruled" else {"outlet": OUTLET}
    assert desk.refused(what, 1, **said) == ("illegal_transition", "type")


def test_headquarters_rules_when_it_was_asked_and_not_before(desk: ClaimsDesk) -> None:
    offer_claim(desk)
    assert desk.refused("outlet_ruled", 5, report_true=True) == ("illegal_transition", "type")


def test_an_outlet_does_not_compensate_itself(desk: ClaimsDesk) -> None:
    desk.tell(routed("loss"))
    refused = desk.refused("outlet_notified", 1, outlet=OUTLET, compensated_outlet=OUTLET)
    assert refused == ("same_outlet", "/compensated_outlet")


def test_there_is_nothing_to_bill_before_anything_was_offered(desk: ClaimsDesk) -> None:
    desk.tell(routed("loss"))
    desk.report("outlet_notified", 1, outlet=OUTLET)
    assert desk.refused("outlet_negotiation_settled", 2, outlet=OUTLET) == ("amount_missing", "/amount")
    assert desk.refused("outlet_negotiation_settled", 2, outlet=OUTLET, amount="0.00")[0] == "amount_not_positive"


@pytest.mark.parametrize(("cause", "days"), [("damage", 10), ("loss", 30)])
def test_outlets_negotiate_ten_days_for_damage_and_thirty_for_a_loss_before_arbitration(
    desk: ClaimsDesk, cause: str, days: int
) -> None:
    offer_claim(desk, cause)
    last = DAY * days + 13.9  # 24:00 of the last day in Shanghai is 16:00 UTC, 14 hours after the hour of the start
    assert desk.refused("outlet_arbitration_requested", last, outlet=OTHER)[0] == "negotiation_goes_on"
    told = desk.report("outlet_arbitration_requested", DAY * days + 14, outlet=OTHER)
    assert told == ["claim.arbitration_requested"]


def test_what_outlets_settle_is_billed_without_fees(desk: ClaimsDesk) -> None:
    agree_claim(desk)
    assert desk.report("outlet_negotiation_settled", 6, outlet=OUTLET) == ["claim.outlets_settled", "claim.billed"]
    owed = desk.claim().obligation("bill")
    assert owed is not None
    assert (owed.debtor, owed.creditor, str(owed.outstanding)) == (OUTLET, OTHER, "812.00")
    assert [(one.data["what"], one.data["party"]["id"]) for one in desk.instructions] == [("bill_outlet", OUTLET)]
    assert desk.refused("outlet_ruled", 7, report_true=True)[0] == "illegal_transition"


@pytest.mark.parametrize(
    ("amount", "of_fined", "of_compensated"),
    [("1000.00", "60.00", "40.00"), ("0.08", "0.00", "0.00"), ("0.09", "0.01", "0.00"), ("333.33", "20.00", "13.33")],
)
def test_the_fined_side_pays_six_percent_and_the_compensated_side_four(
    desk: ClaimsDesk, amount: str, of_fined: str, of_compensated: str
) -> None:
    told = arbitrate(desk, amount=amount)
    fees = {one.data["percent"]: (one.data["debtor"], one.data["amount"]) for one in told if "percent" in one.data}
    expected = {"6": (OUTLET, of_fined), "4": (OTHER, of_compensated)}
    assert fees == {percent: fee for percent, fee in expected.items() if fee[1] != "0.00"}
    bill = next(one for one in told if one.type == "tousu.claim.billed.v1" and one.data["kind"] == "bill")
    assert (bill.data["debtor"], bill.data["creditor"], bill.data["amount"]) == (OUTLET, OTHER, amount)


def test_headquarters_may_find_another_outlet_responsible(desk: ClaimsDesk) -> None:
    told = arbitrate(desk, responsible_outlet="NB-002")
    assert {one.data["debtor"] for one in told if one.data.get("kind") == "bill"} == {"NB-002"}


def test_a_false_report_bills_nobody_and_is_said(desk: ClaimsDesk) -> None:
    """The penalty for it is the outlet's, by `complaints.charges` (domain, section 8, C)."""
    (told,) = arbitrate(desk, report_true=False, reporting_outlet=OTHER)
    assert (told.type, told.data["report_true"]) == ("tousu.claim.arbitrated.v1", False)
    assert told.data["reporting_outlet"] == OTHER
    assert desk.ledger() == []


def test_who_reported_falsely_is_named(desk: ClaimsDesk) -> None:
    offer_claim(desk, "damage")
    desk.report("outlet_arbitration_requested", DAY * 11, outlet=OTHER)
    assert desk.refused("outlet_ruled", DAY * 11 + 1, report_true=False) == ("outlet_missing", "/reporting_outlet")


def test_a_bill_that_is_paid_is_booked_for_its_own_obligation(desk: ClaimsDesk) -> None:
    agree_claim(desk)
    desk.report("outlet_negotiation_settled", 6, outlet=OUTLET)
    paid: dict[str, Any] = {"payment_id": "B-1", "amount": "812.00", "obligation": f"{NUMBER}/1/bill"}
    assert desk.report("payment_confirmed", 7, **paid) == ["claim.paid"]
    sums = sums_by_obligation(desk.ledger())
    assert sums[f"{NUMBER}/1/bill"].outstanding == 0
    assert sums[f"{NUMBER}/1/compensation"].outstanding == sums[f"{NUMBER}/1/compensation"].awarded


def test_of_a_delay_with_missing_materials_the_posting_outlet_gets_nothing(desk: ClaimsDesk) -> None:
    desk.tell(routed("delay", demand="赔偿"))
    desk.report("outlet_notified", 1, outlet=OUTLET, compensated_outlet=OTHER)
    claimant = {"role": "sender"}
    for hour in range(2, 6):
        desk.report("claim_filed", hour, claim=None, cause="delay", claimant=claimant)
    assert desk.claim().reason == "materials_missing"
    desk.report("outlet_arbitration_requested", 7, outlet=OTHER)
    assert desk.refused("outlet_ruled", 8, report_true=True, amount="50.00") == ("materials_missing", "/claim_number")
    assert desk.refused("outlet_negotiation_settled", 8, outlet=OUTLET, amount="50.00")[0] == "materials_missing"


def test_where_the_claimant_was_not_paid_the_bill_is_withdrawn_with_the_claim(desk: ClaimsDesk) -> None:
    agree_claim(desk)
    desk.report("outlet_negotiation_settled", 6, outlet=OUTLET)
    (closed,) = desk.tell_report("claim_withdrawn", 7)
    assert [(one["obligation"][-12:], one["amount"]) for one in closed.data["withdrawn"]] == [
        ("compensation", "812.00"),
        ("00001/1/bill", "812.00"),
    ]
    assert [sums.outstanding for sums in sums_by_obligation(desk.ledger()).values()] == [0, 0]


def test_paying_the_customer_does_not_end_the_negotiation_between_the_outlets(desk: ClaimsDesk) -> None:
    agree_claim(desk, "damage")
    # half of the real value of 800, and half of the fee of 12
    assert desk.report("payment_confirmed", 6, payment_id="P-1", amount="406.00") == ["claim.paid", "claim.closed"]
    assert desk.refused("outlet_arbitration_requested", DAY * 5, outlet=OTHER)[0] == "negotiation_goes_on"
    desk.pass_time(days=10, hours=14)
    assert [one.type for one in desk.clocks] == ["tousu.clock.breached.v1"]
    asked = desk.report("outlet_arbitration_requested", DAY * 11, outlet=OTHER)
    assert asked == ["claim.arbitration_requested"]


# --- who makes contact, and when negotiation begins: 责任网点自见公告之日起五天内主动联系 (source C, section 5)


def due(desk: ClaimsDesk, name: str) -> tuple[str, str]:
    clock = next(clock for clock in desk.claim().clocks if clock.name == name)
    return clock.status, text_of_time(clock.due_at) if clock.due_at is not None else ""


@pytest.mark.parametrize(
    ("cause", "clock", "until"),
    [
        # seen on 4 March in Shanghai, five days, for a delay three
        ("damage", "outlet_contact_damage_loss", "2026-03-09T16:00:00Z"),
        ("loss", "outlet_contact_damage_loss", "2026-03-09T16:00:00Z"),
        ("contents_mismatch", "outlet_contact_damage_loss", "2026-03-09T16:00:00Z"),
        ("delay", "outlet_contact_delay", "2026-03-07T16:00:00Z"),
    ],
)
def test_the_days_are_the_outlets_and_count_from_seeing_the_notice(
    desk: ClaimsDesk, cause: str, clock: str, until: str
) -> None:
    desk.tell(routed(cause, demand="赔偿"))
    desk.report("outlet_notified", DAY * 5, outlet=OUTLET, seen_at="2026-03-04T02:00:00Z")
    assert due(desk, clock) == ("running", until)


@pytest.mark.parametrize(
    ("cause", "until"),
    [
        ("damage", "2026-03-14T16:00:00Z"),
        ("contents_mismatch", "2026-03-14T16:00:00Z"),
        ("delay", "2026-03-14T16:00:00Z"),
        ("loss", "2026-04-03T16:00:00Z"),
    ],
)
def test_negotiation_begins_with_the_contact_and_nobody_arbitrates_before_it_is_over(
    desk: ClaimsDesk, cause: str, until: str
) -> None:
    """Contact on 4 March: ten days, thirty for a loss."""
    desk.tell(routed(cause, demand="赔偿"))
    desk.report("outlet_notified", 1, outlet=OUTLET)
    assert desk.refused("outlet_arbitration_requested", 2, outlet=OTHER)[0] == "negotiation_goes_on"
    desk.report("outlet_contacted", DAY * 2, outlet=OUTLET)
    kind = "damage" if cause == "contents_mismatch" else cause
    assert due(desk, f"negotiation_{kind}") == ("running", until)
    assert desk.refused("outlet_arbitration_requested", DAY * 3, outlet=OTHER)[0] == "negotiation_goes_on"


@pytest.mark.parametrize(("cause", "days", "until"), [("damage", 5, "2026-03-18"), ("delay", 3, "2026-03-16")])
def test_without_contact_negotiation_begins_when_it_was_due(
    desk: ClaimsDesk, cause: str, days: int, until: str
) -> None:
    desk.tell(routed(cause, demand="赔偿"))
    desk.report("outlet_notified", 1, outlet=OUTLET)
    desk.pass_time(days=days, hours=14)
    assert [one.type.split(".")[2] for one in desk.clocks] == ["breached", "started"]
    assert due(desk, f"negotiation_{cause}") == ("running", f"{until}T16:00:00Z")
    assert desk.refused("outlet_arbitration_requested", DAY * 12, outlet=OTHER)[0] == "negotiation_goes_on"
    desk.report("outlet_contacted", DAY * 9, outlet=OUTLET)
    assert due(desk, f"negotiation_{cause}") == ("running", f"{until}T16:00:00Z"), "late contact wins no time"


def test_a_contact_that_is_told_late_was_in_time(desk: ClaimsDesk) -> None:
    desk.tell(routed("damage"))
    desk.report("outlet_notified", 1, outlet=OUTLET)
    desk.pass_time(days=7)
    desk.report("outlet_contacted", DAY * 7, outlet=OUTLET, contacted_at="2026-03-04T02:00:00Z")
    assert due(desk, "outlet_contact_damage_loss")[0] == "met"
    assert due(desk, "negotiation_damage") == ("running", "2026-03-14T16:00:00Z")
    assert not any(clock.breached for clock in desk.claim().clocks)


def test_a_second_outlet_has_days_of_its_own(desk: ClaimsDesk) -> None:
    """The first was not it: whoever gets the notice next has five days and then ten, and is billed."""
    offer_claim(desk, "damage")
    assert desk.report("outlet_notified", DAY * 4, outlet="NB-002") == ["claim.outlet_notified"]
    assert due(desk, "outlet_contact_damage_loss") == ("running", "2026-03-11T16:00:00Z")
    assert due(desk, "negotiation_damage")[0] == "cancelled"
    assert desk.refused("outlet_contacted", DAY * 5, outlet=OUTLET) == ("other_outlet", "/outlet")
    desk.report("outlet_contacted", DAY * 5, outlet="NB-002")
    assert due(desk, "negotiation_damage") == ("running", "2026-03-17T16:00:00Z")
    desk.report("outlet_arbitration_requested", DAY * 16, outlet=OTHER)
    told = desk.tell_report("outlet_ruled", DAY * 17, report_true=True)
    assert {one.data["debtor"] for one in told if one.data.get("kind") == "bill"} == {"NB-002"}
    assert [one.data["creditor"] for one in told if one.data.get("kind") == "bill"] == [OTHER]


def test_the_same_outlet_is_told_once_and_nobody_after_headquarters_was_asked(desk: ClaimsDesk) -> None:
    offer_claim(desk, "damage")
    assert desk.refused("outlet_notified", 5, outlet=OUTLET) == ("illegal_transition", "type")
    desk.report("outlet_arbitration_requested", DAY * 11, outlet=OTHER)
    assert desk.refused("outlet_notified", DAY * 12, outlet="NB-002") == ("illegal_transition", "type")


def test_after_the_customer_was_paid_the_outlets_still_have_their_days(desk: ClaimsDesk) -> None:
    agree_claim(desk, "damage")
    desk.report("payment_confirmed", 6, payment_id="P-1", amount="406.00")
    desk.report("outlet_notified", DAY * 2, outlet="NB-002")
    assert due(desk, "outlet_contact_damage_loss") == ("running", "2026-03-09T16:00:00Z")
