"""`tousu topics check` names what differs from the cards, `tousu topics apply` says what it changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from tests.integration.cli.test_commands import run
from tests.new_topics import make_the_contracts_topics, make_topics
from tousu.local.embedded import EmbeddedBroker
from tousu.local.kafka import KafkaBroker


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[KafkaBroker]:
    with KafkaBroker(tmp_path / "kafka") as own:
        yield own


def test_what_differs_is_named_changed_once_and_then_nothing_is_left(broker: KafkaBroker) -> None:
    asked = ("--broker", broker.address, "--partitions", "2")
    make_topics(
        broker.address, ["complaints.cases"], 2,
        {"message.timestamp.type": "CreateTime", "retention.ms": "-1", "max.message.bytes": "524288"},
    )  # fmt: skip
    found = run("topics", "check", *asked, "--json")
    assert found.returncode == 1
    steps = {row["topic"]: row for row in map(orjson.loads, found.stdout.splitlines())}
    assert steps["complaints.accepted"]["action"] == "create"
    assert steps["complaints.cases"] == {
        "topic": "complaints.cases", "action": "change",
        "changes": {"message.timestamp.type": ["CreateTime", "LogAppendTime"]},
    }  # fmt: skip
    done = run("topics", "apply", *asked)
    assert done.returncode == 0
    assert b"change complaints.cases: message.timestamp.type CreateTime -> LogAppendTime\n" in done.stdout
    again = run("topics", "check", *asked)
    assert (again.returncode, again.stdout) == (0, b"nothing differs: every topic stands as its card says\n")


def test_another_partition_count_is_a_finding_too(broker: KafkaBroker) -> None:
    make_the_contracts_topics(broker.address, 2)
    found = run("topics", "check", "--broker", broker.address, "--partitions", "3")
    assert found.returncode == 1
    assert b"refuse complaints.accepted: partitions 2 -> 3" in found.stdout


def test_more_replicas_than_brokers_are_refused_before_anything_is_made(broker: KafkaBroker) -> None:
    done = run("topics", "apply", "--broker", broker.address, "--partitions", "2", "--replicas", "3")
    assert done.returncode == 4
    assert b"3 replicas of every topic are wanted and there is 1 broker" in done.stderr
    assert b"--replicas 1" in done.stderr
    left = run("topics", "check", "--broker", broker.address, "--partitions", "2", "--json")
    assert {orjson.loads(row)["action"] for row in left.stdout.splitlines()} == {"create"}


def test_of_the_embedded_broker_only_names_and_counts_are_compared(tmp_path: Path) -> None:
    with EmbeddedBroker(tmp_path) as embedded:
        assert run("topics", "apply", "--broker", embedded.address).returncode == 0
        found = run("topics", "check", "--broker", embedded.address)
    assert found.returncode == 0
    assert b"keeps no settings" in found.stderr
