"""`tousu backup` and `tousu restore`: the tables of the processors in a folder, and into an empty database again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tousu.cli import options

Names = Annotated[
    list[str] | None, typer.Argument(metavar="[PROCESSOR]...", help="Their names. Default: all that are there.")
]


def backup(
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="An empty folder, or one that is made; yours alone.")],
    processors: Names = None,
    data: options.Data = None,
    database: options.Database = "",
    as_json: options.AsJson = False,
) -> None:
    """Copy the tables of each processor as they are at one moment, while it works: one SQLite file each.

    intake first, whose records stand in no topic; the others can be made again from the log, too. The master key is not
    among it: keep that apart, in two places. docs/operations.md says how often, and how long to keep backups.

    Example: tousu backup --to /backup/2026-11-30 --database postgresql://tousu@db/tousu
    """
    from contextlib import closing

    from tousu.cli import output
    from tousu.failure import Stop
    from tousu.local.machine import private_folder
    from tousu.runtime.backup import Manifest, take, write_manifest
    from tousu.runtime.clock import WallClock
    from tousu.simulation.pipeline import composed, rebuild_wiring
    from tousu.version import version

    if to.exists() and any(to.iterdir()):
        raise Stop("not_empty", f"{to} is not empty; name a new folder with --to")
    began, names = WallClock().now(), options.with_tables(processors, data, database)
    private_folder(to)
    wiring, kept = rebuild_wiring("", 1), {}
    for name in names:
        with closing(options.inspection(name, data, database)) as look:
            kept[name] = take(look, composed(name, wiring), to)
        if not as_json:
            output.lines(f"{name:<10} {sum(kept[name].rows.values()):,} rows in {to / kept[name].file}")
    write_manifest(to, Manifest(version(), began, kept))
    if as_json:
        output.json_lines({"processor": name, "file": str(to / copy.file), "rows": copy.rows, "sha256": copy.sha256}
                          for name, copy in kept.items())  # fmt: skip


def restore(
    source: Annotated[Path, typer.Option("--from", metavar="DIR", help="The folder that `tousu backup --to` wrote.")],
    processors: Names = None,
    data: options.Data = None,
    database: options.Database = "",
    as_json: options.AsJson = False,
) -> None:
    """Put a backup into an empty database, whichever of the two it came from. Then start the processor: it catches up.

    Stop every copy first, and put nothing beside what is there: a database with tables of the processor is refused.
    What came since the backup is read again from the topics (intake: from the inbound ones, which reach back 14 days).

    Example: tousu restore intake --from /backup/2026-11-30 --database postgresql://tousu@db/tousu_new
    """
    from contextlib import closing

    from tousu.cli import output
    from tousu.failure import Stop
    from tousu.runtime.backup import put, read_manifest
    from tousu.runtime.settings import read_database, read_settings
    from tousu.runtime.store import Store
    from tousu.runtime.table_versions import shown
    from tousu.simulation.pipeline import composed, rebuild_wiring

    manifest = read_manifest(source)
    absent = [name for name in processors or () if name not in manifest.processors]
    if absent:
        raise Stop("no_backup", f"{source} holds nothing of {absent[0]}; there are {', '.join(manifest.processors)}")
    wiring = rebuild_wiring("", 1)
    for name in processors or manifest.processors:
        own = f"sqlite:///{(data / name).resolve()}.sqlite" if data is not None else read_settings(name).database
        url = read_database(database, "--database") or own
        processor = composed(name, wiring)
        if data is not None:
            data.mkdir(parents=True, exist_ok=True)
        with closing(Store(url, name, processor.kinds)) as store:
            rows = put(manifest.processors[name], processor, source, store)
        if as_json:
            output.json_lines([{"processor": name, "database": shown(url), "rows": rows}])
        else:
            output.lines(f"{name:<10} {sum(rows.values()):,} rows in {shown(url)}, as of {manifest.taken_at:%F %T %Z}")
    if not as_json:
        output.lines("Start the processors; they catch up. Then: tousu audit (runbook, A backup is restored)")
