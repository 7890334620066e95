"""Counting states in the database now and then, and asking it whether it is there.

Each has a connection and a thread of its own, since a count may take half a minute and silence must be told within
seconds. The counts feed gauges such as open cases by department. A count may read a whole table, so it never takes more
than a twentieth of the time: the slower it is, the rarer it gets.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from tousu.runtime import checkpoint as cp
from tousu.runtime.archive import archive_of
from tousu.runtime.metrics import ARCHIVED, TIMERS_DUE, Counted, Metric
from tousu.runtime.processor import Kind, column_time
from tousu.runtime.reach import GRACE_S, reaching_engine
from tousu.runtime.watch import Watch

REST_SHARE: Final = 20
ROWS_MAX: Final = 1_000
"""Groups of one gauge at most; more would be too many series for anybody."""
PING_S: Final = 2.0
PING_SILENCE_S: Final = 5.0
"""After so long without an answer to the simplest question the database counts as away."""
COUNT_S: Final = 30
STOP_S: Final = 1.0

Rows = dict[tuple[str, ...], float]


class Census:
    """Counts what the kinds of a processor declare as `gauges`, over the shards that this copy owns."""

    def __init__(self, url: str, processor: str, kinds: Sequence[Kind], watch: Watch, every_s: float) -> None:
        self._pinging, self._counting = _reading_engine(url, PING_SILENCE_S), _reading_engine(url, COUNT_S + GRACE_S)
        self._tables = [(kind, f"{processor}_{kind.name}") for kind in kinds]
        self._watch = watch
        self._every_s = every_s
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=run, daemon=True) for run in (self._keep_asking, self._keep_counting)]
        self.counts: Mapping[Metric, Rows] = {}
        """The last count; replaced whole."""
        self.duration_s = 0.0
        self._counted_at_s = time.monotonic()

    def age_s(self) -> float:
        """How old the last count is, from its beginning; where nothing has been open to count, 0 since then."""
        return time.monotonic() - self._counted_at_s

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ends within a second; a thread that waits for the database then is left behind and ends with the process."""
        self._stopping.set()
        until_s = time.monotonic() + STOP_S
        for thread in self._threads:
            thread.join(max(0.0, until_s - time.monotonic()))

    def _keep_asking(self) -> None:
        pause_s = min(PING_S, self._every_s)
        while not self._stopping.is_set():
            try:
                with self._pinging.connect() as connection:
                    while not self._stopping.is_set():
                        connection.execute(sa.text("SELECT 1"))
                        connection.rollback()
                        self._watch.database_trouble = ""
                        self._stopping.wait(pause_s)
            except SQLAlchemyError as error:
                words = str(getattr(error, "orig", None) or type(error).__name__)
                self._watch.database_trouble = f"the database does not answer: {words.splitlines()[0]}"
                self._stopping.wait(pause_s)

    def _keep_counting(self) -> None:
        while not self._stopping.is_set():
            opened, began_s = self._watch.glance.opened, time.monotonic()
            rest_s = min(PING_S, self._every_s)
            if opened:
                try:
                    with self._counting.connect() as connection:
                        self.counts = self.count(
                            connection, {shard: checkpoint.time_us for shard, checkpoint in opened.items()}
                        )
                    self._counted_at_s = began_s
                except SQLAlchemyError:
                    pass  # the last count stands and grows old; whether the database is there the other thread says
                self.duration_s = time.monotonic() - began_s
                rest_s = max(self._every_s, REST_SHARE * self.duration_s)
            else:
                self._counted_at_s = began_s
            self._stopping.wait(rest_s)

    def count(self, connection: sa.Connection, times_us: Mapping[int, int]) -> dict[Metric, Rows]:
        """Count for these shards, each at its watermark (microseconds since 1970)."""
        counts: dict[Metric, Rows] = {}
        shards = ", ".join(str(int(shard)) for shard in times_us)
        now = cp.moment(max(0, min(times_us.values())))
        times = {"now": column_time(now), "soon": column_time(now + timedelta(hours=1))}
        for kind, table in self._tables:
            for gauge in kind.gauges:
                rows = connection.execute(
                    sa.text(f"{_question(gauge, table, shards)} LIMIT {ROWS_MAX}"),
                    {name: value for name, value in times.items() if f":{name}" in gauge.where},
                )
                counts[gauge.metric] = {tuple(label or "" for label in row[:-1]): float(row[-1]) for row in rows}
            if kind.timed:
                tables = [table, archive_of(table)] if kind.ended else [table]
                due = sum(self._due(connection, name, times_us) for name in tables)
                counts.setdefault(TIMERS_DUE, {})[(kind.name,)] = due
            if kind.ended:
                statement = sa.text(f"SELECT COUNT(*) FROM {archive_of(table)} WHERE shard IN ({shards})")
                counts.setdefault(ARCHIVED, {})[(kind.name,)] = connection.execute(statement).scalar_one()
        return counts

    def _due(self, connection: sa.Connection, table: str, times_us: Mapping[int, int]) -> float:
        statement = sa.text(f"SELECT COUNT(*) FROM {table} WHERE shard = :shard AND next_due <= :until")
        due = 0
        for shard, time_us in times_us.items():
            due += connection.execute(statement, {"shard": shard, "until": time_us}).scalar_one()
        return due


def _question(gauge: Counted, table: str, shards: str) -> str:
    """The SELECT of a gauge: its labels and, last, its value."""
    rows = f"FROM {table} WHERE shard IN ({shards}) AND ({gauge.where})"
    if gauge.column:
        return f"SELECT COUNT(*) FROM (SELECT 1 AS one {rows} GROUP BY {gauge.column} HAVING {gauge.having}) AS found"
    labels = "".join(f"{label}, " for label in gauge.by)
    grouped = f"GROUP BY {', '.join(gauge.by)}" if gauge.by else ""
    return f"SELECT {labels}{gauge.expression} {rows} {grouped}"


def _reading_engine(url: str, silence_s: float) -> sa.Engine:
    """Reads only and waits little: nobody who works may ever wait for a count."""
    address = sa.make_url(url)
    if address.get_backend_name() == "postgresql":
        options = "-c default_transaction_read_only=on -c application_name=tousu-census"
        return reaching_engine(url, statement_s=COUNT_S, silence_s=silence_s, options=options)
    engine = sa.create_engine(
        address, poolclass=sa.NullPool, hide_parameters=True, connect_args={"timeout": 1, "check_same_thread": False}
    )

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, record: object) -> None:
        connection.execute("PRAGMA query_only=ON")

    return engine
