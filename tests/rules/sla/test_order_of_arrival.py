"""Law 1: whatever the order in which they are read, the same facts end in the same clocks and the same verdicts.

The reference reads each fact when it happens. The case reads them late and out of order. TOUSU_STORIES sets how many
stories are told: 500, which is all that a run of all tests has time for; 200,000 by
`TOUSU_STORIES=200000 pytest tests/rules/sla/test_order_of_arrival.py`.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.sla.desk import Desk, at
from tests.rules.sla.rulebook import limit, pack_with, rule
from tousu.policy.clock_rule import Limit, Pauses, Rung, Trigger

MONDAY = at("01-05 08:00")
WAITING, EVIDENCE = "waiting_for_customer", "waiting_for_evidence"
PACK = pack_with(
    rule(
        "answer", 10, pauses=Pauses(reasons=(WAITING, EVIDENCE), section="T 1"),
        reset_by=(Trigger(event="interim_answered"),), met_by=(Trigger(event="final_opinion_given"),),
        cancelled_by=(Trigger(event="passed_up"),), warn_at_share=(0.5,),
        escalation=(Rung(level=1, to="head", after=Limit(amount=1, unit="elapsed_hours")),),
    ),
    rule(
        "review", 9, "business_hours",
        paused_by=(Trigger(event="disputed"),), resumed_by=(Trigger(event="taken_back"),),
        met_by=(Trigger(event="followed_up"),),
    ),
    rule(
        "report", 2, "working_days", met_by=(Trigger(event="interim_answered", data={"text": ("done",)}),),
        pauses=Pauses(reasons=(WAITING,), section="T 1", cap=limit(300, "elapsed_minutes")),
    ),
)  # fmt: skip
FACTS: dict[str, dict[str, Any]] = {
    "paused": {}, "paused for evidence": {"reason": EVIDENCE}, "resumed": {}, "interim_answered": {"text": "soon"},
    "interim_answered, done": {"text": "done"}, "final_opinion_given": {}, "passed_up": {}, "disputed": {},
    "taken_back": {}, "followed_up": {}, "satisfaction_given": {},
}  # fmt: skip


class Fact(NamedTuple):
    """What happened, how many minutes after the receipt, and how late it is read."""

    name: str
    minute: int
    late: int

    @property
    def read(self) -> int:
        return self.minute + self.late


MOSTLY = ["paused", "resumed", "paused for evidence", "resumed", "disputed", "taken_back", *FACTS]
MINUTES = st.one_of(st.integers(0, 3 * 1440), st.integers(0, 700), st.sampled_from([0, 60, 600, 601]))
STORIES = st.lists(st.builds(Fact, st.sampled_from(MOSTLY), MINUTES, MINUTES), min_size=2, max_size=40).map(
    lambda facts: list({fact.minute: fact for fact in facts}.values())  # two at one moment have no order
)


def tell(facts: list[tuple[str, int, int]]) -> Desk:
    """A desk that reads these facts: what, when it happened, when it is read."""
    desk = Desk(PACK)
    desk.routed(MONDAY)
    for name, minute, read in facts:
        what = name.split(" ")[0].strip(",")
        desk.handle(what, moment(minute), now=moment(read), **FACTS[name])
    desk.pass_time(moment(20 * 1440))
    return desk


def moment(minute: int) -> datetime:
    return MONDAY + timedelta(minutes=minute)


def standing(desk: Desk) -> dict[str, tuple[Any, ...]]:
    """How each clock ended, apart from how often it was told."""
    assert desk.case is not None
    return {
        clock.name: (clock.status, clock.breached, clock.due_at, clock.ended_at, clock.still_us, clock.used_us)
        for clock in desk.case.clocks
    }


def in_order(facts: list[Fact]) -> list[tuple[str, int, int]]:
    return [(fact.name, fact.minute, fact.minute) for fact in sorted(facts, key=lambda fact: fact.minute)]


def as_read(facts: list[Fact]) -> list[tuple[str, int, int]]:
    return [(fact.name, fact.minute, fact.read) for fact in sorted(facts, key=lambda fact: fact.read)]


@settings(deadline=None, max_examples=int(os.environ.get("TOUSU_STORIES", "500")))
@given(STORIES)
def test_the_order_of_arrival_changes_no_clock_and_no_verdict(facts: list[Fact]) -> None:
    late, right = tell(as_read(facts)), tell(in_order(facts))
    assert standing(late) == standing(right), (late.said(), right.said())
    told = [(output.type.split(".")[2], output.data["clock"]) for output in late.told if ".clock." in output.type]
    for name in standing(right):
        stands = told.count(("breached", name)) - told.count(("breach_withdrawn", name))
        assert stands == standing(right)[name][1], late.said()


def test_the_end_of_a_pause_read_first_moves_the_limit_as_in_order() -> None:
    facts = [Fact("paused", 60, 300), Fact("resumed", 240, 0)]
    late, right = tell(as_read(facts)), tell(in_order(facts))
    assert late.clock("answer").due_at == right.clock("answer").due_at == moment(780)


@pytest.mark.parametrize(("answered", "verdict"), [(779, "met"), (780, "met"), (781, "late")])
def test_a_pause_told_after_the_answer_that_it_excuses(answered: int, verdict: str) -> None:
    """Three hours stood still between; before anybody said so the answer was late, or in time."""
    facts = [("final_opinion_given", answered, answered), ("resumed", 240, 900), ("paused", 60, 901)]
    desk = tell(facts)
    assert desk.clock("answer").status == verdict
    told = [output.type.split(".")[2] for output in desk.told if output.data.get("clock") == "answer"]
    assert told.count("breached") - told.count("breach_withdrawn") == (verdict == "late")
