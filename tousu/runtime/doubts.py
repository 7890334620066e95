"""Up to when a shard's time is confirmed, while an operator holds a silent input out of it (pure).

Time then goes on without that input, so what is decided since may still turn out otherwise. Each output says up to when
the log was complete (header `tousu-confirmed`), the reader takes that over from its origin, and so on down the line.
Where the input is let in again, confirmed time follows what is read of it, until it has caught up with the shard's.
"""

from __future__ import annotations

from typing import Final

from tousu.runtime.arrival import Arrival
from tousu.runtime.checkpoint import NEVER_US, Checkpoint

CONFIRMED: Final = "tousu-confirmed"


def name_of(topic: str, origin: str) -> str:
    """How an input is named in a checkpoint: a topic from outside, or 'topic|origin' whatever the origin's
    generation.
    """
    return f"{topic}|{origin.partition('.')[0]}" if origin else topic


def said(name: str) -> str:
    """An input as people call it: the topic, or the origin, such as claims/3."""
    return name.rpartition("|")[2]


def hold_out(checkpoint: Checkpoint, name: str) -> None:
    """Let time go on without an input (in place). What was read of it before is confirmed."""
    checkpoint.held_out = sorted({*checkpoint.held_out, name})
    own = [seen.time_us for key, seen in checkpoint.watermarks.items() if key == name or key.startswith(f"{name}.")]
    known_us = max(own, default=NEVER_US) if "|" in name else checkpoint.time_us
    checkpoint.doubts.setdefault(name, max(known_us, 0))


def let_in(checkpoint: Checkpoint, name: str) -> None:
    """Let time wait for an input again (in place). What was decided meanwhile is in doubt until it has caught up."""
    checkpoint.held_out.remove(name)


def note(checkpoint: Checkpoint, arrival: Arrival) -> None:
    """A record has been taken, and the shard's time with it: how far is its input confirmed (in place)?"""
    if not checkpoint.doubts and arrival.confirmed_us == NEVER_US:
        return
    name = name_of(arrival.record.topic, arrival.origin)
    if arrival.confirmed_us != NEVER_US:
        checkpoint.doubts[name] = arrival.confirmed_us
    elif arrival.origin:
        _reached(checkpoint, name, arrival.time_us)
    else:  # topics from outside are merged by time, so none of those that are read brings anything earlier any more
        for doubt in list(checkpoint.doubts):
            if doubt not in checkpoint.held_out:
                _reached(checkpoint, doubt, arrival.time_us)


def caught_up(checkpoint: Checkpoint) -> None:
    """Everything that is read at all has been read up to the shard's time (in place)."""
    checkpoint.doubts = {name: us for name, us in checkpoint.doubts.items() if name in checkpoint.held_out}


def confirmed_us(checkpoint: Checkpoint) -> int | None:
    """Before this the log was complete; None where nothing is in doubt."""
    us = min(checkpoint.doubts.values(), default=checkpoint.time_us)
    return us if us < checkpoint.time_us else None


def _reached(checkpoint: Checkpoint, name: str, time_us: int) -> None:
    if name not in checkpoint.doubts:
        return
    if time_us >= checkpoint.time_us and name not in checkpoint.held_out:
        del checkpoint.doubts[name]
    else:
        checkpoint.doubts[name] = max(checkpoint.doubts[name], time_us)
