"""Processes of the test's own: started with settings, watched over HTTP, ended with the test."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer
from prometheus_client.parser import text_string_to_metric_families

from tests.integration.process.copy_of import topics
from tests.integration.runtime.counting import INBOUND, inbound, key_in
from tests.new_topics import empty_topic, make_the_contracts_topics, make_topics
from tousu.local.kafka import KafkaBroker
from tousu.runtime.rejection import REJECTED

ROOT = Path(__file__).resolve().parents[3]
PARTITIONS = 4
WAIT_S = 120.0

_numbers = itertools.count(1)


def wait_until(true: Callable[[], Any], what: str, wait_s: float = WAIT_S) -> Any:
    """The first true value of a condition; fails the test, saying what was waited for, when the time is up."""
    ends_s = time.monotonic() + wait_s
    pause = threading.Event()
    while time.monotonic() < ends_s:
        found = true()
        if found:
            return found
        pause.wait(0.05)
    raise AssertionError(f"waited {wait_s:g} s in vain until {what}")


class Copy:
    """One running copy of a processor."""

    def __init__(self, which: str, prefix: str, folder: Path, settings: dict[str, str]) -> None:
        self._address_file = folder / f"{which}-{next(_numbers)}.address"
        self._log = self._address_file.with_suffix(".log")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TOUSU_")}
        environment |= {"TOUSU_LOG": "json", "TOUSU_METRICS_PORT_FILE": str(self._address_file), **settings}
        command = [sys.executable, "-m", "tests.integration.process.copy_of", which, prefix]
        with self._log.open("w") as log:
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

    def ready(self) -> bool:
        return self.get("/readyz")[0] == 200

    def why_not(self) -> list[str]:
        """The reasons for which it is not ready; empty while nothing is served, too."""
        status, body = self.get("/readyz")
        return [each["reason"] for each in json.loads(body)["why_not"]] if status == 503 else []

    def shards(self) -> list[int]:
        status, body = self.get("/readyz")
        return list(json.loads(body)["shards"]) if status else []

    def metrics(self) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
        """Sample name -> labels (but `processor`) -> value."""
        found: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
        for family in text_string_to_metric_families(self.get("/metrics")[1]):
            for sample in family.samples:
                labels = tuple(sorted((k, v) for k, v in sample.labels.items() if k != "processor"))
                found.setdefault(sample.name, {})[labels] = sample.value
        return found

    def total(self, name: str, **labels: str) -> float:
        """The sum of a metric over all series with these labels."""
        wanted = set(labels.items())
        return sum(value for has, value in self.metrics().get(name, {}).items() if wanted <= set(has))

    def log(self) -> list[dict[str, Any]]:
        """The lines of its log that are JSON."""
        return [json.loads(line) for line in self._log.read_text().splitlines() if line.startswith("{")]

    def text(self) -> str:
        return self._log.read_text()

    def end(self, wait_s: float = WAIT_S) -> int:
        """Ask it to stop (SIGTERM) and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(wait_s)


class Stage:
    """Topics of one test on the real broker, and the copies that run on them."""

    def __init__(self, broker: KafkaBroker, folder: Path) -> None:
        self.broker = broker
        self.folder = folder
        self.prefix = f"p{next(_numbers)}."
        self.copies: list[Copy] = []
        self._count = 0

    def make_topics(self) -> None:
        make_the_contracts_topics(self.broker.address, PARTITIONS)
        empty_topic(self.broker.address, REJECTED, PARTITIONS)  # a shard reads on from what is under its name
        make_topics(self.broker.address, topics(self.prefix), PARTITIONS)

    def start(self, which: str, **settings: str) -> Copy:
        given = {
            "TOUSU_BROKER": self.broker.address, "TOUSU_PARTITIONS": str(PARTITIONS),
            "TOUSU_DATA": str(self.folder), "TOUSU_GROUP": f"{self.prefix}{which}", "TOUSU_CENSUS_S": "0.2",
        }  # fmt: skip
        copy = Copy(which, self.prefix, self.folder, given | {f"TOUSU_{k.upper()}": v for k, v in settings.items()})
        self.copies.append(copy)
        return copy

    def publish(self, count: int, **producer: str) -> None:
        """So many events from outside, spread over all partitions."""
        client = Producer({"bootstrap.servers": self.broker.address, "log_level": 0, **producer})
        if "transactional.id" in producer:
            client.init_transactions(WAIT_S)
            client.begin_transaction()
        for _ in range(count):
            partition = self._count % PARTITIONS
            key, value, headers = inbound(self._count, key_in(partition, PARTITIONS, 0), datetime.now(UTC))
            client.produce(self.prefix + INBOUND, value, key, partition, headers=dict(headers))
            self._count += 1
        if "transactional.id" in producer:
            client.commit_transaction(WAIT_S)
        assert client.flush(WAIT_S) == 0

    def end(self) -> None:
        for copy in self.copies:
            if copy.process.poll() is None:
                copy.process.kill()
                copy.process.wait()


@pytest.fixture
def stage(kafka: KafkaBroker, tmp_path: Path) -> Iterator[Stage]:
    """Topics and processes of one test."""
    found = Stage(kafka, tmp_path)
    yield found
    found.end()
