"""Reading that stands still without an error, and an address behind which another cluster answers: told by name."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient

from tests.faults.proxy import Proxy
from tests.integration.process.conftest import PARTITIONS, WAIT_S, Stage, wait_until
from tests.integration.process.test_unpublishable import records_on, told_on
from tests.integration.runtime.counting import INBOUND, LOG
from tests.new_topics import make_topics
from tousu.failure import Stop
from tousu.local.kafka import KafkaBroker
from tousu.local.machine import free_port
from tousu.runtime.broker import Record
from tousu.runtime.history import is_tick
from tousu.runtime.kafka import KafkaSource
from tousu.runtime.standstill import Standstill
from tousu.runtime.topic_ids import TopicIds

pytestmark = pytest.mark.kafka

SILENCE_S = 2.0
TRANSACTION_S = 0.5
NOBODYS = 7
"""A partition that no topic here has."""
_numbers = count(1)


class Way(NamedTuple):
    """A broker behind a proxy."""

    proxy: Proxy
    broker: KafkaBroker


@pytest.fixture(scope="module")
def way(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Way]:
    port = free_port()
    proxy = Proxy(port)
    with proxy, KafkaBroker(tmp_path_factory.mktemp("way"), port, advertised_port=proxy.port) as broker:
        yield Way(proxy, broker)


class Reader:
    """A source that reads partition 0 of a topic of its own from the beginning."""

    def __init__(self, way: Way, records: int) -> None:
        self.proxy = way.proxy
        self.address = way.broker.address
        self.topic = f"still{next(_numbers)}"
        make_topics(self.address, [self.topic], 1)
        self.write(records)
        self.source = KafkaSource(self.address, self.topic, [self.topic], transaction_s=TRANSACTION_S)
        self.source._standstill = Standstill(silence_s=SILENCE_S)
        self.read: list[Record] = []
        self.broken: dict[int, Stop] = {}
        self.held_longest_s = 0.0

    def write(self, records: int) -> None:
        writer = Producer({"bootstrap.servers": self.address, "log_level": 0})
        for _ in range(records):
            writer.produce(self.topic, b"{}", partition=0)
        assert writer.flush(30) == 0

    def begin(self, offset: int = 0) -> None:
        wait_until(lambda: self.source.poll(10, 0.05) or 0 in self.source.wanted(), "shard 0 is given")
        self.source.identity()
        self.source.start(0, {self.topic: offset})

    def turn(self) -> None:
        self.read += self.source.poll(10, 0.05)
        self.source.ask_ends(datetime.now(UTC))
        ends = self.source.ends()
        if ends is not None:
            self.held_longest_s = max(self.held_longest_s, *ends.held_s.values(), 0.0)
        self.broken.update(self.source.broken())

    def until(self, true: Callable[[], bool], what: str, wait_s: float = WAIT_S) -> None:
        def turned() -> bool:
            self.turn()
            return true()

        wait_until(turned, what, wait_s)

    def fetch_nothing_from(self, offset: int) -> None:
        """The proxy asks for a partition that there is not; what the broker says of it is about none that is read.

        `offset` must not be 0: so many zeros stand in any request.
        """
        for epoch in (-1, 0):
            self.proxy.swaps[struct.pack(">iiq", 0, epoch, offset)] = struct.pack(">iiq", NOBODYS, epoch, offset)


@pytest.fixture
def reader(way: Way) -> Iterator[Callable[[int], Reader]]:
    made: list[Reader] = []

    def make(records: int) -> Reader:
        made.append(Reader(way, records))
        return made[-1]

    yield make
    way.proxy.swaps.clear()
    for each in made:
        each.source.close()


def test_records_that_never_come_halt_their_shard_by_name(reader: Callable[[int], Reader]) -> None:
    reads = reader(5)
    reads.fetch_nothing_from(2)
    reads.begin(2)
    reads.until(lambda: 0 in reads.broken, "it halts")
    assert reads.broken[0].reason == "nothing_fetched"
    assert f"{reads.topic}/0 goes on from offset 2" in reads.broken[0].message
    assert not reads.read


def test_silence_is_not_taken_for_an_open_transaction(reader: Callable[[int], Reader]) -> None:
    """Of one who was told that nothing is left, and then hears nothing of what was written since."""
    reads = reader(3)
    reads.begin()
    reads.until(lambda: len(reads.read) == 3, "it has read")
    reads.until(lambda: reads.source._empty_to.get((reads.topic, 0)) == 3, "it knows the end")
    reads.fetch_nothing_from(3)
    swapped = reads.proxy.swapped
    reads.until(lambda: reads.proxy.swapped > swapped + 1, "what it asked for before has been answered")
    reads.write(1)
    reads.until(lambda: 0 in reads.broken or reads.source.position(0, reads.topic) != 3, "it halts")
    assert reads.source.position(0, reads.topic) == 3, "time must not go on"
    assert reads.broken[0].reason == "nothing_fetched"


def test_a_reader_that_is_heard_again_reads_on(reader: Callable[[int], Reader]) -> None:
    reads = reader(5)
    reads.fetch_nothing_from(2)
    reads.begin(2)
    reads.until(lambda: len(reads.source._standstill._silent) == 1, "the silence is seen")
    reads.proxy.swaps.clear()
    reads.until(lambda: len(reads.read) == 3, "the records come")
    reads.until(lambda: not reads.source._standstill._silent, "the silence is over")
    assert not reads.broken


def test_another_cluster_at_the_same_address_halts_every_shard(way: Way, tmp_path: Path) -> None:
    stage = Stage(way.broker, tmp_path)
    stage.make_topics()
    keeper = stage.start("keeper", session_s="6")
    try:
        wait_until(keeper.ready, "keeper is ready")
        stage.publish(PARTITIONS)
        wait_until(lambda: len(told_on(stage, stage.prefix + LOG)) == PARTITIONS, "it works")
        ids = TopicIds(AdminClient({"bootstrap.servers": way.broker.address, "log_level": 0}), [stage.prefix + INBOUND])
        before = wait_until(ids.turn, "the first answer")
        with KafkaBroker(tmp_path / "other", advertised_port=way.proxy.port) as other:
            way.proxy.server_port = other.port
            way.proxy.reset_all()
            wait_until(lambda: (ids.turn() or before).cluster_id not in ("", before.cluster_id), "it is noticed")
            stage.make_topics()
            stage.publish(3 * PARTITIONS)
            wait_until(lambda: keeper.why_not() == ["other_cluster"] * PARTITIONS, "every shard has halted")
            taken = [record for record in records_on(stage, stage.prefix + LOG) if not is_tick(record)]
            assert not taken, "nothing of the other cluster is taken"
            assert keeper.end() == 0
    finally:
        stage.end()
        way.proxy.server_port = way.broker.port
