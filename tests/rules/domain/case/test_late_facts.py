"""A true fact is never refused for its order: each way in which two reports of one case can cross."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.rules.domain.case.caselog import LONG_AFTER, CaseLog, Said, said
from tests.rules.packs import PLAIN, as_l, with_partners
from tousu.domain.case.deciding import PARKED_MAX
from tousu.domain.case.fold import FACTS_MAX
from tousu.policy.pack import Pack

STORE, QUALITY = "storage_and_transport", "quality_management"
SETTLED = {"settled": True, "confirmation": "spoken", "text": "x"}
UNSETTLED = {"settled": False, "text": "x"}
GRAVE = {"decided": {"class": "loss", "grade": "major", "triage": False, "classes": [{"class": "loss"}]}}
# What is told, in the order in which it is told, each with the hour at which it happened -> life, result.
CROSSED: dict[str, tuple[Pack, dict[str, Any], tuple[Said, ...], tuple[str, str]]] = {
    "acknowledged after judged": (
        PLAIN, {}, (said("judged", 2, stands=True), said("acknowledged", 1, department=STORE)), ("judged", ""),
    ),
    "approval before its plan": (
        as_l(), GRAVE, (said("plan_approved", 3), said("plan_proposed", 2)), ("approved", ""),
    ),
    "execution before its approval": (
        as_l(), GRAVE, (said("plan_proposed", 1), said("plan_executed", 3), said("plan_approved", 2)),
        ("executed", ""),
    ),
    "execution, approval, plan": (
        as_l(), GRAVE, (said("plan_executed", 3), said("plan_approved", 2), said("plan_proposed", 1)),
        ("executed", ""),
    ),
    "reopened before the answer that it follows": (
        PLAIN, {}, (said("reopened", 3, reason="x"), said("customer_answered", 2, **SETTLED)), ("reopened", ""),
    ),
    "judged not upheld after the answer that it follows": (
        PLAIN, {}, (said("customer_answered", 3, **UNSETTLED), said("judged", 2, stands=False)),
        ("closed", "does_not_stand"),
    ),
    "upheld after the answer that had ended it": (
        PLAIN, {},
        (said("judged", 1, stands=False), said("customer_answered", 3, **UNSETTLED), said("judged", 2, stands=True)),
        ("reissued", ""),
    ),
    "of a closed case that happened while it was open": (
        PLAIN, {}, (said("customer_answered", 4, **SETTLED), said("plan_proposed", 2)), ("closed", "settled"),
    ),
    "withdrawn before the answer": (
        PLAIN, {}, (said("customer_answered", 4, **SETTLED), said("withdrawn", 2)), ("closed", "withdrawn"),
    ),
    "after the end, then the reopening": (
        PLAIN, {},
        (said("withdrawn", 1), said("plan_proposed", 4), said("judged", 3, stands=True), said("reopened", 2)),
        ("planned", ""),
    ),
    "mediated before the dispute": (
        with_partners(), {},
        (said("responsibility_settled", 3, by="mediation", responsible={"employee": "E1"}), said("disputed", 2)),
        ("received", ""),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CROSSED)
def test_what_crosses_comes_out_as_in_its_true_order(name: str) -> None:
    pack, more, story, expected = CROSSED[name]
    log = CaseLog(pack, **more).tell_all(story)
    assert (log.state.life, log.state.result) == expected
    assert (log.refused, log.file.parked) == ([], ())
    in_order = CaseLog(pack, **more).tell_all(sorted(story, key=lambda one: one.hours))
    assert log.state == in_order.state
    assert {event for event, _ in log.published} >= {event for event, _ in in_order.published}


@pytest.mark.parametrize(
    ("first", "late", "effect"),
    [
        (said("judged", 2, stands=True), said("acknowledged", 1), "noted"),
        (said("customer_answered", 3, **UNSETTLED), said("judged", 2, stands=False), "closed"),
        (said("withdrawn", 3), said("customer_answered", 2, **SETTLED), "corrected"),
        (said("withdrawn", 3), said("judged", 2, stands=True), "moved"),
        (said("judged", 2, stands=True), said("judged", 1, stands=False), "noted"),
    ],
)
def test_what_a_late_report_changes_is_said_with_it(first: Said, late: Said, effect: str) -> None:
    log = CaseLog(PLAIN)
    log.tell(first)
    (step,) = log.tell(late).steps
    assert step.effect == effect


def test_a_corrective_action_is_done_before_anybody_tells_that_it_was_planned() -> None:
    log = CaseLog(PLAIN)
    assert not log.tell(said("corrective_action_done", 5, action="x", action_id="CA-1")).steps
    log.tell(said("withdrawn", 6))
    freed = log.tell(said("corrective_action_planned", 4, action="x", action_id="CA-1")).steps
    assert [step.fact.name for step in freed] == ["corrective_action_planned", "corrective_action_done"]
    assert log.state.actions["CA-1"].done_at is not None


def test_what_nobody_completes_goes_back_with_what_was_missing() -> None:
    log = CaseLog(as_l(), **GRAVE)
    log.tell(said("plan_approved", 1, approved_by="L-1"), LONG_AFTER)
    log.wait(LONG_AFTER + timedelta(hours=23, minutes=59))
    assert not log.refused
    log.wait(LONG_AFTER + timedelta(hours=24))
    (refusal,) = log.refused
    assert refusal.reason == "illegal_transition"
    assert "waited until 2026-03-23T02:00:00Z for the plan that was approved, proposed before it" in refusal.message
    assert "is received; its plans need an approval; possible: acknowledged, judged, plan_proposed," in refusal.message
    assert "report what is missing with the time at which it happened" in refusal.message
    assert log.file.parked == ()


def test_so_many_reports_of_a_case_wait_and_no_more() -> None:
    log = CaseLog(PLAIN)
    for hour in range(PARKED_MAX):
        assert log.tell(said("reopened", hour, reason="x")).refusal is None
    refusal = log.tell(said("reopened", 99, reason="x")).refusal
    assert refusal is not None
    assert refusal.reason == "too_many_waiting"


@pytest.mark.parametrize("count", [FACTS_MAX - 1, FACTS_MAX, FACTS_MAX + 1, 3 * FACTS_MAX])
def test_a_case_keeps_so_many_facts_and_stands_where_all_of_them_lead(count: int) -> None:
    log = CaseLog(PLAIN)
    for number in range(count):
        log.tell(said("judged", number, stands=number % 3 > 0, department=STORE))
    assert len(log.file.facts) == min(count, FACTS_MAX)
    assert log.state.stands is ((count - 1) % 3 > 0)
    log.tell(said("judged", -1, stands=not log.state.stands))
    assert log.state.stands is ((count - 1) % 3 > 0)
