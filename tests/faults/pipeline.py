"""The real pipeline under faults: every processor in processes of its own, on a real broker.

Simulated time: the test publishes what adapters and departments say, and ticks, so that working days pass at once.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, TypeVar

import orjson
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition

from tests.faults.money import watching
from tests.faults.oracle import head
from tests.new_topics import make_the_contracts_topics
from tousu import contract
from tousu.runtime.broker import Record
from tousu.runtime.partition import partition_of
from tousu.simulation.processors import WITH_CHECKPOINT

T = TypeVar("T")
Headers = list[tuple[str, str | bytes | None]]
PROCESSORS = WITH_CHECKPOINT
PARTITIONS = 2
CHINA = timezone(timedelta(hours=8))
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA)
"""The begin of four weeks without a holiday."""
PATIENCE_S = 200.0
MASTER_KEY = "b6864d16c17faf60026f180fac1706fb670a9822db6830c8609821360b358ded"
OURS_ASIDE = {name: value for name, value in os.environ.items() if not name.startswith("TOUSU_")}
"""The environment without settings: a processor refuses those that it does not know, such as TOUSU_FAULT_SEEDS."""


class Copy:
    """One process of a processor."""

    def __init__(self, name: str, number: int, environment: dict[str, str], log: Path) -> None:
        self.name, self.number = name, number
        self.log = log
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", f"services.{name}"], env=environment, stdout=file, stderr=file
            )

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def signal(self, number: int) -> None:
        if self.alive:
            self.process.send_signal(number)

    def end(self) -> int:
        """Stop it gracefully. Returns its exit code."""
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


class Pipeline:
    """Broker address and databases of one run, its processes, and what was said to it."""

    def __init__(
        self, servers: str, database: Callable[[str], str], folder: Path, settings: Mapping[str, str] | None = None,
        replicas: int = 1,
    ) -> None:  # fmt: skip
        self.servers = servers
        self.partitions = PARTITIONS
        """What adapters and this reader know of; processors are started with it."""
        self._settings = dict(settings or {})
        self.folder = folder
        self.databases = {name: database(name) for name in PROCESSORS}
        self.copies: list[Copy] = []
        self.time = MONDAY
        self.cases: dict[str, str] = {}
        self._sent = 0
        self._lost: list[str] = []
        self._logs: dict[str, list[list[Record]]] = {}
        quiet: dict[str, Any] = {"bootstrap.servers": servers, "log_level": 2}
        self._reader = Consumer({**quiet, "group.id": "reader", "enable.auto.commit": False})
        self._producer = Producer({**quiet, "enable.idempotence": True, "linger.ms": 5})
        self.inbound = [card.topic for card in contract.cards() if "intake" in card.readers]
        make_the_contracts_topics(servers, self.partitions, replicas)

    # -- processes ----------------------------------------------------------------------------------------------

    def start(self, name: str, number: int = 0, failpoint: str = "", *, fixed_member: bool = True) -> Copy:
        """Start a copy. A fixed member name spares a restarted copy the wait for the session of the dead one."""
        environment = {
            **OURS_ASIDE,
            "TOUSU_BROKER": self.servers,
            "TOUSU_DATABASE": self.databases[name],
            "TOUSU_DATA": str(self.folder),
            "TOUSU_PARTITIONS": str(self.partitions),
            "TOUSU_TIME": "events",
            "TOUSU_SESSION_S": "6",
            "TOUSU_MASTER_KEY": MASTER_KEY,
            "TOUSU_MEMBER": f"{name}-{number}" if fixed_member else "",
            "TOUSU_FAILPOINT": failpoint,
            "TOUSU_LOG": "json",
            **self._settings,
        }
        copy = Copy(name, number, environment, self.folder / f"{name}-{number}.log")
        self.copies.append(copy)
        return copy

    def newest(self) -> list[Copy]:
        """The process that was started last of each copy."""
        return list({(copy.name, copy.number): copy for copy in self.copies}.values())

    def start_all(self) -> None:
        for name in PROCESSORS:
            self.start(name)

    def command(self, *words: str) -> None:
        """Run a `tousu` command against this pipeline; it must find nothing wrong."""
        tousu = Path(sys.executable).with_name("tousu")
        environment = {
            **OURS_ASIDE,
            "TOUSU_BROKER": self.servers,
            "TOUSU_MASTER_KEY": MASTER_KEY,
            "TOUSU_TIME": "events",
        }
        done = subprocess.run([tousu, *words], env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, f"tousu {' '.join(words)}: {done.stdout}\n{done.stderr}"

    def end(self) -> None:
        """End every process, however it is."""
        for copy in self.copies:
            copy.signal(signal.SIGCONT)
            copy.signal(signal.SIGKILL)
        for copy in self.copies:
            copy.process.wait()
        self._reader.close()

    def logs(self) -> str:
        """The end of every log, for the message of a test that fails."""
        paths = sorted(self.folder.glob("*.log"))
        tails = (path.read_text(errors="replace").splitlines()[-8:] for path in paths)
        return "\n".join(f"--- {path.name}\n" + "\n".join(tail) for path, tail in zip(paths, tails, strict=True))

    def until(self, found: Callable[[], T | None], what: str) -> T:
        """Ask again and again until there is an answer."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            answer = found()
            if answer:
                return answer
            self._producer.poll(0.05)
        raise AssertionError(f"{what} did not come within {PATIENCE_S:g} s\n{self.logs()}")

    # -- what adapters and departments say ----------------------------------------------------------------------

    def publish(self, topic: str, kind: str, key: str, data: dict[str, Any], at: datetime, received: datetime) -> str:
        """Publish one inbound event. Returns its id."""
        self._sent += 1
        event_id = f"in-{self._sent}"
        headers: Headers = [
            ("ce_specversion", "1.0"), ("ce_id", event_id), ("ce_source", contract.source_on(topic)), ("ce_type", kind),
            ("ce_time", at.isoformat()), ("ce_receivedtime", received.isoformat()),
            ("content-type", "application/json"),
        ]  # fmt: skip
        self.raw(topic, key, orjson.dumps(data), headers)
        return event_id

    def raw(self, topic: str, key: str, value: bytes, headers: Headers) -> None:
        self.produce(topic, value, key, partition_of(key, self.partitions), headers)

    def produce(self, topic: str, value: bytes, key: str | None, partition: int, headers: Headers) -> None:
        self._producer.produce(topic, value, key, partition, headers=headers, on_delivery=self._delivered)

    def _delivered(self, error: KafkaError | None, message: Message) -> None:
        if error is not None:
            self._lost.append(f"{message.topic()}/{message.partition()}: {error.str()}")

    def serve(self, seconds: float) -> None:
        """Let the test's own client do its work."""
        self._producer.poll(seconds)

    def flush(self) -> None:
        """Wait until all that the test said is in the topics."""
        self._producer.flush()
        assert not self._lost, f"the test itself could not say everything: {self._lost}"

    def learn_partitions(self, partitions: int) -> None:
        """From now on adapters and this reader know of so many partitions, which are there."""
        for topic in (card.topic for card in contract.cards()):
            self._producer.list_topics(topic, PATIENCE_S)
            self._reader.list_topics(topic, PATIENCE_S)
        self.partitions = partitions

    def tick(self, to: datetime) -> None:
        """Let simulated time go on to a moment, on every partition of every inbound topic."""
        self.time = to
        self._sent += 1
        for topic in self.inbound:
            for partition in range(self.partitions):
                headers: Headers = [
                    ("ce_specversion", "1.0"), ("ce_id", f"tick-{self._sent}-{partition}"), ("ce_source", "/test"),
                    ("ce_type", "tousu.time.ticked.v1"), ("ce_time", to.isoformat()),
                    ("content-type", "application/json"),
                ]  # fmt: skip
                self.produce(topic, b"{}", None, partition, headers)
        self.flush()

    # -- what came of it ----------------------------------------------------------------------------------------

    def read(self, topic: str) -> list[list[Record]]:
        """Everything in a topic now, per partition. What was read before is remembered."""
        logs = self._logs.setdefault(topic, [])
        logs += [[] for _ in range(len(logs), self.partitions)]
        starts = [TopicPartition(topic, p, len(log)) for p, log in enumerate(logs)]
        ends = [self.until(lambda each=each: self._end(each), f"the end of {topic}") - 1 for each in starts]  # type: ignore[misc]
        self._reader.assign(starts)
        while any(len(log) < end for log, end in zip(logs, ends, strict=True)):
            self._take(topic, logs)
        return logs

    def read_now(self, topic: str) -> list[list[Record]]:
        """As `read`, but where the broker cannot say just now, what has been read before."""
        places = [TopicPartition(topic, p) for p in range(self.partitions)]
        return self.read(topic) if all(self._end(each) for each in places) else self._logs.get(topic, [[], []])

    def _take(self, topic: str, logs: list[list[Record]]) -> None:
        for message in self._reader.consume(1000, 0.2):
            if message.error() is not None:
                continue  # the broker may be on its way back; what is missing is asked for again
            headers: Any = message.headers() or ()
            record = Record(
                topic, message.partition() or 0, message.offset() or 0, message.key(), message.value(), headers,
                message.timestamp()[1],
            )  # fmt: skip
            assert record.offset == len(logs[record.partition]), f"{topic}: an offset is missing"
            logs[record.partition].append(record)

    def _end(self, place: TopicPartition) -> int | None:
        """One more than the end of a partition, or None while the broker cannot say."""
        try:
            return int(self._reader.get_watermark_offsets(place, 5)[1]) + 1
        except KafkaException:
            return None

    def learn_cases(self) -> dict[str, str]:
        """Which case number each registered inbound event got."""
        for log in self.read("complaints.accepted"):
            for record in log:
                if head(record, "ce_type").endswith("registered.v1"):
                    data = orjson.loads(record.value or b"{}")
                    self.cases[data["source_event"]["id"]] = data["case_number"]
        return self.cases

    def time_of(self, topic: str, read: Callable[[str], list[list[Record]]] | None = None) -> datetime:
        """The time to which the slowest partition of a ticked topic has come."""
        newest: dict[int, datetime] = defaultdict(lambda: datetime(1970, 1, 1, tzinfo=UTC))
        for partition, log in enumerate((read or self.read)(topic)):
            for record in log[-1:]:
                newest[partition] = datetime.fromisoformat(head(record, "tousu-time"))
        return min(newest[partition] for partition in range(self.partitions))


@contextmanager
def pipeline(servers: str, database: Callable[[str], str], folder: Path) -> Iterator[Pipeline]:
    """A pipeline whose processes end with the block, whatever happens in it. All the while its money is watched."""
    made = Pipeline(servers, database, folder)
    try:
        with watching(made.databases["claims"]):
            yield made
    finally:
        made.end()
