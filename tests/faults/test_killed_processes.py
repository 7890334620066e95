"""Real processes, real broker, real databases: each processor is killed at every named point of the loop."""

from __future__ import annotations

from pathlib import Path

from tests.faults.casework import Casework, finish, half_hour
from tests.faults.conftest import Database
from tests.faults.pipeline import PROCESSORS, pipeline
from tests.faults.verdicts import assert_all_occurred, judge
from tousu.local.kafka import KafkaBroker
from tousu.runtime.failpoints import POINTS

DEATHS = len(POINTS) * len(PROCESSORS)


def test_no_death_at_any_point_loses_repeats_or_reorders_anything(
    broker: KafkaBroker, database: Database, tmp_path: Path
) -> None:
    with pipeline(broker.address, database, tmp_path) as pipe:
        casework = Casework(pipe, seed=1)
        todo = {name: list(POINTS) for name in PROCESSORS}
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

        while deaths < DEATHS:
            pipe.until(struck_again, f"another death: {deaths} of {DEATHS} so far")
        end = finish(pipe, casework)
        found = judge(pipe, casework, end)
    assert_all_occurred(found)
