"""How far the times that people tell are believed.

The rule: never later than the record's append time, never further back than the pack's bound. Expected values are
worked out by hand on this page.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from tests.rules.intake.gate import Gate, complaint, of_all_channels, report
from tousu.event import Event, text_of_time

APPENDED = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
BOUND_DAYS = 30


def appended(event: Event, **attributes: str) -> Event:
    """The event as the edge hands it on when a broker appended it at `APPENDED`."""
    extensions = event.extensions | {"acceptedtime": text_of_time(APPENDED)} | attributes
    return msgspec.structs.replace(event, extensions=extensions)


def day(month: int, number: int, hour: int = 6, minute: int = 0) -> datetime:
    return datetime(2026, month, number, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "counts"),
    (
        (day(3, 2, 6, 0), day(3, 2, 6, 0)),
        (day(3, 2, 5, 59), day(3, 2, 5, 59)),
        (day(3, 2, 0, 0), day(3, 2, 0, 0)),  # six hours unread: the limit counts from the complaint all the same
        (day(3, 2, 6, 1), day(3, 2, 6, 0)),  # the sender's clock is ahead
        (day(1, 31), day(1, 31)),  # thirty days before, to the minute
        (day(1, 31, 5, 59), day(1, 31)),
        (day(1, 1), day(1, 31)),
    ),
)
def test_a_complaint_is_received_when_it_was_told_within_the_bounds(told: datetime, counts: datetime) -> None:
    gate = Gate(of_all_channels())
    gate.registers(appended(complaint(at=told)), APPENDED)
    assert gate.outputs[-1].data["received_at"] == text_of_time(counts)
    assert gate.outputs[-1].data["registered_at"] == text_of_time(APPENDED)


def test_the_receipt_that_an_adapter_names_counts_before_the_time_of_the_event() -> None:
    gate = Gate(of_all_channels())
    gate.registers(appended(complaint(at=day(2, 20)), receivedtime="2026-03-01T09:00:00+08:00"), APPENDED)
    assert gate.outputs[-1].data["received_at"] == "2026-03-01T01:00:00Z"


@pytest.mark.parametrize(
    ("told", "counts"),
    (
        (day(3, 2, 5, 0), day(3, 2, 5, 0)),
        (day(3, 2, 7, 0), day(3, 2, 6, 0)),
        (day(1, 31), day(1, 31)),
        (day(1, 30), day(1, 31)),
    ),
)
def test_a_report_counts_from_when_it_happened_within_the_same_bounds(told: datetime, counts: datetime) -> None:
    gate = Gate(of_all_channels())
    number = gate.registers(appended(complaint(at=APPENDED - timedelta(days=40))), APPENDED)
    (output,) = gate.hear(appended(report("judged", number, at=told, stands=True)), APPENDED).outputs
    assert output.time == counts


def test_the_bound_is_a_figure_of_the_pack() -> None:
    gate = Gate(msgspec.structs.replace(of_all_channels(), backdating_days=2))
    gate.registers(appended(complaint(at=day(2, 1))), APPENDED)
    assert gate.outputs[-1].data["received_at"] == text_of_time(day(2, 28))


def test_the_day_in_a_case_number_is_that_of_the_append_time() -> None:
    gate = Gate(of_all_channels())
    number = gate.registers(appended(complaint(at=day(2, 27))), APPENDED)
    assert number.startswith("20260302-")
