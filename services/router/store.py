"""The router's one table: a row a case, with what a desk asks for in columns of their own."""

from __future__ import annotations

from typing import Final

from services.router.states import RoutedCase
from tousu.runtime.metrics import TRIAGE_CASES, Counted
from tousu.runtime.processor import Kind, column_time


def _lead(case: RoutedCase) -> str | None:
    return case.departments[0] if case.departments else None


def _triage(case: RoutedCase) -> str:
    return "yes" if case.told["triage"] and case.course.ended_at is None else "no"


def _over_since(case: RoutedCase) -> str | None:
    """Since when nothing more is expected here; of a claim filed alone the router hears no end, nor waits for one."""
    course = case.course
    return column_time(course.received_at if course.kind == "claim" else course.ended_at or course.lapses_at)


KINDS: Final = (
    Kind(
        "case",
        RoutedCase,
        columns={
            "class": lambda case: case.class_name,
            "grade": lambda case: case.told.get("grade"),
            "department": _lead,
            "triage": _triage,
            "over_since": _over_since,
        },
        ended="over_since",
        gauges=(Counted(TRIAGE_CASES, "triage = 'yes'"),),
    ),
)
"""triage: whether the case waits for a person to say what it is about; one that has ended waits no more."""
