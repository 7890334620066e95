"""Money, causes, claimants and evidence as they must not be: refused at the gate with reason, field and fix."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.rules.claim_reports import CLAIM_SAID
from tests.rules.intake.gate import complaint, report
from tests.rules.intake.records import NUMBER, PHONE, binary, reading
from tousu.contract import topic_of
from tousu.event import Event
from tousu.failure import Reject

AMOUNTS: dict[str, Any] = {
    "a number": 120, "a number with places": 120.5, "true": True, "nothing": None, "empty": "", "a word": "many",
    "negative": "-1.00", "negative nothing": "-0", "signed": "+1.00", "three places": "1.005", "no places": "1.",
    "no whole": ".50", "leading zeros": "007", "thirteen digits": "1000000000000", "a hundred digits": "9" * 100,
    "an exponent": "1e9", "infinite": "Infinity", "not a number": "NaN", "a thousands mark": "1,000.00",
    "a currency sign": "¥100", "a currency": "100 CNY", "a space": " 100", "a line end": "100\n",
    "full width": "１００", "Arabic digits": "١٢٣", "Chinese": "一百", "a list": ["100"],
    "an object": {"amount": "100"},
}  # fmt: skip
HELD: dict[str, str] = {  # event -> where it says an amount
    "claim_filed": "claimed_amount", "claim_decided": "amount", "claim_agreed": "amount", "claim_ruled": "amount",
    "payment_confirmed": "amount", "outlet_negotiation_settled": "amount", "outlet_ruled": "amount",
}  # fmt: skip
FACTS = ("insured_amount", "real_value", "real_loss", "declared_value", "service_fee", "extras_fee")

ITEM = {"item": "waybill_image", "uri": "https://files.example/1.png"}
REPORTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "a cause that there is not": ("claim_filed", {"cause": "attitude"}, "/cause"),
    "no cause": ("claim_filed", {"cause": None}, "/cause"),
    "a claimant of no role": ("claim_filed", {"claimant": {"reference": "K-1"}}, "/claimant/role"),
    "a claimant of a strange role": ("claim_filed", {"claimant": {"role": "neighbour"}}, "/claimant/role"),
    "a claimant by name": ("claim_filed", {"claimant": {"role": "sender", "name": "王小明"}}, "/claimant/name"),
    "a claimant by a name as reference": (
        "claim_filed", {"claimant": {"role": "sender", "reference": "王小明"}}, "/claimant/reference",
    ),
    "a claimant by e-mail": (
        "claim_filed", {"claimant": {"role": "sender", "reference": "a@b.example"}}, "/claimant/reference",
    ),
    "a currency in small letters": ("claim_filed", {"currency": "cny"}, "/currency"),
    "a currency by name": ("claim_filed", {"currency": "yuan"}, "/currency"),
    "evidence that is no list": ("claim_evidence_given", {"evidence": ITEM}, "/evidence"),
    "no evidence": ("claim_evidence_given", {"evidence": []}, "/evidence"),
    "evidence as a word": ("claim_evidence_given", {"evidence": ["waybill_image"]}, "/evidence/0"),
    "evidence of no kind": ("claim_evidence_given", {"evidence": [{"uri": ITEM["uri"]}]}, "/evidence/0/item"),
    "evidence of a kind in words": ("claim_evidence_given", {"evidence": [{"item": "运单"}]}, "/evidence/0/item"),
    "evidence at a path": ("claim_evidence_given", {"evidence": [ITEM | {"uri": "C:\\a b.png"}]}, "/evidence/0/uri"),
    "evidence of a strange waybill": (
        "claim_evidence_given", {"evidence": [ITEM, ITEM | {"waybill_number": "?"}]}, "/evidence/1/waybill_number",
    ),
    "evidence with more fields": ("claim_evidence_given", {"evidence": [ITEM | {"who": "x"}]}, "/evidence/0/who"),
    "too much evidence": ("claim_evidence_given", {"evidence": [ITEM] * 51}, "/evidence"),
    "a fact nobody knows": ("claim_facts_found", {"facts": {"colour": "red"}}, "/facts/colour"),
    "a fact as a word": ("claim_facts_found", {"facts": {"insured": "yes"}}, "/facts/insured"),
    "more lost than there was": ("claim_facts_found", {"facts": {"share_lost": "1.01"}}, "/facts/share_lost"),
    "less than nothing lost": ("claim_facts_found", {"facts": {"share_lost": "-0.5"}}, "/facts/share_lost"),
    "a share in percent": ("claim_facts_found", {"facts": {"share_lost": "25%"}}, "/facts/share_lost"),
    "a weight in grams of a gram": ("claim_facts_found", {"facts": {"weight_kg": "1.0001"}}, "/facts/weight_kg"),
    "no pieces": ("claim_facts_found", {"facts": {"pieces": 0}}, "/facts/pieces"),
    "half a day late": ("claim_facts_found", {"facts": {"days_late": 1.5}}, "/facts/days_late"),
    "early": ("claim_facts_found", {"facts": {"days_late": -1}}, "/facts/days_late"),
    "no claim number": ("claim_agreed", {"claim_number": None}, "/claim_number"),
    "a claim number without its running number": ("claim_agreed", {"claim_number": NUMBER}, "/claim_number"),
    "a claim number from nought": ("claim_agreed", {"claim_number": f"{NUMBER}/0"}, "/claim_number"),
    "a payment without number": ("payment_confirmed", {"payment_id": ""}, "/payment_id"),
    "a payee by account": ("payment_confirmed", {"payee": {"role": "sender", "account": "62"}}, "/payee/account"),
    "a day without time": ("payment_confirmed", {"paid_at": "2026-02-03"}, "/paid_at"),
}  # fmt: skip


def told(what: str, **said: Any) -> Event:
    return report(what, NUMBER, **CLAIM_SAID[what] | said)


def refused(event: Event, topic: str = "", key: str = NUMBER) -> Reject:
    with pytest.raises(Reject) as found:
        reading()(binary(event, topic or topic_of(event.type), key))
    assert found.value.schema.startswith("https://tousu.example/schemas/events/")
    return found.value


def test_what_is_as_it_must_be_is_read() -> None:
    for what in CLAIM_SAID:
        event = told(what)
        assert reading()(binary(event, topic_of(event.type), NUMBER)).data["case_number"] == NUMBER


@pytest.mark.parametrize("amount", AMOUNTS.values(), ids=AMOUNTS)
@pytest.mark.parametrize("what", HELD)
def test_an_amount_that_is_none_is_refused(what: str, amount: Any) -> None:
    reject = refused(told(what, **{HELD[what]: amount}))
    assert (reject.reason, reject.place) == ("wrong_schema", f"/{HELD[what]}")
    assert HELD[what] in reject.message


@pytest.mark.parametrize("fact", FACTS)
@pytest.mark.parametrize("amount", AMOUNTS.values(), ids=AMOUNTS)
def test_so_is_one_among_facts(fact: str, amount: Any) -> None:
    reject = refused(told("claim_facts_found", facts={fact: amount}))
    assert (reject.reason, reject.place) == ("wrong_schema", f"/facts/{fact}")


@pytest.mark.parametrize("amount", ["0", "0.01", "0.5", "120", "999999999999.99"])
@pytest.mark.parametrize("what", HELD)
def test_the_smallest_and_the_largest_amount_are_read(what: str, amount: str) -> None:
    """Nought is an amount (a ruling that nothing is due): what it means is for claims to say."""
    event = told(what, **{HELD[what]: amount})
    assert reading()(binary(event, topic_of(event.type), NUMBER)).data[HELD[what]] == amount


@pytest.mark.parametrize(("what", "said", "place"), REPORTS.values(), ids=REPORTS)
def test_a_report_that_says_what_cannot_be_is_refused(what: str, said: dict[str, Any], place: str) -> None:
    reject = refused(told(what, **said))
    assert (reject.reason, reject.place) == ("wrong_schema", place)


# -- without a complaint ----------------------------------------------------------------------------------------------

CLAIM: dict[str, Any] = {"cause": "loss", "claimant": {"role": "sender"}}
FILED: dict[str, tuple[dict[str, Any], str, str]] = {
    "a claim that says no claim": ({"kind": "claim"}, "/claim", "claim is missing; it goes with this kind"),
    "a kind that there is not": ({"kind": "demand", "claim": CLAIM}, "/kind", "kind must be one of complaint, inquiry"),
    "no cause": ({"kind": "claim", "claim": {"claimant": {"role": "sender"}}}, "/claim/cause", "cause is missing"),
    "a strange cause": ({"kind": "claim", "claim": CLAIM | {"cause": "late"}}, "/claim/cause", "must be one of delay"),
    "nobody claims": ({"kind": "claim", "claim": {"cause": "loss"}}, "/claim/claimant", "claimant is missing"),
    "a negative amount": (
        {"kind": "claim", "claim": CLAIM | {"claimed_amount": "-5"}}, "/claim/claimed_amount", "claimed_amount is not",
    ),
    "a currency in words": (
        {"kind": "claim", "claim": CLAIM | {"claimed_amount": "5", "currency": "港币"}}, "/claim/currency",
        "currency is",
    ),
    "evidence of no kind": (
        {"kind": "claim", "claim": CLAIM | {"evidence": [{"uri": "https://files.example/1.png"}]}},
        "/claim/evidence/0/item", "claim.evidence.0.item",
    ),
    "a claim as a word": ({"kind": "claim", "claim": "loss"}, "/claim", "claim must be a JSON object"),
}  # fmt: skip


@pytest.mark.parametrize(("said", "place", "words"), FILED.values(), ids=FILED)
def test_a_claim_that_says_what_cannot_be_is_refused(said: dict[str, Any], place: str, words: str) -> None:
    reject = refused(complaint(**said), PHONE, "k")
    assert (reject.reason, reject.place) == ("wrong_schema", place)
    assert words in reject.message


LEFT_OUT: dict[str, tuple[dict[str, Any], str, str]] = {
    "a complaint with a claim": ({"claim": CLAIM}, "/claim", "claim does not go with this kind; leave it out"),
    "an inquiry with a claim": ({"kind": "inquiry", "claim": CLAIM}, "/claim", "claim does not go with this kind"),
}  # fmt: skip


@pytest.mark.parametrize(("said", "place", "words"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_a_claim_in_a_complaint_is_left_out_and_told(said: dict[str, Any], place: str, words: str) -> None:
    event = reading()(binary(complaint(**said)))
    told = orjson.loads(event.extensions["droppedfields"])
    assert told[0]["place"] == place
    assert words in told[0]["message"]
    assert "claim" not in event.data


def test_a_claim_as_it_must_be_is_read() -> None:
    assert reading()(binary(complaint(kind="claim", claim=CLAIM))).data["claim"] == CLAIM
