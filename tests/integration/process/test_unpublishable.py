"""A limit lowered, a right taken away, a topic deleted under processors at work: one shard halts, the others go on."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime

import pytest
from confluent_kafka import Producer

from tests.integration.process.conftest import PARTITIONS, WAIT_S, Stage, wait_until
from tests.integration.runtime.counting import INBOUND, LOG, inbound, key_in
from tests.new_topics import set_limit
from tousu.connection import Connection
from tousu.runtime.broker import Record
from tousu.runtime.history import History, is_tick

pytestmark = pytest.mark.kafka


def records_on(stage: Stage, topic: str) -> list[Record]:
    """What lies on a topic now."""
    with History(Connection(stage.broker.address)) as history:
        return list(history.read(history.extents(history.places([topic]))))


def told_on(stage: Stage, topic: str) -> dict[int, list[str]]:
    """Partition -> ids of the causing events, ticks and repetitions apart; a hole in the numbers fails the test."""
    found: dict[int, list[str]] = defaultdict(list)
    last: dict[tuple[int, bytes], int] = defaultdict(int)
    for record in records_on(stage, topic):
        said = dict(record.headers)
        place = record.partition, said["tousu-origin"] or b""
        seq = int(said["tousu-seq"] or b"0")
        assert seq <= last[place] + 1, f"a hole behind {last[place]} of {place}"
        if seq > last[place]:
            last[place] = seq
            if not is_tick(record):
                found[record.partition].append((said["ce_causationid"] or b"").decode())
    return dict(found)


def send_large(stage: Stage, partition: int, size_bytes: int, name: int) -> None:
    """One sound event whose output is as large as itself."""
    client = Producer({"bootstrap.servers": stage.broker.address, "log_level": 0})
    pad = "x" * size_bytes
    key, value, headers = inbound(name, key_in(partition, PARTITIONS, 0), datetime.now(UTC), pad=pad)
    client.produce(stage.prefix + INBOUND, value, key, partition, headers=dict(headers))
    assert client.flush(WAIT_S) == 0


def test_a_limit_lowered_under_a_processor_halts_one_shard_until_it_is_raised(stage: Stage) -> None:
    stage.make_topics()
    keeper = stage.start("keeper")
    wait_until(keeper.ready, "keeper is ready")
    stage.publish(2 * PARTITIONS)
    wait_until(lambda: sum(map(len, told_on(stage, stage.prefix + LOG).values())) == 2 * PARTITIONS, "it works")
    set_limit(stage.broker.address, stage.prefix + LOG, 20_000)
    send_large(stage, 0, 30_000, 901)
    wait_until(lambda: keeper.why_not() == ["unpublishable_output"], "shard 0 has halted and the others are open")
    send_large(stage, 1, 30_000, 902)  # by now the limit is known, so this one is found before the commit
    wait_until(lambda: keeper.why_not() == ["unpublishable_output"] * 2, "shard 1 has halted, too")
    assert keeper.shards() == [2, 3]
    assert keeper.total("tousu_shard_halts_total", reason="unpublishable_output") == 2
    assert keeper.total("tousu_shards", state="halted", reason="unpublishable_output") == 2
    messages = [line["message"] for line in keeper.log() if line.get("reason") == "unpublishable_output"]
    assert f"{stage.prefix}{LOG}/0" in messages[0]
    assert f"{stage.prefix}{INBOUND}/1 offset 2" in messages[1]
    stage.publish(3 * PARTITIONS)
    wait_until(lambda: [len(told_on(stage, stage.prefix + LOG)[n]) for n in (2, 3)] == [5, 5], "the other shards go on")
    set_limit(stage.broker.address, stage.prefix + LOG, 524_288)
    wait_until(keeper.ready, "the halted shards go on without a restart")
    wait_until(
        lambda: [len(ids) for _, ids in sorted(told_on(stage, stage.prefix + LOG).items())] == [6, 6, 5, 5],
        "everything is out, in order and once",
    )
    assert keeper.end() == 0
