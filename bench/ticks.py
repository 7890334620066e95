"""What a tick costs sla when few cases are open and when very many are: it should make no difference.

Measured in this process, on PostgreSQL, from the tick being there to the turn being committed. The open cases are
copies of a real one, due far in the future. Two kinds of tick: the ordinary one, and the first one after a shard was
opened or its clocks changed, for which the index is asked.
"""

from __future__ import annotations

import statistics
import time
from datetime import timedelta
from typing import Any, Final

import psycopg

from bench.ground import Ground
from bench.rehearsal import BEGINNING, PARTITIONS, Stage, simulated_broker
from bench.sizes import Sizes
from bench.voice import Voice, example
from tousu.runtime import checkpoint as cp
from tousu.runtime.clock import SetClock

FAR: Final = timedelta(days=90)
WARM_UP: Final = 5


def measure(ground: Ground, sizes: Sizes) -> dict[str, Any]:
    """The duration of a tick's turn with few and with many open cases, and how the two compare.

    The two take turns, tick by tick, so that whatever else the machine does disturbs both alike.
    """
    sides = [_Side(ground, count) for count in (sizes.open_few, sizes.open_many)]
    for number in range(WARM_UP + 2 * sizes.ticks):
        for side in sides:
            side.tick(is_first=number % 2 == 0, counts=number >= WARM_UP)
    few, many = (side.told() for side in sides)
    for side in sides:
        side.close()
    return {
        "few": few, "many": many, "ratio": many["tick_ms"] / few["tick_ms"],
        "ratio_first": many["first_tick_ms"] / few["first_tick_ms"],
    }  # fmt: skip


class _Side:
    """sla with so many open cases."""

    def __init__(self, ground: Ground, open_cases: int) -> None:
        self._ground = ground
        self._open_cases = open_cases
        self._url = ground.database("postgresql", "ticks")
        self._broker = simulated_broker()
        self._stage = Stage("sla", self._broker, SetClock(BEGINNING), self._url)
        _fill(self._url, self._stage, open_cases)
        self._voice = Voice()
        self._now = BEGINNING
        self._ordinary: list[float] = []
        self._first: list[float] = []

    def tick(self, *, is_first: bool, counts: bool) -> None:
        """One second passes. `is_first`: as if the shards had just been opened."""
        self._now += timedelta(seconds=1)
        for out in self._voice.ticks(self._now):
            self._broker.append(out.topic, out.partition, out.key, out.value, out.headers)
        loop = self._stage.loop
        if is_first:
            for shard in loop.shards.values():
                shard.bound_us = {}
        started_s = time.perf_counter()
        applied = loop.step(0)
        took_ms = (time.perf_counter() - started_s) * 1000
        while applied < PARTITIONS:  # the very first turn opens the shards and reads nothing
            applied += loop.step(0)
        if counts:
            (self._first if is_first else self._ordinary).append(took_ms)

    def told(self) -> dict[str, Any]:
        """The medians."""
        return {
            "open_cases": self._open_cases,
            "tick_ms": statistics.median(self._ordinary),
            "tick_p90_ms": statistics.quantiles(self._ordinary, n=10)[-1],
            "first_tick_ms": statistics.median(self._first),
        }

    def close(self) -> None:
        """Give everything back."""
        self._stage.loop.finish()
        self._ground.drop(self._url)


def _fill(url: str, stage: Stage, count: int) -> None:
    """Bring the table to so many open cases. It is not logged: no tick writes to it, and a million rows are many."""
    kind = stage.store.kinds["case"]
    _, case = example()
    columns = ["next_due", *kind.columns, "doc"]
    values = [cp.micros(BEGINNING + FAR), *(read(case) for read in kind.columns.values()), kind.codec.encode(case)]
    named = ", ".join(
        f"replace(%s::text, '{case.number}', 'open-' || g)" if column == "doc" else "%s" for column in columns
    )
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER TABLE sla_case SET UNLOGGED")
        connection.execute(
            f"INSERT INTO sla_case (shard, key, version, {', '.join(columns)}) "
            f"SELECT g %% {PARTITIONS}, 'open-' || g, 1, {named} FROM generate_series(1, %s) AS g "
            "ON CONFLICT DO NOTHING",
            [*values, count],
        )
        connection.execute("VACUUM ANALYZE sla_case")
        connection.execute("CHECKPOINT")
