"""Where a processor's CPU time goes: a sampler that looks at the stack every few milliseconds of CPU time.

It costs next to nothing and does not favour code with few calls, as a tracing profiler does. Time spent inside C code
(a driver, a codec) counts for the line that called it.
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final, NamedTuple

EVERY_S: Final = 0.002


class Spot(NamedTuple):
    """A place in the code: file, function, line."""

    file: str
    function: str
    line: int


class Samples:
    """What was seen. `own` counts the innermost frame; `within` every function on the stack, once a sample."""

    def __init__(self) -> None:
        self.own: Counter[Spot] = Counter()
        self.within: Counter[tuple[str, str]] = Counter()
        self.total = 0

    def take(self, frame: FrameType | None) -> None:
        """Note one stack."""
        if frame is None:
            return
        self.total += 1
        self.own[Spot(frame.f_code.co_filename, frame.f_code.co_qualname, frame.f_lineno)] += 1
        seen = set()
        while frame is not None:
            seen.add((frame.f_code.co_filename, frame.f_code.co_qualname))
            frame = frame.f_back
        self.within.update(seen)


@contextmanager
def sampled() -> Iterator[Samples]:
    """Samples of this process while the block runs. Only in the main thread; only one at a time."""
    samples = Samples()
    former = signal.signal(signal.SIGPROF, lambda _, frame: samples.take(frame))
    signal.setitimer(signal.ITIMER_PROF, EVERY_S, EVERY_S)
    try:
        yield samples
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, former)
