"""Events that were right once, changed at random: values, places, headers, bytes. Equal seed, equal events."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, Final

import orjson

from tests.hostile.door import STRUCTURED, record, whole
from tests.hostile.strings import CLASSES
from tests.rules.intake.gate import BLOCKS
from tousu.contract import topic_of_channel
from tousu.event import Headers
from tousu.runtime.broker import Record

EXAMPLES: Final = Path(__file__).resolve().parents[2] / "schemas" / "examples"
_SHORT: Final = [text for texts in CLASSES.values() for text in texts if len(text) < 2_000]
_VALUES: Final[tuple[Any, ...]] = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    1e308,
    2**53 - 1,
    "",
    " ",
    [],
    {},
    [[]],
    [None],
    {"": None},
    {"x": {"y": []}},
)
_HEADERS: Final[tuple[tuple[str, bytes | None], ...]] = (
    ("content-type", b"application/json"),
    ("content-type", b"text/plain"),
    ("Content-Type", b"application/cloudevents+json"),
    ("content-type", None),
    ("ce_id", b""),
    ("ce_id", b"\xff\xfe"),
    ("ce_time", b"2026-13-45T99:99:99Z"),
    ("ce_time", None),
    ("ce_specversion", b"0.3"),
    ("ce_specversion", b""),
    ("ce_Type", b"x"),
    ("ce_organisation", b"nobody"),
    ("traceparent", b"\x00"),
    ("ce_type", b"tousu.time.passed.v1"),
    ("ce_inboundshard", b"99"),
    ("ce_acceptedtime", b"1970-01-01T00:00:00Z"),
    ("", b"x"),
    ("ce_droppedfields", b"["),
    ("ce_receivedtime", b"9999-12-31T23:59:59Z"),
    ("ce_" + "x" * 1_000, b"y"),
    ("ce_source", b"\n"),
)


def events(seed: int, count: int) -> Iterator[Record]:
    """`count` records, each of one that intake would take, one to three times changed."""
    chance = Random(seed)
    sound = list(_sound())
    for number in range(count):
        topic, event = chance.choice(sound[: len(BLOCKS)] if chance.random() < 0.7 else sound)
        yield _changed(chance, topic, {**copy.deepcopy(event), "id": f"f-{seed}-{number}"}, sound)


def _sound() -> Iterator[tuple[str, dict[str, Any]]]:
    """Complaints of all channels, and what may be reported: the examples that must pass."""
    for channel, block in BLOCKS.items():
        data = {
            "kind": "complaint",
            "content": "快件三天还没到，13800001234",
            "waybill_number": "YT7700000000099",
            "complainant": {"name": "王小明", "phone": "199 0000 0042"},
            channel.replace("-", "_"): block,
        }
        yield topic_of_channel(channel), whole(f"tousu.complaint.received.{channel}.v1", data, "x")
    for folder in sorted(EXAMPLES.iterdir()):
        topic = (
            "complaints.inbound.operations" if folder.name.startswith("operations.") else "complaints.inbound.handling"
        )
        if folder.name.startswith(("handling.", "operations.")):
            for file in sorted(folder.glob("v1/pass-*.json")):
                yield topic, whole(f"tousu.{folder.name}.v1", orjson.loads(file.read_bytes()), "x")


def _changed(chance: Random, topic: str, event: dict[str, Any], sound: list[tuple[str, dict[str, Any]]]) -> Record:
    for _ in range(chance.randint(1, 3)):
        _mutate(chance, event if chance.random() < 0.2 else event.get("data"), sound)
    value = orjson.dumps(event)
    headers: Headers = STRUCTURED
    kind = chance.random()
    if kind < 0.15:
        value = _torn(chance, value)
    elif kind < 0.35:
        attributes = {name: told for name, told in event.items() if name != "data" and isinstance(told, str)}
        headers = [(f"ce_{name}", told.encode("utf-8", "replace")) for name, told in attributes.items()]
        headers.insert(0, ("content-type", b"application/json"))
        value = orjson.dumps(event.get("data"))
        for _ in range(chance.randint(0, 2)):
            headers.insert(chance.randint(0, len(headers)), chance.choice(_HEADERS))
    elif kind < 0.4:
        headers = [*STRUCTURED, chance.choice(_HEADERS)]
    key = chance.choice((b"k", None, b"", b"\xff", str(_at(event, "data", "case_number")).encode()))
    return record(topic, value, headers, key)


def _at(event: dict[str, Any], *path: str) -> Any:
    node: Any = event
    for step in path:
        node = node.get(step) if isinstance(node, dict) else None
    return node


def _mutate(chance: Random, node: Any, sound: list[tuple[str, dict[str, Any]]]) -> None:
    """Change one place below a node: another value, gone, a new name, moved, or taken from another event."""
    if not isinstance(node, dict | list) or not node:
        return
    key: Any = chance.choice(list(node)) if isinstance(node, dict) else chance.randrange(len(node))
    if chance.random() < 0.5 and isinstance(node[key], dict | list):
        _mutate(chance, node[key], sound)
        return
    way = chance.randrange(8)
    if way == 0:
        del node[key]
    elif way == 1:
        node[key] = chance.choice(_VALUES)
    elif way in (2, 3):
        node[key] = chance.choice(_SHORT)
    elif way == 4 and isinstance(node[key], str):
        at = chance.randint(0, len(node[key]))
        node[key] = node[key][:at] + chance.choice(_SHORT) + node[key][at:]
    elif way == 5 and isinstance(node, dict):
        node[chance.choice(_SHORT) or "x"] = node.pop(key)
    elif way == 6:
        node[key] = [copy.deepcopy(node[key])] * chance.choice((1, 2, 300))
    else:
        other = chance.choice(sound)[1]["data"]
        node[key] = copy.deepcopy(chance.choice(list(other.values())))


def _torn(chance: Random, value: bytes) -> bytes:
    """Bytes cut off, doubled, or changed."""
    at = chance.randrange(len(value))
    return chance.choice(
        (
            value[:at],
            value[at:],
            value + value,
            value[:at] + bytes([chance.randrange(256)]) + value[at + 1 :],
            value[:at] + b"\x00" + value[at:],
            b"\xef\xbb\xbf" + value,
            value.decode().encode("utf-16"),
            b" " * 300_000 + value,
        )
    )
