"""Three brokers, two copies of each processor, a load: brokers are lost and come back, everybody is killed.

`make faults-long`. The oracle (timekeeping.py) reads the inbound records alone. Each test prints how long it took until
the watermark was near the wall again.
"""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.faults.cluster import BROKERS, Cluster, Member, cluster
from tests.faults.pipeline import PARTITIONS, Copy, Pipeline
from tests.faults.short_limits import Adapters, write_pack
from tests.faults.wall_time import WallTime
from tousu.local.postgres import PostgresServer

pytestmark = pytest.mark.long

NAMES = ("intake", "router", "sla")
PER_SECOND = 16
"""Complaints; reports come to as many again."""
BACK_S = 30.0
"""Back at work so soon after the end of a fault (issue 9)."""
BEFORE_S, OUTAGE_S, AFTER_S, QUIET_S = 20.0, 40.0, 40.0, 60.0
KILLS = 30
KILL_EVERY_S = 3.0
BROKER_PAUSE_S = 5.0


class Town:
    """A cluster, and a pipeline on it that has worked for a while."""

    def __init__(self, brokers: Cluster, life: WallTime) -> None:
        self.brokers, self.life = brokers, life
        self.chance = random.Random(9)

    def lose(self, count: int) -> list[Member]:
        """Kill so many brokers, those that lead most first: the first leads the controllers' quorum or a partition."""
        lost = self.brokers.brokers[:count]
        for each in lost:
            each.kill()
        return lost

    def give_back(self, lost: list[Member]) -> None:
        for each in lost:
            each.start()
        for each in lost:
            self.wait_for(each)

    def wait_for(self, broker: Member) -> None:
        """Until it answers, while customers go on complaining."""
        self.life.go_on(120, until=broker.is_there)
        assert broker.is_there(), f"{broker.data_dir.name} does not come back"

    def back(self, after: str) -> None:
        """Counts from when the brokers lead every partition again: how long they take for that is not ours."""
        began_s = time.monotonic()
        self.life.go_on(120, until=self.brokers.lead_all)
        led_s = time.monotonic() - began_s
        took_s = self.life.until_back(120)
        print(f"fault -> recovery: {after}: {took_s:.1f} s, after {led_s:.1f} s in which the brokers settled")
        assert took_s < BACK_S

    def end(self) -> None:
        """Let the clocks run out; everything is judged."""
        self.life.go_on(AFTER_S)
        self.life.go_on(QUIET_S, complaints=False)
        assert all(copy.alive for copy in self.life.pipeline.newest()), self.life.pipeline.logs()
        found = self.life.end()
        print(found)
        assert not found.wrong, str(found)
        assert min(found.fates[fate] for fate in ("met", "withdrawn", "breached")) > 100, str(found)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    settings = {"TOUSU_TIME": "wall", "TOUSU_PACK": str(write_pack(tmp_path))}
    with cluster(tmp_path / "kafka") as brokers, PostgresServer(tmp_path / "postgres") as postgres:
        pipe = Pipeline(brokers.address, postgres.create_database, tmp_path, settings, replicas=BROKERS)
        with WallTime(pipe, Adapters(1, PARTITIONS), PER_SECOND) as life:
            life.start_copies(NAMES)
            life.until_back(90)
            life.go_on(BEFORE_S)
            yield Town(brokers, life)


def test_one_of_three_brokers_lost_and_back(town: Town) -> None:
    lost = town.lose(1)
    town.back("one of three brokers lost")
    town.life.go_on(OUTAGE_S)
    town.give_back(lost)
    town.back("the broker is back")
    town.end()


def test_two_of_three_brokers_lost_and_back(town: Town) -> None:
    """What is left takes no record: nothing is lost, and everybody works again when one of the two is back."""
    lost = town.lose(2)
    town.life.go_on(OUTAGE_S)
    town.give_back(lost)
    town.back("two of three brokers back")
    town.end()


def test_thirty_kills_and_a_rolling_restart(town: Town) -> None:
    """A processor is killed every three seconds, while every copy and every broker is stopped in order and started."""
    life = town.life
    rolling = _roll(town)
    for _ in range(KILLS):
        began_s = time.monotonic()
        victim = town.chance.choice([copy for copy in life.pipeline.newest() if copy.alive])
        victim.signal(signal.SIGKILL)
        life.go_on(10, until=lambda victim=victim: not victim.alive)  # type: ignore[misc]
        life.pipeline.start(victim.name, victim.number)
        next(rolling, None)
        life.go_on(KILL_EVERY_S - (time.monotonic() - began_s))
    for _ in rolling:
        life.go_on(1)
    town.back("30 kills and a rolling restart")
    town.end()


def _roll(town: Town) -> Iterator[None]:
    """Restart everybody in order, a step at a time."""
    life = town.life
    for broker in town.brokers.brokers:
        broker.stop()
        broker.start()
        yield
        town.wait_for(broker)
        yield
    for each in [(copy.name, copy.number) for copy in life.pipeline.newest()]:
        copy = _newest(life.pipeline, each)
        copy.signal(signal.SIGTERM)
        life.go_on(15, until=partial(_has_ended, copy))
        assert not copy.alive, f"{copy.name} does not end"
        life.pipeline.start(*each)
        yield


def _newest(pipe: Pipeline, which: tuple[str, int]) -> Copy:
    return next(copy for copy in pipe.newest() if (copy.name, copy.number) == which)


def _has_ended(copy: Copy) -> bool:
    return not copy.alive
