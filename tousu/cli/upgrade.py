"""`tousu upgrade`: the tables of the processors as this version wants them."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import typer

from tousu.cli import options
from tousu.cli.exit_codes import FOUND


class Upgraded(NamedTuple):
    """One processor: migrations of this phase that wait (dry run) or were applied, and what waits for --post."""

    processor: str
    database: str
    phase: str
    waiting: list[str]
    applied: list[str]
    after_the_release: list[str]


def upgrade(
    processors: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PROCESSOR]...", help="Their names. Default: all whose tables are there."),
    ] = None,
    post: Annotated[
        bool, typer.Option("--post", help="What waits until every copy runs this version: after the release.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be applied; exit code 1 if there is any.")
    ] = False,
    data: options.Data = None,
    database: options.Database = "",
    as_json: options.AsJson = False,
) -> None:
    """Apply the migrations that the tables have not seen: before the new version starts, and with --post after.

    Without --post copies of the former version go on working meanwhile, unless the changelog says that they must stop.
    Each migration is one transaction; a command that was cut short is run again. docs/operations.md has the whole way.

    Example: tousu upgrade --dry-run --database postgresql://tousu@db/tousu
    """
    from contextlib import closing

    from tousu.cli import output
    from tousu.runtime.store import Store
    from tousu.runtime.table_versions import shown
    from tousu.runtime.upgrading import STATEMENT_S, waiting
    from tousu.runtime.upgrading import upgrade as apply

    phase, rows = "post" if post else "pre", list[Upgraded]()
    for name in options.with_tables(processors, data, database):
        url = options.inspection(name, data, database).url
        with closing(Store(url, name, (), statement_s=STATEMENT_S)) as store:
            before = waiting(store, name, phase)
            done = [] if dry_run else list(apply(store, name, phase))
            later = [] if post else waiting(store, name, "post")
        rows.append(Upgraded(name, shown(url), phase, before if dry_run else [], done, later))
    if as_json:
        output.json_lines(row._asdict() for row in rows)
    else:
        for row in rows:
            listed = row.waiting if dry_run else row.applied
            word = "would apply" if dry_run else "applied"
            text = f"{word} {', '.join(listed)}" if listed else "nothing to apply"
            output.lines(f"{row.processor:<10} {text} ({row.database})")
        if any(row.after_the_release for row in rows):
            output.note("more waits until every copy runs this version: tousu upgrade --post")
    if any(row.waiting for row in rows):
        raise typer.Exit(FOUND)
