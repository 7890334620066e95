"""Speaks as the router does on `complaints.cases`, numbered and timed, so that sla can be measured without a router."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import orjson

from bench.ground import Out
from bench.load import complaints
from bench.rehearsal import BEGINNING, CASES, PARTITIONS, Stage, put, simulated_broker
from services.intake.numbers import mint
from services.sla.states import Case
from tousu.event import text_of_time
from tousu.runtime.arrival import TICK
from tousu.runtime.clock import SetClock
from tousu.runtime.partition import murmur2

ROUTED: Final = "tousu.complaint.routed.v1"


class Voice:
    """The router of every shard, from its first record on."""

    def __init__(self) -> None:
        self._seq = [0] * PARTITIONS

    def ticks(self, time: datetime) -> list[Out]:
        """Time passes in every shard."""
        return [self._out(shard, TICK, "", time, {}) for shard in range(PARTITIONS)]

    def routed(self, shard: int, data: Mapping[str, Any], number: str, time: datetime) -> Out:
        """A complaint like `data` was received just now and is routed, as case `number` of a shard."""
        at = text_of_time(time)
        return self._out(
            shard, ROUTED, number, time, {**data, "case_number": number, "received_at": at, "registered_at": at}
        )

    def reported(self, shard: int, what: str, data: Mapping[str, Any], number: str, time: datetime) -> Out:
        """A department's report (`recount_ordered`) of case `number` of a shard is forwarded."""
        return self._out(shard, f"tousu.handling.{what}.v1", number, time, {**data, "case_number": number})

    def _out(self, shard: int, kind: str, subject: str, time: datetime, data: Mapping[str, Any]) -> Out:
        self._seq[shard] += 1
        seq, at = str(self._seq[shard]), text_of_time(time)
        headers = {
            "ce_specversion": "1.0", "content-type": "application/json", "ce_type": kind, "ce_source": "tousu/router",
            "ce_time": at, "ce_id": f"router/{shard}:{CASES}/{shard}:{seq}", "tousu-origin": f"router/{shard}",
            "tousu-seq": seq, "tousu-time": at,
        }  # fmt: skip
        if subject:
            headers["ce_subject"] = subject
        coded = [(name, value.encode()) for name, value in headers.items()]
        return Out(CASES, shard, subject.encode() or None, orjson.dumps(data), coded)


def number_of(shard: int, place: int) -> str:
    """The case number that intake would give out."""
    return mint(BEGINNING.date(), shard, place, lambda number: (murmur2(number.encode()) & 0x7FFFFFFF) % PARTITIONS)


def example() -> tuple[dict[str, Any], Case]:
    """A complaint as it is routed (its data), and its case as sla keeps it right afterwards, nothing due yet."""
    broker, clock = simulated_broker(), SetClock(BEGINNING)
    put(broker, complaints(1, BEGINNING))
    sla = None
    for name in ("intake", "router", "sla"):
        sla = Stage(name, broker, clock)
        sla.drain()
    assert sla is not None
    record = next(r for log in broker.logs[CASES] for r in log if ("ce_type", ROUTED.encode()) in r.headers)
    data: dict[str, Any] = orjson.loads(record.value or b"{}")
    rows = sla.store.read({"case": [(record.partition, data["case_number"])]})
    case = next(iter(rows.values()))
    assert isinstance(case, Case)
    return data, case
