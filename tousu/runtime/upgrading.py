"""Migrations of a processor's tables, by alembic's operations: each in one transaction, written down with it.

Whoever works on the tables meanwhile waits for moments, not for the whole upgrade; a migration that was cut short has
not happened and is applied when the command is run again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import orjson
import sqlalchemy as sa

from tousu.runtime.archive import archive_of
from tousu.runtime.table_versions import MIGRATIONS, applied, missing, stamp

if TYPE_CHECKING:
    from alembic.operations import Operations

    from tousu.runtime.store import Store

STATEMENT_S: Final = 3_600
"""What one statement of a migration may take: it may go over every row."""
PAGE_ROWS: Final = 1_000


class Tables:
    """What a migration works on: the tables of one processor in one transaction."""

    def __init__(self, connection: sa.Connection, processor: str) -> None:
        from alembic.migration import MigrationContext
        from alembic.operations import Operations

        self.processor = processor
        self.connection = connection
        self.op: Operations = Operations(MigrationContext.configure(connection))

    def has(self, table: str) -> bool:
        return sa.inspect(self.connection).has_table(table)

    def rewrite(self, kind: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> int:
        """Change the document of every state of a kind, archived ones too; how many became others."""
        table = f"{self.processor}_{kind}"
        return sum(self.rewrite_table(name, ("shard", "key"), change) for name in (table, archive_of(table)))

    def rewrite_table(
        self, table: str, keys: tuple[str, ...], change: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> int:
        """Change the column `doc` of every row of a table with this primary key; none where there is no table."""
        if not self.has(table):
            return 0
        these = " AND ".join(f"{name} = :{name}" for name in keys)
        statement, changed = sa.text(f"UPDATE {table} SET doc = :doc WHERE {these}"), 0
        for row in self._rows(table, keys):
            doc = orjson.dumps(change(orjson.loads(row["doc"]))).decode()
            if doc != row["doc"]:
                self.connection.execute(statement, {**{name: row[name] for name in keys}, "doc": doc})
                changed += 1
        return changed

    def documents(self, kind: str) -> Iterator[tuple[int, str, dict[str, Any]]]:
        """Shard, key and document of every state of a kind, archived ones too."""
        table = f"{self.processor}_{kind}"
        for name in (table, archive_of(table)):
            for row in self._rows(name, ("shard", "key")) if self.has(name) else ():
                yield row["shard"], row["key"], orjson.loads(row["doc"])

    def _rows(self, table: str, keys: tuple[str, ...]) -> Iterator[dict[str, Any]]:
        """Every row, page by page in the order of its key."""
        order, after = ", ".join(keys), dict[str, Any]()
        bound = ", ".join(f":{name}" for name in keys)
        while True:
            condition = f"WHERE ({order}) > ({bound})" if after else ""
            statement = sa.text(f"SELECT {order}, doc FROM {table} {condition} ORDER BY {order} LIMIT {PAGE_ROWS}")
            page = [dict(row) for row in self.connection.execute(statement, after).mappings()]
            yield from page
            if len(page) < PAGE_ROWS:
                return
            after = {name: page[-1][name] for name in keys}


def waiting(store: Store, processor: str, phase: str, package: str = MIGRATIONS) -> list[str]:
    """The migrations of a phase that the tables of a processor have not seen, in order."""
    with store.transaction("cannot read the version of the tables") as connection:
        return missing(applied(connection, processor), phase, package)


def upgrade(store: Store, processor: str, phase: str, package: str = MIGRATIONS) -> Iterator[str]:
    """Apply the migrations of a phase that the tables have not seen, one by one; yields the name of each.

    Of two commands at once one waits and finds nothing to do. Raises Retry while the database is away.
    """
    for migration in waiting(store, processor, phase, package):
        with store.transaction(f"cannot apply {migration}") as connection:
            for statement in store.dialect.alone:
                connection.execute(sa.text(statement))
            if migration in applied(connection, processor):
                continue
            import_module(f"{package}.{migration}").upgrade(Tables(connection, processor))
            stamp(connection, processor, [migration])
        yield migration
