"""A claim filed without a complaint: docs/sources.md, section 7; a form that is wrong is told, and a right one may
follow.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from tests.rules.casework import NUMBER, START, event, registration
from tests.rules.claims.filed import FILE, SENDER
from tests.rules.claims.told import WAYBILL, ClaimsDesk
from tousu.event import Event, text_of_time

EVIDENCE = [{"item": name} for name in FILE]


def filed_alone(**said: Any) -> Event:
    """A claim as the router routes it."""
    data = registration(waybill_number=WAYBILL) | {
        "kind": "claim", "departments": ["storage_and_transport"], "decided_by": "adapter", "triage": False,
        "pack": {"id": "courier-network", "version": "1.0.0"}, "section": "C 7",
        "claim": {"cause": "loss", "claimant": SENDER, "evidence": EVIDENCE} | said,
    }  # fmt: skip
    del data["source_event"]
    return event("claim.routed", data, NUMBER)


def told_again(**said: Any) -> Event:
    """The same claim, told once more on another channel."""
    data = {
        "case_number": NUMBER, "kind": "claim", "channel": "web", "received_at": text_of_time(START),
        "claim": {"cause": "loss", "claimant": SENDER} | said, "source_event": {"source": "web", "id": "w-1"},
    }  # fmt: skip
    return event("duplicate.joined", data, NUMBER)


def names(desk: ClaimsDesk, one: Event) -> list[str]:
    return [output.type.split(".")[2] for output in desk.tell(one)]


def test_it_opens_and_is_filed_at_once(desk: ClaimsDesk) -> None:
    assert names(desk, filed_alone()) == ["opened", "filed"]
    assert (desk.claim().stage, desk.claim().ground.waybill_number) == ("filed", WAYBILL)


def test_a_form_of_somebody_who_is_not_entitled_is_told_with_the_reason_and_a_right_one_may_follow(
    desk: ClaimsDesk,
) -> None:
    (told,) = desk.tell(filed_alone(claimant={"role": "recipient"}))
    assert told.type == "tousu.claim.form_refused.v1"
    assert (told.data["reason"], told.data["place"]) == ("payee_not_entitled", "/claimant/role")
    assert not [state_key for state_key in desk.rows if state_key.kind in ("claim", "entry")]
    assert names(desk, told_again(evidence=EVIDENCE)) == ["opened", "filed"]


def test_further_evidence_comes_with_the_next_telling(desk: ClaimsDesk) -> None:
    assert names(desk, filed_alone(evidence=EVIDENCE[:1])) == ["opened", "filed", "file_incomplete"]
    assert names(desk, told_again(evidence=EVIDENCE[1:])) == ["filed", "file_completed"]


def test_a_third_party_that_forwarded_too_late_pays_the_outlet_by_piece_and_day(desk: ClaimsDesk) -> None:
    """Domain, section 7: 50 a piece and day, a batch at most 1,000."""
    outlet = {"role": "outlet", "reference": "HZ-017"}
    desk.tell(filed_alone(cause="late_forwarding", claimant=outlet, evidence=EVIDENCE))
    desk.report("claim_facts_found", 2, facts={"pieces": 3, "days_late": 4})
    (offered,) = desk.tell_report("claim_decided", 3, outcome="offer")
    assert offered.data["amount"] == "600.00"
    desk.report("claim_facts_found", 4, facts={"pieces": 6, "days_late": 4})
    (again,) = desk.tell_report("claim_decided", 5, outcome="offer")
    assert again.data["amount"] == "1000.00"


def test_an_inquiry_within_the_year_keeps_the_right_of_whoever_files_on_a_channel(desk: ClaimsDesk) -> None:
    """Posted a year and a day ago: without the inquiry the form is refused; told once more with it, it is taken."""
    late = filed_alone()
    late = replace(late, data=late.data | {"posted_at": "2025-03-01T15:00:00Z"})
    (told,) = desk.tell(late)
    assert (told.type, told.data["reason"]) == ("tousu.claim.form_refused.v1", "right_has_lapsed")
    assert names(desk, told_again(inquired_at="2026-03-01T16:00:01Z")) == ["form_refused"]
    again = told_again(inquired_at="2026-03-01T15:59:59Z", evidence=EVIDENCE)
    assert names(desk, replace(again, id="e-3")) == ["opened", "filed"]


def test_filed_with_its_inquiry_at_once_it_opens(desk: ClaimsDesk) -> None:
    late = filed_alone(inquired_at="2026-02-27T02:00:00Z")
    assert names(desk, replace(late, data=late.data | {"posted_at": "2025-03-01T15:00:00Z"})) == ["opened", "filed"]
