"""A look into a processor's database from outside, at any time: checkpoints and rows, never a change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from tousu.failure import Retry, Stop
from tousu.runtime import checkpoint as cp
from tousu.runtime.archive import whole_of
from tousu.runtime.broker import OutRecord
from tousu.runtime.checkpoint import Checkpoint
from tousu.runtime.reach import reaching_engine

PAGE_ROWS: Final = 1000
"""So many rows are held at once when all of a kind are read."""
STATEMENT_S: Final = 120
"""What one statement may take: a page whose condition few rows meet reads a whole table."""
LOCKED_S: Final = 30.0
"""How long a file is waited for that its processor has locked: it closes, or comes up after a crash."""


class ShardStanding(NamedTuple):
    """One shard as its database knows it: the checkpoint, and the last turn's outputs (they may not be out yet)."""

    shard: int
    turn: int
    checkpoint: Checkpoint
    pending: tuple[OutRecord, ...]


class Inspection:
    """Reads the database of one processor.

    Raises Stop `no_database` where there is none, Retry `database_away` while it does not answer.
    """

    def __init__(self, url: str, processor: str) -> None:
        self.processor = processor
        self.url = url
        self._held: sa.Connection | None = None
        self._places: dict[str, str] = {}
        address = sa.make_url(url)
        if address.get_backend_name() == "sqlite":
            path = Path(address.database or "")
            if not path.is_file():
                raise Stop("no_database", f"{path} is not there: has {processor} ever run with this data folder?")
            self._engine = sa.create_engine(
                f"sqlite:///file:{path}?mode=ro&uri=true",
                poolclass=sa.NullPool,
                hide_parameters=True,
                connect_args={"timeout": LOCKED_S},
            )
        else:
            self._engine = reaching_engine(url, statement_s=STATEMENT_S)

    def rows(self, statement: str, values: Mapping[str, Any] = {}) -> list[dict[str, Any]]:
        """What a SELECT finds."""
        with self._guarded():
            if self._held is not None:
                return _rows(self._held, statement, values)
            with self._engine.connect() as connection:
                return _rows(connection, statement, values)

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise Retry("database_away", f"the database of {self.processor} does not answer: {error.orig}") from error

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """What is read inside is what the database held at one moment, however busy its processor is."""
        is_sqlite = self._engine.dialect.name == "sqlite"
        with self._guarded(), self._engine.connect() as connection:
            if is_sqlite:
                connection.exec_driver_sql("BEGIN")
            else:
                connection.execution_options(isolation_level="REPEATABLE READ")
            self._held = connection
            try:
                yield
            finally:
                self._held = None
                connection.rollback()

    def keeps(self, kind: str) -> bool:
        """Whether there is a table of this kind."""
        with self._guarded():
            return sa.inspect(self._held or self._engine).has_table(f"{self.processor}_{kind}")

    def standings(self) -> list[ShardStanding]:
        """Every shard that this processor has ever owned, in order."""
        table = f"{self.processor}_checkpoint"
        return [
            ShardStanding(
                row["shard"], row["turn"], cp.decode(row["doc"]), tuple(cp.unpack_pending(bytes(row["pending"])))
            )
            for row in self.rows(f"SELECT shard, turn, doc, pending FROM {table} ORDER BY shard")
        ]

    def place_of(self, kind: str) -> str:
        """Where all states of a kind are read: its table, together with its archive where it has one."""
        table = f"{self.processor}_{kind}"
        if table not in self._places:
            with self._guarded():
                has_archive = sa.inspect(self._held or self._engine).has_table(whole_of(table))
            self._places[table] = whole_of(table) if has_archive else table
        return self._places[table]

    def state(self, kind: str, key: str) -> dict[str, Any] | None:
        """The document of one state as JSON, whichever shard it lies in."""
        rows = self.rows(f"SELECT doc FROM {self.place_of(kind)} WHERE key = :key", {"key": key})
        return orjson.loads(rows[0]["doc"]) if rows else None

    def matching_states(
        self, kind: str, condition: str = "1 = 1", values: Mapping[str, Any] = {}
    ) -> Iterator[tuple[str, str]]:  # fmt: skip
        """Key and document of every state of a kind that meets a condition (SQL over its promoted columns)."""
        return ((row["key"], row["doc"]) for row in self.matching_rows(kind, condition, values))

    def matching_rows(
        self, kind: str, condition: str = "1 = 1", values: Mapping[str, Any] = {}
    ) -> Iterator[dict[str, Any]]:
        """As `matching_states`, whole rows; `values` are bound into the condition."""
        after: dict[str, Any] = {"shard": -1, "key": ""}
        place = self.place_of(kind)
        while True:
            rows = self.rows(
                f"SELECT * FROM {place} WHERE ({condition}) "
                "AND (shard > :shard OR (shard = :shard AND key > :key)) "
                f"ORDER BY shard, key LIMIT {PAGE_ROWS}",
                {**values, **after},
            )
            yield from rows
            if len(rows) < PAGE_ROWS:
                return
            after = {"shard": rows[-1]["shard"], "key": rows[-1]["key"]}

    def close(self) -> None:
        self._engine.dispose()


def _rows(connection: sa.Connection, statement: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(sa.text(statement), dict(values)).mappings()]
