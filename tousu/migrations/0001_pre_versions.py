"""Tables get a version. What was made before has its former names: they become those of now.

Copies of before must have stopped: they know the former names only. From here on `pre` takes nothing away.
"""

from __future__ import annotations

from typing import Any

from tousu.runtime.upgrading import Tables

FORMER = "bookmark"
"""What a checkpoint was called until there were versions."""


def upgrade(tables: Tables) -> None:
    """The checkpoint's table and its watermarks, and the lifecycle of a case in claims, under their names of now."""
    former, now = f"{tables.processor}_{FORMER}", f"{tables.processor}_checkpoint"
    if tables.has(former):
        tables.op.rename_table(former, now)
        if tables.connection.dialect.name == "postgresql":  # the key of a renamed table keeps its name
            tables.op.execute(f"ALTER INDEX {former}_pkey RENAME TO {now}_pkey")
    tables.rewrite_table(now, ("shard",), _watermarks)
    if tables.processor == "claims":
        for kind in ("case", "conduct"):
            tables.rewrite(kind, _lifecycle)


def _watermarks(doc: dict[str, Any]) -> dict[str, Any]:
    return {"watermarks" if name == "frontier" else name: value for name, value in doc.items()}


def _lifecycle(doc: dict[str, Any]) -> dict[str, Any]:
    return {"lifecycle" if name == "course" else name: value for name, value in doc.items()}
