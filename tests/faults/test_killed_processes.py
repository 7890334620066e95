"""Real processes, real broker, real databases: processors are killed at every named point of the loop.

The short form kills at every point on SQLite and on PostgreSQL, each processor at some points; the long form kills each
processor at every point.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.faults.casework import Casework, half_hour
from tests.faults.conftest import ON_SQLITE, Database
from tests.faults.pipeline import PROCESSORS, pipeline
from tests.faults.verdicts import settle
from tousu.local.kafka import KafkaBroker
from tousu.runtime.failpoints import POINTS


def dealt_out() -> dict[str, list[str]]:
    """Every point once on each kind of database, in turn to the processors that are on it."""
    on_postgresql = [name for name in PROCESSORS if name not in ON_SQLITE]
    kinds = (ON_SQLITE, on_postgresql)
    return {name: list(POINTS[place :: len(names)]) for names in kinds for place, name in enumerate(names)}


def test_no_death_at_any_point_loses_repeats_or_reorders_anything(
    broker: KafkaBroker, mixed: Database, tmp_path: Path
) -> None:
    die_and_judge(broker, mixed, tmp_path, dealt_out())


@pytest.mark.long
def test_no_death_of_any_processor_at_any_point_loses_repeats_or_reorders_anything(
    broker: KafkaBroker, database: Database, tmp_path: Path
) -> None:
    die_and_judge(broker, database, tmp_path, dict.fromkeys(PROCESSORS, POINTS))


def die_and_judge(broker: KafkaBroker, database: Database, folder: Path, points: Mapping[str, Sequence[str]]) -> None:
    todo = {name: list(points[name]) for name in PROCESSORS}
    deaths_wanted = sum(map(len, todo.values()))
    with pipeline(broker.address, database, folder) as pipe:
        casework = Casework(pipe, seed=1)
        running = {name: pipe.start(name, failpoint=f"{todo[name].pop(0)}:1") for name in PROCESSORS}
        deaths = 0

        def struck_again() -> bool:
            nonlocal deaths
            before = deaths
            for name, copy in running.items():
                if copy.alive:
                    continue
                assert copy.process.returncode == -9, f"{name} ended by itself\n{pipe.logs()}"
                deaths += 1
                point = todo[name].pop(0) if todo[name] else ""
                running[name] = pipe.start(name, failpoint=f"{point}:{1 + deaths % 2}" if point else "")
            half_hour(pipe, casework)
            return deaths > before

        while deaths < deaths_wanted:
            pipe.until(struck_again, f"another death: {deaths} of {deaths_wanted} so far")
        settle(pipe, casework)
