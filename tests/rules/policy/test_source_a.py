"""The pack of source A, the car-service chain: the rows of docs/sources.md, sections 1, 3, 4 and 5, figure by
figure.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.packs_read import load_pack
from tousu.policy.working_time import deadline

PACK = load_pack("auto-service")
NEWEST = PACK.calendar.newest

CLASSES = {"product_fault", "repair_technique", "repair_cost", "reception", "purchase", "parts"}  # section 3
ADDED_CHANNELS = {"media", "association", "message-board"}  # section 1: press/media, consumer association, board
LIMITS = (  # section 5
    ("resolution", "a", 8, "elapsed_hours"),
    ("resolution", "b", 24, "elapsed_hours"),
    ("resolution", "c", 48, "elapsed_hours"),
    ("resolution", "d", 48, "elapsed_hours"),
    ("answer", "b", 3, "calendar_days"),
    ("answer", "a", 3, "calendar_days"),
)
RECEIVED = "2026-03-02T09:30:00+08:00"  # a Monday
DUE = (
    ("resolution", "a", "2026-03-02T17:30:00+08:00"),
    ("resolution", "b", "2026-03-03T09:30:00+08:00"),
    ("resolution", "c", "2026-03-04T09:30:00+08:00"),
    ("resolution", "d", "2026-03-04T09:30:00+08:00"),
    ("answer", "c", "2026-03-03T00:00:00+08:00"),  # the same day
    ("answer", "b", "2026-03-06T00:00:00+08:00"),  # within 3 days
    ("follow_up_call", "c", "2026-03-04T00:00:00+08:00"),  # the next day
    ("satisfaction_passed_on", "c", "2026-03-03T00:00:00+08:00"),  # the same day
)
GRADES: tuple[tuple[dict[str, Any], str | None], ...] = (  # section 3; None: the grade of the class
    ({}, None),
    ({"stands": False}, "d"),
    ({"stands": False, "loss_yuan": "5000.00"}, "d"),
    ({"loss_yuan": "0.00"}, None),
    ({"loss_yuan": "0.01"}, "b"),
    ({"loss_yuan": "2999.99"}, "b"),
    ({"loss_yuan": "3000.00"}, "a"),  # exactly 3,000 counts as A
    ({"loss_yuan": "3000.01"}, "a"),
    ({"emotion": "calm"}, None),
    ({"emotion": "strong"}, "b"),
    ({"emotion": "extreme"}, "a"),
    ({"conduct": "rules_broken"}, "b"),
    ({"conduct": "rules_gravely_broken"}, "a"),
    ({"image_harm": "some"}, "b"),
    ({"image_harm": "great"}, "a"),
    ({"emotion": "extreme", "loss_yuan": "10"}, "a"),
)


def test_classes_by_content() -> None:
    assert set(PACK.classes) == CLASSES
    assert {one.grade for one in PACK.classes.values()} == {"c"}


def test_channels_that_the_others_have_not() -> None:
    assert set(PACK.channels) >= ADDED_CHANNELS


def test_levels_rise_from_d_to_a() -> None:
    assert [grade.name for grade in sorted(PACK.grades.values(), key=lambda one: one.stars)] == ["d", "c", "b", "a"]


@pytest.mark.parametrize(("facts", "grade"), GRADES)
def test_what_makes_a_level(facts: dict[str, Any], grade: str | None) -> None:
    assert next((rule.grade for rule in PACK.grading if rule.when.holds(facts)), None) == grade


@pytest.mark.parametrize(("clock", "grade", "amount", "unit"), LIMITS)
def test_limits(clock: str, grade: str, amount: int, unit: str) -> None:
    limit = PACK.clocks[clock].limit_for(grade)
    assert (limit.amount, limit.unit, limit.section, limit.set_by) == (amount, unit, "A 5", "source")


@pytest.mark.parametrize(("clock", "grade", "due"), DUE)
def test_limits_end(clock: str, grade: str, due: str) -> None:
    limit = PACK.clocks[clock].limit_for(grade)
    assert deadline(datetime.fromisoformat(RECEIVED), limit, NEWEST) == datetime.fromisoformat(due)


def test_the_intermediate_result_is_due_at_the_limit() -> None:
    assert PACK.clocks["interim_result"].limit_by_grade == PACK.clocks["resolution"].limit_by_grade


def test_a_general_complaint_is_called_back() -> None:
    assert PACK.clocks["follow_up_call"].starts_with == {"grade": ("c",)}
    assert PACK.clocks["follow_up_call"].starts_on == "accepted"


def test_the_general_manager_hears_of_a_second_complaint_and_of_what_is_not_settled() -> None:
    assert {(one.event, one.to, one.reason) for one in PACK.hand_up} == {
        ("reopened", "general_manager", "second_complaint"),
        ("passed_up", "general_manager", "not_settled_below"),
    }


def test_acceptance_has_a_limit_that_the_pack_sets() -> None:
    """Late acceptance costs by the day (section 8), and the source says no limit."""
    clock = PACK.clocks["acceptance"]
    limit = clock.limit
    assert limit is not None
    assert (limit.amount, limit.unit, limit.set_by, limit.section) == (2, "elapsed_hours", "pack", "A 8")
    later = {"acknowledged", "judged", "assessed", "plan_proposed", "plan_executed", "customer_answered"}
    assert later <= {trigger.event for trigger in clock.met_by}
