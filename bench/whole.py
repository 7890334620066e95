"""The whole pipeline at once: five processes, the broker and PostgreSQL, from inbound topics to the last checkpoint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

from bench.copies import Copy, Stopwatch, Usage, started, wait_read
from bench.courses import Case, case_of, course, report
from bench.ground import QUIET, Ground, Out, rate, type_of
from bench.load import Sent, complaints
from bench.rehearsal import CASES, PARTITIONS, STATEFUL
from bench.sizes import Sizes
from tousu.runtime.partition import partition_of

ACCEPTED: Final = "complaints.accepted"
SLA: Final = "complaints.sla"
CHARGES: Final = "complaints.charges"
DRAIN_S: Final = 300.0


class Wave(NamedTuple):
    """A backlog that went through all processors."""

    events: int
    used: Usage
    cpu_s: dict[str, float]


def measure(ground: Ground, sizes: Sizes) -> dict[str, Any]:
    """Two waves: complaints, then all that is reported about the cases that came of them and their claims."""
    ground.fresh_topics()
    # The events were received just now: the watermark is wall time here.
    now = datetime.now(UTC)
    with ExitStack() as stack:
        copies = started(stack, ground, STATEFUL, "postgresql")
        new = list(complaints(sizes.whole_cases, now))
        before = ground.servers_cpu_s()
        first = wave(ground, copies, out_of(new))
        cases = list(routed(ground, {each.key: each for each in new}))
        second = wave(ground, copies, out_of(_reports(cases, now)))
        after = ground.servers_cpu_s()
        memory = {copy.name: copy.resident_mb_max() for copy in copies}
        refused = copies[0].written("complaints.rejected")
    events = first.events + second.events
    wall_s = first.used.wall_s + second.used.wall_s
    cpu_s = first.used.cpu_s + second.used.cpu_s
    return {
        "complaints": _said(first),
        "reports": _said(second),
        "events": events,
        "cases": len(cases),
        "refused": refused,
        "per_s": rate(events, wall_s),
        "cpu_us_per_event": cpu_s / events * 1e6,
        "cpu_us_per_event_by_processor": {
            copy.name: (first.cpu_s[copy.name] + second.cpu_s[copy.name]) / events * 1e6 for copy in copies
        },
        "broker_cpu_us_per_event": (after["broker"] - before["broker"]) / events * 1e6,
        "postgres_cpu_us_per_event": (after["postgres"] - before["postgres"]) / events * 1e6,
        "resident_max_mb": memory,
    }


def _said(wave: Wave) -> dict[str, Any]:
    return {
        "events": wave.events,
        "per_s": rate(wave.events, wave.used.wall_s),
        "cpu_us_per_event": wave.used.cpu_s / wave.events * 1e6,
        "per_cpu_s": rate(wave.events, wave.used.cpu_s),
    }


def _reports(cases: Sequence[Case], now: datetime) -> Iterator[Sent]:
    """Step by step over all cases, as in the rehearsal."""
    waiting = [(case, course(case)) for case in cases]
    place = 0
    while waiting:
        for case, steps in waiting:
            yield report(case, steps[place], place, now + timedelta(milliseconds=place))
        place += 1
        waiting = [(case, steps) for case, steps in waiting if len(steps) > place]


def wave(ground: Ground, copies: Sequence[Copy], records: Iterable[Out]) -> Wave:
    """Write a backlog while everything stands still, then wait until the last processor has read what became of it."""
    inbound = copies[0].read()
    with ExitStack() as held:
        for copy in copies:
            held.enter_context(copy.held())
        events = ground.fill(records)
        watch = Stopwatch(copies)
        before = {copy.name: copy.cpu_s() for copy in copies}
    read_through(copies, inbound + events)
    used = watch.read()
    return Wave(events, used, {copy.name: copy.cpu_s() - before[copy.name] for copy in copies})


def read_through(copies: Sequence[Copy], inbound: int) -> None:
    """Wait until so many inbound records have gone through all processors."""
    intake, router, sla, claims, penalties = copies
    # Ticks make every topic grow for ever, so each stage is asked for what the stage before had written by now.
    wait_read(intake, inbound, DRAIN_S)
    wait_read(router, intake.written(ACCEPTED), DRAIN_S)
    wait_read(sla, router.written(CASES), DRAIN_S)
    wait_read(claims, router.written(CASES), DRAIN_S, CASES)
    wait_read(claims, sla.written(SLA), DRAIN_S, SLA)
    wait_read(penalties, claims.written(CHARGES), DRAIN_S)


def out_of(records: Iterable[Sent]) -> Iterator[Out]:
    """Inbound records with the partition of their key."""
    for each in records:
        yield Out(each.topic, partition_of(each.key, PARTITIONS), each.key.encode(), each.value, each.headers)


def routed(ground: Ground, sent: Mapping[str, Sent]) -> Iterator[Case]:
    """The cases on `complaints.cases` that came of these complaints (by waybill)."""
    ends = {(p.topic, p.partition): end for p, end in ground.ends([CASES]).items() if end}
    consumer = Consumer({"bootstrap.servers": ground.kafka.address, "group.id": "bench.routed"}, logger=QUIET)
    consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING) for topic, partition in ends])
    while ends:
        for message in consumer.consume(500, 0.5):
            topic, partition, offset = str(message.topic()), int(message.partition() or 0), int(message.offset() or 0)
            if type_of(message).endswith(".routed.v1"):
                value = message.value()
                case = case_of(value if isinstance(value, bytes) else None, sent)
                if case is not None:
                    yield case
            if offset + 1 >= ends.get((topic, partition), 0):
                ends.pop((topic, partition), None)
    consumer.close()
