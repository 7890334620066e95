"""PostgreSQL away under load, in wall time, two copies of each processor: no clock starts or ends wrongly."""

from __future__ import annotations

from pathlib import Path

from tests.faults.pipeline import PARTITIONS, Pipeline
from tests.faults.short_limits import Adapters, write_pack
from tests.faults.wall_time import WallTime
from tousu.local.kafka import KafkaBroker
from tousu.local.postgres import PostgresServer


def settings(folder: Path) -> dict[str, str]:
    """Wall time, limits of a minute or two."""
    return {"TOUSU_TIME": "wall", "TOUSU_PACK": str(write_pack(folder))}


def test_nothing_is_judged_wrongly_after_the_database_was_away(
    broker: KafkaBroker, own_postgres: PostgresServer, tmp_path: Path
) -> None:
    pipe = Pipeline(broker.address, own_postgres.create_database, tmp_path, settings(tmp_path))
    with WallTime(pipe, Adapters(1, PARTITIONS, old=True), per_second=16) as life:
        life.start_copies(("intake", "router", "sla"))
        print(f"up after {life.until_back(60):.1f} s")
        life.go_on(8)
        own_postgres.kill()
        life.go_on(8)
        own_postgres.start()
        back_s = life.until_back(60)
        life.go_on(8)
        life.go_on(14, complaints=False)
        found = life.end()
    print(f"back after {back_s:.1f} s; {found}")
    assert not found.wrong, str(found)
    assert min(found.fates[fate] for fate in ("met", "withdrawn", "breached")) > 20, str(found)
