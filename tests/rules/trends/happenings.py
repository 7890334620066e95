"""Routed cases for the tests of trends, as rules and as records see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import orjson

from services.trends.overlook import Overlook
from services.trends.rules import TrendRules
from tests.packs_read import load_pack
from tousu.decision import Output
from tousu.event import Event, binary_headers, text_of_time
from tousu.policy.pack import EarlyWarning, Pack
from tousu.policy.policies import Policies
from tousu.runtime.arrival import TICK, from_ours
from tousu.runtime.broker import Record

START = datetime(2026, 1, 5, tzinfo=UTC)
COMPLAINT = "tousu.complaint.routed.v1"
INQUIRY = "tousu.inquiry.routed.v1"
PACK = load_pack("courier-network")
SETTINGS = EarlyWarning(
    count_by=("class", "outlet"), window_hours=4, step_hours=1, usual_windows=8, deviations=3.0, count_min=5,
    section="H 9", set_by="pack",
)  # fmt: skip


def pack_with(**changes: Any) -> Pack:
    """The pack of the courier network with other settings for early warnings."""
    return msgspec.structs.replace(PACK, early_warning=msgspec.structs.replace(SETTINGS, **changes))


def routed(
    class_name: str = "damage", outlet: str = "HZ-017", *, kind: str = "complaint", at: datetime = START, **more: Any
) -> Event:
    """A case that was routed; an empty class or outlet is left out."""
    data: dict[str, Any] = {
        "case_number": "CASE-1", "kind": kind, "channel": "phone", "received_at": text_of_time(at),
        "registered_at": text_of_time(at), "departments": ["storage_and_transport"], "decided_by": "words",
        "pack": PACK.reference(), "grade": "simple", "triage": not class_name,
    }  # fmt: skip
    data |= {"class": class_name, "classes": [{"class": class_name}]} if class_name else {}
    data |= {"object": {"outlet": outlet}} if outlet else {}
    event_type = COMPLAINT if kind == "complaint" else INQUIRY
    return Event(id="1", source="tousu/router", type=event_type, time=at, subject="CASE-1", data=data | more)


def tick(at: datetime) -> Event:
    return Event(id="t", source="tousu/router", type=TICK, time=at)


def record(event: Event, partition: int, seq: int, at: datetime) -> Record:
    """The event as the router writes it."""
    said = {"tousu-origin": f"router/{partition}", "tousu-seq": str(seq), "tousu-time": text_of_time(at)}
    headers = [*binary_headers(event), *((name, value.encode()) for name, value in said.items())]
    key = (event.subject or "").encode() or None
    return Record("complaints.cases", partition, seq - 1, key, orjson.dumps(event.data), headers)


def log_of(happenings: Sequence[tuple[datetime, Event]], partitions: int, until: datetime) -> list[list[Record]]:
    """A log: the n-th event goes to partition n modulo the count; every partition ends with a tick at `until`."""
    logs: list[list[Record]] = [[] for _ in range(partitions)]
    for number, (at, event) in enumerate(happenings):
        log = logs[number % partitions]
        log.append(record(event, number % partitions, len(log) + 1, at))
    for partition, log in enumerate(logs):
        log.append(record(tick(until), partition, len(log) + 1, until))
    return logs


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


class PlainCounts:
    """`Counts` as plain as can be."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, int], int] = {}

    def add(self, cell: str, step: int, count: int = 1) -> None:
        self.found[cell, step] = self.found.get((cell, step), 0) + count

    def count_in(self, cell: str, first: int, end: int) -> int:
        return sum(self.found.get((cell, step), 0) for step in range(first, end))

    def forget(self, cell: str, step: int) -> None:
        del self.found[cell, step]


def overlook(pack: Pack, partitions: int) -> Overlook:
    return Overlook(TrendRules(Policies.of(pack)), partitions, PlainCounts(), {}, {})


def taken(over: Overlook, records: Sequence[Record]) -> list[Output]:
    """The warnings that follow from these records, in order."""
    return [output for each in records for output in over.take(from_ours(each)) or ()]


def said(outputs: Sequence[Output]) -> list[Mapping[str, Any]]:
    return [output.data for output in outputs]
