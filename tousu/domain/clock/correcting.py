"""A clock that was told otherwise than it ought to stand, as is known now: what differs is told, and cancels out."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from tousu.domain.clock.context import ClockContext
from tousu.domain.clock.counting import BACK_DATED, unbreached
from tousu.domain.clock.history import KNOWN_LATE
from tousu.domain.clock.moves import MET_LATE
from tousu.domain.clock.state import Clock
from tousu.event import text_of_time


def corrected(ctx: ClockContext, old: Clock | None, ought: Clock) -> Clock:
    """The clock as it ought to stand; what differs from how it stood is told. `old`: None where nobody heard of it."""
    if old is None:
        ctx.clock("started", ought, ought.started_at, reason=ought.missing or KNOWN_LATE)
        return _publish_change(ctx, None, ought)
    goes_on = ought.is_active and not old.is_active
    if old.breached and (goes_on or not ought.breached):
        unbreached(ctx, old)
        old = replace(old, breached=False, acquitted=True)
    # In each generation a clock begins and breaches at most once.
    is_next = goes_on or (old.acquitted and (ought.breached or ought.is_active))
    generation = max(old.generation + 1 if is_next else old.generation, ought.generation)
    unconfirmed = old.unconfirmed and ought.breached
    new = replace(ought, generation=generation, unconfirmed=unconfirmed, acquitted=old.acquitted and not is_next)
    if is_next:
        ctx.clock("started", new, new.started_at, reason=KNOWN_LATE)
    return _publish_change(ctx, None if goes_on else old, new)


def undone(ctx: ClockContext, old: Clock) -> Clock:
    """A clock that ought never to have started."""
    if old.breached:
        old = unbreached(ctx, old)
    if old.status != "cancelled":
        old = replace(old, status="cancelled", ended_at=ctx.now, marks=())
        ctx.clock("cancelled", old, ctx.now, reason=KNOWN_LATE)
    return old


def _publish_change(ctx: ClockContext, old: Clock | None, new: Clock) -> Clock:
    """Tell what became of a clock since it stood as `old`; None: since it began."""
    was_paused = old is not None and old.status == "paused"
    if new.status == "paused" and not was_paused:
        ctx.clock("paused", new, new.anchor, reason=new.pauses[-1].reason)
    elif new.is_active and was_paused and new.status != "paused":
        ctx.clock("resumed", new, new.anchor, reason=KNOWN_LATE)
    elif old is not None and new.is_active and new.due_at != old.due_at:
        more: dict[str, Any] = {} if old.due_at is None else {"old_due_at": text_of_time(old.due_at)}
        ctx.clock("recalculated", new, ctx.now, reason=KNOWN_LATE, old_limit=old.limit.as_data(), **more)
    if new.breached and not (old is not None and old.breached):
        assert new.due_at is not None
        ctx.clock("breached", new, new.due_at, elapsed_us=new.total_us, reason=BACK_DATED)
    if old is None or _end(old) != _end(new):
        _tell_end(ctx, new)
    return new


def _tell_end(ctx: ClockContext, new: Clock) -> None:
    if new.status == "met":
        ctx.clock("met", new, new.ended_at or ctx.now, reason=KNOWN_LATE)
    elif new.status in ("late", "cancelled"):
        event_name = MET_LATE if new.status == "late" else "cancelled"
        ctx.clock(event_name, new, new.ended_at or ctx.now, reason=KNOWN_LATE)


def _end(clock: Clock) -> object:
    return None if clock.is_active else (clock.status, clock.ended_at)
