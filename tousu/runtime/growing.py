"""More partitions: the states of each shard are put into the shards that are made out of it, the logs go on.

The new count is a multiple of the former one, so what belonged to shard s belongs to one of s, s + former, s + 2 former
and so on: murmur2 of a key modulo the new count is one of these. No key changes its shard in any other way, so whoever
has read the partitions of before to their ends has read everything that comes before what stands in the new ones.

The databases change in one transaction each, at a place that all processors have come to. What that place was stands
in the log: in the first record of every new partition of complaints.accepted (header `tousu-grown`), by which a rebuild
goes the same way. Source: docs/decisions/0036-partitions-are-added-where-the-log-stands.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec
import sqlalchemy as sa

from tousu.event import text_of_time
from tousu.failure import Stop
from tousu.runtime import checkpoint as cp
from tousu.runtime.archive import archive_of
from tousu.runtime.arrival import TICK
from tousu.runtime.attributes import standing
from tousu.runtime.broker import OutRecord, Record
from tousu.runtime.checkpoint import Checkpoint, Seen
from tousu.runtime.dialect import columns_of
from tousu.runtime.partition import partition_of
from tousu.runtime.processor import EVERYWHERE, Kind, Processor
from tousu.runtime.store import Store
from tousu.runtime.watermark import shard_time_us

HEADER: Final = "tousu-grown"
ACCEPTED: Final = "complaints.accepted"
PAGE_ROWS: Final = 2_000


class Growth(msgspec.Struct, frozen=True, kw_only=True):
    """From how many partitions to how many, and where each shard of each processor stood in its inputs."""

    former: int
    partitions: int
    at: Mapping[str, Mapping[int, Mapping[str, int]]]

    def header(self) -> bytes:
        return msgspec.json.encode(self)


def growth_in(record: Record) -> Growth | None:
    """What the first record of a partition says of how it came to be; None where it was there from the beginning."""
    header = next((value for name, value in record.headers if name == HEADER), None)
    return None if header is None else msgspec.json.decode(header, type=Growth)


def check_multiple(former: int, partitions: int) -> None:
    """Raises Stop `wrong_partitions` for a count that would mix the shards."""
    if partitions % former or partitions < former:
        message = f"there are {former} partitions; the new count must be a multiple, such as {3 * former}"
        raise Stop("wrong_partitions", f"{message}: then every case stays with those that stood in its partition")


def shards_of(kind: Kind, key: str, shard: int, former: int, partitions: int) -> tuple[int, ...]:
    """Where a state of a shard is to be found among more shards."""
    owner = kind.belongs_to(key)
    if owner is None:
        return (shard,)
    if owner == EVERYWHERE:
        return tuple(range(shard, partitions, former))
    new_shard = partition_of(owner, partitions)
    return (new_shard if new_shard % former == shard else shard,)


def grow(store: Store, processor: Processor, former: int, partitions: int, begins: Mapping[int, OutRecord] = {}) -> int:
    """Put the states into their shards, in one transaction; how many rows were moved or copied.

    `begins`: what new shards have to say first. A copy that is still at work is fenced. Does nothing where it is done.
    Raises Stop as `standing_shards`.
    """
    check_multiple(former, partitions)
    with store.transaction("cannot put the states into their shards") as connection:
        for statement in store.dialect.alone:
            connection.execute(sa.text(statement))
        checkpoints = standing_shards(connection, processor, former)
        if is_grown(checkpoints.values(), partitions):
            return 0
        other = {checkpoint.partitions for checkpoint in checkpoints.values()} - {0, former}
        if other:
            message = f"{processor.name}'s database is in {max(other)} shards, the topics have {former} partitions"
            raise Stop("wrong_partitions", f"{message}: is it the database of this cluster?")
        moved = 0
        for name, kind in store.kinds.items():
            tables = [store.tables[name], *([archive_of(store.tables[name])] if kind.ended else [])]
            moved += sum(_move(connection, table, kind, former, partitions) for table in tables)
        for shard in range(partitions):
            parent = checkpoints[shard % former]
            if shard < former:
                _change_checkpoint(connection, processor, shard, _of_former(parent, processor, former, partitions))
            else:
                made = _of_new(parent, processor, shard, former, partitions)
                _add_checkpoint(connection, processor, shard, made, begins.get(shard))
    return moved


def standing_shards(connection: sa.Connection, processor: Processor, former: int) -> dict[int, Checkpoint]:
    """The checkpoint of every shard. One that was never opened stands at the beginning.

    Raises Stop `held_out` where an operator holds an input out, or what was decided without it is still in doubt.
    """
    rows = connection.execute(sa.text(f"SELECT shard, doc FROM {processor.name}_checkpoint"))
    checkpoints = {int(shard): cp.decode(doc) for shard, doc in rows}
    for shard, checkpoint in checkpoints.items():
        if checkpoint.held_out or checkpoint.doubts or checkpoint.forgiven:
            message = f"{processor.name}/{shard} goes on without an input, or passed a record over, and has not caught"
            raise Stop("held_out", f"{message} up: let it in and wait until `tousu audit` names nothing held out")
    return {shard: Checkpoint() for shard in range(former)} | checkpoints


def _move(connection: sa.Connection, table: str, kind: Kind, former: int, partitions: int) -> int:
    """The rows of one table. A row that moves gets another shard; one for everybody is copied."""
    columns = columns_of(kind)
    others = ", ".join(columns[1:])
    change = sa.text(f"UPDATE {table} SET shard = :new WHERE shard = :old AND key = :key")
    copy = sa.text(
        f"INSERT INTO {table} (shard, {others}) SELECT :new, {others} FROM {table} WHERE shard = :old AND key = :key"
    )
    count = 0
    for shard in range(former):
        for keys in _pages(connection, table, shard):
            moves, copies = list[dict[str, object]](), list[dict[str, object]]()
            for key in keys:
                shards = shards_of(kind, key, shard, former, partitions)
                rows = [{"new": new, "old": shard, "key": key} for new in shards if new != shard]
                (copies if shard in shards else moves).extend(rows)
            for statement, values in ((change, moves), (copy, copies)):
                if values:
                    connection.execute(statement, values)
            count += len(moves) + len(copies)
    return count


def _pages(connection: sa.Connection, table: str, shard: int) -> Iterator[list[str]]:
    question = sa.text(f"SELECT key FROM {table} WHERE shard = :shard AND key > :after ORDER BY key LIMIT {PAGE_ROWS}")
    after = ""
    while keys := list(connection.execute(question, {"shard": shard, "after": after}).scalars()):
        yield keys
        after = keys[-1]


def _of_former(parent: Checkpoint, processor: Processor, former: int, partitions: int) -> Checkpoint:
    """A shard of before: it goes on where it stands, and hears of the new origins, if they write to it."""
    made = cp.copy(parent)
    made.partitions, made.grown_from = partitions, [*parent.grown_from, former]
    for source in processor.inputs:
        if source.spread:
            for origin in range(former, partitions):
                name = f"{source.topic}|{source.writer}/{origin}"
                made.watermarks[name] = Seen(0, _promised_us(parent, source.topic, source.writer, origin % former))
    return made


def _of_new(parent: Checkpoint, processor: Processor, shard: int, former: int, partitions: int) -> Checkpoint:
    """A shard made out of another: it begins at the beginning of its partitions, at the other's time."""
    made = Checkpoint(
        time_us=parent.time_us, tick_us=parent.tick_us, cluster_id=parent.cluster_id, topic_ids=dict(parent.topic_ids),
        clock_accepted_us=parent.clock_accepted_us, states=dict(parent.states), traces=list(parent.traces),
        partitions=partitions, grown_from=[*parent.grown_from, former],
    )  # fmt: skip
    for source in processor.inputs:
        if source.writer:
            for origin in range(partitions) if source.spread else (shard,):
                name = f"{source.topic}|{source.writer}/{origin}"
                made.watermarks[name] = Seen(0, _promised_us(parent, source.topic, source.writer, origin % former))
    return made


def _promised_us(checkpoint: Checkpoint, topic: str, writer: str, origin: int) -> int:
    """Up to when an origin has told everything: the origins made out of it tell of nothing earlier."""
    return shard_time_us(checkpoint.watermarks, [f"{topic}|{writer}/{origin}"])


def _change_checkpoint(connection: sa.Connection, processor: Processor, shard: int, made: Checkpoint) -> None:
    statement = (
        f"INSERT INTO {processor.name}_checkpoint AS b (shard, owner_epoch, turn, doc, pending) "
        "VALUES (:shard, 1, 0, :doc, :pending) "
        "ON CONFLICT (shard) DO UPDATE SET owner_epoch = b.owner_epoch + 1, doc = excluded.doc"
    )
    connection.execute(sa.text(statement), {"shard": shard, "doc": cp.encode(made), "pending": b""})


def _add_checkpoint(
    connection: sa.Connection, processor: Processor, shard: int, made: Checkpoint, first: OutRecord | None
) -> None:
    records = [] if first is None else [first]
    for record in records:
        where = f"{record.topic}/{record.partition}"
        made.numbers[where], made.digests[where] = 1, cp.chained("", record)
    statement = (
        f"INSERT INTO {processor.name}_checkpoint (shard, owner_epoch, turn, doc, pending) "
        "VALUES (:shard, 1, 1, :doc, :pending)"
    )
    values = {"shard": shard, "doc": cp.encode(made), "pending": cp.pack_pending(records)}
    connection.execute(sa.text(statement), values)


def first_words(processor: Processor, growth: Growth, times: Mapping[int, int]) -> dict[int, OutRecord]:
    """What each new shard of the processor that keeps time says first: that time has come so far, and how it grew.

    `times`: by shard of before, its time (microseconds).
    """
    records = {}
    for shard in range(growth.former, growth.partitions):
        stamp = text_of_time(cp.moment(max(0, times[shard % growth.former]))).encode()
        origin = cp.origin_of(processor.name, shard, 0)
        headers = [*standing(processor.name, processor.schema_of, TICK), ("ce_time", stamp)]
        headers += [
            ("ce_id", f"{origin}:{ACCEPTED}/{shard}:1".encode()), ("tousu-origin", origin.encode()),
            ("tousu-seq", b"1"), ("tousu-time", stamp), (HEADER, growth.header()),
        ]  # fmt: skip
        records[shard] = OutRecord(ACCEPTED, shard, None, b"{}", headers)
    return records


def is_grown(checkpoints: Iterable[Checkpoint], partitions: int) -> bool:
    """Whether a database is in so many shards already."""
    return any(checkpoint.partitions == partitions for checkpoint in checkpoints)


def places(checkpoints: Mapping[int, Checkpoint], topics: Sequence[str]) -> dict[int, dict[str, int]]:
    """Where shards stand in their inputs."""
    return {
        shard: {topic: checkpoint.offsets.get(topic, 0) for topic in topics}
        for shard, checkpoint in checkpoints.items()
    }
