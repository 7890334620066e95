"""What stories are told with: a file of inbound events goes through the whole pipeline, and each case can be asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from tousu.policy.loading import load_pack
from tousu.policy.policies import Policies
from tousu.simulation.simulate import simulate

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "courier-day.jsonl"
OUTCOMES = ("complaints.cases", "complaints.sla", "complaints.outcomes", "complaints.claims")


class Told:
    """Everything that the processors published for a file."""

    def __init__(self, lines: Iterable[bytes], until: str = "2026-10-01T00:00:00+08:00") -> None:
        pack = load_pack("courier-network")
        self.lines = [orjson.loads(line) for line in simulate(Policies.of(pack), lines, datetime.fromisoformat(until))]

    @cached_property
    def numbers(self) -> dict[str, str]:
        """Inbound event id -> number of the case that it opened or joined."""
        found = {}
        for line in self.on("complaints.accepted"):
            data = line["event"]["data"]
            if "source_event" in data:
                found[data["source_event"]["id"]] = data["case_number"]
        return found

    def on(self, topic: str, name: str = "") -> list[dict[str, Any]]:
        """The lines of a topic, of one event name if given."""
        kind = f"tousu.{name}.v1"
        return [line for line in self.lines if line["topic"] == topic and (not name or line["event"]["type"] == kind)]

    def case(self, event_id: str) -> Case:
        """The case that an inbound event opened."""
        return Case(self, self.numbers[event_id])

    def rejected(self) -> list[dict[str, Any]]:
        """The refused events."""
        return [line["event"] for line in self.on("complaints.rejected")]


class Case:
    """One case, asked in the words of the domain."""

    def __init__(self, told: Told, number: str) -> None:
        self.number = number
        self._lines = [line for line in told.lines if line["key"] == number and line["topic"] in OUTCOMES]

    def all(self, name: str) -> list[dict[str, Any]]:
        """The data of every event of this name, in order."""
        return [line["event"]["data"] for line in self._lines if line["event"]["type"] == f"tousu.{name}.v1"]

    def one(self, name: str) -> dict[str, Any]:
        """The data of the only event of this name."""
        (found,) = self.all(name)
        return found

    def clock(self, name: str) -> dict[str, Any]:
        """How a clock began."""
        (found,) = [data for data in self.all("clock.started") if data["clock"] == name]
        return found

    def met(self, name: str) -> bool:
        """Whether a clock was met."""
        return any(data["clock"] == name for data in self.all("clock.met"))

    @property
    def breached(self) -> list[str]:
        """The clocks that were breached."""
        return [data["clock"] for data in self.all("clock.breached")]
