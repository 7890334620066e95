"""What the demo's screen says of events, and how it counts them: limits of claims apart from clocks of cases."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest

from tests.rules.whole import whole
from tousu.cli.case import gist
from tousu.contract import cards
from tousu.demo.onlooker import Happening, Tallies
from tousu.demo.wording import SENTENCES, sentence
from tousu.events.codec import decode
from tousu.events.content import Content

EXAMPLES = Path(__file__).resolve().parents[3] / "schemas" / "examples"
TOPIC = {name: card.topic for card in cards() for name in card.events}
ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 9, 22, tzinfo=UTC)
CLOCK = {"clock": "payment", "due_at": "2026-09-24T16:00:00Z", "case_number": "C"}


def examples(name: str) -> list[Any]:
    return [orjson.loads(file.read_bytes())["data"] for file in sorted((EXAMPLES / name).glob("v1/pass-*.json"))]


def read(name: str, data: dict[str, Any]) -> Content:
    return decode(f"tousu.{name}.v1", whole(f"tousu.{name}.v1", data))


def said(name: str, data: dict[str, Any]) -> str:
    found = sentence(Happening(AT, TOPIC[name], name, "C", whole(f"tousu.{name}.v1", data), ""), ZONE)
    assert found is not None, name
    return found[1]


SILENT = {"month.closed", "charge.laid"}
"""Months are told of persons with three complaints and more; the demo's day has one. Charges: what came of them."""


@pytest.mark.parametrize("name", SENTENCES)
def test_every_valid_event_has_its_sentence_or_is_left_out_on_purpose(name: str) -> None:
    found = examples(name)
    assert found, f"schemas/examples/{name} has none"
    told = [
        (data, line[1])
        for data in found
        if (line := sentence(Happening(AT, TOPIC[name], name, "C", data, ""), ZONE)) is not None
    ]
    assert told or name in SILENT
    for data, words in told:
        assert words
        assert "None" not in words
        if name.startswith("claim."):
            assert words.startswith(f"claim {data['claim_number'].rpartition('/')[2]}: ")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("clock.warned", "claim 2: payment is due 09-25 00:00"),
        ("clock.breached", "claim 2: payment breached, it was due 09-25 00:00"),
        ("clock.breach_withdrawn", "claim 2: payment: answered in time, reported late; breach withdrawn"),
    ],
)
def test_a_limit_of_a_claim_is_told_with_its_claim(name: str, words: str) -> None:
    assert said(name, {**CLOCK, "claim_number": "C/2"}) == words
    assert said(name, CLOCK) == words.removeprefix("claim 2: ")


def test_a_breach_in_doubt_says_so() -> None:
    assert said("clock.breached", {**CLOCK, "unconfirmed": True}) == (
        "payment breached, it was due 09-25 00:00, not confirmed yet"
    )


def test_limits_of_claims_are_counted_apart() -> None:
    tallies = Tallies()
    tallies.count("complaints.sla", "clock.met", read("clock.met", CLOCK), "", "tousu/sla")
    for number in ("C/1", "C/2"):
        met = read("clock.met", {**CLOCK, "claim_number": number})
        tallies.count("complaints.claims", "clock.met", met, "", "tousu/claims")
    assert (tallies.types["clock.met"], tallies.types["claim.clock.met"]) == (1, 2)


def test_the_gist_of_a_claims_event_tells_amount_and_what_it_is_for() -> None:
    (first, *_) = examples("claim.paid")
    words = gist({"data": first})
    for name in ("claim_number", "amount", "payment_id"):
        assert str(first[name]) in words


PAID = {"party": {"kind": "person", "id": "E1"}, "penalty_number": "C/person/E1", "amount": "50.00", "currency": "CNY",
        "payment_id": "P-1"}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "more", "words"),
    [
        ("penalty.paid", {"obligation": "C/person/E1"}, "person E1: 50.00 CNY deducted"),
        ("penalty.paid", {"obligation": "C/person/E1/repayment"}, "person E1: 50.00 CNY repaid"),
        (
            "penalty.payment_questioned",
            {"reason": "not_owed"},
            "person E1: payment P-1 of 50.00 CNY is a question: not_owed",
        ),
        ("penalty.payment_question_settled", {"how": "returned"}, "person E1: payment P-1 is settled: returned"),
    ],
)
def test_a_deduction_is_told_with_the_party(name: str, more: dict[str, str], words: str) -> None:
    assert said(name, PAID | more) == words


def test_a_deduction_in_question_is_counted_as_a_payment_in_question() -> None:
    tallies = Tallies()
    questioned = read("penalty.payment_questioned", PAID | {"reason": "not_owed"})
    tallies.count("complaints.penalties", "penalty.payment_questioned", questioned, "", "tousu/penalties")
    assert tallies.questions == {"not_owed": 1}
