"""`tousu topics`: the topics of the contract on a cluster."""

from __future__ import annotations

from typing import Annotated

import typer

from tousu.cli import options

app = typer.Typer(help="The topics of the contract on a cluster.", no_args_is_help=True)


@app.command()
def apply(
    broker: options.Broker = "",
    partitions: Annotated[
        int | None,
        typer.Option(min=1, help="Partitions of every topic. Default: what the cards say (12).", show_default=False),
    ] = None,
    replicas: Annotated[int, typer.Option(min=1, help="Replicas of every new topic.")] = 1,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Make the topics as their cards (schemas/topics) want them; twice changes nothing.

    A partition count is never changed: it decides which shard owns a case.

    Example: tousu topics apply --broker localhost:9092 --partitions 12 --replicas 3
    """
    from tousu.cli import output
    from tousu.client.topics import Topics

    topics = Topics(options.connection(broker))
    try:
        steps = topics.plan(partitions, replicas)
        if not dry_run:
            topics.apply(steps, replicas)
    finally:
        topics.close()
    if as_json:
        output.json_lines({"topic": s.topic, "action": s.action, "changes": dict(s.changes)} for s in steps)
    else:
        output.lines(*map(str, steps))
