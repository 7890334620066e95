"""`tousu simulate`: the whole pipeline in one process on simulated time."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from tousu.cli import options


def simulate(
    file: Annotated[Path, typer.Argument(help="Inbound events, one a line; - reads standard input.", metavar="FILE")],
    pack: Annotated[str, typer.Option(help="The policy pack: a name under policies/ or a path.")] = "courier-network",
    organisation: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=PACK", help="The pack of a further organisation; may be given several times."),
    ] = None,
    until: Annotated[
        str, typer.Option(metavar="TIME", help="Let time run on to this moment (RFC 3339) after the last line.")
    ] = "",
) -> None:
    """Run inbound events through all processors in memory and print every published event.

    A line of FILE is {"topic": ..., "key": ..., "event": {CloudEvent}}, in the order of arrival (the attribute
    receivedtime if present, else time). Same input, same output, byte for byte; nothing outside is touched.

    Example: tousu simulate --pack courier-network examples/courier-day.jsonl --until 2026-10-09T00:00:00+08:00
    """
    from tousu.event import time_of_text
    from tousu.failure import Stop
    from tousu.policy.loading import load_policies
    from tousu.simulation.simulate import simulate as run

    bound = time_of_text(until, "--until") if until else None
    loaded = load_policies(pack, options.organisations(organisation or []))
    out = sys.stdout.buffer
    if str(file) == "-":
        for line in run(loaded, sys.stdin.buffer, bound):
            out.write(line + b"\n")
        return
    if not file.is_file():
        raise Stop("no_file", f"{file} is not there; give a file of inbound events, or - for standard input")
    with file.open("rb") as opened:
        for line in run(loaded, opened, bound):
            out.write(line + b"\n")
    out.flush()
