"""What waits in the router for another report is woken when its time is over: the index by which it is found."""

from __future__ import annotations

from tousu.runtime.upgrading import Tables


def upgrade(tables: Tables) -> None:
    """An index by due time on the router's cases and their archive."""
    if tables.processor == "router":
        for table in ("router_case", "router_case_archive"):
            if not tables.has(table):
                continue
            tables.op.execute(
                f"CREATE INDEX IF NOT EXISTS {table}_due ON {table} (shard, next_due, key) WHERE next_due IS NOT NULL"
            )
