"""What the loop says of itself, turned into metrics and log lines: one per thing worth noticing, none per message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from prometheus_client.core import GaugeMetricFamily

from tousu.contract import event_types
from tousu.contract.pipeline import processors
from tousu.failure import Failure, Stop
from tousu.runtime import checkpoint as cp
from tousu.runtime import doubts, watermark
from tousu.runtime import metrics as m
from tousu.runtime.broker import Ends, Record
from tousu.runtime.census import Census
from tousu.runtime.clock import WallClock
from tousu.runtime.consumer_lag import ConsumerLag
from tousu.runtime.faults import OUR_FAULTS, about
from tousu.runtime.logs import Log, frames_of
from tousu.runtime.processor import Processor
from tousu.runtime.report import HOW_COVERED, WHY_DISBELIEVED, Fault, TurnReport
from tousu.runtime.watch import Watch
from tousu.runtime.watched import Pending

OTHER: Final = "other"
"""Stands for event types that are not in the contract: anybody may invent them, and each would be a series for ever."""


class Measures:
    """The observer of a processor's loop and the onlooker of its source and sink.

    `pack` is (id, version). Values that change by themselves (ages, times) are looked up when somebody scrapes.
    """

    def __init__(
        self, processor: Processor, watch: Watch, clock: WallClock, log: Log, *,
        pack: tuple[str, str], partitions: int, time_from_events: bool,
    ) -> None:  # fmt: skip
        self._processor = processor
        self._watch = watch
        self._clock = clock
        self._log = log
        self._time = "events" if time_from_events else "wall"
        self._pack = pack
        self._partitions = partitions
        self._meter = m.Meter(processor.name)
        self.registry = self._meter.registry
        self.registry.register(self)
        self.consumer_lag = ConsumerLag()
        self.census: Census | None = None
        self._pending = Pending()
        self._wanted: frozenset[int] = frozenset()
        self._known = frozenset(event_types())
        for reason in sorted(OUR_FAULTS):  # there from the start, at zero: an alert must see the very first one
            self._meter.add(m.REJECTS, 0, reason)
            for how in HOW_COVERED:
                self._meter.add(m.FAULTS_COVERED, 0, reason, how)
        for why in WHY_DISBELIEVED:
            self._meter.add(m.DISBELIEVED, 0, why)
        self._published: str | None = None
        self._ahead_s = 0.0
        self._held_s: Mapping[tuple[str, int], float] = {}

    # -- the loop tells ----------------------------------------------------------------------------------------

    def turned(self, report: TurnReport, now: datetime) -> None:
        meter = self._meter
        self._watch.trouble, self._published = None, None
        meter.add(m.TURNS, 1)
        meter.set(m.LAST_TURN, now.timestamp())
        for (kind, result), count in report.events.items():
            known = result != "rejected" or kind in self._known
            meter.add(m.EVENTS, count, kind if known else OTHER, result)
        for reason, count in report.rejects.items():
            meter.add(m.REJECTS, count, reason)
        for reason, count in report.no_ops.items():
            meter.add(m.NO_OPS, count, reason)
        counts: Counter[tuple[m.Metric, tuple[str, ...]]] = report.tallied.copy()
        counts.update({(m.OUTPUTS, place): count for place, count in report.outputs.items()})
        for (metric, labels), count in counts.items():
            meter.add(metric, count, *labels)
        for late_s in report.lateness_s:
            meter.observe(m.TIMER_LATENESS, late_s)
        now_ms = now.timestamp() * 1000
        for inbound_ms in report.inbound_ms:
            meter.observe(m.SINCE_INBOUND, max(0.0, (now_ms - inbound_ms) / 1000))
        for step, duration_s in report.durations_s.items():
            meter.observe(m.STEP_S, duration_s, step)
        if report.records:
            meter.observe(m.BATCH, report.records)
        for (reason, how), count in report.covered.items():
            meter.add(m.FAULTS_COVERED, count, reason, how)
        for why, count in report.disbelieved.items():
            meter.add(m.DISBELIEVED, count, why)
        self._tell_faults(report)
        if report.rejects:
            first = about(report.first_rejected)
            self._log.warning("rejected", count=sum(report.rejects.values()), reasons=dict(report.rejects), **first)

    def _tell_faults(self, report: TurnReport) -> None:
        """Where our own code failed: each kind once a turn, with the first place where it happened."""
        grouped: dict[tuple[str, ...], list[Fault]] = {}
        for fault in report.faults:
            grouped.setdefault((type(fault.error).__name__, *frames_of(fault.error)), []).append(fault)
        for (kind, *frames), faults in grouped.items():
            error, where, subject = faults[0]
            fields = {"reason": "internal_error"}
            if isinstance(error, Failure):  # what others raise may quote a customer
                fields = {"reason": error.reason, "message": error.message}
            self._log.error(
                "fault", **fields, **about(subject), type=kind, count=len(faults), where=where, frames=frames
            )

    def opened(self, shard: int, epoch: int) -> None:
        self._meter.add(m.OPENINGS, 1)
        self._log.info("shard opened", shard=shard, epoch=epoch)

    def fenced(self, shards: frozenset[int]) -> None:
        self._meter.add(m.FENCED, 1)
        self._log.warning("fenced", shards=sorted(shards), message="another owner has one of these; opening them again")

    def halted(self, shard: int, error: Stop) -> None:
        self._meter.add(m.HALTS, 1, error.reason)
        self._log.error("shard halted", shard=shard, reason=error.reason, message=error.message, **error.about)

    def retrying(self, error: Failure) -> None:
        self._meter.add(m.RETRIES, 1, error.reason)
        self._watch.trouble = error
        self._say(error.reason, error.message)

    def waiting_for_broker(self) -> None:
        self._watch.waited_for_broker()
        self._say("broker_slow", "outputs are not acknowledged yet")

    def _say(self, reason: str, message: str) -> None:
        """Waiting is said once, not at every try."""
        if self._published != reason:
            self._published = reason
            self._log.warning("waiting", reason=reason, message=message)

    # -- the onlooker sees -------------------------------------------------------------------------------------

    def polled(self, records: Sequence[Record], wanted: frozenset[int]) -> None:
        self._watch.waited_for_broker()
        self._meter.set(m.LAST_POLL, self._clock.now().timestamp())
        if records:
            self.consumer_lag.delivered(records)
        if wanted != self._wanted:
            self._meter.add(m.REBALANCES, 1)
            self._log.info("shards given", shards=sorted(wanted))
            self._wanted = wanted
        opened = self._watch.glance.opened
        offsets = {(topic, shard): offset for shard, mark in opened.items() for topic, offset in mark.offsets.items()}
        self.consumer_lag.applied(offsets, wanted)

    def ends(self, ends: Ends) -> None:
        self._watch.heard_broker()
        self.consumer_lag.ends(ends)
        self._held_s = ends.held_s
        if ends.time_us != cp.NEVER_US:
            self._ahead_s = ends.asked_at.timestamp() - ends.time_us / 1e6

    def pending(self, count: int) -> None:
        self._pending.note(count)
        if not count:
            self._meter.set(m.LAST_PUBLISH, self._clock.now().timestamp())

    # -- somebody asks (in the server's thread) ----------------------------------------------------------------

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """What changes by itself, for the registry."""
        now_s = self._clock.now().timestamp()
        rows = list(self.consumer_lag.rows())
        family = self._meter.family
        yield family(m.BEHIND, {(row.topic, str(row.partition)): row.behind for row in rows})
        ages: dict[tuple[str, ...], float] = {
            (row.topic, str(row.partition)): max(0.0, now_s - row.since_s) if row.since_s is not None else 0.0
            for row in rows
            if row.since_s is not None or not row.behind
        }
        yield family(m.OLDEST_AGE, ages)
        yield from self._times(now_s)
        yield family(m.HELD_OUT, self._held_out())
        yield family(m.OUTPUTS_PENDING, {(): self._pending.count})
        yield family(m.OUTPUTS_PENDING_AGE, {(): self._pending.age_s()})
        yield family(m.SHARDS, self._shards())
        yield family(m.READY, {(): 0 if self._watch.reasons_not_ready() else 1})
        yield family(m.KNOWN, {(name,): 1 for name in processors()})
        yield family(m.CLOCK_DRIFT, {(): max(self._clock.drift_s, self._ahead_s, key=abs)})
        yield family(m.TRANSACTION_OPEN, {(topic, str(number)): s for (topic, number), s in self._held_s.items()})
        yield family(m.INFO, {(*self._pack, self._time): 1})
        yield from self._looked_up()
        if self.census is not None:
            yield family(m.CENSUS_S, {(): self.census.duration_s})
            yield family(m.CENSUS_AGE, {(): self.census.age_s()})
            for metric, counts in self.census.counts.items():
                yield family(metric, counts)

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """The names of `collect`, so that the registry need not call it to learn them."""
        return (self._meter.family(metric, {}) for metric in m.METRICS if metric.seen == "asked")

    def _looked_up(self) -> Iterator[GaugeMetricFamily]:
        """The processor's own gauges at the latest watermark of its shards; none before there is one."""
        time_us = max((mark.time_us for mark in self._watch.glance.opened.values()), default=cp.NEVER_US)
        if time_us != cp.NEVER_US:
            now = cp.moment(time_us)
            for gauge in self._processor.gauges:
                yield self._meter.family(gauge.metric, gauge.values(now))

    def _times(self, now_s: float) -> Iterator[GaugeMetricFamily]:
        behind: dict[tuple[str, ...], float] = {}
        held: dict[tuple[str, ...], float] = {}
        if self._time == "wall":
            for shard, mark in self._watch.glance.opened.items():
                if mark.time_us == cp.NEVER_US:
                    continue
                behind[(str(shard),)] = max(0.0, now_s - mark.time_us / 1e6)
                origin, time_us = self._slowest(shard, mark)
                if origin and time_us != cp.NEVER_US:
                    held[(str(shard), origin)] = max(0.0, now_s - time_us / 1e6)
        yield self._meter.family(m.TIME_BEHIND, behind)
        yield self._meter.family(m.TIME_HELD, held)

    def _slowest(self, shard: int, mark: cp.Checkpoint) -> tuple[str, int]:
        expected = mark.awaited(watermark.expected_origins(self._processor.inputs, shard, self._partitions))
        name, time_us = watermark.slowest_origin(mark.watermarks, expected)
        return name.partition("|")[2], time_us

    def _held_out(self) -> dict[tuple[str, ...], float]:
        return {
            (str(shard), doubts.said(name)): (mark.time_us - mark.doubts.get(name, mark.time_us)) / 1e6
            for shard, mark in self._watch.glance.opened.items()
            for name in mark.held_out
        }

    def _shards(self) -> dict[tuple[str, ...], float]:
        glance = self._watch.glance
        opening = glance.wanted - glance.opened.keys() - glance.halted.keys()
        counts: dict[tuple[str, ...], float] = {("open", ""): len(glance.opened), ("opening", ""): len(opening)}
        for error in glance.halted.values():
            key = ("halted", error.reason)
            counts[key] = counts.get(key, 0) + 1
        return counts
