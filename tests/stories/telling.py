"""What stories are told with: a file of inbound events goes through the whole pipeline, and each case can be asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from tests.packs_read import load_pack
from tousu.demo.books import Books
from tousu.policy.policies import Policies
from tousu.simulation.lines import inbound_of, line_of
from tousu.simulation.pipeline import Pipeline
from tousu.simulation.processors import LEDGERS
from tousu.simulation.simulate import EARLIEST, Run

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "courier-day.jsonl"
OUTCOMES = ("complaints.cases", "complaints.sla", "complaints.outcomes", "complaints.claims", "complaints.instructions")


class Played(NamedTuple):
    """Every published event, one line each, and the books at the end."""

    lines: list[dict[str, Any]]
    books: Books


def play(policies: Policies, lines: Iterable[bytes], until: datetime) -> Played:
    """As `tousu simulate`, with a look into the ledgers before everything is gone."""
    run: Run | None = None
    for number, line in enumerate(lines, start=1):
        inbound = inbound_of(line, number)
        run = run or Run(Pipeline(policies, inbound.arrival or EARLIEST))
        run.arrive(inbound)
    assert run is not None, "a story needs an event"
    run.end(until)
    documents = [
        document
        for name in LEDGERS
        for (document,) in run.pipeline.stores[name].connection().execute(sa.text(f"SELECT doc FROM {name}_entry"))
    ]
    played = Played([orjson.loads(line_of(record)) for record in run.news()], Books.of(documents))
    run.pipeline.close()
    return played


class Told:
    """Everything that the processors published for a file."""

    def __init__(self, lines: Iterable[bytes], until: str = "2026-10-01T00:00:00+08:00") -> None:
        pack = load_pack("courier-network")
        self.lines, self.books = play(Policies.of(pack), lines, datetime.fromisoformat(until))

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
        self._books = told.books
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
        """The clocks of the case itself that were breached; those of its claims are asked of the claim."""
        return [data["clock"] for data in self.all("clock.breached") if "claim_number" not in data]

    def claim(self, number: int = 1) -> ClaimTold:
        """A claim of the case by its running number."""
        return ClaimTold(f"{self.number}/{number}", self._lines, self._books)


class ClaimTold:
    """One claim: what was told of it, in order, and what the ledger has."""

    def __init__(self, number: str, lines: Iterable[dict[str, Any]], books: Books) -> None:
        self.number = number
        self._told = [line["event"] for line in lines if line["event"]["data"].get("claim_number") == number]
        self.entries = [entry for entry in books.entries if entry.obligation.startswith(f"{number}/")]

    @property
    def steps(self) -> list[str]:
        """The events of the claim itself, without `tousu.claim.` and version."""
        return [
            event["type"].removeprefix("tousu.claim.").removesuffix(".v1")
            for event in self._told
            if event["type"].startswith("tousu.claim.")
        ]

    def all(self, step: str) -> list[dict[str, Any]]:
        """The data of every event of this step, in order."""
        return [event["data"] for event in self._told if event["type"] == f"tousu.claim.{step}.v1"]

    def one(self, step: str) -> dict[str, Any]:
        """The data of the only event of this step."""
        (found,) = self.all(step)
        return dict(found)

    def clocks(self, what: str) -> list[str]:
        """The limits of the claim that did something (`met`), in order."""
        return [event["data"]["clock"] for event in self._told if event["type"] == f"tousu.clock.{what}.v1"]

    def parts(self) -> list[tuple[str, str]]:
        """What the offer is made of, as its trace says."""
        return [(part["what"], part["amount"]) for part in self.one("offered")["trace"]["parts"]]

    @property
    def booked(self) -> list[tuple[str, str, str]]:
        """What the ledger has of it: (obligation, movement, amount), in order."""
        return [
            (entry.obligation.removeprefix(f"{self.number}/"), entry.movement, f"{entry.amount:.2f}")
            for entry in self.entries
        ]
