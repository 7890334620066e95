"""The way of a case as tables: what each report makes of a case that stands somewhere (docs/sources.md, 6, C)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, get_args

import pytest

from tests.rules.packs import PLAIN, as_l
from tests.rules.sla.desk import FILLED, at
from tousu.domain.case.fold import evolve
from tousu.domain.case.lifecycle import RECORDED, judged, possible
from tousu.domain.case.state import CaseFact, CasePlan, CaseState, FoldGround, Life, begun

NOON = at("01-06 12:00")
STORE, QUALITY = "storage_and_transport", "quality_management"
GROUND = FoldGround(lambda _: PLAIN)

# One row a state: the life that follows each step.
#                 acknowledged    judged    not standing    proposed   executed
STEPS = {
    "received":     ("acknowledged", "judged", "not_standing", "planned", "executed"),
    "acknowledged": ("acknowledged", "judged", "not_standing", "planned", "executed"),
    "judged":       ("judged", "judged", "not_standing", "planned", "executed"),
    "not_standing": ("not_standing", "judged", "not_standing", "waits", "waits"),
    "planned":      ("planned", "judged", "not_standing", "planned", "executed"),
    "approved":     ("approved", "judged", "not_standing", "planned", "executed"),
    "executed":     ("executed", "judged", "not_standing", "planned", "executed"),
    "reissued":     ("acknowledged", "judged", "not_standing", "planned", "executed"),
    "reopened":     ("acknowledged", "judged", "not_standing", "planned", "executed"),
    "closed":       ("waits", "waits", "waits", "waits", "waits"),
}  # fmt: skip
EVENTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("acknowledged", {}), ("judged", {"stands": True}), ("judged", {"stands": False}), ("plan_proposed", {}),
    ("plan_executed", {}),
)  # fmt: skip


def a_case(life: Life, **more: Any) -> CaseState:
    """A case in a state, with everything in it having happened at noon."""
    ended = {"ended_at": NOON, "result": "settled"} if life == "closed" else {}
    kind = more.pop("kind", "complaint")
    return begun(kind, NOON, "1.0.0", **{"life": life, "departments": (STORE,), **ended, **more})


def after(case: CaseState, name: str, **said: Any) -> str:
    """The life that follows, or that the report waits or is refused."""
    fact = CaseFact(NOON + timedelta(hours=1), name, said)
    fate = judged(case, fact, PLAIN).fate
    return evolve(case, fact, GROUND).life if fate == "counts" else fate


@pytest.mark.parametrize("life", get_args(Life))
@pytest.mark.parametrize(("column", "event"), tuple(enumerate(EVENTS)))
def test_steps_of_a_complaint(life: Life, column: int, event: tuple[str, dict[str, Any]]) -> None:
    assert after(a_case(life), event[0], **event[1]) == STEPS[life][column]


def test_the_table_names_every_state() -> None:
    assert set(STEPS) == set(get_args(Life))


@pytest.mark.parametrize(
    ("plan", "life"),
    [
        ("", "waits"),
        ("proposed", "approved"),
        ("refused", "approved"),
        ("approved", "planned"),
        ("executed", "planned"),
    ],
)
def test_an_approval_is_of_a_plan_that_was_proposed(plan: str, life: str) -> None:
    assert after(a_case("planned", plan=plan), "plan_approved") == life


def test_a_plan_of_a_grave_case_is_executed_after_its_approval() -> None:
    fact = CaseFact(NOON, "plan_executed")
    grave = a_case("planned", plan="proposed", decided={"grade": "major"})
    assert judged(grave, fact, as_l()).fate == "waits"
    approved = a_case("approved", plan="approved", plans={"": CasePlan(approved=True)}, decided={"grade": "major"})
    assert judged(approved, fact, as_l()).fate == "counts"
    assert judged(a_case("planned", plan="proposed", decided={"grade": "simple"}), fact, as_l()).fate == "counts"


@pytest.mark.parametrize("life", [life for life in get_args(Life) if life != "closed"])
@pytest.mark.parametrize(
    ("name", "said", "stands", "end"),
    [
        ("customer_answered", {"settled": True}, None, "settled"),
        ("customer_answered", {"settled": True}, True, "settled"),
        ("customer_answered", {"settled": True}, False, "does_not_stand"),
        ("customer_answered", {"settled": False}, False, "does_not_stand"),
        ("customer_answered", {"settled": False}, True, ""),
        ("customer_answered", {"settled": False}, None, ""),
        ("withdrawn", {}, None, "withdrawn"),
    ],
)
def test_ends_of_an_open_complaint(life: Life, name: str, said: dict[str, Any], stands: bool | None, end: str) -> None:
    new = evolve(a_case(life, stands=stands), CaseFact(NOON, name, said), GROUND)
    assert (new.life, new.result) == (("closed", end) if end else ("reissued", ""))


@pytest.mark.parametrize("kind", ["complaint", "inquiry"])
@pytest.mark.parametrize("name", sorted(FILLED))
def test_after_the_end_only_a_reopening_and_recorded_facts(kind: str, name: str) -> None:
    said = {**FILLED[name], "action_id": "CA-1"} if name == "corrective_action_planned" else FILLED[name]
    fate = judged(a_case("closed", kind=kind), CaseFact(NOON, name, said), PLAIN).fate
    of_clocks = {"paused", "resumed", "extended", "recount_ordered"}
    if name == "corrective_action_reviewed":
        assert fate == "waits"  # for the end of the action
    elif name in {"reopened", *RECORDED, *of_clocks}:
        assert fate == "counts"
    else:
        assert fate in ("waits", "refused")


@pytest.mark.parametrize(
    ("life", "name", "said", "result"),
    [
        ("received", "acknowledged", {}, "acknowledged"),
        ("reopened", "acknowledged", {}, "acknowledged"),
        ("received", "judged", {"stands": True}, "refused"),
        ("received", "plan_executed", {}, "refused"),
        ("received", "customer_answered", {"settled": True}, "refused"),
        ("received", "inquiry_answered", {"outcome": "no_result"}, "closed"),
        ("acknowledged", "withdrawn", {}, "closed"),
        ("received", "reopened", {}, "waits"),
    ],
)
def test_steps_of_an_inquiry(life: Life, name: str, said: dict[str, Any], result: str) -> None:
    assert after(a_case(life, kind="inquiry"), name, **said) == result


def test_each_department_takes_its_own_steps() -> None:
    case = a_case("judged", departments=(STORE, QUALITY), steps={STORE: 2})
    new = evolve(case, CaseFact(NOON, "acknowledged", {"department": QUALITY}), GROUND)
    assert (new.life, new.steps) == ("judged", {STORE: 2, QUALITY: 1})
    assert evolve(case, CaseFact(NOON, "acknowledged", {"department": "sales"}), GROUND) == case


def test_possible_reports_of_an_open_complaint_are_named() -> None:
    assert possible(a_case("planned", plan="proposed", plans={"": CasePlan()}), PLAIN)[:6] == (
        "judged", "plan_approved", "plan_refused", "plan_executed", "customer_answered", "withdrawn",
    )  # fmt: skip
    assert possible(a_case("received", kind="inquiry"), PLAIN)[:3] == (
        "acknowledged", "inquiry_answered", "withdrawn",
    )  # fmt: skip
    assert possible(a_case("closed"), PLAIN)[0] == "reopened"
