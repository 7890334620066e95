"""The seven worked cases of the sources (domain.md, section 10), from channel to outcome, as the example tells them."""

from __future__ import annotations

import pytest

from tests.stories.telling import EXAMPLE, Told

DAY_1, DAY_3, DAY_5 = "2026-09-23T16:00:00Z", "2026-09-28T16:00:00Z", "2026-09-30T16:00:00Z"
"""The ends of one, three and five working days after Tuesday, 22 September 2026: Friday is the Mid-Autumn Festival."""


@pytest.fixture(scope="module")
def told() -> Told:
    return Told(EXAMPLE.read_bytes().splitlines())


def test_delay_in_traffic_is_talked_over_and_compensated(told: Told) -> None:
    """1 (H): the customer waits for days; the piece goes first; the customer is compensated."""
    case = told.case("case-1-delay-in-traffic")
    routed = case.one("complaint.routed")
    assert (routed["class"], routed["grade"], routed["stars"]) == ("delay", "complex", 3)
    assert routed["departments"] == ["storage_and_transport"]
    assert case.clock("resolution")["due_at"] == DAY_3
    assert case.one("claim.opened")["cause"] == "delay"
    closed = case.one("case.closed")
    assert (closed["result"], closed["in_time"], case.breached) == ("settled", True, [])


def test_rude_courier_is_a_simple_case_for_quality_management(told: Told) -> None:
    """2 (H): apology, discipline and training, and the corrective action is tracked after the case is closed."""
    case = told.case("case-2-rude-courier")
    routed = case.one("complaint.routed")
    assert (routed["class"], routed["grade"], routed["departments"]) == ("attitude", "simple", ["quality_management"])
    assert case.clock("resolution")["limit"] == {"amount": 1, "unit": "working_days"}
    assert case.clock("resolution")["due_at"] == DAY_1
    assert case.one("case.closed")["in_time"]
    assert case.all("claim.opened") == []
    assert case.one("handling.corrective_action_done")["action"]


def test_nobody_comes_in_days_of_rain_is_one_objective_delay_told_three_times(told: Told) -> None:
    """3 (C): 'out for delivery' from 8 to 17: objective, and still apology, explanation, delivery, compensation."""
    case = told.case("case-3-nobody-comes")
    assert told.case("case-3-nobody-comes-by-phone").number == case.number
    assert told.case("case-3-nobody-comes-by-app").number == case.number
    assert [data["channel"] for data in case.all("duplicate.joined")] == ["phone", "app"]
    assert case.one("complaint.routed")["class"] == "delay"
    assert case.one("handling.judged")["delay_cause"] == "objective"
    assert case.one("case.closed")["result"] == "settled"


def test_phone_swapped_for_a_brick_opens_a_claim_for_contents_mismatch(told: Told) -> None:
    """4 (C): contents mismatch; both departments; the regulator's deadline stays on the case."""
    case = told.case("case-4-phone-became-brick")
    routed = case.one("complaint.routed")
    assert (routed["class"], routed["grade"]) == ("contents_mismatch", "major")
    assert routed["departments"] == ["storage_and_transport", "quality_management"]
    assert routed["regulator"] is True and routed["answer_deadline"].startswith("2026-09-29")
    assert case.clock("resolution")["due_at"] == DAY_5
    claim = case.one("claim.opened")
    assert (claim["cause"], claim["waybill_number"]) == ("contents_mismatch", "YT7700000000044")
    assert case.one("case.closed")["in_time"]


def test_ask_in_two_days_is_attitude_within_one_working_day_and_one_more_round(told: Told) -> None:
    """5 (C): attitude, 1 working day; not settled at the first call, so it goes to the department again."""
    case = told.case("case-5-ask-in-two-days")
    routed = case.one("complaint.routed")
    assert (routed["class"], routed["decided_by"], routed["words"]) == ("attitude", "words", ["挂了电话"])
    assert case.clock("resolution")["due_at"] == DAY_1
    assert [data["settled"] for data in case.all("handling.customer_answered")] == [False, True]
    assert case.one("case.closed")["result"] == "settled"
    assert case.met("resolution") and case.breached == []


def test_ceramic_broken_in_sound_packing_does_not_stand_and_is_still_answered(told: Told) -> None:
    """6 (C): packed by the customer, uninsured, reported after signing: refused politely; the claim is closed."""
    case = told.case("case-6-broken-ceramic")
    assert case.one("complaint.routed")["class"] == "damage"
    assert case.one("handling.judged")["stands"] is False
    assert case.one("claim.closed")["reason"] == "does_not_stand"
    closed = case.one("case.closed")
    assert (closed["result"], closed["in_time"]) == ("does_not_stand", True)
    assert case.met("resolution")


def test_four_pieces_are_four_claims_from_one_complaint(told: Told) -> None:
    """7 (C): one lost, one a day late, one swapped, one broken."""
    case = told.case("case-7-four-pieces")
    claims = {(data["waybill_number"], data["cause"]) for data in case.all("claim.opened")}
    assert claims == {
        ("YT7700000000077", "loss"), ("YT7700000000078", "delay"), ("YT7700000000079", "contents_mismatch"),
        ("YT7700000000080", "damage"),
    }  # fmt: skip
    assert [data["claim_number"] for data in case.all("claim.opened")] == [f"{case.number}/{n}" for n in (1, 2, 3, 4)]
    assert case.one("complaint.routed")["grade"] == "major"
    assert case.one("case.closed")["result"] == "settled"


def test_the_rest_of_the_day_goes_as_told(told: Told) -> None:
    """The file holds every kind of trouble, and none that was not meant."""
    reasons = {event["reason"] for event in told.rejected()}
    assert reasons == {
        "broken_json", "wrong_encoding", "duplicate_key", "too_deep", "too_large", "nul_character", "wrong_schema",
        "number_out_of_range", "missing_attribute", "malformed_time", "unknown_type", "unknown_case",
        "exists_with_different_content", "illegal_transition",
    }  # fmt: skip
    groups = {line["event"]["data"]["channel"] for line in told.on("complaints.accepted", "complaint.registered")}
    assert groups == {"phone", "web", "app", "social", "email", "third-party", "onsite", "letter"}
    assert len(told.on("complaints.sla", "clock.breach_withdrawn")) >= 3
    assert "GZ-036" in {line["key"] for line in told.on("complaints.warnings")}
    results = {line["event"]["data"]["result"] for line in told.on("complaints.outcomes", "case.closed")}
    assert {"settled", "does_not_stand", "withdrawn", "inquiry_no_waybill_number"} <= results


def test_every_case_keeps_the_times_of_its_clocks(told: Told) -> None:
    """I8 in the domain's words: no breach before it is due, none on a case that was answered in time."""
    for line in told.on("complaints.sla", "clock.breached"):
        data = line["event"]["data"]
        assert data["at"] >= data["due_at"], data

    def clocks(what: str) -> set[tuple[str, str, int]]:
        said = told.on("complaints.sla", f"clock.{what}")
        return {(line["key"], line["event"]["data"]["clock"], line["event"]["data"]["generation"]) for line in said}

    assert clocks("met") & clocks("breached") <= clocks("breach_withdrawn")
    assert clocks("breached") <= clocks("started")
