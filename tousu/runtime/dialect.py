"""What differs between PostgreSQL and SQLite: how sets of rows are read and written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import orjson
import sqlalchemy as sa

from tousu.runtime.archive import archive_of, whole_of
from tousu.runtime.processor import Kind
from tousu.runtime.reach import STATEMENT_S, reaching_engine

Row = tuple[Any, ...]


class Dialect(Protocol):
    """The statements whose fastest form depends on the database."""

    def engine(self) -> sa.Engine: ...

    def ddl(self, checkpoints: str, tables: Mapping[str, str], kinds: Mapping[str, Kind]) -> Iterator[str]: ...

    def select(self, connection: sa.Connection, table: str, pairs: list[tuple[int, str]]) -> Sequence[Row]: ...

    def upsert(self, connection: sa.Connection, table: str, columns: tuple[str, ...], rows: list[Row]) -> None: ...

    def delete(self, connection: sa.Connection, table: str, pairs: list[tuple[int, str]]) -> None: ...

    def move_checkpoints(self, connection: sa.Connection, table: str, rows: list[Row]) -> int: ...

    alone: tuple[str, ...]
    """What a transaction begins with that makes or changes tables, so that of several only one does at a time."""

    lock: str
    """What a SELECT ends with that holds its rows until the transaction ends."""

    def wipe(self, tables: tuple[str, ...]) -> bool:
        """Let what was deleted or overwritten in tables leave the files. False where others were in the way."""
        ...


def dialect_of(url: str, statement_s: int = STATEMENT_S) -> Dialect:
    """The dialect of a database address; `statement_s` bounds a statement on a server.

    Raises ValueError for a database that is not supported.
    """
    name = sa.make_url(url).get_backend_name()
    if name == "postgresql":
        return PostgreSQL(url, statement_s)
    if name == "sqlite":
        return SQLite(url)
    raise ValueError(f"database {name!r} is not supported: give a postgresql:// or sqlite:/// address")


def _ddl(checkpoints: str, tables: Mapping[str, str], kinds: Mapping[str, Kind], blob: str, big: str) -> Iterator[str]:
    yield (
        f"CREATE TABLE IF NOT EXISTS {checkpoints} (shard INTEGER PRIMARY KEY, owner_epoch {big} NOT NULL, "
        f"turn {big} NOT NULL, doc TEXT NOT NULL, pending {blob} NOT NULL)"
    )
    yield from _states_ddl(tables, kinds, big)


def _states_ddl(tables: Mapping[str, str], kinds: Mapping[str, Kind], big: str) -> Iterator[str]:
    for name, table in tables.items():
        columns = "".join(f"{column} TEXT, " for column in kinds[name].columns)
        yield (
            f"CREATE TABLE IF NOT EXISTS {table} (shard INTEGER NOT NULL, key TEXT NOT NULL, version {big} NOT NULL, "
            f"next_due {big}, {columns}doc TEXT NOT NULL, PRIMARY KEY (shard, key))"
        )
        if kinds[name].timed:
            yield (
                f"CREATE INDEX IF NOT EXISTS {table}_due ON {table} (shard, next_due, key) WHERE next_due IS NOT NULL"
            )
        if kinds[name].owner:
            yield f"CREATE INDEX IF NOT EXISTS {table}_owner ON {table} (shard, {kinds[name].owner})"


def _archive_ddl(tables: Mapping[str, str], kinds: Mapping[str, Kind], view: str, big: str) -> Iterator[str]:
    """The archives: tables as those that they belong to, what finds the rows to move, and both as one for readers."""
    archived = {name: table for name, table in tables.items() if kinds[name].ended}
    yield from _states_ddl({name: archive_of(table) for name, table in archived.items()}, kinds, big)
    for name, table in archived.items():
        ended, columns = kinds[name].ended, ", ".join(columns_of(kinds[name]))
        yield f"CREATE INDEX IF NOT EXISTS {table}_ended ON {table} (shard, {ended}) WHERE {ended} IS NOT NULL"
        both = f"SELECT {columns} FROM {table} UNION ALL SELECT {columns} FROM {archive_of(table)}"
        yield f"{view} {whole_of(table)} AS {both}"


def columns_of(kind: Kind) -> tuple[str, ...]:
    """Every column of a table of states."""
    return ("shard", "key", "version", "next_due", *kind.columns, "doc")


def _assignments(table: str, columns: tuple[str, ...]) -> str:
    names = ("next_due", *columns, "doc")
    return f"version = {table}.version + 1, " + ", ".join(f"{name} = excluded.{name}" for name in names)


class PostgreSQL:
    """Sets travel as arrays and are unnested by the server: one statement a batch.

    The arrays go in binary form (`%b`): in text form the driver would escape every quote of every document.
    """

    lock = " FOR UPDATE"
    alone: tuple[str, ...] = ("SELECT pg_advisory_xact_lock(7463)",)

    def __init__(self, url: str, statement_s: int) -> None:
        self._url = url
        self._statement_s = statement_s

    def engine(self) -> sa.Engine:
        # A transaction with which nobody goes on holds the locks that the next owner of its shards waits for.
        idle = f"-c idle_in_transaction_session_timeout={self._statement_s}s"
        return reaching_engine(self._url, statement_s=self._statement_s, options=f"-c synchronous_commit=on {idle}")

    def ddl(self, checkpoints: str, tables: Mapping[str, str], kinds: Mapping[str, Kind]) -> Iterator[str]:
        yield from _ddl(checkpoints, tables, kinds, "BYTEA", "BIGINT")
        yield from _archive_ddl(tables, kinds, "CREATE OR REPLACE VIEW", "BIGINT")
        # Outputs are short-lived: compressing them only to throw them away would cost more than it saves.
        yield f"ALTER TABLE {checkpoints} ALTER COLUMN pending SET STORAGE EXTERNAL"

    def select(self, connection: sa.Connection, table: str, pairs: list[tuple[int, str]]) -> Sequence[Row]:
        statement = (
            f"SELECT t.shard, t.key, t.doc FROM unnest(%b::int[], %b::text[]) AS w (shard, key) "
            f"JOIN {table} t ON t.shard = w.shard AND t.key = w.key"
        )
        return connection.exec_driver_sql(statement, ([p[0] for p in pairs], [p[1] for p in pairs])).all()

    def upsert(self, connection: sa.Connection, table: str, columns: tuple[str, ...], rows: list[Row]) -> None:
        names = ("shard", "key", "next_due", *columns, "doc")
        types = ("int", "text", "bigint", *("text" for _ in columns), "text")
        arrays = ", ".join(f"%b::{kind}[]" for kind in types)
        statement = (
            f"INSERT INTO {table} ({', '.join(names)}, version) SELECT w.*, 1 FROM unnest({arrays}) AS w "
            f"ON CONFLICT (shard, key) DO UPDATE SET {_assignments(table, columns)}"
        )
        connection.exec_driver_sql(statement, tuple(list(column) for column in zip(*rows, strict=True)))

    def delete(self, connection: sa.Connection, table: str, pairs: list[tuple[int, str]]) -> None:
        statement = (
            f"DELETE FROM {table} t USING unnest(%b::int[], %b::text[]) AS w (shard, key) "
            "WHERE t.shard = w.shard AND t.key = w.key"
        )
        connection.exec_driver_sql(statement, ([p[0] for p in pairs], [p[1] for p in pairs]))

    def move_checkpoints(self, connection: sa.Connection, table: str, rows: list[Row]) -> int:
        statement = (
            f"UPDATE {table} b SET turn = b.turn + 1, doc = w.doc, pending = w.pending "
            "FROM unnest(%b::int[], %b::bigint[], %b::bigint[], %b::text[], %b::bytea[]) "
            "AS w (shard, epoch, turn, doc, pending) "
            "WHERE b.shard = w.shard AND b.owner_epoch = w.epoch AND b.turn = w.turn"
        )
        return connection.exec_driver_sql(statement, tuple(list(c) for c in zip(*rows, strict=True))).rowcount

    def wipe(self, tables: tuple[str, ...]) -> bool:
        with self.engine().connect() as connection:
            free = connection.execution_options(isolation_level="AUTOCOMMIT")
            free.exec_driver_sql(f"VACUUM {', '.join(tables)}")
        return True


class SQLite:
    """Rows go through executemany; writers wait for each other instead of failing."""

    lock = ""  # a transaction here holds everything from its beginning
    alone: tuple[str, ...] = ()

    def __init__(self, url: str) -> None:
        self._url = url

    def engine(self) -> sa.Engine:
        engine = sa.create_engine(self._url, poolclass=sa.NullPool, hide_parameters=True, connect_args={"timeout": 30})

        @sa.event.listens_for(engine, "connect")
        def prepare(connection: Any, record: object) -> None:
            # The driver's own transaction handling would begin too late: we begin ourselves, below.
            connection.isolation_level = None
            # What was deleted is overwritten, and the log emptied when it begins anew: nothing erased stays in files.
            settings = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000")
            for pragma in (*settings, "secure_delete=ON", "journal_size_limit=0"):
                connection.execute(f"PRAGMA {pragma}")

        @sa.event.listens_for(engine, "begin")
        def begin(connection: sa.Connection) -> None:
            # A transaction that reads first and writes later could find the database locked half-way.
            connection.exec_driver_sql("BEGIN IMMEDIATE")

        return engine

    def ddl(self, checkpoints: str, tables: Mapping[str, str], kinds: Mapping[str, Kind]) -> Iterator[str]:
        yield from _ddl(checkpoints, tables, kinds, "BLOB", "INTEGER")
        yield from _archive_ddl(tables, kinds, "CREATE VIEW IF NOT EXISTS", "INTEGER")

    def select(self, connection: sa.Connection, table: str, pairs: list[tuple[int, str]]) -> Sequence[Row]:
        statement = (
            f"SELECT t.shard, t.key, t.doc FROM json_each(?) w "
            f"JOIN {table} t ON t.shard = w.value ->> 0 AND t.key = w.value ->> 1"
        )
        return connection.exec_driver_sql(statement, (orjson.dumps(pairs).decode(),)).all()

    def upsert(self, connection: sa.Connection, table: str, columns: tuple[str, ...], rows: list[Row]) -> None:
        names = ("shard", "key", "next_due", *columns, "doc")
        statement = (
            f"INSERT INTO {table} ({', '.join(names)}, version) VALUES ({', '.join('?' for _ in names)}, 1) "
            f"ON CONFLICT (shard, key) DO UPDATE SET {_assignments(table, columns)}"
        )
        connection.exec_driver_sql(statement, rows)

    def delete(self, connection: sa.Connection, table: str, pairs: list[tuple[int, str]]) -> None:
        connection.exec_driver_sql(f"DELETE FROM {table} WHERE shard = ? AND key = ?", list(pairs))

    def move_checkpoints(self, connection: sa.Connection, table: str, rows: list[Row]) -> int:
        statement = (
            f"UPDATE {table} SET turn = turn + 1, doc = ?, pending = ? WHERE shard = ? AND owner_epoch = ? AND turn = ?"
        )
        ordered = [(doc, pending, shard, epoch, turn) for shard, epoch, turn, doc, pending in rows]
        return sum(connection.exec_driver_sql(statement, row).rowcount for row in ordered)

    def wipe(self, tables: tuple[str, ...]) -> bool:
        connection = self.engine().raw_connection()
        try:
            cursor = connection.cursor()
            (is_busy, *_) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            connection.close()
        return not is_busy
