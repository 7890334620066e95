"""Why a claim comes to its amount: the numbers are those of the event, each step can be done again by a person."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from tests.rules.claims.filed import FACTS, file_claim, offer_claim
from tests.rules.claims.told import routed
from tests.rules.explain.claim_telling import ClaimTeller, told_events
from tousu.explain.arithmetic import OUTCOMES, lines_of, step_words
from tousu.explain.claim_amount import condition_words
from tousu.explain.claim_document import claim_document
from tousu.explain.fact_words import FACTS as FACT_WORDS
from tousu.explain.fact_words import fact_words
from tousu.policy.claim_facts import CLAIM_FACTS
from tousu.policy.pack import Pack


@pytest.fixture
def teller(pack: Pack) -> ClaimTeller:
    return ClaimTeller(pack)


def words(desk: ClaimTeller) -> list[str]:
    return [line[1] for line in lines_of(desk.explained().amount.trace)]


def test_a_claim_that_lacks_facts_says_which_and_who_finds_them(teller: ClaimTeller) -> None:
    file_claim(teller)
    amount = teller.explained().amount
    assert (amount.at, amount.outcome, amount.lacking) == (None, "lacking", ("insured",))
    assert amount.words == "not decided; the table lacks insured"
    missing = claim_document(teller.explained())["missing"]["facts"]
    assert missing == [{"fact": "insured", "words": fact_words("insured"), "given_by": "company"}]


def test_a_fact_that_cannot_be_right_is_said_to_be_so(teller: ClaimTeller) -> None:
    file_claim(teller)
    teller.report("claim_facts_found", 2, facts=FACTS["loss"] | {"currency": "XYZ"})
    amount = teller.explained().amount
    assert amount.outcome == "bad_fact"
    assert "unknown_currency" in amount.words


def test_undecided_the_table_is_asked_with_the_facts_so_far(teller: ClaimTeller) -> None:
    file_claim(teller)
    teller.report("claim_facts_found", 2, facts=FACTS["loss"])
    amount = teller.explained().amount
    assert (amount.at, amount.outcome, amount.amount, amount.rule) == (None, "awarded", "812.00", "uninsured")
    teller.report("claim_form_answered", 3)
    teller.report("claim_decided", 4, outcome="offer")
    decided = teller.explained().amount
    assert decided.at is not None
    assert (decided.amount, decided.rule) == ("812.00", "uninsured")
    assert lines_of(decided.trace) == lines_of(amount.trace)


def test_the_amount_is_left_to_people_within_its_limit(teller: ClaimTeller) -> None:
    file_claim(teller, "damage")
    teller.report("claim_facts_found", 2, facts=FACTS["damage"] | {"real_value": "3000.00"})
    amount = teller.explained().amount
    assert (amount.outcome, amount.rule) == ("referred", "high_value")
    assert amount.words == (
        "not decided; the table leaves the amount to people: it is decided by hand, at most 3000.00 CNY"
    )
    assert words(teller) == ["3000 (real value) binds: it makes the amount what it is"]
    teller.report("claim_decided", 3, outcome="offer", amount="2500.00")
    by_hand = teller.explained().amount
    assert by_hand.words == "decided by hand within the limits of the table"
    assert words(teller)[0] == "2500, decided or agreed by people − 6 (fee) = 2494"


@pytest.mark.parametrize(
    ("cause", "facts", "steps"),
    [
        ("loss", {}, [
            "1000 × 1 piece",
            "1000, at most 800 (real value): 800 (this limit binds)",
            "service fee goes back: 12 (service fee)",
            "800 (compensation) + 12 (service fee) = 812",
        ]),
        ("loss", {"real_value": "1000.00"}, [
            "1000 × 1 piece",
            "1000 is not above 1000 (real value): stays 1000",
            "service fee goes back: 12 (service fee)",
            "1000 (compensation) + 12 (service fee) = 1012",
        ]),
        ("delay", {"days_late": 9}, [
            "50 × 1 piece × 9 days late = 450",
            "450, at most 250 (250 × 1 piece): 250 (this limit binds)",
            "250 is not above 800 (real value): stays 250",
            "service fee goes back: 12 (service fee)",
            "250 (compensation) + 12 (service fee) = 262",
        ]),
        ("damage", {"share_lost": "0.333", "real_value": "777.77"}, [
            "1000 × 1 piece",
            "1000, at most 777.77 (real value): 777.77 (this limit binds)",
            "777.77 × 0.333 (share lost) = 258.99741",
            "258.99741 to the cent = 259",
            "service fee by share goes back: 12 (service fee) × 0.333 (share lost) = 3.996",
            "3.996 to the cent = 4",
            "259 (compensation) + 4 (service fee by share) = 263",
        ]),
    ],
)  # fmt: skip
def test_every_step_is_arithmetic(teller: ClaimTeller, cause: str, facts: dict[str, Any], steps: list[str]) -> None:
    offer_claim(teller, cause, **facts)
    assert words(teller) == steps


@pytest.mark.parametrize("cause", FACTS)
def test_the_numbers_are_those_of_the_event(teller: ClaimTeller, cause: str) -> None:
    offer_claim(teller, cause)
    (offered,) = told_events(teller, "claim.offered")
    said = claim_document(teller.explained())["amount"]
    assert (said["amount"], said["currency"], said["rule"]) == (offered["amount"], "CNY", offered["rule"])
    trace = offered["trace"]
    assert [step["result"] for step in said["steps"]] == [step["result"] for step in trace["steps"]]
    assert [step["section"] for step in said["steps"]] == [step["section"] for step in trace["steps"]]
    assert [one["amount"] for one in said["limits"]] == [one["amount"] for one in trace["limits"]]
    assert Decimal(said["steps"][-1]["result"]) == Decimal(offered["amount"])
    for step in said["steps"]:
        numbers = re.findall(r"\d+(?:\.\d+)?", step["words"])
        assert step["result"] in numbers
        assert {value for value in step["inputs"].values() if value[0].isdecimal()} <= set(numbers)


def test_what_was_found_and_when_and_what_the_pack_assumed(teller: ClaimTeller) -> None:
    offer_claim(teller, "loss", bulk=False, goods_kind="other")
    inputs = {each.name: each for each in teller.explained().amount.inputs}
    uses = {name: each.use for name, each in inputs.items()}
    assert (uses["real_value"], uses["service_fee"]) == ("counted", "counted")
    assert (uses["insured"], uses["bulk"], uses["goods_kind"]) == ("decided", "decided", "not_used")
    assert (uses["agency_period"], uses["pieces"]) == ("assumed", "assumed")
    assert inputs["real_value"].at == teller.story.by_id["claim_facts_found-2"].time
    assert inputs["real_value"].event_id == "claim_facts_found-2"
    assert inputs["pieces"].at is None


def test_what_is_found_after_the_decision_does_not_change_why_it_was_so(teller: ClaimTeller) -> None:
    offer_claim(teller)
    teller.report("claim_facts_found", 5, facts={"real_value": "10.00"})
    inputs = {each.name: each.value for each in teller.explained().amount.inputs}
    assert inputs["real_value"] == "800.00"


def test_an_exemption_without_proof_does_not_count_and_the_proof_is_named_in_both_languages(
    teller: ClaimTeller,
) -> None:
    offer_claim(teller, "loss", force_majeure=True)
    found = teller.explained()
    (unproven,) = found.amount.unproven
    assert unproven["exemption"] == "force_majeure"
    (proof,) = found.missing.proofs
    assert (proof.en, proof.zh, proof.proves) == ("notice of force majeure", "不可抗力证明", "force_majeure")
    assert {each.name: each.use for each in found.amount.inputs}["force_majeure"] == "exempts"


def test_a_refusal_names_its_exemption_and_section(teller: ClaimTeller) -> None:
    """Worked case 6: reported after signing, politely refused."""
    file_claim(teller, "damage")
    teller.report("claim_facts_found", 2, facts=FACTS["damage"] | {"reported_after_signing": True})
    teller.report("claim_evidence_given", 3, evidence=[{"item": "signed_receipt"}])
    now = teller.explained().amount
    assert (now.outcome, now.exemption) == ("not_owed", "reported_after_signing")
    teller.report("claim_decided", 4, outcome="refuse")
    amount = teller.explained().amount
    assert (amount.outcome, amount.exemption, amount.section) == ("not_owed", "reported_after_signing", "C 7")
    assert amount.words == "reported after signing"


def test_a_ruling_goes_above_the_table_and_says_so(teller: ClaimTeller) -> None:
    offer_claim(teller)
    teller.report("claim_disputed", 5, way="court")
    teller.report("claim_ruled", 6, by="court", amount="3000.00")
    amount = teller.explained().amount
    assert (amount.outcome, amount.amount) == ("by_people", "3000.00")
    assert amount.words == "ruled by the court, whatever the table says"


def test_a_delay_that_took_the_value_goes_as_damage(teller: ClaimTeller) -> None:
    offer_claim(
        teller, "delay", direct_loss=True, insured=False, share_lost="1", proof="invoice", damage_degree="damaged"
    )
    trace = teller.explained().amount.trace
    assert (trace["cause"], trace["goes_as"]) == ("delay", "damage")


def test_without_a_table_somebody_decides_by_hand(pack: Pack) -> None:
    assert pack.claims is not None
    teller = ClaimTeller(replace(pack, claims=replace(pack.claims, compensation=None)))
    file_claim(teller)
    assert "no table of amounts" in teller.explained().amount.words
    teller.report("claim_decided", 3, outcome="offer", amount="40.00")
    amount = teller.explained().amount
    assert (amount.outcome, amount.amount, amount.steps) == ("by_people", "40.00", [])


def test_rates_and_divisions_are_told_with_their_source() -> None:
    rate = {"currency": "XDR", "rate": "9.71", "rate_from": "2026-01-01", "rate_source": "IMF"}
    step = {"operation": "multiply", "inputs": {"fixed": "8.33", **rate, "weight_kg": "2"}, "result": "161.77"}
    assert step_words(step) == "8.33 XDR × 9.71 (rate from 2026-01-01, IMF) × 2 kg = 161.77"
    step = {"operation": "convert", "inputs": {"real_value": "100", **rate}, "result": "971"}
    assert step_words(step) == "real value: 100 XDR × 9.71 (rate from 2026-01-01, IMF) = 971"
    inputs = {"declared_value": "600", "real_loss": "50", "divided_by real_value": "300"}
    step = {"operation": "divide", "inputs": inputs, "result": "100"}
    assert step_words(step) == "600 (declared value) × 50 (real loss) ÷ 300 (real value) = 100"
    step = {"operation": "percent", "inputs": {"amount": "500", "percent": "6"}, "result": "30"}
    assert step_words(step) == "500 × 6 % = 30"
    step = {"operation": "later", "inputs": {"amount": "5"}, "result": "5"}
    assert step_words(step) == "later: 5 (amount) = 5"


def test_a_limit_that_does_not_count_says_why() -> None:
    limits = [
        {"of": {"fixed": "800"}, "amount": "", "outcome": "lifted", "section": "L 1"},
        {"of": {"real_value": ""}, "amount": "", "outcome": "unknown", "section": "L 2"},
    ]
    assert lines_of({"limits": limits}) == [
        ("limit", "800 lifted: it does not count here", "L 1"),
        ("limit", f"real value (not known) {OUTCOMES['unknown']}", "L 2"),
    ]


def test_a_condition_in_words(pack: Pack) -> None:
    assert pack.claims is not None and pack.claims.compensation is not None
    when = pack.claims.compensation.rules["high_value"].when
    assert condition_words(when) == ("insured is false and agency period is false and real value is at least 3000")


def test_every_fact_has_words_in_both_languages() -> None:
    assert set(FACT_WORDS) == CLAIM_FACTS
    assert all(each.en and each.zh for each in FACT_WORDS.values())
    assert fact_words("rate_XDR").startswith("rate XDR: the pack has no rate")


def test_a_claim_that_nobody_filed_still_says_what_the_table_needs(teller: ClaimTeller) -> None:
    teller.tell(routed("loss", demand="赔偿"))
    assert teller.explained().amount.lacking == ("insured",)
