"""What a full turn publishes passes the broker, which holds a topic's limit against batches, not single records."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from tests.new_topics import make_topics, set_limit
from tousu.contract import cards
from tousu.failure import Retry
from tousu.local.kafka import KafkaBroker
from tousu.runtime.broker import OutRecord
from tousu.runtime.kafka_sink import BATCH_BYTES, KafkaSink
from tousu.runtime.unpublishable import Unpublishable

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
    return any(sink.flush(1.0) for _ in range(30))


def test_batches_stay_below_the_limit_of_every_topic() -> None:
    assert min(card.max_message_bytes for card in cards()) > BATCH_BYTES


def test_a_turn_of_many_outputs_goes_out(kafka: KafkaBroker, topic_that_takes: NewTopicOf) -> None:
    limit_bytes = min(card.max_message_bytes for card in cards())
    topic = topic_that_takes(limit_bytes)
    sink = KafkaSink(kafka.address)
    sink.send(0, records(topic, 2_000, 1_500) + records(topic, 3, limit_bytes - 20_000) + records(topic, 10, 100))
    assert settle(sink)
    sink.close()


def test_batches_fit_a_topic_that_takes_less_than_its_card_says(
    kafka: KafkaBroker, topic_that_takes: NewTopicOf
) -> None:
    topic = topic_that_takes(20_000)
    sink = KafkaSink(kafka.address, topics=[topic])
    sink.send(0, records(topic, 500, 1_500))
    assert settle(sink)
    sink.close()


def test_a_limit_lowered_on_the_way_means_smaller_batches_not_a_halt(
    kafka: KafkaBroker, topic_that_takes: NewTopicOf
) -> None:
    topic = topic_that_takes(200_000)
    sink = KafkaSink(kafka.address, topics=[topic])
    sink.send(0, records(topic, 1, 1_500))
    assert settle(sink)
    set_limit(kafka.address, topic, 20_000)
    with pytest.raises(Retry) as lowered:
        hand_over(sink, records(topic, 500, 1_500))
    assert lowered.value.reason == "limit_lowered"
    sink.send(0, records(topic, 500, 1_500))
    assert settle(sink)
    sink.close()


def test_one_shards_record_that_is_refused_for_good_costs_no_other_shard_anything(
    kafka: KafkaBroker, topic_that_takes: NewTopicOf
) -> None:
    topic = topic_that_takes(20_000)
    sink = KafkaSink(kafka.address)  # knows no limit, so only the broker's answer tells
    for _ in range(3):
        sink.send(1, records(topic, 3, 1_500))
        with pytest.raises(Unpublishable, match="Message size too large") as refused:
            hand_over(sink, records(topic, 1, 30_000), shard=7)
        assert (refused.value.reason, refused.value.shard, refused.value.topic) == ("unpublishable_output", 7, topic)
    sink.send(1, records(topic, 5, 1_500))
    assert settle(sink)
    sink.close()


def hand_over(sink: KafkaSink, wanted: list[OutRecord], shard: int = 0) -> None:
    sink.send(shard, wanted)
    settle(sink)
