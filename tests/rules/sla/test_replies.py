"""Features, number 24: an incomplete reply stops no clock and ends no case, and what is missing is told."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from tests.rules.sla.desk import Desk, at
from tousu.policy.handling_rule import ReplyRule
from tousu.policy.pack import Pack

REPLIES = {
    "final": ReplyRule(required=("decision", "reason", "next_body"), section="DISP 1.6.2"),
    "holding": ReplyRule(required=("next_deadline",), section="DISP 1.6.2"),
}
TWO = ["decision", "reason"]


@pytest.fixture
def strict(pack: Pack) -> Desk:
    """A delay of Monday 10:00, in a pack that says what replies must hold."""
    desk = Desk(replace(pack, replies=REPLIES))
    desk.routed(at("01-05 10:00"))
    desk.handle("acknowledged", at("01-05 10:30"))
    return desk


def test_24_a_final_response_without_referral_leaves_the_clock_running_and_says_what_is_missing(strict: Desk) -> None:
    before = strict.case
    strict.handle("customer_answered", at("01-06 10:00"), kind="final", elements=TWO)
    assert strict.said()[-1] == "reply_incomplete final next_body"
    told = strict.last("case.reply_incomplete")
    assert (told["required"], told["section"]) == (["decision", "reason", "next_body"], "DISP 1.6.2")
    assert strict.case == before
    strict.handle("customer_answered", at("01-06 11:00"), kind="final", elements=[*TWO, "next_body"])
    assert strict.said()[-2:] == ["resolution met 01-06 11:00", "closed settled 01-06 11:00"]


def test_24_a_settling_answer_without_a_kind_counts_as_final(strict: Desk) -> None:
    strict.handle("customer_answered", at("01-06 10:00"), elements=TWO)
    assert strict.said()[-1] == "reply_incomplete final next_body"


def test_24_so_does_the_answer_that_ends_what_does_not_stand(strict: Desk) -> None:
    strict.handle("judged", at("01-06 09:00"), stands=False)
    strict.handle("customer_answered", at("01-06 10:00"), settled=False)
    assert strict.said()[-1] == "reply_incomplete final decision reason next_body"
    assert strict.case is not None
    assert strict.case.life == "not_standing"


def test_24_an_incomplete_answer_does_not_issue_the_case_again(strict: Desk) -> None:
    strict.handle("plan_proposed", at("01-06 09:00"))
    strict.handle("customer_answered", at("01-06 10:00"), settled=False, kind="holding")
    assert strict.said()[-1] == "reply_incomplete holding next_deadline"
    assert strict.case is not None
    assert strict.case.life == "planned"


def test_24_what_was_said_incompletely_in_time_does_not_undo_a_breach(strict: Desk) -> None:
    strict.handle("customer_answered", at("01-08 10:00"), now=at("01-09 10:00"), elements=TWO)
    assert strict.said()[-1] == "reply_incomplete final next_body"
    assert strict.clock("resolution").breached


def test_an_answer_after_the_end_waits_for_a_reopening(strict: Desk) -> None:
    strict.handle("withdrawn", at("01-06 10:00"))
    assert strict.handle("customer_answered", at("01-06 11:00")).no_op == "waits"


@pytest.mark.parametrize("said", [{"settled": True, "elements": []}, {"settled": True, "kind": "final"}])
def test_a_pack_that_asks_nothing_takes_every_answer(routed: Desk, said: dict[str, Any]) -> None:
    routed.handle("customer_answered", at("01-06 10:00"), **said)
    assert routed.said()[-1] == "closed settled 01-06 10:00"
