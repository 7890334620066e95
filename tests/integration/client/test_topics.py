"""Topics stand as their cards say, on a real cluster, and their partition counts never change."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from confluent_kafka import TIMESTAMP_CREATE_TIME, TIMESTAMP_LOG_APPEND_TIME, Message, Producer
from kafka.errors import BrokerNotAvailableError, InvalidTopicError, KafkaError, NodeNotReadyError, UnknownBrokerIdError

from tests.new_topics import STAMPED, make_topics
from tousu.client.acls import asked as asked_of_acls
from tousu.client.topics import ClusterTopic, Topics, _asked, plan, settings_of
from tousu.contract import Card, card, cards
from tousu.failure import Retry, Stop
from tousu.local.kafka import KafkaBroker
from tousu.local.machine import free_port


@pytest.fixture
def topics(broker: str) -> Iterator[Topics]:
    with Topics(broker) as found:
        yield found


@pytest.fixture
def on_kafka(kafka: KafkaBroker) -> Iterator[Topics]:
    """The real broker with every topic there."""
    with Topics(kafka.address) as found:
        found.apply(found.plan(partitions=4))
        yield found


@pytest.fixture
def own_kafka(tmp_path: Path) -> Iterator[KafkaBroker]:
    """A broker on which no topic of the contract stands yet."""
    with KafkaBroker(tmp_path / "kafka") as broker:
        yield broker


def test_applying_twice_changes_nothing(topics: Topics) -> None:
    topics.apply(topics.plan(partitions=4))
    again = topics.plan(partitions=4)
    assert {step.topic for step in again} == {each.topic for each in cards()}
    assert {step.action for step in again} == {"keep"}
    topics.apply(again)


def test_the_real_broker_keeps_what_the_card_says(on_kafka: Topics) -> None:
    standing = on_kafka.describe(["complaints.accepted"])["complaints.accepted"]
    assert standing.partitions == 4
    assert standing.settings["retention.ms"] == "-1"
    assert standing.settings["max.message.bytes"] == str(card("complaints.accepted").max_message_bytes)


def test_another_partition_count_is_refused_before_anything_is_done(on_kafka: Topics) -> None:
    with pytest.raises(Stop, match="4 -> 6") as caught:
        on_kafka.apply(on_kafka.plan(partitions=6))
    assert caught.value.reason == "partitions_fixed"
    assert {step.action for step in on_kafka.plan(partitions=4)} == {"keep"}


def test_a_changed_retention_is_planned_and_applied(on_kafka: Topics) -> None:
    changed = [cards_with_retention("complaints.warnings", days=30)]
    steps = on_kafka.plan(partitions=4, wanted=changed)
    assert [(step.topic, step.action, dict(step.changes)) for step in steps] == [
        (
            "complaints.warnings",
            "change",
            {"retention.ms": (str(card("complaints.warnings").retention_ms), "2592000000")},
        )
    ]
    on_kafka.apply(steps)
    assert on_kafka.describe(["complaints.warnings"])["complaints.warnings"].settings["retention.ms"] == "2592000000"
    on_kafka.apply(on_kafka.plan(partitions=4))


def test_every_topic_is_stamped_by_the_broker_those_that_were_there_before_too(own_kafka: KafkaBroker) -> None:
    """A topic that an adapter's own tools made, stamped by whoever writes: it becomes as its card says."""
    topic = "complaints.inbound.letter"
    make_topics(own_kafka.address, [topic], 4, {STAMPED: "CreateTime", "retention.ms": "600000", "segment.ms": "60000"})
    in_seconds = int(time.time())
    before = append(own_kafka, topic, stamped=in_seconds)
    with Topics(own_kafka.address) as topics:
        (step,) = (each for each in topics.plan(partitions=4) if each.topic == topic)
        assert (step.action, step.changes[STAMPED]) == ("change", ("CreateTime", "LogAppendTime"))
        topics.apply(topics.plan(partitions=4))
        assert [str(each) for each in topics.plan(partitions=4) if each.action != "keep"] == []
        found = topics.describe([each.topic for each in cards()])
    assert {standing.settings[STAMPED] for standing in found.values()} == {"LogAppendTime"}
    assert found[topic].settings["segment.ms"] == "60000", "what no card speaks of is the operator's"
    after = append(own_kafka, topic, stamped=in_seconds)
    assert before == (TIMESTAMP_CREATE_TIME, in_seconds)
    assert after[0] == TIMESTAMP_LOG_APPEND_TIME
    assert abs(after[1] / 1000 - time.time()) < 60


def append(broker: KafkaBroker, topic: str, *, stamped: int) -> tuple[int, int]:
    """Write one record with a time stamp of the writer's; whose stamp it has then, and which."""
    told: list[Message] = []
    producer = Producer({"bootstrap.servers": broker.address, "log_level": 0})
    producer.produce(topic, b"{}", partition=0, timestamp=stamped, on_delivery=lambda _, message: told.append(message))
    assert producer.flush(60) == 0
    return told[0].timestamp()


def test_a_topic_that_keeps_an_hour_is_cut_every_hour() -> None:
    """The broker deletes whole segments only, and fills one for a week unless told."""
    asked = settings_of(card("complaints.time"), 1)
    assert (asked["retention.ms"], asked["segment.ms"]) == ("3600000", "3600000")
    assert "segment.ms" not in settings_of(card("complaints.inbound.phone"), 1)
    assert "segment.ms" not in settings_of(card("complaints.cases"), 1)


def cards_with_retention(topic: str, *, days: int) -> Card:
    return msgspec.structs.replace(card(topic), retention=f"{days} days")


def test_three_replicas_are_written_by_two() -> None:
    assert settings_of(card("complaints.accepted"), 3)["min.insync.replicas"] == "2"
    assert "min.insync.replicas" not in settings_of(card("complaints.accepted"), 1)


def test_the_plan_names_what_is_missing_and_what_is() -> None:
    wanted = [card("complaints.accepted"), card("complaints.cases")]
    there = {"complaints.cases": ClusterTopic(12, {"retention.ms": "1", "max.message.bytes": "2097152"})}
    created, changed = plan(there, wanted)
    assert (created.action, created.changes["partitions"]) == ("create", ("", "12"))
    assert changed.action == "change"
    assert str(changed).startswith("change complaints.cases: ")
    assert changed.changes["retention.ms"] == ("1", settings_of(card("complaints.cases"), 1)["retention.ms"])


def test_a_broker_that_is_away_means_try_again() -> None:
    with pytest.raises(Retry, match="takes a connection"):
        Topics(f"127.0.0.1:{free_port()}", timeout_s=0.5)


@pytest.mark.parametrize("error", [UnknownBrokerIdError, BrokerNotAvailableError, NodeNotReadyError])
def test_a_cluster_that_starts_is_waited_for_however_the_client_words_it(error: type[KafkaError]) -> None:
    def ask() -> None:
        raise error("2")

    for asked in (_asked, asked_of_acls):
        with pytest.raises(Retry):
            asked(ask)


def test_what_no_waiting_changes_stops() -> None:
    def ask() -> None:
        raise InvalidTopicError("")

    with pytest.raises(Stop):
        _asked(ask)


def test_too_few_brokers_stop_at_once_and_are_waited_for_where_a_cluster_starts(own_kafka: KafkaBroker) -> None:
    command = [
        str(Path(sys.executable).with_name("tousu")),
        "topics",
        "apply",
        "--broker",
        own_kafka.address,
        "--replicas",
        "3",
    ]
    began_s = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, "there is 1 broker: start the others first" in done.stderr) == (4, True), done.stderr
    alone_s, began_s = time.monotonic() - began_s, time.monotonic()
    assert subprocess.run([*command, "--wait", "6"], capture_output=True).returncode == 4
    assert time.monotonic() - began_s > max(6.0, alone_s)
