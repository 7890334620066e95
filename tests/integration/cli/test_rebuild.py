"""A rebuild beside the processors at work: it stops where the inputs ended when it began, and says what was said."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from tests.faults.verdicts import states
from tests.integration.cli.test_commands import run
from tests.integration.cli.test_deleted_unread import Running, broker, eventually, rows, start, write_letters
from tests.integration.client.test_subscriber import numbered, write
from tests.integration.rebuilt import faithful_at_rest
from tests.printed import document_of
from tousu.simulation.processors import WITH_CHECKPOINT

__all__ = ["broker", "start"]


@pytest.mark.kafka
def test_a_rebuild_of_what_is_at_work_stops_at_a_stated_place(
    broker: str, start: Callable[[], Running], tmp_path: Path
) -> None:
    asked = ("--broker", broker, "--data", str(tmp_path / "data"))
    running = start()
    running.says("all processors work")
    write_letters(broker, 0, 3)
    write_letters(broker, 1, 3)
    eventually(lambda: run("backlog", *asked, "--check").returncode == 0, "the letters are not read")
    for processor in WITH_CHECKPOINT[1:]:
        into = f"sqlite:///{tmp_path / f'rebuilt-{processor}.sqlite'}"
        done = run("rebuild", processor, *asked, "--into", into, "--json")
        assert done.returncode == 0, done.stderr.decode()
        rebuilt = document_of(done)
        assert rebuilt["faithful"]
        assert rebuilt["inputs"] == sum(rebuilt["ends"].values()), "all up to there, and nothing behind it"
        before = rows("--broker", broker, "--database", into)[1]
        assert before[processor, 0]["records"] > 0, "time has gone on since"
    assert rebuilt["inputs"] > 0
    running.end()
    into = f"sqlite:///{tmp_path / 'at-rest.sqlite'}"
    assert faithful_at_rest(run("rebuild", "router", *asked, "--into", into, "--json"), broker)["later"] == 0
    write(broker, numbered("complaints.cases", 0, [999_999], origin="router/0"))
    forged = run("rebuild", "router", *asked, "--into", f"{into}.again", "--json")
    assert forged.returncode == 1
    assert document_of(forged)["unknown"] == ["router/0:complaints.cases/0:999999"]


@pytest.mark.kafka
def test_what_the_broker_has_deleted_is_read_from_the_archive_and_nobody_stands_in_it(
    broker: str, start: Callable[[], Running], tmp_path: Path
) -> None:
    asked = ("--broker", broker, "--data", str(tmp_path / "data"))
    files, until = str(tmp_path / "archive"), ("--until", "2999-01-01T00:00:00Z")
    running = start()
    running.says("all processors work")
    write_letters(broker, 0, 3)
    write_letters(broker, 1, 3)
    eventually(lambda: run("backlog", *asked, "--check").returncode == 0, "the letters are not read")
    written = run("archive", "write", "--to", files, "--broker", broker, *until, "--json")
    listed = [orjson.loads(line) for line in written.stdout.splitlines()]
    assert sorted(each["partition"] for each in listed) == [0, 1], written.stderr
    write_letters(broker, 1, 2)
    eventually(lambda: run("backlog", *asked, "--check").returncode == 0, "the letters are not read")
    running.end()
    assert run("archive", "check", files).returncode == 0
    told = b"".join(gzip.decompress(file.read_bytes()) for file in Path(files).glob("*.gz"))
    assert told.count(b"registered.v1") >= 6
    for personal in ("王芳", "19900000042"):
        assert personal.encode() not in told
        assert orjson.dumps(personal)[1:-1] not in told
    admin = AdminClient({"bootstrap.servers": broker, "log_level": 0})
    ends = [TopicPartition("complaints.accepted", each["partition"], each["end"]) for each in listed]
    for deleted in admin.delete_records(ends).values():
        deleted.result(30)
    into = f"sqlite:///{tmp_path / 'from-topic.sqlite'}"
    gone = run("rebuild", "router", *asked, "--into", into)
    assert (gone.returncode, b"history" in gone.stderr or b"beginning" in gone.stderr) == (4, True)
    into = f"sqlite:///{tmp_path / 'from-archive.sqlite'}"
    done = run("rebuild", "router", *asked, "--into", into, "--from-archive", files, "--json")
    assert faithful_at_rest(done, broker)["same"] > 0
    assert states(into, "router") == states(f"sqlite:///{tmp_path / 'data' / 'router.sqlite'}", "router")
    file = next(Path(files).glob("*.gz"))
    file.write_bytes(file.read_bytes()[:-4])
    assert run("archive", "check", files).returncode == 4
