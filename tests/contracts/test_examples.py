"""Named examples: what must pass passes both validators, what must fail fails with the reason and place it states."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from tousu.contract import address_of, event_types, is_carried_in_headers, name_of, schemas_folder, validator
from tousu.contract.wording import pointer, second_opinion
from tousu.edge import parse
from tousu.event import event_of_structured

FOLDER = schemas_folder() / "examples"
FILES = sorted(path for path in FOLDER.rglob("*") if path.is_file())
PASS = [path for path in FILES if path.name.startswith("pass-")]
FAIL = [path for path in FILES if path.name.startswith("fail-")]
# ranges that belong to nobody or never reach a person: invented numbers use them, so that none is real
INVENTED_PHONE = re.compile(r"(\+86 )?199 ?0000 ?00[0-9]{2}|0571-000000[0-9]{2}")


def label(path: Path) -> str:
    return path.relative_to(FOLDER).as_posix()


def event_type_of(path: Path) -> str:
    return f"tousu.{path.parent.parent.name}.{path.parent.name}"


@pytest.mark.parametrize("path", PASS, ids=label)
def test_an_example_that_must_pass_passes(path: Path) -> None:
    event = event_of_structured(parse(path.read_bytes()))
    assert event.type == event_type_of(path)
    assert event.dataschema == address_of(event.type)
    assert event.subject == event.data.get("case_number")
    assert validator(event.type)(event.data) is None
    assert [error.message for error in second_opinion(event.type).iter_errors(event.data)] == []


@pytest.mark.parametrize("path", FAIL, ids=label)
def test_an_example_that_must_fail_fails_where_it_says(path: Path) -> None:
    document = parse(path.read_bytes())
    assert set(document) == {"refused", "event"}
    event = event_of_structured(document["event"])
    assert event.type == event_type_of(path)
    refusal = validator(event.type)(event.data)
    assert refusal is not None
    assert {"reason": refusal.reason, "place": refusal.place} == document["refused"]
    assert refusal.schema == address_of(event.type)
    oracle = [pointer(error.absolute_path) for error in second_opinion(event.type).iter_errors(event.data)]
    assert any(refusal.place.startswith(place) for place in oracle)


@pytest.mark.parametrize("event_type", event_types())
def test_every_schema_has_two_examples_that_pass_and_one_that_fails(event_type: str) -> None:
    assert sum(event_type_of(path) == event_type for path in PASS) >= 2
    assert sum(event_type_of(path) == event_type for path in FAIL) >= 1


def test_every_example_belongs_to_a_schema_and_is_named_after_its_scenario() -> None:
    for path in FILES:
        assert event_type_of(path) in event_types(), label(path)
        assert re.fullmatch(r"(pass|fail)-[a-z0-9-]+\.json", path.name), label(path)
    assert len(PASS) + len(FAIL) == len(FILES)


def test_every_property_is_shown_by_an_example() -> None:
    shown: dict[str, set[tuple[str, ...]]] = {}
    for path in PASS:
        shown.setdefault(event_type_of(path), set()).update(paths(orjson.loads(path.read_bytes())["data"], ()))
    from tousu.contract.schemas import documents

    handling_words = {"case_number", "department", "employee", "note"}
    for event_type in event_types():
        if is_carried_in_headers(event_type):
            continue
        declared = {path for path, _ in documents().properties(address_of(event_type))}
        own = {
            path for path in declared if not (name_of(event_type).startswith("handling.") and path[0] in handling_words)
        }
        hidden = {path for path in own - shown[event_type] if path[0] == event_type.split(".")[-2].replace("-", "_")}
        assert not hidden, f"{event_type}: no example shows {sorted(hidden)}"


def paths(node: Any, path: tuple[str, ...]) -> set[tuple[str, ...]]:
    found = {path}
    if isinstance(node, dict):
        found = found.union(*(paths(child, (*path, name)) for name, child in node.items()))
    elif isinstance(node, list):
        found = found.union(*(paths(child, (*path, "*")) for child in node))
    return found


def test_telephone_numbers_in_examples_are_invented() -> None:
    for path in FILES:
        for found in re.findall(r'"(?:phone|caller_number)": "([^"]+)"', path.read_text(encoding="utf-8")):
            assert INVENTED_PHONE.fullmatch(found), f"{label(path)}: {found} may belong to somebody"
