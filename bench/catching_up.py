"""Behind after an outage: how fast the whole pipeline works off what was written while its database was away.

Between two waves without a fault a third one, of the same records in kind and number: PostgreSQL is killed, the wave is
written, PostgreSQL comes back. Its rate is that of the records which are left when the first have been taken in; how
long that takes is told by itself.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any, Final

from bench.copies import Copy, Stopwatch, started
from bench.ground import Ground, rate, until
from bench.load import complaints
from bench.rehearsal import STATEFUL
from bench.sizes import Sizes
from bench.whole import out_of, read_through, wave

FIRST: Final = 60_000_000
"""Numbers of complaints that no other measurement uses."""
BACK_S: Final = 60.0


def measure(ground: Ground, sizes: Sizes) -> dict[str, Any]:
    """Events a second after an outage, and without one, in one run."""
    ground.fresh_topics()
    count = sizes.intake_events
    waves = [
        list(out_of(complaints(count, datetime.now(UTC), first=FIRST + place * count, resent=False)))
        for place in range(3)
    ]
    with ExitStack() as stack:
        copies = started(stack, ground, STATEFUL, "postgresql")
        calm = [wave(ground, copies, waves[0])]
        back_s, per_s = _after_an_outage(ground, copies, waves[1])
        calm.append(wave(ground, copies, waves[2]))
    calm_per_s = rate(2 * count, sum(each.used.wall_s for each in calm))
    return {
        "events": count, "back_s": back_s, "per_s": per_s, "calm_per_s": calm_per_s,
        "calm_each_per_s": [rate(count, each.used.wall_s) for each in calm], "ratio": per_s / calm_per_s,
    }  # fmt: skip


def _after_an_outage(ground: Ground, copies: Sequence[Copy], records: Sequence[Any]) -> tuple[float, float]:
    """How long after its return the first record is taken in, and how many a second are behind that."""
    intake = copies[0]
    inbound = intake.read()
    ground.postgres.kill()
    ground.fill(records)
    ground.postgres.start()
    returned_s = time.perf_counter()
    until(lambda: intake.read() > inbound, "intake is back at work", BACK_S)
    back_s = time.perf_counter() - returned_s
    watch = Stopwatch(copies)
    left = inbound + len(records) - intake.read()
    read_through(copies, inbound + len(records))
    return back_s, rate(left, watch.read().wall_s)
