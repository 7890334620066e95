"""Tells a story under any pack: who complained when, what was reported, and what the processors made of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.packs_read import load_policies
from tests.rules.intake.gate import BLOCKS
from tests.stories.telling import ClaimTold, Played, play
from tousu.demo.diary import Diary
from tousu.demo.numbering import with_numbers


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

    def complains_again(
        self, when: str, content: str, channel: str = "app", event_id: str = "again", **data: Any
    ) -> None:
        """The same customer tells the same trouble once more."""
        said = {
            "kind": "complaint", "content": content, "complainant": {"phone": "19900000042", "role": "sender"},
            "waybill_number": "YT7700000000099", channel.replace("-", "_"): BLOCKS[channel],
        }  # fmt: skip
        self.diary.complaint(channel, at(when), said | data, event_id=event_id)

    def reports(self, what: str, when: str, **data: Any) -> None:
        self.diary.handling(self._case, what, at(when), in_form(what, data))

    def reports_late(self, what: str, when: str, known: str, /, **data: Any) -> None:
        """What had happened becomes known later."""
        self.diary.handling(self._case, what, at(when), in_form(what, data), arrival=at(known))

    def files(self, when: str, claim: dict[str, Any], channel: str = "web", **data: Any) -> None:
        """A claim without a complaint."""
        self.complains(when, "请按标准赔偿。", channel, kind="claim", claim=claim, **data)

    def run(self, until: str) -> list[dict[str, Any]]:
        return [line["event"] for line in self._played(until).lines]

    def told(self, until: str) -> StoryTold:
        """The same, to be asked about claims and money."""
        played = self._played(until)
        (number,) = {line["key"] for line in played.lines if line["topic"] == "complaints.accepted"}
        return StoryTold(number, played)

    def _played(self, until: str) -> Played:
        lines = list(with_numbers([line for _, line in self.diary.in_order()], self.pack))
        return play(load_policies(self.pack), lines, at(until))


class StoryTold:
    """What came of a story of one case."""

    def __init__(self, number: str, played: Played) -> None:
        self.number, self.books = number, played.books
        self._lines = played.lines

    @property
    def refusals(self) -> list[str]:
        """The reasons of what was refused, in order."""
        return refusals([line["event"] for line in self._lines])

    def of_type(self, name: str) -> list[dict[str, Any]]:
        """The data of the events of a type (`claim.opened`)."""
        return of_type([line["event"] for line in self._lines], name)

    def claim(self, number: int = 1) -> ClaimTold:
        """A claim of the case by its running number."""
        return ClaimTold(f"{self.number}/{number}", self._lines, self.books)


def of_type(events: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """The data of the events of a type (`clock.met`)."""
    return [event["data"] for event in events if event["type"] == f"tousu.{name}.v1"]


def clocks(events: list[dict[str, Any]], what: str) -> list[str]:
    """The clocks that did something (`met`), in order."""
    return [data["clock"] for data in of_type(events, f"clock.{what}")]


def in_form(what: str, data: dict[str, Any]) -> dict[str, Any]:
    """An answer in the form that the pack of source C asks for, whatever the trouble, where the story says no other."""
    is_final = what == "customer_answered" and data.get("settled") is True and "kind" not in data
    return {"elements": ["apology", "liability", "suggestions"]} | data if is_final else data


def refusals(events: list[dict[str, Any]]) -> list[str]:
    return [event["reason"] for event in events if event["type"] == "tousu.event.rejected.v1"]
