"""Limits of the car-service chain in mid-case: docs/sources.md, section 5 (A: 8, 24, 48, 48 hours by level)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.rules.sla.car_service import RECEIVED, CarDesk
from tests.rules.sla.desk import at


def received(grade: str) -> CarDesk:
    return CarDesk("repair_cost", "workshop", grade)


# level, raised to, hours after the receipt -> hours after the receipt at which the resolution is due then
RAISED = (
    ("c", "a", 2, 8),  # its limit is still ahead
    ("c", "a", 7.99, 8),
    ("c", "a", 8, 16),  # its limit has passed: it counts from when it could be known
    ("c", "a", 20, 28),
    ("c", "a", 39.5, 47.5),
    ("c", "a", 40, 48),  # and never later than before
    ("c", "a", 47, 48),
    ("c", "b", 20, 24),
    ("c", "b", 23.99, 24),
    ("c", "b", 24, 48),
    ("c", "b", 30, 48),
    ("b", "a", 7, 8),
    ("b", "a", 10, 18),
    ("b", "a", 16, 24),
    ("b", "a", 23, 24),
)


@pytest.mark.parametrize(("level", "raised", "hours", "due"), RAISED)
@pytest.mark.parametrize("clock", ["resolution", "interim_result"])
def test_a_level_raised_after_its_limit_counts_from_when_it_could_be_known(
    clock: str, level: str, raised: str, hours: float, due: float
) -> None:
    desk = received(level)
    desk.graded(raised, hours)
    assert desk.clock(clock).due_at == RECEIVED + timedelta(hours=due)
    assert not [line for line in desk.said() if line.startswith(f"{clock} breached")], "nobody is late for the past"
    desk.pass_time(RECEIVED + timedelta(hours=due))
    assert [line for line in desk.said() if " breached " in line and line.startswith(clock)], "from then on he is"


@pytest.mark.parametrize("hours", [48.5, 50, 400])
def test_what_had_breached_before_stays_one_breach(hours: float) -> None:
    desk = received("c")
    desk.graded("a", hours)
    desk.pass_time(RECEIVED + timedelta(hours=hours + 100))
    assert [line for line in desk.said() if line.startswith("resolution breached")] == [
        "resolution breached 03-04 09:30"
    ]
    assert desk.clock("resolution").due_at == RECEIVED + timedelta(hours=48)


@pytest.mark.parametrize("hours", [2, 8, 20, 47])
def test_a_level_that_is_lowered_has_the_longer_limit_from_the_receipt(hours: float) -> None:
    desk = received("a")
    desk.graded("c", hours)
    assert desk.clock("resolution").due_at == RECEIVED + timedelta(hours=48)
    assert not desk.clock("resolution").breached


@pytest.mark.parametrize("hours", [9, 20, 27])
def test_raised_and_lowered_again_the_limit_is_that_of_the_receipt(hours: float) -> None:
    desk = received("c")
    desk.graded("a", hours)
    desk.graded("c", hours + 0.5)
    assert desk.clock("resolution").due_at == RECEIVED + timedelta(hours=48)


def test_lowered_after_the_same_day_the_answer_is_not_late_for_the_past() -> None:
    """B is answered within three days, C the same day: on the second day nobody can answer on the first one."""
    desk = received("b")
    desk.graded("c", 24)
    assert not desk.clock("answer").breached
    assert desk.clock("answer").due_at == at("03-04 00:00")  # the same day as it became known
