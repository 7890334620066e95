"""PostgreSQL away under load, in wall time, two copies of each processor: no clock starts or ends wrongly."""

from __future__ import annotations

from os import environ
from pathlib import Path

import pytest

from tests.faults.pipeline import PARTITIONS, PATIENCE_S, Pipeline
from tests.faults.short_limits import Adapters, write_pack
from tests.faults.timekeeping import Findings
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
        found = through_an_outage(life, own_postgres, before_s=8, outage_s=8, after_s=8, quiet_s=14)
    assert min(found.fates[fate] for fate in ("met", "withdrawn", "breached")) > 0, str(found)


@pytest.mark.long
def test_nothing_is_judged_wrongly_after_a_long_time_without_database(
    broker: KafkaBroker, own_postgres: PostgresServer, tmp_path: Path
) -> None:
    """TOUSU_OUTAGE_S: how long it is away."""
    outage_s = float(environ.get("TOUSU_OUTAGE_S", "40"))
    pipe = Pipeline(broker.address, own_postgres.create_database, tmp_path, settings(tmp_path))
    with WallTime(pipe, Adapters(1, PARTITIONS), per_second=50) as life:
        life.start_copies()
        found = through_an_outage(life, own_postgres, before_s=30, outage_s=outage_s, after_s=60, quiet_s=130)
    assert min(found.fates[fate] for fate in ("met", "withdrawn", "breached")) > 100, str(found)


def through_an_outage(
    life: WallTime, postgres: PostgresServer, *, before_s: float, outage_s: float, after_s: float, quiet_s: float
) -> Findings:
    """PostgreSQL is killed and comes back while complaints and reports go on; then reports alone. Nothing is wrong."""
    life.until_back()
    life.go_on(before_s)
    postgres.kill()
    life.go_on(outage_s)
    postgres.start()
    back_s = life.until_back(PATIENCE_S + outage_s)
    life.go_on(after_s)
    life.go_on(quiet_s, complaints=False)
    found = life.end()
    print(f"back after {back_s:.1f} s; {found}")
    assert not found.wrong, str(found)
    return found
