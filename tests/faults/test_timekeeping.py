"""Intake's database is away for a minute, ten minutes, six hours: every clock starts and ends as what was told says.

The oracle (tests/faults/timekeeping.py) reads the inbound records alone. `make faults-long` has a million behind.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.faults.standstill import Standstill
from tests.faults.timekeeping import Findings


def findings(outage: timedelta, complaints: int, seed: int = 1) -> Findings:
    world = Standstill(seed)
    try:
        return world.run(outage, complaints)
    finally:
        world.close()


def check(found: Findings) -> None:
    """Nothing is wrong, and what can become of a clock has become of some."""
    assert not found.wrong, str(found)
    assert min(found.fates[fate] for fate in ("met", "withdrawn", "breached")) > 100, str(found)


@pytest.mark.parametrize(
    ("outage", "complaints"),
    ((timedelta(minutes=1), 3_000), (timedelta(minutes=10), 4_000), (timedelta(hours=6), 5_000)),
    ids=("a minute", "ten minutes", "six hours"),
)
def test_what_is_told_in_an_outage_counts_from_when_it_was_told(outage: timedelta, complaints: int) -> None:
    check(findings(outage, complaints))


@pytest.mark.long
def test_a_million_behind() -> None:
    check(findings(timedelta(hours=6), 1_000_000))
