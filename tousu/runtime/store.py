"""States, checkpoint and outputs in one SQL transaction, on PostgreSQL and SQLite alike (SQLAlchemy Core).

One connection per process: a processor's copy turns one turn at a time. Sets, never rows, go over the wire.
The database never forgets a commit: synchronous_commit=on, or WAL with synchronous=FULL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError

from tousu.decision import State, StateKey
from tousu.failure import Failure, Retry, Stop
from tousu.runtime import checkpoint as cp
from tousu.runtime import table_versions
from tousu.runtime.archive import archive_of
from tousu.runtime.checkpoint import Checkpoint
from tousu.runtime.dialect import Dialect, columns_of, dialect_of
from tousu.runtime.failpoints import Reached, nothing
from tousu.runtime.processor import Kind
from tousu.runtime.reach import STATEMENT_S


class Fenced(Failure):
    """Another owner has taken a shard since we opened it: give up everything in memory and open it again."""

    def __init__(self) -> None:
        super().__init__("fenced", "another owner has this shard now")


class Unstorable(Failure):
    """The database refuses the content of a turn (not its own state): some input of the batch is poison."""

    def __init__(self, message: str) -> None:
        super().__init__("unstorable", message)


class Opened(NamedTuple):
    """What an owner finds when it takes a shard: its epoch, the turn, the checkpoint, and what may not be out yet."""

    epoch: int
    turn: int
    checkpoint: Checkpoint
    pending: bytes


class Change(NamedTuple):
    """One shard's part of a turn, ready to be committed."""

    shard: int
    epoch: int
    turn: int
    checkpoint: Checkpoint
    pending: bytes
    states: Mapping[StateKey, State | None]
    dues: Mapping[StateKey, int | None]


_StateRow = tuple[int, str, int | None, State | None]
"""Shard, key, due time, and the state or None."""


def _by_kind(changes: Iterable[Change]) -> dict[str, list[_StateRow]]:
    """The rows of each table."""
    rows: dict[str, list[_StateRow]] = {}
    for shard, *_, states, dues in changes:
        for state_key, state in states.items():
            rows.setdefault(state_key.kind, []).append((shard, state_key.key, dues.get(state_key), state))
    return rows


class Due(NamedTuple):
    """A state that wants to be woken, and when (microseconds since 1970)."""

    due_us: int
    key: str
    doc: str


def read_new(
    store: Store, shard: int, states: MutableMapping[StateKey, State | None], state_keys: Sequence[StateKey]
) -> None:
    """Put those of these states that are not among `states` there, None where there is no such row."""
    new = [state_key for state_key in state_keys if state_key not in states]
    if new:
        stored = store.read(
            {kind: [(shard, state_key.key) for state_key in new if state_key.kind == kind] for kind, _ in new}
        )
        states.update((state_key, stored.get((shard, state_key))) for state_key in new)


class Store:
    """The database of one processor."""

    def __init__(
        self, url: str, processor: str, kinds: Sequence[Kind], reached: Reached = nothing,
        statement_s: int = STATEMENT_S, on_opening: Callable[[sa.Connection], None] | None = None,
    ) -> None:  # fmt: skip
        self.processor = processor
        self.kinds = {kind.name: kind for kind in kinds}
        self.states = {kind.name: kind.version for kind in kinds if kind.version > 1}
        """The versions in which this one writes its states, where it is not the first."""
        self.tables = {kind.name: f"{processor}_{kind.name}" for kind in kinds}
        self.archives = {kind.name: archive_of(self.tables[kind.name]) for kind in kinds if kind.ended}
        self._checkpoints = f"{processor}_checkpoint"
        self.url = url
        self._reached = reached
        self._on_opening = on_opening
        self.dialect: Dialect = dialect_of(url, statement_s)
        self._engine = self.dialect.engine()
        self._connection: sa.Connection | None = None

    def connection(self) -> sa.Connection:
        """The open connection, made when first wanted. Raises Retry while the database is away."""
        if self._connection is None or self._connection.closed:
            with self._guarded("cannot connect to the database"):
                self._connection = self._engine.connect()
        return self._connection

    def create(self, *, alone: bool = False) -> None:
        """Make the tables where there are none yet. `alone`: not in a file that another processor works with.

        Raises Stop for tables on which this version cannot work, before anything is touched: `older_tables`,
        `newer_tables`, `newer_states`, `other_tables`, `other_processor`; and what `on_opening` raises.
        """
        with self._guarded("cannot make the tables"):
            connection = self.connection()
            for statement in self.dialect.alone:
                connection.execute(sa.text(statement))
            if self.is_made(connection):
                self._check(connection)
            else:
                if alone and self.url.startswith("sqlite"):
                    table_versions.check_alone(connection, self.processor, self.url)
                for statement in self.dialect.ddl(self._checkpoints, self.tables, self.kinds):
                    connection.execute(sa.text(statement))
                table_versions.stamp(connection, self.processor, table_versions.known())
            self._look(connection)
            connection.commit()

    def is_made(self, connection: sa.Connection) -> bool:
        """Whether there are tables of this processor, of whatever version."""
        return any(name.startswith(f"{self.processor}_") for name in sa.inspect(connection).get_table_names())

    def _check(self, connection: sa.Connection) -> None:
        """Nothing is touched in a database on whose tables this version cannot work."""
        try:
            applied = table_versions.applied(connection, self.processor)
            table_versions.check(applied, self.processor, self.url)
            columns = {table: columns_of(kind) for kind in self.kinds.values() for table in self._places(kind.name)}
            table_versions.check_columns(connection, columns, self.url, is_ours=applied == set(table_versions.known()))
            docs = connection.execute(sa.text(f"SELECT doc FROM {self._checkpoints}")).scalars()
            versions = (cp.decode(doc).states for doc in docs)
            table_versions.check_states(versions, self.states, table_versions.shown(self.url))
        except Stop:
            connection.rollback()
            raise

    def _look(self, connection: sa.Connection) -> None:
        """Let the processor look into its database. Nothing is changed where it raises Stop."""
        if self._on_opening is None:
            return
        try:
            self._on_opening(connection)
        except Failure:
            connection.rollback()
            raise

    def reset(self) -> None:
        """Drop the connection after a fault; the next call makes a new one."""
        if self._connection is not None:
            try:
                self._connection.invalidate()
                self._connection.close()
            except DBAPIError:
                pass  # the connection is gone either way, which is what was wanted
            self._connection = None

    def close(self) -> None:
        self.reset()  # a rollback would ask the database, which may not answer; a closed connection rolls back, too
        self._engine.dispose()

    @contextmanager
    def _guarded(self, fault: str) -> Iterator[None]:
        """Turn what the driver says into Retry (the database is away) or Unstorable (it refuses this content)."""
        try:
            yield
        except DBAPIError as error:
            self.reset()
            # Internal: its own trouble, or a transaction that it ended since we were silent for too long.
            if isinstance(error, OperationalError | InterfaceError | InternalError) or error.connection_invalidated:
                raise Retry("database_away", f"{fault}: {error.orig}") from error
            raise Unstorable(str(error.orig)) from error

    @contextmanager
    def transaction(self, fault: str) -> Iterator[sa.Connection]:
        """A transaction for whoever works on the tables beside the loop; committed at its end. `fault` names it."""
        with self._guarded(fault):
            connection = self.connection()
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    def take(self, shard: int) -> Opened:
        """Become the owner of a shard: raise its epoch (waits for a former owner), read its checkpoint."""
        with self._guarded("cannot take a shard"):
            connection = self.connection()
            row = connection.execute(
                sa.text(
                    f"INSERT INTO {self._checkpoints} AS b (shard, owner_epoch, turn, doc, pending) "
                    "VALUES (:shard, 1, 0, :doc, :pending) "
                    "ON CONFLICT (shard) DO UPDATE SET owner_epoch = b.owner_epoch + 1 "
                    "RETURNING owner_epoch, turn, doc, pending"
                ),
                {"shard": shard, "doc": cp.encode(Checkpoint()), "pending": b""},
            ).one()
            checkpoint = self._readable(connection, shard, row[2])
            if not row[1] and not checkpoint.partitions:  # a shard that begins is one of as many as the others know of
                docs = connection.execute(sa.text(f"SELECT doc FROM {self._checkpoints}")).scalars()
                checkpoint.partitions = max(cp.decode(doc).partitions for doc in docs)
            self._look(connection)
            connection.commit()
        return Opened(row[0], row[1], checkpoint, bytes(row[3]))

    def _readable(self, connection: sa.Connection, shard: int, doc: str) -> Checkpoint:
        """A checkpoint, with our versions of the states from now on. Raises Stop `newer_states`."""
        checkpoint = cp.decode(doc)
        try:
            table_versions.check_states([checkpoint.states], self.states, f"{self.processor}/{shard}")
        except Stop:
            connection.rollback()
            raise
        checkpoint.states = dict(self.states)
        return checkpoint

    def epochs(self) -> dict[int, int]:
        """The epoch of every shard: how often it was taken."""
        with self._guarded("cannot read the epochs"):
            connection = self.connection()
            rows = connection.execute(sa.text(f"SELECT shard, owner_epoch FROM {self._checkpoints}")).all()
            connection.rollback()
        return {row[0]: row[1] for row in rows}

    def read(self, wanted: Mapping[str, Iterable[tuple[int, str]]]) -> dict[tuple[int, StateKey], State]:
        """The states of these (shard, key) pairs per kind; what does not exist is left out."""
        states: dict[tuple[int, StateKey], State] = {}
        with self._guarded("cannot read states"):
            connection = self.connection()
            for name, pairs in wanted.items():
                decode, left = self.kinds[name].codec.decode, list(pairs)
                for table in self._places(name):
                    for shard, key, doc in self.dialect.select(connection, table, left) if left else ():
                        states[(shard, StateKey(name, key))] = decode(doc)
                    # In this order: an owner that brings a row back from the archive puts it into the table first.
                    left = [(shard, key) for shard, key in left if (shard, StateKey(name, key)) not in states]
            connection.rollback()
        return states

    def due(self, kind: str, shard: int, until_us: int, after: tuple[int, str], rows_max: int) -> list[Due]:
        """The states due at or before `until_us` and after (due, key) `after`, in the order (due, key)."""
        with self._guarded("cannot read due clocks"):
            connection = self.connection()
            values = {"shard": shard, "until": until_us, "due": after[0], "key": after[1], "rows": rows_max}
            rows: list[Due] = []
            for table in self._places(kind):
                statement = sa.text(
                    f"SELECT next_due, key, doc FROM {table} WHERE shard = :shard AND next_due <= :until "
                    "AND (next_due, key) > (:due, :key) ORDER BY next_due, key LIMIT :rows"
                )
                rows += [Due(*row) for row in connection.execute(statement, values)]
            connection.rollback()
        return sorted(rows)[:rows_max]

    def next_due_us(self, kind: str, shard: int, after: tuple[int, str]) -> int | None:
        """When the first state of this kind behind (due, key) `after` wants to be woken."""
        with self._guarded("cannot read the next due time"):
            connection = self.connection()
            queries = (
                f"(SELECT next_due FROM {table} WHERE shard = :shard AND next_due IS NOT NULL "
                "AND (next_due, key) > (:due, :key) ORDER BY next_due, key LIMIT 1)"
                for table in self._places(kind)
            )
            values = {"shard": shard, "due": after[0], "key": after[1]}
            row = connection.execute(sa.text(f"SELECT {', '.join(queries)}"), values).one()
            connection.rollback()
        return min((due_us for due_us in row if due_us is not None), default=None)

    def _places(self, kind: str) -> tuple[str, ...]:
        """The tables in one of which a state of this kind lies."""
        return (self.tables[kind], self.archives[kind]) if kind in self.archives else (self.tables[kind],)

    def commit(self, changes: Sequence[Change]) -> None:
        """Write the changes of a turn in one transaction.

        Raises Fenced when another owner has one of the shards, Unstorable when the database refuses the content,
        Retry when it is away (the outcome is then unknown: open the shards again, the checkpoint tells).
        """
        with self._guarded("the commit did not come back"):
            connection = self.connection()
            if not self._move_checkpoints(connection, changes):
                connection.rollback()
                raise Fenced
            rows = _by_kind(changes)
            for name in self.tables:
                self._write_states(connection, name, rows.get(name, ()))
            self._reached("inside_commit")
            connection.commit()

    def _move_checkpoints(self, connection: sa.Connection, changes: Sequence[Change]) -> bool:
        """Compare and set: true only if every shard is still ours, at the turn we know."""
        rows = [(c.shard, c.epoch, c.turn, cp.encode(c.checkpoint), c.pending) for c in changes]
        return self.dialect.move_checkpoints(connection, self._checkpoints, rows) == len(rows)

    def _write_states(self, connection: sa.Connection, name: str, rows: Iterable[_StateRow]) -> None:
        kind = self.kinds[name]
        upserts: list[tuple[Any, ...]] = []
        deletes: list[tuple[int, str]] = []
        owners: list[tuple[int, str]] = []
        encode, readers = kind.codec.encode, tuple(kind.columns.values())
        for shard, key, due_us, state in rows:
            if state is None:
                (owners if kind.owner and key.endswith("/") else deletes).append((shard, key))
            else:
                upserts.append((shard, key, due_us, *[read(state) for read in readers], encode(state)))
        if upserts:
            self.dialect.upsert(connection, self.tables[name], tuple(kind.columns), upserts)
        if deletes:
            self.dialect.delete(connection, self.tables[name], deletes)
        gone = deletes + [(row[0], row[1]) for row in upserts]
        if gone and name in self.archives:
            self.dialect.delete(connection, self.archives[name], gone)
        for shard, key in owners:
            for table in self._places(name):
                statement = f"DELETE FROM {table} WHERE shard = :shard AND {kind.owner} = :owner"
                connection.execute(sa.text(statement), {"shard": shard, "owner": key.removesuffix("/")})

    def archive(self, shard: int, opened: Opened, before: str, rows_max: int) -> dict[str, int]:
        """Move states of a shard that ended before a time (as columns hold it) to the archives; how many of each kind.

        Raises Fenced when another owner has the shard, or has committed since it was opened so; else as `commit`.
        """
        moved: dict[str, int] = {}
        with self._guarded("cannot move rows to the archive"):
            connection = self.connection()
            ours = f"SELECT 1 FROM {self._checkpoints} WHERE shard = :shard AND owner_epoch = :epoch AND turn = :turn"
            place = {"shard": shard, "epoch": opened.epoch, "turn": opened.turn}
            if connection.execute(sa.text(ours + self.dialect.lock), place).first() is None:
                connection.rollback()
                raise Fenced
            for name in self.archives:
                moved[name] = self._move(connection, name, shard, before, rows_max)
            connection.commit()
        return moved

    def _move(self, connection: sa.Connection, name: str, shard: int, before: str, rows_max: int) -> int:
        table, kind = self.tables[name], self.kinds[name]
        question = f"SELECT key FROM {table} WHERE shard = :shard AND {kind.ended} < :before LIMIT :rows"
        values = {"shard": shard, "before": before, "rows": rows_max}
        keys = list(connection.execute(sa.text(question), values).scalars())
        if keys:
            these = "WHERE shard = :shard AND key IN :keys"
            columns = ", ".join(columns_of(kind))
            for statement in (
                f"INSERT INTO {self.archives[name]} ({columns}) SELECT {columns} FROM {table} {these}",
                f"DELETE FROM {table} {these}",
            ):
                bound = sa.text(statement).bindparams(sa.bindparam("keys", expanding=True))
                connection.execute(bound, {"shard": shard, "keys": keys})
        return len(keys)

    def digest(self) -> str:
        """All states as one canonical text (for audits and rebuild checks), independent of the database used."""
        connection = self.connection()
        lines = []
        for name in sorted(self.tables):
            rows = [
                row
                for table in self._places(name)
                for row in connection.execute(sa.text(f"SELECT shard, key, next_due, doc FROM {table}"))
            ]
            lines += sorted(orjson.dumps([name, *row]).decode() for row in rows)
        connection.rollback()
        return "\n".join(lines)
