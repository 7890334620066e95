"""Intake's tables, and the two things that are done with personal records: showing them to the desk, erasing them."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from services.intake.sealing import RecordCodec
from services.intake.states import Case, Counter, Record, Seen, Trouble
from tousu.runtime.processor import Kind

ERASE: Final = {
    "sqlite": "UPDATE intake_record SET doc = json_remove(doc, '$.key'), erased = '1', version = version + 1 "
    "WHERE case_number = :number AND erased IS NULL",
    "postgresql": "UPDATE intake_record SET doc = (doc::jsonb - 'key')::text, erased = '1', version = version + 1 "
    "WHERE case_number = :number AND erased IS NULL",
}
"""Takes the wrapped key out of every record of a case, by database. Intake never writes a record a second time."""
ERASE_PERSON: Final = {name: text.replace("case_number =", "pseudonym =") for name, text in ERASE.items()}
"""The same for every record of a person (`:number` is then the pseudonym)."""
_RECORDS: Final = "SELECT doc FROM intake_record WHERE case_number = :number"


def kinds(codec: RecordCodec) -> tuple[Kind, ...]:
    """The tables. What may be forgotten has a time at which it is (`timed`), so that no table grows for ever."""
    return (
        Kind("seen", Seen, timed=True),
        Kind("counter", Counter),
        Kind(
            "case",
            Case,
            columns={
                "kind": lambda case: case.kind,
                "channel": lambda case: case.channel,
                "status": lambda case: case.status,
                "waybill_number": lambda case: case.waybill_number,
                "pseudonym": lambda case: case.pseudonym,
            },
        ),
        Kind("trouble", Trouble, columns={"case_number": lambda trouble: trouble.case_number}, timed=True),
        Kind(
            "record",
            Record,
            columns={
                "case_number": lambda record: record.case_number,
                "channel": lambda record: record.channel,
                "pseudonym": lambda record: record.pseudonym,
                "erased": lambda record: "1" if record.erased else None,
            },
            codec=codec,
        ),
    )


def records_of_case(connection: sa.Connection, codec: RecordCodec, number: str) -> list[Record]:
    """Who told the trouble of a case, in clear and in order of acceptance: for the desk, never for logs or topics.

    A record whose person was erased comes without personal fields, marked `erased`.
    """
    rows = connection.execute(sa.text(_RECORDS), {"number": number}).scalars()
    return sorted(
        map(codec.decode, rows), key=lambda record: (record.accepted_at, record.event_source, record.event_id)
    )


def erase_case(connection: sa.Connection, number: str) -> int:
    """Erase the persons of a case for ever; the caller commits. How many records were still readable.

    Not for a case that is being handled or that the law wants kept: the caller decides that. Backups of the table made
    before still hold the keys: they are erased when the backups run out, which their retention must bound.
    """
    return connection.execute(sa.text(ERASE[connection.dialect.name]), {"number": number}).rowcount


def erase_person(connection: sa.Connection, pseudonym: str) -> int:
    """Erase every record of a person by the pseudonym that events carry; as `erase_case`."""
    return connection.execute(sa.text(ERASE_PERSON[connection.dialect.name]), {"number": pseudonym}).rowcount
