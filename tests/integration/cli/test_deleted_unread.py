"""Letters deleted before intake has read them: audit and backlog say so, and who is halted halts nobody else."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from tests.integration.cli.test_commands import run
from tests.integration.cli.test_up import TOUSU, WAIT_S, processors_of
from tests.new_topics import make_topics
from tests.printed import document_of
from tousu.local.kafka import KafkaBroker

LETTERS = "complaints.inbound.letter"
HALTED = 1


def eventually(find: Callable[[], Any], what: str) -> Any:
    deadline_s = time.monotonic() + WAIT_S
    while not (found := find()):
        assert time.monotonic() < deadline_s, what
    return found


class Running:
    """A `tousu up` on a broker of the test's own."""

    def __init__(self, broker: str, data: Path) -> None:
        self.said = data.with_suffix(".said")
        self.broker = broker
        with self.said.open("ab") as said:
            command = [TOUSU, "up", "--broker", broker, "--data", str(data), "--partitions", "2"]
            self.process = subprocess.Popen(command, stdout=said, stderr=said)

    def says(self, words: str) -> None:
        eventually(lambda: words in self.said.read_text() or self.process.poll() is not None, words)
        assert self.process.poll() is None, self.said.read_text()

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(WAIT_S)
        self.said.unlink()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[str]:
    with KafkaBroker(tmp_path / "kafka") as own:
        yield own.address


@pytest.fixture
def start(broker: str, tmp_path: Path) -> Iterator[Callable[[], Running]]:
    started: list[Running] = []

    def up() -> Running:
        started.append(Running(broker, tmp_path / "data"))
        return started[-1]

    yield up
    for each in started:
        each.process.kill()
        each.process.wait()


def write_letters(broker: str, partition: int, count: int) -> None:
    """As an adapter writes whose record times are in seconds instead of milliseconds."""
    producer = Producer({"bootstrap.servers": broker, "log_level": 0})
    for _ in range(count):
        data = {"kind": "complaint", "content": "快件丢了", "letter": {"received_by": "E1"}}
        data["complainant"] = {"name": "王芳", "phone": "19900000042"}
        attributes = {
            "specversion": "1.0", "id": uuid.uuid4().hex, "source": "/post", "time": datetime.now(UTC).isoformat(),
            "type": "tousu.complaint.received.letter.v1",
        }  # fmt: skip
        headers = [(f"ce_{name}", value.encode()) for name, value in attributes.items()]
        producer.produce(
            LETTERS, orjson.dumps(data), b"k", partition, headers=[*headers, ("content-type", b"application/json")],
            timestamp=int(time.time()),
        )  # fmt: skip
    assert producer.flush(60) == 0


def rows(*asked: str) -> tuple[int, dict[tuple[str, int], dict[str, Any]]]:
    done = run("backlog", *asked, "--json")
    return done.returncode, {
        (row["processor"], row["shard"]): row for row in map(orjson.loads, done.stdout.split(b"\n")[:-1])
    }


def findings(*asked: str) -> tuple[int, dict[tuple[str, str], str]]:
    done = run("audit", *asked, "--json")
    found = document_of(done)["findings"]
    return done.returncode, {(each["invariant"], each["place"]): each["message"] for each in found}


def delete_up_to(broker: str, partition: int, offset: int) -> None:
    admin = AdminClient({"bootstrap.servers": broker, "log_level": 0})
    for deleted in admin.delete_records([TopicPartition(LETTERS, partition, offset)]).values():
        deleted.result(60)


@pytest.mark.kafka
def test_what_was_deleted_unread_is_counted_and_halts_its_own_shard_only(
    broker: str, start: Callable[[], Running], tmp_path: Path
) -> None:
    asked = ("--broker", broker, "--data", str(tmp_path / "data"))
    first = start()
    first.says("all processors work")
    write_letters(broker, 0, 1)
    write_letters(broker, HALTED, 1)
    eventually(lambda: run("backlog", *asked, "--check").returncode == 0, "the letters are not read")
    assert findings(*asked) == (0, {})
    first.end()
    write_letters(broker, HALTED, 4)
    _, behind = rows(*asked)
    assert behind["intake", HALTED]["events"] == 4
    assert 0 <= behind["intake", HALTED]["oldest_age_s"] < WAIT_S, "it counts from arrival, whatever the writer says"
    delete_up_to(broker, HALTED, 4)

    code, found = findings(*asked)
    assert code == 1
    assert set(found) == {("I1", f"intake/{HALTED} <- {LETTERS}"), ("I5", f"intake/{HALTED}")}
    lost = found["I1", f"intake/{HALTED} <- {LETTERS}"]
    assert lost.startswith("records_lost: deleted unread, offsets 1 to 3, at most 3 records, appended after 20"), lost
    assert " before 20" in lost
    assert found["I5", f"intake/{HALTED}"].startswith(
        "halted, offset_gone: the checkpoint is at 1 of complaints.inbound"
    )
    code, behind = rows(*asked)
    assert (code, {place: row["lost"] for place, row in behind.items() if row["lost"]}) == (0, {("intake", HALTED): 3})
    assert run("backlog", *asked, "--check").returncode == 1
    assert f"intake/{HALTED} <- {LETTERS}: {lost}".encode() in run("backlog", *asked).stdout

    again = start()
    again.says("all processors work")
    again.says(f"intake: shard {HALTED} has halted, offset_gone: ")
    assert len(processors_of(again.process)) == 6  # type: ignore[arg-type]
    write_letters(broker, 0, 1)
    eventually(lambda: rows(*asked)[1]["intake", 0]["events"] == 0, "the other shard does not work")
    code, found = findings(*asked)
    assert code == 1
    assert "halted, offset_gone: " in found["I5", f"intake/{HALTED}"]
    again.end()


@pytest.mark.kafka
def test_one_database_that_is_not_there_hides_nobody_else(
    broker: str, start: Callable[[], Running], tmp_path: Path
) -> None:
    running = start()
    running.says("all processors work")
    running.end()
    gone = tmp_path / "gone"
    shutil.copytree(tmp_path / "data", gone, ignore=shutil.ignore_patterns("sla.sqlite*", "run"))
    asked = ("--broker", broker, "--data", str(gone))
    code, behind = rows(*asked)
    assert code == 4
    assert {name for name, _ in behind} == {"intake", "router", "claims", "penalties"}
    done = run("audit", *asked)
    assert done.returncode == 4
    assert b"tousu: sla is not counted: " in done.stderr and b"not all was looked at: sla" in done.stdout
    # One database for all, in which only one of them has its tables.
    shared = ("--broker", broker, "--database", f"sqlite:///{gone / 'router.sqlite'}")
    code, behind = rows(*shared)
    assert (code, {name for name, _ in behind}) == (4, {"router"})
    assert run("audit", *shared).returncode == 4
    nobody = run("backlog", "--broker", broker, "--data", str(tmp_path / "empty"))
    assert nobody.returncode == 4 and b"intake.sqlite is not there" in nobody.stderr


@pytest.mark.kafka
def knows_its_topics(database: Path) -> bool:
    """Whether a turn of every shard is committed: only then does its checkpoint say which topic it was."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        documents = connection.execute("SELECT doc FROM intake_checkpoint").fetchall()
    return bool(documents) and all(LETTERS in orjson.loads(doc)["topic_ids"] for (doc,) in documents)


def test_a_topic_that_was_made_again_halts_and_is_found(
    broker: str, start: Callable[[], Running], tmp_path: Path
) -> None:
    running = start()
    running.says("all processors work")
    eventually(lambda: knows_its_topics(tmp_path / "data" / "intake.sqlite"), "intake has noted which topics it reads")
    running.end()
    admin = AdminClient({"bootstrap.servers": broker, "log_level": 0})
    for gone in admin.delete_topics([LETTERS]).values():
        gone.result(60)
    eventually(lambda: LETTERS not in admin.list_topics(timeout=10).topics, "the topic is not gone")
    make_topics(broker, [LETTERS], 2)
    code, found = findings("--broker", broker, "--data", str(tmp_path / "data"))
    assert code == 1
    assert found["I5", "intake/0"].startswith(f"halted, topic_recreated: {LETTERS} was made again")
    again = start()
    again.says("all processors work")
    again.says(f"intake: shard {HALTED} has halted, topic_recreated: {LETTERS} was made again")
    assert "intake    in part: http" in again.said.read_text()
