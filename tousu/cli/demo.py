"""`tousu demo`: a realistic day on a real broker."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tousu.cli import options


class BrokerKind(StrEnum):
    """The brokers that the demo can start by itself."""

    KAFKA = "kafka"
    EMBEDDED = "embedded"


def demo(
    broker: Annotated[
        BrokerKind, typer.Option(help="kafka: a real one (Java 17). embedded: in memory, needs no Java.")
    ] = BrokerKind.KAFKA,
    pack: Annotated[str, typer.Option(help="The policy pack: a name under policies/ or a path.")] = "courier-network",
    data: Annotated[
        Path,
        typer.Option(metavar="DIR", help="Where databases, logs and the broker's data go; a former demo's is cleared."),
    ] = Path("data/demo"),
    file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Inbound events to play instead of the example, in the order of arrival.",
            show_default=False,
        ),
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Play a realistic day of complaints: broker, six processors, some 1,400 events, about half a minute.

    Time is simulated: the file's own times count, to two days after the last, so days pass in seconds. Everything
    started is stopped at the end; the data folder stays, and `tousu case NUMBER --data DIR` looks into it.

    Example: tousu demo --broker embedded
    """
    from rich.console import Console

    from tousu.cli import output
    from tousu.demo.run import Demo, run_demo
    from tousu.local.machine import keep_new_files_private

    keep_new_files_private()
    result = run_demo(Demo(broker.value, pack, data, file), Console(stderr=as_json))
    if as_json:
        output.json_document(result)
