"""Responsibility is settled and corrective actions are tracked to the end: docs/sources.md, sections 4 and 6, H."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.packs import with_partners
from tests.rules.sla.desk import Desk, at

STORE, QUALITY, CARRIER = "storage_and_transport", "quality_management", "transport_partner"
PERSON, PARTNER = {"employee": "C20117"}, {"partner": CARRIER}


@pytest.fixture
def desk_h() -> Desk:
    desk = Desk(with_partners())
    desk.routed(at("01-05 10:00"))
    return desk


def disputed(desk: Desk) -> None:
    """As the router tells it: the report, then that the mediator has the case."""
    desk.handle("disputed", at("01-05 10:30"), department=STORE)
    desk.passed_on([QUALITY], at("01-05 10:30"), by="mediation")


# The flow of H: how the case stands, who is named -> in which ways that can be settled.
FLOW: tuple[tuple[str, dict[str, str], tuple[str, ...]], ...] = (
    ("inside", PERSON, ("department",)),
    ("inside", PARTNER, ("agreement",)),
    ("with the partner", PERSON, ("department", "agreement")),
    ("with the partner", PARTNER, ("agreement",)),
    ("disputed", PERSON, ("mediation",)),
    ("disputed", PARTNER, ("mediation",)),
)


@pytest.mark.parametrize(("stands", "responsible", "ways"), FLOW)
@pytest.mark.parametrize("by", ["department", "agreement", "mediation"])
@pytest.mark.parametrize("over", [False, True], ids=["open", "over"])
def test_the_flow_of_responsibility(
    desk_h: Desk, stands: str, responsible: dict[str, str], ways: tuple[str, ...], by: str, over: bool
) -> None:
    if stands == "with the partner":
        desk_h.passed_on([CARRIER], at("01-05 10:30"))
    if stands == "disputed":
        disputed(desk_h)
    if over:
        desk_h.handle("customer_answered", at("01-05 11:00"))
    decision = desk_h.handle(
        "responsibility_settled", at("01-05 12:00"), responsible=responsible, by=by, measure="penalty"
    )
    if by not in ways:
        # With a partner the department alone never decides; anything else an earlier report can still make right.
        if by == "department" and "partner" in responsible:
            assert decision.refusal is not None
            assert (decision.refusal.reason, decision.refusal.place) == ("illegal_transition", "/by")
            assert "; possible: " + f"responsibility_settled by {ways[0]}" in decision.refusal.message
        else:
            assert decision.no_op == "waits"
        assert desk_h.case is not None
        assert desk_h.case.responsibility is None
        return
    assert decision.refusal is None
    assert desk_h.case is not None
    found = desk_h.case.responsibility
    assert found is not None
    assert (found.responsible, found.by, found.measure) == (responsible, by, "penalty")
    assert not desk_h.case.disputed


def test_what_never_fits_says_what_was_met(desk_h: Desk) -> None:
    refusal = desk_h.handle("responsibility_settled", at("01-05 12:00"), responsible=PARTNER, by="department").refusal
    assert refusal is not None
    assert "names a partner, which settling by department does not follow" in refusal.message
    assert "possible: responsibility_settled by agreement, disputed;" in refusal.message


@pytest.mark.parametrize("how", ["passed on", "taken back", "settled"])
def test_a_dispute_is_over_when_the_mediator_has_decided(desk_h: Desk, how: str) -> None:
    disputed(desk_h)
    if how == "passed on":
        desk_h.handle("passed_on", at("01-05 11:00"), department=QUALITY, to_department=STORE)
        desk_h.passed_on([STORE], at("01-05 11:00"))
    elif how == "taken back":
        desk_h.handle("taken_back", at("01-05 11:00"))
    else:
        desk_h.handle("responsibility_settled", at("01-05 11:00"), by="mediation")
    assert desk_h.case is not None
    assert not desk_h.case.disputed
    assert desk_h.handle("responsibility_settled", at("01-05 12:00"), by="mediation").no_op == "waits"


def test_the_first_judgement_names_the_person_and_is_settled_later(desk_h: Desk) -> None:
    desk_h.handle("judged", at("01-05 11:00"), responsible=PERSON)
    assert desk_h.case is not None
    assert desk_h.case.responsibility is not None
    assert (desk_h.case.responsibility.by, desk_h.case.responsibility.measure) == ("judgement", "")
    desk_h.handle("judged", at("01-05 11:10"))
    assert desk_h.case.responsibility.responsible == PERSON
    desk_h.handle("responsibility_settled", at("01-05 12:00"), measure="training")
    assert (desk_h.case.responsibility.by, desk_h.case.responsibility.measure) == ("department", "training")


def planned(desk: Desk, number: str, due: str, happened: str = "01-05 11:00", **more: Any) -> Any:
    said = {"action_id": number, "due_at": at(due).isoformat()} | more
    return desk.handle("corrective_action_planned", at(happened), now=more.pop("now", None), **said)


def answered(desk: Desk) -> None:
    desk.handle("acknowledged", at("01-05 10:30"))
    desk.handle("customer_answered", at("01-05 12:00"))


def test_a_corrective_action_is_told_when_its_time_passes_after_the_end_too(desk: Desk) -> None:
    desk.routed(at("01-05 10:00"))
    planned(desk, "CA-1", "01-12 18:00", responsible={"outlet": "HZ-017"})
    planned(desk, "CA-2", "01-09 18:00")
    answered(desk)
    desk.handle("corrective_action_done", at("01-08 10:00"), action_id="CA-2")
    since = len(desk.told)
    desk.pass_time(at("02-28 24:00"))
    assert desk.said(since) == ["overdue CA-1 01-12 18:00"]
    assert desk.last("case.corrective_action_overdue") == {
        "case_number": "TS-20260105-000001", "action_id": "CA-1", "action": "spare cars",
        "due_at": "2026-01-12T10:00:00Z", "at": "2026-01-12T10:00:00Z", "responsible": {"outlet": "HZ-017"},
        "departments": [STORE], "pack": {"id": "courier-network", "version": "1.0.0"},
    }  # fmt: skip
    assert desk.case is not None
    assert [action.action_id for action in desk.case.open_actions] == ["CA-1"]
    desk.handle("corrective_action_done", at("03-01 10:00"), action_id="CA-1")
    assert desk.case.open_actions == ()
    assert desk.rules.next_timer(desk.state_key, desk.case) is None


def test_done_at_the_very_time_is_in_time_and_two_of_one_time_are_told_together(desk: Desk) -> None:
    desk.routed(at("01-05 10:00"))
    for number in ("CA-1", "CA-2", "CA-3"):
        planned(desk, number, "01-12 18:00")
    answered(desk)
    desk.handle("corrective_action_done", at("01-12 18:00"), action_id="CA-2")
    desk.pass_time(at("01-31 24:00"))
    assert desk.said()[-2:] == ["overdue CA-1 01-12 18:00", "overdue CA-3 01-12 18:00"]


def test_planned_otherwise_the_newer_plan_holds_and_is_told_anew(desk: Desk) -> None:
    desk.routed(at("01-05 10:00"))
    answered(desk)
    planned(desk, "CA-1", "01-12 18:00", "01-06 10:00")
    planned(desk, "CA-1", "01-16 18:00", "01-07 10:00", action="two spare cars")
    desk.pass_time(at("01-17 10:00"))
    planned(desk, "CA-1", "01-16 18:00", "01-17 10:00", action="three spare cars")
    planned(desk, "CA-1", "01-20 18:00", "01-17 11:00", action="three spare cars")
    desk.pass_time(at("01-31 24:00"))
    assert [line for line in desk.said() if line.startswith("overdue")] == [
        "overdue CA-1 01-16 18:00", "overdue CA-1 01-20 18:00",
    ]  # fmt: skip
    assert desk.last("case.corrective_action_overdue")["action"] == "three spare cars"


def test_a_plan_reported_when_its_time_is_over_is_told_at_once(desk: Desk) -> None:
    desk.routed(at("01-05 10:00"))
    answered(desk)
    said = {"action_id": "CA-1", "due_at": "2026-01-06T10:00:00Z"}
    desk.handle("corrective_action_planned", at("01-05 13:00"), now=at("01-08 09:00"), **said)
    assert desk.said()[-1] == "overdue CA-1 01-08 09:00"
    desk.pass_time(at("01-31 24:00"))
    assert desk.said()[-1] == "overdue CA-1 01-08 09:00"


def test_a_plan_without_a_date_is_open_and_never_overdue(desk: Desk) -> None:
    desk.routed(at("01-05 10:00"))
    answered(desk)
    desk.handle("corrective_action_planned", at("01-06 10:00"), action_id="CA-1")
    assert desk.case is not None
    assert len(desk.case.open_actions) == 1
    assert desk.rules.next_timer(desk.state_key, desk.case) is None


def test_what_is_done_is_not_planned_again_and_what_is_not_planned_yet_waits(desk: Desk) -> None:
    desk.routed(at("01-05 10:00"))
    planned(desk, "CA-1", "01-12 18:00")
    planned(desk, "CA-2", "01-12 18:00")
    assert desk.handle("corrective_action_done", at("01-06 10:00"), action_id="CA-1").refusal is None
    refusal = desk.handle("corrective_action_planned", at("01-06 11:00"), action_id="CA-1", action="x").refusal
    assert refusal is not None
    assert (refusal.reason, refusal.place) == ("illegal_transition", "/action_id")
    assert "corrective action CA-1 was done before that" in refusal.message
    assert desk.handle("corrective_action_done", at("01-06 12:00"), action_id="CA-1").refusal is None, "done is done"
    assert desk.handle("corrective_action_done", at("01-06 12:00"), action_id="CA-9").no_op == "waits"
    assert planned(desk, "CA-9", "01-12 18:00", "01-06 11:00").refusal is None
    assert desk.case is not None
    assert {action.action_id: action.done_at for action in desk.case.corrective_actions} == {
        "CA-1": at("01-06 10:00"), "CA-2": None, "CA-9": at("01-06 12:00"),
    }  # fmt: skip


def test_a_case_taken_up_again_keeps_its_corrective_actions(desk: Desk) -> None:
    desk.routed(at("01-05 10:00"))
    planned(desk, "CA-1", "01-12 18:00")
    answered(desk)
    desk.handle("reopened", at("01-06 10:00"))
    assert desk.case is not None
    assert [action.action_id for action in desk.case.open_actions] == ["CA-1"]


def test_a_case_has_fifty_corrective_actions_and_those_can_still_be_worked_off(desk: Desk) -> None:
    desk.routed(at("01-05 10:00"))
    for number in range(50):
        assert planned(desk, f"CA-{number}", "01-12 18:00").refusal is None
    refusal = planned(desk, "CA-50", "01-12 18:00").refusal
    assert (refusal.reason, refusal.place) == ("too_many_actions", "/action_id")
    unplanned = desk.handle("corrective_action_done", at("01-06 10:00"), action="more").refusal
    assert unplanned is not None
    assert (unplanned.reason, unplanned.place) == ("too_many_actions", "/action")
    assert planned(desk, "CA-7", "01-13 18:00").refusal is None
    assert desk.handle("corrective_action_done", at("01-06 11:00"), action_id="CA-7").refusal is None
    assert desk.case is not None
    assert len(desk.case.corrective_actions) == 50
