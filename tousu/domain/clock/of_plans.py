"""Which plan a report is about, for clocks that every plan has for itself.

Whoever is in charge names the plan (`plan_id`); where they do not, they mean the one that waited for them then. Source:
docs/sources.md, section 6 (C).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from tousu.domain.clock.state import Clock
from tousu.policy.clock_rule import ClockRule

PLAN_ID: Final = "plan_id"


def number_of_plan(rule: ClockRule, data: Mapping[str, Any]) -> str:
    """The number of the plan that an event starts the clock of a rule for; empty for one without number."""
    number: str = data.get(PLAN_ID, "") if rule.each_plan else ""
    return number


def concerns(
    rule: ClockRule | None, clocks: Sequence[Clock], clock: Clock, move: str, event_name: str, data: Mapping[str, Any],
    at: datetime,
) -> bool:  # fmt: skip
    """Whether what an event does to the clocks of a rule, it does to this one.

    A report that names a plan of which no clock is known means the one without number: so a case has it that was
    planned before plans had clocks of their own.
    """
    if rule is None or not rule.each_plan or move == "cancelled_by":
        return True
    own = [clock for clock in clocks if clock.name == rule.name]
    if event_name == rule.starts_on:
        return clock.plan_id == number_of_plan(rule, data)
    if PLAN_ID in data:
        known = any(clock.plan_id == data[PLAN_ID] for clock in own)
        return clock.plan_id == (data[PLAN_ID] if known else "")
    waited = [clock for clock in own if clock.started_at <= at and (clock.ended_at is None or clock.ended_at >= at)]
    return clock is (waited or own[-1:])[0]
