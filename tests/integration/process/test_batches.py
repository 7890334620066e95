"""What a full turn publishes passes the broker, which holds a topic's limit against batches, not single records."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from tests.new_topics import make_topics
from tousu.contract import cards
from tousu.failure import Retry
from tousu.local.kafka import KafkaBroker
from tousu.runtime.broker import OutRecord
from tousu.runtime.kafka import BATCH_BYTES, KafkaSink

_numbers = itertools.count(1)
NewTopicOf = Callable[[int], str]


@pytest.fixture
def topic_that_takes(kafka: KafkaBroker) -> NewTopicOf:
    """Makes a topic with a limit in bytes and returns its name."""

    def make(limit_bytes: int) -> str:
        name = f"batches.{next(_numbers)}"
        make_topics(kafka.address, [name], 1, {"max.message.bytes": str(limit_bytes)})
        return name

    return make


def records(topic: str, count: int, size_bytes: int) -> list[OutRecord]:
    return [OutRecord(topic, 0, b"k", b"x" * size_bytes, [("n", str(n).encode())]) for n in range(count)]


def settle(sink: KafkaSink) -> bool:
    return any(sink.settle(1.0) for _ in range(30))


def test_batches_stay_below_the_limit_of_every_topic() -> None:
    assert min(card.max_message_bytes for card in cards()) > BATCH_BYTES


def test_a_turn_of_many_outputs_goes_out(kafka: KafkaBroker, topic_that_takes: NewTopicOf) -> None:
    limit_bytes = min(card.max_message_bytes for card in cards())
    topic = topic_that_takes(limit_bytes)
    sink = KafkaSink(kafka.address)
    sink.send(records(topic, 2_000, 1_500) + records(topic, 3, limit_bytes - 20_000) + records(topic, 10, 100))
    assert settle(sink)
    sink.close()


def test_what_the_broker_refuses_means_try_again_and_the_sink_is_fresh(
    kafka: KafkaBroker, topic_that_takes: NewTopicOf
) -> None:
    topic = topic_that_takes(20_000)
    sink = KafkaSink(kafka.address)
    for _ in range(3):
        with pytest.raises(Retry, match="could not be published in order"):
            hand_over(sink, records(topic, 500, 1_500))
    sink.send(records(topic, 5, 1_500))
    assert settle(sink)
    sink.close()


def hand_over(sink: KafkaSink, wanted: list[OutRecord]) -> None:
    sink.send(wanted)
    settle(sink)
