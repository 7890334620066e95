"""Case numbers: everything about a case meets in the shard that accepted it."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.numbers import LETTERS, mint
from tests.rules.intake.gate import Gate, complaint, hours
from tousu.contract.schemas import documents
from tousu.policy.pack import Pack
from tousu.runtime.partition import partition_of

SHAPE = re.compile(r"[0-9]{8}-[0-9]{2,}-[0-9]{4,}-[2-9A-Z]{2,}")


@settings(max_examples=200, deadline=None)
@given(
    day=st.dates(date(2024, 1, 1), date(2199, 12, 31)),
    shard_of=st.integers(1, 64).flatmap(lambda n: st.tuples(st.integers(0, n - 1), st.just(n))),
    place=st.integers(1, 200_000),
)
def test_a_number_falls_into_the_shard_that_gives_it(day: date, shard_of: tuple[int, int], place: int) -> None:
    shard, partitions = shard_of
    number = mint(day, shard, place, lambda key: partition_of(key, partitions))
    assert partition_of(number, partitions) == shard
    assert SHAPE.fullmatch(number)
    values = documents().by_address["https://tousu.example/schemas/shared/values.json"]
    assert re.fullmatch(values["$defs"]["case_number"]["pattern"], number)


def test_no_two_cases_of_a_day_have_one_number() -> None:
    numbers = {
        mint(date(2026, 1, 4), shard, place, lambda key: partition_of(key, 12))
        for shard in range(12)
        for place in range(1, 200)
    }
    assert len(numbers) == 12 * 199


def test_a_thousand_partitions_are_served_too() -> None:
    number = mint(date(2026, 1, 4), 997, 1, lambda key: partition_of(key, 1000))
    assert partition_of(number, 1000) == 997


def test_letters_that_are_misread_are_left_out() -> None:
    assert not set(LETTERS) & set("0O1ILU")


def test_a_day_begins_at_midnight_where_the_company_is(gate: Gate) -> None:
    """The pack's zone is Asia/Shanghai: 16:00 UTC is the next day."""
    before = gate.registers(complaint(at=gate.now.replace(hour=15, minute=59)))
    again = gate.registers(complaint(at=gate.now))
    after = gate.registers(complaint(at=gate.now.replace(hour=16, minute=0)))
    assert [number[:16] for number in (before, again, after)] == [
        "20260105-03-0001", "20260105-03-0002", "20260106-03-0001",
    ]  # fmt: skip


def test_a_clock_set_back_gives_no_number_twice(gate: Gate) -> None:
    """The shard goes to a host whose clock is slow, over midnight, while the watermark still stands before it."""
    tick = gate.now.replace(hour=15, minute=59)
    numbers = [
        gate.registers(complaint(at=accepted), now=tick)
        for accepted in (tick, tick + hours(0.1), tick - hours(0.1), tick + hours(0.1))
    ]
    assert [number[:16] for number in numbers] == [
        "20260105-03-0001", "20260106-03-0001", "20260106-03-0002", "20260106-03-0003",
    ]  # fmt: skip
    registered = [output.data["registered_at"] for output in gate.outputs]
    assert registered == sorted(registered)


@pytest.mark.parametrize("shard", range(12))
def test_every_shard_numbers_into_itself(pack: Pack, shard: int) -> None:
    gate = Gate(pack, shard)
    assert {partition_of(gate.registers(complaint()), 12) for _ in range(5)} == {shard}
