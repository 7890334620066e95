"""A join undone: the telling leaves the case and becomes one of its own (features, number 17)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.rules.intake.gate import START, Gate, complaint, hours, report
from tousu.decision import StateKey
from tousu.event import Event

WAYBILL = {"waybill_number": "YT7700000000001"}


def telling(event: Event) -> dict[str, str]:
    return {"source": event.source, "id": event.id}


@pytest.fixture
def first() -> Event:
    data: dict[str, Any] = {**WAYBILL, "content": "快件丢了"}
    return complaint("phone", **data)


@pytest.fixture
def second() -> Event:
    data: dict[str, Any] = {**WAYBILL, "content": "请查一下。"}
    return complaint("app", at=START + hours(3), **data)


@pytest.fixture
def number(gate: Gate, first: Event, second: Event) -> str:
    number = gate.registers(first)
    assert gate.joins(second) == number
    return number


def test_the_telling_becomes_a_case_received_when_it_was(gate: Gate, number: str, second: Event) -> None:
    when = START + hours(5)
    outputs = gate.hear(report("separated", number, at=when, telling=telling(second), reason="另一件")).outputs
    assert [output.type for output in outputs] == ["tousu.duplicate.separated.v1", "tousu.complaint.registered.v1"]
    left, registered = (output.data for output in outputs)
    assert (left["case_number"], left["source_event"]) == (number, telling(second))
    assert left["new_case_number"] == registered["case_number"] != number
    assert registered["received_at"] == "2026-01-05T04:30:00Z"
    assert registered["source_event"] == telling(second)
    assert registered["channel"] == "app"


def test_both_cases_keep_their_own_record(gate: Gate, number: str, first: Event, second: Event) -> None:
    outputs = gate.hear(report("separated", number, telling=telling(second), reason="另一件")).outputs
    new = outputs[1].subject
    assert [(one.case_number, one.event_id) for one in gate.records(number)] == [(number, first.id)]
    assert [(one.case_number, one.event_id) for one in gate.records(new)] == [(new, second.id)]
    assert gate.states[StateKey("case", new)] is not None


def test_nobody_joins_the_new_case_by_itself(gate: Gate, number: str, second: Event) -> None:
    gate.hear(report("separated", number, telling=telling(second), reason="另一件"))
    data: dict[str, Any] = {**WAYBILL, "content": "请查一下。"}
    assert gate.joins(complaint("web", at=START + hours(6), **data)) == number


def test_of_two_tellings_of_one_source_and_id_the_channel_says_which_is_meant(gate: Gate, number: str) -> None:
    for channel in ("web", "letter"):
        said: dict[str, Any] = {**WAYBILL, "content": "请查一下。"}
        gate.joins(msgspec.structs.replace(complaint(channel, id_="1", **said), source="//gateway.example"))
    both = {"source": "//gateway.example", "id": "1"}
    refusal = gate.hear(report("separated", number, telling=both, reason="另一件")).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.place) == ("unknown_telling", "/telling/channel")
    for channel in ("letter", "web"):
        outputs = gate.hear(report("separated", number, telling=both | {"channel": channel}, reason="另一件")).outputs
        assert outputs[1].data["channel"] == channel


@pytest.mark.parametrize(
    "wrong", [{"source": "/adapters/app", "id": "never-told"}, {"source": "/adapters/web", "id": "e-1"}]
)
def test_a_telling_that_never_joined_is_refused(gate: Gate, number: str, wrong: dict[str, str]) -> None:
    refusal = gate.hear(report("separated", number, telling=wrong, reason="另一件")).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.place) == ("unknown_telling", "/telling")


def test_the_telling_that_began_the_case_stays(gate: Gate, number: str, first: Event) -> None:
    refusal = gate.hear(report("separated", number, telling=telling(first), reason="另一件")).refusal
    assert refusal is not None
    assert refusal.reason == "unknown_telling"
    assert "began the case" in refusal.message


def test_a_telling_leaves_once(gate: Gate, number: str, second: Event) -> None:
    gate.hear(report("separated", number, telling=telling(second), reason="另一件"))
    refusal = gate.hear(report("separated", number, telling=telling(second), reason="另一件")).refusal
    assert refusal is not None
    assert refusal.reason == "unknown_telling"


def test_a_re_sent_telling_has_no_effect_after_it_left(gate: Gate, number: str, second: Event) -> None:
    gate.hear(report("separated", number, telling=telling(second), reason="另一件"))
    assert gate.hear(second).no_op == "exists"
