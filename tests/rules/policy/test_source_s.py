"""The pack of source S, the after-sales department: the rows of docs/sources.md, sections 3 to 6, figure by figure."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.packs_read import load_pack

PACK = load_pack("after-sales")
LIMITS = (  # section 5
    ("first_reply", 1, "elapsed_hours"),
    ("preliminary_solution", 24, "elapsed_hours"),
    ("cycle_time", 2, "working_days"),
)


def test_classes_by_content() -> None:
    assert set(PACK.classes) == {"product_use", "attitude", "slow_response"}


@pytest.mark.parametrize(("clock", "amount", "unit"), LIMITS)
def test_limits(clock: str, amount: int, unit: str) -> None:
    limit = PACK.clocks[clock].limit_for()
    assert (limit.amount, limit.unit, limit.section, limit.set_by) == (amount, unit, "S 5", "source")


def test_complex_cases_go_to_an_independent_group() -> None:
    (rule,) = PACK.routing.rules
    assert rule.when.holds({"complexity": "complex"})
    assert not rule.when.holds({"complexity": "simple"})
    assert (rule.departments, rule.section) == (("independent_group",), "S 4")


def test_loyal_customers_get_a_priority_lane() -> None:
    assert PACK.priority is not None
    (lane,) = PACK.priority.lanes
    assert lane.when.holds({"customer_tier": "loyal"})
    assert (lane.priority, lane.section) == ("first", "S 4")


def test_targets() -> None:
    assert {(target.measure, target.value) for target in PACK.targets} == {
        ("satisfaction", Decimal("4.0")),
        ("in_time_percent.first_reply", Decimal(100)),
        ("in_time_percent.preliminary_solution", Decimal(100)),
        ("in_time_percent.cycle_time", Decimal(100)),
        ("solved_percent", Decimal(95)),
    }
