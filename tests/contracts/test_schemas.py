"""Event schemas: well formed, closed, explained, numbered without gaps, and nothing in them that nobody uses."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin

import jsonschema
import orjson
import pytest

from tousu.contract import address_of, cards, event_types, name_of, schemas_folder, types_on
from tousu.contract.keywords import faults
from tousu.contract.normal_form import RULES
from tousu.contract.schemas import ADDRESS, documents, read_schemas

FOLDER = schemas_folder()
DOCUMENTS = documents()
TYPES = event_types()


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from references(child)


@pytest.mark.parametrize("address", DOCUMENTS.by_address, ids=lambda address: address.removeprefix(ADDRESS))
def test_a_schema_is_json_schema_and_uses_known_words_only(address: str) -> None:
    schema = DOCUMENTS.by_address[address]
    jsonschema.Draft202012Validator.check_schema(schema)
    assert list(faults(schema)) == []
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("event_type", TYPES)
def test_every_property_says_what_it_is(event_type: str) -> None:
    schema = DOCUMENTS.by_address[DOCUMENTS.address_of_type[event_type]]
    assert schema["type"] == "object"
    assert schema["title"]
    assert schema["description"]
    for path, child in DOCUMENTS.properties(DOCUMENTS.address_of_type[event_type]):
        assert len(child.get("description", "")) >= 8, f"{'.'.join(path)} has no description"


@pytest.mark.parametrize("event_type", TYPES)
def test_every_text_and_list_has_a_largest_size(event_type: str) -> None:
    for path, child in DOCUMENTS.properties(DOCUMENTS.address_of_type[event_type]):
        if child.get("type") == "string":
            assert "maxLength" in child, f"{'.'.join(path)} may be as long as it likes"
        if child.get("type") == "array":
            assert "maxItems" in child, f"{'.'.join(path)} may have as many items as it likes"


def test_names_end_with_their_unit_and_money_is_never_a_number() -> None:
    for event_type in TYPES:
        for path, child in DOCUMENTS.properties(DOCUMENTS.address_of_type[event_type]):
            if child.get("format") == "date-time":
                timely = path[-1].endswith(("_at", "_by", "_deadline")) or path[-1] in {"at", "until", "from", "to"}
                assert timely, f"{event_type}: {'.'.join(path)} is a time but is not called so"
            if path[-1].endswith("_yuan"):
                assert child["type"] == "string", f"{event_type}: {'.'.join(path)}"


def test_versions_run_from_one_without_gaps() -> None:
    versions: dict[str, list[int]] = {}
    for event_type in TYPES:
        versions.setdefault(name_of(event_type), []).append(int(event_type.rpartition(".v")[2]))
    for name, found in versions.items():
        assert sorted(found) == list(range(1, len(found) + 1)), name


def test_every_reference_leads_somewhere_and_every_shared_definition_is_used() -> None:
    used = set()
    for address, schema in DOCUMENTS.by_address.items():
        for reference in references(schema):
            DOCUMENTS.follow({"$ref": reference}, address)  # raises where it leads nowhere
            used.add(urljoin(address, reference))
    for address, schema in DOCUMENTS.by_address.items():
        for name in schema.get("$defs", {}):
            reached = any(
                urldefrag(one)[0] == address and f"{one}/".startswith(f"{address}#/$defs/{name}/") for one in used
            )
            assert reached, f"{address}: {name} is used by nobody"


def test_nothing_else_lies_in_the_folder() -> None:
    known = {"topic-card.json", "policy.json", "asyncapi.yaml", "topics", "events", "shared", "examples", "released"}
    assert {path.name for path in FOLDER.iterdir()} <= known
    for room in ("events", "shared"):
        assert all(path.suffix == ".json" for path in (FOLDER / room).iterdir())


def test_the_contract_goes_into_the_wheel_where_the_code_looks_for_it() -> None:
    project = tomllib.loads((FOLDER.parent / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"]["schemas"] == "tousu/schemas"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("aditionalProperties", False), "aditionalProperties is no keyword"),
        (("additionalProperties", True), "additionalProperties: false"),
        (("required", ["case_numer"]), "case_numer, which is no property"),
        (("properties", {"x": {"type": "sting"}}), "type sting"),
        (("properties", {"x": {"type": "string", "format": "datetime"}}), "format datetime"),
        (("properties", {"x": {"type": "array", "items": {"minLenght": 1}}}), "minLenght is no keyword"),
        (("properties", {"x": {"anyOf": [{"requierd": ["a"]}]}}), "requierd is no keyword"),
        (("anyOf", [{"required": ["clas"]}]), "clas, which is no property"),
        (("$defs", {"x": {"type": "object"}}), "additionalProperties: false"),
        (("not", {"required": ["clas"]}), "clas, which is no property"),
        (("anyOf", [{"not": {"requierd": ["x"]}}]), "requierd is no keyword"),
    ],
    ids=str,
)
def test_a_misspelt_word_is_found(change: tuple[str, Any], sentence: str) -> None:
    schema = copy.deepcopy(DOCUMENTS.by_address[ADDRESS + "events/case.closed.v1.json"])
    schema[change[0]] = change[1]
    assert any(sentence in fault for fault in faults(schema))


@pytest.mark.parametrize(
    ("name", "address", "sentence"),
    [
        ("case.closed.v1.json", "events/case.closd.v1.json", "must be"),
        ("case.closed.json", "events/case.closed.json", "named after its event"),
        ("case.closed.v0.json", "events/case.closed.v0.json", "named after its event"),
    ],
)
def test_a_schema_under_a_wrong_name_is_not_loaded(tmp_path: Path, name: str, address: str, sentence: str) -> None:
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / name).write_bytes(orjson.dumps({"$id": ADDRESS + address}))
    with pytest.raises(ValueError, match=sentence):
        read_schemas(tmp_path)


def test_every_written_form_that_comes_in_says_how_it_looks() -> None:
    """A pattern says nothing to who is refused: `x-form` does, mostly with an example."""
    inbound = {
        kind for card in cards() if card.topic.startswith("complaints.inbound.") for kind in types_on(card.topic)
    }
    for kind in inbound:
        for path, schema in documents().properties(address_of(kind)):
            if {"pattern", "format"} & schema.keys():
                assert schema.get("x-form"), f"{kind}: {'.'.join(path)} has no x-form"


def test_every_rule_for_other_writings_is_there_and_used() -> None:
    used = {
        schema["x-normalised"]
        for kind in event_types()
        for _, schema in documents().properties(address_of(kind))
        if "x-normalised" in schema
    }
    assert used == set(RULES)
