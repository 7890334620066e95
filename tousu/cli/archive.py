"""`tousu archive`: topics of ours in files by month, so that the brokers need not keep them for ever."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from tousu.cli import options

Topic = Annotated[
    list[str] | None,
    typer.Option("--topic", metavar="TOPIC", help="Default: complaints.accepted, from which all others follow."),
]
ACCEPTED = "complaints.accepted"

app = typer.Typer(help="Topics of ours in files by month, with digests.", no_args_is_help=True)


@app.command()
def write(
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="A folder of its own; one is gone on with.")],
    topic: Topic = None,
    until: Annotated[
        str, typer.Option(metavar="TIME", help="Up to this time instead of the end of last month (UTC).")
    ] = "",
    broker: options.Broker = "",
    data: options.Data = None,
    as_json: options.AsJson = False,
) -> None:
    """Put whole months of a topic into compressed files, each once, listed with SHA-256 in manifest.json.

    It goes on where the files end, and refuses where the topic no longer begins there. What stands in them is what
    stands in the topic: pseudonyms and masked forms. Nothing is deleted; docs/operations.md says what may be then.

    Example: tousu archive write --to /archive/tousu --broker localhost:9092
    """
    from tousu.cli import output
    from tousu.runtime.clock import WallClock
    from tousu.runtime.history import History
    from tousu.runtime.log_archive import month_begin_ms, opened

    connection = options.reachable(broker, data)
    topics = topic or [ACCEPTED]
    before = datetime.fromisoformat(until) if until else None
    before_ms = int(before.timestamp() * 1000) if before is not None else month_begin_ms(WallClock().now())
    identity = options.identity(connection, topics)
    with History(connection) as history:
        archive = opened(to, identity.cluster_id, identity.topic_ids)
        written = archive.add(history, history.places(topics), before_ms)
    if as_json:
        output.json_lines({name: getattr(file, name) for name in file.__struct_fields__} for file in written)
        return
    output.lines(
        *(f"{file.file}: {file.records:,} records, offsets {file.start} to {file.end - 1}" for file in written)
    )
    output.lines("nothing new to put into the archive" if not written else f"{len(written)} files in {to}")


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder that `tousu archive write` wrote.")],
    as_json: options.AsJson = False,
) -> None:
    """Hold every file of an archive against its digest, and the files against each other: no hole, nothing twice.

    Example: tousu archive check /archive/tousu
    """
    from tousu.cli import output
    from tousu.runtime.log_archive import read

    archive = read(folder)
    files = archive.check()
    records = sum(file.records for file in archive.manifest.files)
    if as_json:
        output.json_document({"files": files, "records": records})
    else:
        output.lines(f"{files} files, {records:,} records: every digest is right, and each begins where one ended")
