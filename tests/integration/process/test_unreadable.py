"""Records that nobody can read, and topics that are another one: one shard says so by name, the others go on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from kafka import KafkaProducer

from tests.integration.process.conftest import PARTITIONS, WAIT_S, Stage, wait_until
from tests.integration.process.test_unpublishable import records_on, told_on
from tests.integration.runtime.counting import INBOUND, LOG, REJECTED, inbound, key_in
from tests.new_topics import make_topics
from tousu.runtime.broker import Record

pytestmark = pytest.mark.kafka


class NoText(str):
    """A header name that becomes bytes which are no UTF-8."""

    __slots__ = ()

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return b"ce_\xff\xfe"


def refused_of(stage: Stage) -> dict[int, Record]:
    """Offset -> the refusal of a record of partition 0 of this test's inbound topic."""
    found = {}
    for record in records_on(stage, REJECTED):
        said = dict(record.headers)
        if said["tousu-topic"] == (stage.prefix + INBOUND).encode() and said["tousu-partition"] == b"0":
            found[int(said["tousu-offset"] or b"")] = record
    return found


def produce(stage: Stage, value: bytes, headers: list[tuple[str, bytes]], **settings: object) -> None:
    client = Producer({
        "bootstrap.servers": stage.broker.address, "log_level": 0, "message.max.bytes": 1_000_000_000,
        "batch.size": 2_147_483_647, "queue.buffering.max.kbytes": 2_097_151, **settings,
    })  # fmt: skip
    client.produce(stage.prefix + INBOUND, value, b"k", 0, headers=headers)  # type: ignore[arg-type]
    assert client.flush(WAIT_S) == 0


def test_nothing_that_a_record_holds_raises_out_of_the_source(stage: Stage) -> None:
    stage.make_topics()
    key, value, headers = inbound(0, key_in(0, PARTITIONS, 0), datetime.now(UTC))
    raw = KafkaProducer(bootstrap_servers=stage.broker.address)
    named = [*headers, (NoText("x"), b"1")]
    assert raw.send(stage.prefix + INBOUND, value, key, headers=named, partition=0).get(WAIT_S).offset == 0
    raw.close()
    produce(stage, value, [(f"h{n}", b"") for n in range(100_001)])
    produce(stage, value, [*headers, *((f"h{n}", b"") for n in range(10_001))])
    produce(stage, b" " * 3_000_000, headers, **{"compression.type": "gzip"})
    keeper = stage.start("keeper")
    stage.publish(PARTITIONS)
    wait_until(lambda: set(refused_of(stage)) >= {0, 1, 3}, "what cannot be taken is refused")
    refused = {offset: dict(record.headers) for offset, record in refused_of(stage).items()}
    assert refused[0]["tousu-reason"] == b"unreadable_headers"
    assert refused[0]["tousu-headers-left-out"] == b"all"
    assert (refused_of(stage)[0].key, refused_of(stage)[0].value) == (key, value)
    assert refused[1]["tousu-reason"] == b"missing_attribute"
    assert b"more than 100,000" in (refused[1]["tousu-message"] or b"")
    assert refused[3]["tousu-value-bytes"] == b"3000000"
    wait_until(lambda: len(told_on(stage, stage.prefix + LOG)) == PARTITIONS, "the sound ones behind them are taken")
    assert keeper.ready()
    assert keeper.end() == 0


def test_a_header_name_that_cannot_be_read_is_refused_however_often_headers_were_read_before(stage: Stage) -> None:
    """The interpreter checks the answer of a C function less strictly once a call is hot."""
    stage.make_topics()
    key, value, headers = inbound(0, key_in(0, PARTITIONS, 0), datetime.now(UTC))
    raw = KafkaProducer(bootstrap_servers=stage.broker.address)
    for _ in range(40):
        raw.send(stage.prefix + INBOUND, value, key, headers=[*headers, (NoText("x"), b"1")], partition=0)
    raw.flush(WAIT_S)
    raw.close()
    keeper = stage.start("keeper")
    wait_until(lambda: set(refused_of(stage)) >= set(range(40)), "each is refused")
    assert {dict(each.headers)["tousu-reason"] for each in refused_of(stage).values()} == {b"unreadable_headers"}
    assert keeper.end() == 0


def test_a_batch_that_cannot_be_unpacked_halts_its_shard_by_name(stage: Stage) -> None:
    stage.make_topics()
    keeper = stage.start("keeper")
    wait_until(keeper.ready, "keeper is ready")
    stage.publish(PARTITIONS)
    produce(stage, b" " * 200_000_000, [("h", b"1")], **{"compression.type": "zstd"})
    wait_until(lambda: keeper.why_not() == ["undecodable_batch"], "shard 0 has halted")
    assert keeper.shards() == [1, 2, 3]
    assert keeper.total("tousu_shards", state="halted", reason="undecodable_batch") == 1
    (message,) = [line["message"] for line in keeper.log() if line.get("reason") == "undecodable_batch"]
    assert f"{stage.prefix}{INBOUND}/0 cannot be read on from offset 1" in message
    stage.publish(PARTITIONS)
    wait_until(lambda: [len(told_on(stage, stage.prefix + LOG).get(n, [])) for n in range(4)] == [1, 2, 2, 2], "others")
    assert keeper.end() == 0


def test_a_topic_deleted_and_made_again_under_a_processor_halts_its_shards(stage: Stage) -> None:
    stage.make_topics()
    keeper = stage.start("keeper")
    wait_until(keeper.ready, "keeper is ready")
    stage.publish(3 * PARTITIONS)
    wait_until(lambda: sum(map(len, told_on(stage, stage.prefix + LOG).values())) == 3 * PARTITIONS, "it works")
    admin = AdminClient({"bootstrap.servers": stage.broker.address})
    for deleted in admin.delete_topics([stage.prefix + INBOUND]).values():
        deleted.result(WAIT_S)
    make_topics(stage.broker.address, [stage.prefix + INBOUND], PARTITIONS, {"message.timestamp.type": "LogAppendTime"})
    stage.publish(5 * PARTITIONS)  # more than before: the old offsets lie within the new log
    wait_until(lambda: keeper.why_not() == ["topic_recreated"] * PARTITIONS, "every shard has halted")
    (message, *_) = [line["message"] for line in keeper.log() if line.get("reason") == "topic_recreated"]
    assert f"{stage.prefix}{INBOUND} was made again" in message
    assert keeper.end() == 0
