"""A partition of an inbound topic is without a leader: time waits for it, until an operator holds it out.

Three brokers, two copies of each processor, a load. `make faults-long`. The partition has one replica, on the broker
that is killed; everything else has two left. The oracle (timekeeping.py) reads the inbound records alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]

from tests.faults.cluster import BROKERS, Cluster, cluster
from tests.faults.pipeline import MASTER_KEY, PARTITIONS, Pipeline
from tests.faults.short_limits import Adapters, write_pack
from tests.faults.timekeeping import Complaint
from tests.faults.wall_time import BACK_WITHIN, WallTime
from tests.new_topics import WAIT_S, set_on_topic
from tousu.local.postgres import PostgresServer

pytestmark = pytest.mark.long

NAMES = ("intake", "router", "sla")
APP = "complaints.inbound.app"
SLA = "complaints.sla"
SHARD = 1
PER_SECOND = 8
BACK_S = 30.0
STANDS_S, HELD_S, AFTER_S, QUIET_S = 25.0, 80.0, 20.0, 60.0
UNREAD_US = 5_000_000
"""So long before the kill at most a record was written that nobody had read yet."""


class Town:
    """A cluster on which one partition has one replica, and a pipeline that has worked for a while."""

    def __init__(self, brokers: Cluster, life: WallTime, database: str, pack: str) -> None:
        self.brokers, self.life = brokers, life
        self._database, self._pack = database, pack

    def tousu(self, *words: str) -> str:
        """A command for operators, which must succeed. Returns what it says."""
        place = ["--broker", self.life.pipeline.servers, "--database", self._database]
        asked = [str(Path(sys.executable).with_name("tousu")), *words, *place]
        clean = {name: value for name, value in os.environ.items() if not name.startswith("TOUSU_")}
        mine = {"TOUSU_MASTER_KEY": MASTER_KEY, "TOUSU_PACK": self._pack}
        done = subprocess.run(asked, capture_output=True, text=True, timeout=120, env=clean | mine)
        # 4: claims and penalties have no tables here, and audit says so.
        assert done.returncode == (4 if words[0] == "audit" else 0), f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def told(self) -> Iterator[tuple[str, dict[str, Any], bool]]:
        """What sla has said of clocks of this shard: the event, its data, whether something is in doubt then."""
        for record in self.life.pipeline.read(SLA)[SHARD]:
            said = dict(record.headers)
            kind = (said["ce_type"] or b"").decode().removeprefix("tousu.clock.").removesuffix(".v1")
            yield kind, orjson.loads(record.value or b"{}"), "tousu-confirmed" in said

    def unconfirmed(self) -> set[tuple[str, str]]:
        """The clocks whose breach nobody has confirmed or withdrawn yet."""
        found: set[tuple[str, str]] = set()
        for kind, data, _ in self.told():
            clock = (data.get("case_number", ""), data.get("clock", ""))
            if kind == "breached" and data.get("unconfirmed"):
                found.add(clock)
            elif kind in ("breach_confirmed", "breach_withdrawn"):
                found.discard(clock)
        return found

    def is_in_doubt(self) -> bool:
        """Whether the last that sla said was said in doubt."""
        return [in_doubt for _, _, in_doubt in self.told()][-1]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    pack = str(write_pack(tmp_path))
    with cluster(tmp_path / "kafka") as brokers, PostgresServer(tmp_path / "postgres") as postgres:
        lonely = NewTopic(APP, PARTITIONS, replica_assignment=[[1], [BROKERS]])
        admin = AdminClient({"bootstrap.servers": brokers.address})
        for made in admin.create_topics([lonely]).values():
            made.result(WAIT_S)
        database = postgres.create_database("tousu")
        settings = {"TOUSU_TIME": "wall", "TOUSU_PACK": pack}
        pipe = Pipeline(brokers.address, lambda _: database, tmp_path, settings, replicas=BROKERS)
        set_on_topic(brokers.address, APP, "min.insync.replicas", "1")
        with WallTime(pipe, Adapters(1, PARTITIONS), PER_SECOND) as life:
            life.start_copies(NAMES)
            life.until_back(180)
            life.go_on(20)
            yield Town(brokers, life, database, pack)


def test_time_goes_on_without_a_partition_that_has_no_leader(town: Town) -> None:
    life, lost = town.life, town.brokers.brokers[BROKERS - 1]
    killed_us = int(time.time() * 1e6)
    lost.kill()
    life.go_on(STANDS_S)
    assert life.pipeline.time_of(SLA, life.pipeline.read_now) < life.now() - 2 * BACK_WITHIN, "time waits for it"

    where = (str(SHARD), "--topic", APP, "--reason", "no leader")
    town.tousu("intake", "hold-out", *where)
    took_s = life.until_back(60)
    print(f"fault -> recovery: a partition without a leader, held out: {took_s:.1f} s after the command")
    assert took_s < BACK_S
    life.go_on(HELD_S)
    assert town.is_in_doubt()
    in_doubt = town.unconfirmed()
    assert len(in_doubt) > 10

    lost.start()
    life.go_on(120, until=lost.is_there)
    town.tousu("intake", "let-in", str(SHARD), "--topic", APP)
    let_in_s = time.monotonic()
    life.go_on(120, until=lambda: not town.is_in_doubt() and not in_doubt & town.unconfirmed())
    took_s = time.monotonic() - let_in_s
    print(f"fault -> recovery: let in again: {took_s:.1f} s until {len(in_doubt)} breaches were confirmed or withdrawn")
    assert not in_doubt & town.unconfirmed(), life.pipeline.logs()
    caught_up_us = int(time.time() * 1e6)
    audited = orjson.loads(town.tousu("audit", "--json"))
    assert (audited["findings"], audited["held_out"]) == ([], [])

    life.go_on(AFTER_S)
    life.go_on(QUIET_S, complaints=False)

    def accepted_late(number: str, complaint: Complaint) -> bool:
        """What the partition held unread is accepted when it is let in: what counts from the acceptance begins then."""
        was_held_out = complaint.topic == APP and number[9:11] == "01"
        return was_held_out and killed_us - UNREAD_US < complaint.told_us < caught_up_us

    found = life.end(accepted_late)
    print(found)
    assert not found.wrong, str(found)
    assert not town.unconfirmed() and not town.is_in_doubt()
