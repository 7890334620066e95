"""The whole pipeline on a bad network, two copies of each processor, judged by the oracle: `make faults-long`.

Only the processors go through the proxies; what the test says and reads does not. It prints how long each fault takes
to be made good: from its end until every processor has worked up to the last thing that had been said by then.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple

import pytest
from sqlalchemy.exc import ProgrammingError

from tests.faults.casework import Casework, finish, half_hour, time_of
from tests.faults.pipeline import PARTITIONS, PATIENCE_S, PROCESSORS, Pipeline, pipeline
from tests.faults.proxy import Proxy
from tests.faults.short_limits import Adapters, write_pack
from tests.faults.verdicts import assert_all_occurred, judge
from tests.faults.wall_time import WallTime
from tousu.local.kafka import KafkaBroker
from tousu.local.machine import LOOPBACK, free_port
from tousu.local.postgres import PostgresServer

pytestmark = pytest.mark.long

OUTAGE_S = 40.0
BACK_S = 30.0
"""Back to work so soon after the end of a fault (issue 9)."""
SAY_EVERY_S = 0.2
PER_SECOND = 16
BEFORE_S, AFTER_S, QUIET_S = 8.0, 20.0, 60.0


class Ground:
    """The pipeline on real servers behind proxies, and what it is told."""

    def __init__(self, pipe: Pipeline, to_kafka: Proxy, to_postgres: Proxy) -> None:
        self.pipe = pipe
        self.to_kafka, self.to_postgres = to_kafka, to_postgres
        self.casework = Casework(pipe, seed=5)

    def live_on(self, seconds: float) -> None:
        """Customers go on complaining, whether anybody listens or not."""
        until_s = time.monotonic() + seconds
        while time.monotonic() < until_s:
            half_hour(self.pipe, self.casework)
            next_s = time.monotonic() + SAY_EVERY_S
            self.casework.complain()
            self.pipe.until(partial(_is_past, next_s), "the next complaint")

    def back_s(self, fault: str) -> float:
        """Seconds until everybody has worked up to where the story stands now."""
        began_s, goal = time.monotonic(), self.pipe.time
        for minutes in (1, 2, 3):  # what merges two inputs applies a time when both have gone past it
            self.pipe.tick(goal + timedelta(minutes=minutes))
        for name in PROCESSORS:
            self.pipe.until(partial(self._is_at, name, goal.timestamp()), f"the return of {name}")
        took_s = time.monotonic() - began_s
        print(f"fault -> recovery: {fault}: {took_s:.1f} s")
        return took_s

    def _is_at(self, name: str, goal_s: float) -> bool:
        try:
            return time_of(self.pipe, name).timestamp() >= goal_s
        except ProgrammingError:
            return False  # it has not made its tables yet

    def judge(self) -> None:
        assert all(copy.alive for copy in self.pipe.copies), self.pipe.logs()
        self.pipe.tick(self.pipe.time + timedelta(minutes=30))  # past the last complaint
        assert_all_occurred(judge(self.pipe, self.casework, finish(self.pipe, self.casework)))


def _is_past(moment_s: float) -> bool:
    return time.monotonic() >= moment_s


def with_a_second_door(folder: Path, port: int, proxied_port: int, own_port: int) -> KafkaBroker:
    """A broker that tells the clients of one listener the proxy's port, and those of another its own."""
    broker = KafkaBroker(folder, port, advertised_port=proxied_port)
    broker._settings |= {
        "listeners": f"PLAINTEXT://{LOOPBACK}:{port},OWN://{LOOPBACK}:{own_port},"
        f"CONTROLLER://{LOOPBACK}:{broker._controller_port}",
        "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{proxied_port},OWN://{LOOPBACK}:{own_port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,OWN:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "OWN",
    }
    return broker


class Doors(NamedTuple):
    """A broker and PostgreSQL, each with a proxy in front of a door for the processors, and a door for the test."""

    to_kafka: Proxy
    to_postgres: Proxy
    servers: str
    postgres: PostgresServer

    def start_copies(self, pipe: Pipeline, names: Sequence[str]) -> None:
        """Two copies of each of these processors, behind the proxies."""
        own_doors = pipe.servers, pipe.databases
        pipe.servers = f"{LOOPBACK}:{self.to_kafka.port}"
        pipe.databases = {name: self.postgres.url(name, self.to_postgres.port) for name in names}
        for name in names:
            for number in (0, 1):
                pipe.start(name, number, fixed_member=False)
        pipe.servers, pipe.databases = own_doors


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[Doors]:
    kafka_port, own_port = free_port(), free_port()
    to_kafka = Proxy(kafka_port)
    server = PostgresServer(tmp_path / "postgres")
    to_postgres = Proxy(server.port)
    broker = with_a_second_door(tmp_path / "kafka", kafka_port, to_kafka.port, own_port)
    with to_kafka, to_postgres, broker, server:
        yield Doors(to_kafka, to_postgres, f"{LOOPBACK}:{own_port}", server)


@pytest.fixture
def ground(doors: Doors, tmp_path: Path) -> Iterator[Ground]:
    with pipeline(doors.servers, doors.postgres.create_database, tmp_path) as pipe:
        doors.start_copies(pipe, PROCESSORS)
        made = Ground(pipe, doors.to_kafka, doors.to_postgres)
        made.live_on(5)
        made.back_s("start of ten copies")
        yield made


@pytest.mark.parametrize("which", ["to_postgres", "to_kafka"])
def test_forty_silent_seconds(ground: Ground, which: Literal["to_postgres", "to_kafka"]) -> None:
    proxy: Proxy = getattr(ground, which)
    proxy.swallow()
    ground.live_on(OUTAGE_S)
    proxy.restore()
    assert ground.back_s(f"{which} silent for {OUTAGE_S:g} s") < BACK_S
    ground.judge()


@pytest.mark.parametrize("which", ["to_postgres", "to_kafka"])
def test_two_seconds_of_latency(ground: Ground, which: Literal["to_postgres", "to_kafka"]) -> None:
    proxy: Proxy = getattr(ground, which)
    proxy.delay_s = 1.0  # each way
    ground.live_on(OUTAGE_S)
    proxy.delay_s = 0.0
    assert ground.back_s(f"{which} with 2 s of latency for {OUTAGE_S:g} s") < BACK_S
    ground.judge()


@pytest.mark.parametrize("when", ["before", "after"])
def test_resets_in_the_middle_of_commits(ground: Ground, when: Literal["before", "after"]) -> None:
    proxy = ground.to_postgres
    for _ in range(20):
        proxy.cuts, proxy.cut_commit = 0, when
        ground.live_on(1)
        ground.pipe.until(lambda: proxy.cuts, "a commit to cut")
        proxy.cut_commit = ""
    assert ground.back_s(f"20 resets {when} a commit's answer") < BACK_S
    ground.judge()


def silent(doors: Doors, which: str, life: WallTime) -> None:
    proxy: Proxy = getattr(doors, which)
    proxy.swallow()
    life.go_on(OUTAGE_S)
    proxy.restore()


def slow(doors: Doors, which: str, life: WallTime) -> None:
    proxy: Proxy = getattr(doors, which)
    proxy.delay_s = 1.0  # each way
    life.go_on(OUTAGE_S)
    proxy.delay_s = 0.0


def cut(doors: Doors, when: Literal["before", "after"], life: WallTime) -> None:
    for _ in range(20):
        doors.to_postgres.cuts, doors.to_postgres.cut_commit = 0, when
        life.go_on(60, until=lambda: doors.to_postgres.cuts > 0)
        doors.to_postgres.cut_commit = ""


@pytest.mark.parametrize(
    ("fault", "how"),
    ((silent, "to_postgres"), (silent, "to_kafka"), (slow, "to_postgres"), (slow, "to_kafka"), (cut, "before"),
     (cut, "after")),
)  # fmt: skip
def test_no_limit_is_judged_wrongly(
    doors: Doors, tmp_path: Path, fault: Callable[[Doors, str, WallTime], None], how: str
) -> None:
    """In wall time, by the oracle that reads the inbound records alone (timekeeping.py)."""
    settings = {"TOUSU_TIME": "wall", "TOUSU_PACK": str(write_pack(tmp_path))}
    pipe = Pipeline(doors.servers, doors.postgres.create_database, tmp_path, settings)
    with WallTime(pipe, Adapters(1, PARTITIONS), PER_SECOND) as life:
        doors.start_copies(pipe, ("intake", "router", "sla"))
        life.until_back(PATIENCE_S)
        life.go_on(BEFORE_S)
        fault(doors, how, life)
        took_s = life.until_back(PATIENCE_S)
        life.go_on(AFTER_S)
        life.go_on(QUIET_S, complaints=False)
        found = life.end()
        print(f"fault -> recovery: {fault.__name__} {how}: {took_s:.1f} s; {found}")
        assert not found.wrong, str(found)
        assert min(found.fates[fate] for fate in ("met", "withdrawn", "breached")) > 50, str(found)
        assert took_s < BACK_S
