"""A log of routed cases on a broker, and trends as a process of its own beside it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from prometheus_client.parser import text_string_to_metric_families

from tests.new_topics import make_topics
from tests.rules.trends.happenings import START, record, routed, tick
from tousu.event import Event
from tousu.local.embedded import EmbeddedBroker
from tousu.local.kafka import KafkaBroker

ROOT: Final = Path(__file__).resolve().parents[3]
PARTITIONS: Final = 4
TOPICS: Final = ("complaints.cases", "complaints.warnings")
WAIT_S: Final = 120.0
SESSION_S: Final = 6
"""The shortest that a broker takes."""


def wait_until(true: Callable[[], Any], what: str, wait_s: float = WAIT_S) -> Any:
    """The first true value of a condition; fails the test, saying what was waited for, when the time is up."""
    ends_s = time.monotonic() + wait_s
    pause = threading.Event()
    while time.monotonic() < ends_s:
        found = true()
        if found:
            return found
        pause.wait(0.1)
    raise AssertionError(f"waited {wait_s:g} s in vain until {what}")


class Trends:
    """One running copy of trends."""

    def __init__(self, servers: str, folder: Path, name: str = "one") -> None:
        self._address_file = folder / f"{name}.address"
        self.log = folder / f"{name}.log"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TOUSU_")}
        environment |= {
            "TOUSU_BROKER": servers,
            "TOUSU_PARTITIONS": str(PARTITIONS),
            "TOUSU_TIME": "events",
            "TOUSU_DATA": str(folder / "data"),
            "TOUSU_LOG": "json",
            "TOUSU_SESSION_S": str(SESSION_S),
            "TOUSU_METRICS_PORT_FILE": str(self._address_file),
        }
        with self.log.open("a") as log:
            command = [sys.executable, "-m", "services.trends"]
            self.process = subprocess.Popen(command, env=environment, cwd=ROOT, stderr=log, stdout=log)

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of a page; (0, "") while nothing is served."""
        try:
            address = self._address_file.read_text().strip()
            with urllib.request.urlopen(f"http://{address}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def is_ready(self) -> bool:
        return self.get("/readyz")[0] == 200

    def why_not(self) -> list[str]:
        status, body = self.get("/readyz")
        return [each["reason"] for each in json.loads(body)["why_not"]] if status == 503 else []

    def events(self) -> Counter[str]:
        """How many records were read, by result."""
        found: Counter[str] = Counter()
        for family in text_string_to_metric_families(self.get("/metrics")[1]):
            for sample in family.samples:
                if sample.name == "tousu_events_total":
                    found[sample.labels["result"]] += int(sample.value)
        return found

    def stop(self) -> int:
        """Ask it to end; the exit code."""
        self.process.terminate()
        return self.process.wait(WAIT_S)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(WAIT_S)


class Stage:
    """The two topics on one broker."""

    def __init__(self, servers: str, folder: Path) -> None:
        self.servers = servers
        self._folder = folder
        self._producer = Producer({"bootstrap.servers": servers, "log_level": 0})
        self.admin = AdminClient({"bootstrap.servers": servers, "log_level": 0})
        self._numbers = dict.fromkeys(range(PARTITIONS), 0)
        self._copies: list[Trends] = []

    def ask_for_topics(self) -> None:
        """Asking is how topics come about on the embedded broker."""
        for topic in TOPICS:
            self._producer.list_topics(topic, timeout=10)

    def make_topics(self) -> None:
        self._numbers = dict.fromkeys(range(PARTITIONS), 0)
        make_topics(self.servers, TOPICS, PARTITIONS)

    def remove_topics(self) -> None:
        for gone in self.admin.delete_topics(list(TOPICS)).values():
            gone.result(WAIT_S)
        wait_until(lambda: not set(TOPICS) & set(self.admin.list_topics(timeout=10).topics), "the topics are gone")

    def make_topics_anew(self) -> None:
        """Topics of the same names, empty, and a producer that has never seen the old ones."""
        self.remove_topics()
        self.make_topics()
        self._producer = Producer({"bootstrap.servers": self.servers, "log_level": 0})

    def compress_by(self, codec: str) -> None:
        """What is appended from now on is compressed so by its writer."""
        self._producer = Producer({"bootstrap.servers": self.servers, "log_level": 0, "compression.type": codec})

    def route(self, happenings: Sequence[tuple[datetime, Event]], until: datetime) -> None:
        """Append these events, spread over all partitions, and a tick at `until` to each."""
        for number, (at, event) in enumerate(happenings):
            self._append(event, number % PARTITIONS, at)
        for partition in range(PARTITIONS):
            self._append(tick(until), partition, until)
        assert self._producer.flush(WAIT_S) == 0

    def write(self, value: bytes, partition: int) -> None:
        """Append bytes without any header."""
        self._producer.produce(TOPICS[0], value, partition=partition)
        assert self._producer.flush(WAIT_S) == 0

    def _append(self, event: Event, partition: int, at: datetime) -> None:
        self._numbers[partition] += 1
        written = record(event, partition, self._numbers[partition], at)
        headers: Any = list(written.headers)
        self._producer.produce(TOPICS[0], written.value, written.key, partition, headers=headers)

    def trends(self, name: str = "one") -> Trends:
        copy = Trends(self.servers, self._folder, name)
        self._copies.append(copy)
        return copy

    def warnings(self) -> list[dict[str, Any]]:
        """Every record of complaints.warnings: partition, key, headers by name, data."""
        consumer = Consumer(
            {"bootstrap.servers": self.servers, "group.id": "reader", "enable.partition.eof": True, "log_level": 0}
        )
        consumer.assign([TopicPartition(TOPICS[1], partition, 0) for partition in range(PARTITIONS)])
        waiting, found = set(range(PARTITIONS)), list[dict[str, Any]]()
        try:
            while waiting:
                message: Any = consumer.poll(WAIT_S)
                assert message is not None, "the broker is silent"
                if message.error() is not None:
                    assert message.error().code() == KafkaError._PARTITION_EOF
                    waiting.discard(message.partition())
                    continue
                headers = {name: value.decode() for name, value in message.headers()}
                data = json.loads(message.value())
                found.append({"partition": message.partition(), "key": message.key().decode(), **headers, "data": data})
        finally:
            consumer.close()
        return found

    def close(self) -> None:
        for copy in self._copies:
            if copy.process.poll() is None:
                copy.kill()


@pytest.fixture(scope="module")
def own_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaBroker]:
    """A broker of these tests' own: they use the real names of topics, and one restarts it."""
    with KafkaBroker(tmp_path_factory.mktemp("trends") / "kafka") as broker:
        yield broker


@pytest.fixture
def on_kafka(own_kafka: KafkaBroker, tmp_path: Path) -> Iterator[Stage]:
    """The two topics made anew, and a group that nobody was in."""
    stage = Stage(own_kafka.address, tmp_path)
    stage.make_topics()
    yield stage
    stage.close()
    stage.remove_topics()
    wait_until(lambda: _gone(stage.admin), "the group is gone")


def _gone(admin: AdminClient) -> bool:
    """Whether the group of trends could be deleted, as soon as nobody is in it any more."""
    try:
        admin.delete_consumer_groups(["tousu.trends"])["tousu.trends"].result(WAIT_S)
    except KafkaException as error:
        return bool(error.args[0].code() == KafkaError.GROUP_ID_NOT_FOUND)
    return True


@pytest.fixture
def on_embedded(tmp_path: Path) -> Iterator[Stage]:
    """The embedded broker, fresh: it has no way to delete a topic."""
    with EmbeddedBroker(tmp_path / "embedded") as broker:
        stage = Stage(broker.address, tmp_path)
        stage.ask_for_topics()
        yield stage
        stage.close()


@pytest.fixture(params=["kafka", "embedded"])
def stage(request: pytest.FixtureRequest) -> Stage:
    """The test runs once on the real broker and once on the embedded one."""
    found: Stage = request.getfixturevalue(f"on_{request.param}")
    return found


def days(first: int, last: int, risen: int) -> list[tuple[datetime, Event]]:
    """Four damages a day at one outlet from one day up to, not including, another; thirty on the day `risen`."""
    found = []
    for day in range(first, last):
        for number in range(30 if day == risen else 4):
            at = START + timedelta(days=day, minutes=30 + 7 * number)
            found.append((at, routed(at=at)))
    return found


def day(number: int) -> datetime:
    return START + timedelta(days=number)
