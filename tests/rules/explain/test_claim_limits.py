"""The limits of claims in explanations: each with its claim, counted to the second, and why others do not run."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import timedelta
from typing import Any

import pytest

from tests.rules.casework import NUMBER, START
from tests.rules.claims.filed import FACTS, FILE, OUTLET, SENDER, agree_claim, file_claim, offer_claim
from tests.rules.claims.told import reported, routed, routed_pieces
from tests.rules.explain.claim_telling import CLAIM, ClaimTeller, told_events
from tousu.explain.account import Account
from tousu.explain.explanation import document
from tousu.explain.picture import picture
from tousu.explain.story import PublishedEvent
from tousu.explain.wording import happening_words
from tousu.policy.pack import Pack

HOUR_US = 3_600_000_000


@pytest.fixture
def teller(pack: Pack) -> ClaimTeller:
    return ClaimTeller(pack)


def account(desk: ClaimTeller, clock: str, running: int = 1) -> Account:
    return next(each for each in desk.explained(running).accounts if each.clock == clock)


def add_up(desk: ClaimTeller, running: int = 1) -> None:
    """Every elapsed time that was published is the sum of the intervals up to it."""
    for each in desk.explained(running).accounts:
        assert each.elapsed_us == sum(part.counted_us for part in each.intervals)
        for mark in each.marks:
            assert mark.difference_s is None or abs(mark.difference_s) < 1e-6


def test_intervals_add_up_across_an_incomplete_file(teller: ClaimTeller) -> None:
    """Features, number 23: a late document lets the limit go on with exactly what was left."""
    teller.tell(routed("damage", demand="赔偿"))
    some = [{"item": name} for name in FILE[:2]]
    teller.report("claim_filed", 1, claim=None, cause="damage", claimant=SENDER, evidence=some)
    teller.report("claim_facts_found", 1.5, facts={"route": "domestic"})
    teller.report("claim_form_answered", 2)
    teller.report("claim_evidence_given", 40, evidence=[{"item": FILE[2]}])
    teller.report("claim_evidence_given", 100, evidence=[{"item": FILE[3]}])
    teller.report("claim_facts_found", 101, facts=FACTS["damage"])
    teller.report("outlet_notified", 102, outlet=OUTLET)
    teller.report("claim_decided", 200, outcome="offer")
    add_up(teller)
    offer = account(teller, "offer_domestic")
    assert offer.status == "met"
    assert any(part.why == "paused" for part in offer.intervals)
    paused = next(part for part in offer.intervals if part.why == "paused")
    assert (paused.cause_name, paused.counted_us) == ("handling.claim_form_answered", 0)


def test_a_breach_that_was_none_is_withdrawn_and_still_adds_up(teller: ClaimTeller) -> None:
    teller.tell(routed("loss", demand="赔偿"))
    teller.report("outlet_notified", 1, outlet=OUTLET)
    teller.pass_time(days=7)
    assert account(teller, "outlet_contact_damage_loss").breached
    teller.take(reported("outlet_contacted", 30, 1, outlet=OUTLET), START + timedelta(days=8))
    notice = account(teller, "outlet_contact_damage_loss")
    assert (notice.status, notice.breached) == ("met", False)
    assert "breach_withdrawn" in [mark.name for mark in notice.marks]
    add_up(teller)


def test_two_claims_have_clocks_of_one_name_and_each_keeps_its_own(teller: ClaimTeller) -> None:
    teller.tell(
        routed_pieces(
            [{"class": "loss", "waybill_number": "TS77001"}, {"class": "damage", "waybill_number": "TS77002"}],
            demand="赔偿",
        )
    )
    teller.report("claim_filed", 1, claim=None, cause="loss", waybill_number="TS77001", claimant=SENDER)
    teller.report("claim_filed", 5, claim=None, cause="damage", waybill_number="TS77002", claimant=SENDER)
    teller.report("claim_form_answered", 7, claim=2)
    teller.report("claim_form_answered", 9)
    answers = [each for each in teller.case_explained().accounts if each.clock == "answer_to_claim_form"]
    assert [(each.claim_number, each.elapsed_us // HOUR_US) for each in answers] == [
        (f"{NUMBER}/1", 8),
        (f"{NUMBER}/2", 2),
    ]
    add_up(teller)
    add_up(teller, 2)
    said = document(teller.case_explained())
    numbers = {each["claim_number"] for each in said["clocks"] if each["name"] == "answer_to_claim_form"}
    assert numbers == {f"{NUMBER}/1", f"{NUMBER}/2"}
    attached = [each for each in said["attachments"] if each["clock"] == "answer_to_claim_form"]
    assert [each["claim_number"] for each in attached] == [f"{NUMBER}/1", f"{NUMBER}/2"]


def test_a_clock_of_the_case_is_no_limit_of_a_claim_even_where_they_share_a_name(teller: ClaimTeller) -> None:
    file_claim(teller)
    data = told_events(teller, "clock.started")[0]
    of_case = {name: value for name, value in data.items() if name != "claim_number"} | {"generation": 1}
    teller.write("complaints.sla", "clock.started", teller.story.events[0].time, of_case, "sla:1")
    accounts = [each for each in teller.case_explained().accounts if each.clock == data["clock"]]
    assert [each.claim_number for each in accounts] == ["", CLAIM]
    assert data["clock"] in {each.clock for each in teller.explained().accounts}
    assert all(each.claim_number == CLAIM for each in teller.explained().accounts)


@pytest.mark.parametrize(
    ("clock", "reason", "words"),
    [
        ("payment", "not_happened", "it starts on agreed, which has not happened"),
        ("negotiation_damage", "not_happened", "it starts on negotiation_begun, which has not happened"),
        ("outlet_contact_delay", "not_happened", "it starts on outlet_notified, which has not happened"),
        ("complete_delay_same_city", "not_applicable", "it applies when cause is delay, and cause is loss"),
    ],
)
def test_why_a_limit_runs_or_not(teller: ClaimTeller, clock: str, reason: str, words: str) -> None:
    teller.tell(routed("loss", demand="赔偿"))
    each = next(each for each in teller.explained().attachments if each.clock == clock)
    assert (each.reason, each.words, each.claim_number) == (reason, words, CLAIM)
    assert each.section in ("C 5", "C 7")


def test_without_a_promised_time_no_complete_delay_runs(teller: ClaimTeller) -> None:
    teller.tell(routed("delay", demand="赔偿", route="domestic"))
    each = next(each for each in teller.explained().attachments if each.clock == "complete_delay_domestic")
    assert each.reason == "no_promise"


def test_no_clock_is_said_not_to_have_run_that_runs_for_no_claim(teller: ClaimTeller) -> None:
    """Whatever the pack lets run is explained as running, and the other way round."""
    agree_claim(teller)
    found = teller.explained()
    running = {each.clock for each in found.accounts}
    assert running == {each.clock for each in found.attachments if each.attached}
    assert {each.reason for each in found.attachments if not each.attached} <= {
        "not_happened", "not_applicable", "undecided",
    }  # fmt: skip


def test_the_picture_has_a_lane_for_each_limit_of_each_claim(teller: ClaimTeller) -> None:
    offer_claim(teller)
    drawn = picture(teller.case_explained())
    lanes = [each.attrib for each in ET.fromstring(drawn).iter() if each.attrib.get("class") == "clock"]
    assert {each["data-claim"] for each in lanes} == {CLAIM}
    assert len(lanes) == len(teller.explained().accounts)
    assert "claim 1 offered 812.00 CNY" in drawn
    assert drawn.count("claim filed") == 0, "what claims made of a report stands for the report"
    assert "claim facts found" in drawn, "a report of which nothing is told stands for itself"


@pytest.mark.parametrize(
    ("name", "said", "words"),
    [
        ("claim.opened", {"cause": "late_forwarding"}, "claim 3 opened: late forwarding"),
        ("claim.closed", {"reason": "materials_missing"}, "claim 3 closed: materials missing"),
        ("claim.refused", {"exemption": "force_majeure"}, "claim 3 refused: force majeure"),
        ("claim.disputed", {"way": "court"}, "claim 3 disputed: court"),
        ("claim.paid", {"amount": "8.00", "currency": "CNY"}, "claim 3 paid 8.00 CNY"),
        ("claim.file_incomplete", {"returns": 2}, "claim 3 file incomplete, 2 times"),
    ],
)
def test_what_happened_to_a_claim_in_a_few_words(name: str, said: dict[str, Any], words: str) -> None:
    event = {"type": f"tousu.{name}.v1", "time": "2026-03-02T02:00:00Z", "data": {"claim_number": "X/3", **said}}
    assert happening_words(PublishedEvent("complaints.claims", event)) == words
