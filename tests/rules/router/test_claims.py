"""Claims at the router: reports about them go by unchanged; a claim without a complaint is a case of its own kind."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from services.router.rules import RouterRules
from services.router.states import RoutedCase
from services.router.store import KINDS
from tests.rules.casework import NUMBER, Desk, claim, complaint, event, handling, inquiry, kinds_of
from tests.rules.claim_reports import BESIDE_SAID
from tests.rules.router.test_forwarding import JOINED, SAID, as_it_came
from tousu.decision import StateKey
from tousu.event import Event
from tousu.policy.event_catalogue import BESIDE_THE_CASE
from tousu.policy.pack import Pack
from tousu.policy.policies import Policies

CASE = StateKey("case", NUMBER)
FIRST = {"complaint": complaint("晚了"), "inquiry": inquiry(), "claim": claim()}


def routed(desk: Desk, one: Event) -> dict[str, Any]:
    (output,) = desk.tell(one)
    assert (output.topic, output.type) == ("complaints.cases", "tousu.claim.routed.v1")
    return output.data


def test_every_report_beside_the_case_is_tried() -> None:
    assert set(BESIDE_SAID) == BESIDE_THE_CASE


@pytest.mark.parametrize("first", FIRST.values(), ids=FIRST)
@pytest.mark.parametrize("what", BESIDE_SAID)
def test_a_report_about_a_claim_or_penalty_goes_on_and_changes_nothing(desk: Desk, what: str, first: Event) -> None:
    desk.tell(first)
    before = dict(desk.rows)
    one = handling(what, **BESIDE_SAID[what])
    assert [as_it_came(output) for output in desk.tell(one)] == [as_it_came(one)]
    assert desk.rows == before


@pytest.mark.parametrize("what", BESIDE_SAID)
def test_so_it_does_after_the_end_of_the_case(desk: Desk, what: str) -> None:
    desk.tell(complaint("晚了"), handling("withdrawn", 1, reason="x"))
    before = dict(desk.rows)
    one = handling(what, 900, **BESIDE_SAID[what])
    assert [as_it_came(output) for output in desk.tell(one)] == [as_it_came(one)]
    assert desk.rows == before


@pytest.mark.parametrize("what", BESIDE_SAID)
def test_of_a_case_that_never_came_it_is_refused(desk: Desk, what: str) -> None:
    refusal = desk.take(handling(what, **BESIDE_SAID[what])).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.place) == ("unknown_case", "subject")


def test_the_cause_of_a_claim_is_no_cause_of_a_complaint(desk: Desk) -> None:
    """`cause` of a judgement is one of the pack's causes; that of a claim is not looked up there."""
    desk.tell(complaint("晚了"))
    assert desk.take(handling("claim_filed", **BESIDE_SAID["claim_filed"])).refusal is None


# -- filed without a complaint ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cause", "departments", "section"),
    [
        ("delay", ["storage_and_transport"], "C 4"),
        ("loss", ["storage_and_transport"], "C 4"),
        ("damage", ["storage_and_transport"], "C 4"),
        ("contents_mismatch", ["storage_and_transport", "quality_management"], "C 4"),  # of the class of that name
        ("late_forwarding", ["customer_service"], "C 6"),  # no class has it: the centre
    ],
)
def test_who_answers_for_complaints_of_its_cause_answers_for_a_claim(
    desk: Desk, cause: str, departments: list[str], section: str
) -> None:
    told = routed(desk, claim(claim={"cause": cause, "claimant": {"role": "sender"}}))
    assert told["departments"] == departments
    assert (told["kind"], told["section"], told["pack"]["id"]) == ("claim", section, "courier-network")


def test_the_class_that_the_adapter_names_decides_between_two_of_one_cause(desk: Desk) -> None:
    said = {"cause": "contents_mismatch", "claimant": {"role": "sender"}}
    assert routed(desk, claim(**{"class": "shortage", "claim": said}))["departments"] == ["storage_and_transport"]


def test_a_class_of_another_cause_decides_nothing(desk: Desk) -> None:
    said = {"cause": "contents_mismatch", "claimant": {"role": "sender"}}
    told = routed(desk, claim(**{"class": "delay", "claim": said}))
    assert told["departments"] == ["storage_and_transport", "quality_management"]
    assert "class" not in told


def test_readers_of_cases_get_what_a_claim_needs(desk: Desk) -> None:
    more: dict[str, Any] = {
        "waybill_number": "TS7702251220006", "posted_at": "2026-02-01T02:00:00Z", "promised_at": "2026-02-03T02:00:00Z",
        "route": "domestic", "pieces": [{"waybill_number": "TS7702251220006"}, {"waybill_number": "TS7702251220007"}],
        "claim": {
            "cause": "damage", "claimant": {"role": "beneficiary", "reference": "K-7", "named_by_sender": True},
            "claimed_amount": "300.00", "currency": "HKD", "evidence": [{"item": "damage_photos"}],
        },
    }  # fmt: skip
    told = routed(desk, claim(**more))
    assert {name: told[name] for name in more} == more
    assert told["complainant"] == {"pseudonym": "p_7Qk2m9Xc4Rt1"}
    assert told["received_at"] == "2026-03-02T02:00:00Z"


def test_a_pack_without_that_cause_sends_it_to_the_centre(pack: Pack) -> None:
    plain = {name: replace(one, claim=None) for name, one in pack.classes.items()}
    desk = Desk(RouterRules(Policies.of(replace(pack, classes=plain))), KINDS)
    assert routed(desk, claim())["departments"] == [pack.routing.unsure.department]


def test_a_recalculation_goes_on_to_the_limits_of_a_claim(desk: Desk) -> None:
    desk.tell(claim())
    assert kinds_of(desk.tell(handling("recount_ordered", **SAID["recount_ordered"]))) == ["handling.recount_ordered"]


@pytest.mark.parametrize("what", sorted(set(SAID) - {"recount_ordered"}))
def test_what_is_reported_about_complaints_does_not_fit_a_claim(desk: Desk, what: str) -> None:
    desk.tell(claim())
    before = dict(desk.rows)
    refusal = desk.take(handling(what, **SAID[what])).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.place) == ("illegal_transition", "type")
    assert f"which {what} does not fit; possible: amount_confirmed, claim_agreed" in refusal.message
    assert desk.rows == before


def test_a_claim_told_again_is_forwarded_and_a_second_registration_refused(desk: Desk) -> None:
    desk.tell(claim())
    one = event("duplicate.joined", JOINED | {"kind": "claim"}, NUMBER)
    assert [as_it_came(output) for output in desk.tell(one)] == [as_it_came(one)]
    refusal = desk.take(claim()).refusal
    assert refusal is not None
    assert refusal.reason == "exists_with_different_content"


def test_a_claim_waits_for_nobody_to_class_it_and_has_no_course_of_a_complaint(desk: Desk) -> None:
    assert kinds_of(desk.tell(claim())) == ["claim.routed"]
    case = desk.state(CASE)
    assert isinstance(case, RoutedCase)
    assert case.state.kind == "claim"
    assert desk.promoted("case", NUMBER)["triage"] == "no"
