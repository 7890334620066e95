"""`tousu run`: one processor in this process, for whoever supervises it (a container, systemd, Kubernetes)."""

from __future__ import annotations

import runpy
from typing import Annotated

import typer


def _known(name: str) -> str:
    from tousu.simulation.processors import PROCESSORS

    if name not in PROCESSORS:
        raise typer.BadParameter(f"there is no processor {name!r}; there are: {', '.join(PROCESSORS)}")
    return name


def _complete(incomplete: str) -> list[str]:
    from tousu.simulation.processors import PROCESSORS

    return [name for name in PROCESSORS if name.startswith(incomplete)]


def run(
    processor: Annotated[
        str,
        typer.Argument(
            callback=_known,
            autocompletion=_complete,
            help="Its name, such as router: a folder of services/.",
        ),
    ],
) -> None:
    """Run one copy of a processor until SIGTERM or Ctrl-C. Shards are shared among all copies of the same processor.

    Settings come from TOUSU_* variables (docs/settings.md). It waits for its broker, topics and database, and serves
    /metrics, /livez and /readyz.

    Exit codes are those of sysexits.h: 0 stopped as asked, 70 a fault of ours, 75 try again later, 78 mend the
    settings.

    Example: TOUSU_BROKER=kafka-1:9092 tousu run router
    """
    runpy.run_module(f"services.{processor}", run_name="__main__")
