"""The ground on which everything is measured: one broker, one PostgreSQL, on loopback, gone when the run ends."""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Self, cast

import msgspec
import psutil
from confluent_kafka import Consumer, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from bench.rehearsal import PARTITIONS, Backlog
from tousu.client.topics import Topics
from tousu.contract import card, cards
from tousu.local.kafka import KafkaBroker
from tousu.local.postgres import PostgresServer
from tousu.runtime.kafka_sink import BATCH_BYTES

ASK_S: Final = 30.0
IN_FLIGHT_MAX: Final = 100_000
RECORD_BYTES_MAX: Final = 1_048_588
"""What a broker takes unless told."""
QUIET: Final = logging.getLogger("bench.librdkafka")
"""What librdkafka says of connections is not part of the report."""
QUIET.addHandler(logging.NullHandler())
QUIET.propagate = False


class Out(NamedTuple):
    """A record to be written; `headers` as Kafka has them."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]


class Ground(AbstractContextManager["Ground"]):
    """The servers. `fresh_topics` gives every measurement topics of its own, empty ones."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kafka = KafkaBroker(folder / "kafka", settings={"file.delete.delay.ms": "1000"})
        self.postgres = PostgresServer(folder / "postgres")
        self._numbers = itertools.count(1)

    def __enter__(self) -> Self:
        self.kafka.start()
        self.postgres.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kafka.stop()
        self.postgres.stop()

    def number(self) -> int:
        """A number that no measurement had before: for names of groups, databases, folders."""
        return next(self._numbers)

    def database(self, kind: str, name: str) -> str:
        """A new, empty database: `kind` is postgresql or sqlite."""
        name = f"{name}_{self.number()}"
        if kind == "postgresql":
            return self.postgres.create_database(name)
        return f"sqlite:///{self.folder / name}.sqlite"

    def drop(self, url: str) -> None:
        """Remove a database, so that what it still writes does not disturb the next measurement."""
        name = url.rpartition("/")[2]
        if url.startswith("postgresql"):
            self.postgres.drop_database(name)
            return
        for path in self.folder.glob(f"{name}*"):
            path.unlink()

    def fresh_topics(self, *others: str) -> None:
        """The topics of the contract, and others, made anew with the partition count of the benchmark."""
        # What is no topic of ours is as one of ours, but for the size of a record: the peers choose their own batches.
        like_ours = msgspec.structs.replace(card("complaints.accepted"), max_message_bytes=RECORD_BYTES_MAX)
        cards_wanted = [*cards(), *(msgspec.structs.replace(like_ours, topic=name) for name in others)]
        wanted = [each.topic for each in cards_wanted]
        admin = AdminClient({"bootstrap.servers": self.kafka.address}, logger=QUIET)
        there = set(admin.list_topics(timeout=ASK_S).topics)
        old = [topic for topic in wanted if topic in there]
        for future in admin.delete_topics(old, operation_timeout=ASK_S).values() if old else ():
            future.result()
        until(lambda: not set(wanted) & set(admin.list_topics(timeout=ASK_S).topics), "the old topics are gone")
        with Topics(self.kafka.address) as topics:
            topics.apply(topics.plan(PARTITIONS, wanted=cards_wanted))
        until(lambda: self._led(admin, wanted), "every new topic has a leader")

    @staticmethod
    def _led(admin: AdminClient, wanted: Iterable[str]) -> bool:
        """Whether the broker tells of every topic and answers for each partition; it may tell of a leader before."""
        wanted = list(wanted)
        if not set(wanted) <= set(admin.list_topics(timeout=ASK_S).topics):
            return False
        newest = OffsetSpec.latest()  # type: ignore[no-untyped-call]
        places = [TopicPartition(topic, number) for topic in wanted for number in range(PARTITIONS)]
        ends = admin.list_offsets(dict.fromkeys(places, newest))
        return all(end.exception(ASK_S) is None for end in ends.values())

    def fill(self, records: Iterable[Out]) -> int:
        """Write records in order and wait until all are acknowledged; how many they were."""
        producer = Producer(
            {
                "bootstrap.servers": self.kafka.address, "linger.ms": 20, "enable.idempotence": True,
                "queue.buffering.max.messages": IN_FLIGHT_MAX + 10, "batch.size": BATCH_BYTES,
            },
            logger=QUIET,
        )  # fmt: skip
        failed: list[str] = []

        def told(error: Any, message: Any) -> None:
            if error is not None:
                failed.append(str(error))

        count = 0
        for each in records:
            producer.produce(
                each.topic, each.value, each.key, each.partition, on_delivery=told, headers=list(each.headers)
            )
            count += 1
            if len(producer) >= IN_FLIGHT_MAX:
                producer.flush(ASK_S)
        if producer.flush(ASK_S) or failed:
            raise RuntimeError(f"the backlog could not be written: {failed[:1]}")
        return count

    def ends(self, topics: Iterable[str]) -> dict[TopicPartition, int]:
        """The end of every partition of these topics."""
        consumer = Consumer({"bootstrap.servers": self.kafka.address, "group.id": "bench.ends"}, logger=QUIET)
        try:
            places = [TopicPartition(topic, partition) for topic in topics for partition in range(PARTITIONS)]
            return {place: consumer.get_watermark_offsets(place, timeout=ASK_S)[1] for place in places}
        except KafkaException as error:
            raise RuntimeError(f"the ends of {topics} cannot be had: {error}") from error
        finally:
            consumer.close()

    def servers_cpu_s(self) -> dict[str, float]:
        """CPU seconds used so far by the broker and by all processes of PostgreSQL."""
        return {"broker": cpu_s(self.kafka.pid), "postgres": cpu_s(self.postgres.pid)}


def type_of(message: Message) -> str:
    """The event type that a record says it has."""
    for name, value in cast("list[tuple[str, bytes]]", message.headers() or []):
        if name == "ce_type":
            return value.decode()
    return ""


def records_of(backlog: Backlog) -> Iterator[Out]:
    """A backlog as records to be written, partition by partition in its order, the topics by turns."""
    for logs in backlog.values():
        for log in logs:
            for record in log:
                yield Out(record.topic, record.partition, record.key, record.value, record.headers)


def cpu_s(pid: int) -> float:
    """CPU seconds of a process and its children, those that have ended included."""
    process = psutil.Process(pid)
    total = 0.0
    for each in [process, *process.children(recursive=True)]:
        try:
            times = each.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    own = process.cpu_times()
    return total + own.children_user + own.children_system


def until(done: Callable[[], bool], what: str, wait_s: float = ASK_S, every_s: float = 0.05) -> None:
    """Ask again and again. Raises RuntimeError naming what was waited for."""
    ends_s = time.monotonic() + wait_s
    while not done():
        if time.monotonic() > ends_s:
            raise RuntimeError(f"waited {wait_s:g} s in vain until {what}")
        time.sleep(every_s)


def rate(count: float, seconds: float) -> float:
    """Per second; 0 where no time was taken."""
    return count / seconds if seconds else 0.0


def shares(parts: Mapping[str, float]) -> dict[str, float]:
    """Each part as a share of the whole."""
    whole = sum(parts.values())
    return {name: part / whole if whole else 0.0 for name, part in parts.items()}
