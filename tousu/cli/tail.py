"""`tousu tail`: watch what the processors publish."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tousu.cli import options

if TYPE_CHECKING:
    from tousu.runtime.broker import Record
    from tousu.runtime.history import Extent, History, Place


def tail(
    topics: Annotated[
        list[str] | None,
        typer.Argument(
            help="Topics, with or without `complaints.`; all that are written if none.", metavar="[TOPIC]..."
        ),
    ] = None,
    broker: options.Broker = "",
    data: options.Data = None,
    count: Annotated[int, typer.Option("--count", "-n", min=0, help="Begin with so many of the latest events.")] = 10,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
    ticks: Annotated[bool, typer.Option("--ticks", help="Show the passing of time, too.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Show the latest events of topics, and with --follow those that come.

    Example: tousu tail cases sla --follow --broker localhost:9092
    """
    from tousu.contract.pipeline import published_topics
    from tousu.runtime.history import History

    named = topics or published_topics()
    if not as_json:
        options.show_times_of(data)
    wanted = [name if name.startswith("complaints.") else f"complaints.{name}" for name in named]
    if not broker and not follow and options.archive(data) is not None:
        from tousu.cli.published import published

        for line in deque(published(wanted, data, ""), maxlen=count):
            _show(line, as_json=as_json)
        return
    with History(options.reachable(broker, data)) as history:
        extents = history.extents(history.places(wanted))
        for record in latest(history, extents, count, ticks=ticks):
            _show(_document(record), as_json=as_json)
        if follow:
            history.follow({place: extent.end for place, extent in extents.items()})
            while True:
                for record in history.poll(0.5):
                    if ticks or not _is_tick(record):
                        _show(_document(record), as_json=as_json)


def latest(history: History, extents: dict[Place, Extent], count: int, *, ticks: bool) -> list[Record]:
    """The newest records over these partitions, in the order of their time stamps."""
    back = 100 * count
    starts = {place: extent._replace(start=max(extent.start, extent.end - back)) for place, extent in extents.items()}
    records = [record for record in history.read(starts) if ticks or not _is_tick(record)]
    return sorted(records, key=lambda record: record.time_ms)[-count:] if count else []


def _is_tick(record: Record) -> bool:
    from tousu.runtime.history import is_tick

    return is_tick(record)


def _document(record: Record) -> dict[str, Any]:
    import orjson

    from tousu.simulation.lines import line_of

    document: dict[str, Any] = orjson.loads(line_of(record))
    return document


def _show(line: dict[str, Any], *, as_json: bool) -> None:
    from tousu.cli import output
    from tousu.cli.case import gist, name_of

    if as_json:
        output.json_lines([line])
        return
    event = line["event"]
    short = event.get("reason", "") + " " + event.get("message", "") if "reason" in event else gist(event)
    topic = line["topic"].removeprefix("complaints.")
    output.lines(
        f"{output.local(event['time'])}  {topic:<9} {line['key'] or '-':<22} {name_of(event['type'])}  {short}".rstrip()
    )
