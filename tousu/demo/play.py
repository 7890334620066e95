"""Plays a file of inbound events to a broker on simulated time: events in the order of arrival, ticks in between.

A tick goes to every partition of every inbound topic, so that each shard knows that nothing older is on its way; only
then does intake take what has arrived (tousu/runtime/merge.py). Whole days so pass in seconds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

import orjson
from confluent_kafka import KafkaException, Producer

from tousu.connection import Connection
from tousu.contract import cards
from tousu.demo.diary import BEIJING, DESK_DAYS, THE_DAY, at
from tousu.demo.numbering import about_case
from tousu.event import text_of_time
from tousu.failure import Retry
from tousu.runtime.arrival import TICK
from tousu.runtime.librdkafka import LOG
from tousu.runtime.partition import partition_of
from tousu.simulation.lines import Inbound, inbound_of

FLUSH_S: Final = 30.0
LAST_DAY: Final = DESK_DAYS[-1]
MINUTE: Final = timedelta(minutes=1)


class Beat(NamedTuple):
    """A moment of simulated time up to which everything is published before the tick."""

    moment: datetime
    lines: tuple[Inbound, ...]


def moments(first: date = THE_DAY, last: date = LAST_DAY) -> Iterator[datetime]:
    """When time is told: every ten minutes of the first day, every half hour of office days, each midnight."""
    day = first
    while day <= last:
        for minute in range(1440):
            now = at("00:00", day) + timedelta(minutes=minute)
            is_open = 7 <= now.hour < 23
            every = 10 if day == first and is_open else 30 if day in DESK_DAYS and is_open else 360
            if minute % every == 0:
                yield now
        day += timedelta(days=1)
    yield datetime.combine(day, datetime.min.time(), BEIJING) + 10 * MINUTE


def beats(lines: Iterable[bytes]) -> list[Beat]:
    """A file as beats. Raises BadLine.

    A department may write about a case that was opened since the last beat: time is told in between, so that intake
    gives the case its number first.
    """
    ticks = deque(moments())
    found: list[Beat] = []
    lines_now: list[Inbound] = []
    opened: set[str] = set()

    def end(moment: datetime) -> None:
        found.append(Beat(moment, tuple(lines_now)))
        lines_now.clear()
        opened.clear()

    arrival = ticks[0]
    for number, line in enumerate(lines, start=1):
        inbound = inbound_of(line, number)
        arrival = inbound.arrival or arrival
        while ticks and ticks[0] < arrival:
            end(ticks.popleft())
        if inbound.case_of in opened:
            end(arrival)
        lines_now.append(inbound)
        if inbound.case_of is None:
            opened.add(_id_of(inbound))
    for moment in ticks or (arrival,):
        end(moment)
    return found


def _id_of(inbound: Inbound) -> str:
    try:
        return str(orjson.loads(inbound.value).get("id", ""))
    except (orjson.JSONDecodeError, AttributeError):
        return ""


class Player:
    """Publishes beats. `number_of` gives the number of the case that an event opened, waiting for it if need be."""

    def __init__(self, connection: Connection, partitions: int, number_of: Callable[[str], str]) -> None:
        self._partitions = partitions
        self._number_of = number_of
        self._inbound = [card.topic for card in cards() if card.topic.startswith("complaints.inbound.")]
        self._failed = ""
        settings = {
            "bootstrap.servers": connection.servers, **connection.librdkafka(), "enable.idempotence": True,
            "linger.ms": 2, "message.max.bytes": 2_097_152,
        }  # fmt: skip
        self._producer = Producer(settings, logger=LOG)
        self.published = 0

    def play(self, beat: Beat) -> None:
        """Publish what arrived since the last beat, and then the time."""
        for inbound in beat.lines:
            self._send(inbound)
            self.published += 1
        self.tick(beat.moment)

    def _send(self, inbound: Inbound) -> None:
        key, value = inbound.key, inbound.value
        if inbound.case_of is not None:
            event = orjson.loads(value)
            key = self._number_of(inbound.case_of)
            value = orjson.dumps(about_case({"event": event}, key)["event"])
        partition = partition_of(key, self._partitions) if key is not None else 0
        self._produce(inbound.topic, partition, key, value, dict(inbound.headers))

    def tick(self, moment: datetime) -> None:
        """Tell every shard that nothing earlier will come."""
        time = text_of_time(moment)
        for topic in self._inbound:
            for partition in range(self._partitions):
                headers = {
                    "ce_specversion": b"1.0", "ce_id": f"tick-{time}".encode(), "ce_source": b"/demo",
                    "ce_type": TICK.encode(), "ce_time": time.encode(), "content-type": b"application/json",
                }  # fmt: skip
                self._produce(topic, partition, None, b"{}", headers)
        self._producer.poll(0)

    def _produce(self, topic: str, partition: int, key: str | None, value: bytes, headers: Mapping[str, bytes]) -> None:
        try:
            self._producer.produce(topic, value, key, partition, on_delivery=self._note, headers=list(headers.items()))
        except (BufferError, KafkaException) as error:
            raise Retry("broker_away", f"the broker does not take events: {error}") from error

    def _note(self, error: object, message: object) -> None:
        if error is not None:
            self._failed = self._failed or str(error)

    def finish(self) -> None:
        """Wait until everything is written. Raises Retry when the broker does not say so."""
        if self._producer.flush(FLUSH_S) or self._failed:
            raise Retry("not_written", f"not everything was written: {self._failed or 'the broker is silent'}")
