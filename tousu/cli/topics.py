"""`tousu topics`: the topics of the contract on a cluster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from tousu.cli import FOUND, options

if TYPE_CHECKING:
    from tousu.client.topics import Step

Partitions = Annotated[
    int | None,
    typer.Option(min=1, help="Partitions of every topic. Default: what the cards say (12).", show_default=False),
]

app = typer.Typer(help="The topics of the contract on a cluster.", no_args_is_help=True)


@app.command()
def apply(
    broker: options.Broker = "",
    partitions: Partitions = None,
    replicas: Annotated[int, typer.Option(min=1, help="Replicas of every new topic.")] = 1,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Make the topics as their cards (schemas/topics) want them, those that are there, too; twice changes nothing.

    It says what it made and changed. A partition count is never changed: it decides which shard owns a case.

    Example: tousu topics apply --broker localhost:9092 --partitions 12 --replicas 3
    """
    from tousu.client.topics import Topics

    with Topics(options.reachable(broker)) as topics:
        steps = topics.plan(partitions, replicas)
        if not dry_run:
            topics.apply(steps, replicas)
    _show(steps, as_json)


@app.command()
def check(
    broker: options.Broker = "",
    partitions: Partitions = None,
    replicas: Annotated[int, typer.Option(min=1, help="Replicas that every topic should have.")] = 1,
    as_json: options.AsJson = False,
) -> None:
    """Name what differs between the topics and their cards (schemas/topics); exit code 1 where something does.

    A topic that is missing is shown as to be created; `tousu topics apply` makes the rest right. Changes nothing.

    Example: tousu topics check --broker localhost:9092 --partitions 12 --replicas 3
    """
    from tousu.cli import output
    from tousu.client.topics import Topics

    with Topics(options.reachable(broker)) as topics:
        differing = [step for step in topics.plan(partitions, replicas) if step.action != "keep"]
        if topics.is_embedded:
            output.note("the embedded broker keeps no settings: only names and partition counts were compared")
    if not differing and not as_json:
        output.lines("nothing differs: every topic stands as its card says")
    _show(differing, as_json)
    if differing:
        raise typer.Exit(FOUND)


def _show(steps: Sequence[Step], as_json: bool) -> None:
    from tousu.cli import output

    if as_json:
        output.json_lines({"topic": s.topic, "action": s.action, "changes": dict(s.changes)} for s in steps)
    else:
        output.lines(*map(str, steps))
