"""`tousu backlog`: how far every processor is behind, by its own checkpoint."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tousu.cli import options
from tousu.cli.exit_codes import FOUND, REFUSED


def backlog(
    broker: options.Broker = "",
    data: options.Data = None,
    database: options.Database = "",
    check: Annotated[
        bool, typer.Option("--check", help="Exit with 1 when an event is, or may be, unread or deleted unread.")
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Show, for each processor and shard, what is unread, how old it is, and how far the watermark has come.

    Ticks are records, too, but no work: `events` leaves them out. `lost` counts what was deleted before it was read,
    at most; below the table stands from where to where, and which inputs an operator holds out. An age counts from when
    the broker took the record. trends keeps no checkpoint; its metrics tell its backlog. A processor whose database
    cannot be read is named and left out; the exit code is then 4.

    Example: tousu backlog --broker localhost:9092 --data /var/lib/tousu --check
    """
    from tousu.cli import output
    from tousu.event import text_of_time
    from tousu.runtime.backlog import backlog as measure
    from tousu.runtime.checkpoint_checks import Gap
    from tousu.runtime.clock import WallClock
    from tousu.runtime.history import History
    from tousu.simulation.processors import WITH_CHECKPOINT

    now_ms = int(WallClock().now().timestamp() * 1000)
    rows, gaps = list[dict[str, Any]](), list[Gap]()
    inspections, missing = options.readable(WITH_CHECKPOINT, data, database)
    with History(options.reachable(broker, data)) as history:
        for inspection in inspections:
            for lag in measure(inspection, history):
                gaps += lag.gaps
                age_s = round((now_ms - lag.oldest_ms) / 1000, 1) if lag.oldest_ms >= 0 else None
                time = text_of_time(lag.time) if lag.time is not None else None
                rows.append({
                    "processor": lag.processor, "shard": lag.shard, "records": lag.records, "events": lag.events,
                    "oldest_age_s": age_s, "watermark": time, "lost": sum(gap.end - gap.start for gap in lag.gaps),
                    "gaps": [f"{gap.place}: {gap}" for gap in lag.gaps], "unreadable": lag.unreadable,
                    "held_out": list(lag.held_out),
                })  # fmt: skip
    if as_json:
        output.json_lines(rows)
    else:
        columns = ("processor", "shard", "records", "events", "oldest_age_s", "lost", "watermark")
        cells = [[row[name] for name in columns] for row in rows]
        output.table("Backlog", columns, cells, right=("records", "events", "lost"))
        output.lines(*(f"{gap.place}: {gap}" for gap in gaps))
        for row in rows:
            problems = [row["unreadable"], *(f"held_out: {name}" for name in row["held_out"])]
            output.lines(*(f"{row['processor']} {row['shard']}: {problem}" for problem in problems if problem))
    if check and (gaps or any(row["events"] or row["unreadable"] for row in rows)):
        raise typer.Exit(FOUND)
    if missing:
        raise typer.Exit(REFUSED)
