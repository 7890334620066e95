"""Records that a leader has and its replicas have not: appended, shown to nobody, and not to be passed by time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]

from tests.faults.cluster import BROKERS, Cluster, cluster
from tests.integration.process.conftest import wait_until
from tests.new_topics import make_the_contracts_topics
from tests.printed import document_of
from tousu.runtime.broker import Partition
from tousu.runtime.log_ends import EndsAnswer, LogEnds

pytestmark = pytest.mark.kafka

TOPIC = "complaints.inbound.phone"
PLACE: Partition = (TOPIC, 0)


def asked(ends: LogEnds, places: Collection[Partition] = (PLACE,)) -> EndsAnswer:
    """What is told of the ends by now."""
    ends.ask(datetime.now(UTC), 0, places)
    told: EndsAnswer = wait_until(ends.answer, "the end is told")
    return told


def write(servers: Cluster, *values: bytes) -> None:
    """Write as soon as the leader has it."""
    writer = Producer({"bootstrap.servers": servers.address, "acks": "1", "log_level": 0})
    for value in values:
        writer.produce(TOPIC, value, partition=0)
    assert writer.flush(30) == 0


def test_records_that_are_not_shown_yet_are_told(tmp_path: Path) -> None:
    with cluster(tmp_path / "kafka") as brokers:
        make_the_contracts_topics(brokers.address, 1, BROKERS)
        admin = AdminClient({"bootstrap.servers": brokers.address, "log_level": 0})
        ends = LogEnds(admin, request_s=2.0)
        ends.sees_hidden = True
        assert asked(ends)[2:] == ({PLACE: 0}, frozenset())
        write(brokers, b"1", b"2")
        wait_until(lambda: asked(ends)[2:] == ({PLACE: 2}, frozenset()), "two records are shown")
        leader = admin.list_topics(TOPIC).topics[TOPIC].partitions[0].leader
        followers = [each for each in brokers.brokers if each.node_id != leader]
        for each in followers:
            each.pause()
        write(brokers, b"3")
        assert asked(ends)[2:] == ({PLACE: 2}, frozenset({PLACE}))
        for each in followers:
            each.resume()
        wait_until(lambda: asked(ends)[2:] == ({PLACE: 3}, frozenset()), "the third is shown, too")
        silent = next(each for each in brokers.brokers if each.node_id == leader)
        silent.pause()
        assert PLACE not in asked(ends).ends, "who does not answer has told no end"
        silent.resume()


def test_a_partition_without_a_leader_neither_keeps_others_from_telling_their_ends_nor_ends_the_copy(
    tmp_path: Path,
) -> None:
    """It would hold the time of every shard of a copy, and not only of its own; or no shard would be worked on."""
    with cluster(tmp_path / "kafka") as brokers:
        admin = AdminClient({"bootstrap.servers": brokers.address, "log_level": 0})
        lonely = NewTopic("lonely", 2, replica_assignment=[[1], [BROKERS]])
        admin.create_topics([lonely])["lonely"].result(30)

        def leaders() -> list[int]:
            return [each.leader for _, each in sorted(admin.list_topics("lonely").topics["lonely"].partitions.items())]

        wait_until(lambda: leaders() == [1, BROKERS], "both are led")
        brokers.brokers[BROKERS - 1].kill()
        wait_until(lambda: leaders() == [1, -1], "one has no leader")
        asks = [sys.executable, "-m", "tests.faults.asking_ends", brokers.address, "lonely", "5"]
        asked = subprocess.run(asks, capture_output=True, text=True, timeout=120)
        assert asked.returncode == 0, asked.stderr
        found = document_of(asked)
        assert found["of"] == [0] and found["told"]["0"] > 50, found
