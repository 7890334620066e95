"""Intake's tables, and what is read and written in them beside the loop."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Sequence
from typing import Final, NamedTuple

import sqlalchemy as sa

from services.intake.sealing import CaseCodec, RecordCodec
from services.intake.states import AcceptedEvent, Counter, GateCase, MasterKey, SubmissionRecord, Trouble
from tousu.runtime.archive import archive_of
from tousu.runtime.processor import Kind, column_time, in_every_shard, stays

SEALED: Final = ("record", "case")
"""The kinds whose rows hold sealed fields, with the row's key, wrapped by a master key."""
_MASTER: Final = {"sqlite": "doc ->> '$.key.master'", "postgresql": "doc::jsonb #>> '{key,master}'"}
"""The name of the master key by which a row's key is wrapped, by database; null where a row has none."""


class SealedRow(NamedTuple):
    """A row that holds sealed fields."""

    shard: int
    key: str
    doc: str


def kinds(codec: RecordCodec, cases: CaseCodec) -> tuple[Kind, ...]:
    """The tables. What may be forgotten has a time at which it is (`timed`), so that no table grows for ever.

    Of a record nothing is expected from the beginning: only a report that its telling is separated reads it. By which
    record key an event or a further telling will come nobody knows: when there are more partitions, every shard that is
    made out of one has to know what that one had seen.
    """
    return (
        Kind("seen", AcceptedEvent, timed=True, belongs_to=in_every_shard),
        Kind("counter", Counter, belongs_to=stays),
        Kind(
            "case",
            GateCase,
            columns={
                "kind": lambda case: case.kind,
                "channel": lambda case: case.channel,
                "status": lambda case: case.status,
                "waybill_number": lambda case: case.waybill_number,
                "pseudonym": lambda case: case.pseudonym,
                "answered_at": lambda case: column_time(case.answered_at),
            },
            timed=True,
            ended="answered_at",
            codec=cases,
            version=2,  # what a mediator found, a plan that was refused
        ),
        Kind(
            "trouble",
            Trouble,
            columns={"case_number": lambda trouble: trouble.case_number},
            timed=True,
            belongs_to=in_every_shard,
        ),
        Kind(
            "record",
            SubmissionRecord,
            columns={
                "case_number": lambda record: record.case_number,
                "channel": lambda record: record.channel,
                "pseudonym": lambda record: record.pseudonym,
                "erased": lambda record: "1" if record.erased else None,
                "accepted_at": lambda record: column_time(record.accepted_at),
            },
            codec=codec,
            owner="case_number",
            ended="accepted_at",
        ),
        Kind("master_key", MasterKey, belongs_to=stays),
    )


def records_page(connection: sa.Connection, case_number: str, after: tuple[int, str], rows_max: int) -> list[SealedRow]:
    """The first records behind (shard, key) `after`: of a case all, else those whose person was not erased."""
    condition = "case_number = :number" if case_number else "erased IS NULL"
    statement = (
        f"SELECT shard, key, doc FROM intake_record_all WHERE {condition} "
        "AND (shard, key) > (:shard, :key) ORDER BY shard, key LIMIT :rows"
    )
    values = {"shard": after[0], "key": after[1], "rows": rows_max}
    values |= {"number": case_number} if case_number else {}
    return [SealedRow(*row) for row in connection.execute(sa.text(statement), values)]


def documents_of(connection: sa.Connection, shard: int, keys: Sequence[str]) -> dict[str, str]:
    """The rows of records that are not erased yet, by key."""
    statement = sa.text(
        "SELECT key, doc FROM intake_record_all WHERE shard = :shard AND key IN :keys AND erased IS NULL"
    ).bindparams(sa.bindparam("keys", expanding=True))
    rows = connection.execute(statement, {"shard": shard, "keys": list(keys)})
    return {row[0]: row[1] for row in rows}


def count_wrapped(connection: sa.Connection) -> dict[str, int]:
    """How many rows each master key wraps, by its name."""
    counts: Tally[str] = Tally()
    for kind in SEALED:
        master = _MASTER[connection.dialect.name]
        statement = f"SELECT {master}, count(*) FROM intake_{kind}_all WHERE {master} IS NOT NULL GROUP BY 1"
        for name, count in connection.execute(sa.text(statement)):
            counts[name] += count
    return dict(counts)


def rows_to_rewrap(
    connection: sa.Connection, kind: str, master: str, after: tuple[int, str], rows_max: int
) -> list[SealedRow]:
    """The first rows behind (shard, key) `after` whose keys another master key wraps."""
    statement = (
        f"SELECT shard, key, doc FROM intake_{kind}_all WHERE {_MASTER[connection.dialect.name]} <> :master "
        "AND (shard, key) > (:shard, :key) ORDER BY shard, key LIMIT :rows"
    )
    values = {"master": master, "shard": after[0], "key": after[1], "rows": rows_max}
    return [SealedRow(*row) for row in connection.execute(sa.text(statement), values)]


def write_rewrapped(connection: sa.Connection, kind: str, rows: Sequence[tuple[str, SealedRow]]) -> int:
    """Put new documents in place of rows, each unless it was written since. How many were."""
    done = 0
    for table in (f"intake_{kind}", archive_of(f"intake_{kind}")):
        # By the document, not its version: a row that came back from the archive has begun to count anew.
        statement = sa.text(
            f"UPDATE {table} SET doc = :doc, version = version + 1 "
            "WHERE shard = :shard AND key = :key AND doc = :former"
        )
        values = [{"doc": doc, "shard": row.shard, "key": row.key, "former": row.doc} for doc, row in rows]
        done += sum(connection.execute(statement, value).rowcount for value in values)
    return done
