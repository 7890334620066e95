"""How the stream stands, in the words of the runtime: the same metrics, health and log lines as every processor."""

from __future__ import annotations

from typing import Final

from services.trends.rules import raised
from tousu.decision import Output
from tousu.failure import Retry
from tousu.runtime.arrival import Arrival
from tousu.runtime.broker import Ends, Record
from tousu.runtime.checkpoint import Checkpoint, Seen
from tousu.runtime.clock import TimeSource
from tousu.runtime.logs import Log
from tousu.runtime.measures import Measures
from tousu.runtime.report import TurnReport
from tousu.runtime.watch import Glance, Watch

RECORDS_MAX: Final = 1_000
"""So many records of a beat are looked at for the age of the oldest one."""


class StreamStanding:
    """Gathers what happens between two beats and tells it at the beat."""

    def __init__(self, measures: Measures, watch: Watch, clock: TimeSource, log: Log) -> None:
        self._measures = measures
        self._watch = watch
        self._clock = clock
        self._log = log
        self._report = TurnReport()
        self._records: list[Record] = []
        self._checkpoints: dict[int, Checkpoint] = {}
        self.assigned: frozenset[int] = frozenset()

    def given(self, shards: frozenset[int]) -> None:
        """The group has said which partitions are ours."""
        self.assigned = shards
        self._checkpoints = {shard: self._checkpoints.get(shard, Checkpoint()) for shard in shards}
        self._watch.is_member = True

    def taken(self) -> None:
        """The group is about to share its partitions out again."""
        self._watch.is_member = False

    def read(self, arrival: Arrival, result: str) -> None:
        """A record was read and done with."""
        record = arrival.record
        kind = arrival.event.type if arrival.event is not None else "unreadable"
        self._report.events[kind, result] += 1
        self._report.records += 1
        if len(self._records) < RECORDS_MAX:
            self._records.append(record)
        checkpoint = self._checkpoints.setdefault(record.partition, Checkpoint())
        checkpoint.offsets[record.topic] = record.offset + 1
        if arrival.origin:
            checkpoint.time_us = max(checkpoint.time_us, arrival.time_us)
            checkpoint.watermarks[f"{record.topic}|{arrival.origin}"] = Seen(arrival.seq, checkpoint.time_us)

    def published(self, output: Output) -> None:
        """A warning is out."""
        self._report.outputs[output.topic, output.type] += 1
        self._measures.pending(0)
        warning = raised(output)
        self._log.info("early warning", about=output.subject, until=warning.window.to, count=warning.count)

    def waits(self, error: Retry) -> None:
        """Something is away and will be tried again."""
        self._measures.retrying(error)

    def ends(self, ends: Ends) -> None:
        """The broker said where the log ends."""
        self._measures.ends(ends)

    def beat(self) -> None:
        """Tell what happened since the last beat."""
        self._watch.turned(Glance(self.assigned, dict(self._checkpoints), {}))
        records, self._records = self._records, []
        self._measures.polled(records, self.assigned)
        if self._report.records:
            report, self._report = self._report, TurnReport()
            self._measures.turned(report, self._clock.now())
