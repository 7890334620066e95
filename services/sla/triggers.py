"""Which events move which clocks: the triggers of a pack by event, pulled in the order of its clocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from services.sla import clocks
from services.sla.scene import Scene
from services.sla.states import Case, Clock
from tousu.policy.clock_rule import ClockRule, Trigger
from tousu.policy.pack import Pack

RESTARTED: Final = "restarted"


class Pull(msgspec.Struct):
    """What one event does: the clocks it starts, meets, cancels and restarts, by name."""

    starts: tuple[ClockRule, ...] = ()
    meets: dict[str, tuple[Trigger, ...]] = {}
    cancels: dict[str, tuple[Trigger, ...]] = {}
    restarts: dict[str, tuple[Trigger, ...]] = {}


class Triggers:
    """The triggers of a pack by the short name of the event."""

    __slots__ = ("_pulls", "asked")

    def __init__(self, pack: Pack) -> None:
        rules = tuple(pack.clocks.values())
        names = {rule.starts_on for rule in rules} | {
            trigger.event for rule in rules for trigger in (*rule.met_by, *rule.cancelled_by, *rule.restarted_by)
        }
        self._pulls = {
            name: Pull(
                starts=tuple(rule for rule in rules if rule.starts_on == name),
                meets=_by_clock(name, rules, "met_by"),
                cancels=_by_clock(name, rules, "cancelled_by"),
                restarts=_by_clock(name, rules, "restarted_by"),
            )
            for name in names
        }
        self.asked = frozenset(
            field
            for rule in rules
            for condition in (rule.applies_when, *(trigger.case for trigger in (*rule.met_by, *rule.cancelled_by)))
            for field in condition
        )
        """The facts of a case that a clock's conditions ask for."""

    def pull(self, scene: Scene, case: Case, what: str, said: Mapping[str, Any], at: datetime) -> Case:
        """The case after an event has moved its clocks. `at` is when it happened."""
        pull = self._pulls.get(what)
        if pull is None:
            return case
        scene.case = case
        facts = facts_of(case)
        past = case.past
        moved: list[Clock] = []
        for clock in case.clocks:
            meets = _hit(pull.meets.get(clock.name), what, said, facts)
            cancels = not meets and _hit(pull.cancels.get(clock.name), what, said, facts)
            if (meets or cancels) and at < clock.started_at:  # it concerns an earlier generation
                past = _acquitted(scene, past, clock.name, at)
                moved.append(clock)
            elif meets:
                moved.append(clocks.meet(scene, clock, at))
            elif cancels:
                moved.append(clocks.cancel(scene, clock, at, what))
            elif _hit(pull.restarts.get(clock.name), what, said, facts):
                old, new = restarted(scene, clock, at)
                past = (*past, old) if old.breached else past
                moved.append(new)
            else:
                moved.append(clock)
        there = {clock.name for clock in moved}
        for rule in pull.starts:
            if rule.name not in there and rule.applies_to(case.kind, facts):
                started_at = case.received_at if rule.starts_at == "received_at" else at
                moved.append(clocks.start(scene, rule, started_at, at))
        return replace(case, clocks=tuple(moved), past=past)


def restarted(scene: Scene, clock: Clock, at: datetime) -> tuple[Clock, Clock]:
    """A clock that starts anew: its old generation as it ended, and the new one."""
    at = max(at, clock.started_at)
    old = clocks.cancel(scene, clock, at, RESTARTED)
    rule = scene.pack.clocks[clock.name]
    return old, clocks.start(scene, rule, at, at, clock.generation + 1)


def facts_of(case: Case) -> dict[str, Any]:
    """What conditions of a pack may ask of a case."""
    return {
        **case.facts,
        "kind": case.kind,
        "grade": case.grade,
        "class": case.class_name,
        "stands": case.stands,
        "reopened": case.reopened,
    }


def _acquitted(scene: Scene, past: Iterable[Clock], name: str, at: datetime) -> tuple[Clock, ...]:
    """Earlier generations, those of a clock left out that had begun by `at` and whose breach that undoes."""
    looked_at = (
        clocks.acquit(scene, clock, at) if clock.name == name and clock.started_at <= at else clock for clock in past
    )
    return tuple(clock for clock in looked_at if clock.breached)


def _by_clock(event: str, rules: Iterable[ClockRule], field: str) -> dict[str, tuple[Trigger, ...]]:
    found = {rule.name: tuple(t for t in getattr(rule, field) if t.event == event) for rule in rules}
    return {name: triggers for name, triggers in found.items() if triggers}


def _hit(triggers: tuple[Trigger, ...] | None, what: str, said: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    return triggers is not None and any(trigger.hit_by(what, said, facts) for trigger in triggers)
