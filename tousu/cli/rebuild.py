"""`tousu rebuild`: a processor's database made again from the log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tousu.cli import options
from tousu.cli.exit_codes import FOUND

FromArchive = Annotated[
    Path | None,
    typer.Option(
        "--from-archive", metavar="DIR", show_default=False,
        help="What `tousu archive write` wrote: read first, then the topic from where it ends.",
    ),
]  # fmt: skip


def rebuild(
    processor: Annotated[str, typer.Argument(help="Its name: router, sla, claims, say.", metavar="PROCESSOR")],
    into: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help="The empty database. Default: rebuilt-PROCESSOR.sqlite in the data folder.",
            show_default=False,
        ),
    ] = "",
    broker: options.Broker = "",
    data: options.Data = None,
    pack: Annotated[str, typer.Option(help="The policy pack. Default: TOUSU_PACK.", show_default=False)] = "",
    archive: FromArchive = None,
    as_json: options.AsJson = False,
) -> None:
    """Fold the whole log into an empty database and compare every output with what the topics hold; publish nothing.

    The log goes back to complaints.accepted; a processor further on reads its own inputs, which are kept as long.
    The processor may be at work meanwhile: the rebuild stops where its inputs ended when it began, and says where.
    Where the watermark was simulated, say so as the processors were told: TOUSU_TIME=events.
    Exit code 1 when the outputs are not the same, byte for byte.

    Example: tousu rebuild sla --into postgresql://sla@db/sla_new --broker localhost:9092
    """
    from tousu.cli import output
    from tousu.failure import Stop
    from tousu.runtime.clock import WallClock
    from tousu.runtime.cluster import Cluster
    from tousu.runtime.history import History
    from tousu.runtime.log_archive import ArchivedHistory, read
    from tousu.runtime.rebuild import first
    from tousu.runtime.rebuild import rebuild as fold
    from tousu.runtime.store import Store
    from tousu.simulation.pipeline import composed, rebuild_wiring
    from tousu.simulation.processors import WITH_CHECKPOINT

    if processor not in WITH_CHECKPOINT:
        raise Stop("unknown_processor", f"{processor!r} has no database; there are {', '.join(WITH_CHECKPOINT)}")
    connection = options.reachable(broker, data)
    clock = WallClock()
    with ArchivedHistory(connection, read(archive)) if archive else History(connection) as history:
        wiring = rebuild_wiring(pack, history.partitions("complaints.accepted"))
        made = composed(processor, wiring)
        topics = [input_.topic for input_ in made.inputs]
        facts = Cluster.at(connection, topics)
        own = options.data_folder(data).resolve() / f"rebuilt-{processor}.sqlite"
        store = Store(into or f"sqlite:///{own}", processor, made.kinds)
        try:
            rebuilt = fold(made, history, facts, store, clock, time_from_events=wiring.time_from_events)
        finally:
            store.close()
    if as_json:
        output.json_document(rebuilt._asdict() | {"faithful": rebuilt.is_faithful, "into": into or str(own)})
    else:
        output.lines(f"{rebuilt.inputs} inputs into {into or own}; {rebuilt.same} outputs as the topics hold them")
        output.lines("up to where the inputs ended: " + ", ".join(f"{at} at {end}" for at, end in rebuilt.ends.items()))
        if rebuilt.later:
            output.lines(f"{rebuilt.later} outputs about later inputs were left alone")
        for name in ("different", "unpublished", "unknown"):
            findings = getattr(rebuilt, name)
            if findings:
                output.lines(f"{len(findings)} {name}: {first(findings)}")
    if not rebuilt.is_faithful:
        raise typer.Exit(FOUND)
