"""Everything else goes on as it came, in the order in which it came."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.router.rules import RouterRules
from services.router.store import KINDS
from tests.rules.casework import NUMBER, START, Desk, as_told, complaint, event, handling, inquiry
from tousu.contract import inbound_cards
from tousu.event import Event
from tousu.policy.event_catalogue import BESIDE_THE_CASE

JOINED = {
    "case_number": NUMBER,
    "channel": "app",
    "received_at": "2026-03-02T03:00:00Z",
    "source_event": {"source": "app", "id": "a-1"},
}
SAID: dict[str, dict[str, Any]] = {
    "acknowledged": {"answer_by": "2026-03-02T09:00:00Z"},
    "judged": {"stands": True},
    "plan_proposed": {"plan": "compensation"},
    "plan_approved": {"approved_by": "E1", "in_charge": "E2"},
    "plan_refused": {"refused_by": "E1", "reason": "x"},
    "evaluated": {"text": "x", "evaluated_by": "E1"},
    "plan_executed": {"result": "paid"},
    "customer_answered": {"settled": False, "text": "x"},
    "satisfaction_given": {"score": 4},
    "paused": {"reason": "waiting_for_customer", "clocks": ["resolution"]},
    "resumed": {"reason": "x"},
    "extended": {"clock": "resolution", "until": "2026-03-09T09:00:00Z", "reason": "x", "approved_by": "E1"},
    "passed_on": {"to_department": "quality_management", "reason": "x"},
    "disputed": {"reason": "x"},
    "taken_back": {"reason": "x"},
    "withdrawn": {"reason": "x"},
    "reopened": {"reason": "x"},
    "corrective_action_done": {"action": "x"},
    "inquiry_answered": {"outcome": "delayed"},
    "interim_answered": {"text": "x"},
    "appeal_referred": {"authority": "post_12305", "reference": "SS-1", "answer_deadline": "2026-03-09T09:00:00Z"},
    "appeal_answered": {"reference": "SS-1", "text": "x", "upheld": True},
    "assessed": {"loss_yuan": "3000.00"},
    "followed_up": {"kind": "revisit"},
    "responsibility_settled": {"responsible": {"outlet": "HZ-017"}, "by": "department"},
    "corrective_action_planned": {"action_id": "CA-1", "action": "x"},
    "corrective_action_reviewed": {"action_id": "CA-1", "worked": True},
    "passed_up": {"reason": "x"},
    "final_opinion_given": {"text": "x", "by": "general_manager"},
    "special_reason_approved": {"reason": "x", "approved_by": "E1"},
    "recount_ordered": {"order_id": "R-1", "reason": "x", "approved_by": "E1"},
}
CLASSES = ("attitude", "delay", "loss", "damage", "shortage", "contents_mismatch")


def as_it_came(one: Any) -> tuple[Any, ...]:
    return one.type, one.subject, one.time, as_told(one.data)


OF_INQUIRIES = {"inquiry_answered"}
OF_COMPLAINTS = {"judged", "plan_proposed", "plan_approved", "plan_refused", "plan_executed", "customer_answered"}
NEEDS = {
    "plan_approved": ("plan_proposed",), "plan_refused": ("plan_proposed",),
    "plan_executed": ("plan_proposed", "plan_approved"), "reopened": ("withdrawn",),
    "evaluated": ("withdrawn",),
}  # fmt: skip
"""What needs another report before it."""


def test_every_handling_event_of_the_contract_is_tried() -> None:
    said = {name for each in inbound_cards() for name in each.events}
    named = {name.removeprefix("handling.") for name in said if name.startswith("handling.")}
    assert named == set(SAID) | {"separated"} | BESIDE_THE_CASE  # separated: intake turns it into duplicate.separated


@pytest.mark.parametrize("first", [complaint("晚了"), inquiry()], ids=["complaint", "inquiry"])
@pytest.mark.parametrize("what", SAID)
def test_a_handling_event_is_forwarded_unchanged_before_what_it_changes(desk: Desk, what: str, first: Event) -> None:
    desk.tell(first)
    one = handling(what, **SAID[what])
    if what in (OF_COMPLAINTS if first.type.startswith("tousu.inquiry") else OF_INQUIRIES):
        refusal = desk.take(one).refusal
        assert refusal is not None
        assert f"{what} is nothing that happens to" in refusal.message
        return
    for place, needed in enumerate(NEEDS.get(what, ())):
        desk.tell(handling(needed, 0.5 + place / 10, **SAID[needed]))
    if what == "corrective_action_reviewed":
        for name in ("corrective_action_planned", "corrective_action_done"):
            desk.tell(handling(name, 0.5, action_id="CA-1", action="x"))
    assert as_it_came(desk.tell(one)[0]) == as_it_came(one)


def test_a_duplicate_is_forwarded_as_a_further_source(desk: Desk) -> None:
    desk.tell(complaint("晚了"))
    one = event("duplicate.joined", JOINED, NUMBER)
    (output,) = desk.tell(one)
    assert as_it_came(output) == as_it_came(one)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("reported", {"period": "2026-02", "services": 1200}),
        ("deduction_confirmed", {"penalty_number": "2026-02/department/x", "payment_id": "P-1", "amount": "50"}),
        ("payment_question_settled", {"payment_id": "P-1", "how": "returned"}),
    ],
)
def test_what_operations_report_goes_on_under_its_department(desk: Desk, what: str, said: dict[str, Any]) -> None:
    one = event(f"operations.{what}", said | {"department": "storage_and_transport"}, None)
    (output,) = desk.tell(one)
    assert (output.topic, output.key, output.subject) == ("complaints.cases", "storage_and_transport", "")
    assert (output.type, output.time, output.data) == (one.type, one.time, one.data)
    assert desk.rows == {}


@pytest.mark.parametrize("one", [handling("acknowledged"), event("duplicate.joined", JOINED, NUMBER)])
def test_what_belongs_to_no_case_is_refused(desk: Desk, one: Event) -> None:
    refusal = desk.take(one).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.place) == ("unknown_case", "subject")
    assert NUMBER in refusal.message


def test_what_the_router_does_not_know_is_refused(desk: Desk) -> None:
    desk.tell(complaint("晚了"))
    strange = Event(id="x", source="x", type="tousu.claim.closed.v1", time=START, subject=NUMBER, data={})
    refusal = desk.take(strange).refusal
    assert refusal is not None
    assert refusal.reason == "unknown_type"


@st.composite
def stories(draw: st.DrawFn) -> list[Event]:
    """What may be reported about three cases, in any order, sensible or not."""
    story = [complaint("晚了", case_number="TS-0"), complaint("您好", case_number="TS-1"), inquiry(case_number="TS-2")]
    for step in range(draw(st.integers(0, 25))):
        what = draw(st.sampled_from(sorted(SAID)))
        said = dict(SAID[what])
        if what in {"judged", "passed_on"} and draw(st.booleans()):
            said["class"] = draw(st.sampled_from(CLASSES))
        if what == "judged":
            said["stands"] = draw(st.booleans())
        if what == "customer_answered":
            said["settled"] = draw(st.booleans())
        if draw(st.booleans()):
            said["department"] = draw(st.sampled_from(("storage_and_transport", "customer_service")))
        number = draw(st.sampled_from(("TS-0", "TS-1", "TS-2")))
        story.append(handling(what, 1 + step / 10, number, **said))
    return story


@settings(deadline=None)
@given(stories())
def test_forwarding_keeps_content_and_order_and_says_nothing_of_other_cases(
    rules: RouterRules, story: list[Event]
) -> None:
    desk = Desk(rules, KINDS)
    told = [as_it_came(one) for one in story]
    places: dict[str, list[int]] = {}
    for one in story:
        outputs = desk.take(one).outputs
        assert {output.subject for output in outputs} <= {one.subject}
        for output in outputs:
            places.setdefault(output.subject, []).append(output.data["case"]["sequence"])
            if output.type.startswith("tousu.handling."):
                assert as_it_came(output) in told
        if outputs and outputs[0].type == one.type:
            assert as_it_came(outputs[0]) == as_it_came(one), "what it set free comes behind it"
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in places.values())


@settings(deadline=None)
@given(stories())
def test_what_is_told_adds_up_to_what_is_kept(rules: RouterRules, story: list[Event]) -> None:
    """A move starts from where the case was, revisions rise by one, the newest events say how the case stands."""
    desk = Desk(rules, KINDS)
    departments: dict[str, list[str]] = {}
    revisions: dict[str, int] = {}
    for output in (output for one in story for output in desk.take(one).outputs):
        data, number = output.data, output.subject
        if output.type == "tousu.case.passed_on.v1":
            assert data["from_departments"] == departments[number] != data["to_departments"]
            departments[number] = data["to_departments"]
        elif output.type.endswith("routed.v1"):
            assert departments.setdefault(number, data["departments"]) == data["departments"]
            revisions[number] = revisions.get(number, 0) + 1
            assert data.get("revision", 1) == revisions[number]
    for number, answering in departments.items():
        assert desk.promoted("case", number)["department"] == answering[0]
