"""Which events move which clocks: the triggers of a pack by event, pulled in the order of its clocks.

An event does one thing to a clock, the first of: it meets, cancels, restarts, resets, pauses, resumes it. Beside what
is reported and routed, sla pulls triggers itself: `closed` (data: result) when a case ends, `breached` (data: clock)
when a clock breaches. After the end of a case only clocks move that outlive it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from services.sla import clocks
from services.sla.counting import BREACH_WITHDRAWN
from services.sla.pausing import can_pause, pause, resume
from services.sla.scene import Scene
from services.sla.states import Case, Clock
from tousu.policy.clock_rule import ClockRule, Trigger, accepts
from tousu.policy.pack import Pack

RESTARTED: Final = "restarted"
PAST_MAX: Final = 50
BREACHED: Final = "breached"
CLOSED: Final = "closed"
ROUTED: Final = "routed"
MOVES: Final = ("met_by", "cancelled_by", "restarted_by", "reset_by", "paused_by", "resumed_by")
"""What an event can do to a clock, the first that hits counts."""


_ENDS: Final = ("met_by", "cancelled_by")
Moves = tuple[tuple[str, tuple[Trigger, ...]], ...]
"""What an event may do to a clock, and the triggers that say when."""


class Pull(msgspec.Struct):
    """What one event does: the clocks it starts, and what it may do to each of the others, by name, in order.

    asks: whether any of it depends on facts of the case.
    """

    starts: tuple[ClockRule, ...]
    moves: dict[str, Moves]
    asks: bool


class Triggers:
    """The triggers of a pack by the short name of the event."""

    __slots__ = ("_pulls", "asked")

    def __init__(self, pack: Pack) -> None:
        rules = tuple(pack.clocks.values())
        triggers = [trigger for rule in rules for move in MOVES for trigger in getattr(rule, move)]
        names = {rule.starts_on for rule in rules} | {trigger.event for trigger in triggers}
        self._pulls = {name: _pull_of(name, rules) for name in names}
        self.asked = frozenset(
            field
            for condition in (*(rule.applies_when for rule in rules), *(trigger.case for trigger in triggers))
            for field in condition
        ) | {field for rule in pack.hand_up for field in rule.case}
        """The facts of a case that conditions of clocks and of telling somebody higher up ask for."""

    def pull(self, scene: Scene, case: Case, what: str, said: Mapping[str, Any], at: datetime) -> Case:
        """The case after an event has moved its clocks: the very same where it moves none. `at` is when it happened."""
        pull = self._pulls.get(what)
        if pull is None:
            return case
        scene.case = case
        facts = facts_of(case) if pull.asks else {}
        past = case.past
        moved: list[Clock] = []
        for clock in case.clocks:
            moves = pull.moves.get(clock.name)
            move = _first_hit(moves, clock, what, said, facts) if moves is not None else ""
            if not move:
                moved.append(clock)
            elif move in _ENDS and at < (clock.begun_at or clock.started_at) and not _is_first(scene, clock):
                past = _acquitted(scene, past, clock.name, at)  # it concerns an earlier generation
                moved.append(clock)
            elif move == "restarted_by":
                old, new = restarted(scene, clock, at) if _may_move(scene, clock) else (None, clock)
                past = remembered(past, old) if old is not None else past
                moved.append(new)
            else:
                counted = max(at, clock.started_at) if move in _ENDS and _is_first(scene, clock) else at
                moved.append(_moved(scene, clock, move, what, said, counted))
        if past is not case.past or any(new is not old for new, old in zip(moved, case.clocks, strict=True)):
            case = replace(case, clocks=tuple(moved), past=past)
        for rule in pull.starts:
            if accepts(rule.starts_with, said) and rule.applies_to(case.kind, facts):
                case = _started(scene, case, rule, at)
        return case

    def breach(self, scene: Scene, before: Case, case: Case, at: datetime) -> Case:
        """The case after the breaches that it has now and had not before have moved its clocks."""
        if BREACHED in self._pulls:
            stood = {clock.name for clock in before.clocks if clock.breached}
            for name in [clock.name for clock in case.clocks if clock.breached and clock.name not in stood]:
                case = self.pull(scene, case, BREACHED, {"clock": name}, at)
        return case

    def take_back(self, scene: Scene, case: Case) -> Case:
        """The case without the clocks that a breach had started which turned out to be none."""
        pull = self._pulls.get(BREACHED)
        while scene.withdrawn:
            said = {"clock": scene.withdrawn.pop()}
            grounds = {rule.name for rule in pull.starts if accepts(rule.starts_with, said)} if pull else set()
            if grounds:
                kept = (
                    clocks.cancel(scene, clock, clock.started_at, BREACH_WITHDRAWN) if clock.name in grounds else clock
                    for clock in case.clocks
                )
                case = replace(case, clocks=tuple(kept))
        return case


def restarted(scene: Scene, clock: Clock, at: datetime) -> tuple[Clock, Clock]:
    """A clock that starts anew: its old generation as it ended, and the new one."""
    at = max(at, clock.started_at)
    old = clocks.cancel(scene, clock, at, RESTARTED)
    rule = scene.pack.clocks[clock.name]
    return old, clocks.start(scene, rule, at, at, clock.generation + 1)


def remembered(past: tuple[Clock, ...], old: Clock) -> tuple[Clock, ...]:
    """The earlier generations with one more, where its breach stands: of many, the last fifty.

    No clock is forgotten altogether, so that the case still knows which of its clocks stand as breached.
    """
    if not old.breached:
        return past
    past = (*past, replace(old, marks=(), pauses=()))
    if len(past) <= PAST_MAX:
        return past
    names = [clock.name for clock in past]
    first = next((index for index, name in enumerate(names) if name in names[index + 1 :]), None)
    return past if first is None else (*past[:first], *past[first + 1 :])


def facts_of(case: Case) -> dict[str, Any]:
    """What conditions of a pack may ask of a case."""
    return {
        **case.facts,
        **{name: each.value for name, each in case.found.items()},
        "kind": case.kind,
        "grade": case.grade,
        "class": case.class_name,
        "stands": case.stands,
        "reopened": case.reopened,
    }


def _moved(scene: Scene, clock: Clock, move: str, what: str, said: Mapping[str, Any], at: datetime) -> Clock:
    """A clock after what an event does to it within its generation."""
    match move:
        case "met_by":
            return clocks.meet(scene, clock, at, what)
        case "cancelled_by":
            return clocks.cancel(scene, clock, at, what)
        case "reset_by":
            return clocks.reset(scene, clock, at)
        case "paused_by" if can_pause(scene, clock, at):
            return pause(scene, clock, at, what, said)
        case "resumed_by" if clock.status == "paused":
            return resume(scene, clock, at, what)
        case _:
            return clock


def _started(scene: Scene, case: Case, rule: ClockRule, at: datetime) -> Case:
    """The case with a clock that begins; with its next generation where the one before has ended and may come again."""
    old = next((clock for clock in case.clocks if clock.name == rule.name), None)
    if case.life == "closed" and not rule.outlives_case:
        return case
    if old is None:
        started_at = case.received_at if rule.starts_at == "received_at" else at
        return replace(case, clocks=(*case.clocks, clocks.start(scene, rule, started_at, at)))
    if not _may_come_again(case, rule, old, at):
        return case
    new = clocks.start(scene, rule, at, at, old.generation + 1)
    past = remembered(case.past, old)
    return replace(case, clocks=tuple(new if clock is old else clock for clock in case.clocks), past=past)


def _may_come_again(case: Case, rule: ClockRule, old: Clock, at: datetime) -> bool:
    """Once a round; a clock that outlives the case or begins with a breach comes as often as its event."""
    if old.is_active or old.ended_at is None or at < old.ended_at:
        return False
    return (
        rule.outlives_case or rule.starts_on == BREACHED or (case.reopened > 0 and old.ended_at <= case.round_at <= at)
    )


def _is_first(scene: Scene, clock: Clock) -> bool:
    """Whether nothing of its kind ran before a clock: it began with its case. Who had acted by then, acted in time."""
    rule = scene.rule(clock)
    return clock.generation == 1 and clock.begun_at is None and rule is not None and rule.starts_on == ROUTED


def _may_move(scene: Scene, clock: Clock) -> bool:
    """Whether it may begin anew where the case stands."""
    rule = scene.rule(clock)
    return rule is not None and (scene.case.life != "closed" or rule.outlives_case)


def _acquitted(scene: Scene, past: Iterable[Clock], name: str, at: datetime) -> tuple[Clock, ...]:
    """Earlier generations, those of a clock left out that had begun by `at` and whose breach that undoes."""
    looked_at = (
        clocks.acquit(scene, clock, at) if clock.name == name and clock.started_at <= at else clock for clock in past
    )
    return tuple(clock for clock in looked_at if clock.breached)


def _pull_of(event: str, rules: tuple[ClockRule, ...]) -> Pull:
    starts = tuple(rule for rule in rules if rule.starts_on == event)
    moves = {rule.name: moves for rule in rules if (moves := _moves(rule, event))}
    asks = bool(starts) or any(
        trigger.case for of_clock in moves.values() for _, triggers in of_clock for trigger in triggers
    )
    return Pull(starts=starts, moves=moves, asks=asks)


def _moves(rule: ClockRule, event: str) -> Moves:
    found = ((move, tuple(trigger for trigger in getattr(rule, move) if trigger.event == event)) for move in MOVES)
    return tuple((move, triggers) for move, triggers in found if triggers)


def _first_hit(moves: Moves, clock: Clock, what: str, said: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    """What an event does to a clock; empty for nothing. What stands still is not paused again."""
    for move, triggers in moves:
        if move == "paused_by" and clock.status == "paused":
            continue
        if any(trigger.hit_by(what, said, facts) for trigger in triggers):
            return move
    return ""
