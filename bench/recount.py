"""A recalculation of very many open clocks at a bounded rate: what a live event waits for meanwhile.

sla runs as a process of its own on the broker and PostgreSQL; its table holds the open cases, none of them due. The
benchmark speaks as the router: ticks, live complaints all the time, and at the rate of `tousu policy recalculate` one
order a case, each of which changes a clock. Source: features, section 1, number 6: throttled so that the live lag
stays inside its limit.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from confluent_kafka import Message

from bench.copies import Copy
from bench.ground import Ground, rate, type_of
from bench.herd import fill, number_at
from bench.latency import listening, spread
from bench.live import LIVE_PER_S, Live
from bench.rehearsal import BEGINNING, PARTITIONS
from bench.sizes import Sizes
from bench.voice import example
from tousu.cli.policy.recalculate import CASES_PER_S

WARM_UP_S: Final = 2.0
"""What a copy does for the first time takes longer; it is not held against what comes later."""
LATER: Final = timedelta(days=1)
"""Something must have been used of a limit in days, or its reset changes nothing."""
PATIENCE_S: Final = 60.0
"""How long the last clocks may take after the last order."""
SLA: Final = "complaints.sla"
ORDER: Final = {"order_id": "bench", "reason": "measured", "approved_by": "E1", "mode": "reset"}


def measure(ground: Ground, sizes: Sizes) -> dict[str, Any]:
    """How long the recalculation takes, and the wait of live events before and during it."""
    ground.fresh_topics()
    url = ground.database("postgresql", "recount")
    data, case = example()
    with Copy(ground, "sla", url) as copy:
        fill(url, case, sizes.recount)
        play = _Play(ground, data, sizes)
        with listening(ground, [SLA], play.heard):
            play.run()
        resident_mb = copy.resident_mb_max()
    ground.drop(url)
    if len(play.changed_s) < sizes.recount:
        raise RuntimeError(f"only {len(play.changed_s)} of {sizes.recount} clocks were recalculated")
    ended_s = max(play.changed_s.values())
    return {
        "clocks": sizes.recount,
        "asked_per_s": CASES_PER_S,
        "took_s": ended_s - play.ordered_s,
        "per_s": rate(sizes.recount, ended_s - play.ordered_s),
        "live_before": spread(play.live.waits_ms(play.warm_s, play.ordered_s)),
        "live_during": spread(play.live.waits_ms(play.ordered_s, ended_s)),
        "resident_max_mb": resident_mb,
    }


class _Play:
    """What is said to sla, and what it says. It is warm at `warm_s`; `ordered_s` is when the first order went out."""

    def __init__(self, ground: Ground, data: Mapping[str, Any], sizes: Sizes) -> None:
        self.live = Live(ground, data)
        self._clocks = sizes.recount
        self._before_s = WARM_UP_S + sizes.recount_live / LIVE_PER_S
        self._ordered = 0
        self.changed_s: dict[bytes, float] = {}
        self.warm_s = 0.0
        self.ordered_s = 0.0

    def heard(self, message: Message) -> None:
        """Called for every record of `complaints.sla`, in the reader's thread."""
        key = message.key()
        if isinstance(key, bytes) and "recalculated" in type_of(message):
            self.changed_s.setdefault(key, time.perf_counter())
        self.live.heard(message)

    def run(self) -> None:
        """Live events and ticks alone, then beside the orders until every clock has changed."""
        begun_s = time.perf_counter()
        self.warm_s = begun_s + WARM_UP_S
        ends_s = begun_s + self._before_s + self._clocks / CASES_PER_S + PATIENCE_S
        ticks = steps = 0
        while len(self.changed_s) < self._clocks and time.perf_counter() < ends_s:
            now_s = time.perf_counter() - begun_s
            moment = BEGINNING + LATER + timedelta(seconds=now_s)
            if now_s >= ticks:
                for out in self.live.voice.ticks(moment):
                    self.live.send(out)
                ticks += 1
            if now_s >= self._before_s:
                self._order(now_s - self._before_s, moment)
            if self.live.is_due(begun_s):
                self.live.complain(moment)
            # One step an order, as the command sends them: evenly, and not many at once before each live event.
            steps = max(steps + 1, int(now_s * CASES_PER_S))
            time.sleep(max(0.0, begun_s + steps / CASES_PER_S - time.perf_counter()))
        self.live.wait_for_answers()

    def _order(self, since_s: float, moment: datetime) -> None:
        """Send the orders that the rate allows by now."""
        self.ordered_s = self.ordered_s or time.perf_counter()
        while self._ordered < min(self._clocks, since_s * CASES_PER_S):
            number = number_at(self._ordered)
            self.live.send(
                self.live.voice.reported(self._ordered % PARTITIONS, "recount_ordered", ORDER, number, moment)
            )
            self._ordered += 1
