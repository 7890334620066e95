"""Approval cannot be gone round: plans are numbered, of one department, and approved each for itself (L, section 6)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.packs_read import load_pack
from tests.rules.sla.desk import Desk, at

L = load_pack("logistics")
TRANSPORT, WAREHOUSE = "transport_operations", "warehouse"
SETTLED: dict[str, Any] = {"settled": True, "text": "已赔付", "confirmation": "spoken"}


def case_of(grade: str) -> Desk:
    desk = Desk(L)
    desk.routed(
        at("03-02 09:00"), class_name="damage", grade=grade, departments=[WAREHOUSE, TRANSPORT], pack=L.reference()
    )
    return desk


@pytest.fixture(params=["major", "special"])
def desk(request: pytest.FixtureRequest) -> Desk:
    return case_of(request.param)


def life(desk: Desk) -> str:
    assert desk.case is not None
    return desk.case.life


def waits(desk: Desk, what: str, when: str, **said: Any) -> bool:
    decision = desk.handle(what, at(when), **said)
    assert decision.refusal is None, decision.refusal
    return decision.no_op == "waits"


def test_it_does_not_end_before_the_plan_that_settles_it_was_approved_and_executed(desk: Desk) -> None:
    assert waits(desk, "customer_answered", "03-02 10:00", **SETTLED), "there is no plan"
    assert not waits(desk, "plan_proposed", "03-02 11:00", department=WAREHOUSE, plan_id="P-1", plan="compensation")
    assert waits(desk, "customer_answered", "03-02 12:00", **SETTLED), "it is not approved"
    assert not waits(desk, "plan_approved", "03-02 13:00", plan_id="P-1")
    assert waits(desk, "customer_answered", "03-02 14:00", **SETTLED), "it is not executed"
    assert not waits(desk, "plan_executed", "03-02 15:00", department=WAREHOUSE, plan_id="P-1")
    assert not waits(desk, "customer_answered", "03-02 16:00", **SETTLED)
    assert life(desk) == "closed"
    assert desk.last("case.closed")["closed_at"] == "2026-03-02T08:00:00Z"


def test_told_in_another_order_it_ends_all_the_same(desk: Desk) -> None:
    plan: dict[str, Any] = {"plan_id": "P-1"}
    assert waits(desk, "customer_answered", "03-02 16:00", **SETTLED)
    late = at("03-02 17:00")
    desk.handle("plan_executed", at("03-02 15:00"), late, **plan)
    desk.handle("plan_approved", at("03-02 13:00"), late, **plan)
    assert life(desk) != "closed"
    desk.handle("plan_proposed", at("03-02 11:00"), late, **plan)
    assert life(desk) == "closed"


def test_an_approval_is_of_the_plan_that_it_names(desk: Desk) -> None:
    desk.handle("plan_proposed", at("03-02 10:00"), department=WAREHOUSE, plan_id="P-1", plan="apology")
    desk.handle("plan_proposed", at("03-02 11:00"), department=TRANSPORT, plan_id="P-2", plan="compensation")
    desk.handle("plan_approved", at("03-02 12:00"), plan_id="P-1")
    assert waits(desk, "plan_executed", "03-02 13:00", department=TRANSPORT, plan_id="P-2")
    assert waits(desk, "plan_executed", "03-02 13:30", department=TRANSPORT), "its own plan is not approved"
    assert not waits(desk, "plan_executed", "03-02 14:00", department=WAREHOUSE)
    assert waits(desk, "customer_answered", "03-02 15:00", **SETTLED), "the newest plan settles it"


def test_of_several_plans_an_approval_names_one(desk: Desk) -> None:
    desk.handle("plan_proposed", at("03-02 10:00"), department=WAREHOUSE, plan_id="P-1")
    desk.handle("plan_proposed", at("03-02 11:00"), department=TRANSPORT, plan_id="P-2")
    refusal = desk.handle("plan_approved", at("03-02 12:00")).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.place) == ("illegal_transition", "/plan_id")
    assert "P-1, P-2" in refusal.message
    desk.handle("plan_approved", at("03-02 12:00"), plan_id="P-1")
    assert not waits(desk, "plan_approved", "03-02 13:00"), "only one is left"


@pytest.mark.parametrize("what", ["plan_proposed", "plan_executed"])
def test_a_plan_is_of_one_department(desk: Desk, what: str) -> None:
    desk.handle("plan_proposed", at("03-02 10:00"), department=WAREHOUSE, plan_id="P-1")
    desk.handle("plan_approved", at("03-02 11:00"), plan_id="P-1")
    refusal = desk.handle(what, at("03-02 12:00"), department=TRANSPORT, plan_id="P-1").refusal
    assert refusal is not None
    assert (refusal.reason, refusal.place) == ("illegal_transition", "/plan_id")
    assert "is of warehouse" in refusal.message


@pytest.mark.parametrize("what", ["plan_approved", "plan_executed"])
def test_a_number_that_nobody_proposed_waits_for_its_plan(desk: Desk, what: str) -> None:
    desk.handle("plan_proposed", at("03-02 10:00"), department=WAREHOUSE, plan_id="P-1")
    desk.handle("plan_approved", at("03-02 11:00"), plan_id="P-1")
    assert waits(desk, what, "03-02 12:00", plan_id="P-9")


def test_proposed_again_under_its_number_it_is_approved_again(desk: Desk) -> None:
    desk.handle("plan_proposed", at("03-02 10:00"), department=WAREHOUSE, plan_id="P-1", plan="apology")
    desk.handle("plan_approved", at("03-02 11:00"), plan_id="P-1")
    desk.handle("plan_proposed", at("03-02 12:00"), department=WAREHOUSE, plan_id="P-1", plan="compensation")
    assert waits(desk, "plan_executed", "03-02 13:00", department=WAREHOUSE, plan_id="P-1")


def test_executed_while_general_and_major_later_it_is_approved_before_the_end() -> None:
    desk = case_of("general")
    desk.handle("plan_executed", at("03-02 10:00"), department=WAREHOUSE)
    desk.routed(
        at("03-02 09:00"), class_name="damage", grade="major", departments=[WAREHOUSE, TRANSPORT], revision=2,
        now=at("03-02 11:00"), pack=L.reference(),
    )  # fmt: skip
    assert waits(desk, "customer_answered", "03-02 12:00", **SETTLED)
    desk.handle("plan_approved", at("03-02 13:00"))
    assert not waits(desk, "customer_answered", "03-02 14:00", **SETTLED)
    assert life(desk) == "closed"


@pytest.mark.parametrize(("grade", "stands"), [("general", True), ("general", None), ("major", False)])
def test_a_general_case_and_one_that_does_not_stand_need_none(grade: str, stands: bool | None) -> None:
    desk = case_of(grade)
    if stands is not None:
        desk.handle("judged", at("03-02 10:00"), stands=stands)
    assert not waits(desk, "customer_answered", "03-02 12:00", **SETTLED)
    assert life(desk) == "closed"


def test_a_plan_holds_several_kinds() -> None:
    """道歉并赔偿: apology and compensation, the document's own example."""
    desk = case_of("major")
    said = {"plan": "apology", "more_kinds": ["compensation"], "plan_id": "P-1", "department": WAREHOUSE}
    assert not waits(desk, "plan_proposed", "03-02 10:00", **said)
