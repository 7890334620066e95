"""Tells a story under any pack: who complained when, what was reported, and what the processors made of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson

from tests.rules.intake.gate import BLOCKS
from tousu.demo.day import with_numbers
from tousu.demo.diary import Diary
from tousu.policy.loading import load_policies
from tousu.simulation.simulate import simulate


def at(text: str) -> datetime:
    """A moment of 2026 by Beijing's clocks: `03-02 09:30`; another offset may be named."""
    return datetime.fromisoformat(f"2026-{text.replace(' ', 'T')}" + ("" if "+" in text[10:] else ":00+08:00"))


class Story:
    """One case under a pack. `run` lets time go on to a moment and returns every published event of the case."""

    def __init__(self, pack: str) -> None:
        self.pack = pack
        self.diary = Diary(seed=1)
        self._case = ""

    def complains(self, when: str, content: str, channel: str = "phone", **data: Any) -> None:
        said = {
            "kind": "complaint", "content": content, "complainant": {"phone": "19900000042", "role": "sender"},
            "waybill_number": "YT7700000000099", channel.replace("-", "_"): BLOCKS[channel],
        }  # fmt: skip
        self._case = self.diary.complaint(channel, at(when), said | data, event_id="the-complaint")

    def reports(self, what: str, when: str, **data: Any) -> None:
        self.diary.handling(self._case, what, at(when), data)

    def reports_late(self, what: str, when: str, known: str, /, **data: Any) -> None:
        """What had happened becomes known later."""
        self.diary.handling(self._case, what, at(when), data, arrival=at(known))

    def run(self, until: str) -> list[dict[str, Any]]:
        lines = list(with_numbers([line for _, line in self.diary.in_order()], self.pack))
        out = simulate(load_policies(self.pack), lines, at(until))
        return [orjson.loads(line)["event"] for line in out]


def of_type(events: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """The data of the events of a type (`clock.met`)."""
    return [event["data"] for event in events if event["type"] == f"tousu.{name}.v1"]


def clocks(events: list[dict[str, Any]], what: str) -> list[str]:
    """The clocks that did something (`met`), in order."""
    return [data["clock"] for data in of_type(events, f"clock.{what}")]


def refusals(events: list[dict[str, Any]]) -> list[str]:
    return [event["reason"] for event in events if event["type"] == "tousu.event.rejected.v1"]
