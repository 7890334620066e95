"""A partition about which no broker can say anything: the backlog and the operator's view go on and name it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient, NewPartitions  # type: ignore[attr-defined]

from tests.new_topics import make_topics
from tousu.connection import Connection
from tousu.failure import Retry
from tousu.local.kafka import KafkaBroker
from tousu.runtime.backlog import backlog
from tousu.runtime.history import Extent, History
from tousu.runtime.inspection import Inspection
from tousu.runtime.operating import At, places_of
from tousu.runtime.store import Change, Store

CASES = "complaints.cases"


class WithOneMore(History):
    """Believes in a partition more than the broker knows of: of that one nobody can say where it ends."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.address = connection.servers

    def partitions(self, topic: str) -> int:
        return super().partitions(topic) + 1


@pytest.fixture
def history(tmp_path: Path) -> Iterator[WithOneMore]:
    with KafkaBroker(tmp_path / "kafka") as broker:
        make_topics(broker.address, [CASES], 1)
        with WithOneMore(Connection(broker.address)) as made:
            yield made


@pytest.fixture
def inspection(tmp_path: Path) -> Inspection:
    """Of sla, whose two shards have been opened."""
    url = f"sqlite:///{tmp_path / 'sla.sqlite'}"
    store = Store(url, "sla", ())
    store.create()
    for shard in range(2):
        opened = store.take(shard)
        store.commit([Change(shard, opened.epoch, opened.turn, opened.checkpoint, b"", {}, {})])
    store.close()
    return Inspection(url, "sla")


def test_it_is_named_and_the_others_are_measured(history: History, inspection: Inspection) -> None:
    first, second = backlog(inspection, history)
    assert (first.shard, first.unreadable) == (0, "")
    assert (second.shard, second.records) == (1, 0)
    assert second.unreadable.startswith(f"cannot ask where {CASES}/1 ends")
    assert places_of(inspection, history) == [At(0, CASES, 0, 0, 0), At(1, CASES, 0, None, None)]


def test_a_partition_that_is_led_a_moment_later_is_waited_for(history: WithOneMore) -> None:
    """The answer comes while the question is asked."""
    admin = AdminClient({"bootstrap.servers": history.address, "log_level": 0})
    with ThreadPoolExecutor(1) as aside:
        asked = aside.submit(history.extents, [(CASES, 1)])
        with pytest.raises(TimeoutError):
            asked.result(1.0)
        for made in admin.create_partitions([NewPartitions(CASES, 2)]).values():
            made.result(30)
        assert asked.result(30) == {(CASES, 1): Extent(0, 0)}


def test_where_nobody_says_anything_it_is_the_broker_that_is_away(history: History) -> None:
    found, silent = history.extents_and_silent([(CASES, 0), (CASES, 1)])
    assert (found, list(silent)) == ({(CASES, 0): Extent(0, 0)}, [(CASES, 1)])
    with pytest.raises(Retry) as error:
        history.extents_and_silent([(CASES, 1)])
    assert error.value.reason == "broker_away"
