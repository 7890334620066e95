"""`tousu publish`: hand in events from a file, checked first."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from tousu.cli import options
from tousu.cli.exit_codes import FOUND, REFUSED

if TYPE_CHECKING:
    from tousu.connection import Connection
    from tousu.event import Event


class PublishableLine(NamedTuple):
    """A line that may be published."""

    topic: str
    key: str
    event: Event


def publish(
    file: Annotated[str, typer.Argument(help="Events, one a line, as for `tousu simulate`; - reads standard input.")],
    broker: options.Broker = "",
    data: options.Data = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only check.")] = False,
    skip_wrong: Annotated[
        bool, typer.Option("--skip-wrong", help="Publish the right lines though others are wrong.")
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Check events against the contract and publish them to their inbound topics.

    Says for each wrong line what is wrong, where, and which schema it does not meet. Unless told otherwise nothing
    is published when a line is wrong (exit code 1; 4 where the file is not UTF-8). Publishing a file twice has no
    effect: ids are compared.

    Example: tousu publish --broker localhost:9092 my-complaints.jsonl
    """
    from tousu.cli import output

    ready: list[PublishableLine] = []
    wrong: list[dict[str, Any]] = []
    for number, line in enumerate(map(checked, lines_of(file)), start=1):
        if isinstance(line, PublishableLine):
            ready.append(line)
        elif line is not None:
            wrong.append({"line": number, **line})
    for fault in wrong if not as_json else ():
        output.note("line {line}: {reason} at {place}: {message} {schema}".format(**fault).rstrip())
    sent: list[dict[str, Any]] = []
    if not dry_run and ready and (skip_wrong or not wrong):
        sent = list(_send(ready, options.reachable(broker, data)))
    if as_json:
        output.json_document({"valid": len(ready), "wrong": wrong, "published": sent})
    else:
        output.lines(f"{len(ready)} right, {len(wrong)} wrong, {len(sent)} published")
    if wrong:
        raise typer.Exit(REFUSED if any(refused["reason"] == "wrong_encoding" for refused in wrong) else FOUND)


def lines_of(file: str) -> Iterable[bytes]:
    """The lines of a file, or of standard input for `-`. Raises Stop when there is no such file."""
    from tousu.failure import Stop

    if file == "-":
        return sys.stdin.buffer
    path = Path(file)
    if not path.is_file():
        raise Stop("no_file", f"{file} is not there; give a file of events, or - for standard input")
    return path.read_bytes().splitlines()


def checked(line: bytes) -> PublishableLine | dict[str, str] | None:
    """A line that may be published, or what is wrong with it; None for an empty one."""
    from tousu.client.publisher import check
    from tousu.contract import check_topic, inbound_cards, topic_of
    from tousu.edge import parse
    from tousu.event import event_of_structured
    from tousu.failure import Reject

    if not line.strip():
        return None
    try:
        document = parse(line, limit_bytes=2_097_152)
        topic, key, body = document.get("topic", ""), document.get("key"), document.get("event")
        if not (isinstance(topic, str) and isinstance(key, str) and isinstance(body, dict)):
            raise Reject("malformed_data", 'a line is {"topic": "...", "key": "...", "event": {...}}')
        inbound = [card.topic for card in inbound_cards()]
        if topic and topic not in inbound:
            raise Reject("unknown_channel", f"{topic} is not an inbound topic; there are {', '.join(inbound)}", "topic")
        event = event_of_structured(body)
        topic = topic or topic_of(event.type, event.source)
        check(event)
        check_topic(topic, event.type)
    except Reject as error:
        return {"reason": error.reason, "place": error.place, "message": error.message, "schema": error.schema}
    return PublishableLine(topic, key, event)


def _send(ready: Iterable[PublishableLine], connection: Connection) -> Iterator[dict[str, Any]]:
    from tousu.client.publisher import Publisher

    with Publisher(connection, source="/cli") as publisher:
        for line in ready:
            receipt = publisher.event(line.topic, line.event, line.key)
            yield {"id": receipt.id, "topic": receipt.topic, "partition": receipt.partition}
