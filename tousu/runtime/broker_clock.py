"""What the brokers' clocks say: learnt from small records whose append time comes back with the delivery report.

No host of ours is trusted with the time (docs/decisions, 22): a processor's machine may be days off, and every limit
would be with it. Kafka has no question for a broker's time, so one is written and thrown away.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any, Final, NamedTuple

from confluent_kafka import TIMESTAMP_LOG_APPEND_TIME, KafkaError, KafkaException, Message, Producer, TopicCollection
from confluent_kafka.admin import AdminClient, ConfigResource  # type: ignore[attr-defined]

from tousu.failure import Retry
from tousu.login import not_authorised
from tousu.runtime.checkpoint import NEVER_US

SETTING: Final = "message.timestamp.type"
APPEND_TIME: Final = "LogAppendTime"
ASK_EVERY_S: Final = 0.5
LEADERS_EVERY_S: Final = 10.0
FRESH_S: Final = 10.0
"""A broker that has not answered for this long says nothing of the time any more."""
REQUEST_S: Final = 5.0


class _ClockReading(NamedTuple):
    """What a broker's clock said, and when we learnt of it (seconds of a monotonic clock)."""

    time_us: int
    heard_at_s: float


class BrokerClocks:
    """The clocks of all brokers that lead a partition of `topic`. Nothing here waits or raises."""

    def __init__(self, topic: str, admin: AdminClient, settings: Mapping[str, Any]) -> None:
        self._topic = topic
        self._admin = admin
        own = {"acks": 1, "linger.ms": 0, "message.timeout.ms": int(REQUEST_S * 1000), "retries": 0}
        self._producer = Producer({**settings, **own, "log_level": 0})
        self._leaders: dict[int, int] = {}
        """Partition -> the broker that leads it; one partition a broker."""
        self._question: Future[Any] | None = None
        self._leaders_at_s = float("-inf")
        self._asked_at_s = float("-inf")
        self._readings: dict[int, _ClockReading] = {}

    def turn(self) -> None:
        """Take answers in, and ask again when it is time."""
        self._producer.poll(0)
        now_s = time.monotonic()
        self._follow_leaders(now_s)
        if now_s - self._asked_at_s < ASK_EVERY_S or not self._leaders or len(self._producer) > len(self._leaders):
            return
        self._asked_at_s = now_s
        for partition in self._leaders:
            try:
                self._producer.produce(self._topic, b"", partition=partition, on_delivery=self._heard)
            except (BufferError, KafkaException):
                return  # asked again soon; time stands still meanwhile

    def time_us(self) -> int:
        """A time that at least half of the brokers' clocks have reached; -1 while none has been heard."""
        return _lower_median([reading.time_us for reading in self._fresh()])

    def others_us(self) -> int:
        """What the clocks say now, however one of them runs; -1 where fewer than two brokers are heard."""
        now_s = time.monotonic()
        fresh = [reading.time_us + int((now_s - reading.heard_at_s) * 1e6) for reading in self._fresh()]
        return _lower_median(fresh) if len(fresh) > 1 else NEVER_US

    def close(self) -> None:
        self._producer.purge()
        self._producer.flush(0)

    def _fresh(self) -> list[_ClockReading]:
        oldest_s = time.monotonic() - FRESH_S
        return [reading for reading in self._readings.values() if reading.heard_at_s > oldest_s]

    def _follow_leaders(self, now_s: float) -> None:
        if self._question is None and now_s - self._leaders_at_s > LEADERS_EVERY_S:
            self._leaders_at_s = now_s
            wanted = TopicCollection([self._topic])
            self._question = self._admin.describe_topics(wanted, request_timeout=REQUEST_S)[self._topic]
        if self._question is None or not self._question.done():
            return
        question, self._question = self._question, None
        if question.exception() is not None:
            self._leaders_at_s = now_s - LEADERS_EVERY_S + ASK_EVERY_S
            return
        led = {
            partition.leader.id: partition.id
            for partition in question.result().partitions
            if partition.leader is not None
        }
        self._leaders = {partition: broker for broker, partition in led.items()}
        self._readings = {broker: reading for broker, reading in self._readings.items() if broker in led}

    def _heard(self, error: KafkaError | None, message: Message) -> None:
        kind, time_ms = message.timestamp()
        broker = self._leaders.get(message.partition() or 0)
        if error is None and kind == TIMESTAMP_LOG_APPEND_TIME and broker is not None:
            self._readings[broker] = _ClockReading(1000 * time_ms, time.monotonic())


def check_append_time(admin: AdminClient, topics: Sequence[str]) -> None:
    """Raises Retry `no_append_time` for topics that keep their writers' times, `broker_away` while nobody answers."""
    resources = [ConfigResource(ConfigResource.Type.TOPIC, topic) for topic in topics]
    try:
        answers = admin.describe_configs(resources, request_timeout=REQUEST_S)
        kinds = {resource.name: answer.result()[SETTING].value for resource, answer in answers.items()}
    except KafkaException as error:
        if error.args[0].code() == KafkaError.TOPIC_AUTHORIZATION_FAILED:
            raise not_authorised("read the settings of its topics", error.args[0]) from error
        raise Retry("broker_away", f"cannot read the topics' settings: {error.args[0].str()}") from error
    wrong = ", ".join(sorted(topic for topic, kind in kinds.items() if kind != APPEND_TIME))
    if wrong:
        message = (
            f"{wrong}: {SETTING} must be {APPEND_TIME}, or an adapter's clock decides; `tousu topics apply` sets it"
        )
        raise Retry("no_append_time", message)


def _lower_median(times_us: list[int]) -> int:
    return sorted(times_us)[(len(times_us) - 1) // 2] if times_us else NEVER_US
