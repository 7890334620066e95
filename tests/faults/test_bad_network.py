"""A bad network between processors and their servers: silence, delay and resets, by a proxy that acknowledges all."""

from __future__ import annotations

import itertools
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Literal

import orjson
import psycopg
import pytest

from tests.faults.proxy import Proxy
from tests.integration.process.conftest import Copy, Stage, wait_until
from tests.integration.runtime.counting import counter
from tousu.local.kafka import KafkaBroker
from tousu.local.machine import free_port
from tousu.local.postgres import PostgresServer
from tousu.runtime.census import Census
from tousu.runtime.checkpoint import Checkpoint
from tousu.runtime.process import STOPPED
from tousu.runtime.stopping import CUT_SHORT
from tousu.runtime.store import Store
from tousu.runtime.watch import Glance, Watch

STOP_S = 60.0
"""SIGTERM ends a copy within this time, whatever hangs; on an idle machine within ten seconds."""
TOLD_S = 25.0
"""A silence is told before the count is given up, which takes 30 s."""

_numbers = itertools.count(1)


class Town:
    """Real servers, each behind a proxy that test and processors share."""

    def __init__(self, folder: Path) -> None:
        kafka_port = free_port()
        self.to_kafka = Proxy(kafka_port)
        self.kafka = KafkaBroker(folder / "kafka", kafka_port, advertised_port=self.to_kafka.port)
        self.postgres = PostgresServer(folder / "postgres")
        self.to_postgres = Proxy(self.postgres.port)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    made = Town(tmp_path_factory.mktemp("town"))
    with made.to_kafka, made.to_postgres, made.kafka, made.postgres:
        yield made


class Scene(Stage):
    """Topics of their own and the copies on them. What is counted is asked for past the proxy."""

    def __init__(self, town: Town, folder: Path) -> None:
        super().__init__(town.kafka, folder)
        self.prefix = f"net{next(_numbers)}."
        self.town = town
        self._sent = 0
        self._database = ""

    def copy(self, which: str, proxy: Proxy | None = None, settings: Mapping[str, str] = {}) -> Copy:
        """A copy with a database of its own behind a proxy."""
        name = f"{which}_{next(_numbers)}"
        self._database = self.town.postgres.create_database(name)
        url = self.town.postgres.url(name, (proxy or self.town.to_postgres).port)
        return self.start(which, **{"database": url, "session_s": "6", **settings})

    def say(self, count: int) -> None:
        self.publish(count)
        self._sent += count

    def counted(self) -> int:
        """What the database made last says, which is the counter's."""
        with psycopg.connect(self._database) as connection:
            rows = connection.execute("SELECT doc FROM counter_tally").fetchall()
        return sum(orjson.loads(doc)["count"] for (doc,) in rows)

    def back_s(self) -> float:
        """How long until every copy is ready and all that was said is counted; a thing counted twice is seen, too."""
        began_s = time.monotonic()
        wait_until(lambda: all(copy.ready() for copy in self.copies) and self.counted() >= self._sent, "all is counted")
        assert self.counted() == self._sent
        return time.monotonic() - began_s


def pair(town: Town, folder: Path, settings: Mapping[str, str]) -> Scene:
    """A keeper and a counter that have worked."""
    scene = Scene(town, folder)
    scene.make_topics()
    for which in ("keeper", "counter"):
        scene.copy(which, settings=settings)
    scene.say(40)
    scene.back_s()
    return scene


@pytest.fixture(scope="module")
def at_work(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A keeper and a counter at work; every test leaves them so."""
    scene = pair(town, tmp_path_factory.mktemp("pair"), {"statement_s": "1"})
    yield scene
    scene.end()


def blame(copies: Sequence[Copy], reason: str, other: str) -> None:
    """Every copy names the cause and lives on; what has nothing to do with it is not blamed."""
    seen: set[str] = set()

    def blamed(copy: Copy) -> bool:
        seen.update(copy.why_not())
        return reason in copy.why_not()

    for copy in copies:
        wait_until(partial(blamed, copy), f"it says {reason}")
        assert copy.get("/livez")[0] == 200
    assert other not in seen


def test_a_silent_database_is_named_and_left_for_a_new_connection(at_work: Scene) -> None:
    proxy = at_work.town.to_postgres
    proxy.swallow()
    at_work.say(40)
    blame(at_work.copies, "database_away", other="broker_away")
    proxy.restore()
    at_work.back_s()


def test_a_silent_broker_is_named_and_left_for_a_new_connection(at_work: Scene) -> None:
    proxy = at_work.town.to_kafka
    proxy.swallow()
    blame(at_work.copies, "broker_away", other="database_away")
    proxy.restore()
    at_work.say(40)
    at_work.back_s()


def test_silence_is_told_although_a_count_is_under_way(town: Town) -> None:
    name = f"counted_{next(_numbers)}"
    database, watch = town.postgres.create_database(name), Watch()
    processor = counter()
    with closing(Store(database, processor.name, processor.kinds)) as store:
        store.create()
    with Proxy(town.postgres.port) as proxy, psycopg.connect(database) as other:
        other.execute("LOCK TABLE counter_tally IN ACCESS EXCLUSIVE MODE")  # the count waits for it for half a minute
        watch.begin_work()
        watch.turned(Glance(frozenset({0}), {0: Checkpoint(time_us=0)}, {}))
        census = Census(town.postgres.url(name, proxy.port), processor.name, processor.kinds, watch, 0.2)
        census.start()
        wait_until(lambda: waits_for_a_lock(database), "a count is under way")
        proxy.swallow()
        wait_until(lambda: watch.database_trouble, "the silence is told", TOLD_S)
        proxy.restore()
        wait_until(lambda: not watch.database_trouble, "the answer is told")
        census.stop()


def waits_for_a_lock(database: str) -> bool:
    with psycopg.connect(database) as connection:
        found = connection.execute("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'").fetchall()
    return bool(found)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_commit_whose_answer_is_lost_counts_once(at_work: Scene, when: Literal["before", "after"]) -> None:
    proxy = at_work.town.to_postgres
    for _ in range(3):
        proxy.cuts = 0
        proxy.cut_commit = when
        at_work.say(40)
        wait_until(lambda: proxy.cuts, "a commit is cut")
        proxy.cut_commit = ""
        at_work.back_s()


def test_sigterm_ends_a_copy_whatever_hangs(town: Town, tmp_path: Path) -> None:
    scene = Scene(town, tmp_path)
    scene.make_topics()
    with Proxy(town.postgres.port) as to_silent:
        working = scene.copy("keeper", settings={"group": "a"})
        in_a_turn = scene.copy("keeper", to_silent, {"group": "b", "statement_s": "600"})
        without_broker = scene.copy("keeper", settings={"group": "c"})
        wait_until(lambda: all(copy.ready() for copy in scene.copies), "all are ready")
        assert stopped([working]) == [STOPPED]
        to_silent.swallow()
        at_start = scene.copy("keeper", to_silent, {"group": "d"})
        blame([in_a_turn], "database_away", other="broker_away")
        wait_until(lambda: "started" in at_start.text(), "it waits for the database")
        scene.publish(400)
        town.to_kafka.swallow()
        at_start_too = scene.copy("keeper", settings={"group": "e"})
        wait_until(lambda: "started" in at_start_too.text(), "it waits for the broker")
        codes = stopped([in_a_turn, without_broker, at_start, at_start_too])
        town.to_kafka.restore()
    assert codes[0] == CUT_SHORT
    assert set(codes) <= {STOPPED, CUT_SHORT}
    for copy in scene.copies:
        assert (copy.log()[-1]["event"], copy.log()[-1]["exit_code"]) == ("ended", copy.process.returncode)


def stopped(copies: Sequence[Copy]) -> list[int]:
    """The exit codes after a SIGTERM to all of them at once."""
    for copy in copies:
        copy.process.send_signal(signal.SIGTERM)
    began_s = time.monotonic()
    wait_until(lambda: all(copy.process.poll() is not None for copy in copies), "all have ended", STOP_S)
    print(f"ended after {time.monotonic() - began_s:.1f} s")
    return [copy.process.returncode for copy in copies]
