"""Time by the broker's clock, on a real broker: what was appended when decides, whatever the hosts' clocks say.

The expected times are the append times that an independent reader finds on the wire.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from confluent_kafka import TIMESTAMP_LOG_APPEND_TIME, Consumer, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource  # type: ignore[attr-defined]

from tests.integration.process.copy_of import elsewhere
from tests.integration.runtime import counting
from tests.integration.runtime.world import Diary
from tests.new_topics import make_topics
from tousu.failure import Retry
from tousu.local.kafka import KafkaBroker
from tousu.runtime.arrival import TICK
from tousu.runtime.clock import SetClock, TimeSource, WallClock
from tousu.runtime.kafka import KafkaSource
from tousu.runtime.kafka_sink import KafkaSink
from tousu.runtime.loop import Loop, Tuning
from tousu.runtime.processor import Input, Processor
from tousu.runtime.store import Store

WAIT_S = 120.0
_numbers = itertools.count()


class Keeper:
    """A keeper of two inbound topics on a real broker, one partition each, and whoever writes to them."""

    def __init__(self, broker: KafkaBroker, folder: Path, clock: TimeSource, transaction_s: float) -> None:
        number = next(_numbers)
        self.prefix = f"append{number}."
        self.first, self.second, self.log = (f"{self.prefix}{name}" for name in ("t.inbound", "t.second", "t.log"))
        self.time = f"{self.prefix}time"
        self.servers = broker.address
        make_topics(broker.address, [self.first, self.second, self.log, self.time], 1)
        self.writer = Producer({"bootstrap.servers": broker.address, "log_level": 0})
        self.url, self.clock, self.transaction_s = f"sqlite:///{folder / 'keeper'}{number}.sqlite", clock, transaction_s
        self._sent = 0
        self.open()

    def open(self) -> None:
        """A copy starts, or starts again."""
        keeper = elsewhere(counting.keeper(), self.prefix)
        keeper = msgspec.structs.replace(keeper, inputs=(Input(self.first), Input(self.second)), outputs=(self.log,))
        self.processor: Processor = keeper
        store = Store(self.url, keeper.name, keeper.kinds)
        store.create()
        source = KafkaSource(
            self.servers, f"{self.prefix}group", [self.first, self.second], session_s=6.0, member="the-only-one",
            time_topic=self.time, transaction_s=self.transaction_s,
        )  # fmt: skip
        self.diary = Diary()
        self.loop = Loop(
            keeper, source, KafkaSink(self.servers), store, self.clock, tuning=Tuning(), observer=self.diary
        )

    def send(self, topic: str, told_at: datetime, writer: Producer | None = None) -> None:
        self._sent += 1
        key, value, headers = counting.inbound(self._sent, "k", told_at)
        (writer or self.writer).produce(topic, value, key, 0, headers=dict(headers))
        (writer or self.writer).flush()

    def until(self, true: Callable[[], bool], what: str) -> None:
        ends_s = time.monotonic() + WAIT_S
        while not true():
            assert time.monotonic() < ends_s, f"waited in vain until {what}; {self.diary.lines}"
            self.loop.step(0.05)

    def written(self, *, ticks: bool) -> list[Message]:
        return [m for m in read(self.servers, self.log) if (header(m, "ce_type") == TICK) is ticks]


def read(servers: str, topic: str) -> list[Message]:
    """Everything in a topic's only partition, by a reader of its own."""
    reader = Consumer({"bootstrap.servers": servers, "group.id": "reader", "enable.auto.commit": False})
    _, end = reader.get_watermark_offsets(TopicPartition(topic, 0))
    reader.assign([TopicPartition(topic, 0, 0)])
    found: list[Message] = []
    while end and (not found or (found[-1].offset() or 0) < end - 1):
        message = reader.poll(5.0)
        assert message is not None and message.error() is None
        found.append(message)
    reader.close()
    return found


def header(message: Message, name: str) -> str:
    return dict(message.headers() or [])[name].decode()  # type: ignore[union-attr]


def appended(message: Message) -> datetime:
    kind, time_ms = message.timestamp()
    assert kind == TIMESTAMP_LOG_APPEND_TIME
    return datetime.fromtimestamp(time_ms / 1000, UTC)


def stamp(message: Message) -> datetime:
    return datetime.fromisoformat(header(message, "tousu-time"))


@pytest.fixture
def keeper(kafka: KafkaBroker, tmp_path: Path) -> Iterator[Callable[..., Keeper]]:
    made: list[Keeper] = []

    def make(clock: TimeSource | None = None, transaction_s: float = 60.0) -> Keeper:
        made.append(Keeper(kafka, tmp_path, clock or WallClock(), transaction_s))
        return made[-1]

    yield make
    for each in made:
        each.loop.finish()


def test_what_is_read_late_is_stamped_with_its_append_time_and_taken_in_that_order(
    keeper: Callable[..., Keeper],
) -> None:
    works = keeper()
    works.until(lambda: len(works.written(ticks=True)) > 0, "time passes")
    works.loop.finish()
    for topic in (works.second, works.first, works.second, works.second, works.first):
        works.send(topic, datetime.now(UTC))
    works.open()
    works.until(lambda: len(works.written(ticks=False)) == 5, "everything is passed on")
    inbound = sorted(  # of equal times the first topic's record comes first
        (appended(m), place, m.offset() or 0, header(m, "ce_id"))
        for place, topic in enumerate((works.first, works.second))
        for m in read(works.servers, topic)
    )
    passed_on = works.written(ticks=False)
    assert [(stamp(m), header(m, "ce_causationid")) for m in passed_on] == [(at, id_) for at, _, _, id_ in inbound]


@pytest.mark.parametrize("off", (timedelta(days=10), timedelta(days=-10)), ids=("ten days ahead", "ten days behind"))
def test_the_clock_of_the_host_moves_no_time(keeper: Callable[..., Keeper], off: timedelta) -> None:
    works = keeper(SetClock(datetime.now(UTC) + off))
    works.send(works.first, datetime.now(UTC))

    def ticked() -> bool:
        works.clock.set(datetime.now(UTC) + off)  # type: ignore[attr-defined]
        return len(works.written(ticks=True)) > 2

    if off < timedelta():
        # One broker alone, and the machine says otherwise: nobody confirms the time, so an operator is asked.
        works.until(lambda: bool(works.loop.halted), "the shard is held")
        assert works.loop.halted[0].reason == "clock_jump"
        return
    works.until(ticked, "time passes")
    for tick in works.written(ticks=True):
        assert timedelta() <= appended(tick) - stamp(tick) < timedelta(seconds=30), "no tick is ahead of the brokers"


def test_an_open_transaction_holds_time_back_no_longer_than_the_setting_says(keeper: Callable[..., Keeper]) -> None:
    works = keeper(transaction_s=3.0)
    works.until(lambda: len(works.written(ticks=True)) > 0, "time passes")
    adapter = Producer(
        {"bootstrap.servers": works.servers, "log_level": 0, "transactional.id": f"{works.prefix}adapter"}
    )
    adapter.init_transactions()
    adapter.begin_transaction()
    works.send(works.first, datetime.now(UTC), adapter)
    opened = datetime.now(UTC)
    works.send(works.second, datetime.now(UTC))
    works.until(lambda: len(works.written(ticks=False)) == 1, "the other topic is taken without it")
    assert appended(works.written(ticks=False)[0]) - opened > timedelta(seconds=2), "it was waited for"
    adapter.commit_transaction()
    works.until(lambda: len(works.written(ticks=False)) == 2, "what the transaction held comes in")
    late = works.written(ticks=False)[-1]
    assert header(late, "ce_causationid") == "e1"
    assert not works.loop.halted


def test_a_topic_that_keeps_its_writers_times_stops_the_shard_by_name(keeper: Callable[..., Keeper]) -> None:
    works = keeper()
    works.until(lambda: len(works.written(ticks=True)) > 0, "time passes")
    admin = AdminClient({"bootstrap.servers": works.servers})
    entry = ConfigEntry("message.timestamp.type", "CreateTime", incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ConfigResource.Type.TOPIC, works.second, incremental_configs=[entry])
    for changed in admin.incremental_alter_configs([resource]).values():
        changed.result(30)
    source = works.loop._source
    assert isinstance(source, KafkaSource)
    with pytest.raises(Retry) as start:
        source.check_append_time([works.first, works.second])
    assert start.value.reason == "no_append_time"
    assert works.second in start.value.message and works.first not in start.value.message

    def held() -> bool:
        works.send(works.second, datetime.now(UTC))
        return bool(works.loop.halted)

    works.until(held, "the shard is held")
    assert works.loop.halted[0].reason == "no_append_time"
    assert works.second in works.loop.halted[0].message
