"""Every topic gets more partitions while adapters go on publishing: nothing is lost, doubled or out of order.

The adapters learn of the new partitions late, as real ones do. So for a while they write where it was right before.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import orjson
import pytest
from confluent_kafka.admin import AdminClient

from tests.faults.casework import Casework, half_hour
from tests.faults.conftest import Database
from tests.faults.oracle import head
from tests.faults.pipeline import MASTER_KEY, OURS_ASIDE, PROCESSORS, Pipeline, pipeline
from tests.faults.short_limits import Adapters
from tests.faults.test_wall_time import settings
from tests.faults.verdicts import settle
from tests.faults.wall_time import WallTime
from tousu.local.kafka import KafkaBroker

GROWN = 6
TOUSU = str(Path(sys.executable).with_name("tousu"))


def growing(pipe: Pipeline, more: Mapping[str, str] = {}) -> subprocess.Popen[str]:
    """`tousu topics grow`, just started."""
    environment = {**OURS_ASIDE, "TOUSU_BROKER": pipe.servers, "TOUSU_MASTER_KEY": MASTER_KEY, "TOUSU_TIME": "events"}
    command = [TOUSU, "topics", "grow", "--partitions", str(GROWN), "--data", str(pipe.folder), "--json"]
    return subprocess.Popen(
        command, env=environment | dict(more), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def end_of(command: subprocess.Popen[str]) -> dict[str, object]:
    out, error = command.communicate(timeout=120)
    assert command.returncode == 0, f"{out}\n{error}"
    found: dict[str, object] = orjson.loads(out)
    return found


def stop_all(pipe: Pipeline) -> None:
    for copy in pipe.copies:
        assert copy.end() == 0


def has_members(pipe: Pipeline) -> bool:
    """Whether a group has members still: of a copy under a fixed name it hears that it is gone a session later."""
    admin = AdminClient({"bootstrap.servers": pipe.servers, "log_level": 0})  # kept: who is gone has no answer
    answer = admin.list_consumer_groups().result()
    groups = [group for group in answer.valid if group.group_id.startswith("tousu.")]
    return bool(answer.errors) or any(group.state.name not in ("EMPTY", "DEAD") for group in groups)


def start_all(pipe: Pipeline, partitions: int) -> None:
    """With the count that processors are told; what adapters know of is another thing."""
    known, pipe.partitions = pipe.partitions, partitions
    for name in PROCESSORS:
        pipe.start(name)
    pipe.partitions = known


def test_a_story_that_begins_among_two_partitions_ends_among_six_as_if_it_had_begun_there(
    broker: KafkaBroker, sqlite: Database, tmp_path: Path
) -> None:
    """Judged by what must come of each case, its money and its clocks; each processor is rebuilt byte for byte."""
    with pipeline(broker.address, sqlite, tmp_path) as pipe:
        casework = Casework(pipe, seed=5)
        pipe.start_all()

        def is_enough() -> bool:
            half_hour(pipe, casework)
            return len(casework.claimwork.stories) > 1

        pipe.until(is_enough, "some claims")
        stop_all(pipe)
        pipe.until(lambda: not has_members(pipe), "the end of the members' sessions")
        end_of(growing(pipe))
        start_all(pipe, GROWN)
        for _ in range(3):  # adapters know of two partitions still
            casework.complain()
        casework.answer()
        pipe.flush()
        pipe.learn_partitions(GROWN)
        settle(pipe, casework)
        logs = pipe.read("complaints.accepted")
        assert all(any(head(each, "ce_type") != "tousu.time.ticked.v1" for each in log) for log in logs)


@pytest.mark.long
def test_a_deployment_grows_under_load_and_nothing_is_judged_wrongly(
    broker: KafkaBroker, sqlite: Database, tmp_path: Path
) -> None:
    """In wall time: limits of a minute or two, reports in time and late, adapters that never stop."""
    own = settings(tmp_path)
    pipe = Pipeline(broker.address, sqlite, tmp_path, own)
    with WallTime(pipe, Adapters(1, pipe.partitions, old=True), per_second=16) as life:
        life.start_copies(copies=1)
        life.until_back()
        life.go_on(8)
        stop_all(pipe)
        life.go_on(2)
        life.go_on(60, until=lambda: not has_members(pipe))
        command = growing(pipe, own)
        life.go_on(60, until=lambda: command.poll() is not None)
        print(end_of(command))
        start_all(pipe, GROWN)
        life.until_back()  # those that wrote to the old places are heard before they learn of the new ones
        before = sum(map(len, (log for topic in pipe.inbound for log in pipe.read(topic))))
        pipe.learn_partitions(GROWN)
        life.adapters.partitions = GROWN
        back_s = life.until_back()
        life.go_on(8)
        life.go_on(14, complaints=False)
        found = life.end()
        print(f"back after {back_s:.1f} s; {before}; {found}")
        assert not found.wrong, str(found)
        assert min(found.fates[fate] for fate in ("met", "withdrawn", "breached")) > 0, str(found)
        pipe.command("audit", "--data", str(tmp_path))
