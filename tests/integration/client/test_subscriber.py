"""A downstream system reads: every event once, in order, resumed where it was, and a hole is never passed over."""

from __future__ import annotations

import itertools
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.new_topics import make_topics
from tousu import Subscriber
from tousu.client.checkpoint import FileCheckpoint, SqlCheckpoint
from tousu.client.subscriber import Delivery
from tousu.client.topics import Topics
from tousu.failure import Stop
from tousu.local.kafka import KafkaBroker
from tousu.runtime.broker import OutRecord
from tousu.runtime.kafka_sink import KafkaSink

NewTopicNamed = Callable[[], str]
TICK = "tousu.time.ticked.v1"


def numbered(
    topic: str, partition: int, seqs: Sequence[int], origin: str = "sla/0", kind: str = "t.said"
) -> list[OutRecord]:
    """Records as a processor writes them: `origin` gives them these numbers."""
    return [
        OutRecord(topic, partition, b"C-1", b'{"seq": %d}' % seq, [
            ("ce_specversion", b"1.0"), ("ce_id", f"{origin}:{seq}".encode()), ("ce_source", b"tousu/sla"),
            ("ce_type", kind.encode()), ("ce_time", b"2026-01-04T01:30:00Z"), ("ce_subject", b"C-1"),
            ("tousu-origin", origin.encode()), ("tousu-seq", str(seq).encode()),
            ("tousu-time", b"2026-01-04T01:30:00Z"),
        ])
        for seq in seqs
    ]  # fmt: skip


def write(broker: str, *batches: list[OutRecord]) -> None:
    sink = KafkaSink(broker)
    for batch in batches:
        sink.send(0, batch)
    assert sink.flush(20)
    sink.close()


def seqs(deliveries: Sequence[Delivery]) -> list[int]:
    return [each.event.data["seq"] for each in deliveries]


def read(broker: str, topic: str, **more: object) -> list[Delivery]:
    with Subscriber(broker, [topic], **more) as subscriber:  # type: ignore[arg-type]
        return list(subscriber.read(to_end=True))


def test_repetitions_are_dropped_and_ticks_are_passed_over(broker: str, new_topic: NewTopicNamed) -> None:
    topic = new_topic()
    write(broker, numbered(topic, 0, [1, 2, 3]), numbered(topic, 0, [2, 3, 4]))
    write(broker, numbered(topic, 0, [5], kind=TICK), numbered(topic, 0, [6]))
    assert seqs(read(broker, topic)) == [1, 2, 3, 4, 6]


def test_each_origin_and_each_partition_counts_for_itself(broker: str, new_topic: NewTopicNamed) -> None:
    topic = new_topic()
    write(broker, numbered(topic, 0, [1, 2]), numbered(topic, 1, [1]), numbered(topic, 0, [1], origin="claims/0"))
    found = [(each.partition, each.origin, each.seq) for each in read(broker, topic)]
    assert sorted(found) == [(0, "claims/0", 1), (0, "sla/0", 1), (0, "sla/0", 2), (1, "sla/0", 1)]


def test_a_hole_stops_the_reader(broker: str, new_topic: NewTopicNamed) -> None:
    topic = new_topic()
    write(broker, numbered(topic, 0, [1, 2, 4]))
    with Subscriber(broker, [topic]) as subscriber:
        reading = subscriber.read(to_end=True)
        assert [next(reading).seq, next(reading).seq] == [1, 2]
        with pytest.raises(Stop, match="from 2 to 4") as caught:
            next(reading)
    assert caught.value.reason == "missing_record"


def test_numbers_that_begin_above_one_are_a_hole_unless_the_log_was_cut(broker: str, new_topic: NewTopicNamed) -> None:
    topic = new_topic()
    write(broker, numbered(topic, 0, [7, 8]))
    with pytest.raises(Stop, match="from 0 to 7"):
        read(broker, topic)
    write(broker, numbered(topic, 1, [1]))
    with Subscriber(broker, [topic], start="latest") as subscriber:
        write(broker, numbered(topic, 0, [9]))
        assert seqs(list(subscriber.read(idle_s=1.5))) == [9]


def test_ticks_keep_no_reader_waiting_that_waits_for_events(broker: str, new_topic: NewTopicNamed) -> None:
    topic, stopping = new_topic(), threading.Event()

    def tick_on() -> None:
        for seq in itertools.count(2):
            write(broker, numbered(topic, 0, [seq], kind=TICK))
            if stopping.wait(0.1) or seq > 30:
                return

    write(broker, numbered(topic, 0, [1]))
    with ThreadPoolExecutor(1) as pool, Subscriber(broker, [topic]) as subscriber:
        ticking = pool.submit(tick_on)
        try:
            assert seqs(list(subscriber.read(idle_s=1.5))) == [1]
            assert not ticking.done(), "the reader has waited for the last tick"
        finally:
            stopping.set()


def handle_until_two_fails(broker: str, topic: str, checkpoint: FileCheckpoint) -> None:
    with Subscriber(broker, [topic], checkpoint=checkpoint, save_every=1) as subscriber:
        for each in subscriber:
            if each.seq == 2:
                raise ZeroDivisionError("the handler fails")


def test_a_file_keeps_the_place_of_what_was_handled(broker: str, new_topic: NewTopicNamed, tmp_path: Path) -> None:
    topic, checkpoint = new_topic(), FileCheckpoint(tmp_path / "place.json")
    write(broker, numbered(topic, 0, [1, 2, 3]))
    with pytest.raises(ZeroDivisionError):
        handle_until_two_fails(broker, topic, checkpoint)
    write(broker, numbered(topic, 0, [3, 4]))
    assert seqs(read(broker, topic, checkpoint=checkpoint)) == [2, 3, 4]
    assert seqs(read(broker, topic, checkpoint=checkpoint)) == []
    (tmp_path / "place.json").write_text("{")
    with pytest.raises(Stop, match="delete it to read"):
        read(broker, topic, checkpoint=checkpoint)


def test_leaving_the_loop_hands_the_rest_out_later(broker: str, new_topic: NewTopicNamed) -> None:
    topic = new_topic()
    write(broker, numbered(topic, 0, [1, 2, 3, 4]))
    with Subscriber(broker, [topic]) as subscriber:
        for each in subscriber:
            if each.seq == 2:
                break
        assert seqs(list(subscriber.read(to_end=True))) == [3, 4]


def test_effect_and_place_are_committed_together(broker: str, new_topic: NewTopicNamed, tmp_path: Path) -> None:
    """The handler dies at every event once, before the commit; each effect is there exactly once in the end."""
    topic, database = new_topic(), tmp_path / "downstream.sqlite"
    write(broker, numbered(topic, 0, [1, 2, 3, 4, 5]))
    for dies_at in (1, 2, 3, 4, 5, 6):
        connection = sqlite3.connect(database)
        connection.execute("CREATE TABLE IF NOT EXISTS effects (seq INTEGER)")
        try:
            with Subscriber(
                broker, [topic], checkpoint=SqlCheckpoint(connection, "billing"), save_every=2
            ) as subscriber:
                for each in subscriber.read(to_end=True):
                    connection.execute("INSERT INTO effects VALUES (?)", (each.seq,))
                    if each.seq == dies_at:
                        raise ConnectionAbortedError("power fails")
        except ConnectionAbortedError:
            pass
        finally:
            connection.close()  # without a commit: what was open is gone
    connection = sqlite3.connect(database)
    assert [row[0] for row in connection.execute("SELECT seq FROM effects ORDER BY rowid")] == [1, 2, 3, 4, 5]
    connection.close()


def test_stop_ends_the_iteration_and_counts_the_event_in_hand(
    broker: str, new_topic: NewTopicNamed, tmp_path: Path
) -> None:
    topic, checkpoint = new_topic(), FileCheckpoint(tmp_path / "place.json")
    write(broker, numbered(topic, 0, [1, 2, 3]))
    with Subscriber(broker, [topic], checkpoint=checkpoint) as subscriber:
        for each in subscriber:
            if each.seq == 2:
                subscriber.stop()
    assert seqs(read(broker, topic, checkpoint=checkpoint)) == [3]


def test_partitions_that_were_added_are_read_behind_what_the_former_ones_held(
    kafka: KafkaBroker, tmp_path: Path
) -> None:
    broker, topic, former = kafka.address, "partitions-were-added", 2
    make_topics(broker, [topic], former)
    with Topics(broker) as topics:
        place = FileCheckpoint(tmp_path / "checkpoint.json")
        write(broker, *(numbered(topic, number, [1], f"sla/{number}") for number in range(former)))
        assert len(read(broker, topic, checkpoint=place)) == former
        topics.add_partitions([topic], former + 1)
    write(broker, numbered(topic, former, [1, 2], f"sla/{former}"))
    write(broker, *(numbered(topic, number, [*range(1, 800)], f"sla/{number}") for number in range(former)))
    found = [each.partition for each in read(broker, topic, checkpoint=place, start="latest")]
    assert found.count(former) == 2
    assert found[-2:] == [former, former]
    assert len(found) == 798 * former + 2
