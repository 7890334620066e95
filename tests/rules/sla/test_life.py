"""The way of a case as a table: from every state, every event, to where (domain, section 6, source C)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, get_args

import pytest

from services.sla.life import COMPLAINT, Outcome, possible, step
from services.sla.states import Case, Life
from tests.rules.sla.desk import FILLED, Desk, at
from tousu.decision import Refusal
from tousu.event import Event

NOON = at("01-06 12:00")
STORE, QUALITY = "storage_and_transport", "quality_management"

# One row a state: the life that follows each step; "-" where the step does not follow.
#                 acknowledged    judged    not standing    proposed   approved    executed
STEPS = {
    "received":     ("acknowledged", "judged", "not_standing", "planned", "-", "executed"),
    "acknowledged": ("-", "judged", "not_standing", "planned", "-", "executed"),
    "judged":       ("-", "judged", "not_standing", "planned", "-", "executed"),
    "not_standing": ("-", "judged", "not_standing", "-", "-", "-"),
    "planned":      ("-", "judged", "not_standing", "planned", "approved", "executed"),
    "approved":     ("-", "judged", "not_standing", "planned", "-", "executed"),
    "executed":     ("-", "judged", "not_standing", "planned", "-", "executed"),
    "reissued":     ("acknowledged", "judged", "not_standing", "planned", "-", "executed"),
    "reopened":     ("acknowledged", "judged", "not_standing", "planned", "-", "executed"),
    "closed":       ("-", "-", "-", "-", "-", "-"),
}  # fmt: skip
EVENTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("acknowledged", {}),
    ("judged", {"stands": True}),
    ("judged", {"stands": False}),
    ("plan_proposed", {}),
    ("plan_approved", {}),
    ("plan_executed", {}),
)
NOTES = (
    "paused", "resumed", "extended", "pass_requested", "disputed", "taken_back", "assessed", "passed_up",
    "final_opinion_given", "interim_answered",
)  # fmt: skip
FACTS = (
    "satisfaction_given", "followed_up", "responsibility_settled", "corrective_action_planned",
    "corrective_action_done", "appeal_referred", "appeal_answered",
)  # fmt: skip


def a_case(life: Life, **more: Any) -> Case:
    """A case in a state, with everything in it having happened at noon."""
    given: dict[str, Any] = {
        "number": "TS-1", "kind": "complaint", "life": life, "departments": (STORE,), "received_at": NOON,
        "round_at": NOON, "assigned_at": NOON, "moved_at": NOON, "cause": "e1",
    }  # fmt: skip
    return Case(**given | more)


@pytest.mark.parametrize("life", get_args(Life))
@pytest.mark.parametrize(("column", "event"), tuple(enumerate(EVENTS)))
def test_steps_of_a_complaint(life: Life, column: int, event: tuple[str, dict[str, Any]]) -> None:
    what, said = event
    done = step(a_case(life), what, said, NOON)
    expected = STEPS[life][column]
    assert (done.outcome, done.life) == ((Outcome.ILLEGAL, life) if expected == "-" else (Outcome.MOVED, expected))


def test_the_table_names_every_state() -> None:
    assert set(COMPLAINT) == set(STEPS) == set(get_args(Life))


@pytest.mark.parametrize("life", [life for life in get_args(Life) if life != "closed"])
@pytest.mark.parametrize(
    ("what", "said", "stands", "outcome", "result"),
    [
        ("customer_answered", {"settled": True}, None, Outcome.CLOSED, "settled"),
        ("customer_answered", {"settled": True}, True, Outcome.CLOSED, "settled"),
        ("customer_answered", {"settled": True}, False, Outcome.CLOSED, "does_not_stand"),
        ("customer_answered", {"settled": False}, False, Outcome.CLOSED, "does_not_stand"),
        ("customer_answered", {"settled": False}, True, Outcome.MOVED, ""),
        ("customer_answered", {"settled": False}, None, Outcome.MOVED, ""),
        ("withdrawn", {}, None, Outcome.CLOSED, "withdrawn"),
        ("reopened", {}, None, Outcome.ILLEGAL, ""),
        ("inquiry_answered", {"outcome": "delayed"}, None, Outcome.ILLEGAL, ""),
        *((what, {}, None, Outcome.NOTED, "") for what in (*NOTES, *FACTS)),
    ],
)
def test_ends_and_notes_of_an_open_complaint(
    life: Life, what: str, said: dict[str, Any], stands: bool | None, outcome: Outcome, result: str
) -> None:
    done = step(a_case(life, stands=stands), what, said, NOON)
    assert (done.outcome, done.result) == (outcome, result)
    if done.outcome is Outcome.MOVED:
        assert done.life == "reissued"


@pytest.mark.parametrize("kind", ["complaint", "inquiry"])
@pytest.mark.parametrize("what", [*FILLED, "pass_requested"])
def test_after_the_end_only_a_reopening_and_recorded_facts(kind: str, what: str) -> None:
    done = step(a_case("closed", kind=kind), what, FILLED.get(what, {}), NOON)
    expected = Outcome.REOPENED if what == "reopened" else Outcome.NOTED if what in FACTS else Outcome.ILLEGAL
    assert done.outcome is expected


@pytest.mark.parametrize(
    ("life", "what", "outcome"),
    [
        ("received", "acknowledged", Outcome.MOVED),
        ("reopened", "acknowledged", Outcome.MOVED),
        ("acknowledged", "acknowledged", Outcome.ILLEGAL),
        ("received", "judged", Outcome.ILLEGAL),
        ("received", "plan_executed", Outcome.ILLEGAL),
        ("received", "customer_answered", Outcome.ILLEGAL),
        ("received", "inquiry_answered", Outcome.CLOSED),
        ("acknowledged", "inquiry_answered", Outcome.CLOSED),
        ("received", "withdrawn", Outcome.CLOSED),
    ],
)
def test_steps_of_an_inquiry(life: Life, what: str, outcome: Outcome) -> None:
    assert step(a_case(life, kind="inquiry"), what, FILLED.get(what, {}), NOON).outcome is outcome


@pytest.mark.parametrize(
    "outcome", ["delayed", "no_result", "result_found", "turned_into_complaint", "no_waybill_number"]
)
def test_the_five_outcomes_of_an_inquiry(desk: Desk, outcome: str) -> None:
    desk.routed(at("01-05 10:00"), kind="inquiry")
    desk.handle("inquiry_answered", at("01-05 10:10"), outcome=outcome)
    assert desk.last("case.closed")["result"] == f"inquiry_{outcome}"


def test_of_two_departments_each_goes_its_own_way() -> None:
    both = a_case("judged", departments=(STORE, QUALITY), steps={STORE: 2})
    assert step(both, "acknowledged", {"department": QUALITY}, NOON).outcome is Outcome.KEPT
    assert step(both, "acknowledged", {"department": STORE}, NOON).outcome is Outcome.ILLEGAL
    assert step(both, "acknowledged", {}, NOON).outcome is Outcome.ILLEGAL
    assert step(both, "plan_approved", {"department": QUALITY}, NOON).outcome is Outcome.ILLEGAL
    alone = a_case("judged", steps={STORE: 2})
    assert step(alone, "acknowledged", {"department": STORE}, NOON).outcome is Outcome.ILLEGAL
    assert step(alone, "acknowledged", {"department": QUALITY}, NOON).outcome is Outcome.ILLEGAL


def test_the_department_that_stays_when_another_leaves_takes_its_own_steps(desk: Desk) -> None:
    desk.routed(at("01-05 10:00"), departments=[STORE, QUALITY])
    desk.handle("judged", at("01-05 10:30"), department=STORE)
    desk.passed_on([QUALITY], at("01-05 10:40"))
    assert desk.handle("acknowledged", at("01-05 11:00"), department=QUALITY).refusal is None
    assert desk.handle("acknowledged", at("01-05 11:01"), department=QUALITY).refusal is not None


def test_a_step_reported_late_is_kept_and_moves_nothing_back() -> None:
    before = NOON - timedelta(minutes=1)
    case = a_case("judged", received_at=before, assigned_at=before)
    assert step(case, "acknowledged", {}, before).outcome is Outcome.KEPT
    assert step(case, "plan_approved", {}, before).outcome is Outcome.ILLEGAL


def test_a_step_of_the_department_before_says_nothing_of_the_one_after() -> None:
    assigned = a_case("received", received_at=at("01-05 10:00"), round_at=at("01-05 10:00"))
    assert step(assigned, "acknowledged", {}, at("01-06 11:00")).outcome is Outcome.KEPT
    assert step(assigned, "acknowledged", {}, NOON).outcome is Outcome.MOVED


def test_what_does_not_follow_is_refused_with_the_state_and_what_is_possible(desk: Desk) -> None:
    desk.routed(at("01-05 10:00"))
    desk.handle("customer_answered", at("01-05 11:00"))
    before = desk.case
    refusal = desk.handle("judged", at("01-05 12:00")).refusal
    assert refusal == Refusal(
        reason="illegal_transition",
        message="complaint TS-20260105-000001 is closed, which judged does not follow; possible: reopened, "
        "appeal_answered, appeal_referred, corrective_action_done, corrective_action_planned, followed_up, "
        "responsibility_settled, satisfaction_given",
        place="type",
    )
    assert desk.case is before


def test_possible_events_of_an_open_complaint_are_named() -> None:
    assert possible(a_case("planned"))[:6] == (
        "judged", "plan_proposed", "plan_executed", "plan_approved", "customer_answered", "withdrawn",
    )  # fmt: skip
    assert "passed_on" in possible(a_case("planned"))
    assert possible(a_case("received", kind="inquiry"))[:3] == ("acknowledged", "inquiry_answered", "withdrawn")


def test_the_whole_way_of_a_complaint(desk: Desk) -> None:
    """Record, does it stand, department, cause, plan, leader's instruction, execute, evaluate; not settled: again."""
    desk.routed(at("01-05 10:00"))
    for hour, what in enumerate(("acknowledged", "judged", "plan_proposed", "plan_approved", "plan_executed"), 11):
        desk.handle(what, at(f"01-05 {hour}:00"))
    desk.handle("customer_answered", at("01-05 16:00"), settled=False)
    assert desk.case is not None
    assert desk.case.life == "reissued"
    desk.handle("plan_proposed", at("01-05 17:00"))
    desk.handle("plan_executed", at("01-06 09:00"))
    desk.handle("satisfaction_given", at("01-06 09:59"), score=5)
    desk.handle("customer_answered", at("01-06 10:00"))
    desk.handle("corrective_action_done", at("01-09 10:00"))
    assert desk.last("case.closed") == {
        "case_number": "TS-20260105-000001", "kind": "complaint", "result": "settled",
        "received_at": "2026-01-05T02:00:00Z", "closed_at": "2026-01-06T02:00:00Z", "in_time": True,
        "breached_clocks": [], "handling_hours": 24.0, "departments": [STORE],
        "pack": {"id": "courier-network", "version": "1.0.0"}, "class": "delay", "grade": "complex",
        "satisfaction": {"score": 5},
    }  # fmt: skip
    assert [action.action for action in desk.case.corrective_actions] == ["trained"]
    assert desk.said() == [
        "acknowledgement started 01-05 10:00",
        "resolution started 01-05 10:00",
        "acknowledgement met 01-05 11:00",
        "resolution met 01-06 10:00",
        "closed settled 01-06 10:00",
    ]


def test_a_complaint_that_does_not_stand_is_answered_and_counts_as_handled(desk: Desk) -> None:
    desk.routed(at("01-05 10:00"))
    desk.handle("judged", at("01-05 11:00"), stands=False, reason="damaged by the customer")
    desk.handle("customer_answered", at("01-06 10:00"), settled=False)
    assert desk.said()[-2:] == ["resolution met 01-06 10:00", "closed does_not_stand 01-06 10:00"]


def test_unknown_cases_and_events_of_no_case(desk: Desk) -> None:
    refusal = desk.handle("acknowledged", at("01-05 10:00")).refusal
    assert refusal is not None
    assert refusal.reason == "unknown_case"
    event = Event(id="o1", source="t", type="tousu.operations.reported.v1", time=NOON, subject="storage", data={})
    assert list(desk.rules.refs(event)) == []
    assert desk.rules.apply({}, event, NOON).no_op == "not_of_a_case"


def test_a_case_is_routed_once(desk: Desk) -> None:
    desk.routed(at("01-05 10:00"))
    assert desk.case is not None
    again = {"received_at": "2026-01-05T02:00:00Z", "departments": [STORE], "kind": "complaint"}
    refusal = desk.event("complaint.routed", at("01-05 11:00"), again).refusal
    assert refusal is not None
    assert refusal.reason == "exists_with_different_content"


@pytest.mark.parametrize("what", ["passed_on", "taken_back", "passed_up", "final_opinion_given"])
def test_what_a_department_asks_for_is_recorded_and_moves_nothing_yet(desk: Desk, what: str) -> None:
    desk.routed(at("01-05 10:00"))
    decision = desk.handle(what, at("01-05 10:30"))
    assert decision.no_op == "noted"


def test_a_case_passed_on_begins_anew_with_the_next_department(desk: Desk) -> None:
    desk.routed(at("01-05 10:00"))
    desk.handle("judged", at("01-05 10:30"))
    desk.passed_on([QUALITY], at("01-05 11:00"))
    assert desk.case is not None
    assert (desk.case.life, desk.case.departments) == ("received", (QUALITY,))
    desk.handle("acknowledged", at("01-05 11:10"), department=QUALITY)
    desk.passed_on([QUALITY, STORE], at("01-05 11:20"))
    assert desk.case.life == "acknowledged"
    desk.handle("acknowledged", at("01-05 11:30"), department=STORE)
    assert desk.clock("acknowledgement").status == "met"
    assert desk.clock("acknowledgement").generation == 3
    desk.passed_on([STORE], at("01-05 11:40"))
    assert desk.clock("acknowledgement").generation == 3
    desk.handle("customer_answered", at("01-05 12:00"))
    refusal = desk.passed_on([QUALITY], at("01-05 12:30")).refusal
    assert refusal is not None
    assert refusal.reason == "illegal_transition"
