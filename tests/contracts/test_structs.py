"""The Structs of tousu/events are made from the schemas, and say of the shape of an event what its schema says."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import ValidationError

from tousu.contract import address_of, event_types, is_carried_in_headers, schemas_folder
from tousu.contract.schemas import Schema, documents
from tousu.contract.structs import folder, text_of_modules
from tousu.contract.wording import second_opinion
from tousu.event import Event, event_of_structured
from tousu.events.codec import WrongShape, as_data, class_of, decode

TYPES = [each for each in event_types() if not is_carried_in_headers(each)]
EXAMPLES = sorted((schemas_folder() / "examples").rglob("pass-*.json"))
ONLY_THE_SCHEMA_SAYS = frozenset({
    "pattern", "format", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "minItems", "maxItems",
    "uniqueItems", "anyOf", "not", "additionalProperties",
})  # fmt: skip
"""What a Struct leaves to the schema, beside null for an optional field. Everything else both must refuse."""
SLOW = settings(max_examples=400, deadline=None)


def test_the_structs_are_made_from_the_schemas_of_now() -> None:
    """Mend by `python -m tousu.contract.structs`."""
    made = text_of_modules()
    assert {name: (folder() / name).read_text(encoding="utf-8") for name in made} == made
    by_hand = {"__init__.py", "codec.py", "content.py"}
    assert {path.name for path in folder().glob("*.py")} == made.keys() | by_hand


def test_every_event_type_has_a_struct_that_knows_its_type() -> None:
    assert {each: class_of(each).TYPE for each in event_types()} == {each: each for each in event_types()}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.parent.name}/{path.stem}")
def test_nothing_is_lost_between_the_data_and_the_struct(path: Any) -> None:
    event = event_of_structured(orjson.loads(path.read_bytes()))
    assert as_data(event.content) == event.data


# -- the schema as the oracle ------------------------------------------------------------------------------------


def strategy_of(schema: Schema, address: str) -> st.SearchStrategy[Any]:
    """Values that meet a schema, but for what it says of several fields together."""
    schema, address = documents().follow(schema, address)
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum", [schema.get("const")]))
    match schema["type"]:
        case "object":
            fields = {name: strategy_of(child, address) for name, child in schema.get("properties", {}).items()}
            required = set(schema.get("required", ()))
            return st.fixed_dictionaries(
                {name: each for name, each in fields.items() if name in required},
                optional={name: each for name, each in fields.items() if name not in required},
            )
        case "array":
            items = strategy_of(schema["items"], address)
            return st.lists(items, min_size=schema.get("minItems", 0), max_size=max(2, schema.get("minItems", 0)))
        case "string":
            return texts_of(schema)
        case "integer":
            whole = st.integers(schema.get("minimum", -9), schema.get("maximum", 9))
            return whole | whole.filter(lambda number: abs(number) < 2**50).map(float)
        case "number":
            return st.integers(1, 9) | st.floats(1, 9, allow_nan=False)
        case _:
            return st.booleans()


def texts_of(schema: Schema) -> st.SearchStrategy[str]:
    if schema.get("format") == "date-time":
        moments = st.integers(631_152_000, 7_226_000_000).map(lambda second: datetime.fromtimestamp(second, UTC))
        return moments.map(datetime.isoformat) | st.sampled_from(
            ["2026-01-04T09:30:00+08:00", "2026-01-04T01:30:00.5Z"]
        )
    if "format" in schema:
        return st.just("https://files.example/1.png")
    if "pattern" in schema:
        return st.from_regex(re.compile(schema["pattern"].removesuffix("$") + r"\Z", re.ASCII))
    return st.text("abc 王", min_size=schema.get("minLength", 0), max_size=9)


@given(st.data())
@SLOW
def test_what_the_schema_takes_the_struct_takes_and_gives_back(draw: st.DataObject) -> None:
    event_type = draw.draw(st.sampled_from(TYPES))
    address = address_of(event_type)
    data = draw.draw(strategy_of(documents().by_address[address], address))
    if [error for error in second_opinion(event_type).iter_errors(data) if error.validator not in _OF_SEVERAL]:
        return
    assert as_data(decode(event_type, data)) == data


_OF_SEVERAL = frozenset({"anyOf", "not"})
OTHERS: tuple[Any, ...] = (None, True, 7, 7.5, "7", "other", [], ["x"], {}, {"x": 1})


def places(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, child in children:
        yield (*path, step)
        yield from places(child, (*path, step))


def mutated(data: dict[str, Any], place: tuple[str | int, ...], new: Any) -> dict[str, Any]:
    """The data with one field replaced, or left out where `new` is Ellipsis."""
    changed = copy.deepcopy(data)
    node: Any = changed
    for step in place[:-1]:
        node = node[step]
    if new is ...:
        del node[place[-1]]
    else:
        node[place[-1]] = new
    return changed


def is_left_to_the_schema(error: ValidationError) -> bool:
    if error.validator in ONLY_THE_SCHEMA_SAYS or (error.validator == "const" and isinstance(error.instance, bool)):
        return True
    return error.instance is None and not isinstance(error.absolute_path[-1], int)


@given(st.sampled_from(EXAMPLES), st.data())
@SLOW
def test_the_struct_refuses_whatever_shape_the_schema_refuses(path: Any, draw: st.DataObject) -> None:
    event = event_of_structured(orjson.loads(path.read_bytes()))
    if event.type not in TYPES or not event.data:
        return
    place = draw.draw(st.sampled_from(list(places(event.data))))
    data = mutated(event.data, place, draw.draw(st.sampled_from([..., *OTHERS])))
    errors = list(second_opinion(event.type).iter_errors(data))
    try:
        decode(event.type, data)
    except WrongShape:
        assert errors, f"the Struct refuses what the schema takes: {place} of {event.type}"
    else:
        left = [error for error in errors if not is_left_to_the_schema(error)]
        assert not left, f"the Struct takes what the schema refuses: {[error.message for error in left]}"


def test_what_is_wrong_is_named_by_its_place_and_never_repeated() -> None:
    data = {"case_number": "TS-1", "clock": "resolution", "generation": "王芳", "due_at": "2026-01-04T01:30:00Z"}
    with pytest.raises(WrongShape) as caught:
        decode("tousu.clock.met.v1", data)
    assert (caught.value.reason, caught.value.place) == ("wrong_schema", "/generation")
    assert "王芳" not in caught.value.message
    del data["generation"]
    with pytest.raises(WrongShape) as caught:
        decode("tousu.clock.met.v1", data)
    assert caught.value.place == "/generation"
    assert "missing" in caught.value.message


def test_a_field_that_a_newer_writer_adds_is_passed_over() -> None:
    path = next(path for path in EXAMPLES if path.parent.parent.name == "clock.met")
    event = event_of_structured(orjson.loads(path.read_bytes()))
    newer = decode(event.type, event.data | {"mood": "good"})
    assert newer == event.content
    assert json.dumps(as_data(newer)) == json.dumps(as_data(event.content))


def test_an_event_is_read_as_the_type_that_it_has_and_no_other() -> None:
    met = class_of("tousu.clock.met.v1")
    path = next(path for path in EXAMPLES if path.parent.parent.name == "clock.met")
    event = event_of_structured(orjson.loads(path.read_bytes()))
    assert event.read(met) is event.content
    with pytest.raises(TypeError):
        event.read(class_of("tousu.clock.warned.v1"))
    assert (
        Event(id=event.id, source=event.source, type=event.type, time=event.time, data=event.data).content
        == event.content
    )
