"""How far the time is believed that a record of ours promises: never far past the moment at which it was appended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tousu.event import text_of_time
from tousu.runtime.arrival import Arrival, from_ours
from tousu.runtime.broker import Record
from tousu.runtime.checkpoint import micros

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def read(promised: datetime, appended_ms: int, *, by_broker: bool = True) -> Arrival:
    told = {
        "ce_id": "router/1:1", "ce_source": "tousu/router", "ce_type": "tousu.time.ticked.v1",
        "ce_time": text_of_time(promised), "ce_specversion": "1.0", "tousu-origin": "router/1", "tousu-seq": "1",
        "tousu-time": text_of_time(promised),
    }  # fmt: skip
    headers = [(name, value.encode()) for name, value in told.items()]
    record = Record("cases", 1, 0, None, b"{}", headers, appended_ms)
    return from_ours(record, {"cases|router/1"}, by_broker=by_broker)


@pytest.mark.parametrize("behind", [timedelta(), timedelta(days=3), -MINUTE])
def test_what_can_be_is_believed(behind: timedelta) -> None:
    found = read(NOON - behind, micros(NOON) // 1000)
    assert (found.time_us, found.is_ahead) == (micros(NOON - behind), False)


@pytest.mark.parametrize("ahead", [MINUTE + timedelta(milliseconds=1), timedelta(days=26_000)])
def test_what_lies_further_ahead_than_brokers_differ_is_not(ahead: timedelta) -> None:
    found = read(NOON + ahead, micros(NOON) // 1000)
    assert (found.time_us, found.is_ahead) == (micros(NOON + MINUTE), True)
    assert found.event is not None, "it is taken: its writer is known"


def test_simulated_time_and_a_record_without_append_time_are_believed() -> None:
    far = NOON + timedelta(days=365)
    assert read(far, micros(NOON) // 1000, by_broker=False).time_us == micros(far)
    assert read(far, -1).time_us == micros(far)
