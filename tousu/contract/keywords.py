"""A closed list of the words that our schemas may use: a validator passes over a misspelt word in silence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from tousu.contract.schemas import Schema

REMARKS: Final = frozenset({"$schema", "$id", "$defs", "title", "description", "x-form"})
"""`x-form`: how a value is written, with an example, for the sentence that refuses another."""
MARKS: Final = frozenset({"x-personal", "x-masked", "x-carried-in", "x-normalised"})
"""Ours: personal data; personal until proven otherwise, and the form in which it leaves intake (text, code, uri);
carried in headers instead of the record's value; by which rule of `normal_form` another writing becomes this one."""
CHECKS: Final = frozenset({
    "$ref", "additionalProperties", "anyOf", "const", "enum", "exclusiveMinimum", "format", "items", "maxItems",
    "maxLength", "maximum", "minItems", "minLength", "minimum", "not", "oneOf", "pattern", "properties", "required",
    "type", "uniqueItems",
})  # fmt: skip
KEYWORDS: Final = REMARKS | MARKS | CHECKS
FORMATS: Final = frozenset({"date-time", "uri", "iri"})
TYPES: Final = frozenset({"object", "array", "string", "integer", "number", "boolean"})


def faults(schema: Schema, place: str = "#", outer: Mapping[str, Schema] = MappingProxyType({})) -> Iterator[str]:
    """What is wrong with the words of a schema, one sentence for each fault, at any depth.

    Unknown keyword, format or type; `required` naming what is no property; an object that lets unknown fields in.
    `outer` holds the properties of the object that an alternative (anyOf, oneOf, not) belongs to.
    """
    yield from (f"{place}: {word} is no keyword of ours" for word in schema if word not in KEYWORDS)
    if schema.get("format", "uri") not in FORMATS:
        yield f"{place}: format {schema['format']} is none of {', '.join(sorted(FORMATS))}"
    if schema.get("type", "object") not in TYPES:
        yield f"{place}: type {schema['type']} is none of {', '.join(sorted(TYPES))}"
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        yield f"{place}: an object must say additionalProperties: false"
    known = {**outer, **schema.get("properties", {})}
    missing = (name for name in schema.get("required", ()) if name not in known)
    yield from (f"{place}: required names {name}, which is no property" for name in missing)
    for word, child in _children(schema):
        yield from faults(child, f"{place}/{word}")
    for group in ("anyOf", "oneOf"):
        for index, branch in enumerate(schema.get(group, [])):
            yield from faults(branch, f"{place}/{group}/{index}", known)
    if "not" in schema:
        yield from faults(schema["not"], f"{place}/not", known)


def _children(schema: Schema) -> Iterator[tuple[str, Schema]]:
    for group in ("$defs", "properties"):
        entries: Mapping[str, Any] = schema.get(group, {})
        yield from ((f"{group}/{name}", child) for name, child in entries.items())
    if isinstance(schema.get("items"), dict):
        yield "items", schema["items"]
