"""Named examples: what must pass passes both validators, what must fail fails with the reason and place it states."""

from __future__ import annotations

import re
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.intake.numbers import mint
from tousu.contract import (
    Sources,
    address_of,
    cards,
    event_types,
    inbound_cards,
    is_carried_in_headers,
    name_of,
    schemas_folder,
    validator,
)
from tousu.contract.json_patch import patched
from tousu.contract.wording import pointer, second_opinion
from tousu.edge import parse
from tousu.event import event_of_structured
from tousu.runtime.partition import partition_of

FOLDER = schemas_folder() / "examples"
FILES = sorted(path for path in FOLDER.rglob("*") if path.is_file())
PASS = [path for path in FILES if path.name.startswith("pass-")]
FAIL = [path for path in FILES if path.name.startswith("fail-")]
CASE_NUMBER = r"(?<![0-9A-Za-z-])[0-9]{8}-[0-9]{2}-[0-9]{4}-[2-9A-Z]{2}(?![0-9A-Za-z-])"
PARTITIONS = (1, 4, 12)
"""Of a simulation, of the demo, of the cards."""
# ranges that belong to nobody or never reach a person: invented numbers use them, so that none is real
INVENTED_PHONE = re.compile(r"(\+86 )?199 ?0000 ?[0-9]{4}|0571-000000[0-9]{2}")


def label(path: Path) -> str:
    return path.relative_to(FOLDER).as_posix()


def event_type_of(path: Path) -> str:
    return f"tousu.{path.parent.parent.name}.{path.parent.name}"


@pytest.mark.parametrize("path", PASS, ids=label)
def test_an_example_that_must_pass_passes(path: Path) -> None:
    event = event_of_structured(parse(path.read_bytes()))
    assert event.type == event_type_of(path)
    is_inbound = any(name_of(event.type) in card.events for card in inbound_cards())
    assert event.dataschema == address_of(event.type) or (event.dataschema is None and is_inbound)
    assert event.subject == event.data.get("case_number", event.subject)
    assert validator(event.type)(event.data) is None
    assert [error.message for error in second_opinion(event.type).iter_errors(event.data)] == []


@pytest.mark.parametrize("path", FAIL, ids=label)
def test_an_example_that_must_fail_fails_where_it_says(path: Path) -> None:
    document = parse(path.read_bytes())
    assert set(document) == {"refused", "of", "mutation", "event"}
    passing = orjson.loads((path.parent / f"{document['of']}.json").read_bytes())
    assert document["event"] == patched(passing, [document["mutation"]]), "one change makes it fail, and no other"
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


# --- real numbers, sources and ids -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PASS, ids=label)
def test_case_numbers_are_those_that_their_shard_gives(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for number in re.findall(CASE_NUMBER, text):
        day, shard, place = date.fromisoformat(number[:8]), int(number[9:11]), int(number[12:16])
        given = {
            mint(day, shard, place, partial(partition_of, partitions=count)) for count in PARTITIONS if shard < count
        }
        assert number in given, f"{number} cannot exist"
    numbers = re.findall(r'"(?:case_number|new_case_number)": "([^"]*)"', text)
    assert all(re.fullmatch(CASE_NUMBER, number) for number in numbers), numbers
    assert not re.search(r"\bTS-[0-9]", text), "no number of ours begins so"


@pytest.mark.parametrize("path", PASS, ids=label)
def test_ids_and_sources_are_those_of_whoever_writes_the_type(path: Path) -> None:
    event = event_of_structured(orjson.loads(path.read_bytes()))
    name = name_of(event.type)
    ours = re.fullmatch(r"tousu/([a-z]+)", event.source)
    if ours is None:
        topics = [card.topic for card in inbound_cards() if name in card.events]
        assert any(Sources.of_cards().allow(topic, event.source) for topic in topics), event.source
        return
    topics = [card.topic for card in cards() if name in card.events and ours[1] in card.writers]
    assert topics, f"{ours[1]} does not write {name}"
    if ours[1] != "trends":  # which names its warnings by what they say
        origin, place, number = event.id.split(":")
        assert re.fullmatch(rf"{ours[1]}/[0-9]+", origin)
        assert place.rpartition("/")[0] in topics
        assert int(number) > 0


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
