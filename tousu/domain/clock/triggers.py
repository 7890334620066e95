"""Which events move which clocks: the triggers of a pack by event, pulled in the order of its clocks.

An event does one thing to a clock, the first of: it meets, cancels, restarts, resets, pauses, resumes it. Beside what
is reported, owners pull triggers themselves: `closed` (data: result) when a case ends, `breached` (data: clock) when a
clock breaches. After the end of its owner only a clock moves that outlives it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

import msgspec
from msgspec.structs import replace

from tousu.domain.clock import moves
from tousu.domain.clock.context import ClockContext
from tousu.domain.clock.counting import BREACH_WITHDRAWN
from tousu.domain.clock.deciding import decided, doubt_of
from tousu.domain.clock.history import as_of, begun_late, happened
from tousu.domain.clock.of_plans import concerns, number_of_plan
from tousu.domain.clock.state import Clock, ClockMove
from tousu.domain.clock.told import first_time_of, limit_until, promised_limit
from tousu.policy.calendar import UnpublishedYear
from tousu.policy.clock_rule import ClockRule, Trigger
from tousu.policy.working_time import deadline

PAST_MAX: Final = 50
PLANS_MAX: Final = 40
"""So many plans of a case have a clock of their own, as long as any of them waits no more and was not late."""
BREACHED: Final = "breached"
FORMER: Final = "from_departments"
"""Where an event says who had the case before it: whoever stays has done what was done."""
MOVES: Final = ("met_by", "cancelled_by", "restarted_by", "reset_by", "paused_by", "resumed_by")
"""What an event can do to a clock, the first that hits counts."""

_MOVE: Final[Mapping[str, Literal["met", "cancelled", "reset", "paused", "resumed"]]] = {
    "met_by": "met", "cancelled_by": "cancelled", "reset_by": "reset", "paused_by": "paused", "resumed_by": "resumed",
}  # fmt: skip
_ENDS: Final = ("met_by", "cancelled_by")
_SAID_BY: Final[Mapping[str, tuple[str, ...]]] = {"paused_by": ("department", "employee"), "met_by": ("department",)}
"""What a clock keeps of who did something to it."""
Moves = tuple[tuple[str, tuple[Trigger, ...]], ...]
"""What an event may do to a clock, and the triggers that say when."""
Facts = Callable[[], Mapping[str, Any]]


class Running(NamedTuple):
    """The clocks of one owner: those of now, and the earlier generations whose breach stands (the last fifty)."""

    clocks: tuple[Clock, ...] = ()
    past: tuple[Clock, ...] = ()


class Pull(msgspec.Struct):
    """What one event does: the clocks it starts, and what it may do to each of the others, by name, in order.

    asks: whether any of it depends on facts of the owner.
    """

    starts: tuple[ClockRule, ...]
    moves: dict[str, Moves]
    asks: bool


class ClockTriggers:
    """The triggers of some rules by the short name of the event."""

    __slots__ = ("_pulls", "asked")

    def __init__(self, rules: Iterable[ClockRule]) -> None:
        rules = tuple(rules)
        triggers = [trigger for rule in rules for move in MOVES for trigger in getattr(rule, move)]
        names = {rule.starts_on for rule in rules} | {trigger.event for trigger in triggers}
        self._pulls = {name: _pull_of(name, rules) for name in names}
        conditions = (*(rule.applies_when for rule in rules), *(rule.starts_with for rule in rules))
        self.asked = frozenset(
            field for condition in (*conditions, *(trigger.case for trigger in triggers)) for field in condition
        )
        """The facts that conditions of clocks ask for."""

    def pull(
        self, ctx: ClockContext, running: Running, kind: str, event_name: str, data: Mapping[str, Any], facts: Facts,
        at: datetime,
    ) -> Running:  # fmt: skip
        """The clocks after an event: the very same where it moves none. `at` is when it happened.

        kind: of the owner (complaint, inquiry, claim); another one's clocks do not start.
        """
        pull = self._pulls.get(event_name)
        if pull is None:
            return running
        known = facts() if pull.asks else {}
        running = _moved_by(pull, ctx, running, event_name, data, known, at)
        for rule in pull.starts:
            if rule.kind == kind:
                running = _started(ctx, running, rule, data, known, at)
        return running

    def breach(
        self, ctx: ClockContext, before: Running, running: Running, kind: str, facts: Facts, at: datetime
    ) -> Running:
        """The clocks after the breaches that they have now and had not before have moved others."""
        if BREACHED in self._pulls:
            stood = {clock.name for clock in before.clocks if clock.breached}
            for name in [clock.name for clock in running.clocks if clock.breached and clock.name not in stood]:
                running = self.pull(ctx, running, kind, BREACHED, {"clock": name}, facts, at)
        return running

    def take_back(self, ctx: ClockContext, running: Running) -> Running:
        """The clocks without those that a breach had started which turned out to be none."""
        pull = self._pulls.get(BREACHED)
        while ctx.withdrawn:
            data = {"clock": ctx.withdrawn.pop()}
            grounds = {rule.name for rule in pull.starts if rule.starts_with_holds(data)} if pull else set()
            if grounds:
                kept = (
                    moves.cancel(ctx, clock, clock.started_at, BREACH_WITHDRAWN) if clock.name in grounds else clock
                    for clock in running.clocks
                )
                running = running._replace(clocks=tuple(kept))
        return running

    def settle(self, ctx: ClockContext, running: Running, facts: Facts, at: datetime) -> Running:
        """The clocks by what is known now: those that wait to be decided are looked at again."""
        if all(not clock.undecided and not clock.presumed for clock in running.clocks):
            return running
        known = facts()
        looked_at = [decided(ctx, clock, known, at) for clock in running.clocks]
        if all(new is old for new, old in zip(looked_at, running.clocks, strict=True)):
            return running
        return running._replace(clocks=tuple(clock for clock in looked_at if clock is not None))


def remembered(past: tuple[Clock, ...], old: Clock) -> tuple[Clock, ...]:
    """The earlier generations with one more, where its breach stands: of many, the last fifty.

    No clock is forgotten altogether, so that its owner still knows which of its clocks stand as breached.
    """
    if not old.breached:
        return past
    past = (*past, replace(old, marks=(), pauses=()))
    if len(past) <= PAST_MAX:
        return past
    names = [clock.name for clock in past]
    first = next((index for index, name in enumerate(names) if name in names[index + 1 :]), None)
    return past if first is None else (*past[:first], *past[first + 1 :])


def reopened(ctx: ClockContext, running: Running, at: datetime) -> Running:
    """The next round begins. Each clock does what the pack says: it starts anew, goes on, or rests."""
    past, moved = running.past, []
    for clock in running.clocks:
        rule = ctx.rule(clock)
        new = clock
        if rule is not None and rule.on_reopen == "restart":
            old, new = moves.restarted(ctx, rule, clock, at)
            past = remembered(past, old)
        elif rule is not None and rule.on_reopen == "resume":
            new = moves.go_on(ctx, clock, at)
        moved.append(new)
    return Running(tuple(moved), past)


def ended(ctx: ClockContext, running: Running, at: datetime, reason: str) -> Running:
    """The owner has ended: what does not outlive it waits no more, and what came to its end in time was no breach."""
    move = ClockMove(at=at, name="cancelled", reason=reason, cause=ctx.cause)
    clocks = tuple(clock if ctx.outlives(clock) else happened(ctx, clock, move) for clock in running.clocks)
    looked_at = (clock if ctx.outlives(clock) else moves.acquit(ctx, clock, at) for clock in running.past)
    return Running(clocks, tuple(clock for clock in looked_at if clock.breached))


def _moved_by(
    pull: Pull, ctx: ClockContext, running: Running, event_name: str, data: Mapping[str, Any], facts: Mapping[str, Any],
    at: datetime,
) -> Running:  # fmt: skip
    """The clocks there are after what the event does to each."""
    past = running.past
    moved: list[Clock] = []
    for clock in running.clocks:
        of_clock = pull.moves.get(clock.name)
        move = _first_hit(of_clock, ctx, clock, event_name, data, facts, at) if of_clock is not None else ""
        move = "" if move == "met_by" and _comes_too_soon(ctx, clock, at) else move
        if not move or not concerns(ctx.rule(clock), running.clocks, clock, move, event_name, data, at):
            moved.append(clock)
        elif move in _ENDS and at < (clock.begun_at or clock.started_at) and not ctx.is_first(clock):
            past = _acquitted(ctx, past, clock, at)  # it concerns an earlier generation
            moved.append(clock)
        elif move == "restarted_by":
            rule = ctx.rule(clock)
            if rule is not None and ctx.may_start(rule, at):
                old, clock = _restarted(ctx, rule, clock, data, at)  # noqa: PLW2901
                past = remembered(past, old)
            moved.append(clock)
        else:
            counted = max(at, clock.started_at) if move in _ENDS and ctx.is_first(clock) else at
            moved.append(_moved(ctx, clock, move, event_name, data, counted))
    if past is running.past and all(new is old for new, old in zip(moved, running.clocks, strict=True)):
        return running
    return Running(tuple(moved), past)


def _restarted(
    ctx: ClockContext, rule: ClockRule, clock: Clock, data: Mapping[str, Any], at: datetime
) -> tuple[Clock, Clock]:
    """A clock that starts anew: what had happened to it after that, as is known by now, happened to the new one."""
    limit, since = promised_limit(ctx, rule, data, at) or (None, at)
    old, new = moves.restarted(ctx, rule, clock, at, data.get(FORMER, ()), since=since, limit=limit)
    return old, begun_late(ctx, new, tuple(move for move in clock.moves if move.at > new.started_at))


def _comes_too_soon(ctx: ClockContext, clock: Clock, at: datetime) -> bool:
    """Whether what would meet a clock happened before that may be, by the pack."""
    rule = ctx.rule(clock)
    if rule is None or rule.met_not_before is None:
        return False
    earliest = deadline(clock.started_at, rule.met_not_before, ctx.calendar)
    return not isinstance(earliest, UnpublishedYear) and at < earliest


def _moved(ctx: ClockContext, clock: Clock, move: str, event_name: str, data: Mapping[str, Any], at: datetime) -> Clock:
    """A clock after what an event does to it within its generation, put where it belongs."""
    by = {name: data[name] for name in _SAID_BY.get(move, ()) if name in data}
    return happened(ctx, clock, ClockMove(at=at, name=_MOVE[move], reason=event_name, cause=ctx.cause, by=by))


def _started(
    ctx: ClockContext,
    running: Running,
    rule: ClockRule,
    data: Mapping[str, Any],
    facts: Mapping[str, Any],
    at: datetime,
) -> Running:
    """The clocks with one that begins; with its next generation where the one before has ended and may come again."""
    doubt = doubt_of(rule, data, facts)
    plan_id = number_of_plan(rule, data)
    old = next((clock for clock in running.clocks if (clock.name, clock.plan_id) == (rule.name, plan_id)), None)
    if doubt is None or not ctx.may_start(rule, at):
        return running
    if rule.promised_in:
        return _promised(ctx, running, rule, old, data, at)
    if old is not None and (old.is_active or not ctx.may_come_again(rule, old, at)):
        return running
    started_at = ctx.start_of(rule, at, first=old is None)
    if started_at is None:
        return running
    limit, since = promised_limit(ctx, rule, data, at) or (None, started_at)
    if old is None:
        new = moves.start(ctx, rule, since, at, doubt=doubt, limit=limit, plan_id=plan_id)
        return running._replace(clocks=(*_with_room(running.clocks, rule), new))
    new = moves.start(ctx, rule, since, at, old.generation + 1, doubt, limit, plan_id)
    clocks = tuple(new if clock is old else clock for clock in running.clocks)
    return Running(clocks, remembered(running.past, old))


def _with_room(clocks: tuple[Clock, ...], rule: ClockRule) -> tuple[Clock, ...]:
    """The clocks with room for one of another plan: of many plans the oldest that waits no more is forgotten."""
    if not rule.each_plan or sum(clock.name == rule.name for clock in clocks) < PLANS_MAX:
        return clocks
    done = (clock for clock in clocks if clock.name == rule.name and not clock.is_active and not clock.breached)
    oldest = next(done, None)
    return tuple(clock for clock in clocks if clock is not oldest)


def _promised(
    ctx: ClockContext, running: Running, rule: ClockRule, old: Clock | None, data: Mapping[str, Any], at: datetime
) -> Running:
    """The clocks with one that waits until the time that the customer was told.

    The first promise holds until it is kept: another one can only bring it forward.
    """
    until = first_time_of(rule.promised_in, data)
    if until is None or until <= at:
        return running
    if old is not None and old.is_active and old.due_at is not None and old.due_at <= until:
        return running
    if old is not None and not old.is_active and (old.ended_at is None or at < old.ended_at):
        return running
    limit, since = limit_until(rule, until, at)
    generation = 1 if old is None else old.generation + 1
    ended_one = None if old is None else moves.cancel(ctx, old, at, moves.RESTARTED)
    new = moves.start(ctx, rule, since, at, generation, limit=limit)
    if old is None or ended_one is None:
        return running._replace(clocks=(*running.clocks, new))
    clocks = tuple(new if clock is old else clock for clock in running.clocks)
    return Running(clocks, remembered(running.past, ended_one))


def relieved(ctx: ClockContext, running: Running, at: datetime) -> Running:
    """The clocks after departments left: what each owes is met where those that stay have done it."""
    moved = tuple(
        happened(ctx, clock, ClockMove(at=at, name="met", reason="passed_on", cause=ctx.cause))
        if clock.done and set(ctx.responsible) <= set(clock.done)
        else clock
        for clock in running.clocks
    )
    return running._replace(clocks=moved) if moved != running.clocks else running


def _acquitted(ctx: ClockContext, past: Iterable[Clock], of: Clock, at: datetime) -> tuple[Clock, ...]:
    """Earlier generations, those of a clock left out that had begun by `at` and whose breach that undoes."""
    name = of.name, of.plan_id
    looked_at = (
        moves.acquit(ctx, clock, at) if (clock.name, clock.plan_id) == name and clock.started_at <= at else clock
        for clock in past
    )
    return tuple(clock for clock in looked_at if clock.breached)


def _pull_of(event_name: str, rules: tuple[ClockRule, ...]) -> Pull:
    starts = tuple(rule for rule in rules if rule.starts_on == event_name)
    of_rules = {rule.name: moves for rule in rules if (moves := _moves(rule, event_name))}
    asks = bool(starts) or any(
        trigger.case for of_clock in of_rules.values() for _, triggers in of_clock for trigger in triggers
    )
    return Pull(starts=starts, moves=of_rules, asks=asks)


def _moves(rule: ClockRule, event_name: str) -> Moves:
    pairs = ((move, tuple(trigger for trigger in getattr(rule, move) if trigger.event == event_name)) for move in MOVES)
    return tuple((move, triggers) for move, triggers in pairs if triggers)


def _first_hit(
    of_clock: Moves, ctx: ClockContext, clock: Clock, event_name: str, data: Mapping[str, Any],
    facts: Mapping[str, Any], at: datetime,
) -> str:  # fmt: skip
    """What an event does to a clock; empty for nothing. One that pauses and resumes looks whether it stands still."""
    for move, triggers in of_clock:
        for trigger in triggers:
            if trigger.hit_by(event_name, data, facts):
                break
        else:
            continue
        resumes = move == "paused_by" and of_clock[-1][0] == "resumed_by"
        if not (resumes and as_of(ctx, clock, at).status == "paused"):
            return move
    return ""
