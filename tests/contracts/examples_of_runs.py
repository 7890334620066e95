"""Makes schemas/examples from runs: `python -m tests.contracts.examples_of_runs` plays days and writes events down.

What must pass is an event of a run, taken over as it is: case numbers, sources, ids. For each type the smallest set
that shows every field that any run shows, at least two where there are two. What no run says is shown by an example
told by hand beside it, under a case number, a source and an id that could be. What must fail is one that passes with
one change (`mutation`, a JSON patch).
"""

from __future__ import annotations

import copy
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson

from tests.packs_read import load_pack, load_policies
from tousu.contract import event_types, name_of, schemas_folder, validator
from tousu.contract.json_patch import patched
from tousu.demo.any_day import tell_a_day
from tousu.demo.numbering import with_numbers
from tousu.simulation.simulate import simulate

FOLDER: Final = schemas_folder() / "examples"
DAY: Final = "courier-day"
"""The day of the demo, from examples/courier-day.jsonl."""
PACKS: Final = ("auto-service", "china-statutory", "united-kingdom")
"""Packs whose days are played besides, since they say what couriers do not."""
ENDS: Final = {DAY: "2026-10-10T00:00:00+08:00"}
END: Final = "2026-12-31T00:00:00+08:00"
AT_LEAST: Final = 2
_OF_A_RUN: Final = re.compile(r"pass-(?P<run>[a-z-]+)-[0-9]+")

Document = dict[str, Any]


def played(run: str) -> Iterator[Document]:
    """Every event of a run as one JSON object: what came in, in its order, then what was published."""
    if run == DAY:
        pack = "courier-network"
        lines = (Path(__file__).resolve().parents[2] / "examples" / "courier-day.jsonl").read_bytes().splitlines()
    else:
        pack = run
        lines = list(with_numbers(tell_a_day(load_pack(run)), run))
    read = [orjson.loads(line) for line in lines]
    yield from (line["event"] for line in read if isinstance(line.get("event"), dict))
    until = datetime.fromisoformat(ENDS.get(run, END))
    yield from (orjson.loads(line)["event"] for line in simulate(load_policies(pack), iter(lines), until))


def is_example(event: Document) -> bool:
    """Whether an event of a run can be one: of the contract, and right. Rejected bytes are in no event."""
    kind = event.get("type")
    return kind in event_types() and isinstance(event.get("data"), dict) and validator(kind)(event["data"]) is None


def paths(node: Any, path: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """Every field that data show, at any depth; `*` stands for any item."""
    found = {path} if path else set()
    if isinstance(node, dict):
        found = found.union(*(paths(child, (*path, name)) for name, child in node.items()))
    elif isinstance(node, list):
        found = found.union(*(paths(child, (*path, "*")) for child in node))
    return found


def smallest(events: list[Document]) -> list[Document]:
    """Few events that show together whatever all of them show: the next is the first of those that add the most."""
    shown = [paths(event["data"]) for event in events]
    left = set().union(*shown)
    chosen: list[int] = []
    while left:
        best = max(range(len(events)), key=lambda number: (len(shown[number] & left), -number))
        chosen.append(best)
        left -= shown[best]
    chosen += [number for number in range(len(events)) if number not in chosen][: max(0, AT_LEAST - len(chosen))]
    return [events[number] for number in sorted(chosen)]


def written(document: Document) -> str:
    """A file as it is committed."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def of_runs(events: Iterable[tuple[str, Document]]) -> dict[str, dict[str, Document]]:
    """The examples of each type that runs give, by the name of their file without ending."""
    by_type: dict[str, list[tuple[str, Document]]] = defaultdict(list)
    for run, event in events:
        if is_example(event):
            by_type[event["type"]].append((run, event))
    found: dict[str, dict[str, Document]] = {}
    for kind, told in by_type.items():
        run_of = {id(event): run for run, event in told}
        numbers: dict[str, int] = defaultdict(int)
        found[kind] = {}
        for event in smallest([event for _, event in told]):
            run = run_of[id(event)]
            numbers[run] += 1
            found[kind][f"pass-{run}-{numbers[run]}"] = event
    return found


def folder_of(kind: str) -> Path:
    """Where the examples of a type lie."""
    return FOLDER / name_of(kind) / f"v{kind.rpartition('.v')[2]}"


def by_hand(kind: str, shown: set[tuple[str, ...]], count: int) -> dict[str, Document]:
    """Those told by hand that still show a field that no run shows, or without which there would be too few."""
    kept: dict[str, Document] = {}
    for path in sorted(folder_of(kind).glob("pass-*.json")):
        if _OF_A_RUN.fullmatch(path.stem):
            continue
        document: Document = orjson.loads(path.read_bytes())
        more = paths(document["data"]) - shown
        if more or count + len(kept) < AT_LEAST:
            kept[path.stem] = document
            shown |= more
    return kept


def failing(kind: str, passing: dict[str, Document]) -> dict[str, Document]:
    """The examples that must fail: each with its change, made to the first that passes and fails with it as it says."""
    found = {}
    for path in sorted(folder_of(kind).glob("fail-*.json")):
        document: Document = orjson.loads(path.read_bytes())
        for name, event in passing.items():
            made = broken(event, document["mutation"])
            if made is not None and refused(made) == document["refused"]:
                parts = {"refused": document["refused"], "of": name, "mutation": document["mutation"], "event": made}
                found[path.stem] = parts
                break
        else:
            raise SystemExit(f"{path}: no example that passes fails with this change as it says")
    return found


def broken(event: Document, mutation: Document) -> Document | None:
    """An event with one change, or None where it has no place for it."""
    try:
        made: Document = patched(copy.deepcopy(event), [mutation])
    except Exception:  # noqa: BLE001 - a place that is not there
        return None
    return made


def refused(event: Document) -> Document | None:
    """Why an event is refused, as examples name it."""
    refusal = validator(event["type"])(event["data"])
    return None if refusal is None else {"reason": refusal.reason, "place": refusal.place}


def write(events: Iterable[tuple[str, Document]]) -> None:
    """Put the examples of runs into place, and those told by hand, and those that must fail, in line with them."""
    made = of_runs(events)
    for kind in event_types():
        passing = dict(made.get(kind, {}))
        shown = set().union(*(paths(event["data"]) for event in passing.values()))
        passing |= by_hand(kind, shown, len(passing))
        files = passing | failing(kind, passing)
        for path in folder_of(kind).glob("*.json"):
            if path.stem not in files:
                path.unlink()
        for name, document in files.items():
            (folder_of(kind) / f"{name}.json").write_text(written(document), encoding="utf-8")


def main() -> None:
    """Play the runs and write."""
    write((run, event) for run in (DAY, *PACKS) for event in played(run))
    sys.stdout.write(f"{FOLDER}\n")


if __name__ == "__main__":
    main()
