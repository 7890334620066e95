"""`tousu policy diff`: what changes between two packs or two versions of one."""

from __future__ import annotations

from typing import Annotated

import typer

from tousu.cli import options

SIGNS = {"added": "+", "removed": "-", "changed": "~"}


def diff(
    old: Annotated[str, typer.Argument(help="The pack before: a name, a path, or NAME@VERSION.", metavar="OLD")],
    new: Annotated[str, typer.Argument(help="The pack after.", metavar="NEW")],
    as_json: options.AsJson = False,
) -> None:
    """Show field by field what changes from one pack to another: limits, words, departments, clocks.

    Exit code 1 where they differ.

    Example: tousu policy diff china-statutory@2019.3.2 china-statutory
    """
    from tousu.cli import output
    from tousu.policy.difference import differences
    from tousu.policy.loading import load_version

    before, after = load_version(old), load_version(new)
    changes = differences(before, after)
    if as_json:
        rows = [
            {"field": change.field, "kind": change.kind, "old": change.old, "new": change.new} for change in changes
        ]
        output.json_document({"old": before.reference(), "new": after.reference(), "differences": rows})
    elif changes:
        title = f"{before.id} {before.version} -> {after.id} {after.version}: {len(changes)} differences"
        output.table(title, ("", "field", "before", "after"), [(SIGNS[d.kind], d.field, d.old, d.new) for d in changes])
    else:
        output.lines("no difference")
    if changes:
        raise typer.Exit(1)
