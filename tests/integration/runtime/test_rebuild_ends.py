"""A rebuild comes to an end, whatever the log ends in and whoever is silent; what cannot go on says why."""

from __future__ import annotations

import itertools
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from confluent_kafka import Producer

from tests.integration.runtime.counting import COUNTS, LOG, REJECTED, counter
from tests.new_topics import make_topics
from tousu.connection import Connection
from tousu.event import text_of_time
from tousu.failure import Retry
from tousu.local.kafka import KafkaBroker
from tousu.runtime.checkpoint import EPOCH
from tousu.runtime.clock import WallClock
from tousu.runtime.cluster import Cluster
from tousu.runtime.history import BATCH, History
from tousu.runtime.loop import Tuning
from tousu.runtime.processor import Input, Processor
from tousu.runtime.rebuild import turn_to_the_end
from tousu.runtime.replay import KeepingSink, ReplayLoop, ReplaySource
from tousu.runtime.store import Store

WAIT_S = 60.0
SILENT = "t.silent"
MANY = 2 * BATCH
"""More than come at once, and more than a merge holds back."""
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaBroker]:
    with KafkaBroker(tmp_path_factory.mktemp("ends") / "kafka") as own:
        make_topics(own.address, [LOG, SILENT, COUNTS, REJECTED], 1)
        write(own, LOG, 1, MANY)
        yield own


@pytest.fixture
def history(broker: KafkaBroker) -> Iterator[History]:
    with History(Connection(broker.address)) as made:
        yield made


@pytest.fixture
def topic(broker: KafkaBroker) -> str:
    name = f"ends-{next(_numbers)}"
    make_topics(broker.address, [name], 1)
    return name


def write(broker: KafkaBroker, topic: str, first: int, last: int) -> None:
    """Events of keeper's shard, a second apart."""
    producer = Producer({"bootstrap.servers": broker.address, "log_level": 0})
    for number in range(first, last + 1):
        when = text_of_time(EPOCH + timedelta(seconds=number)).encode()
        producer.produce(topic, b"{}", f"k{number}".encode(), 0, headers={
            "ce_specversion": b"1.0", "ce_id": f"n{number}".encode(), "ce_source": b"t", "ce_type": b"t.noted",
            "ce_time": when, "ce_subject": f"k{number}".encode(), "tousu-origin": b"keeper/0",
            "tousu-seq": str(number).encode(), "tousu-time": when,
        })  # fmt: skip
    assert producer.flush(WAIT_S) == 0


def source_of(broker: KafkaBroker, history: History, *topics: str) -> ReplaySource:
    return ReplaySource(history, Cluster.at(Connection(broker.address), topics), topics)


def replay_of(processor: Processor, source: ReplaySource, store: Store) -> ReplayLoop:
    loop = ReplayLoop(processor, source, KeepingSink(), store, WallClock(), tuning=Tuning(time_from_events=True))
    loop.expect([])
    return loop


def read_all(source: ReplaySource) -> int:
    """How many records come until the source says that it is done."""
    ends_s, count = time.monotonic() + WAIT_S, 0
    while not source.is_done:
        count += len(source.poll(500, 0.1))
        assert time.monotonic() < ends_s, source.left()
    return count


def wait_until_it_ends_at(history: History, topic: str, end: int) -> None:
    """An end mark, which has an offset, too, is written after the transaction has been granted its end."""
    ends_s, place = time.monotonic() + WAIT_S, (topic, 0)
    while history.extents([place])[place].end != end:
        assert time.monotonic() < ends_s


@pytest.mark.parametrize("endings", [("commit",), ("abort",), ("commit", "abort", "abort"), ("abort", "commit")])
def test_a_partition_that_ends_in_no_record_is_read_to_its_end(
    broker: KafkaBroker, history: History, topic: str, endings: tuple[str, ...]
) -> None:
    settings = {"bootstrap.servers": broker.address, "transactional.id": topic, "log_level": 0}
    producer = Producer(settings)
    producer.init_transactions(WAIT_S)
    for ending in endings:
        producer.begin_transaction()
        for _ in range(3):
            producer.produce(topic, b"{}", partition=0)
        if ending == "abort":
            assert producer.flush(WAIT_S) == 0
            producer.abort_transaction(WAIT_S)
        else:
            producer.commit_transaction(WAIT_S)
    wait_until_it_ends_at(history, topic, 4 * len(endings))
    source = source_of(broker, history, topic)
    source.start(0, {topic: 0})
    assert read_all(source) == 3 * endings.count("commit")


def test_a_shard_that_is_opened_again_is_read_again_though_it_was_paused(broker: KafkaBroker, history: History) -> None:
    source = source_of(broker, history, LOG)
    source.start(0, {LOG: 0})
    assert read_all(source) == MANY
    source.pause(0, LOG)
    source.stop(0)
    assert not source.is_done, "whoever opens it again begins where its checkpoint is"
    source.start(0, {LOG: BATCH})
    assert read_all(source) == BATCH


def test_what_waits_for_a_silent_input_is_left_as_the_processor_left_it(
    broker: KafkaBroker, history: History, tmp_path: Path
) -> None:
    two = msgspec.structs.replace(counter(), inputs=(Input(LOG, writer="keeper"), Input(SILENT, writer="keeper")))
    source = source_of(broker, history, LOG, SILENT)
    with closing(Store(f"sqlite:///{tmp_path / 'counter.sqlite'}", "counter", two.kinds)) as store:
        store.create()
        loop = replay_of(two, source, store)
        turn_to_the_end(loop, source, still_s=WAIT_S)
        assert loop.shards[0].opened.checkpoint.offsets == {}, "nothing is earlier than what may still come"
        assert [place[0] for place in source.left()] == [LOG]


def test_a_database_that_stays_shut_ends_the_rebuild_with_its_reason(
    broker: KafkaBroker, history: History, tmp_path: Path
) -> None:
    file = tmp_path / "counter.sqlite"
    source = source_of(broker, history, LOG)
    with closing(Store(f"sqlite:///{file}", "counter", counter().kinds)) as store:
        store.create()
        loop = replay_of(counter(), source, store)
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("DROP TABLE counter_checkpoint")
            with pytest.raises(Retry, match=r"nothing has moved for 1 s; still to read: t\.log/0; ") as ended:
                turn_to_the_end(loop, source, still_s=1.0)
        assert ended.value.reason == "database_away"
