"""Plays a file of inbound events to a broker on simulated time: events in the order of arrival, ticks in between.

A tick goes to every partition of every inbound topic, so that each shard knows that nothing older is on its way; only
then does intake take what has arrived (tousu/runtime/merge.py). Whole days so pass in seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, NamedTuple

import orjson
from confluent_kafka import KafkaException, Producer

from tousu.connection import Connection
from tousu.contract import cards
from tousu.demo.diary import BEIJING
from tousu.demo.numbering import about_case
from tousu.event import text_of_time
from tousu.failure import Retry, Stop
from tousu.runtime.arrival import TICK
from tousu.runtime.librdkafka import LOG
from tousu.runtime.partition import partition_of
from tousu.simulation.lines import BadLine, Inbound, inbound_of

FLUSH_S: Final = 30.0
MINUTE: Final = timedelta(minutes=1)
INBOUND: Final = tuple(card.topic for card in cards() if card.topic.startswith("complaints.inbound."))
"""On which topics events come in, and time is told."""


class Beat(NamedTuple):
    """A moment of simulated time up to which everything is published before the tick."""

    moment: datetime
    lines: tuple[Inbound, ...]


def moments(first: datetime, last: datetime, busy: Collection[date], zone: tzinfo) -> Iterator[datetime]:
    """When time is told before `last`, by the clocks of `zone`: every ten minutes of the first day, every half hour of
    other days on which something arrives (`busy`), else four times a day.
    """
    began = day = first.astimezone(zone).date()
    while True:
        for minute in range(0, 1440, 10):
            is_open = 7 <= minute // 60 < 23
            every = 10 if day == began and is_open else 30 if day in busy and is_open else 360
            now = datetime.combine(day, time(*divmod(minute, 60)), zone).astimezone(UTC)
            if now >= last:
                return
            if minute % every == 0:
                yield now
        day += timedelta(days=1)


def beats(
    lines: Iterable[bytes], zone: tzinfo = BEIJING, until: datetime | None = None, *, after: timedelta = timedelta(0)
) -> list[Beat]:  # fmt: skip
    """A file as beats, from the day of its first line to so long `after` its last one, or to `until` if later. Raises
    BadLine, Stop `no_events` for a file without any.

    A department may write about a case that was opened since the last beat: time is told in between, so that intake
    gives the case its number first. What a line says of a case that no line before it tells is played as it stands.
    """
    read = list(_in_order(lines))
    if not read:
        raise Stop("no_events", "there is no event to play in the file: an event is a line of it")
    arrivals = [arrival for arrival, _ in read]
    last = arrivals[-1] + after if until is None else max(arrivals[-1] + after, until)
    busy = {arrival.astimezone(zone).date() for arrival in arrivals}
    busy |= {(arrivals[-1].astimezone(zone) + timedelta(days=n)).date() for n in range(after.days + 1)}
    ticks = moments(arrivals[0], last, busy, zone)
    result: list[Beat] = []
    lines_now: list[Inbound] = []
    known_ids: set[str] = set()
    opened: set[str] = set()

    def end(moment: datetime) -> None:
        result.append(Beat(moment, tuple(lines_now)))
        lines_now.clear()
        opened.clear()

    tick = next(ticks, last)
    for arrival, inbound in read:
        while tick < arrival:
            end(tick)
            tick = next(ticks, last)
        if inbound.case_of in opened:
            end(arrival)
        lines_now.append(inbound if inbound.case_of in known_ids else inbound._replace(case_of=None))
        if inbound.case_of is None:
            event_id = _id_of(inbound)
            opened.add(event_id)
            known_ids.add(event_id)
    for moment in (tick, *ticks):
        end(moment)
    if result[-1].moment < last:
        end(last)
    return result


def _in_order(lines: Iterable[bytes]) -> Iterator[tuple[datetime, Inbound]]:
    """Each line with the time of its arrival. Raises BadLine where there is none, or one before that of another line
    above it.
    """
    before: tuple[int, datetime] | None = None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        inbound = inbound_of(line, number)
        arrival = inbound.arrival
        if arrival is None:
            message = (
                f"line {number}: nothing says when it arrives; give `arrival`, or `time` in its `event`, such as "
                "2026-09-22T09:30:00+08:00"
            )
            raise BadLine(message)
        if before is not None and arrival < before[1]:
            message = (
                f"line {number}: arrives at {text_of_time(arrival)} (`arrival`, else `receivedtime` or `time` of its "
                f"`event`), before line {before[0]} at {text_of_time(before[1])}; sort the lines by their arrival"
            )
            raise BadLine(message)
        if inbound.topic not in INBOUND:
            raise BadLine(
                f"line {number}: no events come in on `topic` {inbound.topic}; topics are {', '.join(INBOUND)}"
            )
        before = (number, arrival)
        yield arrival, inbound


def _id_of(inbound: Inbound) -> str:
    try:
        return str(orjson.loads(inbound.value).get("id", ""))
    except (orjson.JSONDecodeError, AttributeError):
        return ""


class Player:
    """Publishes beats. `number_of` gives the number of the case that an event opened, waiting for it if need be; none
    where it opened none, and then a report goes out as the file has it.
    """

    def __init__(self, connection: Connection, partitions: int, number_of: Callable[[str], str]) -> None:
        self._partitions = partitions
        self._number_of = number_of
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
            number = self._number_of(inbound.case_of)
            if number:
                key, value = number, orjson.dumps(about_case({"event": event}, number)["event"])
        partition = partition_of(key, self._partitions) if key is not None else 0
        self._produce(inbound.topic, partition, key, value, dict(inbound.headers))

    def tick(self, moment: datetime) -> None:
        """Tell every shard that nothing earlier will come."""
        now = text_of_time(moment)
        for topic in INBOUND:
            for partition in range(self._partitions):
                headers = {
                    "ce_specversion": b"1.0", "ce_id": f"tick-{now}".encode(), "ce_source": b"/demo",
                    "ce_type": TICK.encode(), "ce_time": now.encode(), "content-type": b"application/json",
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
