"""Law 4: unknown is not false. What a clock's condition asks for is not known yet: the class, the route, the look-up.

Received on Monday 5 January 2026 at 10:00; the office is open from 08:00 to 18:00.
"""

from __future__ import annotations

from typing import Any

import pytest

from services.sla.store import KINDS
from tests.rules.sla.desk import Desk, at
from tests.rules.sla.rulebook import COURIER, limit, pack_with, rule
from tousu.policy.clock_rule import ClockRule, Pauses, Rung, unknown_in

WAITING = "waiting_for_customer"
COLUMNS = KINDS[0].columns


def of_class(*classes: str, **more: Any) -> ClockRule:
    """Eight hours for complaints of these classes."""
    return rule("answer", 8, applies_when={"class": classes}, **more)


def unclassed(one: ClockRule) -> Desk:
    """A complaint that nobody has classed yet."""
    desk = Desk(pack_with(one))
    unclassed: dict[str, Any] = {"class": None, "triage": True}
    desk.routed(at("01-05 10:00"), **unclassed)
    return desk


def classed(desk: Desk, name: str, when: str) -> None:
    """Somebody classes it."""
    desk.routed(at("01-05 10:00"), class_name=name, now=at(when), revision=2)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"class": "delay", "route": "domestic"}, ()),
        ({"class": "delay"}, ("route",)),
        ({}, ("class", "route")),
        ({"class": "loss"}, None),
        ({"class": "delay", "route": "international"}, None),
    ],
)
def test_a_condition_holds_fails_or_waits_for_what_is_not_known(
    facts: dict[str, Any], expected: tuple[str, ...] | None
) -> None:
    assert unknown_in({"class": ("delay",), "route": ("domestic",)}, facts) == expected


def test_while_the_class_is_unknown_the_clock_is_silent_and_seen() -> None:
    desk = unclassed(of_class("delay"))
    desk.pass_time(at("01-09 00:00"))
    assert desk.said() == []
    assert desk.case is not None
    assert (COLUMNS["missing"](desk.case), COLUMNS["clocked"](desk.case)) == ("class", None)


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ("01-05 12:00", ["answer started 01-05 12:00"]),
        ("01-05 18:00", ["answer started 01-05 18:00"]),  # at the very limit it is not late
        ("01-05 18:01", ["answer started 01-05 18:01", "answer breached 01-05 18:00"]),
    ],
)
def test_once_known_it_counts_from_where_it_should_have_started(when: str, told: list[str]) -> None:
    desk = unclassed(of_class("delay"))
    classed(desk, "delay", when)
    assert desk.said() == told
    clock = desk.clock("answer")
    assert (clock.started_at, clock.due_at) == (at("01-05 10:00"), at("01-05 18:00"))
    assert desk.case is not None and COLUMNS["missing"](desk.case) is None


def test_known_late_it_tells_one_breach_and_the_highest_rung() -> None:
    ladder = (
        Rung(level=1, to="head", after=limit(0, "elapsed_hours")),
        Rung(level=2, to="board", after=limit(1, "elapsed_hours")),
    )
    desk = unclassed(of_class("delay", escalation=ladder, warn_at_share=(0.5, 0.8)))
    classed(desk, "delay", "01-06 10:00")
    assert desk.said() == [
        "answer started 01-06 10:00", "answer breached 01-05 18:00", "answer escalated 2 board 01-06 10:00",
    ]  # fmt: skip
    assert desk.last("clock.breached")["reason"] == "back_dated"


@pytest.mark.parametrize(
    ("answered", "told"),
    [
        ("01-05 18:00", ["answer started 01-06 10:00", "answer met 01-05 18:00"]),
        ("01-05 18:01", ["answer started 01-06 10:00", "answer breached 01-05 18:00", "answer met_late 01-05 18:01"]),
    ],
)
def test_an_answer_that_came_meanwhile_counts(answered: str, told: list[str]) -> None:
    desk = unclassed(of_class("delay"))
    desk.handle("customer_answered", at(answered), settled=False)
    classed(desk, "delay", "01-06 10:00")
    assert desk.said() == told


def test_a_pause_that_came_meanwhile_took_its_time_away() -> None:
    desk = unclassed(of_class("delay", pauses=Pauses(reasons=(WAITING,), section="T 1")))
    desk.handle("paused", at("01-05 12:00"))
    desk.handle("resumed", at("01-05 15:00"))
    classed(desk, "delay", "01-05 16:00")
    assert desk.clock("answer").due_at == at("01-05 21:00")


def test_what_does_not_apply_is_gone_without_a_word() -> None:
    desk = unclassed(of_class("loss"))
    classed(desk, "delay", "01-06 10:00")
    assert desk.said() == []
    assert desk.case is not None and desk.case.clocks == ()


def test_a_pack_may_let_it_run_until_it_is_known() -> None:
    desk = unclassed(of_class("delay", while_unknown="runs"))
    desk.pass_time(at("01-05 18:00"))
    classed(desk, "delay", "01-06 10:00")
    assert desk.said() == ["answer started 01-05 10:00", "answer breached 01-05 18:00"]
    assert desk.case is not None and COLUMNS["missing"](desk.case) is None


def test_what_ran_and_does_not_apply_was_no_limit() -> None:
    desk = unclassed(of_class("loss", while_unknown="runs"))
    desk.pass_time(at("01-05 18:00"))
    classed(desk, "delay", "01-06 10:00")
    assert desk.said()[2:] == ["answer breach_withdrawn 01-06 10:00", "answer cancelled 01-06 10:00"]
    assert desk.last("clock.cancelled")["reason"] == "does_not_apply"


def test_one_that_rests_is_decided_like_any_but_nobody_needs_to_look() -> None:
    desk = unclassed(of_class("delay", while_unknown="rests"))
    assert desk.case is not None and COLUMNS["missing"](desk.case) is None
    classed(desk, "delay", "01-05 12:00")
    assert desk.said() == ["answer started 01-05 12:00"]


def test_an_inquiry_whose_look_up_was_not_noted_is_looked_after() -> None:
    desk = Desk(COURIER)
    desk.routed(at("01-05 10:00"), kind="inquiry")
    assert desk.said() == ["inquiry_answer started 01-05 10:00"]
