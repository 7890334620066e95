"""A processor's tables as of one moment in one file, taken while it works, and put into an empty database again.

The file is a SQLite database with the same tables, whichever database they came from, so it can be looked into (`tousu
case --data`), and a processor can be moved from one kind of database to the other. What holds it together (who, when,
which version, which digest) stands in `manifest.json` beside it.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from tousu.failure import Stop
from tousu.runtime.inspection import Inspection
from tousu.runtime.processor import Processor
from tousu.runtime.store import Store
from tousu.runtime.table_versions import known, shown

MANIFEST: Final = "manifest.json"
PAGE_ROWS: Final = 1_000


class TablesKept(msgspec.Struct, frozen=True):
    """One processor's tables in a backup: its file, the file's SHA-256, table -> rows, and the tables' migrations."""

    file: str
    sha256: str
    rows: dict[str, int]
    migrations: tuple[str, ...]


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds, which version of tousu took it, and when it began (everything in it is no older)."""

    version: str
    taken_at: datetime
    processors: dict[str, TablesKept]


def take(look: Inspection, processor: Processor, folder: Path) -> TablesKept:
    """Copy the tables of a processor as they are at this moment; nobody who works there waits for it.

    Raises Stop `other_version` where another version of tousu looks after them.
    """
    file = folder / f"{processor.name}.sqlite"
    part = folder / f"{processor.name}.part"
    part.unlink(missing_ok=True)
    url = f"sqlite:///{part}"
    with closing(Store(url, processor.name, processor.kinds)) as store:
        store.create()
        with look.snapshot(), store.transaction("cannot write the backup") as connection:
            applied = {row["version_num"] for row in look.rows(f"SELECT version_num FROM {processor.name}_version")}
            if applied != set(known()):
                message = (
                    f"{shown(look.url)}: the tables of {processor.name} are of another version of tousu: let that one "
                    "take the backup, or `tousu upgrade` first"
                )
                raise Stop("other_version", message)
            rows = {table: _copy(look, connection, table) for table in _tables(connection, processor.name)}
    with closing(sqlite3.connect(part)) as whole:
        whole.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
    part.chmod(0o600)
    part.rename(file)
    return TablesKept(file.name, digest_of(file), rows, known())


def put(kept: TablesKept, processor: Processor, folder: Path, store: Store) -> dict[str, int]:
    """Put what was taken into an empty database, in one transaction; how many rows each table has now.

    Raises Stop: `damaged_backup`, `other_version`, `not_empty`.
    """
    file = folder / kept.file
    if not file.is_file() or digest_of(file) != kept.sha256:
        message = f"{file} is not what was taken: it is missing, cut short or changed; use another backup"
        raise Stop("damaged_backup", message)
    if kept.migrations != known():
        message = (
            f"{file} was taken by another version of tousu ({kept.migrations[-1]}): restore it by that one, then "
            "`tousu upgrade`"
        )
        raise Stop("other_version", message)
    with store.transaction("cannot look into the database") as connection:
        if store.is_made(connection):
            raise Stop(
                "not_empty", f"{shown(store.url)} has tables of {processor.name} already: name an empty database"
            )
    store.create()
    look = Inspection(f"sqlite:///{file}", processor.name)
    with closing(look), store.transaction("cannot write the tables") as connection:
        connection.execute(sa.text(f"DELETE FROM {processor.name}_version"))
        return {table: _copy(look, connection, table) for table in kept.rows}


def _tables(connection: sa.Connection, processor: str) -> list[str]:
    """The tables of a processor; of a fresh file the row of each migration goes, since it comes from the source."""
    connection.execute(sa.text(f"DELETE FROM {processor}_version"))
    return sorted(name for name in sa.inspect(connection).get_table_names() if name.startswith(f"{processor}_"))


def _copy(look: Inspection, into: sa.Connection, table: str) -> int:
    """Every row of a table; how many."""
    inspector = sa.inspect(into)
    columns = [column["name"] for column in inspector.get_columns(table)]
    keys = inspector.get_pk_constraint(table)["constrained_columns"]
    insert = sa.text(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(f':{name}' for name in columns)})")
    count = 0
    for page in _pages(look, table, columns, keys):
        into.execute(insert, page)
        count += len(page)
    return count


def _pages(look: Inspection, table: str, columns: list[str], keys: list[str]) -> Iterator[list[dict[str, Any]]]:
    names, order = ", ".join(columns), ", ".join(keys)
    after: dict[str, Any] = {}
    while True:
        condition = f"WHERE ({order}) > ({', '.join(f':{name}' for name in keys)})" if after else ""
        page = look.rows(f"SELECT {names} FROM {table} {condition} ORDER BY {order} LIMIT {PAGE_ROWS}", after)
        if page:
            yield page
        if len(page) < PAGE_ROWS:
            return
        after = {name: page[-1][name] for name in keys}


def digest_of(file: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Last of all, so that a folder without it is no backup."""
    part = folder / f"{MANIFEST}.part"
    part.write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
    part.rename(folder / MANIFEST)


def read_manifest(folder: Path) -> Manifest:
    """What a folder holds. Raises Stop `no_backup`."""
    try:
        return msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        message = (
            f"{folder} holds no whole backup: {MANIFEST} is missing or broken; name what `tousu backup --to` wrote"
        )
        raise Stop("no_backup", message) from None
