"""The AsyncAPI page: made from cards and schemas, up to date, and every reference in it leads somewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import yaml

from tousu.contract import cards, event_types, schemas_folder, types_on
from tousu.contract.asyncapi import FILE, text

FOLDER = schemas_folder()
PAGE: dict[str, Any] = yaml.safe_load((FOLDER / FILE).read_text(encoding="utf-8"))


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from references(child)


def target(reference: str) -> Any:
    """What a reference of the page points to. Raises KeyError where it leads nowhere."""
    file, _, pointer = reference.partition("#")
    node: Any = orjson.loads((FOLDER / file).read_bytes()) if file else PAGE
    for part in pointer.split("/")[1:]:
        node = node[part.replace("~1", "/").replace("~0", "~")]
    return node


def test_the_committed_page_is_up_to_date() -> None:
    assert (FOLDER / FILE).read_text(encoding="utf-8") == text(), "run: python -m tousu.contract.asyncapi"


def test_every_reference_leads_somewhere() -> None:
    found = set(references(PAGE))
    assert len(found) > 2 * len(event_types())
    for reference in found:
        assert target(reference)
    with pytest.raises(KeyError):
        target("#/components/messages/tousu.nothing.happened.v1")


def test_the_page_has_what_asyncapi_3_asks_for() -> None:
    assert PAGE["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= set(PAGE["info"])
    for name, channel in PAGE["channels"].items():
        assert channel["address"].replace(".", "_").replace("-", "_") == name
        assert channel["bindings"]["kafka"]["topic"] == channel["address"]
    for operation in PAGE["operations"].values():
        assert operation["action"] in {"send", "receive"}
        assert target(operation["channel"]["$ref"])["messages"]
    for name, message in PAGE["components"]["messages"].items():
        assert message["name"] == name
        assert message["payload"]


def test_every_topic_event_writer_and_reader_is_on_the_page() -> None:
    assert {channel["address"] for channel in PAGE["channels"].values()} == {card.topic for card in cards()}
    assert set(PAGE["components"]["messages"]) == set(event_types())
    for card in cards():
        channel = next(one for one in PAGE["channels"].values() if one["address"] == card.topic)
        assert set(channel["messages"]) == types_on(card.topic)
    expected = sum(len(card.writers) + len(card.readers) for card in cards() if card.events)
    assert len(PAGE["operations"]) == expected
