"""`tousu rejected`: what was refused, why, and how to hand it in again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from tousu.cli import options
from tousu.cli.exit_codes import FOUND

if TYPE_CHECKING:
    from tousu.connection import Connection
    from tousu.runtime.broker import Record

app = typer.Typer(help="Events that were refused: list them, hand them in again.", no_args_is_help=True)
TOPIC = "complaints.rejected"
INBOUND = "complaints.inbound."
ATTEMPT_DIGITS_MAX = 9
Reason = Annotated[list[str] | None, typer.Option("--reason", help="Only these reason codes.", show_default=False)]
Id = Annotated[
    list[str] | None, typer.Option("--id", help="Only these, by the id that the list shows.", show_default=False)
]


@app.command("list")
def list_(
    broker: options.Broker = "",
    data: options.Data = None,
    reason: Reason = None,
    check: Annotated[bool, typer.Option("--check", help="Exit with 1 when there is any.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Show every refused event: reason, place, and the record that it came from.

    With --json the refused bytes are there, too: as data where they are sound JSON, else as data_base64.

    Example: tousu rejected list --reason wrong_schema --broker localhost:9092
    """
    from tousu.cli import output
    from tousu.cli.published import published
    from tousu.simulation.lines import REJECTED_TYPE

    events = [line["event"] for line in published([TOPIC], data, broker)]
    rejections = [event for event in events if event["type"] == REJECTED_TYPE]
    chosen = [event for event in rejections if not reason or event["reason"] in reason]
    if as_json:
        output.json_lines(chosen)
    else:
        options.show_times_of(data)
        columns = ("id", f"when ({output.zone()})", "reason", "place", "from", "message")
        output.table("Rejected", columns, [
            (event["id"], output.local(event["time"]), event["reason"],
             event.get("place", ""), _origin(event), _kept(event) + event["message"])
            for event in chosen
        ])  # fmt: skip
        output.lines(", ".join(f"{n} {name}" for name, n in Counter(event["reason"] for event in chosen).most_common()))
    if check and chosen:
        raise typer.Exit(FOUND)


@app.command()
def replay(
    broker: options.Broker = "",
    data: options.Data = None,
    reason: Reason = None,
    id_: Id = None,
    fix: Annotated[
        Path | None,
        typer.Option(
            "--with",
            metavar="FIX",
            help="Mend them by this JSON patch (RFC 6902), such as "
            '[{"op": "replace", "path": "/data/waybill_number", "value": "YT7700000000099"}].',
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this only say what would be done.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Hand refused events in again, the bytes untouched, or mended by a patch, each under its own id.

    Each goes back to the partition that it came from, its attempts counted in the header tousu-attempts. Only what
    intake refused can go back: what a later processor refused was accepted by intake, and the same id again would
    have no effect. Nor can one of which only a part was kept, because it was too large or unreadable, or which an
    operator passed over unread. A patch is applied to the event in structured form (/time, /data/waybill_number) and
    kept in the header tousu-patch; source and id stay. Nothing is sent when it does not fit one of them.

    Example: tousu rejected replay --reason unknown_case --yes --broker localhost:9092
    """
    from tousu.cli import output
    from tousu.cli.rejected.mending import mended, read_patch

    chosen, others, cut = [], 0, []
    for record in _refused(broker, data):
        headers = _headers(record)
        if (reason and headers["tousu-reason"] not in reason) or (id_ and headers["ce_id"] not in id_):
            continue
        if is_cut(record) or not _has_bytes(record):
            cut.append(headers["ce_id"])
        elif headers["tousu-topic"].startswith(INBOUND):
            chosen.append(record)
        else:
            others += 1
    rows = [_plan(record) for record in chosen]
    patch = read_patch(fix) if fix is not None else None
    ready = [
        Again(record.value if "tousu-no-value" not in _headers(record) else None, original_headers(record), None)
        if fix is None
        else Again(*mended(record, original_headers(record), patch))
        for record in chosen
    ]
    if yes and chosen:
        _send(zip(chosen, ready, strict=True), options.connection(broker, data))
    if as_json:
        done, planned = (rows, []) if yes else ([], rows)
        output.json_document(
            {"replayed": done, "would_replay": planned, "not_from_outside": others, "not_whole": cut}
        )  # fmt: skip
        return
    _show_replay(rows, others, cut, done=yes)


def _show_replay(rows: list[dict[str, Any]], others: int, cut: list[str], *, done: bool) -> None:
    """Say what was handed in again, or would be; `others` were refused later, of `cut` only a part was kept."""
    from tousu.cli import output

    columns = ("id", "reason", "to", "attempt")
    title = "Replayed" if done else "Would be replayed"
    output.table(title, columns, [[row[name] for name in columns] for row in rows])
    if others:
        output.note(f"{others} were refused after intake had accepted them; send a new event instead")
    if cut:
        output.note(f"{len(cut)} cannot be handed in again, at most a part of each was kept: {', '.join(cut)}")
        output.note("the sender has to send what is right; the whole is on the topic it came from while that keeps it")
    if not done and rows:
        output.note("nothing was sent; say --yes to do it")


def _kept(event: Mapping[str, Any]) -> str:
    """What is said of an event of which only a part was kept."""
    parts = [
        f"{part} of {event[name]} bytes"
        for part, name in (("value", "value_bytes"), ("key", "key_bytes"))
        if name in event
    ]
    parts += [f"headers left out: {event['headers_left_out']}"] if "headers_left_out" in event else []
    return f"[cut: {', '.join(parts)}] " if parts else ""


class Again(NamedTuple):
    """What is written again. `key` is None where the event goes back to the partition that it came from."""

    value: bytes | None
    headers: list[tuple[str, str | bytes | None]]
    key: str | None


def _origin(event: Mapping[str, Any]) -> str:
    """The record that was refused: topic/partition@offset."""
    return f"{event['topic'].removeprefix('complaints.')}/{event['partition']}@{event['offset']}"


def _refused(broker: str, data: Path | None) -> Iterator[Record]:
    """Every refused record once, as it stands on the topic."""
    from tousu.runtime.history import History
    from tousu.simulation.lines import REJECTED_TYPE

    seen: set[str] = set()
    with History(options.reachable(broker, data)) as history:
        for record in history.read(history.extents(history.places([TOPIC]))):
            name = _headers(record)["ce_id"]
            if name not in seen and _headers(record)["ce_type"] == REJECTED_TYPE:
                seen.add(name)
                yield record


def _headers(record: Record) -> dict[str, str]:
    return {name: (value or b"").decode("utf-8", "replace") for name, value in record.headers}


def is_cut(record: Record) -> bool:
    """Whether something of the refused record was left out: what would go back is another event."""
    from tousu.runtime.rejection import CUT

    return any(name in CUT for name, _ in record.headers)


def attempt(record: Record) -> int:
    """How often this event will have been tried once it is handed in again."""
    before = _headers(record).get("original-tousu-attempts", "1")
    is_number = before.isascii() and before.isdecimal() and len(before) <= ATTEMPT_DIGITS_MAX
    return (int(before) if is_number else 1) + 1


def _has_bytes(record: Record) -> bool:
    """False for what is told of without its bytes: an operator passed it over, and nobody could read it."""
    from tousu.runtime.acts import told_in
    from tousu.runtime.audit import as_output

    declared = told_in(as_output(record))
    return declared is None or declared.act.is_copied


def _plan(record: Record) -> dict[str, Any]:
    headers = _headers(record)
    to = f"{headers['tousu-topic']}/{headers['tousu-partition']}"
    return {"id": headers["ce_id"], "reason": headers["tousu-reason"], "to": to, "attempt": attempt(record)}


def original_headers(record: Record) -> list[tuple[str, str | bytes | None]]:
    """The headers that the event came with, and how often it has been tried."""
    given = [(n.removeprefix("original-"), value) for n, value in record.headers if n.startswith("original-")]
    kept: list[tuple[str, str | bytes | None]] = [(name, value) for name, value in given if name != "tousu-attempts"]
    return [*kept, ("tousu-attempts", str(attempt(record)).encode())]


def _send(records: Iterable[tuple[Record, Again]], connection: Connection) -> None:
    from confluent_kafka import Producer

    from tousu.failure import Retry
    from tousu.runtime.librdkafka import LOG
    from tousu.runtime.partition import partition_of

    failed: list[str] = []
    producer = Producer({
        "bootstrap.servers": connection.servers, **connection.librdkafka(), "enable.idempotence": True,
        "message.max.bytes": 2_097_152,
    }, logger=LOG)  # fmt: skip
    for record, again in records:
        headers = _headers(record)
        topic, partition, key = headers["tousu-topic"], int(headers["tousu-partition"]), record.key
        if again.key is not None:
            partitions = producer.list_topics(topic, 30).topics[topic].partitions
            partition, key = partition_of(again.key, len(partitions)), again.key.encode()
        producer.produce(
            topic, again.value, key, partition, headers=again.headers,
            on_delivery=lambda error, _: failed.append(str(error)) if error is not None else None,
        )  # fmt: skip
    if producer.flush(30) or failed:
        raise Retry("not_written", f"not everything was written: {failed[0] if failed else 'the broker is silent'}")
