"""What was told during the day: events with the time of their arrival, collected in any order and sorted at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta, timezone
from random import Random
from typing import Any, Final

from tousu.contract import source_on, topic_of, topic_of_channel

BEIJING: Final = timezone(timedelta(hours=8))
THE_DAY: Final = date(2026, 9, 22)
"""A Tuesday. Friday the 25th is the Mid-Autumn Festival, a weekend follows, and National Day begins on 1 October."""
OFFICE_DAYS: Final = tuple(date(2026, 9, day) for day in (22, 23, 24, 28, 29, 30))
AFTER_THE_HOLIDAY: Final = tuple(date(2026, 10, day) for day in (8, 9, 10, 12, 13))
DESK_DAYS: Final = (*OFFICE_DAYS, *AFTER_THE_HOLIDAY[:2])
"""The days on which claims are worked on, as far as the demo goes: money takes longer than answers do."""
OPENS: Final = time(9)
CLOSES: Final = time(18)
DEPARTMENTS: Final = "/departments"


def at(clock: str, day: date = THE_DAY) -> datetime:
    """A time of day in Beijing: `at("09:30")`."""
    return datetime.combine(day, time.fromisoformat(clock), BEIJING)


def text(moment: datetime) -> str:
    """RFC 3339 with the offset of Beijing, to the second."""
    return moment.replace(microsecond=0).isoformat()


def in_office(moment: datetime, days: Sequence[date] = OFFICE_DAYS) -> datetime:
    """This time if somebody is at work then, else the next morning at work."""
    for day in days:
        opens, closes = datetime.combine(day, OPENS, BEIJING), datetime.combine(day, CLOSES, BEIJING)
        if moment < closes:
            return max(moment, opens)
    return datetime.combine(days[-1], CLOSES, BEIJING)


def office_later(moment: datetime, minutes: float, days: Sequence[date] = OFFICE_DAYS) -> datetime:
    """So many minutes of office time later."""
    moment = in_office(moment, days)
    left = timedelta(minutes=minutes)
    while (rest := datetime.combine(moment.date(), CLOSES, BEIJING) - moment) < left:
        left -= rest
        later = in_office(moment + rest + timedelta(seconds=1), days)
        if later.date() == moment.date():
            return later
        moment = later
    return moment + left


class Diary:
    """Collects events. `chance` is the only source of chance, so one seed gives one day."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)  # noqa: S311 - a story, no secret
        self._lines: list[tuple[datetime, int, dict[str, Any]]] = []
        self._counts: dict[str, int] = {}

    def number(self, name: str) -> int:
        """1, 2, 3 … for each name."""
        self._counts[name] = self._counts.get(name, 0) + 1
        return self._counts[name]

    def tell(self, arrival: datetime, line: Mapping[str, Any]) -> None:
        """Note a line that arrives at this time; equal times keep the order in which they were told."""
        self._lines.append((arrival, len(self._lines), dict(line)))

    def complaint(
        self, channel: str, arrival: datetime, data: Mapping[str, Any], *, happened: datetime | None = None,
        event_id: str = "", key: str | None = None,
    ) -> str:  # fmt: skip
        """A customer is heard on a channel. Returns the id of the event, by which handling events name the case."""
        event_id = event_id or f"{channel}-{arrival:%Y%m%d}-{self.number(channel):04d}"
        event = self._event(
            event_id, f"/adapters/{channel}", f"tousu.complaint.received.{channel}.v1", happened or arrival, arrival
        )
        waybill = data.get("waybill_number")
        self.tell(
            arrival,
            {
                "topic": topic_of_channel(channel),
                "key": key or waybill or event_id,
                "event": event | {"data": dict(data)},
            },
        )
        return event_id

    def handling(
        self, case_of: str, event_name: str, happened: datetime, data: Mapping[str, Any], *,
        arrival: datetime | None = None, event_id: str = "",
    ) -> str:  # fmt: skip
        """Whoever may say it reports about the case that the event `case_of` opened."""
        arrival = arrival or happened
        event_id = event_id or f"{case_of}-{event_name}-{self.number(case_of)}"
        kind = f"tousu.handling.{event_name}.v1"
        topic = topic_of(kind)
        source = source_on(topic)
        if source == DEPARTMENTS:
            source += f"/{data.get('department', 'customer_service')}"
        event = self._event(event_id, source, kind, happened, arrival)
        self.tell(arrival, {"topic": topic, "key": "", "case_of": case_of, "event": event | {"data": dict(data)}})
        return event_id

    def operations(self, arrival: datetime, data: Mapping[str, Any]) -> None:
        """Operations reports the figures of a department."""
        kind = "tousu.operations.reported.v1"
        event = self._event(f"operations-{data['period']}-{data['department']}", "/operations", kind, arrival, arrival)
        line = {"topic": topic_of(kind), "key": data["department"], "event": event | {"data": dict(data)}}
        self.tell(arrival, line)

    def again(self, event_id: str, arrival: datetime) -> None:
        """The adapter sends an event once more, word for word."""
        line = self.line_of(event_id)
        event = line["event"] | {"receivedtime": text(arrival)}
        self.tell(arrival, line | {"event": event})

    def line_of(self, event_id: str) -> dict[str, Any]:
        """The line of an event told before."""
        return next(line for _, _, line in self._lines if line.get("event", {}).get("id") == event_id)

    def in_order(self) -> list[tuple[datetime, dict[str, Any]]]:
        """Everything in the order of arrival."""
        return [(arrival, line) for arrival, _, line in sorted(self._lines, key=lambda entry: entry[:2])]

    @staticmethod
    def _event(event_id: str, source: str, kind: str, happened: datetime, arrival: datetime) -> dict[str, Any]:
        return {
            "specversion": "1.0", "id": event_id, "source": source, "type": kind, "time": text(happened),
            "receivedtime": text(arrival), "datacontenttype": "application/json",
        }  # fmt: skip
