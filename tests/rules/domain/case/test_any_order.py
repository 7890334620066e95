"""Law 1: in whichever order the reports of a case arrive, it stands where their true order leads.

1,000 random stories of up to 40 reports and two departments, each told in its true order and in two others; 200,000
with `TOUSU_LAW_STORIES=200000 .venv/bin/pytest tests/rules/domain/case/test_any_order.py`.
"""

from __future__ import annotations

import os
import random
from datetime import timedelta
from typing import Any

import pytest

from tests.rules.casework import START
from tests.rules.domain.case.caselog import LONG_AFTER, CaseLog, Said
from tests.rules.domain.case.slow_life import walked
from tests.rules.packs import COURIER, PLAIN, as_l
from tousu.domain.case.state import CaseState

STORIES = int(os.environ.get("TOUSU_LAW_STORIES", "1000"))
BATCH = 250
TWO = ("storage_and_transport", "quality_management")
WHO = (*TWO, *TWO, "customer_service", "sales", None)
CLASSES = ("delay", "loss", "attitude", "damage")
NAMES = (
    *("acknowledged", "judged", "plan_proposed", "plan_approved", "plan_executed") * 2, "plan_refused",
    "customer_answered", "customer_answered", "withdrawn", "reopened", "reopened", "passed_on", "disputed",
    "taken_back", "assessed", "responsibility_settled", "satisfaction_given", "corrective_action_planned",
    "corrective_action_done",
)  # fmt: skip


def a_story(dice: random.Random, *, classed: bool) -> list[Said]:
    """Reports in their true order, no two of one moment."""
    hours = sorted(dice.sample(range(1, 400), dice.randint(2, 40)))
    story = [Said(name, hour, _data(dice, name, classed)) for hour in hours for name in (dice.choice(NAMES),)]
    for one in story:
        if one.name == "plan_approved" and dice.random() < 0.8:
            one.data["in_charge"] = "E1"
    return story


def _data(dice: random.Random, name: str, classed: bool) -> dict[str, Any]:
    who = dice.choice(WHO)
    data: dict[str, Any] = {"department": who} if who else {}
    match name:
        case "judged":
            data["stands"] = dice.random() < 0.6
            if dice.random() < 0.3:
                data["responsible"] = {"employee": dice.choice(("E1", "E2"))}
            if classed and dice.random() < 0.4:
                data["class"] = dice.choice(CLASSES)
        case "customer_answered":
            data |= {"settled": dice.random() < 0.5, "text": "x"}
            if dice.random() < 0.6:
                data["confirmation"] = "spoken"
        case "passed_on":
            data["to_department"] = dice.choice((*TWO, "customer_service"))
            if classed and dice.random() < 0.3:
                data["class"] = dice.choice(CLASSES)
        case "responsibility_settled":
            responsible = dice.choice(({"employee": "E1"}, {"department": "storage_and_transport"}))
            data |= {"by": dice.choice(("department", "mediation", "mediation")), "responsible": responsible}
        case "assessed":
            data["loss_yuan"] = str(dice.choice((1, 300, 5000)))
        case "satisfaction_given":
            data["score"] = dice.randint(1, 5)
        case "corrective_action_planned" | "corrective_action_done":
            data |= {"action_id": dice.choice(("CA-1", "CA-2")), "action": "x"}
        case _:
            pass
    return data


WAYS = {"plain": PLAIN, "strict": as_l(), "instructed": COURIER}
"""strict: grave cases end by a plan that was approved and executed, with a confirmation. instructed: every plan is
approved, with a person in charge, or refused."""


def a_case(way: str) -> CaseLog:
    called = {"departments": TWO, "class_departments": TWO, "assigned": TWO}
    grave = {"class": "contents_mismatch", "classes": [{"class": "contents_mismatch"}], "grade": "major"}
    decided = {**grave, "triage": False, "decided_by": "adapter", "stars": 5, "section": "C 3"}
    return CaseLog(WAYS[way], decided=decided, **called)


def seen(state: CaseState) -> dict[str, Any]:
    """A state in the words of the slow walk."""
    named, dispute = state.responsibility, state.dispute
    return {
        "where": state.life, "plan": state.plan or None, "upheld": state.stands, "end": _hours(state.ended_at),
        "why": "not" if state.result == "does_not_stand" else state.result, "round": state.reopened,
        "with": list(state.departments), "took": dict(state.steps), "said": dict(state.satisfaction),
        "dispute": (list(dispute.by), dispute.beside) if dispute is not None else None,
        "done": {number: _hours(action.done_at) for number, action in state.actions.items()},
        "named": (named.responsible, named.by, _hours(named.at)) if named is not None else None,
    }  # fmt: skip


def _hours(moment: Any) -> float | None:
    return None if moment is None else (moment - START) / timedelta(hours=1)


@pytest.mark.heavy
@pytest.mark.parametrize("first", range(0, STORIES, BATCH))
def test_any_order_of_arrival_ends_where_the_true_order_does(first: int) -> None:
    for seed in range(first, min(first + BATCH, STORIES)):
        dice = random.Random(seed)
        way, classed = tuple(WAYS)[seed % 3], seed % 2 == 0
        story = a_story(dice, classed=classed)
        true = a_case(way).tell_all(story)
        if not classed:
            assert seen(true.state) == walked(story, TWO, way), seed
        for disorder in (2, 400):
            log = a_case(way).tell_all(_told_late(dice, story, disorder))
            assert log.state == true.state, (seed, disorder)
            _tells_its_changes(log)


def _told_late(dice: random.Random, story: list[Said], hours_max: int) -> list[Said]:
    """The story in an order in which each report is told so many hours late at most."""
    return sorted(story, key=lambda one: one.hours + dice.uniform(0, hours_max))


def _tells_its_changes(log: CaseLog) -> None:
    """Ends and reopenings that were published take turns, and lead to where the case stands, up to a correction."""
    turns = [effect for _, effect in log.published if effect in ("closed", "reopened", "corrected")]
    if "corrected" in turns:
        return
    assert turns == ["closed", "reopened"] * (len(turns) // 2) + ["closed"] * (len(turns) % 2)
    assert (len(turns) % 2 == 1) is log.state.is_over


def test_reports_of_one_moment_count_in_the_order_in_which_they_are_told() -> None:
    log = a_case("plain")
    log.tell(Said("judged", 1, {"stands": True}), LONG_AFTER)
    log.tell(Said("judged", 1, {"stands": False}), LONG_AFTER)
    assert log.state.stands is False


def steps_of(facts: int, late_by: int) -> int:
    """How many steps of the fold one more report takes in a case of so many."""
    log = a_case("plain")
    for number in range(facts):
        log.tell(Said("judged", number, {"stands": True}), LONG_AFTER + timedelta(days=90))
    steps = 0
    pack = log.ground.pack_of("")

    def counted(version: str) -> Any:
        nonlocal steps
        steps += 1
        return pack

    log.ground = log.ground._replace(pack_of=counted)
    log.tell(Said("judged", facts - late_by - 0.5, {"stands": True}), LONG_AFTER + timedelta(days=90))
    return steps


def test_a_report_costs_the_same_in_a_case_of_ten_and_of_a_thousand() -> None:
    assert steps_of(1000, -1) <= steps_of(10, -1) + 1, "one step for the fact, one for the oldest that is let go"
    assert steps_of(1000, 1000) <= 51, "late, it takes as many steps as there are facts kept"
