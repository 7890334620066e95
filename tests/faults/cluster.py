"""Three real brokers on this machine: KRaft, each topic on all three, written while two are in sync."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from tests.integration.process.conftest import wait_until
from tousu import contract
from tousu.local.kafka import KafkaBroker
from tousu.local.machine import LOOPBACK

BROKERS = 3
IN_SYNC = 2
HEAP_MB = 256
ASK_S = 2.0
NAMES = tuple(card.topic for card in contract.cards())
REPLICATED = {
    "default.replication.factor": "3",
    "min.insync.replicas": str(IN_SYNC),
    "offsets.topic.replication.factor": "3",
    "transaction.state.log.replication.factor": "3",
    "transaction.state.log.min.isr": "2",
    "share.coordinator.state.topic.replication.factor": "3",
    "share.coordinator.state.topic.min.isr": "2",
    # On a busy machine no broker must take the others for dead.
    "broker.session.timeout.ms": "6000",
    "controller.quorum.fetch.timeout.ms": "4000",
}


class Member(KafkaBroker):
    """One broker of a cluster. `start` does not wait: alone it is nothing, its cluster says when it is there."""

    node_id = 0

    def _answers(self) -> bool:
        return True

    def is_there(self) -> bool:
        """Whether it answers, and is one of those it tells of."""
        client = AdminClient({"bootstrap.servers": f"{LOOPBACK}:{self.port}", "log_level": 0})
        try:
            return self.alive and self.node_id in client.list_topics(timeout=ASK_S).brokers
        except KafkaException:
            return False


class Cluster:
    """Brokers that find each other. Each keeps port and data over stop, kill and start."""

    def __init__(self, folder: Path, settings: Mapping[str, str] = {}) -> None:
        self.brokers = [Member(folder / f"broker-{n}", heap_megabytes=HEAP_MB) for n in range(1, BROKERS + 1)]
        voters = ",".join(f"{n}@{LOOPBACK}:{each._controller_port}" for n, each in enumerate(self.brokers, 1))
        for number, each in enumerate(self.brokers, 1):
            each.node_id = number
            each._cluster_id = self.brokers[0]._cluster_id
            each._settings |= {
                "node.id": str(number), "controller.quorum.voters": voters, **REPLICATED, **settings
            }  # fmt: skip

    @property
    def address(self) -> str:
        return ",".join(each.address for each in self.brokers)

    def start(self) -> None:
        for each in self.brokers:
            each.start()
        for each in self.brokers:
            wait_until(each.is_there, f"{each.data_dir.name} is there")

    def lead_all(self) -> bool:
        """Whether every partition of the contract has a leader that is alive, and takes records."""
        admin = AdminClient({"bootstrap.servers": self.address, "log_level": 0})
        try:
            topics = admin.list_topics(timeout=ASK_S).topics
            partitions = [(topic, one) for topic in NAMES for one in topics[topic].partitions.values()]
            # Only then: who asks of a partition without a leader may be ended by the library (`LogEnds`).
            if not all(one.leader >= 0 and len(one.isrs) >= IN_SYNC for _, one in partitions):
                return False
            ends = admin.list_offsets(
                {TopicPartition(topic, one.id): OffsetSpec.latest() for topic, one in partitions},  # type: ignore[no-untyped-call]
                request_timeout=ASK_S / 2,
            )
            return all(each.result(ASK_S).offset >= 0 for each in ends.values())
        except (KafkaException, TimeoutError):
            return False

    def stop(self) -> None:
        for each in self.brokers:
            each.kill()


@contextmanager
def cluster(folder: Path, settings: Mapping[str, str] = {}) -> Iterator[Cluster]:
    """A cluster that ends with the block."""
    made = Cluster(folder, settings)
    try:
        made.start()
        yield made
    finally:
        made.stop()
