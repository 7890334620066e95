"""Lines of a day that do not know yet which number intake gives each case, and how they get it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from tousu.policy.loading import load_policies
from tousu.simulation.lines import inbound_of
from tousu.simulation.pipeline import Pipeline
from tousu.simulation.simulate import EARLIEST, Run

PACK: Final = "courier-network"
"""The pack of the day that is written down, examples/courier-day.jsonl."""
OF_THE_CASE: Final = ("claim_number", "obligation")
"""What begins with the number of the case, a slash, and a name within it."""
OTHER_CASES: Final = ("inquiry_number", "complaint_number")
"""What names another case; a line says the id of the event that begins it."""
NOBODY: Final = "20260922-00-0000-22"


def with_numbers(lines: list[dict[str, Any]], pack: str = PACK) -> Iterator[bytes]:
    """The lines as a file has them: handling events get the number that one partition gives the case."""
    run: Run | None = None
    numbers: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        if "case_of" in line:
            line = about_case(line, numbers.get(line["case_of"], NOBODY))  # noqa: PLW2901
        ready = orjson.dumps(_linked(line, numbers))
        inbound = inbound_of(ready, number)
        if run is None:
            run = Run(Pipeline(load_policies(pack), inbound.arrival or EARLIEST, names=("intake",)))
        run.arrive(inbound)
        for record in run.news():
            if record.topic == "complaints.accepted" and record.key is not None:
                data = orjson.loads(record.value or b"{}")
                if "source_event" in data:
                    numbers[data["source_event"]["id"]] = data["case_number"]
        yield ready + b"\n"


def _linked(line: dict[str, Any], numbers: Mapping[str, str]) -> dict[str, Any]:
    """A line with the numbers of the other cases that it names."""
    event, data = _event_and_data(line)
    named = {name: numbers[data[name]] for name in OTHER_CASES if data.get(name) in numbers}
    return line | {"event": event | {"data": data | named}} if named else line


def about_case(line: dict[str, Any], case_number: str) -> dict[str, Any]:
    """A handling line with the number of its case, and of the claim and the obligation of that case which it names."""
    event, content = _event_and_data(line)
    data = {"case_number": case_number} | {name: v for name, v in content.items() if name != "case_number"}
    data |= {name: f"{case_number}/{data[name].partition('/')[2]}" for name in OF_THE_CASE if name in data}
    return line | {"key": case_number, "event": event | {"subject": case_number, "data": data}}


def _event_and_data(line: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The event of a line and its data; nothing where the line is broken on purpose."""
    event = line.get("event")
    data = event.get("data") if isinstance(event, dict) else None
    return (event, data) if isinstance(event, dict) and isinstance(data, dict) else ({}, {})
