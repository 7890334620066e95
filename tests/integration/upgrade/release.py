"""A release's data folder and topics, kept as one small file, so that every later build must start on them.

`python -m tests.integration.upgrade.release` plays the first days of the example on this build and keeps what came of
it in `kept/VERSION.tar.xz`, and the forms of its states in `kept/VERSION.states.json`. A release does that once, before
its tag (docs/operations.md); what is kept never changes.
"""

from __future__ import annotations

import base64
import io
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import orjson
from confluent_kafka import Producer

from tests.integration.process.conftest import wait_until
from tests.integration.upgrade import shapes
from tousu.client.topics import Topics
from tousu.connection import Connection
from tousu.contract import cards
from tousu.demo.crew import Crew
from tousu.demo.diary import at
from tousu.demo.onlooker import Onlooker
from tousu.demo.play import MINUTE, Beat, Player, beats
from tousu.demo.run import the_day
from tousu.local.embedded import PARTITIONS, EmbeddedBroker
from tousu.runtime.backlog import backlog
from tousu.runtime.dialect import dialect_of
from tousu.runtime.history import History
from tousu.runtime.inspection import Inspection
from tousu.runtime.metrics import BEHIND
from tousu.runtime.table_versions import known, version_table
from tousu.simulation.pipeline import composed, rebuild_wiring
from tousu.simulation.processors import PROCESSORS, WITH_CHECKPOINT, WITHOUT_CHECKPOINT

KEPT: Final = Path(__file__).with_name("kept")
ROOT: Final = Path(__file__).resolve().parents[3]
CUT: Final = at("17:30")
"""Up to here the day is played and kept; what comes later is for those who go on with it."""
RECORDS: Final = "records.jsonl"
FILES: Final = tuple(f"{name}.sqlite" for name in PROCESSORS)
KEY: Final = "development.key"
TABLES: Final = "tables.json"
"""processor -> database -> the statements by which the release makes empty tables."""


def played(*, after_the_cut: bool) -> list[Beat]:
    """The part of the example that a release keeps, or the one behind it."""
    return [each for each in beats(the_day().read_bytes().splitlines()) if (each.moment > CUT) == after_the_cut]


@contextmanager
def at_work(address: str, data: Path) -> Iterator[Crew]:
    """Every processor of this build on a data folder, ready."""
    settings = {
        "TOUSU_BROKER": address, "TOUSU_DATA": str(data), "TOUSU_PARTITIONS": str(PARTITIONS), "TOUSU_TIME": "events",
        "TOUSU_LOG": "json",
    }  # fmt: skip
    with closing(Topics(Connection(address))) as topics:
        topics.apply(topics.plan(PARTITIONS))
    with Crew(PROCESSORS, data, settings) as crew:
        crew.start()
        yield crew


def play(parts: Sequence[Beat], address: str, data: Path, crew: Crew) -> None:
    """Let customers and departments say these, and wait until everything is worked off."""
    connection = Connection(address)
    onlooker = Onlooker(connection, data, lambda happened: None)
    onlooker.start()
    player = Player(connection, PARTITIONS, onlooker.number_of)
    for beat in parts:
        crew.check()
        player.play(beat)
    # Who reads two topics takes the last tick of one only when the other has spoken of a later time.
    player.tick(parts[-1].moment + MINUTE)
    player.finish()
    with History(connection) as history:
        wait_until(lambda: _is_done(data, crew, history, parts[-1]), "everything is worked off", 120)
    onlooker.stop()


def _is_done(data: Path, crew: Crew, history: History, last: Beat) -> bool:
    crew.check()
    looks = [Inspection(f"sqlite:///{data / name}.sqlite", name) for name in WITH_CHECKPOINT]
    goal_us = int(last.moment.timestamp() * 1_000_000)
    times = [each.checkpoint.time_us for look in looks for each in look.standings()]
    is_there = len(times) == PARTITIONS * len(looks) and min(times) >= goal_us
    return is_there and not any(
        each.events for look in looks for each in backlog(look, history)
    ) and all(crew.metric(name, BEHIND.name) == 0 for name in WITHOUT_CHECKPOINT)  # fmt: skip


def topics() -> list[str]:
    return [card.topic for card in cards()]


def dump(address: str) -> bytes:
    """Every record of every topic, one a line, in the order of their offsets."""
    with History(Connection(address)) as history:
        there = []
        for topic in topics():
            with suppress(Exception):  # the embedded broker makes a topic when somebody first writes to it
                there += history.places([topic])
        records = list(history.read(history.extents(there)))
    lines = [
        orjson.dumps([each.topic, each.partition, each.offset, _text(each.key), _text(each.value),
                      [[name, _text(value)] for name, value in each.headers]])
        for each in sorted(records, key=lambda each: (each.topic, each.partition, each.offset))
    ]  # fmt: skip
    return b"\n".join(lines)


def _text(raw: bytes | str | None) -> Any:
    """Bytes as JSON: as text where they are, else in base64 within a list."""
    if raw is None or isinstance(raw, str):
        return raw
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return [base64.b64encode(raw).decode()]


def _bytes(told: Any) -> bytes | None:
    return base64.b64decode(told[0]) if isinstance(told, list) else None if told is None else told.encode()


def keep(version: str) -> Path:
    """Play on this build and keep what came of it."""
    file = KEPT / f"{version}.tar.xz"
    with tempfile.TemporaryDirectory() as folder, EmbeddedBroker(Path(folder) / "broker") as broker:
        data = Path(folder) / "data"
        data.mkdir()
        with at_work(broker.address, data) as crew:
            play(played(after_the_cut=False), broker.address, data, crew)
        records = dump(broker.address)
        tables = orjson.dumps({name: tables_of(name) for name in WITH_CHECKPOINT})
        parts = {RECORDS: records, TABLES: tables, KEY: (data / KEY).read_bytes()}
        _pack(file, parts | {name: _whole(data / name) for name in FILES})
    shapes.keep(version)
    return file


def tables_of(name: str) -> dict[str, list[str]]:
    """The statements by which this build makes the empty tables of a processor, for both databases."""
    kinds = {kind.name: kind for kind in composed(name, rebuild_wiring("", PARTITIONS)).kinds}
    tables = {kind: f"{name}_{kind}" for kind in kinds}
    constraint = f"CONSTRAINT {version_table(name)}_pkc PRIMARY KEY (version_num)"
    stamp = [f"CREATE TABLE {version_table(name)} (version_num VARCHAR(64) NOT NULL, {constraint})"]
    stamp += [f"INSERT INTO {version_table(name)} VALUES ('{migration}')" for migration in known()]
    return {
        url.partition(":")[0]: [*dialect_of(url).ddl(f"{name}_checkpoint", tables, kinds), *stamp]
        for url in ("postgresql://", "sqlite://")
    }


def _whole(file: Path) -> bytes:
    """A SQLite database as one file without what was deleted."""
    import sqlite3

    with closing(sqlite3.connect(file)) as database:
        database.execute("VACUUM")
        database.execute("PRAGMA journal_mode=DELETE")
    return file.read_bytes()


def _pack(file: Path, parts: Mapping[str, bytes]) -> None:
    with tarfile.open(file, "w:xz", preset=9) as archive:
        for name, raw in parts.items():
            said = tarfile.TarInfo(name)
            said.size, said.mode = len(raw), 0o600
            archive.addfile(said, io.BytesIO(raw))


def unpack(file: Path, data: Path) -> None:
    """A data folder as the release left it."""
    with tarfile.open(file) as archive:
        archive.extractall(data, filter="data")


def put_back(data: Path, address: str) -> int:
    """The topics as the release left them, on an empty broker; how many records."""
    producer = Producer({"bootstrap.servers": address, "log_level": 0, "enable.idempotence": True})
    lines = (data / RECORDS).read_bytes().splitlines()
    for line in lines:
        topic, partition, _, key, value, headers = orjson.loads(line)
        said: list[tuple[str, str | bytes | None]] = [(name, _bytes(each)) for name, each in headers]
        producer.produce(topic, _bytes(value), _bytes(key), partition, headers=said)
        producer.poll(0)
    assert producer.flush(60) == 0
    return len(lines)


if __name__ == "__main__":
    number = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    made = keep(number)
    print(f"{made}: {made.stat().st_size:,} bytes; commit it")
