"""`tousu intake` and `tousu penalties`: hold a silent input out of a shard's time, and let it in again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tousu.cli import options, output
from tousu.cli.shard import By, Pack, Reason, Shard, operator_of, site_of

intake = typer.Typer(help="Which topics the time of a shard of intake waits for.", no_args_is_help=True)
penalties = typer.Typer(help="Which shards of claims the time of penalties waits for.", no_args_is_help=True)

Topic = Annotated[str, typer.Option("--topic", help="The inbound topic that cannot be read.")]
Shards = Annotated[str, typer.Argument(help="The number of the shard, or 'all': each waits for each shard of claims.")]
Origin = Annotated[str, typer.Option("--origin", metavar="claims/N", help="The shard of claims that is silent.")]


@intake.command("hold-out")
def hold_out_topic(
    shard: Shard, topic: Topic, reason: Reason, operator: By = "", broker: options.Broker = "",
    data: options.Data = None, database: options.Database = "", pack: Pack = "", as_json: options.AsJson = False,
) -> None:  # fmt: skip
    """Let the time of a shard of intake go on although one of its topics cannot be read (no leader, a broken batch).

    Nothing is read of the topic meanwhile. Breaches are told as unconfirmed, and nobody is punished for them. What is
    reported of a case that lies unread in it is refused as unknown. complaints.accepted tells of it (time.held_out).

    Example: tousu intake hold-out 3 --topic complaints.inbound.app --reason "partition 3 has no leader, #815"
    """
    _act("hold_out", "intake", str(shard), topic, "", reason, operator, broker, data, database, pack, as_json)


@intake.command("let-in")
def let_in_topic(
    shard: Shard, topic: Topic, reason: Reason = "it can be read again", operator: By = "",
    broker: options.Broker = "", data: options.Data = None, database: options.Database = "", pack: Pack = "",
    as_json: options.AsJson = False,
) -> None:  # fmt: skip
    """Read a topic again from where it was left. What was decided meanwhile is confirmed, or withdrawn, as it is read.

    Example: tousu intake let-in 3 --topic complaints.inbound.app
    """
    _act("let_in", "intake", str(shard), topic, "", reason, operator, broker, data, database, pack, as_json)


@penalties.command("hold-out")
def hold_out_origin(
    shard: Shards, origin: Origin, reason: Reason, operator: By = "", broker: options.Broker = "",
    data: options.Data = None, database: options.Database = "", pack: Pack = "", as_json: options.AsJson = False,
) -> None:  # fmt: skip
    """Let the time of penalties go on although a shard of claims is silent, since it or one before it has halted.

    Months close without it; what it tells later corrects them. complaints.penalties tells of it (time.held_out).

    Example: tousu penalties hold-out all --origin claims/3 --reason "intake/3 has halted, #816"
    """
    _act("hold_out", "penalties", shard, "", origin, reason, operator, broker, data, database, pack, as_json)


@penalties.command("let-in")
def let_in_origin(
    shard: Shards, origin: Origin, reason: Reason = "it is at work again", operator: By = "",
    broker: options.Broker = "", data: options.Data = None, database: options.Database = "", pack: Pack = "",
    as_json: options.AsJson = False,
) -> None:  # fmt: skip
    """Let the time of penalties wait for a shard of claims again.

    Example: tousu penalties let-in all --origin claims/3
    """
    _act("let_in", "penalties", shard, "", origin, reason, operator, broker, data, database, pack, as_json)


def _act(
    action: str, processor: str, shard: str, topic: str, origin: str, reason: str, operator: str, broker: str,
    data: Path | None, database: str, pack: str, as_json: bool,
) -> None:  # fmt: skip
    """Do it to a shard, or to all that there are; each is a turn of its own, and each is said."""
    from tousu.runtime.holding_out import hold_out, let_in

    who = operator_of(operator, reason)
    act = hold_out if action == "hold_out" else let_in
    for number in _numbers(processor, shard, data, database):
        with site_of(processor, number, topic, broker, data, database, pack) as site:
            done = act(site, who, origin)
        if as_json:
            document = {"processor": processor, "shard": number, "message": done.message, "act": done.act.document()}
            output.json_lines([document])
        else:
            output.lines(done.message)


def _numbers(processor: str, shard: str, data: Path | None, database: str) -> list[int]:
    if shard == "all":
        return [standing.shard for standing in options.inspection(processor, data, database).standings()]
    if not shard.isdigit():
        raise typer.BadParameter("the number of a shard, or 'all'", param_hint="SHARD")
    return [int(shard)]
