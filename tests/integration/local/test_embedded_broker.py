"""The embedded broker serves other processes over TCP, and forgets everything when it stops."""

from __future__ import annotations

from pathlib import Path

import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient

from tousu.local.embedded import PARTITIONS, EmbeddedBroker
from tousu.local.process import ServerFailed

WAIT_S = 120


def test_record_goes_from_a_producer_to_a_group(embedded: EmbeddedBroker) -> None:
    producer = Producer({"bootstrap.servers": embedded.address})
    producer.produce("complaints.seen", b"hello", key=b"T-1")
    assert producer.flush(WAIT_S) == 0
    reader = {"bootstrap.servers": embedded.address, "group.id": "readers", "auto.offset.reset": "earliest"}
    consumer = Consumer(reader)
    consumer.subscribe(["complaints.seen"])
    (record,) = consumer.consume(1, WAIT_S)
    consumer.close()
    assert (record.key(), record.value()) == (b"T-1", b"hello")


def test_topic_is_made_on_first_use_with_four_partitions(embedded: EmbeddedBroker) -> None:
    producer = Producer({"bootstrap.servers": embedded.address})
    producer.produce("complaints.made", b"hello")
    assert producer.flush(WAIT_S) == 0
    topics = AdminClient({"bootstrap.servers": embedded.address}).list_topics(timeout=WAIT_S).topics
    assert len(topics["complaints.made"].partitions) == PARTITIONS


def test_stopped_broker_has_no_address(tmp_path: Path) -> None:
    broker = EmbeddedBroker(tmp_path)
    with broker:
        assert broker.address.startswith("127.0.0.1:")
    assert not broker.alive
    with pytest.raises(ServerFailed, match="does not run"):
        broker.address  # noqa: B018 - reading it is the test
