"""`tousu shard`: where a shard stands, and an operator's ways past what halts it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tousu.cli import options

if TYPE_CHECKING:
    from tousu.runtime.acts import Operator
    from tousu.runtime.operating import Done, Site

WORDS_MAX = 1_500
NAME_MAX = 100

app = typer.Typer(help="One shard of a processor: where it stands, and ways past what halts it.", no_args_is_help=True)

Processor = Annotated[str, typer.Argument(help="Its name: intake, router, sla, claims, say.", metavar="PROCESSOR")]
Shard = Annotated[int, typer.Argument(min=0, help="The number of the shard, that is of its partition.")]
Topic = Annotated[str, typer.Option("--topic", help="The input topic that it cannot get on with.")]
Reason = Annotated[
    str, typer.Option("--reason", metavar="TEXT", help="Why, in your words; it is written into the log.")
]
By = Annotated[
    str, typer.Option("--operator", metavar="NAME", help="Who acts. Default: your login name.", show_default=False)
]
Pack = Annotated[str, typer.Option("--pack", help="The policy pack. Default: TOUSU_PACK.", show_default=False)]


@app.command()
def show(
    processor: Processor,
    broker: options.Broker = "",
    data: options.Data = None,
    database: options.Database = "",
    as_json: options.AsJson = False,
) -> None:
    """Show where each shard of a processor stands in each of its inputs, and from where to where the log goes.

    Example: tousu shard show intake --broker localhost:9092 --data /var/lib/tousu
    """
    from tousu.cli import output
    from tousu.runtime.history import History
    from tousu.runtime.operating import places_of

    _check(processor)
    inspection = options.inspection(processor, data, database)
    with History(options.reachable(broker, data)) as history:
        rows = [place._asdict() for place in places_of(inspection, history)]
    if as_json:
        output.json_lines(rows)
    else:
        columns = ("shard", "topic", "offset", "start", "end", "held_out")
        cells = [[*(row[name] for name in columns[:-1]), ", ".join(row["held_out"])] for row in rows]
        output.table(processor, columns, cells, right=columns[2:5])


@app.command()
def skip(
    processor: Processor,
    shard: Shard,
    topic: Topic,
    offset: Annotated[int, typer.Option("--offset", min=0, help="The record's offset: where the shard stands.")],
    reason: Reason,
    through: Annotated[
        int | None,
        typer.Option(
            "--through", min=0, help="The last offset of a batch that nothing can unpack. Default: one record only.",
            show_default=False,
        ),
    ] = None,
    operator: By = "",
    broker: options.Broker = "",
    data: options.Data = None,
    database: options.Database = "",
    pack: Pack = "",
    as_json: options.AsJson = False,
) -> None:  # fmt: skip
    """Pass over the record in front of which a shard has halted, copy it to complaints.rejected, and go on behind it.

    A running copy opens the shard again within seconds. The record has no effect; what was to become of it must be
    done otherwise. Of an internal topic its number counts as seen. Refused unless the shard stands at this offset.

    Example: tousu shard skip intake 3 --topic complaints.inbound.app --offset 4711 --reason "cannot be unpacked, #812"
    """
    from tousu.runtime.operating import skip as pass_over

    who = operator_of(operator, reason)
    with site_of(processor, shard, topic, broker, data, database, pack) as site:
        _say(site, pass_over(site, who, offset, offset if through is None else through), as_json)


@app.command()
def resume(
    processor: Processor,
    shard: Shard,
    topic: Topic,
    reason: Reason,
    operator: By = "",
    broker: options.Broker = "",
    data: options.Data = None,
    database: options.Database = "",
    pack: Pack = "",
    as_json: options.AsJson = False,
) -> None:
    """Go on although records are gone for good: where the log begins now (halted with offset_gone), in the topic that
    was made again (topic_recreated), behind a hole in the numbers (missing_record), or with the record at hand where an
    earlier one with its number was forged (repeated_with_other_content): then all true ones are applied.

    complaints.rejected tells how many are lost, from where to where (records_lost). Ask first whether they can come
    back. Refused when nothing is gone.

    Example: tousu shard resume intake 3 --topic complaints.inbound.app --reason "retention was too short, #813"
    """
    from tousu.runtime.operating import resume as go_on

    who = operator_of(operator, reason)
    with site_of(processor, shard, topic, broker, data, database, pack) as site:
        _say(site, go_on(site, who, options.identity(options.reachable(broker, data), [topic])), as_json)


@app.command("accept-clock")
def accept_clock(
    processor: Annotated[str, typer.Argument(help="intake: it keeps time.", metavar="PROCESSOR")],
    shard: Shard,
    until: Annotated[
        str, typer.Option("--until", metavar="TIME", help="Up to when, with its offset: 2026-12-01T09:30:00+08:00.")
    ],
    reason: Reason,
    operator: By = "",
    broker: options.Broker = "",
    data: options.Data = None,
    database: options.Database = "",
    pack: Pack = "",
    as_json: options.AsJson = False,
) -> None:
    """Let the time of a shard jump forward, where it is held since a broker's clock did (halted with clock_jump).

    Every clock that is due by then fires, and no answer takes that back. Look first which clock is right: of the
    broker, of this machine, of the other brokers. complaints.rejected tells of it (time.jump_accepted).

    Example: tousu shard accept-clock intake 3 --until 2026-12-01T09:30:00+08:00 --reason "all brokers were behind"
    """
    from tousu.cli import output
    from tousu.event import time_of_text
    from tousu.failure import Reject
    from tousu.runtime.operating import accept_clock as accept

    who = operator_of(operator, reason)
    try:
        moment = time_of_text(until, "--until")
    except Reject as error:
        raise typer.BadParameter(error.message, param_hint="--until") from None
    with site_of(processor, shard, "", broker, data, database, pack) as site:
        message = accept(site, who, moment)
    if as_json:
        output.json_document({"processor": processor, "shard": shard, "message": message})
    else:
        output.lines(message)


def _check(processor: str) -> None:
    from tousu.failure import Stop
    from tousu.simulation.processors import WITH_CHECKPOINT

    if processor not in WITH_CHECKPOINT:
        raise Stop("unknown_processor", f"{processor!r} has no shards; there are {', '.join(WITH_CHECKPOINT)}")


def operator_of(name: str, reason: str) -> Operator:
    from getpass import getuser

    from tousu.runtime.acts import Operator

    if not reason.strip():
        raise typer.BadParameter("say why: who reads complaints.rejected later will ask", param_hint="--reason")
    if len(reason) > WORDS_MAX or len(name) > NAME_MAX:
        raise typer.BadParameter(f"at most {WORDS_MAX} signs, and {NAME_MAX} for the name", param_hint="--reason")
    try:
        return Operator(name or getuser(), reason.strip())
    except (OSError, KeyError):
        raise typer.BadParameter("this machine has no name for you: say who acts", param_hint="--operator") from None


@contextmanager
def site_of(
    processor: str, shard: int, topic: str, broker: str, data: Path | None, database: str, pack: str
) -> Iterator[Site]:
    """The shard with all that is needed to act on it."""
    from tousu.runtime.history import History
    from tousu.runtime.operating import Site
    from tousu.runtime.store import Store
    from tousu.simulation.pipeline import composed, rebuild_wiring

    _check(processor)
    inspection = options.inspection(processor, data, database)
    connection = options.reachable(broker, data)
    with History(connection) as history:
        made = composed(processor, rebuild_wiring(pack, history.partitions("complaints.accepted")))
        topics = [input_.topic for input_ in made.inputs]
        store = Store(inspection.url, processor, made.kinds)
        try:
            yield Site(made, shard, topic or topics[0], inspection, store, history)
        finally:
            store.close()


def _say(site: Site, done: Done, as_json: bool) -> None:
    from tousu.cli import output

    if as_json:
        document = {"processor": site.processor.name, "shard": site.shard, "message": done.message}
        output.json_document(document | {"act": done.act.document()})
    else:
        output.lines(done.message, f"{site.name} goes on at offset {done.act.to} of {done.act.topic}")
