"""A stack on this machine for drills: a broker, every processor, a Prometheus with the rules as they are shipped."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from deploy.drills.surroundings import CLOCK_FILE, EVERYBODY, Settings, set_clock
from deploy.local.prometheus import Prometheus
from tousu.client.publisher import Publisher
from tousu.client.topics import Topics
from tousu.demo.crew import Crew
from tousu.local.kafka import KafkaBroker
from tousu.local.process import ServerFailed
from tousu.simulation.processors import PROCESSORS

PARTITIONS: Final = 4
ASK_S: Final = 30.0


class Stack:
    """What a drill breaks. Time is the wall's, settings are the defaults but for those that are given."""

    def __init__(self, folder: Path, settings: Settings | None = None) -> None:
        self.data = folder / "data"
        self._settings = settings or {}
        self.broker = KafkaBroker(folder / "kafka", partitions_default=PARTITIONS)
        self._stack = ExitStack()
        self._told = 0
        self._folder = folder
        self._paused: set[int] = set()

    def __enter__(self) -> Self:
        self._stack.enter_context(self.broker)
        topics = Topics(self.broker.address)
        self._stack.callback(topics.close)
        topics.apply(topics.plan(PARTITIONS))
        settings = {
            "TOUSU_BROKER": self.broker.address, "TOUSU_DATA": str(self.data), "TOUSU_PARTITIONS": str(PARTITIONS),
            "TOUSU_LOG": "json", **self._settings.get(EVERYBODY, {}),
        }  # fmt: skip
        self.crew = self._stack.enter_context(Crew(PROCESSORS, self.data, settings, own=self._settings))
        self._stack.callback(self._resume_all)
        self.crew.start()
        self.prometheus = self._stack.enter_context(Prometheus(self._folder / "prometheus", self.data, 1.0))
        self.publisher = self._stack.enter_context(
            Publisher(self.broker.address, source="//drills.example/hotline", id_key=self._folder / "id.key")
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._resume_all()
        self._stack.close()

    def firing(self, alert: str) -> bool:
        """Whether an alert fires, for whatever labels."""
        return bool(self.prometheus.ask(f'ALERTS{{alertname="{alert}",alertstate="firing"}}'))

    def complain(self, count: int = 1, kind: str = "complaint") -> None:
        """Customers complain or inquire, each about a piece of their own."""
        for _ in range(count):
            self._told += 1
            said: dict[str, Any] = {
                "kind": kind, "content": "快件三天还没送到，一直显示派送中。",
                "waybill_number": f"YT77{self._told:011d}",
                "complainant": {"name": "王芳", "phone": f"199{self._told:08d}"},
                "phone": {"call_id": f"C-{self._told}", "agent": "E10023"},
            }  # fmt: skip
            self.publisher.complaint("phone", said, time=datetime.now(UTC))
        self.publisher.flush()

    def write(self, topic: str, value: bytes, headers: dict[str, str] | None = None) -> None:
        """A record as anybody may write one who has the right."""
        producer = Producer({"bootstrap.servers": self.broker.address})
        producer.produce(topic, value, b"drill", 0, headers=[(k, v.encode()) for k, v in (headers or {}).items()])
        producer.flush(ASK_S)

    def pay_for_nothing(self) -> None:
        """Finance confirms a payment for a claim that a case does not have."""
        number = self._case_number()
        with Publisher(self.broker.address, source="/finance", id_key=self._folder / "id.key") as finance:
            said = {"claim_number": f"{number}/7", "payment_id": "PAY-1", "amount": "12.00"}
            finance.handling(number, "payment_confirmed", said, time=datetime.now(UTC))

    def _case_number(self) -> str:
        """Of any case that claims knows. Raises ServerFailed where it hears of none."""
        ends_s = time.monotonic() + ASK_S
        while time.monotonic() < ends_s:
            found = self._rows("claims", "SELECT key FROM claims_case LIMIT 1")
            if found:
                return str(found[0][0])
            threading.Event().wait(0.2)
        raise ServerFailed(f"claims heard of no case within {ASK_S:g} s")

    def hold_out(self, shard: int, topic: str) -> None:
        """An operator lets time go on without an inbound topic. Raises CalledProcessError where that is refused."""
        command = [
            str(Path(sys.executable).with_name("tousu")), "intake", "hold-out", str(shard), "--topic", topic,
            "--reason", "a drill", "--operator", "drill", "--broker", self.broker.address, "--data", str(self.data),
        ]  # fmt: skip
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def take_away(self, name: str) -> None:
        """Somebody else takes the shards of a processor, as a second owner would."""
        self.change_by_hand(name, f"UPDATE {name}_checkpoint SET owner_epoch = owner_epoch + 1")

    def set_clock(self, offset_s: int) -> None:
        """Set the clock of the process that was started with `surroundings.other_clock`."""
        set_clock(self._folder / CLOCK_FILE, offset_s)

    def begin_transaction(self, topic: str) -> None:
        """An adapter begins a transaction and never ends it."""
        settings = {
            "bootstrap.servers": self.broker.address, "transactional.id": "drill", "transaction.timeout.ms": 600_000,
        }  # fmt: skip
        producer = Producer(settings)
        producer.init_transactions(ASK_S)
        producer.begin_transaction()
        producer.produce(topic, b"{}", b"drill", 0)
        producer.flush(ASK_S)
        self._stack.callback(producer.abort_transaction, ASK_S)

    def kill(self, name: str) -> None:
        os.kill(self.crew.pid(name), signal.SIGKILL)

    def pause(self, name: str) -> None:
        pid = self.crew.pid(name)
        os.kill(pid, signal.SIGSTOP)
        self._paused.add(pid)

    def resume(self, name: str) -> None:
        pid = self.crew.pid(name)
        os.kill(pid, signal.SIGCONT)
        self._paused.discard(pid)

    def _resume_all(self) -> None:
        for pid in self._paused:
            os.kill(pid, signal.SIGCONT)
        self._paused.clear()

    def lock_database(self, name: str) -> None:
        """Nobody else can write into the database of a processor any more."""
        connection = sqlite3.connect(self.data / f"{name}.sqlite", timeout=ASK_S, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        self._stack.callback(connection.close)

    def change_by_hand(self, name: str, statement: str, values: tuple[object, ...] = ()) -> None:
        """Somebody writes into the database of a processor."""
        connection = sqlite3.connect(self.data / f"{name}.sqlite", timeout=ASK_S)
        with connection:
            connection.execute(statement, values)
        connection.close()

    def _rows(self, name: str, question: str) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(self.data / f"{name}.sqlite", timeout=ASK_S)
        try:
            return connection.execute(question).fetchall()
        finally:
            connection.close()

    def delete_records(self, topic: str) -> None:
        """Everything on a topic is deleted, read or not."""
        admin = AdminClient({"bootstrap.servers": self.broker.address})
        places = [TopicPartition(topic, shard) for shard in range(PARTITIONS)]
        for place in places:
            place.offset = -1  # the end
        for future in admin.delete_records(places).values():
            future.result(ASK_S)
