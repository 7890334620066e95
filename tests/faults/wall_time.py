"""The real pipeline in wall time, two copies of each processor, under load while something is away.

What adapters and departments say comes from `short_limits`, the judgement from `timekeeping`, which reads the inbound
topics themselves.
"""

from __future__ import annotations

import heapq
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from os import environ
from typing import Self

import orjson

from tests.faults import timekeeping
from tests.faults.oracle import first_copies
from tests.faults.pipeline import PATIENCE_S, PROCESSORS, Pipeline
from tests.faults.short_limits import BACKDATING, RULES, Adapters, Outgoing
from tests.faults.timekeeping import Complaint, Findings, Inbound, Published
from tousu import contract
from tousu.runtime.broker import Record

LEARN_EVERY_S = 0.5
LOSSES = {b"records_lost", b"unknown_case"}
"""What is told where records are gone: that they are, and that nobody knows the cases that they were of."""
BACK_WITHIN = timedelta(seconds=5)
"""So near to the wall the watermark must come to count as back at work."""


def place(record: Record) -> bytes:
    """Where a record stands, as the header says of what was handed on."""
    return f"{record.topic}/{record.partition} offset {record.offset}".encode()


class WallTime:
    """A pipeline with a load. `per_second`: complaints per second, unless TOUSU_PER_SECOND says another number."""

    def __init__(self, pipeline: Pipeline, adapters: Adapters, per_second: float) -> None:
        self.pipeline = pipeline
        self.adapters = adapters
        self._per_second = float(environ.get("TOUSU_PER_SECOND", per_second))
        self._planned: list[tuple[datetime, int, str, datetime, str]] = []
        self._received: dict[str, datetime] = {}
        self._learned: Counter[int] = Counter()
        self._learn_at_s = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *what: object) -> None:
        self.pipeline.end()

    def start_copies(self, names: Sequence[str] = PROCESSORS, copies: int = 2) -> None:
        for name in names:
            for number in range(copies):
                self.pipeline.start(name, number)

    def go_on(self, seconds: float, complaints: bool = True, until: Callable[[], bool] = lambda: False) -> None:
        """Say what is to be said for so long, or until something is so."""
        begin_s = time.monotonic()
        made = 0
        while (spent_s := time.monotonic() - begin_s) < seconds and not until():
            while complaints and made < spent_s * self._per_second:
                now = self.now()
                self._send(self.adapters.complaint(now))
                self._received[f"in-{self.adapters.told}"] = now
                made += 1
            now = self.now()
            while self._planned and self._planned[0][0] <= now:
                _, _, number, happened, what = heapq.heappop(self._planned)
                self._send(self.adapters.report(number, what, happened))
            if time.monotonic() > self._learn_at_s:
                self._learn()
                self._learn_at_s = time.monotonic() + LEARN_EVERY_S
            self.pipeline.serve(0.02)

    def _send(self, one: Outgoing) -> None:
        self.pipeline.produce(one.topic, one.value, one.key.decode(), one.partition, list(one.headers))

    def _learn(self) -> None:
        for partition, log in enumerate(self.pipeline.read_now("complaints.accepted")):
            for record in log[self._learned[partition] :]:
                if timekeeping.is_registered(record):
                    data = orjson.loads(record.value or b"")
                    received = self._received.pop(data["source_event"]["id"], None)
                    if received is not None:
                        for at, happened, what in self.adapters.plan(received, self.now()):
                            entry = (at, self.adapters.told + len(self._planned), data["case_number"], happened, what)
                            heapq.heappush(self._planned, entry)
            self._learned[partition] = len(log)

    def until_back(self, seconds: float = PATIENCE_S) -> float:
        """Go on until the watermark is near the wall again. Returns how many seconds that took."""
        begin_s = time.monotonic()
        back = False

        def is_back() -> bool:
            nonlocal back
            back = self.pipeline.time_of("complaints.sla", self.pipeline.read_now) > self.now() - BACK_WITHIN
            return back

        self.go_on(seconds, until=is_back)
        assert back, f"not back after {seconds:g} s\n{self.pipeline.logs()}"
        return time.monotonic() - begin_s

    def end(self, lost: Callable[[str, Complaint], bool] = lambda *_: False, torn: str = "") -> Findings:
        """Let the watermark come to now, and judge; no number is missing in any topic, and none says two things.

        `lost` says which cases (by number and complaint) are not judged; `torn` is a topic that has holes.
        """
        self.pipeline.flush()
        until = self.now()
        self.pipeline.until(lambda: self.pipeline.time_of("complaints.sla") >= until, "the end of the story at sla")
        inbound, published = Inbound(BACKDATING), Published()
        for topic in ("complaints.accepted", "complaints.sla"):
            self._hear(topic, published.hear)
        by = self.now()
        for topic in self.pipeline.inbound:
            logs = self.pipeline.read(topic)
            handed_on = {dict(record.headers).get("tousu-handed-on") for log in logs for record in log}
            for record in (record for log in logs for record in log if place(record) not in handed_on):
                inbound.hear(record)
        rejected = [record for log in self.pipeline.read("complaints.rejected") for record in log]
        reasons = {dict(record.headers)["tousu-reason"] for record in rejected}
        assert reasons <= (LOSSES if torn else set()), reasons
        for topic in (card.topic for card in contract.cards() if card.from_shards and card.readers):
            for partition, log in enumerate(self.pipeline.read(topic)) if topic != torn else ():
                first_copies(log, f"{topic}/{partition}")
        for event_id, cases in list(published.registered.items()):
            complaint = inbound.complaints.get(event_id)
            if complaint is not None and any(lost(number, complaint) for number, _ in cases):
                del inbound.complaints[event_id], published.registered[event_id]
        return timekeeping.judge(inbound, published, RULES, until, by)

    def _hear(self, topic: str, hear: Callable[[Record], None]) -> None:
        for log in self.pipeline.read(topic):
            for record in log:
                hear(record)
