"""The peer below every stateful processor: the same rows in the same turns, and nothing else.

A turn of a processor is one transaction: the checkpoints under their compare-and-set, with the outputs in them, and the
changed states table by table. Here the rows of recorded turns are written again by the driver alone, prepared in
memory beforehand: no broker, no parsing, no rules, no reading of states. What this reaches is the most that a processor
could reach if all its own work cost nothing.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import psycopg
import sqlalchemy as sa

from bench.rehearsal import Turn
from tousu.runtime.processor import Kind, Processor
from tousu.runtime.store import Store

COPY_FROM_ROWS: Final = 50
"""From so many rows on COPY into an unlogged table and one INSERT … SELECT is quicker than arrays that are unnested."""


class Written(NamedTuple):
    """How long the turns of a backlog took, and how much they wrote."""

    wall_s: float
    turns: int
    rows: int
    row_bytes: int
    pending_bytes: int


def write(url: str, processor: Processor, turns: Sequence[Turn]) -> Written:
    """Write recorded turns into an empty database. The tables are made as the processor makes them, before the time."""
    store = Store(url, processor.name, processor.kinds)
    store.create()
    for shard in range(len(turns[0].checkpoints) if turns else 0):
        store.take(shard)
    store.close()
    checkpoints = f"{processor.name}_checkpoint"
    kinds = {f"{processor.name}_{kind.name}": kind for kind in processor.kinds}
    # A fresh database counts turns and epochs from the start, as the recorded one did.
    writer = _PostgreSQL if sa.make_url(url).get_backend_name() == "postgresql" else _SQLite
    wall_s = writer(url, checkpoints, kinds).run(turns)
    rows = [row for turn in turns for _, _, rows in turn.upserts for row in rows]
    return Written(
        wall_s=wall_s,
        turns=len(turns),
        rows=len(rows),
        row_bytes=sum(_bytes(value) for row in rows for value in row),
        pending_bytes=sum(_bytes(row[4]) for turn in turns for row in turn.checkpoints),
    )


def _bytes(value: object) -> int:
    if isinstance(value, str):
        return len(value.encode())
    return len(value) if isinstance(value, bytes) else 8


def _assignments(table: str, columns: tuple[str, ...]) -> str:
    names = ("next_due", *columns, "doc")
    return f"version = {table}.version + 1, " + ", ".join(f"{name} = excluded.{name}" for name in names)


class _PostgreSQL:
    """psycopg, binary parameters, sets unnested by the server."""

    def __init__(self, url: str, checkpoints: str, kinds: Mapping[str, Kind]) -> None:
        self._url = url
        self._checkpoints = checkpoints

    def run(self, turns: Sequence[Turn]) -> float:
        with psycopg.connect(self._url) as connection, connection.cursor() as cursor:
            connection.prepare_threshold = 1
            started_s = time.perf_counter()
            for turn in turns:
                # One round trip for the whole transaction where the driver can do so.
                with connection.pipeline():
                    self._write(cursor, turn)
                    connection.commit()
            return time.perf_counter() - started_s

    def _write(self, cursor: psycopg.Cursor[Any], turn: Turn) -> None:
        cursor.execute(
            f"UPDATE {self._checkpoints} b SET turn = b.turn + 1, doc = w.doc, pending = w.pending "
            "FROM unnest(%b::int[], %b::bigint[], %b::bigint[], %b::text[], %b::bytea[]) "
            "AS w (shard, epoch, turn, doc, pending) "
            "WHERE b.shard = w.shard AND b.owner_epoch = w.epoch AND b.turn = w.turn",
            _columns(turn.checkpoints),
        )
        for table, columns, rows in turn.upserts:
            names = ("shard", "key", "next_due", *columns, "doc")
            types = ("int", "text", "bigint", *("text" for _ in columns), "text")
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(names)}, version) "
                f"SELECT w.*, 1 FROM unnest({', '.join(f'%b::{kind}[]' for kind in types)}) AS w "
                f"ON CONFLICT (shard, key) DO UPDATE SET {_assignments(table, columns)}",
                _columns(rows),
            )
        for table, pairs in turn.deletes:
            cursor.execute(
                f"DELETE FROM {table} t USING unnest(%b::int[], %b::text[]) AS w (shard, key) "
                "WHERE t.shard = w.shard AND t.key = w.key",
                _columns(pairs),
            )


def _columns(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


class _SQLite:
    """The standard library's driver, executemany."""

    def __init__(self, url: str, checkpoints: str, kinds: Mapping[str, Kind]) -> None:
        self._path = sa.make_url(url).database or ":memory:"
        self._checkpoints = checkpoints

    def run(self, turns: Sequence[Turn]) -> float:
        connection = sqlite3.connect(self._path, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        started_s = time.perf_counter()
        for turn in turns:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                f"UPDATE {self._checkpoints} SET turn = turn + 1, doc = ?, pending = ? "
                "WHERE shard = ? AND owner_epoch = ? AND turn = ?",
                [(doc, pending, shard, epoch, number) for shard, epoch, number, doc, pending in turn.checkpoints],
            )
            for table, columns, rows in turn.upserts:
                names = ("shard", "key", "next_due", *columns, "doc")
                connection.executemany(
                    f"INSERT INTO {table} ({', '.join(names)}, version) VALUES ({', '.join('?' for _ in names)}, 1) "
                    f"ON CONFLICT (shard, key) DO UPDATE SET {_assignments(table, columns)}",
                    rows,
                )
            for table, pairs in turn.deletes:
                connection.executemany(f"DELETE FROM {table} WHERE shard = ? AND key = ?", pairs)
            connection.execute("COMMIT")
        wall_s = time.perf_counter() - started_s
        connection.close()
        return wall_s
