"""`tousu topics grow`: every topic gets more partitions while adapters go on publishing; the processors stand still."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from confluent_kafka import KafkaError, KafkaException, Message, Producer
from confluent_kafka.admin import AdminClient

from tousu.cli import options
from tousu.client.topics import Topics
from tousu.connection import Connection
from tousu.contract import cards, inbound_cards
from tousu.failure import Retry, Stop
from tousu.runtime import checkpoint as cp
from tousu.runtime.broker import Partition
from tousu.runtime.checkpoint import Checkpoint
from tousu.runtime.clock import WallClock
from tousu.runtime.cluster import Cluster
from tousu.runtime.draining import DrainLoop, DrainSource, RetracingDrainLoop, drain, whole
from tousu.runtime.growing import ACCEPTED, Growth, check_multiple, first_words, grow, is_grown, places, standing_shards
from tousu.runtime.history import History
from tousu.runtime.kafka_sink import KafkaSink
from tousu.runtime.loop import TICK_EVERY_US, Tuning
from tousu.runtime.own_log import OwnLog
from tousu.runtime.process import TIME_TOPIC, wiring_of
from tousu.runtime.processor import Processor
from tousu.runtime.settings import Settings, read_settings
from tousu.runtime.store import Store
from tousu.simulation.pipeline import composed
from tousu.simulation.processors import PROCESSORS, WITH_CHECKPOINT

ASK_S: Final = 10.0
GATE: Final = "intake"
INSTANTS_MAX: Final = 5
ROOM_US: Final = 1_000
"""So much earlier than the brokers' time is what counts as complete: instants pass within it."""
_ASLEEP: Final = frozenset({"EMPTY", "DEAD", "UNKNOWN"})


class Grown(NamedTuple):
    """What was done: rows that went to another shard, by processor, and how long each part took."""

    former: int
    partitions: int
    rows: Mapping[str, int] = {}
    worked_off_s: float = 0.0
    states_s: float = 0.0


class Member(NamedTuple):
    """A processor, its settings and its database."""

    processor: Processor
    settings: Settings
    store: Store


class Growing:
    """One growth, of all processors. Every step is one that may be cut short and done again."""

    def __init__(self, connection: Connection, former: int, partitions: int, members: Mapping[str, Member]) -> None:
        self._connection, self._former, self._partitions = connection, former, partitions
        self._members = members
        self._cut: tuple[dict[Partition, int], int] | None = None

    def checkpoints(self, name: str) -> dict[int, Checkpoint]:
        member = self._members[name]
        with member.store.transaction("cannot read the checkpoints") as connection:
            return standing_shards(connection, member.processor, self._former)

    def run(self, add_inbound: Callable[[], None]) -> Grown:
        """Add partitions where one speaks to tousu, work off what came before, put the states into their shards."""
        rows, begun_s = dict[str, int](), time.monotonic()
        all_checkpoints = {name: self.checkpoints(name) for name in self._members}
        is_begun = any(is_grown(checkpoint.values(), self._partitions) for checkpoint in all_checkpoints.values())
        add_inbound()
        if not is_begun:  # behind the first database that has grown nothing may be written in the old way any more
            self._work_off()
        worked_off_s = time.monotonic() - begun_s
        at = {name: self._places(name) for name in self._members}
        growth = Growth(former=self._former, partitions=self._partitions, at=at)
        for name in reversed(list(self._members)):  # intake last: what it says first tells where all others stood
            member, begins = self._members[name], {}
            if name == GATE:
                times = {shard: checkpoint.time_us for shard, checkpoint in self.checkpoints(name).items()}
                begins = first_words(member.processor, growth, times)
            rows[name] = grow(member.store, member.processor, self._former, self._partitions, begins)
        states_s = time.monotonic() - begun_s - worked_off_s
        return Grown(self._former, self._partitions, rows, worked_off_s, states_s)

    def _places(self, name: str) -> dict[int, dict[str, int]]:
        known = {shard: checkpoint for shard, checkpoint in self.checkpoints(name).items() if shard < self._former}
        return places(known, [source.topic for source in self._members[name].processor.inputs])

    def _work_off(self) -> None:
        """Let everybody come to one place, the first in the pipeline first. Raises Stop `not_drained`."""
        held = ""
        for instants in range(INSTANTS_MAX):
            drained = [self._drain(name, with_instant=bool(instants)) for name in self._members]
            held = next(filter(None, drained), "")
            if not held:
                return
        message = f"{held} until time passes: start the processors again, wait a while, then try once more"
        raise Stop("not_drained", message)

    def _drain(self, name: str, *, with_instant: bool) -> str:
        """Let one processor work off its inputs: of ours all there is, of adapters what came up to now. Names what it
        still holds back. `with_instant`: the first one lets a microsecond pass as well.
        """
        processor, settings, store = self._members[name]
        topics = [source.topic for source in processor.inputs]
        outputs = tuple(dict.fromkeys((*processor.outputs, *processor.ticks_to, *processor.ticks_spread_to)))
        with ExitStack() as stack:
            history = stack.enter_context(History(self._connection))
            wanted = [(topic, shard) for topic in topics for shard in range(self._former)]
            ends, complete_us = self._ends(history, processor, settings, wanted)
            facts = Cluster.at(self._connection, topics)
            counts = dict.fromkeys((*topics, *outputs), self._former)
            source = DrainSource(history, facts, ends, counts, complete_us)
            sink = KafkaSink(self._connection.servers, self._connection.librdkafka(), outputs)
            stack.callback(sink.close)
            around = (processor, source, sink, store, WallClock())
            tuning = Tuning(time_from_events=settings.time == "events")
            if complete_us == cp.NEVER_US:
                loop: DrainLoop | RetracingDrainLoop = DrainLoop(*around, tuning=tuning)
            else:
                own_log = stack.enter_context(OwnLog(processor, lambda: History(self._connection)))
                loop = RetracingDrainLoop(*around, tuning=tuning, own_log=own_log, noticed=lambda shard, numbers: None)
            held = drain(loop, source)
            if with_instant and processor.keeps_time:
                loop.let_an_instant_pass()
            return held

    def _ends(
        self, history: History, processor: Processor, settings: Settings, wanted: list[Partition]
    ) -> tuple[dict[Partition, int], int]:
        """Up to where to work, and the time at or after which all was appended that lies behind."""
        if not processor.keeps_time or settings.time == "events":
            return whole(history.extents(wanted)), cp.NEVER_US
        if self._cut is not None:  # the place to come to is one, however often it is tried
            return self._cut
        last_us = max(checkpoint.tick_us for checkpoint in self.checkpoints(processor.name).values())
        time_us = cp.NEVER_US
        while time_us < last_us + 2 * TICK_EVERY_US:  # so that a tick can follow all that is worked off
            time_us = brokers_time_us(self._connection)
        self._cut = history.from_time(wanted, time_us // 1000), time_us - ROOM_US
        return self._cut


def brokers_time_us(connection: Connection) -> int:
    """The time that the slowest clock of the brokers has reached that lead a partition of complaints.time."""
    heard: list[int] = []

    def note(error: KafkaError | None, message: Message) -> None:
        if error is None:
            heard.append(1000 * message.timestamp()[1])

    producer = Producer({"bootstrap.servers": connection.servers, **connection.librdkafka(), "log_level": 0})
    try:
        numbers = producer.list_topics(TIME_TOPIC, timeout=ASK_S).topics[TIME_TOPIC].partitions
        for number in numbers:
            producer.produce(TIME_TOPIC, b"", partition=number, on_delivery=note)
        left = producer.flush(ASK_S)
    except KafkaException as error:
        raise Retry("broker_away", f"the brokers do not tell the time: {error.args[0].str()}") from error
    if left or len(heard) < len(numbers):
        raise Retry("broker_away", f"the brokers do not tell the time: {TIME_TOPIC} cannot be written")
    return min(heard)


def check_nobody_works(connection: Connection) -> None:
    """Raises Stop `at_work` where a copy of a processor is still a member of its group."""
    groups = {read_settings(name).group: name for name in PROCESSORS}
    admin = AdminClient({"bootstrap.servers": connection.servers, **connection.librdkafka(), "log_level": 0})
    try:
        asked = admin.describe_consumer_groups(list(groups), request_timeout=ASK_S)
        for group, answer in asked.items():
            state = answer.result().state
            if state.name not in _ASLEEP:
                message = f"{groups[group]} is at work (group {group} is {state.name.lower()}): stop every copy first"
                message += "; one that was killed or has a fixed name (TOUSU_MEMBER) is missed TOUSU_SESSION_S later"
                raise Stop("at_work", message)
    except KafkaException as error:
        if error.args[0].code() == KafkaError.GROUP_ID_NOT_FOUND:
            return
        raise Retry("broker_away", f"the groups cannot be asked for: {error.args[0].str()}") from error


def members(connection: Connection, partitions: int, data: Path | None, database: str) -> Iterator[tuple[str, Member]]:
    """The processors with a database, in the order of the pipeline, each with its settings. Raises Stop as a start."""
    for name in WITH_CHECKPOINT:
        url = options.inspection(name, data, database).url
        settings = read_settings(name)
        settings = replace(
            settings, connection=connection, partitions=partitions, database=url, data=data or settings.data
        )
        processor = composed(name, wiring_of(settings)[0])
        store = Store(url, name, processor.kinds, on_opening=processor.on_opening)
        store.create()
        yield name, Member(processor, settings, store)


def grow_all(connection: Connection, partitions: int, data: Path | None, database: str, *, dry_run: bool) -> Grown:
    """Give every topic of a cluster so many partitions, the processors' states with them. `dry_run`: only check.

    Raises Stop: `wrong_partitions`, `at_work`, `held_out`, `not_drained`, and what stops a start.
    """
    with ExitStack() as stack:
        topics = stack.enter_context(Topics(connection))
        counts = {
            name: description.partitions
            for name, description in topics.describe([card.topic for card in cards()]).items()
        }
        former = counts.get(ACCEPTED, 0)
        if not former:
            raise Stop("no_topic", f"topic {ACCEPTED} does not exist; make the topics with `tousu topics apply`")
        check_multiple(former, partitions)
        check_nobody_works(connection)
        by_name = dict(members(connection, former, data, database))
        for member in by_name.values():
            stack.enter_context(closing(member.store))
        growing = Growing(connection, former, partitions, by_name)
        for name in by_name:
            growing.checkpoints(name)
        done = Grown(former, partitions)
        if dry_run:
            return done
        if former < partitions:
            inbound = [card.topic for card in inbound_cards()]
            done = growing.run(lambda: topics.add_partitions(inbound, partitions))
        # Last of all: while complaints.accepted has the former count, whoever runs this again goes on with it.
        topics.add_partitions([name for name in counts if name != ACCEPTED], partitions)
        topics.add_partitions([ACCEPTED], partitions)
    return done
