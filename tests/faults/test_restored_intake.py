"""A backup of intake's database that was taken under load is put in place of a killed one's, on a real broker.

The log goes further than the backup. What came since is made again as the log has it: no number says two things, no
complaint is accepted twice or lost, no reader halts, and the audit finds nothing.
"""

from __future__ import annotations

import os
import signal
import threading
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Self

import orjson
import pytest
import sqlalchemy as sa
from confluent_kafka import Producer

from tests.faults.pipeline import MASTER_KEY
from tests.integration.process.conftest import WAIT_S, wait_until
from tests.integration.process.test_operator import ACCEPTED, APP, PARTITIONS, REJECTED, Place
from tests.printed import document_of
from tousu.cli.commands import app
from tousu.connection import Connection
from tousu.demo.crew import Crew
from tousu.event import text_of_time
from tousu.local.kafka import KafkaBroker
from tousu.runtime.history import History
from tousu.simulation.processors import LEDGERS, WITH_CHECKPOINT

NAMES = tuple(dict.fromkeys((*WITH_CHECKPOINT, *LEDGERS)))
WEB = "complaints.inbound.web"
PAUSE_S = 0.01


class Restorable(Place):
    """A place whose processors keep their tables in one database, of which a backup can be taken."""

    def __init__(self, broker: KafkaBroker, data: Path, url: str) -> None:
        super().__init__(broker, data)
        self.is_postgres = url.startswith("postgresql")
        self.url = url if self.is_postgres else f"sqlite:///{data / 'intake.sqlite'}"
        self.engine = sa.create_engine(self.url)

    @contextmanager
    def all_at_work(self) -> Iterator[Crew]:
        settings = {
            "TOUSU_BROKER": self.broker.address, "TOUSU_PARTITIONS": str(PARTITIONS), "TOUSU_DATA": str(self.data),
            "TOUSU_SESSION_S": "6", "TOUSU_MASTER_KEY": MASTER_KEY,
            **({"TOUSU_DATABASE": self.url} if self.is_postgres else {}),
        }  # fmt: skip
        with Crew(NAMES, self.data, settings) as crew:
            crew.start()
            yield crew

    @property
    def where(self) -> tuple[str, str]:
        return ("--database", self.url) if self.is_postgres else ("--data", str(self.data))

    def backup(self, folder: Path) -> None:
        """`tousu backup`, while intake works."""
        app(["backup", "intake", "--to", str(folder), *self.where], standalone_mode=False)

    def lose_and_restore(self, folder: Path) -> None:
        """Every table of intake is gone; `tousu restore` into what is empty now."""
        if self.is_postgres:
            with self.engine.begin() as connection:
                for name in sa.inspect(connection).get_table_names():
                    if name.startswith("intake_"):
                        connection.execute(sa.text(f"DROP TABLE {name} CASCADE"))
        else:
            for file in self.data.glob("intake.sqlite*"):
                file.unlink()
        app(["restore", "intake", "--from", str(folder), *self.where], standalone_mode=False)

    def written(self) -> int:
        """How many records stand on complaints.accepted."""
        with History(Connection(self.broker.address)) as history:
            return sum(extent.end for extent in history.extents(history.places([ACCEPTED])).values())

    def audit(self) -> list[object]:
        done = self.tousu("audit", "--json", *(self.where if self.is_postgres else ()))
        found: list[object] = document_of(done)["findings"]
        return found


class Load:
    """Adapters that never stop: new troubles, the same told again on two channels, re-sends, and what is refused."""

    def __init__(self, address: str) -> None:
        self._client = Producer({"bootstrap.servers": address, "log_level": 0, "linger.ms": 1})
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.sound: list[str] = []
        self.wrong: list[str] = []

    def _run(self) -> None:
        number = 0
        while not self._stopping.wait(PAUSE_S):
            number += 1
            channel = "app" if number % 3 else "web"
            name = f"load-{uuid.uuid4().hex}"
            said: dict[str, object] = {
                "kind": "complaint" if number % 7 else "song", "content": "快件三天还没送到", "class": "delay",
                "waybill_number": f"YT77{number // 4:011}", "complainant": {"name": "王芳", "phone": "19900000042"},
            }  # fmt: skip
            own = {"app": {"app_version": "1", "platform": "ios", "user_id": "u"}, "web": {"form_id": "F-1"}}
            said[channel] = own[channel]
            (self.sound if number % 7 else self.wrong).append(name)
            is_sent_again = number % 5 == 0 and number % 7  # what is wrong would be refused each time
            self._send(channel, name, said, number // 4 % PARTITIONS, times=2 if is_sent_again else 1)

    def _send(self, channel: str, name: str, said: dict[str, object], partition: int, times: int) -> None:
        headers = {
            "ce_specversion": "1.0", "ce_id": name, "ce_source": f"//{channel}", "content-type": "application/json",
            "ce_type": f"tousu.complaint.received.{channel}.v1", "ce_time": text_of_time(datetime.now(UTC)),
        }  # fmt: skip
        as_bytes: dict[str, str | bytes | None] = {header: text.encode() for header, text in headers.items()}
        topic = APP if channel == "app" else WEB
        for _ in range(times):
            self._client.produce(topic, orjson.dumps(said), b"k", partition, headers=as_bytes)
        self._client.poll(0)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()
        assert self._client.flush(WAIT_S) == 0


@pytest.fixture
def place(tmp_path: Path, database_url: str) -> Iterator[Restorable]:
    with KafkaBroker(tmp_path / "kafka") as broker:
        found = Restorable(broker, tmp_path, database_url)
        yield found
        found.engine.dispose()


def effects(place: Restorable) -> Counter[str]:
    """How often each event was accepted or refused, each number counted once."""
    found: Counter[str] = Counter()
    for partition in range(PARTITIONS):
        accepted = {each["tousu-seq"]: each for each in place.read(ACCEPTED, partition)}
        refused = {each["tousu-seq"]: each for each in place.read(REJECTED, partition)}
        found.update(each["ce_causationid"] for each in accepted.values() if "ce_causationid" in each)
        found.update(each["tousu-event-id"] for each in refused.values() if "tousu-event-id" in each)
    return found


def contents(place: Restorable) -> dict[tuple[str, int, str, str], set[bytes]]:
    """What stands under each number of intake."""
    found: dict[tuple[str, int, str, str], set[bytes]] = defaultdict(set)
    for topic in (ACCEPTED, REJECTED):
        for partition in range(PARTITIONS):
            for each in place.read(topic, partition):
                said = {name: value for name, value in each.items() if name not in ("at", "value")}
                number = topic, partition, each["tousu-origin"], each["tousu-seq"]
                found[number].add(orjson.dumps(said) + (each["value"] or b""))
    return found


@pytest.mark.heavy
def test_a_backup_taken_under_load_is_restored_and_its_log_decides(place: Restorable, tmp_path: Path) -> None:
    with place.all_at_work() as crew:
        with Load(place.broker.address) as load:
            wait_until(lambda: place.written() > 100, "the load is worked off")
            place.backup(tmp_path / "backup")
            then = place.written()
            wait_until(lambda: place.written() > then + 300, "it goes on behind the backup")
            os.kill(crew.pid("intake"), signal.SIGKILL)
            sent = len(load.sound)
            wait_until(lambda: len(load.sound) > sent + 50, "customers do not know that intake is dead")
        before = contents(place)
        wait_until(lambda: not crew.is_alive("intake"), "intake is dead")
        place.lose_and_restore(tmp_path / "backup")
        crew.start_processor("intake")
        with Load(place.broker.address) as more:
            wait_until(lambda: len(more.sound) > 100, "customers go on")
        names = {*load.sound, *load.wrong, *more.sound, *more.wrong}
        wait_until(lambda: names <= effects(place).keys() or crew.halted("intake"), "all have had their effect")
        assert not crew.halted("intake"), crew.halted("intake")
        assert effects(place) == Counter(dict.fromkeys(names, 1))
        after = contents(place)
        assert [number for number, said in after.items() if len(said) > 1] == []
        assert all(after[number] == said for number, said in before.items())
        assert len(after) > len(before)
        for name in NAMES:
            wait_until(partial(crew.is_ready, name), f"{name} is ready")
        assert "retracing its own log" in crew.log_file("intake").read_text()
    assert place.audit() == []
