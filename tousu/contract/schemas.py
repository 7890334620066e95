"""Event schemas: one JSON Schema per event name and version, and the shared definitions they point to.

The event type `tousu.complaint.routed.v1` has the name `complaint.routed`, the version 1, the file
`events/complaint.routed.v1.json` and the address `https://tousu.example/schemas/events/complaint.routed.v1.json`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin

import msgspec
import orjson

from tousu.contract.cards import card
from tousu.contract.folder import schemas_folder
from tousu.failure import Reject

ADDRESS: Final = "https://tousu.example/schemas/"
_FILE: Final = re.compile(r"(?P<name>[a-z][a-z_]*(\.[a-z][a-z_-]*)+)\.v(?P<version>[1-9][0-9]*)\.json")

Schema = dict[str, Any]
Path_ = tuple[str, ...]


class Documents(msgspec.Struct, frozen=True):
    """The schemas of one contract folder by address, and the addresses of the event types."""

    by_address: Mapping[str, Schema]
    address_of_type: Mapping[str, str]

    def follow(self, schema: Schema, address: str) -> tuple[Schema, str]:
        """A schema with its `$ref` followed to the end, and the address of the document it stands in.

        Keywords beside a `$ref` (a nearer description, a mark) win over those of the target.
        Raises KeyError naming a reference that leads nowhere.
        """
        while "$ref" in schema:
            reference = schema["$ref"]
            target, _, pointer = urljoin(address, reference).partition("#")
            node: Any = self.by_address.get(target)
            for part in pointer.split("/")[1:]:
                node = node.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(node, dict) else None
            if node is None:
                raise KeyError(f"{address}: $ref {reference} leads nowhere")
            schema = {**node, **{word: value for word, value in schema.items() if word != "$ref"}}
            address = target
        return schema, address

    def properties(self, address: str) -> Iterator[tuple[Path_, Schema]]:
        """Every property of an event and every text in a list, at any depth, references followed: path and schema.

        `*` stands for any item of a list.
        """
        return self._properties(self.by_address[address], address, ())

    def _properties(self, schema: Schema, address: str, path: Path_) -> Iterator[tuple[Path_, Schema]]:
        schema, address = self.follow(schema, address)
        below = [(name, child, True) for name, child in schema.get("properties", {}).items()]
        if isinstance(schema.get("items"), dict):
            below.append(("*", schema["items"], False))
        for name, child, is_property in below:
            there = (*path, name)
            resolved = self.follow(child, address)[0]
            if is_property or resolved.get("type") == "string":
                yield there, resolved
            yield from self._properties(child, address, there)


def read_schemas(folder: Path) -> Documents:
    """All schemas under `folder`. Raises ValueError naming a file whose name or `$id` breaks the rule."""
    by_address: dict[str, Schema] = {}
    address_of_type: dict[str, str] = {}
    for path in sorted(folder.glob("events/*.json")) + sorted(folder.glob("shared/*.json")):
        place = path.relative_to(folder).as_posix()
        schema: Schema = orjson.loads(path.read_bytes())
        if schema.get("$id") != ADDRESS + place:
            raise ValueError(f"{place}: $id must be {ADDRESS}{place}")
        by_address[ADDRESS + place] = schema
        if place.startswith("events/"):
            match = _FILE.fullmatch(path.name)
            if match is None:
                raise ValueError(f"{place}: the file must be named after its event, such as case.closed.v1.json")
            address_of_type[f"tousu.{match['name']}.v{match['version']}"] = ADDRESS + place
    return Documents(by_address, address_of_type)


@cache
def documents() -> Documents:
    """The schemas of the contract that is installed."""
    return read_schemas(schemas_folder())


def event_types() -> tuple[str, ...]:
    """Every event type of the contract, such as `tousu.case.closed.v1`."""
    return tuple(documents().address_of_type)


def name_of(event_type: str) -> str:
    """The event name without prefix and version: `tousu.case.closed.v1` gives `case.closed`."""
    return event_type.removeprefix("tousu.").rpartition(".v")[0]


def address_of(event_type: str) -> str:
    """The address of the schema of an event type (what `dataschema` says).

    Raises Reject `unknown_type`, naming the type that may have been meant.
    """
    try:
        return documents().address_of_type[event_type]
    except KeyError:
        near = get_close_matches(event_type, event_types(), 1)
        hint = f"; did you mean {near[0]}?" if near else "; the types are listed in schemas/asyncapi.yaml"
        raise Reject("unknown_type", f"type {event_type[:100]!r} is not in the contract{hint}", "type") from None


@cache
def types_on(topic: str) -> frozenset[str]:
    """The event types that may stand on a topic, all versions. Raises KeyError when there is no such topic."""
    names = frozenset(card(topic).events)
    return frozenset(kind for kind in event_types() if name_of(kind) in names)


@cache
def personal_places(event_type: str) -> tuple[Path_, ...]:
    """Where an event holds personal data: paths such as ("pieces", "*", "content"), `*` standing for any item.

    These fields are encrypted by intake and go no further (design.md, section 6). Raises Reject `unknown_type`.
    """
    properties = documents().properties(address_of(event_type))
    return tuple(path for path, schema in properties if schema.get("x-personal") is True)


@cache
def masked_forms(event_type: str) -> dict[str, Any]:
    """In what form the fields leave intake that are personal until proven otherwise (`x-masked`): text, code or uri.

    Nested like the data, `*` standing for any item. Raises Reject `unknown_type`.
    """
    forms: dict[str, Any] = {}
    for path, schema in documents().properties(address_of(event_type)):
        if "x-masked" in schema:
            node = forms
            for step in path[:-1]:
                node = node.setdefault(step, {})
            node[path[-1]] = schema["x-masked"]
    return forms


@cache
def is_carried_in_headers(event_type: str) -> bool:
    """True where the schema describes headers and not the record's value (rejected events)."""
    return documents().by_address[address_of(event_type)].get("x-carried-in") == "headers"
