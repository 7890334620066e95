"""The router's one table: a row a case, with what a desk asks for in columns of their own."""

from __future__ import annotations

from typing import Final

from services.router.states import RoutedCase
from tousu.runtime.metrics import CASES_WITH_WAITING_REPORTS, TRIAGE_CASES, Counted
from tousu.runtime.processor import Kind, column_time


def _lead(case: RoutedCase) -> str | None:
    return case.departments[0] if case.departments else None


def _triage(case: RoutedCase) -> str:
    return "yes" if case.told["triage"] and not case.state.is_over else "no"


def _waiting(case: RoutedCase) -> str:
    return "yes" if case.file.parked else "no"


def _over_since(case: RoutedCase) -> str | None:
    """Since when nothing more is expected here; of a claim filed alone the router hears no end, nor waits for one."""
    state = case.state
    return column_time(state.received_at if state.kind == "claim" else state.ended_at)


KINDS: Final = (
    Kind(
        "case",
        RoutedCase,
        columns={
            "class": lambda case: case.class_name,
            "grade": lambda case: case.told.get("grade"),
            "department": _lead,
            "triage": _triage,
            "waiting": _waiting,
            "over_since": _over_since,
        },
        version=2,  # a plan may be refused
        timed=True,  # what waits for another report does not wait for ever
        ended="over_since",
        gauges=(
            Counted(TRIAGE_CASES, "triage = 'yes'"),
            Counted(CASES_WITH_WAITING_REPORTS, "waiting = 'yes'"),
        ),
    ),
)
"""triage: whether the case waits for a person to say what it is about; one that has ended waits no more.
waiting: whether reports about the case wait for what must have happened before them."""
