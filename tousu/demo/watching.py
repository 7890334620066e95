"""Watching over processors: one that ends is started again, later and later; one that cannot start is given up."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from tousu.demo.crew import Crew
from tousu.local.process import ServerFailed
from tousu.runtime.checkpoint_checks import Halt

LOOK_EVERY_S: Final = 0.5
ASK_EVERY_S: Final = 5.0
"""So often each processor is asked for halted shards."""
DELAY_S: Final = 1.0
DELAY_S_MAX: Final = 30.0
STEADY_S: Final = 60.0
"""After so long without a fall a processor's delay begins anew."""
FALLS_MAX: Final = 8


def watch_over(crew: Crew, say: Callable[[str], None], *, seconds: Callable[[], float] = time.monotonic) -> None:
    """Until Ctrl-C, or until one processor has fallen too often in a row (ServerFailed, with the end of its log).

    A shard that halts is named once; it takes nobody with it.
    """
    falls = dict.fromkeys(crew.names, 0)
    started_s = dict.fromkeys(crew.names, seconds())
    again_s: dict[str, float] = {}
    asked_s, named = seconds() - ASK_EVERY_S, set[Halt]()
    while True:
        if seconds() - asked_s >= ASK_EVERY_S:
            asked_s = seconds()
            halts = {halt for name in crew.names for halt in crew.halted(name)}
            for halt in sorted(halts - named):
                say(f"{halt.processor}: shard {halt.shard} has halted, {halt.reason}: {halt.message}; the others work")
            named = halts
        for name in crew.names:
            if name in again_s:
                if seconds() >= again_s[name]:
                    del again_s[name]
                    started_s[name] = seconds()
                    crew.start_processor(name)
                continue
            if crew.is_alive(name):
                continue
            falls[name] = 1 if seconds() - started_s[name] > STEADY_S else falls[name] + 1
            if falls[name] > FALLS_MAX:
                raise ServerFailed(f"processor {name} ended {FALLS_MAX} times in a row.{crew.end_of(name)}")
            delay_s = min(DELAY_S * 2 ** (falls[name] - 1), DELAY_S_MAX)
            again_s[name] = seconds() + delay_s
            say(f"processor {name} ended by itself; started again in {delay_s:.0f} s; see {crew.log_file(name)}")
        time.sleep(LOOK_EVERY_S)
