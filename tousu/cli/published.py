"""The published events as lines, from a cluster or from what an ended demo kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from tousu.cli import options
from tousu.simulation.lines import KNOWN_AT

OF_A_CASE = ("complaints.cases", "complaints.sla", "complaints.outcomes", "complaints.claims")
"""Where the story of a case stands, in the order of the pipeline."""
OF_A_CLAIM = (*OF_A_CASE, "complaints.instructions", "complaints.rejected")
"""Where the story of a claim stands: finance is told, and what was refused did nothing."""


def published(topics: Sequence[str], data: Path | None, broker: str, key: str = "") -> Iterator[dict[str, Any]]:
    """Every event on these topics (those of one key, if given): `{"topic", "key", "event"}`; ticks are left out.

    An ended demo's folder answers when no broker is named. Raises Retry `broker_away` when neither can.
    """
    for document in _lines(topics, data, broker, key):
        document.pop(KNOWN_AT, None)
        yield document


def known(topics: Sequence[str], data: Path | None, broker: str) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """Every event on these topics with the time from which it was known: the watermark when it was written.

    Events that were not kept by the demo (the output of `tousu simulate`, say) do not say that; there, the arrival of
    the inbound event stands for it, and for what time alone led to, its own time.
    """
    for document in _lines(topics, data, broker, ""):
        event = document["event"]
        if KNOWN_AT in document:
            yield datetime.fromisoformat(document[KNOWN_AT]), event
        elif "inboundtime" in event:
            yield datetime.fromtimestamp(int(event["inboundtime"]) / 1000, UTC), event
        else:
            yield datetime.fromisoformat(event["time"]), event


def _lines(topics: Sequence[str], data: Path | None, broker: str, key: str) -> Iterator[dict[str, Any]]:
    kept = options.archive(data) if not broker else None
    if kept is None:
        yield from _on_broker(topics, data, broker, key)
        return
    with kept.open("rb") as lines:
        for line in lines:
            document = orjson.loads(line)
            if document["topic"] in topics and (not key or document["key"] == key):
                yield document


def _on_broker(topics: Sequence[str], data: Path | None, broker: str, key: str) -> Iterator[dict[str, Any]]:
    from tousu.runtime.history import History, is_tick
    from tousu.runtime.partition import partition_of
    from tousu.simulation.lines import kept_line_of

    with History(options.reachable(broker, data)) as history:
        places = history.places(topics)
        if key:
            count = history.partitions(topics[0])
            places = [place for place in places if place[1] == partition_of(key, count)]
        seen: dict[tuple[str, int, bytes], int] = {}
        for record in history.read(history.extents(places)):
            if is_tick(record) or (key and record.key != key.encode()):
                continue
            headers = dict(record.headers)
            origin, number = headers.get("tousu-origin") or b"", int(headers.get("tousu-seq") or b"0")
            place = (record.topic, record.partition, origin)
            if origin and number <= seen.get(place, 0):
                continue
            seen[place] = number
            document: dict[str, Any] = orjson.loads(kept_line_of(record))
            yield document


def story(number: str, data: Path | None, broker: str) -> list[dict[str, Any]]:
    """What happened to a case, in the order in which it happened; what one event led to stands behind it."""
    lines = list(published(OF_A_CASE, data, broker, number))
    order = {topic: index for index, topic in enumerate(OF_A_CASE)}
    return sorted(lines, key=lambda line: (line["event"]["time"], order[line["topic"]]))
