"""`tousu backlog`: how far every processor is behind, by its own bookmark."""

from __future__ import annotations

from typing import Annotated

import typer

from tousu.cli import FOUND, options


def backlog(
    broker: options.Broker = "",
    data: options.Data = None,
    database: options.Database = "",
    check: Annotated[bool, typer.Option("--check", help="Exit with 1 when an event is unread.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Show, for each processor and shard, what is unread, how old it is, and how far pipeline time has come.

    Ticks are records, too, but no work: `events` leaves them out. trends keeps no bookmark; its metrics tell its
    backlog.

    Example: tousu backlog --broker localhost:9092 --data /var/lib/tousu --check
    """
    from tousu.cli import output
    from tousu.event import text_of_time
    from tousu.runtime.backlog import backlog as measure
    from tousu.runtime.clock import WallClock
    from tousu.runtime.history import History
    from tousu.simulation.processors import WITH_BOOKMARK

    now_ms = int(WallClock().now().timestamp() * 1000)
    rows = []
    with History(options.connection(broker)) as history:
        for name in WITH_BOOKMARK:
            for each in measure(options.inspection(name, data, database), history):
                age_s = round((now_ms - each.oldest_ms) / 1000, 1) if each.oldest_ms >= 0 else None
                time = text_of_time(each.time) if each.time is not None else None
                rows.append({
                    "processor": each.processor, "shard": each.shard, "records": each.records, "events": each.events,
                    "oldest_age_s": age_s, "pipeline_time": time,
                })  # fmt: skip
    if as_json:
        output.json_lines(rows)
    else:
        columns = ("processor", "shard", "records", "events", "oldest_age_s", "pipeline_time")
        output.table("Backlog", columns, [[row[name] for name in columns] for row in rows], right=("records", "events"))
    if check and any(row["events"] for row in rows):
        raise typer.Exit(FOUND)
