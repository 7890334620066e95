"""The pipeline played through once in memory, for the input that each processor alone is measured with.

Round by round every case takes its next step, so that between two steps of one case lie thousands of events of others,
as on an ordinary day: a turn seldom meets a case twice, and no row is saved by writing it once for two events. What
intake, router, sla and claims publish on the way is the backlog that the processor behind them is measured with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final, NamedTuple

import sqlalchemy as sa

from bench.courses import PACK, Case, Steps, case_of, course, report
from bench.load import Sent, complaints
from tousu.contract import cards, inbound_cards
from tousu.policy.loading import load_policies
from tousu.runtime.broker import Record
from tousu.runtime.clock import SetClock
from tousu.runtime.dialect import Dialect, Row
from tousu.runtime.loop import Loop, Tuning
from tousu.runtime.outgoing import check_output
from tousu.runtime.partition import partition_of
from tousu.runtime.processor import Kind, Processor
from tousu.runtime.simulated import SimulatedBroker, SimulatedSink, SimulatedSource
from tousu.runtime.store import Store
from tousu.runtime.wiring import Wiring
from tousu.simulation.pipeline import composed, schema_address
from tousu.simulation.processors import WITH_CHECKPOINT

PARTITIONS: Final = 4
MASTER_KEY: Final = sha256(b"a key for benchmarks").digest()
CASES: Final = "complaints.cases"
REPORTS: Final = frozenset(each.topic for each in inbound_cards() if each.channel is None)
"""The topics on which is reported what was done about cases."""
STATEFUL: Final = WITH_CHECKPOINT
"""The processors that are measured one by one and together; trends reads beside them and nobody waits for it."""
BEGINNING: Final = datetime(2026, 9, 22, 1, 0, tzinfo=UTC)
"""A Tuesday, nine in the morning in Beijing."""
ROUND: Final = timedelta(minutes=4)
BATCH: Final = 500

Backlog = Mapping[str, Sequence[Sequence[Record]]]
"""Topic to its partitions to their records."""


class Turn(NamedTuple):
    """What one turn writes: the checkpoints, the rows of each table (with its promoted columns), the keys removed."""

    checkpoints: list[Row]
    upserts: list[tuple[str, tuple[str, ...], list[Row]]]
    deletes: list[tuple[str, list[tuple[int, str]]]]


class Recorder:
    """A dialect that does its work and notes every row that a turn writes."""

    def __init__(self, inner: Dialect) -> None:
        self._inner = inner
        self.lock, self.alone = inner.lock, inner.alone
        self.turns: list[Turn] = []

    def engine(self) -> sa.Engine:
        return self._inner.engine()

    def ddl(self, checkpoints: str, tables: Mapping[str, str], kinds: Mapping[str, Kind]) -> Iterator[str]:
        return self._inner.ddl(checkpoints, tables, kinds)

    def select(self, connection: sa.Connection, table: str, pairs: list[tuple[int, str]]) -> Sequence[Row]:
        return self._inner.select(connection, table, pairs)

    def upsert(self, connection: sa.Connection, table: str, columns: tuple[str, ...], rows: list[Row]) -> None:
        self.turns[-1].upserts.append((table, columns, list(rows)))
        self._inner.upsert(connection, table, columns, rows)

    def delete(self, connection: sa.Connection, table: str, pairs: list[tuple[int, str]]) -> None:
        self.turns[-1].deletes.append((table, list(pairs)))
        self._inner.delete(connection, table, pairs)

    def move_checkpoints(self, connection: sa.Connection, table: str, rows: list[Row]) -> int:
        self.turns.append(Turn(list(rows), [], []))
        return self._inner.move_checkpoints(connection, table, rows)

    def wipe(self, tables: tuple[str, ...]) -> bool:
        return self._inner.wipe(tables)


class Stage:
    """One processor in this process, on a broker in memory; `clock` stands still until it is set."""

    def __init__(self, name: str, broker: SimulatedBroker, clock: SetClock, url: str = "sqlite://") -> None:
        self.processor = processor_of(name)
        self.store = Store(url, self.processor.name, self.processor.kinds)
        self.recorder = Recorder(self.store.dialect)
        self.store.dialect = self.recorder
        self.store.create()
        topics = [each.topic for each in self.processor.inputs]
        source = SimulatedSource(broker, topics, range(PARTITIONS))
        self.loop = Loop(
            self.processor, source, SimulatedSink(broker), self.store, clock, tuning=Tuning(batch_max=BATCH)
        )

    def drain(self, patience: int = 3) -> int:
        """Turn until `patience` turns in a row found nothing to apply; how many records were applied.

        Three turns are needed for a tick (the ends are asked for, told, reached); more where one input waits for
        another that is read later.
        """
        applied = idle = 0
        while idle < patience:
            now = self.loop.step(0)
            applied += now
            idle = 0 if now else idle + 1
        for shard, trouble in self.loop.halted.items():
            raise RuntimeError(f"{self.processor.name}: shard {shard} halted: {trouble.message}")
        return applied


def processor_of(name: str) -> Processor:
    """A processor as production has it: one output in a hundred is held against its schema."""
    wiring = Wiring(
        policies=load_policies(PACK), partitions=PARTITIONS, time_from_events=False, master_key=MASTER_KEY,
        check=check_output, schema_of=schema_address,
    )  # fmt: skip
    return composed(name, wiring)


def simulated_broker(clock: SetClock | None = None) -> SimulatedBroker:
    """A broker in memory with the topics of the contract, where it is `BEGINNING` unless a clock is given."""
    return SimulatedBroker([card.topic for card in cards()], PARTITIONS, clock or SetClock(BEGINNING))


def put(broker: SimulatedBroker, sent: Iterable[Sent]) -> int:
    """Write records to their inbound topics."""
    count = 0
    for each in sent:
        broker.append(each.topic, partition_of(each.key, PARTITIONS), each.key.encode(), each.value, each.headers)
        count += 1
    return count


class Rehearsal:
    """The played day. All cases begin in the first round; every later round brings each case one step further."""

    def __init__(self, cases: int) -> None:
        self.clock = SetClock(BEGINNING)
        self.broker = simulated_broker(self.clock)
        self._stages = {name: Stage(name, self.broker, self.clock) for name in STATEFUL}
        self._read = [0] * PARTITIONS
        self._sent: dict[str, Sent] = {}
        self._open: list[tuple[Case, Steps]] = []
        self._turn()
        self._round(complaints(cases, BEGINNING))
        place = 0
        while self._open:
            now = self.clock.now()
            self._round([report(case, steps[place], place, now) for case, steps in self._open])
            place += 1
            self._open = [(case, steps) for case, steps in self._open if len(steps) > place]

    def _round(self, records: Iterable[Sent]) -> None:
        records = list(records)
        self._sent |= {each.key: each for each in records if each.topic not in REPORTS}
        put(self.broker, records)
        self._turn()
        for case in newly_routed(self.broker.logs[CASES], self._read, self._sent):
            self._open.append((case, course(case)))
        self.clock.set(self.clock.now() + ROUND)

    def _turn(self) -> None:
        for stage in self._stages.values():
            stage.drain()

    def backlog(self, name: str) -> Backlog:
        """What a processor finds when it starts: everything on its input topics. Of intake's, the complaints alone."""
        topics = [each.topic for each in self._stages[name].processor.inputs if each.topic not in REPORTS]
        return {topic: self.broker.logs[topic] for topic in topics}


def newly_routed(logs: Sequence[Sequence[Record]], read: list[int], sent: Mapping[str, Sent]) -> Iterator[Case]:
    """The cases routed since the last call, of these complaints (by waybill). `read` is moved on."""
    for partition, log in enumerate(logs):
        for record in log[read[partition] :]:
            if dict(record.headers).get("ce_type", b"").endswith(b".routed.v1"):  # type: ignore[union-attr]
                case = case_of(record.value, sent)
                if case is not None:
                    yield case
        read[partition] = len(log)


def count_of(backlog: Backlog) -> int:
    """How many records a backlog has."""
    return sum(len(log) for logs in backlog.values() for log in logs)


def patience_for(backlog: Backlog) -> int:
    """So many turns may pass in which a backlog is read and nothing of it is ready."""
    return 3 + count_of(backlog) // BATCH


def alone(name: str, backlog: Backlog, url: str = "sqlite://") -> Stage:
    """A stage in front of a backlog, nothing of it read yet."""
    broker = simulated_broker()
    for topic, logs in backlog.items():
        broker.logs[topic] = [list(log) for log in logs]
    return Stage(name, broker, SetClock(BEGINNING), url)


def recorded(name: str, backlog: Backlog) -> tuple[list[Turn], int]:
    """The turns that a processor commits for a backlog, with every row as it goes to the database, and how many
    records it takes in: of two inputs, the last tick of the one waits for the next of the other."""
    stage = alone(name, backlog)
    applied = stage.drain(patience_for(backlog))
    return stage.recorder.turns, applied
