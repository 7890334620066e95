"""Borders of time and amount, each at the border itself and one step beside it: docs/sources.md, sections 5 and 7 (C).

START is Monday, 2 March 2026, 10:00 in Shanghai; a calendar day ends at 16:00 UTC.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tests.rules.casework import kinds_of
from tests.rules.claims.filed import FACTS, OTHER, OUTLET, SENDER, agree_claim, file_claim
from tests.rules.claims.told import WAYBILL, ClaimsDesk, reported, routed
from tousu.event import time_of_text

MOMENT = timedelta(microseconds=1)
Setup = Callable[[ClaimsDesk], None]


def notified(cause: str) -> Setup:
    def setup(desk: ClaimsDesk) -> None:
        desk.tell(routed(cause, demand="赔偿", route="domestic"))
        desk.report("outlet_notified", 1, outlet=OUTLET)

    return setup


def filed(cause: str = "loss") -> Setup:
    return lambda desk: file_claim(desk, cause, route="domestic")


def answered(route: str) -> Setup:
    def setup(desk: ClaimsDesk) -> None:
        file_claim(desk, "loss", route=route)
        desk.report("claim_facts_found", 2, facts=FACTS["loss"])
        desk.report("claim_form_answered", 3)

    return setup


OFFER: dict[str, Any] = {"outcome": "offer"}
NOTICE = {"outlet": OUTLET}
BILLED = {"outlet": OUTLET, "amount": "50.00"}
PAID = {"payment_id": "P-1", "amount": "812.00"}
LIMITS = [
    ("answer_to_claim_form", filed(), "claim_form_answered", {}, "2026-03-03T03:00:00Z"),
    ("offer_domestic", answered("domestic"), "claim_decided", OFFER, "2026-04-01T16:00:00Z"),
    ("offer_domestic", answered("same_city"), "claim_decided", OFFER, "2026-04-01T16:00:00Z"),
    ("offer_hongkong_macau_taiwan", answered("hongkong_macau_taiwan"), "claim_decided", OFFER, "2026-04-01T16:00:00Z"),
    ("offer_international", answered("international"), "claim_decided", OFFER, "2026-05-01T16:00:00Z"),
    ("payment", agree_claim, "payment_confirmed", PAID, "2026-03-09T16:00:00Z"),
    ("outlet_contact_damage_loss", notified("loss"), "outlet_contacted", NOTICE, "2026-03-07T16:00:00Z"),
    ("outlet_contact_damage_loss", notified("damage"), "outlet_contacted", NOTICE, "2026-03-07T16:00:00Z"),
    ("outlet_contact_damage_loss", notified("contents_mismatch"), "outlet_contacted", NOTICE, "2026-03-07T16:00:00Z"),
    ("outlet_contact_delay", notified("delay"), "outlet_contacted", NOTICE, "2026-03-05T16:00:00Z"),
    ("negotiation_damage", filed("damage"), "outlet_negotiation_settled", BILLED, "2026-03-12T16:00:00Z"),
    ("negotiation_damage", filed("contents_mismatch"), "outlet_negotiation_settled", BILLED, "2026-03-12T16:00:00Z"),
    ("negotiation_delay", filed("delay"), "outlet_negotiation_settled", BILLED, "2026-03-12T16:00:00Z"),
    ("negotiation_loss", filed("loss"), "outlet_negotiation_settled", BILLED, "2026-04-01T16:00:00Z"),
]
EACH_LIMIT = pytest.mark.parametrize(
    ("clock", "setup", "what", "said", "due"), LIMITS, ids=[f"{row[0]}-{n}" for n, row in enumerate(LIMITS)]
)


def told_of(desk: ClaimsDesk, clock: str) -> list[str]:
    return [kinds_of([one])[0] for one in desk.clocks if one.data["clock"] == clock]


def report_at(desk: ClaimsDesk, what: str, said: dict[str, Any], at: datetime, read: datetime | None = None) -> None:
    decision = desk.take(replace(reported(what, 0, **said), time=at), read or at)
    assert decision.refusal is None, decision.refusal
    desk.sorted_out([*desk.fired, *decision.outputs])


@EACH_LIMIT
def test_at_the_due_moment_itself_a_step_is_in_time(
    desk: ClaimsDesk, clock: str, setup: Setup, what: str, said: dict[str, Any], due: str
) -> None:
    setup(desk)
    report_at(desk, what, said, time_of_text(due, "due"))
    assert told_of(desk, clock) == ["clock.met"]


@EACH_LIMIT
def test_a_microsecond_after_the_due_moment_it_is_late(
    desk: ClaimsDesk, clock: str, setup: Setup, what: str, said: dict[str, Any], due: str
) -> None:
    setup(desk)
    report_at(desk, what, said, time_of_text(due, "due") + MOMENT)
    assert told_of(desk, clock) == ["clock.breached", "clock.cancelled"]
    (fired,) = [one for one in desk.clocks if one.type == "tousu.clock.breached.v1" and one.data["clock"] == clock]
    assert fired.time == time_of_text(due, "due"), "a limit fires at its moment, whenever that is noticed"


@EACH_LIMIT
@pytest.mark.parametrize("late", [False, True])
def test_what_is_read_days_later_counts_from_when_it_happened(
    desk: ClaimsDesk, clock: str, setup: Setup, what: str, said: dict[str, Any], due: str, late: bool
) -> None:
    setup(desk)
    at = time_of_text(due, "due") + (MOMENT if late else timedelta(0))
    report_at(desk, what, said, at, read=at + timedelta(days=3))
    ends = ["clock.cancelled"] if late else ["clock.breach_withdrawn", "clock.met"]
    assert told_of(desk, clock) == ["clock.breached", *ends]


@EACH_LIMIT
def test_a_limit_fires_once_and_not_a_moment_early(
    desk: ClaimsDesk, clock: str, setup: Setup, what: str, said: dict[str, Any], due: str
) -> None:
    setup(desk)
    moment = time_of_text(due, "due")
    desk.sorted_out(desk.let_time_pass(moment - MOMENT))
    assert told_of(desk, clock) == []
    desk.sorted_out(desk.let_time_pass(moment))
    assert told_of(desk, clock) == ["clock.breached"]
    desk.sorted_out(desk.let_time_pass(moment + timedelta(days=400)))
    assert told_of(desk, clock) == []


@pytest.mark.parametrize(("cause", "due"), [("damage", "2026-03-12T16:00:00Z"), ("loss", "2026-04-01T16:00:00Z")])
def test_headquarters_is_asked_at_the_end_of_the_negotiation_and_not_a_moment_before(
    desk: ClaimsDesk, cause: str, due: str
) -> None:
    file_claim(desk, cause)
    end = time_of_text(due, "due")
    early = replace(reported("outlet_arbitration_requested", 0, outlet=OTHER), time=end - MOMENT)
    desk.take(early)
    assert desk.waiting[-1].refusal.reason == "negotiation_goes_on"
    report_at(desk, "outlet_arbitration_requested", {"outlet": OTHER}, end)


@pytest.mark.parametrize("cause", ["delay", "loss", "damage"])
@pytest.mark.parametrize("completed", [False, True])
def test_a_file_that_went_back_three_times_may_be_completed_once_more_or_is_closed(
    desk: ClaimsDesk, cause: str, completed: bool
) -> None:
    desk.tell(routed(cause, demand="赔偿"))
    form: dict[str, Any] = {"cause": cause, "waybill_number": WAYBILL, "claimant": SENDER}
    desk.report("claim_filed", 1, claim=None, **form, evidence=[{"item": "waybill_image"}])
    for hour in (2, 3):
        again = desk.report("claim_evidence_given", hour, evidence=[{"item": "waybill_image"}], handed_in=True)
        assert again == ["claim.file_incomplete"]
    assert desk.claim().returns == 3
    every = [{"item": name} for name in ("complete_form", "claim_letter", "damage_photos")]
    given = every if completed else [{"item": "waybill_image"}]
    told = desk.report("claim_evidence_given", 4, evidence=given, handed_in=True)
    assert told == (["claim.file_completed"] if completed else ["claim.closed"])
    assert desk.claim().reason == ("" if completed else "materials_missing")


@pytest.mark.parametrize(
    ("received_at", "lapsed"), [("2026-03-02T16:00:00Z", False), ("2026-03-02T16:00:00.000001Z", True)]
)
def test_the_right_to_claim_ends_with_the_day_a_year_after_posting(
    desk: ClaimsDesk, received_at: str, lapsed: bool
) -> None:
    posted = {"posted_at": "2025-03-02T15:59:59Z", "received_at": received_at}
    desk.tell(routed("attitude", at=time_of_text(received_at, "received_at"), **posted))
    form = {"cause": "loss", "waybill_number": WAYBILL, "claimant": SENDER}
    if lapsed:
        assert desk.refused("claim_filed", 20, claim=None, **form) == ("right_has_lapsed", "/cause")
    else:
        assert desk.report("claim_filed", 20, claim=None, **form)[0] == "claim.opened"


DELAY = {"days_late": 30, "weight_kg": "1.000", "real_value": "90000.00", "service_fee": "0.00"}
GONE = {
    "insured": False, "proof": "none", "damage_degree": "destroyed", "goods_kind": "practical", "share_lost": "1",
    "real_value": "2000.00", "real_loss": "2000.00", "service_fee": "0.00",
}  # fmt: skip


@pytest.mark.parametrize(
    ("cause", "facts", "amount"),
    [
        ("delay", {}, "250.00"),
        ("delay", {"weight_kg": "0.999"}, "250.00"),
        ("delay", {"weight_kg": "1.001"}, "500.00"),
        ("delay", {"days_late": 4}, "200.00"),
        ("delay", {"days_late": 5}, "250.00"),
        ("delay", {"days_late": 6}, "250.00"),
        ("delay", {"days_late": 10, "weight_kg": "20"}, "500.00"),
        ("delay", {"days_late": 9, "weight_kg": "20"}, "450.00"),
        ("delay", {"pieces": 3}, "750.00"),
        ("delay", {"bulk": True, "pieces": 50}, "2500.00"),
        ("delay", {"bulk": True, "pieces": 49, "days_late": 1}, "2450.00"),
        ("delay", {"agency_period": True}, "100.00"),
        ("delay", {"agency_period": True, "days_late": 9}, "90.00"),
        ("delay", {"agency_period": True, "bulk": True, "pieces": 60}, "1000.00"),
        ("delay", {"real_value": "249.99"}, "249.99"),
        ("delay", {"service_fee": "12.00"}, "262.00"),
        ("damage", {}, "1000.00"),
        ("damage", {"goods_kind": "other"}, "700.00"),
        ("damage", {"real_value": "1999.99", "real_loss": "1999.99"}, "1999.99"),
        ("damage", {"proof": "invoice"}, "2000.00"),
        ("damage", {"proof": "invoice", "real_value": "2999.99", "real_loss": "2999.99"}, "2000.00"),
        ("loss", {"real_value": "1000.00"}, "1000.00"),
        ("loss", {"real_value": "999.99"}, "999.99"),
        ("loss", {"real_value": "1000.01"}, "1000.00"),
        ("loss", {"real_value": "90000.00", "bulk": True, "pieces": 11}, "10000.00"),
        ("loss", {"insured": True, "insured_amount": "5000.00", "real_value": "4999.99"}, "4999.99"),
    ],
)
def test_from_what_is_found_to_what_is_offered_no_cap_gives_way(
    desk: ClaimsDesk, cause: str, facts: dict[str, Any], amount: str
) -> None:
    file_claim(desk, cause)
    usual = {"delay": DELAY, "damage": GONE, "loss": {"insured": False, "service_fee": "0.00"}}[cause]
    desk.report("claim_facts_found", 2, facts=usual | facts)
    (offered,) = desk.tell_report("claim_decided", 3, outcome="offer")
    assert (offered.type, offered.data["amount"]) == ("tousu.claim.offered.v1", amount)


@pytest.mark.parametrize(("value", "by_hand"), [("2999.99", False), ("3000.00", True), ("3000.01", True)])
def test_goods_of_three_thousand_yuan_follow_the_high_value_rules(desk: ClaimsDesk, value: str, by_hand: bool) -> None:
    file_claim(desk, "damage")
    desk.report("claim_facts_found", 2, facts=GONE | {"real_value": value})
    if by_hand:
        assert desk.refused("claim_decided", 3, outcome="offer") == ("amount_missing", "/amount")
    else:
        assert desk.report("claim_decided", 3, outcome="offer") == ["claim.offered"]
