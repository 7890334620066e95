"""The published events as lines, from a cluster or from what an ended demo kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from tousu.cli import options

OF_A_CASE = ("complaints.cases", "complaints.sla", "complaints.outcomes", "complaints.claims")
"""Where the story of a case stands, in the order of the pipeline."""


def published(topics: Sequence[str], data: Path | None, broker: str, key: str = "") -> Iterator[dict[str, Any]]:
    """Every event on these topics (those of one key, if given): `{"topic", "key", "event"}`; ticks are left out.

    An ended demo's folder answers when no broker is named. Raises Retry `broker_away` when neither can.
    """
    kept = options.archive(data) if not broker else None
    if kept is not None:
        for line in kept.read_bytes().splitlines():
            document = orjson.loads(line)
            if document["topic"] in topics and (not key or document["key"] == key):
                yield document
        return
    yield from _on_broker(topics, broker, key)


def _on_broker(topics: Sequence[str], broker: str, key: str) -> Iterator[dict[str, Any]]:
    from tousu.runtime.history import History, is_tick
    from tousu.runtime.partition import partition_of
    from tousu.simulation.lines import line_of

    with History(options.connection(broker)) as history:
        places = history.places(topics)
        if key:
            count = history.partitions(topics[0])
            places = [place for place in places if place[1] == partition_of(key, count)]
        seen: dict[tuple[str, int, bytes], int] = {}
        for record in history.read(history.extents(places)):
            if is_tick(record) or (key and record.key != key.encode()):
                continue
            said = dict(record.headers)
            origin, number = said.get("tousu-origin") or b"", int(said.get("tousu-seq") or b"0")
            place = (record.topic, record.partition, origin)
            if origin and number <= seen.get(place, 0):
                continue
            seen[place] = number
            document: dict[str, Any] = orjson.loads(line_of(record))
            yield document


def story(number: str, data: Path | None, broker: str) -> list[dict[str, Any]]:
    """What happened to a case, in the order in which it happened; what one event led to stands behind it."""
    lines = list(published(OF_A_CASE, data, broker, number))
    order = {topic: index for index, topic in enumerate(OF_A_CASE)}
    return sorted(lines, key=lambda line: (line["event"]["time"], order[line["topic"]]))
