"""How far a subscriber has come, and where it keeps that: a small file, or a row beside the effects of its handler."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec

from tousu.failure import Stop


class Position(msgspec.Struct):
    """Next offsets by 'topic/partition', last output numbers by 'topic/partition|origin', and the topics' ids."""

    offsets: dict[str, int] = {}
    seen: dict[str, int] = {}
    topic_ids: dict[str, str] = {}


class CheckpointStore(Protocol):
    """Keeps one subscriber's place."""

    def load(self) -> Position | None:
        """The place last saved, or None before the first time."""
        ...

    def save(self, place: Position) -> None:
        """Keep the place; once this returns it outlives the process."""
        ...


class FileCheckpoint:
    """One JSON file, replaced whole. What a handler did since the last save is done again after a crash."""

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)

    def load(self) -> Position | None:
        """Raises Stop `broken_checkpoint` when the file is not what `save` wrote."""
        try:
            raw = self._path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            return msgspec.json.decode(raw, type=Position)
        except msgspec.DecodeError as error:
            message = f"{self._path} is no checkpoint ({error}); delete it to read the topics from the beginning"
            raise Stop("broken_checkpoint", message) from error

    def save(self, place: Position) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._path.with_name(self._path.name + ".unfinished")
        with unfinished.open("wb") as out:
            out.write(msgspec.json.encode(place))
            out.flush()
            os.fsync(out.fileno())
        unfinished.replace(self._path)


_TABLE: Final = "tousu_subscriber"


class SqlCheckpoint:
    """One row on the connection that the handler uses, SQLite or psycopg: effects and place are committed together.

    `save` writes the row and commits the open transaction, with everything that the handler wrote on it. The handler
    must not commit by itself. After a crash neither is there, or both are: each event has its effect exactly once.
    """

    def __init__(self, connection: Any, name: str) -> None:
        self._connection = connection
        self._name = name
        self._mark = "?" if isinstance(connection, sqlite3.Connection) else "%s"
        self._connection.cursor().execute(
            f"CREATE TABLE IF NOT EXISTS {_TABLE} (name TEXT PRIMARY KEY, place TEXT NOT NULL)"
        )
        self._connection.commit()

    def load(self) -> Position | None:
        cursor = self._connection.cursor()
        cursor.execute(f"SELECT place FROM {_TABLE} WHERE name = {self._mark}", (self._name,))  # noqa: S608 - constants
        row = cursor.fetchone()
        self._connection.commit()
        return msgspec.json.decode(row[0], type=Position) if row else None

    def save(self, place: Position) -> None:
        self._connection.cursor().execute(
            f"INSERT INTO {_TABLE} (name, place) VALUES ({self._mark}, {self._mark}) "  # noqa: S608 - constants
            "ON CONFLICT (name) DO UPDATE SET place = excluded.place",
            (self._name, msgspec.json.encode(place).decode()),
        )
        self._connection.commit()
