"""How an operator holds a silent input out of a shard's time, and lets it in again.

intake waits for each of its topics, penalties for every shard of claims: one partition that cannot be read, or one
shard that has halted, holds time back for all. Held out, it does so no longer. What is decided meanwhile is in doubt
until the input has been let in and has caught up (`doubts`). Told on the processor's own log, which no retention
shortens, with the header `tousu-act`, by which a rebuild does it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

from tousu.contract import cards, name_of
from tousu.decision import Output
from tousu.event import text_of_time
from tousu.failure import Stop
from tousu.runtime import checkpoint as cp
from tousu.runtime import doubts
from tousu.runtime.acts import HEADER, Act, Operator
from tousu.runtime.checkpoint import Checkpoint
from tousu.runtime.operating import Done, Site, take_a_turn
from tousu.runtime.shard_turn import ShardTurn
from tousu.runtime.watermark import expected_origins

HELD_OUT: Final = "tousu.time.held_out.v1"
LET_IN: Final = "tousu.time.let_in.v1"
Kind = Literal["hold_out", "let_in"]


def hold_out(site: Site, operator: Operator, origin: str = "") -> Done:
    """Let the time of a shard go on without the site's topic, or without one origin of it.

    Raises Stop: `unknown_topic`, `unknown_shard`, `unknown_origin` for what the shard does not wait for, `held_out`
    where it is so already, `last_origin` where nothing would be left to take time from.
    """
    act = _done(site, operator, "hold_out", origin)
    return Done(act, f"{_words(act)} is held out of {site.name} by {operator.name}: {operator.why}")


def let_in(site: Site, operator: Operator, origin: str = "") -> Done:
    """Let the time of a shard wait again for what was held out.

    Raises Stop as `hold_out`, `not_held_out` where it is not.
    """
    act = _done(site, operator, "let_in", origin)
    return Done(act, f"{_words(act)} is let into {site.name} again by {operator.name}: {operator.why}")


def _done(site: Site, operator: Operator, kind: Kind, origin: str) -> Act:
    _check(site, site.checkpoint(), kind, origin)  # what is refused fences nobody
    done: list[Act] = []

    def do(turn: ShardTurn) -> None:
        checkpoint = turn.checkpoint
        _check(site, checkpoint, kind, origin)
        at = dict(checkpoint.offsets)
        act = Act(kind=kind, topic=site.topic, at=at, to=at.get(site.topic, 0), origin=origin)
        act.carry_out(checkpoint)
        turn.say(_act_output(site, operator, act, checkpoint), {HEADER: act.header()})
        done.append(act)

    take_a_turn(site, do)
    return done[-1]


def _act_output(site: Site, operator: Operator, act: Act, checkpoint: Checkpoint) -> Output:
    data: dict[str, Any] = {"topic": act.topic}
    if act.origin:
        data["origin"] = act.origin
    since_us = checkpoint.doubts.get(doubts.name_of(act.topic, act.origin), 0)
    if since_us:
        data["until"] = text_of_time(cp.moment(since_us))
    data |= {"operator": operator.name, "why": operator.why}
    at = cp.moment(max(checkpoint.time_us, 0))
    kind = HELD_OUT if act.kind == "hold_out" else LET_IN
    return Output(topic=_topic_of(kind, site.processor.outputs), type=kind, subject="", time=at, data=data)


def _topic_of(kind: str, outputs: Sequence[str]) -> str:
    """Where such an event is told: on the output whose card has it."""
    takes = {card.topic for card in cards() if name_of(kind) in card.events}
    return next((topic for topic in outputs if topic in takes), outputs[0])


def _check(site: Site, checkpoint: Checkpoint, kind: Kind, origin: str) -> None:
    name, names = doubts.name_of(site.topic, origin), _names(site)
    label, known = origin or site.topic, ", ".join(map(doubts.said, names))
    if not names:
        raise Stop("last_origin", f"{site.processor.name} waits for one origin alone: without it there is no time")
    if name not in names:
        raise Stop("unknown_origin", f"{site.name} does not wait for {label}; it waits for {known}")
    if kind == "let_in" and name not in checkpoint.held_out:
        listed = ", ".join(map(doubts.said, checkpoint.held_out)) or "nothing"
        raise Stop("not_held_out", f"{label} is not held out of {site.name}; held out: {listed}")
    if kind == "hold_out" and name in checkpoint.held_out:
        raise Stop("held_out", f"{label} is held out of {site.name} already")
    if kind == "hold_out" and checkpoint.awaited(names) == (name,):
        raise Stop("last_origin", f"{site.name} waits for nothing else: without {label} there is no time")


def _names(site: Site) -> tuple[str, ...]:
    """What the shard's time waits for, as far as one may be without it: topics from outside, or each of many shards."""
    outside = tuple(input_.topic for input_ in site.processor.inputs if not input_.writer)
    spread = [input_ for input_ in site.processor.inputs if input_.spread]
    return outside or expected_origins(spread, site.shard, site.partitions)


def _words(act: Act) -> str:
    return act.origin or act.topic
