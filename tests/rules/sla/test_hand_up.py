"""Somebody higher up is told at once: docs/sources.md, sections 4 and 6, A (beyond a manager; a second complaint)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.packs import handed_up
from tests.rules.sla.desk import Desk, at

NEGLECT: dict[str, Any] = {
    "event": "reopened", "data": {"through_neglect": [True]}, "to": "general_manager",
    "reason": "second_complaint_through_neglect",
}  # fmt: skip
PASSED_UP: dict[str, Any] = {
    "event": "passed_up", "to": "general_manager", "reason": "department_cannot_settle", "section": "A 4",
}  # fmt: skip
OPINION: dict[str, Any] = {
    "event": "final_opinion_given", "to": "department_head", "level": 1, "reason": "final_opinion", "section": "A 4",
}  # fmt: skip


def desk_of(*rules: dict[str, Any]) -> Desk:
    desk = Desk(handed_up(*rules))
    desk.routed(at("01-05 10:00"))
    desk.handle("acknowledged", at("01-05 10:30"))
    return desk


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"through_neglect": True}, ["handed up 3 general_manager second_complaint_through_neglect 01-07 09:00"]),
        ({"through_neglect": False}, []),
        ({}, []),
    ],
)
def test_a_second_complaint_through_neglect_reaches_the_general_manager(said: dict[str, Any], told: list[str]) -> None:
    desk = desk_of(NEGLECT)
    desk.handle("customer_answered", at("01-06 10:00"))
    desk.handle("reopened", at("01-07 09:00"), **said)
    assert [line for line in desk.said() if line.startswith("handed up")] == told


def test_what_a_department_cannot_settle_goes_up_and_the_final_opinion_comes_back() -> None:
    desk = desk_of(PASSED_UP, OPINION)
    desk.handle("passed_up", at("01-05 11:00"))
    assert desk.last("case.escalated") == {
        "case_number": "TS-20260105-000001", "level": 3, "to": "general_manager",
        "reason": "department_cannot_settle", "at": "2026-01-05T03:00:00Z",
        "departments": ["storage_and_transport"], "pack": {"id": "courier-network", "version": "1.0.0"},
        "section": "A 4",
    }  # fmt: skip
    desk.handle("final_opinion_given", at("01-05 12:00"))
    assert desk.said()[-1] == "handed up 1 department_head final_opinion 01-05 12:00"


def test_every_time_it_happens_it_is_told() -> None:
    desk = desk_of(PASSED_UP)
    desk.handle("passed_up", at("01-05 11:00"))
    desk.handle("passed_up", at("01-05 12:00"))
    assert sum(line.startswith("handed up") for line in desk.said()) == 2


def test_what_waits_is_not_told() -> None:
    desk = desk_of(PASSED_UP)
    desk.handle("withdrawn", at("01-05 11:00"))
    assert desk.handle("passed_up", at("01-05 12:00")).no_op == "waits"
    assert not any(line.startswith("handed up") for line in desk.said())


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ({"reopened": [1]}, True),
        ({"reopened": [2]}, False),
        ({"emotion": ["extreme"]}, True),
        ({"emotion": ["calm"]}, False),
        ({"region": ["CN-ZJ"]}, True),
        ({"region": ["CN-XZ"]}, False),
        ({"content": ["serious"]}, True),
        ({"priority": ["first"]}, True),
        ({"priority": ["normal"]}, False),
    ],
)
def test_facts_of_the_case_can_be_asked(condition: dict[str, Any], told: bool) -> None:
    desk = Desk(handed_up({**PASSED_UP, "case": condition}))
    said: dict[str, Any] = {"region": "CN-ZJ", "content": "words of the customer", "severity": {"content": "minor"}}
    desk.routed(at("01-05 10:00"), priority="normal", **said)
    desk.handle("assessed", at("01-05 10:30"), emotion="extreme", severity={"content": "serious"})
    desk.routed(at("01-05 10:00"), now=at("01-05 10:30"), priority="first", revision=2, **said)
    desk.handle("withdrawn", at("01-05 11:00"))
    desk.handle("reopened", at("01-05 12:00"))
    desk.handle("passed_up", at("01-05 13:00"))
    assert any(line.startswith("handed up") for line in desk.said()) is told


def test_a_case_that_becomes_grave_is_told_once() -> None:
    desk = Desk(
        handed_up({"event": "routed", "case": {"grade": ["major"]}, "to": "general_manager", "reason": "major"})
    )
    desk.routed(at("01-05 10:00"))
    desk.routed(at("01-05 10:00"), now=at("01-05 11:00"), class_name="loss", grade="major", revision=2)
    desk.routed(at("01-05 10:00"), now=at("01-05 12:00"), class_name="damage", grade="major", revision=3)
    assert [line for line in desk.said() if line.startswith("handed up")] == [
        "handed up 3 general_manager major 01-05 11:00"
    ]
    again = Desk(handed_up({"event": "routed", "case": {"grade": ["complex"]}, "to": "boss", "reason": "x"}))
    again.routed(at("01-05 10:00"))
    assert again.said()[-1] == "handed up 3 boss x 01-05 10:00"
