"""The simulated broker behaves as the real one does, as far as the loop can tell: one suite, both brokers."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar

import pytest
from confluent_kafka import Producer

from tests.new_topics import make_topics, set_limit
from tousu.failure import Stop
from tousu.local.kafka import KafkaBroker
from tousu.runtime.broker import OutRecord, Record, Sink, Source
from tousu.runtime.clock import WallClock
from tousu.runtime.kafka import KafkaSource
from tousu.runtime.kafka_sink import KafkaSink
from tousu.runtime.simulated import SimulatedBroker, SimulatedSink, SimulatedSource
from tousu.runtime.unpublishable import Unpublishable

PARTITIONS = 2
DEADLINE_S = 120.0
T = TypeVar("T")
_numbers = itertools.count()


class Both(NamedTuple):
    """A broker under test: how to make its two sides, and how an adapter writes to it."""

    source: Callable[[], Source]
    sink: Callable[[], Sink]
    write: Callable[[int, bytes], None]
    topic: str
    out: str
    limit: Callable[[int], None]
    """Sets how many bytes a record may take on `out`."""


@pytest.fixture(params=["simulated", "kafka"])
def broker(request: pytest.FixtureRequest) -> Iterator[Both]:
    number = next(_numbers)
    topic, out = f"alike.in.{number}", f"alike.out.{number}"
    if request.param == "simulated":
        simulated = SimulatedBroker([topic, out], PARTITIONS, WallClock())
        yield Both(
            lambda: SimulatedSource(simulated, [topic], range(PARTITIONS)),
            lambda: SimulatedSink(simulated),
            lambda partition, value: void(simulated.append(topic, partition, b"k", value, [("h", b"1"), ("n", None)])),
            topic,
            out,
            lambda limit_bytes: simulated.limits.update({out: limit_bytes}),
        )
        return
    real: KafkaBroker = request.getfixturevalue("kafka")
    make_topics(real.address, (topic, out), PARTITIONS)
    producer = Producer({"bootstrap.servers": real.address, "log_level": 0})

    def write(partition: int, value: bytes) -> None:
        producer.produce(topic, value, b"k", partition, headers=[("h", b"1"), ("n", None)])
        producer.flush()

    yield Both(
        lambda: KafkaSource(real.address, f"group-{number}", [topic]),
        lambda: KafkaSink(real.address, topics=[out]),
        write,
        topic,
        out,
        lambda limit_bytes: set_limit(real.address, out, limit_bytes),
    )


def void(_: object) -> None:
    """For an expression whose value is not wanted."""


def until(found: Callable[[], T | None]) -> T:
    """Ask again and again until there is an answer."""
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        answer = found()
        if answer:
            return answer
    pytest.fail(f"nothing came within {DEADLINE_S:g} s")


def read(source: Source, count: int) -> list[Record]:
    records: list[Record] = []

    def enough() -> bool:
        records.extend(source.poll(100, 0.05))
        return len(records) >= count

    until(enough)
    return records


def opened(broker: Both, offset: int = 0) -> Source:
    source = broker.source()

    def owned() -> bool:
        source.poll(1, 0.05)
        return len(source.wanted()) == PARTITIONS

    until(owned)
    for shard in range(PARTITIONS):
        source.start(shard, {broker.topic: offset})
    return source


def test_nothing_is_delivered_before_a_shard_is_started(broker: Both) -> None:
    broker.write(0, b"a")
    source = broker.source()
    seen: list[Record] = []

    def owned() -> bool:
        seen.extend(source.poll(10, 0.05))
        return len(source.wanted()) == PARTITIONS

    until(owned)
    assert seen == []
    source.start(0, {broker.topic: 0})
    assert [r.value for r in read(source, 1)] == [b"a"]
    source.close()


def test_records_come_in_order_from_the_offset_asked_for(broker: Both) -> None:
    for value in (b"a", b"b", b"c", b"d"):
        broker.write(1, value)
    source = opened(broker, offset=0)
    source.stop(1)
    source.start(1, {broker.topic: 2})
    records = read(source, 2)
    assert [(r.partition, r.offset, r.value) for r in records] == [(1, 2, b"c"), (1, 3, b"d")]
    assert records[0].key == b"k"
    assert list(records[0].headers) == [("h", b"1"), ("n", None)]
    source.close()


def test_a_stopped_shard_delivers_nothing_more(broker: Both) -> None:
    source = opened(broker)
    source.stop(0)
    broker.write(0, b"a")
    broker.write(1, b"b")
    assert [r.value for r in read(source, 1)] == [b"b"]
    source.close()


def test_a_paused_topic_waits_and_goes_on_where_it_stood(broker: Both) -> None:
    source = opened(broker)
    broker.write(0, b"a")
    assert [r.value for r in read(source, 1)] == [b"a"]
    source.pause(0, broker.topic)
    broker.write(0, b"b")
    broker.write(1, b"c")
    assert [r.value for r in read(source, 1)] == [b"c"]
    source.resume(0, broker.topic)
    assert [r.value for r in read(source, 1)] == [b"b"]
    source.close()


def test_an_offset_that_the_log_does_not_have_breaks_the_shard_and_never_skips(broker: Both) -> None:
    broker.write(0, b"a")
    source = opened(broker)
    source.stop(0)
    source.start(0, {broker.topic: 700})

    def broken() -> bool:
        assert [r for r in source.poll(10, 0.05) if r.partition == 0] == []
        return 0 in source.broken()

    until(broken)
    source.close()


def test_the_ends_are_those_of_all_owned_partitions(broker: Both) -> None:
    for value in (b"a", b"b", b"c"):
        broker.write(1, value)
    source = opened(broker)
    asked = datetime(2026, 1, 5, tzinfo=UTC)
    source.ask_ends(asked)
    ends = until(source.ends)
    assert ends.asked_at == asked
    assert dict(ends.offsets) == {(broker.topic, 0): 0, (broker.topic, 1): 3}
    assert source.ends() is None
    source.close()


def test_facts_about_the_cluster(broker: Both) -> None:
    source = broker.source()
    assert source.partitions(broker.topic) == PARTITIONS
    identity = source.identity()
    assert identity.cluster_id
    assert identity.topic_ids[broker.topic]
    with pytest.raises(Stop) as stop:
        source.partitions("alike.not.there")
    assert stop.value.reason == "no_topic"
    source.close()


def test_what_is_sent_is_there_in_order_when_it_is_flushed(broker: Both) -> None:
    sink = broker.sink()
    sink.send(0, [OutRecord(broker.topic, 0, b"k", str(n).encode(), [("tousu-seq", b"1")]) for n in range(50)])
    until(lambda: sink.flush(0.2))
    source = opened(broker)
    assert [r.value for r in read(source, 50)] == [str(n).encode() for n in range(50)]
    sink.close()
    source.close()


def test_what_is_forgotten_can_be_sent_again(broker: Both) -> None:
    sink = broker.sink()
    sink.send(0, [OutRecord(broker.topic, 0, b"k", b"a", [])])
    sink.reset()
    sink.send(0, [OutRecord(broker.topic, 0, b"k", b"a", [])])
    until(lambda: sink.flush(0.2))
    source = opened(broker)
    assert {r.value for r in read(source, 1)} == {b"a"}
    sink.close()
    source.close()


def test_a_record_that_its_topic_cannot_take_is_told_with_its_shard_and_goes_out_when_it_can(broker: Both) -> None:
    broker.limit(50_000)
    sink = broker.sink()
    assert sink.limits()[broker.out] == 50_000
    broker.limit(10_000)
    large = [OutRecord(broker.out, 1, b"k", b"x" * 20_000, [])]
    sink.send(1, [OutRecord(broker.out, 0, b"k", b"a", [])])

    def hand_over() -> None:
        sink.send(0, large)
        until(lambda: sink.flush(0.2))

    with pytest.raises(Unpublishable) as halt:
        hand_over()
    assert (halt.value.reason, halt.value.shard, halt.value.topic) == ("unpublishable_output", 0, broker.out)
    sink.send(1, [OutRecord(broker.out, 0, b"k", b"b", [])])
    until(lambda: sink.flush(0.2))
    assert not sink.publish_alone(0, large)
    broker.limit(50_000)
    until(lambda: sink.publish_alone(0, large))
    sink.close()


def test_a_copy_that_was_fenced_for_good_joins_again(kafka: KafkaBroker) -> None:
    number = next(_numbers)
    topic = f"fenced.{number}"
    make_topics(kafka.address, [topic], 1)

    def member() -> KafkaSource:
        return KafkaSource(kafka.address, f"fenced-{number}", [topic], session_s=6.0, member="the-only-one")

    def owns(source: KafkaSource) -> bool:
        source.poll(1, 0.05)
        return source.wanted() == {0}

    first = member()
    until(lambda: owns(first))
    second = member()  # the same name: the group takes it for the first one, restarted, and fences the first for good
    until(lambda: owns(second))
    until(lambda: first.poll(1, 0.05) == [] and 0 in first.lost())
    second.close()
    until(lambda: owns(first))
    first.close()
