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

from confluent_kafka import Message, Producer
from msgspec.structs import replace

from bench.copies import Copy
from bench.ground import ASK_S, QUIET, Ground, Out, rate, type_of
from bench.latency import listening, spread
from bench.rehearsal import PARTITIONS
from bench.sizes import Sizes
from bench.voice import Voice, example, number_of
from services.sla.states import Case
from services.sla.store import KINDS
from tousu.runtime import bookmark as bm
from tousu.runtime.store import Store

LIVE_PER_S: Final = 40
BEFORE_S: Final = 4.0
AFTER_S: Final = 1.0
SLA: Final = "complaints.sla"
ROWS_AT_ONCE: Final = 2_000
LIVE_FROM: Final = 900_000
"""Live cases have places of their own in the numbering."""


def measure(ground: Ground, sizes: Sizes) -> dict[str, Any]:
    """Drain rate of the herd, and the wait of live events before and during it."""
    ground.fresh_topics()
    url = ground.database("postgresql", "herd")
    data, case = example()
    with Copy(ground, "sla", url) as copy:
        moment = _fill(url, case, sizes.herd)
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
        "live_before": spread(play.waits_ms(0.0, play.struck_s)),
        "live_during": spread(play.waits_ms(play.struck_s, play.struck_s + told_s[-1])),
        "curve_s": [told_s[min(len(told_s) - 1, step * len(told_s) // 200)] for step in range(201)],
        "resident_max_mb": resident_mb,
    }


def _fill(url: str, case: Case, count: int) -> datetime:
    """Put the herd into sla's table, where it has not looked yet; when it is due."""
    clock = next(each for each in case.clocks if each.name == "resolution")
    assert clock.due_at is not None
    kind = KINDS[0]
    store = Store(url, "sla", KINDS)
    connection = store.connection()
    for begun in range(0, count, ROWS_AT_ONCE):
        rows = []
        for place in range(begun, min(begun + ROWS_AT_ONCE, count)):
            shard = place % PARTITIONS
            one = replace(case, number=number_of(shard, 10_000 + place), clocks=(replace(clock, warnings=()),))
            columns = (read(one) for read in kind.columns.values())
            rows.append((shard, one.number, bm.micros(clock.due_at), *columns, kind.codec.encode(one)))
        store.dialect.upsert(connection, "sla_case", tuple(kind.columns), rows)
        connection.commit()
    connection.exec_driver_sql("ANALYZE sla_case")
    connection.commit()
    store.close()
    return clock.due_at


class _Play:
    """What is said to sla, and what it says."""

    def __init__(self, ground: Ground, data: Mapping[str, Any], moment: datetime, herd: int) -> None:
        self._data = data
        self._moment = moment
        self._herd = herd
        self._voice = Voice()
        self._sent_s: dict[bytes, float] = {}
        self._answered_s: dict[bytes, float] = {}
        self.fired_s: dict[bytes, float] = {}
        self.struck_s = 0.0
        self._producer = Producer({"bootstrap.servers": ground.kafka.address, "linger.ms": 0}, logger=QUIET)

    def heard(self, message: Message) -> None:
        """Called for every record of `complaints.sla`, in the reader's thread."""
        key = message.key()
        if not isinstance(key, bytes):
            return
        kind = type_of(message)
        if "breached" in kind:
            self.fired_s.setdefault(key, time.perf_counter())
        elif "started" in kind and key in self._sent_s:
            self._answered_s.setdefault(key, time.perf_counter())

    def run(self, seconds_max: float) -> None:
        """Live events and ticks before the moment, then through it until the herd is worked off."""
        begun_s = time.perf_counter()
        ends_s = begun_s + BEFORE_S + seconds_max
        live = ticks = 0
        while True:
            now_s = time.perf_counter() - begun_s
            moment = self._moment + timedelta(seconds=now_s - BEFORE_S)
            if now_s >= ticks:
                if moment >= self._moment and not self.struck_s:
                    self.struck_s = time.perf_counter()
                for out in self._voice.ticks(moment):
                    self._send(out)
                ticks += 1
            self._live(live, moment)
            live += 1
            self._producer.poll(0)
            if len(self.fired_s) >= self._herd or time.perf_counter() > ends_s:
                break
            time.sleep(max(0.0, begun_s + live / LIVE_PER_S - time.perf_counter()))
        self._producer.flush(ASK_S)
        self._wait_for_answers()

    def _live(self, number: int, moment: datetime) -> None:
        shard = number % PARTITIONS
        out = self._voice.routed(shard, self._data, number_of(shard, LIVE_FROM + number), moment)
        assert out.key is not None
        self._sent_s[out.key] = time.perf_counter()
        self._send(out)

    def _send(self, out: Out) -> None:
        self._producer.produce(out.topic, out.value, out.key, out.partition, headers=list(out.headers))

    def _wait_for_answers(self) -> None:
        ends_s = time.perf_counter() + ASK_S
        while len(self._answered_s) < len(self._sent_s):
            if time.perf_counter() > ends_s:
                missing = len(self._sent_s) - len(self._answered_s)
                raise RuntimeError(f"{missing} of {len(self._sent_s)} live events had no answer")
            time.sleep(0.05)

    def waits_ms(self, from_s: float, to_s: float) -> list[float]:
        """What the live events sent in this span waited for their answer."""
        return [
            (self._answered_s[key] - sent_s) * 1000 for key, sent_s in self._sent_s.items() if from_s <= sent_s < to_s
        ]
