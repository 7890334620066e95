"""The local broker is a real one: what it acknowledged is there after a restart and after kill -9."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from tests.new_topics import make_topics
from tousu.local.kafka import KafkaBroker
from tousu.local.process import ServerFailed

WAIT_S = 120


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaBroker]:
    """A broker that these tests may stop and kill."""
    with KafkaBroker(tmp_path_factory.mktemp("kafka")) as broker:
        yield broker


def create(broker: KafkaBroker, topic: str, partitions: int = -1) -> None:
    """Topics as anybody may have them, stamped by their writers."""
    make_topics(broker.address, [topic], partitions, {"message.timestamp.type": "CreateTime"})


def publish(broker: KafkaBroker, topic: str, *values: bytes, timestamp_ms: int = 0) -> None:
    """Publish and wait until every record is acknowledged."""
    refused: list[KafkaError] = []
    settings = {"bootstrap.servers": broker.address, "enable.idempotence": True, "log_level": 0}
    producer = Producer({**settings, "topic.metadata.propagation.max.ms": 1_000})
    for value in values:
        told = lambda error, _record: refused.append(error) if error else None  # noqa: E731
        producer.produce(topic, value, partition=0, timestamp=timestamp_ms, on_delivery=told)
    assert producer.flush(WAIT_S) == 0
    if refused:
        raise KafkaException(refused[0])


def read(broker: KafkaBroker, topic: str, count: int) -> list[bytes]:
    settings = {"bootstrap.servers": broker.address, "group.id": "reader", "enable.auto.commit": False, "log_level": 0}
    consumer = Consumer(settings)
    consumer.assign([TopicPartition(topic, 0, 0)])
    records = consumer.consume(count, WAIT_S)
    consumer.close()
    return [value for record in records if (value := record.value()) is not None]


def cluster_id(broker: KafkaBroker) -> str:
    return str(AdminClient({"bootstrap.servers": broker.address}).list_topics(timeout=WAIT_S).cluster_id)


def test_restart_keeps_port_cluster_and_records(broker: KafkaBroker) -> None:
    create(broker, "kept.over.restart")
    publish(broker, "kept.over.restart", b"one", b"two")
    before = (broker.address, cluster_id(broker))
    broker.restart()
    assert (broker.address, cluster_id(broker)) == before
    assert read(broker, "kept.over.restart", 2) == [b"one", b"two"]


def test_kill_keeps_what_was_acknowledged(broker: KafkaBroker) -> None:
    create(broker, "kept.over.kill")
    publish(broker, "kept.over.kill", *(b"%d" % number for number in range(100)))
    broker.kill()
    assert not broker.alive
    broker.start()
    assert read(broker, "kept.over.kill", 100) == [b"%d" % number for number in range(100)]
    publish(broker, "kept.over.kill", b"after")
    assert read(broker, "kept.over.kill", 101)[-1] == b"after"


def test_another_broker_on_the_same_folder_takes_the_same_port_and_data(broker: KafkaBroker) -> None:
    create(broker, "kept.for.the.next")
    publish(broker, "kept.for.the.next", b"one")
    broker.stop()
    with KafkaBroker(broker.data_dir) as next_one:
        assert next_one.address == broker.address
        assert read(next_one, "kept.for.the.next", 1) == [b"one"]
    broker.start()


def test_topic_has_the_default_number_of_partitions(broker: KafkaBroker) -> None:
    create(broker, "four.by.default")
    topics = AdminClient({"bootstrap.servers": broker.address}).list_topics(timeout=WAIT_S).topics
    assert len(topics["four.by.default"].partitions) == 4


def test_no_topic_is_made_by_writing_to_it(broker: KafkaBroker) -> None:
    with pytest.raises(KafkaException, match="Unknown topic"):
        publish(broker, "never.made", b"lost?")


@pytest.mark.parametrize("timestamp_ms", [1_000, 4_000_000_000_000])
def test_records_of_any_simulated_time_are_taken(broker: KafkaBroker, timestamp_ms: int) -> None:
    topic = f"at.{timestamp_ms}"
    create(broker, topic)
    publish(broker, topic, b"then", timestamp_ms=timestamp_ms)
    assert read(broker, topic, 1) == [b"then"]


def test_record_larger_than_an_inbound_event_may_be_is_taken(broker: KafkaBroker) -> None:
    make_topics(broker.address, ["large"], 1)
    producer = Producer({"bootstrap.servers": broker.address, "message.max.bytes": 8_000_000})
    producer.produce("large", bytes(5_000_000), partition=0)
    assert producer.flush(WAIT_S) == 0
    assert [len(value) for value in read(broker, "large", 1)] == [5_000_000]


def test_running_broker_refuses_a_second_start(broker: KafkaBroker) -> None:
    with pytest.raises(ServerFailed, match="runs already"):
        broker.start()


def test_broker_that_cannot_start_is_reported_with_the_end_of_its_log(tmp_path: Path) -> None:
    broker = KafkaBroker(tmp_path, settings={"log.segment.bytes": "seven"})
    with pytest.raises(ServerFailed, match=r"log\.segment\.bytes"):
        broker.start()


def test_broker_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    code = f"""
from pathlib import Path
from tousu.local.kafka import KafkaBroker
broker = KafkaBroker(Path({str(tmp_path)!r}))
broker.start()
print(broker.pid, flush=True)
input()
"""
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        server = psutil.Process(int(owner.stdout.readline()))
        owner.kill()
    server.wait(WAIT_S)  # raises TimeoutExpired if it lives on
