"""A broker's clock that runs ahead of every other clock holds the shard; whatever one of them confirms is time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tousu.failure import Stop
from tousu.runtime.broker import Record
from tousu.runtime.checkpoint import Checkpoint, micros
from tousu.runtime.processor import Input
from tousu.runtime.shard import Shard, append_time_us
from tousu.runtime.store import Opened

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NOBODY_US = -1
S60 = timedelta(seconds=60)
TEN_DAYS = timedelta(days=10)


def check(
    appended: datetime, *, known: datetime = NOON, machine: datetime = NOON, others: datetime | None = None,
    accepted: datetime | None = None,
) -> None:  # fmt: skip
    checkpoint = Checkpoint(time_us=micros(known))
    if accepted is not None:
        checkpoint.clock_accepted_us = micros(accepted)
    shard = Shard(0, Opened(1, 1, checkpoint, b""), (Input("phone"),), 1, in_order=True)
    others_us = NOBODY_US if others is None else micros(others)
    shard.check_time(micros(appended), "complaints.inbound.phone/0 offset 7", machine, others_us)


@pytest.mark.parametrize(
    ("ahead", "holds"),
    ((timedelta(seconds=59), False), (S60, False), (S60 + timedelta(milliseconds=1), True), (TEN_DAYS, True)),
)
def test_the_bound_is_sixty_seconds(ahead: timedelta, holds: bool) -> None:
    if not holds:
        check(NOON + ahead)
        return
    with pytest.raises(Stop) as stop:
        check(NOON + ahead)
    assert stop.value.reason == "clock_jump"
    assert "complaints.inbound.phone/0 offset 7" in stop.value.message


def test_after_a_standstill_the_machine_confirms_the_time() -> None:
    check(NOON + timedelta(hours=6), machine=NOON + timedelta(hours=6))


def test_a_machine_that_is_behind_holds_nobody_while_the_other_brokers_agree() -> None:
    check(NOON + TEN_DAYS, machine=NOON - TEN_DAYS, others=NOON + TEN_DAYS - timedelta(seconds=2))


def test_a_machine_that_is_ahead_confirms_only_what_the_brokers_say() -> None:
    check(NOON + timedelta(seconds=1), machine=NOON + TEN_DAYS)


def test_an_operator_may_accept_a_jump_up_to_a_time() -> None:
    check(NOON + TEN_DAYS, accepted=NOON + TEN_DAYS)
    with pytest.raises(Stop):
        check(NOON + 2 * TEN_DAYS, accepted=NOON + TEN_DAYS)


def test_a_record_that_no_broker_stamped_stops_the_shard_and_says_how_to_mend_the_topic() -> None:
    with pytest.raises(Stop) as stop:
        append_time_us(Record("complaints.inbound.phone", 2, 7, None, b"", (), -1))
    assert stop.value.reason == "no_append_time"
    assert "complaints.inbound.phone/2 offset 7" in stop.value.message
    assert "message.timestamp.type=LogAppendTime" in stop.value.message
