"""May a schema that has been released change like this, or does the event need a new version?

Closed schemas leave one way to grow: a further optional property. Words for readers may change too. Everything else
(a property gone or newly required, another type, limit or pattern, another mark) is a new version beside the old one.
`python -m tousu.contract.compatibility` compares the contract with the release recorded in schemas/released.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from tousu.contract.folder import schemas_folder
from tousu.contract.keywords import REMARKS
from tousu.contract.schemas import Documents, Schema, read_schemas


def recorded_release(folder: Path) -> Path | None:
    """Where the contract of the last release lies, or None before the first one."""
    place = folder / "released"
    return place if place.is_dir() else None


def breaks(released: Documents, present: Documents) -> list[str]:
    """One sentence for each change that needs a new version; empty when every released schema may stay."""
    sentences = []
    for event_type, address in released.address_of_type.items():
        if event_type not in present.address_of_type:
            sentences.append(f"{event_type}: the schema is gone; released versions stay")
            continue
        before = _inlined(released, released.by_address[address], address)
        after = _inlined(present, present.by_address[address], address)
        sentences += [f"{event_type}{change}; make it a new version" for change in _changes(before, after, "")]
    return sentences


def _inlined(documents: Documents, schema: Schema, address: str) -> Schema:
    """A schema with every reference replaced by what it points to and the words for readers left out."""
    schema, address = documents.follow(schema, address)
    plain = {word: value for word, value in schema.items() if word not in REMARKS}
    for name, child in plain.get("properties", {}).items():
        plain["properties"] = {**plain["properties"], name: _inlined(documents, child, address)}
    if "items" in plain:
        plain["items"] = _inlined(documents, plain["items"], address)
    return plain


def _changes(before: Schema, after: Schema, place: str) -> Iterator[str]:
    old, new = before.get("properties", {}), after.get("properties", {})
    required = set(before.get("required", ())), set(after.get("required", ()))
    yield from (f"{place}/{name}: the property is gone" for name in old if name not in new)
    yield from (f"{place}/{name}: is required now" for name in sorted(required[1] - required[0]))
    yield from (f"{place}/{name}: is no longer required" for name in sorted(required[0] - required[1]))
    for name in old.keys() & new.keys():
        yield from _changes(old[name], new[name], f"{place}/{name}")
    if "items" in before and "items" in after:
        yield from _changes(before["items"], after["items"], f"{place}/*")
    for word in sorted((before.keys() | after.keys()) - {"properties", "required"}):
        if (word == "items" and word in before and word in after) or before.get(word) == after.get(word):
            continue
        yield f"{place}: {word} was {before.get(word)} and is {after.get(word)}"


def main() -> int:
    """Compare with the recorded release: 0 when nothing needs a new version, else 1 and the list."""
    folder = schemas_folder()
    release = recorded_release(folder)
    if release is None:
        sys.stdout.write("no release is recorded in schemas/released: nothing to compare with\n")
        return 0
    sentences = breaks(read_schemas(release), read_schemas(folder))
    sys.stdout.write("".join(f"{sentence}\n" for sentence in sentences))
    return 1 if sentences else 0


if __name__ == "__main__":
    raise SystemExit(main())
