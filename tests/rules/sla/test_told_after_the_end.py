"""An extension or a hand-over that is told late, after the end too, comes out as if it was told when it happened."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest

from tests.rules.sla.desk import Desk, at
from tests.rules.sla.rulebook import pack_with, rule
from tousu.policy.clock_rule import Extensions, Trigger

MONDAY = at("01-05 08:00")
PACK = pack_with(
    rule("answer", 10, extensions=Extensions(times_max=1, needs=(), section="T 1")),
    rule("word", 3, restarted_by=(Trigger(event="passed_on"),), met_by=(Trigger(event="acknowledged"),)),
)


class Fact(NamedTuple):
    """What happens so many hours after the receipt, and what it says."""

    name: str
    hours: float
    said: dict[str, Any]


def extended(hours: float, until: float) -> Fact:
    return Fact("extended", hours, {"clock": "answer", "until": hour(until).isoformat()})


def passed_on(hours: float, *to: str) -> Fact:
    return Fact("passed_on", hours, {"to": list(to)})


ENDED, ACKNOWLEDGED = Fact("customer_answered", 12, {}), Fact("acknowledged", 6, {})


def hour(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


def tell(*facts: Fact, late: Fact | None = None, read: float = 0) -> Desk:
    """A desk that reads each fact when it happens, and one of them at another time."""
    desk = Desk(PACK)
    desk.routed(MONDAY)
    told = [(read if fact is late else fact.hours, fact) for fact in facts]
    for now, fact in sorted(told, key=lambda each: each[0]):
        if fact.name == "passed_on":
            desk.passed_on(fact.said["to"], hour(fact.hours), now=hour(now))
        else:
            desk.handle(fact.name, hour(fact.hours), now=hour(now), **fact.said)
    desk.pass_time(hour(400))
    return desk


def standing(desk: Desk) -> dict[str, Any]:
    """How each clock stands, and which breaches stand, told and kept."""
    assert desk.case is not None
    told = [(output.type.split(".")[2], output.data["clock"]) for output in desk.told if ".clock." in output.type]
    stands = {clock.name: told.count(("breached", clock.name)) for clock in desk.case.clocks}
    for clock in desk.case.clocks:
        stands[clock.name] -= told.count(("breach_withdrawn", clock.name))
    kept = [(clock.name, clock.breached, clock.due_at, clock.ended_at) for clock in desk.case.clocks]
    return {"clocks": kept, "breaches": stands, "in the end": sorted(desk.case.breached_clocks)}


@pytest.mark.parametrize("read", [9, 11, 12.5, 40], ids=["in time", "after the breach", "after the end", "long after"])
@pytest.mark.parametrize("until", [11, 14], ids=["too short", "long enough"])
def test_an_extension_told_late_counts_as_when_it_happened(read: float, until: float) -> None:
    late = extended(8, until)
    desk = tell(ENDED, late, late=late, read=read)
    assert standing(desk) == standing(tell(ENDED, late))
    assert standing(desk)["breaches"]["answer"] == (until == 11)


@pytest.mark.parametrize("read", [7, 11, 13])
def test_of_two_extensions_where_one_is_allowed_the_first_to_happen_counts(read: float) -> None:
    first, second = extended(5, 13), extended(6, 20)
    desk = tell(ENDED, first, second, late=first, read=read)
    assert standing(desk) == standing(tell(ENDED, first, second))
    assert desk.clock("answer").due_at == hour(13)


@pytest.mark.parametrize("hours", [10, 10.1])
def test_an_extension_of_after_the_limit_is_refused_whenever_it_is_told(hours: float) -> None:
    desk = tell(ENDED)
    decision = desk.handle("extended", hour(hours), now=hour(13), clock="answer", until=hour(20).isoformat())
    assert (decision.refusal is None) is (hours == 10), decision


@pytest.mark.parametrize("read", [2.5, 7, 12.5], ids=["in time", "after the next step", "after the end"])
@pytest.mark.parametrize(
    "others", [(), (ACKNOWLEDGED,), (ACKNOWLEDGED._replace(hours=4),)], ids=["", "late", "in time"]
)
def test_a_hand_over_told_late_restarts_what_it_restarts(read: float, others: tuple[Fact, ...]) -> None:
    late = passed_on(2, "quality_management")
    desk = tell(ENDED, late, *others, late=late, read=read)
    assert standing(desk) == standing(tell(ENDED, late, *others))


def test_a_hand_over_that_happened_after_the_end_restarts_nothing() -> None:
    ended = Fact("customer_answered", 1, {})
    late = passed_on(2, "quality_management")
    assert standing(tell(ended, late)) == standing(tell(ended))
