"""`tousu policy check`: everything that is wrong with a pack, and everything that only looks right."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tousu.cli import options


def check(
    packs: Annotated[
        list[str] | None,
        typer.Argument(help="Packs by name or path; all of policies/ where none is given.", metavar="PACK"),
    ] = None,
    at: Annotated[
        str, typer.Option(metavar="TIME", help="The moment for which calendars must be there (RFC 3339). Default: now.")
    ] = "",
    as_json: options.AsJson = False,
) -> None:
    """Look for errors and warnings: a clock that never starts, a pause that cancels, a class without a clock, a year
    without a calendar.

    An error keeps a process from starting; a warning does not, and is worse for it. Exit code 1 where something was
    found. A note says what a pack leaves open on purpose or not; nothing is wrong with it.

    Example: tousu policy check courier-network
    """
    from tousu.cli import output
    from tousu.event import time_of_text
    from tousu.policy.loading import POLICIES
    from tousu.runtime.clock import WallClock

    moment = time_of_text(at, "--at") if at else WallClock().now()
    names = packs or sorted(file.stem for file in POLICIES.glob("*.yaml"))
    findings = [row for name in names for row in _findings(name, moment)]
    notes = [note for name in names for note in _notes(name)]
    if as_json:
        output.json_document({"packs": names, "at": moment.isoformat(), "found": findings, "notes": notes})
        raise typer.Exit(1 if findings else 0)
    for note in notes:
        output.note(f"note: {note['file']}: {note['field']}: {note['note']}")
    if findings:
        for row in findings:
            example = f"\n    for example: {row['example']}" if row["example"] else ""
            place = f"{row['file']}:{row['line']}: {row['field'] or 'the whole document'}"
            output.lines(f"{row['kind']}: {place}: {row['problem']}. {row['fix']}{example}")
    else:
        output.lines(f"{', '.join(names)}: nothing found")
    if findings:
        raise typer.Exit(1)


def _findings(name: str, moment: Any) -> list[dict[str, Any]]:
    """The errors and warnings of a pack and of its earlier versions, each with its file and line."""
    from tousu.policy.loading import files_of, findings_of

    rows = [row for file in files_of(name) for row in _rows(findings_of(file, moment))]
    return rows + [row for file in files_of(name) for row in _without_topic(file)]


def _notes(name: str) -> list[dict[str, str]]:
    """What a pack leaves open: above which amount a second person must confirm what is paid for a claim."""
    from tousu.policy.loading import files_of, read_pack
    from tousu.policy.pack import Pack

    return [
        {
            "file": str(file), "field": "claims.second_person_above",
            "note": "one person's word is enough for a claim of any amount; say above which a second must confirm it",
        }
        for file in files_of(name)
        if isinstance(pack := read_pack(file), Pack)
        and pack.claims is not None
        and pack.claims.second_person_above is None
    ]  # fmt: skip


def _without_topic(file: Path) -> list[dict[str, Any]]:
    """The channels of a pack that no inbound topic takes: their complaints could never come in."""
    from tousu.contract import channels
    from tousu.policy.loading import read_file, read_pack
    from tousu.policy.pack import Pack

    pack = read_pack(file)
    strange = [name for name in pack.channels if name not in channels()] if isinstance(pack, Pack) else []
    text = read_file(file) if strange else None
    return [
        {
            "kind": "warning", "file": str(file), "line": text.line_of(("channels", name)) if text else 0,
            "field": f"channels.{name}", "problem": f"no topic takes complaints of channel {name}",
            "fix": "add a topic card with this channel and a schema complaint.received for it, or take it out; "
            f"channels with a topic are {', '.join(channels())}",
            "example": "",
        }
        for name in strange
    ]  # fmt: skip


def _rows(findings: Any) -> list[dict[str, Any]]:
    return [
        {
            "kind": kind, "file": fault.file, "line": fault.line, "field": fault.field, "problem": fault.problem,
            "fix": fault.fix, "example": fault.example,
        }
        for kind, fault in findings
    ]  # fmt: skip
