"""Data of events that name what a test is about: what its schema asks for beside comes from the first example."""

from __future__ import annotations

from functools import cache
from typing import Any

import orjson

from tousu.contract import address_of, name_of, schemas_folder
from tousu.contract.schemas import documents


@cache
def _example(event_type: str) -> dict[str, Any]:
    folder = schemas_folder() / "examples" / name_of(event_type) / f"v{event_type.rpartition('.v')[2]}"
    found: dict[str, Any] = orjson.loads(min(folder.glob("pass-*.json")).read_bytes())["data"]
    return found


def whole(event_type: str, data: dict[str, Any]) -> dict[str, Any]:
    """The data with every required field: its own first, the missing ones behind them."""
    schema = documents().by_address[address_of(event_type)]
    example = _example(event_type)
    return data | {name: example[name] for name in schema.get("required", ()) if name not in data}
