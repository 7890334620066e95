"""The one table of sla: a row a case, with what the backlog asks for in columns of their own.

Times stand there as UTC with six places, so that they sort as text.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from services.sla.rules import CASE
from services.sla.states import Case
from tousu.domain.clock.state import missing_of
from tousu.runtime.metrics import (
    CASES_DUE_SOON,
    CASES_OVERDUE,
    CASES_WITHOUT_CALENDAR,
    COMPLAINTS_WITHOUT_CLOCK,
    OPEN_CASES,
    UNDECIDED_CLOCKS,
    Counted,
)
from tousu.runtime.processor import Kind, column_time


def _earliest(moments: list[datetime | None]) -> str | None:
    return column_time(min((moment for moment in moments if moment is not None), default=None))


def _resolution_due(case: Case) -> str | None:
    dues = [clock.due_at for clock in case.clocks if clock.is_active and not clock.undecided]
    return column_time(max((due_at for due_at in dues if due_at is not None), default=None))


def _next_breach(case: Case) -> str | None:
    return _earliest([clock.due_at for clock in case.clocks if clock.status == "running" and not clock.breached])


def _overdue_since(case: Case) -> str | None:
    return _earliest([clock.due_at for clock in case.clocks if clock.is_active and clock.breached])


def _missing(case: Case) -> str | None:
    return next((clock.missing for clock in case.clocks if clock.missing and clock.is_active), None)


KINDS: Final = (
    Kind(
        CASE,
        Case,
        columns={
            "kind": lambda case: case.kind,
            "state": lambda case: case.life,
            "grade": lambda case: case.grade,
            "department": lambda case: case.departments[0] if case.departments else None,
            "class": lambda case: case.class_name,
            "opened_at": lambda case: column_time(case.received_at),
            "closed_at": lambda case: column_time(case.closed_at),
            "resolution_due": _resolution_due,
            "next_breach": _next_breach,
            "overdue_since": _overdue_since,
            "missing_calendar": _missing,
            "missing": lambda case: missing_of(case.clocks),
            "clocked": lambda case: "yes" if any(not clock.undecided for clock in case.clocks) else None,
        },
        timed=True,
        ended="closed_at",
        gauges=(
            Counted(OPEN_CASES, "state <> 'closed'", ("department", "grade", "state")),
            Counted(CASES_DUE_SOON, "next_breach > :now AND next_breach <= :soon", ("department", "grade")),
            Counted(CASES_OVERDUE, "overdue_since IS NOT NULL", ("department", "grade")),
            Counted(CASES_WITHOUT_CALENDAR, "missing_calendar IS NOT NULL"),
            Counted(UNDECIDED_CLOCKS, "state <> 'closed' AND missing IS NOT NULL", ("missing",)),
            Counted(COMPLAINTS_WITHOUT_CLOCK, "state <> 'closed' AND kind = 'complaint' AND clocked IS NULL"),
        ),
        version=4,  # what came of the case, its priority, who is answerable in a dispute; a clock of each plan
    ),
)
"""resolution_due: when the last of its limits is due. next_breach: the earliest due time of a clock that counts.
overdue_since: the due time of a breached clock that still waits. missing_calendar: why a clock has no due time; any row
here is an alarm. missing: what must become known before anybody can say whether a clock applies. clocked: whether a
clock ever ran."""
