"""Whole months of a topic in files: read again as they were, from files and topic together, and never with a hole."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from tests.new_topics import make_topics
from tousu.connection import Connection
from tousu.failure import Stop
from tousu.local.kafka import KafkaBroker
from tousu.runtime.broker import OutRecord, Record
from tousu.runtime.history import History
from tousu.runtime.kafka_sink import KafkaSink
from tousu.runtime.log_archive import ArchivedHistory, LogArchive, opened, read

FAR = 2**53
_numbers = itertools.count(1)
ODD = [("ce_id", b"1"), ("empty", b""), ("bytes", b"\xff\x00"), ("text", "投诉".encode())]


@pytest.fixture
def topic(kafka: KafkaBroker) -> str:
    name = f"archived-{next(_numbers)}"
    make_topics(kafka.address, [name], 2)
    return name


def write(kafka: KafkaBroker, topic: str, first: int, count: int) -> None:
    sink = KafkaSink(kafka.address)
    keys = (None, b"\xfe", "案件".encode())
    sink.send(0, [
        OutRecord(topic, number % 2, keys[number % 3], b'{"n": %d}' % number if number % 5 else b"\xff", list(ODD))
        for number in range(first, first + count)
    ])  # fmt: skip
    assert sink.flush(20)
    sink.close()


def delete_before(kafka: KafkaBroker, topic: str, partition: int, offset: int) -> None:
    admin = AdminClient({"bootstrap.servers": kafka.address})
    for deleted in admin.delete_records([TopicPartition(topic, partition, offset)]).values():
        deleted.result(30)


def whole(history: History, topic: str) -> list[Record]:
    return sorted(history.read(history.extents(history.places([topic]))), key=lambda each: each[1:3])


def archived(kafka: KafkaBroker, topic: str, folder: Path, before_ms: int = FAR) -> LogArchive:
    with History(Connection(kafka.address)) as history:
        opened(folder, "cluster", {topic: "id"}).add(history, history.places([topic]), before_ms)
    return read(folder)


def test_files_and_topic_together_are_what_the_topic_was(kafka: KafkaBroker, topic: str, tmp_path: Path) -> None:
    write(kafka, topic, 0, 4_100)
    with History(Connection(kafka.address)) as history:
        before = whole(history, topic)
    archive = archived(kafka, topic, tmp_path)
    assert archive.check() == 2
    write(kafka, topic, 4_100, 50)
    delete_before(kafka, topic, 0, 2_000)
    with ArchivedHistory(Connection(kafka.address), archive) as history:
        found = whole(history, topic)
    assert found[:2_050] == before[:2_050]
    assert [each.offset for each in found if each.partition == 1] == list(range(2_075))
    assert [each for each in found if each.partition == 1][:2_050] == before[2_050:]


def test_a_second_run_goes_on_where_the_first_ended(kafka: KafkaBroker, topic: str, tmp_path: Path) -> None:
    write(kafka, topic, 0, 10)
    assert [each.records for each in archived(kafka, topic, tmp_path).manifest.files] == [5, 5]
    assert len(archived(kafka, topic, tmp_path).manifest.files) == 2, "nothing twice"
    write(kafka, topic, 10, 4)
    files = archived(kafka, topic, tmp_path).manifest.files
    assert [(each.start, each.end) for each in files] == [(0, 5), (5, 7), (0, 5), (5, 7)]


def test_the_month_under_way_is_left_in_the_topic(kafka: KafkaBroker, topic: str, tmp_path: Path) -> None:
    write(kafka, topic, 0, 4)
    assert archived(kafka, topic, tmp_path, before_ms=1).manifest.files == ()


def test_a_gap_is_refused_when_writing_and_when_reading(kafka: KafkaBroker, topic: str, tmp_path: Path) -> None:
    write(kafka, topic, 0, 10)
    archive = archived(kafka, topic, tmp_path)
    write(kafka, topic, 10, 6)
    delete_before(kafka, topic, 1, 7)
    with pytest.raises(Stop) as refused:
        archived(kafka, topic, tmp_path)
    assert refused.value.reason == "archive_gap"
    with pytest.raises(Stop) as unread, ArchivedHistory(Connection(kafka.address), archive) as history:
        whole(history, topic)
    assert unread.value.reason == "archive_gap"


def test_a_file_that_was_changed_is_not_read(kafka: KafkaBroker, topic: str, tmp_path: Path) -> None:
    write(kafka, topic, 0, 10)
    archive = archived(kafka, topic, tmp_path)
    file = tmp_path / archive.manifest.files[0].file
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(Stop, match="SHA-256"):
        archive.check()
    with pytest.raises(Stop, match="SHA-256"), ArchivedHistory(Connection(kafka.address), archive) as history:
        whole(history, topic)
    file.unlink()
    with pytest.raises(Stop, match="cannot be read"):
        archive.check()


def test_the_archive_of_another_cluster_is_not_gone_on_with(kafka: KafkaBroker, topic: str, tmp_path: Path) -> None:
    write(kafka, topic, 0, 2)
    archived(kafka, topic, tmp_path)
    with pytest.raises(Stop) as other:
        opened(tmp_path, "another", {topic: "id"})
    assert other.value.reason == "other_cluster"
    with pytest.raises(Stop) as made_again:
        opened(tmp_path, "cluster", {topic: "another"})
    assert made_again.value.reason == "topic_recreated"
