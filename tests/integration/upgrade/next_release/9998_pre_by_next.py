"""Before the next release: a column that the former one leaves empty."""

from __future__ import annotations

import sqlalchemy as sa

from tousu.runtime.upgrading import Tables

VIEW = "SELECT {0} FROM counter_tally UNION ALL SELECT {0} FROM counter_tally_archive"
COLUMNS = "shard, key, version, next_due, counted_at, by_next, doc"


def upgrade(tables: Tables) -> None:
    for table in ("counter_tally", "counter_tally_archive"):
        tables.op.add_column(table, sa.Column("by_next", sa.Text))
    tables.op.execute("DROP VIEW counter_tally_all")
    tables.op.execute(f"CREATE VIEW counter_tally_all AS {VIEW.format(COLUMNS)}")
