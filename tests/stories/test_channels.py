"""One trouble on several channels is one case; another trouble is another; and a join can be undone (features, 17)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import orjson

from tests.packs_read import load_policies
from tests.rules.intake.gate import BLOCKS
from tousu.simulation.simulate import simulate

POLICIES: Final = load_policies("courier-network")
UNTIL: Final = datetime.fromisoformat("2026-03-06T12:00:00+08:00")
WAYBILL: Final = "YT7700000000099"


def told(number: int, channel: str, time: str, content: str, received: str = "") -> dict[str, Any]:
    event = {
        "specversion": "1.0", "id": f"t-{number}", "source": f"//{channel}.example", "time": time,
        "type": f"tousu.complaint.received.{channel}.v1",
        "data": {
            "kind": "complaint", "content": content, "complainant": {"phone": "19900000042"},
            "waybill_number": WAYBILL, channel.replace("-", "_"): BLOCKS[channel],
        },
    }  # fmt: skip
    if received:
        event["receivedtime"] = received
    return {"topic": f"complaints.inbound.{channel}", "key": WAYBILL, "event": event}


def separated(case_number: str, telling: dict[str, Any], time: str) -> dict[str, Any]:
    event = telling["event"]
    data = {
        "case_number": case_number, "telling": {"source": event["source"], "id": event["id"]}, "reason": "另一件事",
    }  # fmt: skip
    return {
        "topic": "complaints.inbound.desk", "key": case_number,
        "event": {
            "specversion": "1.0", "id": "s-1", "source": "/desk", "time": time, "type": "tousu.handling.separated.v1",
            "data": data,
        },
    }  # fmt: skip


def run(*lines: dict[str, Any]) -> list[dict[str, Any]]:
    return [orjson.loads(line)["event"] for line in simulate(POLICIES, [orjson.dumps(line) for line in lines], UNTIL)]


PHONE = told(1, "phone", "2026-03-03T10:00:00+08:00", "快件丢了，一直没找到")
APP = told(2, "app", "2026-03-04T09:00:00+08:00", "我的快件丢失了")
# The regulator's own form had been filled in before anybody telephoned.
REGULATOR = told(3, "third-party", "2026-03-02T15:00:00+08:00", "快件丢失", received="2026-03-04T11:00:00+08:00")
RUDE = told(4, "web", "2026-03-04T12:00:00+08:00", "快递员态度恶劣，骂人")


def due_of_resolution(events: list[dict[str, Any]], subject: str) -> list[str]:
    return [
        event["data"]["due_at"]
        for event in events
        if event["subject"] == subject
        and event["type"] in ("tousu.clock.started.v1", "tousu.clock.recalculated.v1")
        and event["data"]["clock"] == "resolution"
    ]


def numbers(events: list[dict[str, Any]]) -> list[str]:
    return [event["subject"] for event in events if event["type"] == "tousu.complaint.registered.v1"]


def test_three_channels_and_two_days_are_one_case() -> None:
    events = run(PHONE, APP, REGULATOR)
    (number,) = numbers(events)
    joined = [event for event in events if event["type"] == "tousu.duplicate.joined.v1"]
    sources = {event["data"]["source_event"]["source"] for event in joined}
    assert sources == {"//app.example", "//third-party.example"}
    assert all(event["subject"] == number for event in joined)


def test_the_earliest_receipt_starts_the_clock() -> None:
    early = told(5, "letter", "2026-03-01T09:00:00+08:00", "快件丢了", received="2026-03-02T09:00:00+08:00")
    events = run(PHONE, early)
    (number,) = numbers(events)
    # Loss is major: 5 working days. From Tue 3 March: Tue 10 March 24:00; from Mon 2 March: Mon 9 March 24:00.
    assert due_of_resolution(events, number) == ["2026-03-10T16:00:00Z", "2026-03-09T16:00:00Z"]


def test_another_trouble_with_the_same_piece_is_another_case() -> None:
    assert len(numbers(run(PHONE, RUDE))) == 2


def test_undoing_a_join_gives_the_clock_back_its_time() -> None:
    early = told(5, "letter", "2026-03-01T09:00:00+08:00", "快件丢了", received="2026-03-02T09:00:00+08:00")
    (number,) = numbers(run(PHONE, early))
    events = run(PHONE, early, separated(number, early, "2026-03-04T15:00:00+08:00"))
    assert due_of_resolution(events, number)[-1] == "2026-03-10T16:00:00Z"
    old, new = numbers(events)
    assert old == number
    assert due_of_resolution(events, new) == ["2026-03-09T16:00:00Z"]
