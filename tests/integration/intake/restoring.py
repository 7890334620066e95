"""A backup of intake's database, and how it is put in place of what came since."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from tests.integration.intake.test_intake import Works

TABLES = ("checkpoint", "seen", "counter", "case", "case_archive", "trouble", "record", "record_archive")
Backup = dict[str, list[dict[str, object]]]


def backup(works: Works) -> Backup:
    """Everything as it is now."""
    found = {
        table: [dict(row) for row in works.connection().execute(sa.text(f"SELECT * FROM intake_{table}")).mappings()]
        for table in TABLES
    }
    works.connection().rollback()
    return found


def put_back(works: Works, kept: Backup, tables: Collection[str] = TABLES) -> None:
    """Let these tables be as they were; whoever works on them is gone."""
    works.loop.finish()
    works.loop = works.start()
    connection = works.connection()
    for table in tables:
        connection.execute(sa.text(f"DELETE FROM intake_{table}"))
        for row in kept[table]:
            names, values = ", ".join(row), ", ".join(f":{name}" for name in row)
            connection.execute(sa.text(f"INSERT INTO intake_{table} ({names}) VALUES ({values})"), row)
    connection.commit()


def restore(works: Works, kept: Backup) -> None:
    """The database as it was; a new copy of intake starts on it."""
    put_back(works, kept)
    works.run()
