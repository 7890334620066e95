"""Run inbound events through the whole pipeline on simulated time: same input, same output, byte for byte."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from tousu.failure import Stop
from tousu.policy.policies import Policies
from tousu.runtime.broker import Record
from tousu.simulation.lines import BadLine, Inbound, inbound_of, is_tick, line_of
from tousu.simulation.pipeline import INSTANT, Pipeline

EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)


def simulate(
    policies: Policies, lines: Iterable[bytes], until: datetime | None = None, *, batch_max: int = 500
) -> Iterator[bytes]:
    """Every event that the processors publish for these inbound lines, one line each, in the order of publication.

    Lines come in the order of arrival (the attribute `receivedtime` if present, else `time`); one that names an earlier
    time than the line before arrives together with it. Clocks due before an arrival fire before it. `until` lets time
    run on after the last line. Ticks are left out. Raises BadLine for a line that cannot be read, Stop when a shard
    halts.
    """
    for record in published(policies, lines, until, batch_max=batch_max):
        yield line_of(record)


def published(
    policies: Policies, lines: Iterable[bytes], until: datetime | None = None, *, batch_max: int = 500
) -> Iterator[Record]:
    """As `simulate`, but the records themselves."""
    run: Run | None = None
    try:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            inbound = inbound_of(line, number)
            if run is None:
                run = Run(Pipeline(policies, inbound.arrival or EARLIEST, batch_max=batch_max))
            try:
                run.arrive(inbound)
            except Stop as stop:
                if stop.reason == "no_topic":
                    raise BadLine(f"line {number}: {stop.message}") from None
                raise
            yield from run.news()
        if run is not None:
            run.end(until)
            yield from run.news()
    finally:
        if run is not None:
            run.pipeline.close()


class Run:
    """One pipeline on its way through time."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self._published = 0
        self._own: set[tuple[str, int]] = set()
        self._is_fresh = False
        """Something has arrived at the clock's now, and time has not moved since."""

    def arrive(self, inbound: Inbound) -> None:
        """Let time run up to the arrival, and let the record in."""
        now = self.pipeline.clock.now()
        arrival = max(inbound.arrival or now, now)
        if arrival > now:
            self.let_time_run(arrival)
            self.pipeline.clock.set(arrival)
        broker = self.pipeline.broker
        key = None if inbound.key is None else inbound.key.encode()
        self._own.add((inbound.topic, broker.append(inbound.topic, 0, key, inbound.value, inbound.headers).offset))
        self.pipeline.turn()
        self._is_fresh = True

    def let_time_run(self, bound: datetime) -> None:
        """Fire everything that is due before `bound`, each at its time."""
        if self._is_fresh:
            self._is_fresh = False
            self.pipeline.pass_time(self.pipeline.clock.now(), bound)
        while (due := self.pipeline.next_due()) is not None:
            moment = max(due, self.pipeline.clock.now() + INSTANT)
            if due >= bound or moment >= bound:
                return
            self.pipeline.pass_time(moment, bound)

    def end(self, until: datetime | None) -> None:
        """After the last line: fire what is due up to and at `until`, and let everybody know."""
        now = self.pipeline.clock.now()
        last = max(until or now, now)
        self.let_time_run(last + INSTANT)
        self.pipeline.pass_time(last, last + 2 * INSTANT)

    def news(self) -> Iterator[Record]:
        """What the processors have published since the last call."""
        published = self.pipeline.broker.published
        while self._published < len(published):
            record = published[self._published]
            self._published += 1
            if (record.topic, record.offset) not in self._own and not is_tick(record):
                yield record
