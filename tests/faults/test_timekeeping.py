"""A processor's database is away for a minute, an hour, six: every clock starts and ends as what was told says.

The oracle (tests/faults/timekeeping.py) reads the inbound records alone. `make faults-long` has 20,000 behind.
"""

from __future__ import annotations

import os
import resource
import time
from datetime import timedelta
from pathlib import Path

import pytest

from tests.faults import broken
from tests.faults.standstill import Standstill
from tests.faults.timekeeping import Findings
from tousu.runtime.loop import Loop


def findings(
    outage: timedelta, complaints: int, loop_type: type[Loop] = Loop, host_off: timedelta = timedelta(0),
    who: str = "intake", folder: Path | None = None,
) -> Findings:  # fmt: skip
    world = Standstill(1, loop_type, host_off, folder)
    try:
        return world.run(outage, complaints, who)
    finally:
        world.close()


def check(found: Findings) -> None:
    """Nothing is wrong, and what can become of a clock has become of some."""
    assert not found.wrong, str(found)
    assert min(found.fates[fate] for fate in ("met", "withdrawn", "breached")) > 100, str(found)


@pytest.mark.parametrize(
    ("outage", "complaints"),
    ((timedelta(minutes=1), 300), (timedelta(minutes=10), 400), (timedelta(hours=6), 500)),
    ids=("a minute", "ten minutes", "six hours"),
)
def test_what_is_told_in_an_outage_counts_from_when_it_was_told(outage: timedelta, complaints: int) -> None:
    check(findings(outage, complaints))


@pytest.mark.parametrize("who", ("router", "sla"))
def test_who_is_an_hour_behind_judges_by_what_was_told_and_when(who: str) -> None:
    """All that was accepted in the hour lies on the topic and is read at once."""
    check(findings(timedelta(hours=1), 300, who=who))


@pytest.mark.long
def test_what_has_piled_up_in_six_hours_is_judged_as_if_nothing_had(tmp_path: Path) -> None:
    """`TOUSU_BEHIND` complaints are told meanwhile (20,000), and `TOUSU_BEHIND_WHO` (intake) is away."""
    complaints, who = int(os.environ.get("TOUSU_BEHIND", "20000")), os.environ.get("TOUSU_BEHIND_WHO", "intake")
    began_s = time.monotonic()
    world = Standstill(1, folder=tmp_path)
    try:
        found = world.run(timedelta(hours=6), complaints, who)
    finally:
        world.close()
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(f"{world.behind_max} records behind {who}: {found}")
    print(
        f"{time.monotonic() - began_s:.0f} s, {used.ru_utime + used.ru_stime:.0f} s of CPU, {used.ru_maxrss >> 10} MB"
    )
    check(found)


def test_a_host_ten_days_ahead_decides_nothing() -> None:
    check(findings(timedelta(minutes=1), 150, host_off=timedelta(days=10)))


@pytest.mark.parametrize(
    ("loop_type", "host_off", "kinds"),
    (
        (broken.StampsByTheLastTick, timedelta(0), ("start", "verdict")),
        (broken.TrustsItsHost, timedelta(days=10), ("start", "verdict")),
        (broken.TakesTheWritersTime, timedelta(days=10), ("start", "verdict")),
        (broken.TakesTopicsAsTheyCome, timedelta(0), ("start", "verdict")),
    ),
    ids=("stamp by last tick", "host ten days ahead", "create time", "no merge by append time"),
)
def test_the_oracle_catches_a_broken_safeguard_of_time(
    loop_type: type[Loop], host_off: timedelta, kinds: tuple[str, ...]
) -> None:
    found = findings(timedelta(minutes=1), 300, loop_type, host_off)
    assert all(found.count(kind) > 10 for kind in kinds), str(found)
