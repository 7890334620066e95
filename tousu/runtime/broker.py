"""What the loop needs of a broker: records in, records out, and who owns which shard.

Two implementations behave alike and pass one test-suite: `tousu.runtime.kafka` (confluent-kafka on a real cluster)
and `tousu.runtime.simulated` (in memory, for tests, `tousu simulate` and the fault simulator).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from tousu.event import Headers
from tousu.failure import Stop


class Record(NamedTuple):
    """A record as read. `time_ms` is when a broker appended it (milliseconds since 1970), -1 where none stamped it.

    A writer's own time (CreateTime) never stands there: it may be anything. `flaw` says what the client library could
    not read of it; the other parts are as they were written.
    """

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    time_ms: int = -1
    flaw: str = ""


def place_of(record: Record) -> str:
    """Where a record stands, for whoever has to look at it."""
    return f"{record.topic}/{record.partition} offset {record.offset}"


class OutRecord(NamedTuple):
    """A record to publish, its partition already chosen."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes
    headers: list[tuple[str, bytes]]


class Identity(NamedTuple):
    """What tells a topic from one of the same name made later. Empty where the broker cannot say.

    `is_replicated`: whether any of the topics is kept by more than one broker. `led`: all partitions with a leader.
    """

    cluster_id: str
    topic_ids: Mapping[str, str]
    is_replicated: bool = False
    led: frozenset[tuple[str, int]] = frozenset()


class Ends(NamedTuple):
    """The ends of all input partitions as they were at or after `asked_at` (the host's time, for metrics).

    `time_us` is a time that the brokers' clocks had reached before the question, -1 where none is known. So whatever
    lies behind these ends was appended at that time or later, except in the partitions that `hidden` names: there a
    record may have been appended before and not be shown yet. `held_s`: for how long open transactions have hidden what
    comes next, by topic and partition.
    """

    asked_at: datetime
    offsets: Mapping[tuple[str, int], int]
    time_us: int = -1
    held_s: Mapping[tuple[str, int], float] = {}
    hidden: frozenset[tuple[str, int]] = frozenset()


class Source(Protocol):
    """The reading side of one processor's copy (a member of the processor's group)."""

    def poll(self, records_max: int, timeout_s: float) -> list[Record]:
        """The next records of started shards, in order per partition. Also serves the group protocol."""
        ...

    def wanted(self) -> frozenset[int]:
        """The shards that the group has given to this member."""
        ...

    def lost(self) -> frozenset[int]:
        """Shards taken away since the last call, even if given back meanwhile."""
        ...

    def broken(self) -> Mapping[int, Stop]:
        """Shards that cannot be read on, with the halt that says why: the offset is gone, the topic is another one,
        what stands there cannot be unpacked."""
        ...

    def position(self, shard: int, topic: str) -> int:
        """Everything before this offset has been delivered, or is no record (the end mark of a transaction, say)."""
        ...

    def others_us(self) -> int:
        """What the brokers' clocks say together, without one that runs away; -1 where too few can be heard."""
        ...

    def start(self, shard: int, offsets: Mapping[str, int]) -> None:
        """Begin to deliver this shard's records from these offsets (topic -> next offset)."""
        ...

    def stop(self, shard: int) -> None:
        """Deliver nothing more of this shard."""
        ...

    def pause(self, shard: int, topic: str) -> None:
        """Deliver nothing more of one input topic of a shard until `resume`."""
        ...

    def resume(self, shard: int, topic: str) -> None: ...

    def identity(self) -> Identity: ...

    def partitions(self, topic: str) -> int:
        """How many partitions a topic has. Raises Retry while the broker cannot say, Stop if there is no such topic."""
        ...

    def ask_ends(self, asked_at: datetime, reached_us: int = -1) -> None:
        """Ask for the ends of the wanted shards' partitions, without waiting. One question at a time.

        `reached_us` is a time that a broker's clock is known to have reached.
        """
        ...

    def ends(self) -> Ends | None:
        """The answer to the last question, once, when it is there."""
        ...

    def note(self, shard: int, offsets: Mapping[str, int]) -> None:
        """Tell the group's lag tools how far we are. Nothing depends on it."""
        ...

    def close(self) -> None: ...


class Sink(Protocol):
    """The writing side: in order, without holes."""

    def limits(self) -> Mapping[str, int]:
        """The most bytes that a record may take on each output topic, as far as it is known by now."""
        ...

    def send(self, shard: int, records: Sequence[OutRecord]) -> None:
        """Hand the records of a shard over for publishing, in this order. Raises as `flush`."""
        ...

    def publish_alone(self, shard: int, records: Sequence[OutRecord]) -> bool:
        """Publish what a halted shard has left, apart from everybody else's; False when that still cannot be done."""
        ...

    def flush(self, timeout_s: float) -> bool:
        """Wait until all that was sent is acknowledged; False when the time is over.

        Raises Retry when something can no longer be published in order, Unpublishable when the records of one shard
        never can: the sink is then fresh and empty, and the caller publishes again from the checkpoint.
        """
        ...

    def reset(self) -> None:
        """Forget what was sent and is not acknowledged; the caller publishes it again."""
        ...

    def close(self) -> None: ...
