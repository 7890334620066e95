"""The loop's surroundings in a rebuild: inputs from the log's beginning, outputs kept and never published.

What an operator did to a shard is done again where it was done. Source: docs/architecture.md, sections 4 and 7.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from tousu.decision import State, StateKey
from tousu.failure import Retry, Stop
from tousu.runtime import acts
from tousu.runtime import checkpoint as cp
from tousu.runtime.acts import PublishedAct
from tousu.runtime.arrival import Arrival
from tousu.runtime.audit import digest_of
from tousu.runtime.broker import Ends, OutRecord, Record
from tousu.runtime.cluster import Cluster
from tousu.runtime.history import History
from tousu.runtime.history_source import HistorySource
from tousu.runtime.loop import Loop
from tousu.runtime.report import TurnReport
from tousu.runtime.shard_turn import ShardTurn
from tousu.runtime.store import Store

Number = tuple[str, int, str, int]
"""Topic, partition, origin, output number."""


class ReplaySource(HistorySource):
    """The input topics from their first record to where they end now.

    `partitions`: of how many there were then, where there are more by now.
    """

    def __init__(self, history: History, facts: Cluster, topics: Sequence[str], partitions: int | None = None) -> None:
        self._count = partitions
        places = [place for place in history.places(topics) if partitions is None or place[1] < partitions]
        extents = history.extents(places)
        gone = [f"{topic}/{number}" for (topic, number), extent in extents.items() if extent.start > 0]
        if gone:
            raise Stop(
                "history_gone", f"retention has removed the beginning of {', '.join(gone)}: restore a backup instead"
            )
        super().__init__(history, facts, {place: extent.end for place, extent in extents.items()})
        self.read = 0

    @property
    def is_done(self) -> bool:
        """Whether everything has been delivered that can be.

        What a merge holds back while another input, read to its end, says nothing of its time, waits in the processor
        at work as well.
        """
        return self._held.issuperset(self.left())

    def reached(self) -> int:
        """How many offsets lie behind us, of all partitions."""
        return sum(self._starts.values())

    def stops_at(self) -> dict[str, int]:
        """Where the inputs ended at the start: 'topic/partition' -> the offset that comes next."""
        return {f"{topic}/{number}": end for (topic, number), end in self._ends.items()}

    def grown(self) -> frozenset[int]:
        """The shards of which an input has grown since the start."""
        now = self._history.extents(self._ends.keys())
        return frozenset(place[1] for place, extent in now.items() if extent.end > self._ends[place])

    def poll(self, records_max: int, timeout_s: float) -> list[Record]:
        records = super().poll(records_max, timeout_s)
        self.read += len(records)
        return records

    def partitions(self, topic: str) -> int:
        return self._count or self._facts.partitions(topic)

    def ask_ends(self, asked_at: datetime, reached_us: int = -1) -> None:
        """Time comes from the log here."""

    def ends(self) -> Ends | None:
        return None


class KeepingSink:
    """Takes outputs, publishes nothing, and remembers what was said."""

    def __init__(self) -> None:
        self.digests: dict[Number, str] = {}

    def limits(self) -> Mapping[str, int]:
        return {}

    def publish_alone(self, shard: int, records: Sequence[OutRecord]) -> bool:
        return True

    def send(self, shard: int, records: Sequence[OutRecord]) -> None:
        for record in records:
            self.digests.setdefault(number_of(record), digest_of(record))

    def flush(self, timeout_s: float) -> bool:
        return True

    def reset(self) -> None:
        """Nothing is ever under way."""

    def close(self) -> None:
        """Nothing to let go of."""


class ReplayLoop(Loop):
    """A loop that does what an operator once did, where it was done: what stands there may never be read again."""

    _ends: Mapping[int, Mapping[str, int]] = {}
    trouble: Retry | None = None
    """What it had to wait for last."""

    def _back_off(self, error: Retry) -> None:
        self.trouble = error
        super()._back_off(error)

    def expect(self, past_acts: Iterable[PublishedAct]) -> None:
        """The operator's acts, in the order in which they were told."""
        self._published: dict[int, deque[PublishedAct]] = defaultdict(deque)
        for past_act in past_acts:
            self._published[past_act.record.partition].append(past_act)

    def stop_at(self, places: Mapping[int, Mapping[str, int]]) -> None:
        """Go no further than these offsets, by shard and topic: there the shards were put into more of them."""
        self._ends = places

    @property
    def has_stopped(self) -> bool:
        """Whether every shard stands where it is to stop; never, where none is."""
        ends = self._ends
        return bool(ends) and all(
            number in self.shards and acts.stands_at(self.shards[number].opened.checkpoint, at)
            for number, at in ends.items()
        )

    def step(self, timeout_s: float = 0.1) -> int:
        applied = super().step(timeout_s)
        for number in list(self.shards):
            applied += self._repeat_acts(number)
        return applied

    def _fold_shard(
        self, number: int, arrivals: list[Arrival], states: Mapping[tuple[int, StateKey], State], report: TurnReport,
        room: int,
    ) -> tuple[ShardTurn | None, list[Arrival]]:  # fmt: skip
        """Fold up to where the operator acted; the shard is opened again there, so what lies behind comes again."""
        queue = self._published.get(number)
        checkpoint = self.shards[number].opened.checkpoint
        if queue:
            arrivals = list(_up_to(checkpoint, queue[0].act.at, arrivals))
        if self._ends:
            arrivals = list(_up_to(checkpoint, self._ends[number], arrivals))
        return super()._fold_shard(number, arrivals, states, report, room) if arrivals else (None, [])

    def _repeat_acts(self, number: int) -> int:
        queue = self._published.get(number)
        if not queue or not acts.stands_at(self.shards[number].opened.checkpoint, queue[0].act.at):
            return 0
        report = TurnReport()
        turn = self._turn_of(number, self.shards[number], (), {}, report)
        acts.repeat(turn, queue.popleft())
        self._commit([turn], report)
        self._flush()
        forget_pending(self._store, self.processor.name)
        self._drop(number)
        self._open_wanted()
        return 1


def _up_to(checkpoint: cp.Checkpoint, at: Mapping[str, int], arrivals: Iterable[Arrival]) -> Iterator[Arrival]:
    """The inputs that come before a place."""
    reached = cp.copy(checkpoint)
    for arrival in arrivals:
        if acts.stands_at(reached, at):
            return
        topic = arrival.record.topic
        reached.offsets[topic] = max(reached.offsets.get(topic, 0), arrival.record.offset + 1)
        yield arrival


def number_of(record: OutRecord) -> Number:
    """By what an output is known."""
    headers = dict(record.headers)
    return record.topic, record.partition, headers["tousu-origin"].decode(), int(headers["tousu-seq"])


def forget_pending(store: Store, name: str) -> None:
    """The topics hold everything: the last turn's outputs must not be sent again when the processor starts."""
    connection = store.connection()
    connection.execute(sa.text(f"UPDATE {name}_checkpoint SET pending = :nothing"), {"nothing": cp.pack_pending([])})
    connection.commit()
