"""A database whose disk is full: the processor waits, names the cause and goes on when there is room."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
import sqlalchemy as sa

from tests.faults.pipeline import PARTITIONS, Pipeline
from tests.faults.short_limits import Adapters, write_pack
from tests.faults.test_bad_network import Scene, Town
from tests.faults.wall_time import WallTime
from tests.integration.process.conftest import wait_until
from tests.integration.runtime.counting import counter, keeper
from tests.integration.runtime.world import World
from tousu.local.kafka import KafkaBroker
from tousu.local.postgres import PostgresServer

ON_AGAIN_S = 21.0
"""The longest that a processor takes to notice that there is room (issue 9)."""
DISK_MB = 48
BALLAST_BYTES = 64 * 1024
MANY = 20_000
"""Events whose states need more room than any page has left."""


def test_a_full_sqlite_file_is_waited_out_and_leaves_no_half_turn(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.sqlite'}"
    world = World(url, partitions=1, batch_max=4_000)
    world.tuning = world.tuning._replace(retry_delay_s_max=0.1)
    loop = world.copy(keeper())
    world.copy(counter())
    pages_max = 0

    @sa.event.listens_for(loop._store._engine, "connect")
    def bound(connection: Any, record: object) -> None:
        if pages_max:
            connection.execute(f"PRAGMA max_page_count={pages_max}")

    world.send("first")
    world.run()
    with sqlite(url) as connection:
        pages_max = connection.exec_driver_sql("PRAGMA page_count").scalar_one() + 1
    loop._store.reset()  # so that the bound holds for the connection
    before, published = states(url), len(world.noted())
    for number in range(MANY // 10):
        world.send(f"key {number}")
    trouble = world.diaries[loop].lines
    wait_until(lambda: loop.step(0) or any("retrying" in line for line in trouble), "the disk is full")
    assert "full" in trouble[-1]
    assert "database_away" in trouble[-1] and not loop.halted
    assert (states(url), len(world.noted())) == (before, published)
    pages_max = 1_000_000
    wait_until(lambda: loop.step(0) or len(world.noted()) > published, "it goes on", ON_AGAIN_S)
    world.run()
    assert len(world.noted()) == 1 + MANY // 10
    assert not loop.halted


@contextmanager
def sqlite(url: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def states(url: str) -> list[Any]:
    """The keeper's states and how far its shards are."""
    with sqlite(url) as connection:
        seen = connection.exec_driver_sql("SELECT shard, key, doc FROM keeper_seen ORDER BY 1, 2").all()
        turns = connection.exec_driver_sql("SELECT shard, turn, pending FROM keeper_checkpoint ORDER BY 1").all()
    return [tuple(row) for row in (*seen, *turns)]


@pytest.mark.long
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a file system of a bounded size")
def test_a_full_disk_of_postgresql_is_waited_out(tmp_path: Path) -> None:
    made = Town(tmp_path)
    with small_disk(tmp_path / "small") as disk, made.to_kafka, made.to_postgres, made.kafka, made.postgres:
        owner = (tmp_path / "postgres").stat()
        os.chown(disk, owner.st_uid, owner.st_gid)
        with psycopg.connect(made.postgres.url(), autocommit=True) as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{disk}'".encode())
            connection.execute("ALTER ROLE tousu SET default_tablespace = small")
        scene = Scene(made, tmp_path)
        scene.make_topics()
        keeping = scene.copy("keeper")
        scene.say(40)
        wait_until(lambda: keeping.ready() and seen(scene) == 40, "it has worked")
        ballast = disk / "ballast"
        fill(ballast)
        scene.say(MANY)
        wait_until(lambda: "database_away" in keeping.why_not(), "it says that the database is away")
        assert "No space left" in keeping.get("/readyz")[1]
        assert keeping.get("/livez")[0] == 200
        assert seen(scene) < 40 + MANY
        ballast.unlink()
        wait_until(keeping.ready, "it is ready")
        wait_until(lambda: seen(scene) >= 40 + MANY, "it has caught up")
        assert seen(scene) == 40 + MANY
        scene.end()


@pytest.mark.long
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a file system of a bounded size")
def test_a_full_disk_of_the_broker_is_waited_out(tmp_path: Path, own_postgres: PostgresServer) -> None:
    """Kafka gives up a broker whose only disk is full; whoever makes room starts it again."""
    settings = {"TOUSU_TIME": "wall", "TOUSU_PACK": str(write_pack(tmp_path))}
    with small_disk(tmp_path / "small") as disk, KafkaBroker(disk / "kafka") as broker:
        pipe = Pipeline(broker.address, own_postgres.create_database, tmp_path, settings)
        with WallTime(pipe, Adapters(1, PARTITIONS), per_second=16) as life:
            life.start_copies(("intake", "router", "sla"))
            life.until_back()
            life.go_on(15)
            ballast = disk / "ballast"
            fill(ballast)
            life.go_on(60, until=lambda: not broker.alive)
            assert not broker.alive, "the broker goes on with a full disk"
            life.go_on(20)
            ballast.unlink()
            broker.start()
            back_s = life.until_back()
            life.go_on(20)
            life.go_on(40, complaints=False)
            found = life.end()
    print(f"fault -> recovery: the broker's disk full: {back_s:.1f} s; {found}")
    assert back_s < 30
    assert not found.wrong, str(found)


def seen(scene: Scene) -> int:
    """What the keeper has noted."""
    with psycopg.connect(scene._database) as connection:
        rows = connection.execute("SELECT doc FROM keeper_seen").fetchall()
    return sum(orjson.loads(doc)["count"] for (doc,) in rows)


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(ballast: Path) -> None:
    """Write until nothing fits any more."""
    with ballast.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        write_on(file)


def write_on(file: FileIO) -> None:
    while True:
        file.write(bytes(BALLAST_BYTES))
