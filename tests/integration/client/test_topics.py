"""Topics stand as their cards say, on a real cluster, and their partition counts never change."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from tousu.client.topics import Standing, Topics, plan, settings_of
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
    changed = [cards_with_retention("complaints.warnings", days=3)]
    steps = on_kafka.plan(partitions=4, wanted=changed)
    assert [(step.topic, step.action, dict(step.changes)) for step in steps] == [
        (
            "complaints.warnings",
            "change",
            {"retention.ms": (str(card("complaints.warnings").retention_ms), "259200000")},
        )
    ]
    on_kafka.apply(steps)
    assert on_kafka.describe(["complaints.warnings"])["complaints.warnings"].settings["retention.ms"] == "259200000"
    on_kafka.apply(on_kafka.plan(partitions=4))


def cards_with_retention(topic: str, *, days: int) -> Card:
    return msgspec.structs.replace(card(topic), retention_days=days)


def test_three_replicas_are_written_by_two() -> None:
    assert settings_of(card("complaints.accepted"), 3)["min.insync.replicas"] == "2"
    assert "min.insync.replicas" not in settings_of(card("complaints.accepted"), 1)


def test_the_plan_names_what_is_missing_and_what_is() -> None:
    wanted = [card("complaints.accepted"), card("complaints.cases")]
    there = {"complaints.cases": Standing(12, {"retention.ms": "1", "max.message.bytes": "2097152"})}
    created, changed = plan(there, wanted)
    assert (created.action, created.changes["partitions"]) == ("create", ("", "12"))
    assert changed.action == "change"
    assert str(changed).startswith("change complaints.cases: ")
    assert changed.changes["retention.ms"] == ("1", settings_of(card("complaints.cases"), 1)["retention.ms"])


def test_a_broker_that_is_away_means_try_again() -> None:
    with pytest.raises(Retry, match="takes a connection"):
        Topics(f"127.0.0.1:{free_port()}", timeout_s=0.5)
