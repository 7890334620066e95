"""How a case comes to its end: approval, confirmation (L), satisfaction (H, S, A), first-asked responsibility (A)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.packs import as_l
from tests.rules.sla.desk import Desk, at

STORE = "storage_and_transport"


@pytest.fixture
def desk_l() -> Desk:
    return Desk(as_l())


def life(desk: Desk) -> str:
    assert desk.case is not None
    return desk.case.life


@pytest.mark.parametrize("before", [(), ("acknowledged",), ("judged",), ("plan_proposed",)])
def test_a_plan_of_a_major_case_is_approved_before_it_is_executed(desk_l: Desk, before: tuple[str, ...]) -> None:
    desk_l.routed(at("01-05 10:00"), class_name="loss", grade="major")
    for what in before:
        desk_l.handle(what, at("01-05 10:30"))
    assert desk_l.handle("plan_executed", at("01-05 11:00")).no_op == "waits"
    assert life(desk_l) != "executed"
    if before == ("plan_proposed",):
        desk_l.handle("plan_approved", at("01-05 11:30"))
        assert life(desk_l) == "approved", "what was executed before the approval waits on"
        desk_l.handle("plan_executed", at("01-05 12:00"))
        assert life(desk_l) == "executed"
        assert desk_l.handle("plan_executed", at("01-05 13:00")).refusal is None


def test_a_plan_worked_out_again_is_approved_again(desk_l: Desk) -> None:
    desk_l.routed(at("01-05 10:00"), class_name="loss", grade="major")
    for what in ("plan_proposed", "plan_approved", "plan_executed"):
        desk_l.handle(what, at("01-05 11:00"))
    desk_l.handle("plan_proposed", at("01-05 12:00"))
    assert desk_l.handle("plan_executed", at("01-05 12:30")).no_op == "waits"
    desk_l.handle("plan_approved", at("01-05 13:00"))
    desk_l.handle("customer_answered", at("01-05 14:00"), settled=False)
    assert desk_l.handle("plan_executed", at("01-05 14:30")).no_op == "waits"


def test_other_grades_skip_the_approval_until_they_are_graded_otherwise(desk_l: Desk) -> None:
    desk_l.routed(at("01-05 10:00"))
    assert desk_l.handle("plan_executed", at("01-05 11:00")).refusal is None
    desk_l.handle("customer_answered", at("01-05 11:30"), settled=False)
    desk_l.routed(at("01-05 10:00"), now=at("01-05 12:00"), class_name="loss", grade="major", revision=2)
    assert desk_l.handle("plan_executed", at("01-05 13:00")).no_op == "waits"


# What an answer carries besides its result -> what the end carries; None: it is refused (L, section 6).
ENDS: tuple[tuple[dict[str, Any], dict[str, str] | None], ...] = (
    ({"settled": True}, None),
    ({"settled": True, "confirmation": "spoken"}, {"confirmation": "spoken"}),
    ({"settled": True, "confirmation": "written"}, {"confirmation": "written"}),
    ({"settled": True, "no_confirmation_reason": "cannot be reached"}, {"no_confirmation_reason": "cannot be reached"}),
)


@pytest.mark.parametrize(("said", "told"), ENDS)
@pytest.mark.parametrize("stands", [None, True, False])
def test_an_end_needs_the_customers_confirmation_or_why_there_is_none(
    desk_l: Desk, said: dict[str, Any], told: dict[str, str] | None, stands: bool | None
) -> None:
    desk_l.routed(at("01-05 10:00"))
    if stands is not None:
        desk_l.handle("judged", at("01-05 10:30"), stands=stands)
    before, since = desk_l.case, len(desk_l.told)
    decision = desk_l.handle("customer_answered", at("01-05 11:00"), **said | {"settled": stands is not False})
    refusal = decision.refusal
    if told is None and stands is False:
        assert decision.no_op == "waits", "a judgement may still uphold the complaint, so that the answer ends nothing"
        assert desk_l.case is before
        return
    if told is None:
        assert refusal is not None
        assert (refusal.reason, refusal.place) == ("confirmation_missing", "/confirmation")
        assert "spoken or written" in refusal.message
        assert "no_confirmation_reason" in refusal.message
        assert desk_l.case is before
        assert desk_l.said(since) == []
        return
    assert refusal is None
    closed = desk_l.last("case.closed")
    assert {name: closed[name] for name in ("confirmation", "no_confirmation_reason") if name in closed} == told


def test_an_answer_that_does_not_settle_and_a_withdrawal_need_no_confirmation(desk_l: Desk) -> None:
    desk_l.routed(at("01-05 10:00"))
    assert desk_l.handle("customer_answered", at("01-05 11:00"), settled=False).refusal is None
    assert desk_l.handle("withdrawn", at("01-05 12:00")).refusal is None
    assert "confirmation" not in desk_l.last("case.closed")


def test_a_confirmation_is_told_by_packs_that_do_not_ask_for_it_and_is_of_its_round(desk: Desk) -> None:
    desk.routed(at("01-05 10:00"))
    desk.handle("customer_answered", at("01-05 11:00"), confirmation="written")
    assert desk.last("case.closed")["confirmation"] == "written"
    desk.handle("reopened", at("01-06 10:00"))
    desk.handle("customer_answered", at("01-06 11:00"))
    assert "confirmation" not in desk.last("case.closed")


@pytest.mark.parametrize(
    ("what", "said", "satisfaction"),
    [
        ("satisfaction_given", {"score": 1}, {"score": 1}),
        ("satisfaction_given", {"score": 5}, {"score": 5}),
        ("satisfaction_given", {"score": 4, "rating": "satisfied"}, {"score": 4, "rating": "satisfied"}),
        ("satisfaction_given", {"rating": "dissatisfied"}, {"rating": "dissatisfied"}),
        ("followed_up", {"kind": "acceptance_call", "score": 3}, {"score": 3}),
        ("followed_up", {"kind": "revisit", "rating": "neutral"}, {"rating": "neutral"}),
        ("followed_up", {"kind": "revisit"}, None),
    ],
)
def test_satisfaction_as_score_and_in_three_steps(
    desk: Desk, what: str, said: dict[str, Any], satisfaction: dict[str, Any] | None
) -> None:
    desk.routed(at("01-05 10:00"))
    desk.event(f"handling.{what}", at("01-06 10:00"), {"case_number": "TS-20260105-000001", **said})
    desk.handle("customer_answered", at("01-06 11:00"))
    assert desk.last("case.closed").get("satisfaction") == satisfaction


def test_a_revisit_after_the_end_is_recorded_and_says_how_satisfied_the_customer_is(desk: Desk) -> None:
    desk.routed(at("01-05 10:00"))
    desk.handle("customer_answered", at("01-06 11:00"))
    assert desk.handle("followed_up", at("01-20 10:00"), score=2).refusal is None
    assert desk.case is not None
    assert desk.case.satisfaction == {"score": 2}


def test_dissatisfied_the_plan_is_worked_out_again(desk: Desk) -> None:
    """A 6: and what is not settled goes back to the department (C 6)."""
    desk.routed(at("01-05 10:00"))
    desk.handle("plan_executed", at("01-05 11:00"))
    desk.handle("satisfaction_given", at("01-05 12:00"), rating="dissatisfied")
    assert desk.handle("plan_proposed", at("01-05 13:00")).refusal is None
    desk.handle("plan_executed", at("01-05 14:00"))
    desk.handle("customer_answered", at("01-05 15:00"), settled=False)
    assert desk.case is not None
    assert desk.case.life == "reissued"
    assert desk.handle("plan_proposed", at("01-05 16:00")).refusal is None


@pytest.mark.parametrize("kind", ["complaint", "inquiry"])
def test_who_was_asked_first_is_on_the_record_to_the_end(desk: Desk, kind: str) -> None:
    desk.routed(at("01-05 10:00"), kind=kind, first_asked="E10023")
    desk.handle("withdrawn", at("01-05 11:00"))
    assert desk.last("case.closed")["first_asked"] == "E10023"
