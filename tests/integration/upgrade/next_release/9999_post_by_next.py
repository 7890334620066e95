"""After the next release: no row is without the column."""

from __future__ import annotations

from tousu.runtime.upgrading import Tables


def upgrade(tables: Tables) -> None:
    for table in ("counter_tally", "counter_tally_archive"):
        tables.op.execute(f"UPDATE {table} SET by_next = '0' WHERE by_next IS NULL")
