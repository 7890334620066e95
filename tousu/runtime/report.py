"""What one turn did, in numbers: filled by the loop, read by metrics, logs and tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from tousu.decision import Output, StateKey
from tousu.event import Event
from tousu.runtime.broker import Record
from tousu.runtime.faults import words_of
from tousu.runtime.metrics import CountedOutput, Metric

HOW_COVERED: Final = ("fallback", "clock_held_out")
"""What kept a fault of ours from costing anything: the rules' second answer, or a clock that is tried again."""

FOREIGN: Final = "foreign_origin"
WHY_DISBELIEVED: Final = (FOREIGN, "ahead")
"""Why the time of a record is not believed: none of ours wrote it, or it lies ahead of the broker's clock."""


class Fault(NamedTuple):
    """Our own code failed. `where`: the input by topic, partition and offset, or the state whose clock it was; `about`
    is that event or state."""

    error: Exception
    where: str
    about: Event | StateKey | None = None


@dataclass(slots=True)
class TurnReport:
    """Counts and durations of one turn of the loop. Durations in seconds, times in microseconds since 1970."""

    events: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(event type, result) with result applied | no_op | duplicate | rejected | ticked."""
    rejects: Counter[str] = field(default_factory=Counter)
    """reason code -> count"""
    first_rejected: Event | None = None
    """the first of them that could be read, for the log"""
    no_ops: Counter[str] = field(default_factory=Counter)
    outputs: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(topic, event type) -> count"""
    tallied: Counter[tuple[Metric, tuple[str, ...]]] = field(default_factory=Counter)
    """(counter of the processor's own, its labels) -> count"""
    published: Counter[str] = field(default_factory=Counter)
    lateness_s: list[float] = field(default_factory=list)
    """for each clock that fired, the watermark minus due time"""
    inbound_ms: list[int] = field(default_factory=list)
    """for each applied event that carries it, the broker time of the inbound record"""
    time_us: dict[int, int] = field(default_factory=dict)
    """shard -> the watermark after the turn"""
    durations_s: dict[str, float] = field(default_factory=dict)
    """step (read, fold, commit, flush) -> seconds"""
    faults: list[Fault] = field(default_factory=list)
    """what went wrong in our own rules, for the log"""
    covered: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(reason code, how) -> count, with how of HOW_COVERED: our own faults after which nothing is lost"""
    disbelieved: Counter[str] = field(default_factory=Counter)
    """why of WHY_DISBELIEVED -> count: records of our own topics whose time was not believed"""
    records: int = 0
    pending: int = 0
    """outputs committed in this turn and handed over for publishing"""

    def failed(self, error: Exception, where: Record | StateKey, event: Event | None = None) -> None:
        """Note a failure of our own code: at an input, or at the state whose clock it was."""
        about = where if event is None and isinstance(where, StateKey) else event
        self.faults.append(Fault(error, words_of(where), about))

    def applied(self, event: Event) -> None:
        """Note when an event came in that was applied, where it says so."""
        inbound = event.extensions.get("inboundtime")
        if inbound:
            self.inbound_ms.append(int(inbound))

    def rejected(self, reason: str, event: Event | None) -> None:
        """Count an input that was sent to complaints.rejected."""
        self.rejects[reason] += 1
        self.first_rejected = self.first_rejected or event

    def count_output(self, output: Output, tallies: Mapping[str, CountedOutput]) -> None:
        """Count an output, and what the processor counts of its kind."""
        self.outputs[output.topic, output.type] += 1
        tally = tallies.get(output.type)
        if tally is not None:
            self.tallied[tally.metric, tally.labels(output.data)] += 1
