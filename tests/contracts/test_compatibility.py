"""A released schema may gain an optional property and other words; everything else needs a new version."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tousu.contract import schemas_folder
from tousu.contract.compatibility import breaks, recorded_release
from tousu.contract.schemas import ADDRESS, Documents, documents, read_schemas

PRESENT = documents()
ROUTED = ADDRESS + "events/complaint.routed.v1.json"
VALUES = ADDRESS + "shared/values.json"


def changed(change: Callable[[dict[str, Any]], object]) -> Documents:
    by_address = copy.deepcopy(dict(PRESENT.by_address))
    change(by_address)
    return Documents(by_address, dict(PRESENT.address_of_type))


COMPATIBLE: dict[str, Callable[[dict[str, Any]], object]] = {
    "nothing": lambda _: None,
    "an optional property": lambda d: d[ROUTED]["properties"].update(mood={"type": "string", "description": "A mood."}),
    "an optional property of a shared object": lambda d: d[VALUES]["$defs"]["object"]["properties"].update(
        lane={"type": "string"}
    ),
    "other words": lambda d: d[ROUTED].update(title="Routed", description="Other words."),
    "a definition moved into place": lambda d: d[ROUTED]["properties"].update(route=d[VALUES]["$defs"]["route"]),
}
BREAKING: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "a required property": (
        lambda d: (d[ROUTED]["properties"].update(mood={"type": "string"}), d[ROUTED]["required"].append("mood")),
        "/mood: is required now",
    ),
    "a property gone": (lambda d: d[ROUTED]["properties"].pop("demand"), "/demand: the property is gone"),
    "newly required": (lambda d: d[ROUTED]["required"].append("demand"), "/demand: is required now"),
    "no longer required": (lambda d: d[ROUTED]["required"].remove("pack"), "/pack: is no longer required"),
    "a value less": (lambda d: d[ROUTED]["properties"]["decided_by"]["enum"].pop(), "/decided_by: enum"),
    "a value more": (lambda d: d[ROUTED]["properties"]["decided_by"]["enum"].append("dice"), "/decided_by: enum"),
    "a shared pattern": (lambda d: d[VALUES]["$defs"]["code"].update(pattern="^[a-z]$"), "/class: pattern"),
    "a shorter text in a list": (
        lambda d: d[ROUTED]["properties"]["words"]["items"].update(maxLength=8),
        "/words/*: maxL",
    ),
    "opened to unknown fields": (lambda d: d[ROUTED].pop("additionalProperties"), "additionalProperties was False"),
    "another mark": (
        lambda d: d[ADDRESS + "shared/registration.json"]["$defs"]["demand"].pop("x-masked"),
        "/demand: x-masked was text",
    ),
}


@pytest.mark.parametrize("change", COMPATIBLE.values(), ids=COMPATIBLE.keys())
def test_compatible(change: Callable[[dict[str, Any]], object]) -> None:
    assert breaks(PRESENT, changed(change)) == []


@pytest.mark.parametrize(("change", "sentence"), BREAKING.values(), ids=BREAKING.keys())
def test_needs_a_new_version(change: Callable[[dict[str, Any]], object], sentence: str) -> None:
    found = breaks(PRESENT, changed(change))
    assert any(one.startswith("tousu.complaint.routed.v1") and sentence in one for one in found), found


def test_a_released_version_stays() -> None:
    kept = {kind: at for kind, at in PRESENT.address_of_type.items() if kind != "tousu.case.closed.v1"}
    assert breaks(PRESENT, Documents(PRESENT.by_address, kept)) == [
        "tousu.case.closed.v1: the schema is gone; released versions stay"
    ]
    assert breaks(Documents(PRESENT.by_address, kept), PRESENT) == []


def test_the_contract_is_compatible_with_the_recorded_release() -> None:
    release = recorded_release(schemas_folder())
    if release is not None:
        assert breaks(read_schemas(release), PRESENT) == []
