"""The clocks of a case in the hands of the engine: which of its events pull what, and what conditions may ask of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from msgspec.structs import replace

from services.sla.case_context import CaseContext
from services.sla.promises import kept
from services.sla.states import Case
from tousu.domain.clock import triggers
from tousu.domain.clock.told import first_time_of
from tousu.domain.clock.triggers import Running
from tousu.policy.event_catalogue import PROMISED
from tousu.policy.pack import Pack

CLOSED: Final = "closed"
CASE_CLOSED: Final = "case_closed"
Change = Callable[[Running], Running]


class Triggers:
    """The triggers of a pack, pulled for cases."""

    __slots__ = ("_of_clocks", "_promising", "asked")

    def __init__(self, pack: Pack) -> None:
        self._promising = [rule for rule in pack.clocks.values() if rule.promised_in]
        self._of_clocks = triggers.ClockTriggers(pack.clocks.values())
        self.asked = self._of_clocks.asked | {field for rule in pack.hand_up for field in rule.case}
        """The facts of a case that conditions of clocks and of telling somebody higher up ask for."""

    def pull(self, context: CaseContext, case: Case, event_name: str, data: Mapping[str, Any], at: datetime) -> Case:
        """The case after an event has moved its clocks: the very same where it moves none. `at` is when it happened."""
        case = self._pulled(context, case, event_name, data, at)
        if not self._promising:
            return case
        if any(trigger.event == event_name for rule in self._promising for trigger in rule.met_by):
            case = replace(case, answered_at=max(at, case.answered_at or at))
        if all(first_time_of(rule.promised_in, data) is None for rule in self._promising):
            return case
        return kept(context, self._pulled(context, case, PROMISED, data, at), at)

    def _pulled(self, context: CaseContext, case: Case, event_name: str, data: Mapping[str, Any], at: datetime) -> Case:
        context.case = case
        facts = partial(facts_of, case)
        running = self._of_clocks.pull(context, clocks_of(case), case.kind, event_name, data, facts, at)
        ended_at = case.closed_at
        if ended_at is not None and any(clock.is_active and not context.outlives(clock) for clock in running.clocks):
            running = triggers.ended(context, running, ended_at, CASE_CLOSED)  # begun before the end, and told after it
        return with_clocks(case, running)

    def breach(self, context: CaseContext, before: Case, case: Case, at: datetime) -> Case:
        """The case after the breaches that it has now and had not before have moved its clocks."""
        context.case = case
        if case.clocks is before.clocks:
            return case
        facts = partial(facts_of, case)
        running = self._of_clocks.breach(context, clocks_of(before), clocks_of(case), case.kind, facts, at)
        return with_clocks(case, running)

    def take_back(self, context: CaseContext, case: Case) -> Case:
        """The case without the clocks that a breach had started which turned out to be none."""
        return with_clocks(case, self._of_clocks.take_back(context, clocks_of(case)))

    def settle(self, context: CaseContext, case: Case, at: datetime) -> Case:
        """The case with the clocks decided that what is known of it by now decides."""
        context.case = case
        return with_clocks(case, self._of_clocks.settle(context, clocks_of(case), partial(facts_of, case), at))


def clocks_of(case: Case) -> Running:
    """The clocks of a case, as the engine takes them."""
    return Running(case.clocks, case.past)


def with_clocks(case: Case, running: Running) -> Case:
    """The case with these clocks; the very same where they are its own."""
    if running.clocks is case.clocks and running.past is case.past:
        return case
    return replace(case, clocks=running.clocks, past=running.past)


def facts_of(case: Case) -> dict[str, Any]:
    """What conditions of a pack may ask of a case."""
    return {
        "regulator": False,  # it is named where one has sent the complaint
        **case.facts,
        **{name: fact.value for name, fact in case.found.items()},
        "kind": case.kind,
        "grade": case.grade,
        "class": case.class_name,
        "stands": case.stands,
        "reopened": case.reopened,
        "plans_waiting": case.plans_waiting,
    }
