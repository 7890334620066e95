"""A group whose shards were given to nobody: whoever divided them did not know the topics yet."""

from __future__ import annotations

import itertools
import threading
from typing import Any, Self

import pytest
from kafka import KafkaConsumer
from kafka.coordinator.assignors.abstract import ConsumerProtocolAssignment
from kafka.coordinator.assignors.range import RangePartitionAssignor

from tests.integration.process.conftest import wait_until
from tests.new_topics import make_topics
from tousu.local.kafka import KafkaBroker
from tousu.runtime.kafka import KafkaSource

pytestmark = pytest.mark.kafka

_numbers = itertools.count()


class LeaderBlindOnce:
    """The first member of a group. It divides the shards among two: at first as if it knew no topic, then as always."""

    def __init__(self, broker: KafkaBroker, topic: str) -> None:
        self.divided = divided = list[int]()

        class Blind(RangePartitionAssignor):  # type: ignore[misc]  # it has no types
            @classmethod
            def assign(cls, cluster: Any, members: Any) -> Any:
                divided.append(len(members))
                if divided.count(2) != 1 or len(members) != 2:
                    return super().assign(cluster, members)
                return {each.member_id: ConsumerProtocolAssignment(cls.version, [], b"") for each in members}

        self._member = KafkaConsumer(
            topic, bootstrap_servers=broker.address, group_id=f"of.{topic}", partition_assignment_strategy=[Blind]
        )
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._keep_polling)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()
        self._member.close()

    def _keep_polling(self) -> None:
        while not self._ends.is_set():
            self._member.poll(500)


@pytest.mark.parametrize("name", ["", "the-only-one"])
def test_a_copy_joins_again_when_the_group_has_given_its_shards_to_nobody(kafka: KafkaBroker, name: str) -> None:
    topic = f"vacant.{next(_numbers)}"
    make_topics(kafka.address, [topic], 2)
    with LeaderBlindOnce(kafka, topic) as leader:
        wait_until(lambda: leader.divided, "it leads")
        source = KafkaSource(kafka.address, f"of.{topic}", [topic], member=name)
        wait_until(lambda: source.poll(1, 0.05) or source.wanted(), "it has a shard")
        assert 2 in leader.divided, "the first time it was given nothing"
        source.close()
