"""`tousu policy simulate`: a recorded period under two packs, and which cases come out otherwise."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tousu.cli import options

if TYPE_CHECKING:
    from tousu.simulation.comparison import Comparison

CASES_SHOWN_MAX = 50


def simulate(
    file: Annotated[Path, typer.Argument(help="Inbound events, one a line; - reads standard input.", metavar="FILE")],
    pack: Annotated[str, typer.Option(help="The new pack: a name, a path, or NAME@VERSION.")],
    against: Annotated[str, typer.Option(help="The pack that it is compared with.")],
    until: Annotated[
        str, typer.Option(metavar="TIME", help="Let time run on to this moment (RFC 3339) after the last line.")
    ] = "",
    as_json: options.AsJson = False,
) -> None:
    """Play a recorded period under both packs and show which cases, breaches and times differ.

    FILE is what `tousu simulate` takes. Nothing outside is touched. Exit code 1 where something differs.

    Example: tousu policy simulate --pack courier-handbook --against courier-network examples/courier-day.jsonl
    """
    from tousu.cli import output
    from tousu.event import time_of_text
    from tousu.failure import Stop
    from tousu.policy.loading import load_version
    from tousu.policy.policies import Policies
    from tousu.simulation.comparison import compare

    if str(file) != "-" and not file.is_file():
        raise Stop("no_file", f"{file} is not there; give a file of inbound events, or - for standard input")
    lines = (sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()).splitlines()
    bound = time_of_text(until, "--until") if until else None
    comparison = compare(Policies.of(load_version(against)), Policies.of(load_version(pack)), lines, bound)
    if as_json:
        output.json_document(_document(comparison, against, pack))
    else:
        _show(comparison, against, pack)
    if comparison.cases or comparison.old != comparison.new:
        raise typer.Exit(1)


def _document(comparison: Comparison, against: str, pack: str) -> dict[str, Any]:
    cases = [
        {
            "telling": case.submission, "old_number": case.old_number, "new_number": case.new_number,
            "fields": {name: {"old": old, "new": new} for name, (old, new) in case.fields.items()},
        }
        for case in comparison.cases
    ]  # fmt: skip
    return {"against": against, "pack": pack, "old": comparison.old, "new": comparison.new, "cases": cases}


def _show(comparison: Comparison, against: str, pack: str) -> None:
    from tousu.cli import output

    names = sorted(comparison.old.keys() | comparison.new.keys())
    rows = [
        (name.replace("_", " "), comparison.old.get(name, 0), comparison.new.get(name, 0),
         f"{comparison.new.get(name, 0) - comparison.old.get(name, 0):+d}"
         if comparison.old.get(name) != comparison.new.get(name) else "")
        for name in names
    ]  # fmt: skip
    output.table("", ("", against, pack, ""), rows, right=(against, pack, ""))
    shown = [
        (case.old_number or case.new_number if index == 0 else "", name.replace("_", " "), _words(old), _words(new))
        for case in comparison.cases[:CASES_SHOWN_MAX]
        for index, (name, (old, new)) in enumerate(case.fields.items())
    ]
    if shown:
        output.table(f"{len(comparison.cases)} cases differ", ("case", "field", against, pack), shown)
    if len(comparison.cases) > CASES_SHOWN_MAX:
        output.note(f"{len(comparison.cases) - CASES_SHOWN_MAX} more cases differ; --json has all of them")


def _words(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
