"""What is reported of clocks themselves: they stand still, go on, get more time; whenever that happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tousu.decision import Refusal
from tousu.domain.clock.context import ClockContext
from tousu.domain.clock.extending import not_extendable, obstacle_to_extending
from tousu.domain.clock.history import as_of, happened
from tousu.domain.clock.pausing import obstacle_to_pausing
from tousu.domain.clock.state import Clock, ClockMove
from tousu.event import time_of_text


def pause_all(
    ctx: ClockContext, clocks: Sequence[Clock], data: Mapping[str, Any], at: datetime
) -> tuple[Clock, ...] | Refusal:
    """Pause the clocks named, or all that may pause for this reason. None, or one that never may: refused.

    One that did not count then, by what is known now, remembers it: what comes later may put that right.
    """
    reason, named = data["reason"], data.get("clocks")
    obstacles = {clock.name: obstacle_to_pausing(ctx, as_of(ctx, clock, at), reason) for clock in clocks}
    chosen = named if named is not None else [name for name, obstacle in obstacles.items() if not obstacle]
    objections = [obstacles.get(name, f"the {ctx.owner} has no clock {name}") for name in chosen]
    if not chosen or any(objections):
        words = "; ".join(obstacle for obstacle in (objections or obstacles.values()) if obstacle)
        known = f"it has {', '.join(obstacles)}" if obstacles else f"the {ctx.owner} has no clock"
        message = f"{words}; {known}" if words else known
        way_out = "name one that may pause, for a reason of the pack, or let the time run"
        return Refusal(reason="not_pausable", message=f"{message}; {way_out}", place="/reason")
    by = {name: data[name] for name in ("department", "employee") if name in data}
    move = ClockMove(at=at, name="paused", reason=reason, cause=ctx.cause, by=by)
    return tuple(happened(ctx, clock, move) if clock.name in chosen else clock for clock in clocks)


def resume_all(
    ctx: ClockContext, clocks: Sequence[Clock], reason: str, at: datetime, *, paused_for: str = ""
) -> tuple[Clock, ...] | None:
    """Let all clocks go on that stand still, or those that do so for one reason; None where there never is one.

    One that does not stand still remembers it: the pause may be read later than its end.
    """
    move = ClockMove(at=at, name="resumed", reason=reason, cause=ctx.cause)
    moved = [happened(ctx, clock, move) if _may_go_on(ctx, clock, at, paused_for) else clock for clock in clocks]
    return None if all(new is old for new, old in zip(moved, clocks, strict=True)) else tuple(moved)


def extend(
    ctx: ClockContext, clocks: Sequence[Clock], data: Mapping[str, Any], at: datetime
) -> tuple[Clock, ...] | Refusal:
    """Extend one clock, where the pack allows it and everything that it needs was told with it."""
    name = data["clock"]
    clock = next((clock for clock in clocks if clock.name == name), None)
    if clock is None:
        known = ", ".join(clock.name for clock in clocks) or "none"
        return not_extendable(f"the {ctx.owner} has no clock {name}; it has {known}", "/clock")
    refusal = obstacle_to_extending(ctx, as_of(ctx, clock, at), data, at)
    if refusal is not None:
        return refusal
    until = time_of_text(data["until"])
    move = ClockMove(at=at, name="extended", reason=data["reason"], cause=ctx.cause, until=until)
    return tuple(happened(ctx, other, move) if other is clock else other for other in clocks)


def _may_go_on(ctx: ClockContext, clock: Clock, at: datetime, paused_for: str) -> bool:
    then = as_of(ctx, clock, at)
    if then.status == "paused":
        return not paused_for or then.pauses[-1].reason == paused_for
    rule = ctx.rule(clock)
    if paused_for or not then.is_active or rule is None:
        return False
    return rule.pauses is not None or bool(rule.paused_by)
