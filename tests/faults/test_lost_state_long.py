"""What Kafka keeps for us is taken away under load: a group, records of an internal topic, the topic itself.

`make faults-long`. A shard that has lost records says so by name, the others go on, and an operator's command gets it
going.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from tests.faults.pipeline import PARTITIONS, Pipeline
from tests.faults.short_limits import Adapters, write_pack
from tests.faults.wall_time import BACK_WITHIN, WallTime
from tests.integration.process.conftest import wait_until
from tests.new_topics import make_the_contracts_topics
from tousu.event import time_of_text
from tousu.local.kafka import KafkaBroker
from tousu.local.postgres import PostgresServer

pytestmark = pytest.mark.long

PER_SECOND = 16
BACK_S = 30.0
HALTED_S = 10.0
CASES = "complaints.cases"


class Town:
    """A pipeline on one broker and one database that has worked for a while."""

    def __init__(self, life: WallTime, database: str) -> None:
        self.life, self.database = life, database
        self.admin = AdminClient({"bootstrap.servers": life.pipeline.servers, "log_level": 0})

    def stop(self, name: str) -> None:
        for copy in self.life.pipeline.newest():
            if copy.name == name:
                assert copy.end() == 0

    def back(self, after: str) -> None:
        took_s = self.life.until_back(120)
        print(f"fault -> recovery: {after}: {took_s:.1f} s")
        assert took_s < BACK_S

    def tousu(self, *words: str) -> tuple[int, str]:
        """A command for operators, with what it needs to know."""
        asked = [str(Path(sys.executable).with_name("tousu")), *words]
        place = ["--broker", self.life.pipeline.servers, "--database", self.database]
        done = subprocess.run([*asked, *place], capture_output=True, text=True, timeout=120, env=clean())
        return done.returncode, done.stdout + done.stderr

    def deletes_group(self, group: str) -> bool:
        """Delete a consumer group; not while a member with a fixed name may still come back."""
        (deleted,) = self.admin.delete_consumer_groups([group]).values()
        return deleted.exception(30) is None

    def halted(self, reason: str) -> int:
        """How often sla has said that it halts for this reason."""
        logs = self.life.pipeline.folder.glob("sla-*.log")
        return sum(log.read_text().count(f'"reason": "{reason}"') for log in logs)

    def time_of(self, partition: int) -> datetime:
        """How far sla has come in a partition."""
        log = self.life.pipeline.read_now("complaints.sla")[partition]
        return time_of_text(dict(log[-1].headers)["tousu-time"].decode(), "tousu-time")  # type: ignore[union-attr]


def clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("TOUSU_")}


@pytest.fixture
def town(broker: KafkaBroker, own_postgres: PostgresServer, tmp_path: Path) -> Iterator[Town]:
    settings = {"TOUSU_TIME": "wall", "TOUSU_PACK": str(write_pack(tmp_path))}
    database = own_postgres.create_database("tousu")
    pipe = Pipeline(broker.address, lambda _: database, tmp_path, settings)
    with WallTime(pipe, Adapters(1, PARTITIONS), PER_SECOND) as life:
        life.start_copies(("intake", "router", "sla"))
        life.until_back(90)
        life.go_on(15)
        yield Town(life, database)


def test_a_consumer_group_is_deleted(town: Town) -> None:
    town.stop("sla")
    town.life.go_on(60, until=lambda: town.deletes_group("tousu.sla"))
    assert "tousu.sla" not in {each.group_id for each in town.admin.list_consumer_groups().result(30).valid}
    town.life.go_on(30)
    town.life.start_copies(("sla",))
    town.back("consumer group deleted, sla away for 30 s")
    town.life.go_on(20)
    town.life.go_on(40, complaints=False)
    found = town.life.end()
    print(found)
    assert not found.wrong, str(found)


def test_records_of_an_internal_topic_are_deleted_and_the_topic_is_made_again(town: Town) -> None:
    life = town.life
    town.stop("sla")
    life.go_on(10)
    end = len(life.pipeline.read(CASES)[0])
    for deleted in town.admin.delete_records([TopicPartition(CASES, 0, end)]).values():
        deleted.result(30)
    life.start_copies(("sla",))
    life.go_on(60, until=lambda: town.halted("offset_gone") > 0)
    life.go_on(60, until=lambda: town.time_of(1) > life.now() - BACK_WITHIN)
    assert town.time_of(1) > life.now() - BACK_WITHIN, "the other shard is at work"
    assert town.time_of(0) < life.now() - BACK_WITHIN, "this one is not"
    code, said = town.tousu("audit")
    assert code == 1 and "records_lost" in said and "sla/0" in said, said
    code, said = town.tousu("backlog", "--check")
    assert code == 1 and "lost" in said, said
    code, said = town.tousu("shard", "resume", "sla", "0", "--topic", CASES, "--reason", "the test took them away")
    assert code == 0 and "records are lost" in said, said
    town.stop("sla")
    life.start_copies(("sla",))
    town.back("records deleted on an internal topic, accepted by command")
    again_us = int(datetime.now(UTC).timestamp() * 1e6)
    life.go_on(20)
    life.go_on(40, complaints=False)
    found = life.end(lambda number, complaint: number[9:11] == "00" and complaint.told_us < again_us, torn=CASES)
    print(found)
    assert not found.wrong, str(found)
    made_again(town)


def made_again(town: Town) -> None:
    """The topic is deleted and made again under everybody."""
    life = town.life
    for deleted in town.admin.delete_topics([CASES]).values():
        deleted.result(30)
    wait_until(lambda: CASES not in town.admin.list_topics(timeout=10).topics, "it is gone")
    make_the_contracts_topics(life.pipeline.servers, PARTITIONS)
    began_s = time.monotonic()
    life.go_on(HALTED_S, until=lambda: town.halted("topic_recreated") >= PARTITIONS)
    halted_s = time.monotonic() - began_s
    assert town.halted("topic_recreated") >= PARTITIONS, life.pipeline.logs()
    print(f"topic made again: every shard has halted after {halted_s:.1f} s")
    for shard in range(PARTITIONS):
        words = ("shard", "resume", "sla", str(shard), "--topic", CASES, "--reason", "the test made it again")
        code, said = town.tousu(*words)
        assert code == 0, said
    town.stop("sla")
    life.start_copies(("sla",))
    town.back("topic made again, accepted by command")
