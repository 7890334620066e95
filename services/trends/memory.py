"""What trends knows, written down now and then, so that a start need not read weeks of the log again.

It is one value: all that was counted, and the offsets up to which. Nothing else is lost with it but time: without it,
or where it does not fit the log or the pack, trends reads its history again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from tousu.failure import Retry
from tousu.runtime.broker import Identity
from tousu.runtime.dialect import dialect_of
from tousu.runtime.reach import STATEMENT_S

TABLE: Final = sa.Table(
    "trends_memory",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("memory", sa.LargeBinary, nullable=False),
)


class Tallied(msgspec.Struct, frozen=True, array_like=True):
    """The counts of one cell (what, name, where, place): pairs of step and count."""

    cell: tuple[str, str, str, str, str]
    counts: list[tuple[int, int]]


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that follows from the log up to `offsets` (partition -> next offset).

    rhythm: step in seconds, steps of a window, steps of the history, dimensions: counts of another rhythm are of no
    use. cluster_id, topic_id: the log it belongs to. times_us: partition -> its time. seen: origin -> last number.
    """

    rhythm: tuple[float, int, int, str]
    cluster_id: str = ""
    topic_id: str = ""
    offsets: dict[int, int] = {}
    times_us: dict[int, int] = {}
    seen: dict[str, int] = {}
    began: int | None = None
    judged: int | None = None
    tallies: list[Tallied] = []
    raised: list[tuple[str, str, str, str, str]] = []

    def fits(self, rhythm: tuple[float, int, int, str], log: Identity, topic: str) -> bool:
        """Whether it was counted in this rhythm and from this log (a broker that tells no id is another each time)."""
        return bool(log.cluster_id) and self.rhythm == rhythm and (self.cluster_id, self.topic_id) == (
            log.cluster_id, log.topic_ids.get(topic, "")
        )  # fmt: skip


class MemoryStore:
    """The one row of trends' own database. Every call raises Retry while the database is away."""

    def __init__(self, url: str, statement_s: int = STATEMENT_S) -> None:
        file = sa.make_url(url).database
        if url.startswith("sqlite") and file:
            Path(file).parent.mkdir(parents=True, exist_ok=True)
        self._engine = dialect_of(url, statement_s).engine()
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(Memory)

    def load(self) -> Memory | None:
        """What was saved last; None where nothing was, or by a version that wrote it otherwise."""
        try:
            with self._engine.begin() as connection:
                TABLE.metadata.create_all(connection)
                stored = connection.execute(sa.select(TABLE.c.memory)).scalar()
        except DBAPIError as error:
            raise Retry("database_away", f"the database does not answer: {type(error.orig).__name__}") from error
        try:
            return self._decoder.decode(stored) if stored is not None else None
        except msgspec.DecodeError:
            return None

    def save(self, memory: Memory) -> None:
        """Put this in the place of what was saved before."""
        try:
            with self._engine.begin() as connection:
                connection.execute(TABLE.delete())
                connection.execute(TABLE.insert().values(id=1, memory=self._encoder.encode(memory)))
        except DBAPIError as error:
            raise Retry("database_away", f"the database does not answer: {type(error.orig).__name__}") from error

    def close(self) -> None:
        self._engine.dispose()
