"""A processor as a process: it waits for what is missing, does its work, says how it stands, and stops when asked."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import orjson
import pytest
from confluent_kafka import Producer

from tests.integration.process.conftest import PARTITIONS, WAIT_S, Stage, wait_until
from tests.integration.runtime.counting import LOG
from tousu.local.machine import free_port
from tousu.local.postgres import PostgresServer
from tousu.runtime.metrics import METRICS

TICKED = {"type": "tousu.time.ticked.v1"}


def counted(folder: Path) -> int:
    """How many events the counter has counted, from its own database."""
    connection = sqlite3.connect(f"file:{folder / 'counter.sqlite'}?mode=ro", uri=True)
    try:
        return sum(orjson.loads(doc)["count"] for (doc,) in connection.execute("SELECT doc FROM counter_tally"))
    finally:
        connection.close()


def test_it_waits_for_the_topics_works_and_stops_when_asked(stage: Stage) -> None:
    keeper = stage.start("keeper")
    wait_until(lambda: "no_topic" in keeper.why_not(), "it says that a topic is missing")
    assert keeper.get("/livez")[0] == 200
    stage.make_topics()
    wait_until(keeper.ready, "it is ready")
    counter = stage.start("counter")
    stage.publish(200)
    wait_until(lambda: counter.total("tousu_events_total", result="applied") == 200, "all events are counted")
    wait_until(lambda: counted(stage.folder) == 200, "all are in the database")
    for copy in (keeper, counter):
        assert copy.end() == 0
        assert copy.log()[-1]["event"] == "ended"
        assert copy.log()[-1]["exit_code"] == 0


def test_metrics_are_those_declared_and_say_what_happened(stage: Stage) -> None:
    stage.make_topics()
    keeper, counter = stage.start("keeper"), stage.start("counter")
    stage.publish(40)
    wait_until(lambda: counter.total("tousu_events_total", result="applied") == 40, "all events are counted")
    wait_until(lambda: not counter.total("tousu_messages_behind"), "the counter has read everything")
    assert keeper.total("tousu_outputs_total", topic=stage.prefix + LOG, type="t.noted") == 40
    assert counter.total("tousu_shards", state="open") == PARTITIONS
    assert counter.total("tousu_ready") == 1
    behind = "tousu_watermark_behind_seconds"
    wait_until(lambda: 0 <= max(counter.metrics()[behind].values()) < 10, "it keeps up")
    seen = counter.metrics()
    assert len(seen["tousu_oldest_unprocessed_age_seconds"]) == PARTITIONS
    assert {dict(labels)["origin"] for labels in seen["tousu_watermark_held_back_seconds"]} == {
        f"keeper/{shard}" for shard in range(PARTITIONS)
    }
    declared = {metric.name for metric in METRICS}
    stems = {name.removesuffix("_bucket").removesuffix("_count").removesuffix("_sum") for name in seen}
    assert stems <= declared


def test_an_unreadable_event_is_counted_and_never_shown(stage: Stage) -> None:
    stage.make_topics()
    keeper = stage.start("keeper")
    client = Producer({"bootstrap.servers": stage.broker.address, "log_level": 0})
    client.produce(stage.prefix + "t.inbound", "{王芳 13800001234".encode(), b"k", 0)
    client.flush()
    wait_until(lambda: keeper.total("tousu_rejects_total", reason="broken_json") == 1, "the reject is counted")
    assert keeper.total("tousu_events_total", type="other", result="rejected") == 1
    assert keeper.ready()
    assert "13800001234" not in keeper.text() + keeper.get("/metrics")[1]


def test_members_come_and_go_and_every_event_counts_once(stage: Stage) -> None:
    stage.make_topics()
    stage.start("keeper")
    first = stage.start("counter")
    stage.publish(100)
    wait_until(lambda: len(first.shards()) == PARTITIONS, "the first copy has every shard")
    second = stage.start("counter")
    wait_until(lambda: len(first.shards()) == len(second.shards()) == PARTITIONS // 2, "they share the work")
    stage.publish(100)
    assert first.end() == 0
    stage.publish(100)
    wait_until(lambda: len(second.shards()) == PARTITIONS, "the second copy has every shard")
    wait_until(lambda: counted(stage.folder) == 300, "all events are counted")
    assert second.total("tousu_rebalances_total") >= 2


def test_a_hole_halts_the_shard_and_the_process_lives_on(stage: Stage) -> None:
    stage.make_topics()
    counter = stage.start("counter")
    headers = [
        ("ce_specversion", b"1.0"), ("ce_id", b"x"), ("ce_source", b"test"), ("ce_type", b"t.noted"),
        ("ce_time", b"2026-01-04T01:30:00Z"),
        ("tousu-origin", b"keeper/2"), ("tousu-seq", b"7"), ("tousu-time", b"2026-01-04T01:30:00Z"),
    ]  # fmt: skip
    client = Producer({"bootstrap.servers": stage.broker.address, "log_level": 0})
    client.produce(stage.prefix + LOG, b"{}", b"k", 2, headers=headers)  # type: ignore[arg-type]
    client.flush()
    wait_until(lambda: counter.why_not() == ["missing_record"], "it says that a record is missing")
    assert counter.shards() == [0, 1, 3]
    assert counter.total("tousu_shards", state="halted", reason="missing_record") == 1
    assert counter.total("tousu_messages_behind", partition="2") == 1
    wait_until(lambda: counter.total("tousu_oldest_unprocessed_age_seconds", partition="2") > 1, "the age grows")
    assert counter.get("/livez")[0] == 200
    assert counter.end() == 0


def forge(stage: Stage, origin: str, numbers: range, kind: str, time: str) -> None:
    """Somebody else writes to keeper's log, partition 2."""
    client = Producer({"bootstrap.servers": stage.broker.address, "log_level": 0})
    for number in numbers:
        headers = [
            ("ce_specversion", b"1.0"), ("ce_id", f"x{number}".encode()), ("ce_source", b"test"),
            ("ce_type", kind.encode()), ("ce_subject", b"k"),
            ("ce_time", time.encode()), ("tousu-origin", origin.encode()), ("tousu-seq", str(number).encode()),
            ("tousu-time", time.encode()),
        ]  # fmt: skip
        client.produce(stage.prefix + LOG, b"{}", b"k", 2, headers=headers)  # type: ignore[arg-type]
    client.flush()


def test_a_tick_and_numbers_of_a_foreign_origin_are_refused_and_every_event_counts(stage: Stage) -> None:
    stage.make_topics()
    counter = stage.start("counter")
    forge(stage, "evil/0", range(1, 2), "tousu.time.ticked.v1", "2099-01-01T00:00:00Z")
    forge(stage, "keeper/1", range(1, 121), "t.noted", "2099-01-01T00:00:00Z")
    wait_until(lambda: counter.total("tousu_rejects_total", reason="foreign_origin") == 121, "they are refused")
    stage.start("keeper")
    stage.publish(40)
    wait_until(lambda: counter.total("tousu_events_total", result="applied") == 40, "all true events are counted")
    assert counter.shards() == list(range(PARTITIONS))
    assert max(counter.metrics()["tousu_watermark_behind_seconds"].values()) > 0  # nothing stands in 2099


def test_forged_numbers_under_the_name_of_a_keeper_halt_its_shard_before_it_contradicts_them(stage: Stage) -> None:
    """How a reader halts that has heard both stands in tests/integration/runtime/test_forged.py."""
    stage.make_topics()
    counter = stage.start("counter")
    forge(stage, "keeper/2", range(1, 121), "t.noted", "2026-01-04T01:30:00Z")
    wait_until(lambda: counter.total("tousu_events_total", result="applied") == 120, "nobody can tell them yet")
    keeper = stage.start("keeper")
    stage.publish(40)
    wait_until(lambda: keeper.why_not() == ["log_contradicted"], "it says that its log holds what it never said")
    assert keeper.total("tousu_shards", state="halted", reason="log_contradicted") == 1
    wait_until(lambda: counter.total("tousu_events_total", result="applied") == 150, "the other shards work on")
    assert counter.ready()


def test_it_is_unready_while_the_database_is_down(stage: Stage) -> None:
    stage.make_topics()
    with PostgresServer(stage.folder / "postgres") as server:
        keeper = stage.start("keeper", database=server.url())
        wait_until(keeper.ready, "it is ready")
        server.stop()
        wait_until(lambda: "database_away" in keeper.why_not(), "it says that the database is away")
        assert keeper.get("/livez")[0] == 200
        assert keeper.total("tousu_ready") == 0
        server.start()
        stage.publish(20)
        wait_until(keeper.ready, "it is ready again")
        wait_until(lambda: keeper.total("tousu_events_total", result="applied") == 20, "it goes on")
        assert keeper.process.poll() is None
        assert keeper.end() == 0


def test_time_passes_behind_the_end_mark_of_a_transaction(stage: Stage) -> None:
    """The mark takes an offset and is no record: the end of the log must be seen as reached all the same."""
    stage.make_topics()
    keeper = stage.start("keeper")
    stage.publish(PARTITIONS, **{"transactional.id": stage.prefix})
    wait_until(lambda: keeper.total("tousu_events_total", result="applied") == PARTITIONS, "the events are read")
    before = keeper.total("tousu_outputs_total", **TICKED)
    wait_until(
        lambda: keeper.total("tousu_outputs_total", **TICKED) >= before + 3 * PARTITIONS, "time goes on in every shard"
    )
    wait_until(lambda: max(keeper.metrics()["tousu_watermark_behind_seconds"].values()) < 3, "it keeps up")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"partitions": "four"}, "TOUSU_PARTITIONS is 'four' but must be a whole number"),
        ({"time": "moon"}, "TOUSU_TIME is 'moon' but must be one of wall, events; for example TOUSU_TIME=wall"),
        ({"database": "mysql://x"}, "TOUSU_DATABASE is (not shown) but must begin with postgresql:// or sqlite:///"),
        ({"metrics_prot": "1"}, "TOUSU_METRICS_PROT is no setting; did you mean TOUSU_METRICS_PORT?"),
        ({"kafka": '{"acks": 1}'}, "must not set acks"),
        ({"kafka": '{"sokcet.timeout.ms": 1}'}, "No such configuration property"),
        ({"pack": "courier-netwrok"}, "there is no pack courier-netwrok"),
        ({"partitions": "5"}, "set TOUSU_PARTITIONS=4"),
    ],
)
def test_wrong_settings_end_it_with_78_and_a_sentence(stage: Stage, settings: dict[str, str], words: str) -> None:
    stage.make_topics()
    keeper = stage.start("keeper", **settings)
    assert keeper.process.wait(WAIT_S) == 78
    assert words in keeper.text()


def test_without_a_broker_it_gives_up_in_time_with_75(stage: Stage) -> None:
    keeper = stage.start("keeper", broker=f"127.0.0.1:{free_port()}", start_wait_s="0.5")
    assert keeper.process.wait(WAIT_S) == 75
    assert keeper.log()[-1]["reason"] == "broker_away"


def test_a_fault_ends_it_with_70_and_tells_where_but_nothing_personal(stage: Stage) -> None:
    broken = stage.start("broken")
    assert broken.process.wait(WAIT_S) == 70
    last = broken.log()[-1]
    assert (last["reason"], last["type"]) == ("internal_error", "ValueError")
    assert any("copy_of.py" in frame for frame in last["frames"])
    assert "13800001234" not in broken.text()
