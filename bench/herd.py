"""A herd of deadlines at one instant: how fast sla works it off, and what a live event waits for meanwhile.

sla runs as a process of its own on the broker and PostgreSQL; its table holds the herd, every case due at one moment.
The benchmark speaks as the router: a tick a second in every shard, and live complaints all the time, before and after
the moment comes. Source: docs/decisions, 'A herd of deadlines is worked off by count, not by time slice'.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from confluent_kafka import Message
from msgspec.structs import replace

from bench.copies import Copy
from bench.ground import Ground, rate, type_of
from bench.latency import listening, spread
from bench.live import Live
from bench.rehearsal import PARTITIONS
from bench.sizes import Sizes
from bench.voice import example, number_of
from services.sla.states import Case
from services.sla.store import KINDS
from tousu.runtime import checkpoint as cp
from tousu.runtime.store import Store

BEFORE_S: Final = 4.0
SLA: Final = "complaints.sla"
ROWS_AT_ONCE: Final = 2_000


def measure(ground: Ground, sizes: Sizes) -> dict[str, Any]:
    """Drain rate of the herd, and the wait of live events before and during it."""
    ground.fresh_topics()
    url = ground.database("postgresql", "herd")
    data, case = example()
    with Copy(ground, "sla", url) as copy:
        moment = fill(url, case, sizes.herd)
        play = _Play(ground, data, moment, sizes.herd)
        with listening(ground, [SLA], play.heard):
            play.run(sizes.herd_s)
        resident_mb = copy.resident_mb_max()
    ground.drop(url)
    if len(play.fired_s) < sizes.herd:
        raise RuntimeError(f"only {len(play.fired_s)} of {sizes.herd} deadlines were told in {sizes.herd_s} s")
    told_s = sorted(at - play.struck_s for at in play.fired_s.values())
    return {
        "herd": sizes.herd,
        "drained_s": told_s[-1],
        "per_s": rate(sizes.herd, told_s[-1]),
        "live_before": spread(play.live.waits_ms(0.0, play.struck_s)),
        "live_during": spread(play.live.waits_ms(play.struck_s, play.struck_s + told_s[-1])),
        "curve_s": [told_s[min(len(told_s) - 1, step * len(told_s) // 200)] for step in range(201)],
        "resident_max_mb": resident_mb,
    }


def number_at(place: int) -> str:
    """The number of the case at a place of the herd."""
    return number_of(place % PARTITIONS, 10_000 + place)


def fill(url: str, case: Case, count: int) -> datetime:
    """Put so many open cases into sla's table, where it has not looked yet; when their one clock is due."""
    clock = next(each for each in case.clocks if each.name == "resolution")
    assert clock.due_at is not None
    kind = KINDS[0]
    store = Store(url, "sla", KINDS)
    connection = store.connection()
    for begun in range(0, count, ROWS_AT_ONCE):
        rows = []
        for place in range(begun, min(begun + ROWS_AT_ONCE, count)):
            shard = place % PARTITIONS
            one = replace(case, number=number_at(place), clocks=(replace(clock, marks=()),))
            columns = (read(one) for read in kind.columns.values())
            rows.append((shard, one.number, cp.micros(clock.due_at), *columns, kind.codec.encode(one)))
        store.dialect.upsert(connection, "sla_case", tuple(kind.columns), rows)
        connection.commit()
    connection.exec_driver_sql("ANALYZE sla_case")
    connection.commit()
    store.close()
    return clock.due_at


class _Play:
    """What is said to sla, and what it says."""

    def __init__(self, ground: Ground, data: Mapping[str, Any], moment: datetime, herd: int) -> None:
        self.live = Live(ground, data)
        self._moment = moment
        self._herd = herd
        self.fired_s: dict[bytes, float] = {}
        self.struck_s = 0.0

    def heard(self, message: Message) -> None:
        """Called for every record of `complaints.sla`, in the reader's thread."""
        key = message.key()
        if isinstance(key, bytes) and "breached" in type_of(message):
            self.fired_s.setdefault(key, time.perf_counter())
        self.live.heard(message)

    def run(self, seconds_max: float) -> None:
        """Live events and ticks before the moment, then through it until the herd is worked off."""
        begun_s = time.perf_counter()
        ends_s = begun_s + BEFORE_S + seconds_max
        ticks = 0
        while len(self.fired_s) < self._herd and time.perf_counter() < ends_s:
            now_s = time.perf_counter() - begun_s
            moment = self._moment + timedelta(seconds=now_s - BEFORE_S)
            if now_s >= ticks:
                if moment >= self._moment and not self.struck_s:
                    self.struck_s = time.perf_counter()
                for out in self.live.voice.ticks(moment):
                    self.live.send(out)
                ticks += 1
            self.live.complain(moment)
            self.live.rest(begun_s)
        self.live.wait_for_answers()
