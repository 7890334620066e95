"""A stack on this machine for drills: a broker, every processor, a Prometheus with the rules as they are shipped."""

from __future__ import annotations

import os
import signal
import sqlite3
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from deploy.local.prometheus import Prometheus
from tousu.client.publisher import Publisher
from tousu.client.topics import Topics
from tousu.demo.crew import Crew
from tousu.local.kafka import KafkaBroker
from tousu.simulation.processors import PROCESSORS

PARTITIONS: Final = 4
ASK_S: Final = 30.0


class Stack:
    """What a drill breaks. Time is the wall's, settings are the defaults."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
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
            "TOUSU_LOG": "json",
        }  # fmt: skip
        self.crew = self._stack.enter_context(Crew(PROCESSORS, self.data, settings))
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

    def complain(self, count: int = 1) -> None:
        """Customers complain, each about a piece of their own."""
        for _ in range(count):
            self._told += 1
            said: dict[str, Any] = {
                "kind": "complaint", "content": "快件三天还没送到，一直显示派送中。",
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

    def change_by_hand(self, name: str, statement: str, values: tuple[str, ...]) -> None:
        """Somebody writes into the database of a processor."""
        connection = sqlite3.connect(self.data / f"{name}.sqlite", timeout=ASK_S)
        with connection:
            connection.execute(statement, values)
        connection.close()

    def delete_records(self, topic: str) -> None:
        """Everything on a topic is deleted, read or not."""
        admin = AdminClient({"bootstrap.servers": self.broker.address})
        places = [TopicPartition(topic, shard) for shard in range(PARTITIONS)]
        for place in places:
            place.offset = -1  # the end
        for future in admin.delete_records(places).values():
            future.result(ASK_S)
