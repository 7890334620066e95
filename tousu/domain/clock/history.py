"""A clock is the fold of what happened to it, in the order in which it happened, not in which it was reported.

What is reported last and happened last is one step. What happened before something that is known already is put in
its place: the clock is folded again from before it, once without and once with it, by the same function, and what the
second fold tells and the first did not is published; a breach that only the first has is withdrawn. Warnings and
notices of a time that has passed meanwhile are not told; of the rungs of a breach that came out so the highest is.

A clock keeps the last MOVES_MAX things that happened to it; `base` is the clock before them, none where that is its
start.
"""

from __future__ import annotations

from bisect import insort_right
from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from tousu.domain.clock import moves
from tousu.domain.clock.context import ClockContext
from tousu.domain.clock.counting import BACK_DATED, BREACH_WITHDRAWN, all_marks, plan_rest, planned, unbreached
from tousu.domain.clock.escalation import catch_up
from tousu.domain.clock.extending import can_extend, lengthen
from tousu.domain.clock.pausing import can_pause, pause, resume
from tousu.domain.clock.recorder import RecordedEvent, Recorder
from tousu.domain.clock.state import Clock, ClockMove, Mark
from tousu.event import text_of_time

MOVES_MAX: Final = 32
FOLDED_AT_ONCE: Final = 8
"""So many of the oldest go into the base together, so that the base is not written anew with each event."""
KNOWN_LATE: Final = "known_late"
_WHEN: Final = attrgetter("at")
_ONCE: Final = frozenset({"started", "breached", "met", "met_late", "cancelled"})
_PASSED: Final = frozenset({"started", "warned", "escalated"})
"""What is not told of a time that lies behind."""


class Folded(NamedTuple):
    """A clock after what happened to it, and what it published on the way."""

    clock: Clock
    events: list[RecordedEvent]


def happened(ctx: ClockContext, clock: Clock, move: ClockMove) -> Clock:
    """The clock after something that happened to it, whenever that is reported."""
    if is_late(clock, move.at):
        return _placed(ctx, clock, move)
    if not clock.is_active and clock.status != "late":
        return _met_again(ctx, clock, move)
    return _kept(ctx, evolve(ctx, clock, move), (*clock.moves, move))


def begun_late(ctx: ClockContext, clock: Clock, since: tuple[ClockMove, ...]) -> Clock:
    """A clock that has just begun at a time that lies behind, after what has happened to it since."""
    return _refolded(ctx, clock, since, (), clock.started_at) if since else clock


def _met_again(ctx: ClockContext, clock: Clock, move: ClockMove) -> Clock:
    """A clock that was met and is so once more: it matters where a restart in between becomes known later."""
    rule = ctx.rule(clock)
    matters = move.name == "met" and clock.status == "met" and rule is not None and bool(rule.restarted_by)
    return _kept(ctx, clock, (*clock.moves, move)) if matters else clock


def is_late(clock: Clock, at: datetime) -> bool:
    """Whether something that happened later is known of a clock already, a pause that ended by itself included."""
    since = clock.folded_at or clock.begun_at or clock.started_at
    return bool(clock.moves) and since <= at < max(clock.moves[-1].at, clock.anchor)


def as_of(ctx: ClockContext, clock: Clock, at: datetime) -> Clock:
    """The clock as it stood at a moment, by what is known now; what time alone has done since counts."""
    if not is_late(clock, at):
        return clock
    return _fold(ctx, clock, [move for move in clock.moves if move.at <= at], at).clock


def evolve(ctx: ClockContext, clock: Clock, move: ClockMove) -> Clock:
    """One step: the clock after the newest thing that happened to it."""
    match move.name:
        case "paused" if clock.status != "paused" and can_pause(ctx, clock, move.at):
            return pause(ctx, clock, move.at, move.reason, move.by)
        case "resumed" if clock.status == "paused":
            return resume(ctx, clock, move.at, move.reason)
        case "reset":
            return moves.reset(ctx, clock, move.at)
        case "extended" if move.until is not None and can_extend(ctx, clock, move.until, move.at):
            return lengthen(ctx, clock, move.at, move.until, move.reason)
        case "met":
            return moves.done_by(ctx, clock, move.at, move.reason, move.by.values())
        case "cancelled":
            # Time alone takes no breach back: the owner may end by this very breach.
            return moves.cancel(ctx, clock, move.at, move.reason, by_time=not move.cause)
        case _:
            return clock


def _placed(ctx: ClockContext, clock: Clock, move: ClockMove) -> Clock:
    """The clock with something late put in its place; the differences are published."""
    before = _fold(ctx, clock, clock.moves, ctx.now)
    known = list(clock.moves)
    insort_right(known, move, key=_WHEN)
    return _refolded(ctx, clock, tuple(known), before.events, move.at)


def _refolded(
    ctx: ClockContext, clock: Clock, known: tuple[ClockMove, ...], before: Sequence[RecordedEvent], at: datetime
) -> Clock:
    """The clock by everything that is known; what it told already (`before`) is not told again."""
    after = _fold(ctx, clock, known, ctx.now)
    new = replace(
        after.clock, generation=clock.generation, base=clock.base, folded_at=clock.folded_at,
        unconfirmed=clock.unconfirmed and after.clock.breached, undecided=clock.undecided, presumed=clock.presumed,
        rests=clock.rests, acquitted=clock.acquitted,
    )  # fmt: skip
    if not clock.undecided:
        new = _publish_late(ctx, clock, new, at, _news(before, after.events))
    return _kept(ctx, new, known)


def _publish_late(ctx: ClockContext, old: Clock, new: Clock, at: datetime, news: list[RecordedEvent]) -> Clock:
    """Publish what the clock would have told, had everything been known in its order, and was not told."""
    due_at, waiting = old.due_at, {mark.place for mark in old.marks}
    if old.breached and not new.breached:
        unbreached(ctx, old)
        if new.is_active:
            new = replace(new, generation=old.generation + 1, acquitted=False)
            ctx.clock("started", new, ctx.now, reason=BREACH_WITHDRAWN)
            waiting = {mark.place for mark in new.marks}
        else:
            new = replace(new, acquitted=True)
    elif new.breached and not old.breached and old.acquitted:
        new = replace(new, generation=old.generation + 1, acquitted=False)
        ctx.clock("started", new, ctx.now, reason=BREACH_WITHDRAWN)
    for event in news:
        if event.name in _PASSED:
            continue
        data = event.data | {"generation": new.generation}
        if event.name == "breached":
            data["reason"] = BACK_DATED
        due_at = new.due_at if "due_at" in event.data else due_at
        ctx.emit(event.kind, event.at, data, new.cause)
    if new.status == "running" and new.due_at != due_at:
        more: dict[str, Any] = {} if due_at is None else {"old_due_at": text_of_time(due_at)}
        ctx.clock("recalculated", new, at, reason=KNOWN_LATE, old_limit=old.limit.as_data(), **more)
    if new.status == "running" and new.breached and not old.breached:
        passed = [Mark(at=ctx.now, level=event.data["level"]) for event in news if event.name == "escalated"]
        return catch_up(ctx, replace(new, marks=(*new.marks, *passed)))
    return replace(new, marks=tuple(mark for mark in new.marks if mark.told or mark.place in waiting))


def _news(before: Sequence[RecordedEvent], after: Sequence[RecordedEvent]) -> list[RecordedEvent]:
    """What the second fold published and the first did not; nobody learns twice what they know."""
    known = {_key(event) for event in before}
    heard = {_key(event)[1:] for event in before if event.name == "escalated"}
    return [
        event
        for event in after
        if _key(event) not in known and not (event.name == "escalation_suppressed" and _key(event)[1:] in heard)
    ]


def _key(event: RecordedEvent) -> tuple[Any, ...]:
    data = event.data
    if event.name in _ONCE:
        return (event.name,)
    if event.name in ("escalated", "escalation_suppressed"):
        return (event.name, data["level"], data.get("repetition", 0))
    if event.name == "warned":
        return (event.name, data.get("share"), str(data.get("left")))
    return (event.name, event.at, data.get("elapsed_s"), data.get("due_at"))


def _fold(ctx: ClockContext, clock: Clock, known: Sequence[ClockMove], until: datetime) -> Folded:
    """The clock from its base on, with these things happening to it, up to a moment."""
    recorder = Recorder(ctx)
    now = clock.base or _fresh(recorder, clock)
    for move in known:
        now = _advanced(recorder, now, move.at)
        recorder.now, recorder.cause = move.at, move.cause
        now = evolve(recorder, now, move)
    return Folded(_advanced(recorder, now, until), recorder.events)


def _advanced(recorder: Recorder, clock: Clock, until: datetime) -> Clock:
    """The clock after everything that time alone did before a moment."""
    recorder.cause = ""
    while (due := clock.next_at) is not None and due < until:
        recorder.now = due
        clock = moves.fire(recorder, clock, due)
    return clock


def _fresh(recorder: Recorder, clock: Clock) -> Clock:
    """The clock as it started; its limit and calendar as they count now."""
    started_at = clock.begun_at or clock.started_at
    rule = recorder.rule(clock)
    fresh = Clock(
        name=clock.name, generation=clock.generation, status="running", limit=clock.limit, started_at=started_at,
        anchor=started_at, cause=clock.cause, calendar=clock.calendar, pack=clock.pack,
        marks=all_marks(rule, started_at) if rule is not None else (), plan_id=clock.plan_id,
    )  # fmt: skip
    return planned(fresh, plan_rest(recorder, fresh))


def _kept(ctx: ClockContext, clock: Clock, known: tuple[ClockMove, ...]) -> Clock:
    """The clock with what happened to it; of much, the oldest go into the base."""
    if len(known) <= MOVES_MAX:
        return replace(clock, moves=known)
    oldest = known[:FOLDED_AT_ONCE]
    base = _fold(ctx, clock, oldest, oldest[-1].at).clock
    return replace(clock, moves=known[FOLDED_AT_ONCE:], base=replace(base, moves=()), folded_at=oldest[-1].at)
