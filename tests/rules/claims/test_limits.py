"""The limits of a claim run: docs/sources.md, section 5 (C); features, number 23.

START is Monday, 2 March 2026, 10:00 in Shanghai.
"""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tests.rules.casework import NUMBER, START, handling, kinds_of
from tests.rules.claims.filed import FACTS, FILE, SENDER, agree_claim, file_claim, offer_claim
from tests.rules.claims.told import WAYBILL, ClaimsDesk, reported, routed
from tousu.decision import Output
from tousu.event import text_of_time
from tousu.policy.calendar import Calendar, CalendarHistory, CalendarYear, Hours, Suspension
from tousu.policy.clock_rule import Extensions, Limit, Pauses, Rung, Trigger, WhileUnknown
from tousu.policy.pack import Pack


def running(desk: ClaimsDesk, name: str) -> tuple[str, str]:
    """Status and due time of a limit."""
    clock = next(clock for clock in desk.claim().clocks if clock.name == name)
    return clock.status, text_of_time(clock.due_at) if clock.due_at is not None else ""


@pytest.mark.parametrize(
    ("route", "cause", "clock", "due_at"),
    [
        # 30 and 60 calendar days from the answer, the day after it being the first
        ("domestic", "loss", "offer_domestic", "2026-04-01T16:00:00Z"),
        ("same_city", "loss", "offer_domestic", "2026-04-01T16:00:00Z"),
        ("hongkong_macau_taiwan", "loss", "offer_hongkong_macau_taiwan", "2026-04-01T16:00:00Z"),
        ("international", "loss", "offer_international", "2026-05-01T16:00:00Z"),
        ("domestic", "loss", "outlet_contact_damage_loss", "2026-03-07T16:00:00Z"),
        ("domestic", "damage", "outlet_contact_damage_loss", "2026-03-07T16:00:00Z"),
        ("domestic", "delay", "outlet_contact_delay", "2026-03-05T16:00:00Z"),
        ("domestic", "delay", "negotiation_delay", "2026-03-12T16:00:00Z"),
        ("domestic", "damage", "negotiation_damage", "2026-03-12T16:00:00Z"),
        ("domestic", "loss", "negotiation_loss", "2026-04-01T16:00:00Z"),
        ("domestic", "loss", "answer_to_claim_form", "2026-03-03T03:00:00Z"),
    ],
)
def test_a_step_is_due(desk: ClaimsDesk, route: str, cause: str, clock: str, due_at: str) -> None:
    file_claim(desk, cause, route=route)
    desk.report("claim_form_answered", 3)
    assert running(desk, clock)[1] == due_at


def test_payment_is_due_seven_calendar_days_after_the_agreement(desk: ClaimsDesk) -> None:
    agree_claim(desk)
    assert running(desk, "payment") == ("running", "2026-03-09T16:00:00Z")
    assert desk.pass_time(days=7, hours=13) == []
    assert [one.data["clock"] for one in desk.clocks if one.type == "tousu.clock.breached.v1"] == []
    desk.pass_time(days=7, hours=14)
    breached = [one for one in desk.clocks if one.type == "tousu.clock.breached.v1"]
    assert [(one.data["clock"], one.data["claim_number"]) for one in breached] == [("payment", f"{NUMBER}/1")]
    desk.pass_time(days=60)
    assert "payment" not in [one.data["clock"] for one in desk.clocks], "it breaches once"


def test_what_was_answered_in_time_and_reported_late_was_no_breach(desk: ClaimsDesk) -> None:
    file_claim(desk)
    desk.pass_time(hours=26)
    assert ("clock.breached", "answer_to_claim_form") in [(kinds_of([c])[0], c.data["clock"]) for c in desk.clocks]
    answered = reported("claim_form_answered", 24)
    outputs = desk.sorted_out(list(desk.take(answered, START + timedelta(hours=30)).outputs))
    assert kinds_of(outputs) == ["claim.answered"]
    told = [kinds_of([c])[0] for c in desk.clocks if c.data["clock"] == "answer_to_claim_form"]
    assert told == ["clock.breach_withdrawn", "clock.met"]


def test_answered_too_late_the_breach_stands(desk: ClaimsDesk) -> None:
    file_claim(desk)
    desk.pass_time(hours=26)
    desk.report("claim_form_answered", 27)
    assert running(desk, "answer_to_claim_form")[0] == "late"


def test_while_the_claimant_completes_the_file_the_offer_waits_and_goes_on_with_what_was_left(desk: ClaimsDesk) -> None:
    """A late document resumes the decision with the exact time that remained; the other limits go on."""
    desk.tell(routed("damage", route="domestic"))
    file = [{"item": name} for name in FILE]
    desk.report("claim_filed", 1, claim=None, cause="damage", waybill_number=WAYBILL, claimant=SENDER, evidence=file)
    desk.report("claim_form_answered", 2)
    desk.report("outlet_notified", 2, outlet="HZ-017")
    assert running(desk, "offer_domestic")[0] == "running"
    desk.report("claim_facts_found", 24 * 5, facts={"ecommerce_goods": True})
    assert running(desk, "offer_domestic")[0] == "paused"
    assert running(desk, "outlet_contact_damage_loss")[0] == "running"
    assert not desk.pass_time(days=100)
    desk.report("claim_evidence_given", 24 * 101, evidence=[{"item": "price_evidence"}])
    status, due_at = running(desk, "offer_domestic")
    # 5 days less 14 hours were used of the 30 that begin on 3 March at 00:00; 96 days it stood still
    assert (status, due_at) == ("running", text_of_time(START + timedelta(days=30, hours=14) + timedelta(days=96)))


@pytest.mark.parametrize("hours", [0, 1])
def test_a_claim_that_ends_has_no_limits_left(desk: ClaimsDesk, hours: int) -> None:
    offer_claim(desk)
    desk.report("claim_withdrawn", 5 + hours)
    assert {clock.status for clock in desk.claim().clocks} <= {"met", "cancelled", "late"}
    assert desk.let_time_pass(START + timedelta(days=400)) == []


def test_a_delay_that_is_not_delivered_by_the_complete_delay_limit_is_a_loss(desk: ClaimsDesk) -> None:
    """Domestic: 10 days after the promised time. The file is taken over, the claim goes on as a loss."""
    promised = text_of_time(START - timedelta(days=1))
    file_claim(desk, "delay", route="domestic", promised_at=promised)
    desk.report("claim_facts_found", 2, facts={"weight_kg": "0.8"})
    assert desk.pass_time(days=9, hours=13) == []
    told = desk.pass_time(days=9, hours=14)
    assert kinds_of(told) == ["claim.closed", "claim.opened"]
    assert (told[0].data["reason"], told[1].data["cause"]) == ("turned_into_loss", "loss")
    assert told[1].data["instead_of"] == f"{NUMBER}/1"
    ends = [kinds_of([one])[0] for one in desk.clocks if one.data["clock"] == "complete_delay_domestic"]
    assert ends == ["clock.breached", "clock.cancelled"], "the breach that made it a loss stands"
    new = desk.claim(2)
    assert (new.stage, new.facts["weight_kg"].value, new.claimant is not None) == ("filed", "0.8", True)
    assert desk.tell(handling("assessed", 24 * 12, loss_yuan="10.00")) == [], "the delay does not come back"


@pytest.mark.parametrize("claim", [1, 2])
def test_what_was_delivered_before_the_limit_and_reported_late_was_never_lost(desk: ClaimsDesk, claim: int) -> None:
    file_claim(desk, "delay", route="domestic", promised_at=text_of_time(START - timedelta(days=1)))
    desk.pass_time(days=10)
    late = reported("claim_facts_found", 24 * 9 + 13, claim, facts={"delivered": True})
    told = desk.sorted_out(list(desk.take(late, START + timedelta(days=12)).outputs))
    assert [(kinds_of([one])[0], one.data["reason"]) for one in told] == [
        ("claim.reopened", "delivered_in_time"), ("claim.closed", "delivered_in_time"),
    ]  # fmt: skip
    assert "clock.breach_withdrawn" in kinds_of(desk.clocks)
    assert (desk.claim(1).state, desk.claim(2).state) == ("open", "closed")
    assert desk.pass_time(days=60) == [], "it does not turn into a loss again"


def test_what_was_delivered_after_the_limit_stays_a_loss(desk: ClaimsDesk) -> None:
    file_claim(desk, "delay", route="domestic", promised_at=text_of_time(START - timedelta(days=1)))
    desk.pass_time(days=10)
    assert desk.report("claim_facts_found", 24 * 11, claim=2, facts={"delivered": True}) == []
    assert desk.claim(2).state == "open"


def test_a_loss_that_was_agreed_stays_agreed_though_the_piece_had_come_in_time(desk: ClaimsDesk) -> None:
    file_claim(desk, "delay", route="domestic", promised_at=text_of_time(START - timedelta(days=1)))
    desk.pass_time(days=10)
    desk.report("claim_facts_found", 24 * 10, claim=2, facts=FACTS["loss"])
    desk.report("claim_decided", 24 * 10 + 1, claim=2, outcome="offer")
    desk.report("claim_agreed", 24 * 10 + 2, claim=2)
    late = reported("claim_facts_found", 24 * 9, 2, facts={"delivered": True})
    assert desk.sorted_out(list(desk.take(late, START + timedelta(days=12)).outputs)) == []
    assert desk.claim(2).stage == "agreed"


def test_a_delay_that_is_agreed_becomes_no_loss_beside_it(desk: ClaimsDesk) -> None:
    """One piece is not paid for twice."""
    file_claim(desk, "delay", route="domestic", promised_at=text_of_time(START - timedelta(days=1)))
    desk.report("claim_facts_found", 2, facts=FACTS["delay"])
    desk.report("claim_decided", 3, outcome="offer")
    desk.report("claim_agreed", 4)
    desk.pass_time(days=40)
    assert [state_key.key for state_key in desk.rows if state_key.kind == "claim"] == [f"{NUMBER}/1"]


def test_a_piece_that_was_delivered_late_stays_a_delay(desk: ClaimsDesk) -> None:
    promised = text_of_time(START - timedelta(days=1))
    file_claim(desk, "delay", route="domestic", promised_at=promised)
    desk.report("claim_facts_found", 24 * 3, facts={"delivered": True})
    assert desk.pass_time(days=40) == []
    assert desk.claim().state == "open"


def test_a_window_of_a_carrier_warns_ten_days_before_it_lapses(pack: Pack) -> None:
    """Features, number 23: a warning on day 50 of a window of 60 days in which the carrier takes our own claim."""
    assert pack.claims is not None
    form = pack.claims.clocks["answer_to_claim_form"]
    window = replace(
        form, name="carrier_window", starts_on="opened",
        limit=Limit(amount=60, unit="calendar_days", section="UPS terms"),
        warn_before=(Limit(amount=10, unit="calendar_days"),),
    )  # fmt: skip
    desk = ClaimsDesk(replace(pack, claims=replace(pack.claims, clocks={"carrier_window": window})))
    desk.tell(routed("damage"))
    told: list[Any] = []
    for days in range(1, 62):
        desk.pass_time(days=days, hours=14)
        told += [(days, kinds_of([one])[0]) for one in desk.clocks]
    assert told == [(50, "clock.warned"), (60, "clock.breached")]


def test_a_piece_that_was_long_lost_when_its_delay_was_claimed_is_a_loss_from_then_on(desk: ClaimsDesk) -> None:
    """The limit passed before anybody complained; no limit of the loss begins before there is a claim for it."""
    promised = text_of_time(START - timedelta(days=40))
    desk.tell(routed("delay", demand="赔偿", route="domestic", promised_at=promised))
    told = desk.pass_time(hours=1)
    assert [(kinds_of([one])[0], one.time) for one in told] == [("claim.closed", START), ("claim.opened", START)]
    assert desk.claim(2).opened_at == START
    desk.report("outlet_notified", 1, claim=2, outlet="HZ-017")
    (contact,) = desk.claim(2).clocks
    assert (contact.started_at, contact.breached) == (START + timedelta(hours=1), False)


@pytest.mark.parametrize(
    ("region", "due_at"),
    [("CN-ZJ", "2026-03-09T16:00:00Z"), ("CN-SH", "2026-03-07T16:00:00Z"), ("", "2026-03-07T16:00:00Z")],
)
def test_the_limits_of_a_region_that_is_suspended_stand_still(pack: Pack, region: str, due_at: str) -> None:
    """Two days of flood in Zhejiang: the outlet makes contact within 5 days, and these two do not count."""
    newest = pack.calendar.newest
    flood = Suspension(
        id="flood", region="CN-ZJ", since=START + timedelta(days=1, hours=14),
        until=START + timedelta(days=3, hours=14), reason="flood", approved_by="M-1",
    )  # fmt: skip
    days = dict.fromkeys(range(5), (Hours(time(9), time(18)),))
    years = {2026: CalendarYear(source="test", holidays={}, make_up_days=())}
    calendar = Calendar(
        id=newest.id, version="flood", effective_from=START - timedelta(days=9), zone=newest.zone, weekly=days,
        make_up_hours=days[0], years=years, suspensions=(flood,),
    )  # fmt: skip
    desk = ClaimsDesk(replace(pack, calendar=CalendarHistory(id=newest.id, versions=(calendar,))))
    more: dict[str, Any] = {"region": region} if region else {}
    desk.tell(routed("damage", **more))
    desk.report("outlet_notified", 1, outlet="HZ-017")
    assert running(desk, "outlet_contact_damage_loss")[1] == due_at


# --- what a pack can say of a clock works for claims as for cases


def with_payment(pack: Pack, **more: Any) -> ClaimsDesk:
    """Claims agreed on at 10:00 + 4 h, their payment due as the pack has it but for this."""
    assert pack.claims is not None
    changed = replace(pack.claims.clocks["payment"], **more)
    return ClaimsDesk(replace(pack, claims=replace(pack.claims, clocks={**pack.claims.clocks, "payment": changed})))


def of_payment(outputs: list[Output]) -> list[str]:
    """What was told of it, in short."""
    return [
        kinds_of([one])[0].partition(".")[2] + str(one.data.get("level", ""))
        for one in outputs
        if one.data.get("clock") == "payment"
    ]


def test_a_claims_limit_warns_and_climbs_its_ladder(pack: Pack) -> None:
    rungs = (
        Rung(level=1, to="finance_head", before=Limit(amount=1, unit="calendar_days")),
        Rung(level=2, to="board", after=Limit(amount=2, unit="elapsed_hours")),
    )
    desk = with_payment(pack, warn_before=(Limit(amount=3, unit="calendar_days"),), escalation=rungs)
    agree_claim(desk)
    told = desk.let_time_pass(START + timedelta(days=8))
    assert of_payment(told) == ["warned", "escalated1", "breached", "escalated2"]
    escalated = [one.data for one in told if one.type == "tousu.case.escalated.v1"]
    assert [(one["claim_number"], one["to"]) for one in escalated] == [
        (f"{NUMBER}/1", "finance_head"), (f"{NUMBER}/1", "board"),
    ]  # fmt: skip


def test_a_claims_limit_is_extended_as_far_as_the_pack_allows(pack: Pack) -> None:
    terms = Extensions(times_max=1, by_max=Limit(amount=3, unit="calendar_days"), section="T 1")
    desk = with_payment(pack, extensions=terms)
    agree_claim(desk)
    by: dict[str, Any] = {"clock": "payment", "reason": "bank closed", "approved_by": "L50001"}
    assert desk.refused("claim_extended", 30, until="2026-03-12T16:00:01Z", **by) == ("not_extendable", "/until")
    desk.report("claim_extended", 30, until="2026-03-12T16:00:00Z", **by)
    assert running(desk, "payment") == ("running", "2026-03-12T16:00:00Z")
    assert desk.refused("claim_extended", 31, until="2026-03-13T16:00:00Z", **by) == ("not_extendable", "/clock")


def test_a_claims_limit_stands_still_by_report_and_up_to_its_cap(pack: Pack) -> None:
    cap = Limit(amount=2, unit="elapsed_hours")
    desk = with_payment(pack, pauses=Pauses(reasons=("waiting_for_customer",), section="T 1", cap=cap))
    agree_claim(desk)
    assert desk.refused("claim_paused", 24, reason="holiday") == ("not_pausable", "/reason")
    desk.report("claim_paused", 24, reason="waiting_for_customer")
    desk.report("claim_resumed", 25)
    assert running(desk, "payment") == ("running", "2026-03-09T17:00:00Z")
    desk.report("claim_paused", 26, reason="waiting_for_customer")
    desk.let_time_pass(START + timedelta(hours=28))
    assert running(desk, "payment") == ("running", "2026-03-09T18:00:00Z"), "one hour was left of the cap"
    desk.take(reported("claim_resumed", 26.5), START + timedelta(hours=30))
    assert running(desk, "payment") == ("running", "2026-03-09T17:30:00Z"), "it had gone on before the cap"


def test_a_claims_limit_is_cancelled_by_what_the_pack_names(pack: Pack) -> None:
    desk = with_payment(pack, cancelled_by=(Trigger(event="delivered"),))
    agree_claim(desk)
    desk.report("claim_facts_found", 30, facts={"delivered": True})
    assert running(desk, "payment")[0] == "cancelled"


# --- while the route is not known


def test_without_a_route_the_shortest_offer_runs_from_the_answer(desk: ClaimsDesk) -> None:
    file_claim(desk, "loss")
    desk.report("claim_form_answered", 3)
    assert running(desk, "offer_domestic") == ("running", "2026-04-01T16:00:00Z")


@pytest.mark.parametrize("days", [1, 45])
def test_once_the_route_is_known_the_offer_counts_from_the_answer_by_that(desk: ClaimsDesk, days: int) -> None:
    file_claim(desk, "loss")
    desk.report("claim_form_answered", 3)
    desk.pass_time(days=days - 1, hours=23)
    desk.tell(routed("loss", at=START + timedelta(days=days), revision=2, route="international"))
    assert running(desk, "offer_domestic")[0] == "cancelled"
    assert running(desk, "offer_international") == ("running", "2026-05-01T16:00:00Z")
    assert not any(clock.breached for clock in desk.claim().clocks if clock.name.startswith("offer"))


def test_a_delay_on_an_unknown_route_is_lost_by_the_longest_limit_and_by_its_own_once_known(desk: ClaimsDesk) -> None:
    """30 days whatever the route; domestic, which turns out on the 20th day, 10."""
    promised = text_of_time(START - timedelta(days=1))
    file_claim(desk, "delay", promised_at=promised)
    assert desk.pass_time(days=19) == []
    desk.tell(routed("delay", at=START + timedelta(days=20), revision=2, route="domestic", promised_at=promised))
    assert (desk.claim(1).reason, desk.claim(2).ground.cause) == ("turned_into_loss", "loss")


@pytest.mark.parametrize(("while_unknown", "missing"), [("waits", "route"), ("rests", None)])
def test_a_limit_that_nobody_can_decide_is_seen(pack: Pack, while_unknown: WhileUnknown, missing: str | None) -> None:
    assert pack.claims is not None
    offer = replace(pack.claims.clocks["offer_domestic"], while_unknown=while_unknown)
    clocks = {**pack.claims.clocks, "offer_domestic": offer}
    desk = ClaimsDesk(replace(pack, claims=replace(pack.claims, clocks=clocks)))
    file_claim(desk, "loss")
    desk.report("claim_form_answered", 3)
    assert desk.promoted("claim", f"{NUMBER}/1")["missing"] == missing
