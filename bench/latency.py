"""From the call that publishes a complaint to the moment at which a reader of `complaints.cases` has its routing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from confluent_kafka import Consumer, Message, Producer, TopicPartition

from bench.copies import started
from bench.ground import ASK_S, QUIET, Ground, type_of, until
from bench.load import complaints
from bench.rehearsal import CASES, PARTITIONS, STATEFUL
from bench.sizes import Sizes
from tousu.runtime.partition import partition_of

WARM_UP_S: Final = 2
SEED_FIRST: Final = 50_000_000
"""Numbers of complaints that no other measurement uses."""


def measure(ground: Ground, sizes: Sizes) -> dict[str, Any]:
    """Complaints at a steady rate through a pipeline that has nothing else to do."""
    ground.fresh_topics()
    per_s = sizes.latency_per_s
    warm = per_s * min(WARM_UP_S, sizes.latency_s)
    sent = list(complaints(warm + per_s * sizes.latency_s, datetime.now(UTC), first=SEED_FIRST, resent=False))
    published: dict[str, float] = {}
    routed: dict[str, float] = {}

    def heard(message: Message) -> None:
        now_s = time.perf_counter()
        if "routed" in type_of(message):
            routed[orjson.loads(message.value() or b"{}")["waybill_number"]] = now_s

    producer = Producer({"bootstrap.servers": ground.kafka.address, "linger.ms": 0}, logger=QUIET)
    with ExitStack() as stack:
        started(stack, ground, STATEFUL, "postgresql")
        stack.enter_context(listening(ground, [CASES], heard))
        begun_s = time.perf_counter()
        for number, each in enumerate(sent):
            wait_s = begun_s + number / per_s - time.perf_counter()
            if wait_s > 0:
                time.sleep(wait_s)
            published[each.key] = time.perf_counter()
            producer.produce(
                each.topic, each.value, each.key, partition_of(each.key, PARTITIONS), headers=list(each.headers)
            )
            producer.poll(0)
        producer.flush(ASK_S)
        took_s = time.perf_counter() - begun_s
        until(lambda: len(routed) >= len(sent), f"all {len(sent)} complaints are routed", ASK_S)
    waits_ms = [(routed[each.key] - published[each.key]) * 1000 for each in sent[warm:]]
    return {"asked_per_s": per_s, "sent_per_s": len(sent) / took_s} | spread(waits_ms)


def spread(values_ms: list[float]) -> dict[str, Any]:
    """Count, quantiles and maximum of some waits, and the quantiles of a curve for the plot."""
    ordered = sorted(values_ms)

    def at(share: float) -> float:
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    curve = [at(step / 200) for step in range(200)]
    return {
        "events": len(ordered), "p50_ms": at(0.5), "p90_ms": at(0.9), "p99_ms": at(0.99), "max_ms": ordered[-1],
        "curve_ms": curve,
    }  # fmt: skip


@contextmanager
def listening(ground: Ground, topics: list[str], heard: Callable[[Message], None]) -> Iterator[None]:
    """A reader in a thread of its own that reads these topics from their end on while the block runs."""
    consumer = Consumer(
        {"bootstrap.servers": ground.kafka.address, "group.id": f"bench.reader.{ground.number()}"}, logger=QUIET
    )
    ends = ground.ends(topics)
    consumer.assign([TopicPartition(place.topic, place.partition, end) for place, end in ends.items()])
    stopping = threading.Event()

    def read() -> None:
        while not stopping.is_set():
            message = consumer.poll(0.2)
            if message is not None and message.error() is None:
                heard(message)

    thread = threading.Thread(target=read, name="reader", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()
        consumer.close()
