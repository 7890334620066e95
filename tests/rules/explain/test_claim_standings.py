"""What an explanation reads from the topics is what claims itself keeps: stage, file, facts, ledger, limits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from services.claims.missing import WORDS_OF_FACTS
from services.claims.states import Claim
from tests.packs_read import load_pack
from tests.rules.casework import START, handling
from tests.rules.claims.filed import FACTS, FILE, OTHER, OUTLET, SENDER, agree_claim, file_claim, offer_claim
from tests.rules.claims.told import WAYBILL, reported, routed
from tests.rules.explain.claim_telling import CLAIM, ClaimTeller
from tousu.explain.claim import pack_of_claims, standing_words
from tousu.explain.claim_document import claim_document
from tousu.explain.claim_missing import HOLDING
from tousu.explain.claim_order import claim_numbers, in_order
from tousu.policy.pack import Pack

PACK = load_pack("courier-network")


@pytest.fixture
def teller(pack: Pack) -> ClaimTeller:
    return ClaimTeller(pack)


def same_as_kept(desk: ClaimTeller, running: int = 1) -> None:
    """Compare what is read from the topics with the row of claims."""
    found, kept = desk.explained(running), desk.claim(running)
    claim = found.claim
    assert (claim.stage, claim.reason, claim.is_open) == (kept.stage, kept.reason, kept.state == "open")
    assert (claim.cause, claim.waybill_number) == (kept.ground.cause, kept.ground.waybill_number or "")
    assert (claim.file, claim.returns, claim.way) == (kept.file, kept.returns, kept.way)
    assert claim.claimant.get("role") == (kept.claimant.role if kept.claimant else None)
    facts = {name: (each.value, each.at) for name, each in claim.facts.items() if each.by != "case"}
    assert facts == {name: (each.value, each.at) for name, each in kept.facts.items()}
    same_ledger(desk, kept)
    clocks = {(each.clock, each.generation): each for each in found.accounts}
    for clock in (clock for clock in kept.clocks if not clock.undecided):
        account = clocks[clock.name, clock.generation]
        status = {"late": "met_late"}.get(clock.status, clock.status)
        assert (account.status, account.breached) == (status, clock.breached)
        assert account.due_at == clock.due_at or clock.due_at is None, "what stands still is due when it goes on"
        assert all(mark.difference_s is None or abs(mark.difference_s) < 1e-6 for mark in account.marks)


def same_ledger(desk: ClaimTeller, kept: Claim) -> None:
    claim = desk.explained(int(kept.number.rpartition("/")[2])).claim
    entries = [each for each in desk.ledger() if each.obligation.startswith(f"{kept.number}/")]
    assert list(claim.entries) == entries
    assert sorted(claim.obligations, key=lambda each: each.number) == sorted(kept.owed, key=lambda each: each.number)
    for each in claim.obligations:
        assert each.awarded == each.paid + each.outstanding + each.withdrawn


def evidence(*items: str) -> dict[str, Any]:
    return {"evidence": [{"item": name} for name in items]}


REPORTS: list[tuple[str, dict[str, Any]]] = [
    ("claim_filed", {"cause": "damage", "waybill_number": WAYBILL, "claimant": SENDER, **evidence(*FILE[:2])}),
    ("claim_filed", {"cause": "damage", "waybill_number": WAYBILL, "claimant": SENDER, **evidence(*FILE)}),
    ("claim_evidence_given", evidence(FILE[2])),
    ("claim_evidence_given", evidence(FILE[3], "signed_receipt")),
    ("claim_evidence_given", evidence("no_such_item")),
    ("claim_evidence_given", {"evidence": [{"item": FILE[2], "waybill_number": "TS90009"}]}),
    ("claim_facts_found", {"facts": FACTS["damage"]}),
    ("claim_facts_found", {"facts": {"real_value": "120.00"}}),
    ("claim_facts_found", {"facts": {"ecommerce_goods": True, "route": "domestic"}}),
    ("claim_form_answered", {}),
    ("claim_decided", {"outcome": "offer"}),
    ("claim_agreed", {}),
    ("claim_agreed", {"amount": "10.00"}),
    ("claim_disputed", {"way": "court"}),
    ("claim_ruled", {"by": "court", "amount": "77.00"}),
    ("claim_ruled", {"by": "regulator", "amount": "900.00"}),
    ("claim_withdrawn", {}),
    ("claim_followed_up", {"score": 4}),
    ("outlet_notified", {"outlet": OUTLET, "compensated_outlet": OTHER}),
    ("outlet_negotiation_settled", {"outlet": OUTLET}),
    ("outlet_arbitration_requested", {"outlet": OUTLET}),
    ("outlet_ruled", {"report_true": True, "responsible_outlet": OUTLET}),
    ("payment_confirmed", {"amount": "406.00"}),
    ("payment_confirmed", {"amount": "10.00"}),
    ("payment_confirmed", {"amount": "77.00"}),
]
GOOD_WAY = (1, 6, 18, 9, 10, 11, 22)


@settings(max_examples=60)
@given(
    more=st.lists(st.tuples(st.integers(0, len(GOOD_WAY)), st.sampled_from(range(len(REPORTS)))), max_size=9),
    hours=st.lists(st.integers(1, 300), min_size=20, max_size=20),
    late=st.integers(0, 40),
)
@example([(0, 0), (0, 0), (0, 0), (0, 1), (0, 0), (7, 19)], [1] * 12 + [123] + [1] * 7, 2)  # met, then undone
def test_whatever_is_reported_the_topics_tell_what_claims_keeps(
    more: list[tuple[int, int]], hours: list[int], late: int
) -> None:
    """A claim on its good way, with anything else between, some of it refused, some of it reported late."""
    desk = ClaimTeller(PACK)
    desk.take(routed("damage", demand="赔偿"))
    order = [[*(index for place, index in more if place == at), step] for at, step in enumerate(GOOD_WAY)]
    order.append([index for place, index in more if place == len(GOOD_WAY)])
    now = 0.0
    for number, index in enumerate(index for part in order for index in part):
        what, said = REPORTS[index]
        now += hours[number]
        said = said | ({"payment_id": f"P{number}"} if what == "payment_confirmed" else {})
        event = reported(what, max(now - late, 0), None if what == "claim_filed" else 1, **said)
        desk.take(replace(event, id=f"e{number}"), START + timedelta(hours=now))
    same_as_kept(desk)
    desk.let_time_pass(START + timedelta(hours=now + 1000))
    same_as_kept(desk)
    claim_document(desk.explained())


def test_a_lower_ruling_takes_back_what_was_not_paid(teller: ClaimTeller) -> None:
    agree_claim(teller)
    teller.report("claim_ruled", 6, by="court", amount="100.00")
    same_as_kept(teller)
    owed = teller.explained().claim.obligation("compensation")
    assert owed is not None
    assert (str(owed.awarded), str(owed.withdrawn), str(owed.outstanding)) == ("812.00", "712.00", "100.00")
    whats = [each["what"] for each in teller.explained().claim.instructions]
    assert whats == ["pay_claimant", "cancel", "pay_claimant"]


def test_a_paid_claim_shows_its_payment_and_what_did_not_fit(teller: ClaimTeller) -> None:
    agree_claim(teller)
    teller.report("payment_confirmed", 6, payment_id="P-1", amount="811.99")
    teller.report("payment_confirmed", 7, payment_id="P-2", amount="812.00")
    claim = teller.explained().claim
    assert standing_words(claim) == "closed: paid"
    assert [each.reference for each in claim.entries] == ["", "P-2"]
    (question,) = claim.questions
    assert (question["payment_id"], question["reason"]) == ("P-1", "other_amount")
    same_as_kept(teller)


def test_a_payment_in_question_says_how_it_was_settled(teller: ClaimTeller) -> None:
    agree_claim(teller)
    teller.report("payment_confirmed", 6, payment_id="P-1", amount="811.99")
    teller.report("payment_question_settled", 8, claim=None, payment_id="P-1", how="returned")
    (question,) = teller.explained().claim.questions
    assert (question["payment_id"], question["settled"]) == ("P-1", "returned")


def test_a_delay_that_became_a_loss_is_told_in_both_claims(teller: ClaimTeller) -> None:
    """Domain, section 7: loss is what is still not delivered at the complete-delay limit."""
    teller.tell(routed("delay", demand="赔偿", route="domestic", promised_at="2026-03-01T10:00:00+08:00"))
    said = {"cause": "delay", "waybill_number": WAYBILL, "claimant": SENDER, **evidence("waybill_image")}
    teller.report("claim_filed", 1, claim=None, **said)
    teller.report("claim_facts_found", 2, facts=FACTS["delay"])
    teller.pass_time(days=30)
    assert claim_numbers(teller.story) == (CLAIM, CLAIM.replace("/1", "/2"))
    delay, loss = teller.explained(1), teller.explained(2)
    assert standing_words(delay.claim) == "closed: turned into a loss"
    assert delay.claim.became == loss.claim.number
    assert (loss.claim.instead_of, loss.claim.stage) == (delay.claim.number, "filed")
    assert "waybill_image" in loss.claim.file
    assert loss.claim.facts["real_value"].value == "800.00"
    same_as_kept(teller, 1)
    same_as_kept(teller, 2)
    (step,) = [each for each in delay.steps if each.who == "claimant"]
    assert loss.claim.number in step.words


def test_what_is_found_of_a_delay_after_it_became_a_loss_is_not_known_of_the_loss(teller: ClaimTeller) -> None:
    teller.tell(routed("delay", demand="赔偿", route="domestic", promised_at="2026-03-01T10:00:00+08:00"))
    teller.report("claim_facts_found", 2, facts={"real_value": "800.00"})
    teller.pass_time(days=30)
    teller.report("claim_facts_found", 31 * 24, facts={"real_value": "5.00", "insured": True})
    assert teller.explained(2).claim.facts["real_value"].value == "800.00"
    assert "insured" not in teller.explained(2).claim.facts
    same_as_kept(teller, 1)
    same_as_kept(teller, 2)


def test_an_older_finding_that_is_reported_later_changes_nothing(teller: ClaimTeller) -> None:
    file_claim(teller)
    teller.report("claim_facts_found", 9, facts={"real_value": "800.00"})
    late = replace(reported("claim_facts_found", 3, 1, facts={"real_value": "5.00"}), id="late")
    teller.take(late, START + timedelta(hours=10))
    assert teller.explained().claim.facts["real_value"].value == "800.00"
    same_as_kept(teller)


@pytest.mark.parametrize("what", ["evidence after the agreement", "evidence after the end", "facts before the claim"])
def test_what_comes_at_the_wrong_time_did_nothing(teller: ClaimTeller, what: str) -> None:
    if what == "facts before the claim":
        teller.tell(routed("loss", demand="赔偿"))
        teller.take(reported("claim_facts_found", 1, 2, facts={"insured": True}))
        said = {"cause": "damage", "waybill_number": WAYBILL, "claimant": SENDER}
        teller.report("claim_filed", 2, claim=None, **said)
        assert teller.explained(2).claim.facts == {}
        same_as_kept(teller, 2)
        return
    agree_claim(teller)
    if what == "evidence after the end":
        teller.report("claim_withdrawn", 6)
    teller.take(reported("claim_evidence_given", 7, 1, **evidence("signed_receipt")))
    assert "signed_receipt" not in teller.explained().claim.file
    same_as_kept(teller)


def test_a_claim_that_ends_unpaid_takes_back_the_bill_too(teller: ClaimTeller) -> None:
    agree_claim(teller)
    teller.report("outlet_negotiation_settled", 6, outlet=OUTLET)
    teller.report("claim_withdrawn", 7)
    same_as_kept(teller)
    owed = {each.number.rpartition("/")[2]: str(each.withdrawn) for each in teller.explained().claim.obligations}
    assert owed == {"compensation": "812.00", "bill": "812.00"}


def test_a_complaint_that_does_not_stand_closes_and_its_reopening_opens_the_claim(teller: ClaimTeller) -> None:
    teller.tell(routed("loss", demand="赔偿"))
    number = CLAIM.partition("/")[0]
    teller.tell(handling("judged", 2, number, stands=False))
    assert standing_words(teller.explained().claim) == "closed: does not stand"
    teller.tell(handling("judged", 4, number, stands=True))
    same_as_kept(teller)
    assert teller.explained().claim.is_open


def test_refused_reports_are_told_and_did_nothing(teller: ClaimTeller) -> None:
    file_claim(teller, "damage")
    wrong = [{"item": "signed_receipt", "waybill_number": "TS90009"}]
    teller.take(reported("claim_evidence_given", 2, 1, evidence=wrong))
    claim = teller.explained().claim
    ((_, reason, words),) = claim.refused
    assert reason == "evidence_of_another_piece"
    assert "TS90009" in words
    assert "signed_receipt" not in claim.file


def test_a_refused_event_of_a_channel_is_found_by_the_data_inside_it(teller: ClaimTeller) -> None:
    file_claim(teller)
    event = {"specversion": "1.0", "id": "1", "data": {"claim_number": CLAIM, "amount": "-1"}}
    said = {"source": "tousu/intake", "reason": "wrong_schema", "message": "amount is not written as it must be"}
    teller.write("complaints.rejected", "event.rejected", START, event, "r", **said)
    teller.write("complaints.rejected", "event.rejected", START, [1], "r", **said)
    assert [each[1] for each in teller.explained().claim.refused] == ["wrong_schema"]


def test_reports_stand_before_what_they_led_to_whatever_topic_is_read_first(teller: ClaimTeller) -> None:
    offer_claim(teller)
    forwards = [each.id for each in in_order(teller.story)]
    teller.lines.sort(key=lambda one: one["topic"], reverse=True)
    assert [each.id for each in in_order(teller.story)] == forwards


def test_a_recount_chooses_the_version_of_the_pack(teller: ClaimTeller) -> None:
    file_claim(teller)
    assert pack_of_claims(teller.story) == {"id": "courier-network", "version": "1.0.0"}
    said = {"case_number": CLAIM.partition("/")[0], "pack_version": "1.1.0"}
    teller.write("complaints.cases", "handling.recount_ordered", START, said, "recount")
    assert pack_of_claims(teller.story)["version"] == "1.1.0"


def test_the_facts_on_which_evidence_depends_are_those_of_the_service(pack: Pack) -> None:
    assert set(HOLDING) == WORDS_OF_FACTS
