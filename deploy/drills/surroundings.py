"""How the stack of a drill is set up where that is the fault, or where the fault needs it: TOUSU_* variables."""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tousu.local.machine import NotOnThisMachine
from tousu.policy.loading import POLICIES

Settings = Mapping[str, Mapping[str, str]]
"""Variables by processor; those of "" are everybody's."""
EVERYBODY: Final = ""
CLOCK_FILE: Final = "clock"
"""In the drill's folder: how far the clock of penalties is off (clock.c)."""
_CLOCK_SOURCE: Final = Path(__file__).with_name("clock.c")


def as_shipped(folder: Path) -> Settings:
    """The defaults."""
    return {}


def stalls_when_taken_again(folder: Path) -> Settings:
    """Trends has a loop of its own; of claims the loop stands still when it takes one of its four shards once more."""
    return {"claims": {"TOUSU_FAILPOINT": "after_epoch:5:stall"}}


def counts_seldom(folder: Path) -> Settings:
    """Somebody wanted to spare the database."""
    return {"sla": {"TOUSU_CENSUS_S": "7200"}}


def without_routes(folder: Path) -> Settings:
    """A pack whose limits hang on the route and wait for it, and channels that do not ask for it."""
    return _complaints_where(folder, "{route: [same_city, domestic]}")


def short_limits(folder: Path) -> Settings:
    """Whoever inquires by telephone is answered within a minute, so that clocks fire while a drill lasts."""
    return _pack(folder, ("limit: {amount: 30, unit: elapsed_minutes", "limit: {amount: 1, unit: elapsed_minutes"))


def without_clocks(folder: Path) -> Settings:
    """A pack in which a complaint by telephone has no limit: each applies to letters alone."""
    return _complaints_where(folder, "{channel: [letter]}")


def without_calendar(folder: Path) -> Settings:
    """The calendar ends with the year 2025."""
    calendars = folder / "calendars"
    calendars.mkdir(parents=True, exist_ok=True)
    whole = (POLICIES / "calendars" / "china.yaml").read_text("utf-8")
    kept, mark, _ = whole.partition('  - version: "2025-')
    assert mark, "the calendar has no version of 2025 any more"
    (calendars / "china.yaml").write_text(kept, "utf-8")
    return _pack(folder)


def other_clock(folder: Path) -> Settings:
    """Penalties sees a clock of the machine that can be set, which is right until somebody sets it."""
    compiler = shutil.which("cc")
    if compiler is None:
        raise NotOnThisMachine("this drill sets the clock of one process: apt-get install gcc libc6-dev")
    folder.mkdir(parents=True, exist_ok=True)
    library, file = folder / "clock.so", folder / CLOCK_FILE
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(library), str(_CLOCK_SOURCE), "-ldl"], check=True)
    set_clock(file, 0)
    return {"penalties": {"LD_PRELOAD": str(library), "DRILL_CLOCK": str(file)}}


def set_clock(file: Path, offset_s: int) -> None:
    """Say how far that clock is off. In place: the process has the file before its eyes."""
    file.touch()
    with file.open("r+b") as opened:
        opened.write(struct.pack("=q", offset_s))


def _complaints_where(folder: Path, condition: str) -> Settings:
    starts = "    kind: complaint\n    section: C 5\n"
    return _pack(folder, (starts, f"{starts}    applies_when: {condition}\n"))


def _pack(folder: Path, *changes: tuple[str, str]) -> Settings:
    """A copy of the pack of a courier network, changed."""
    folder.mkdir(parents=True, exist_ok=True)
    text = (POLICIES / "courier-network.yaml").read_text("utf-8")
    for there, wanted in changes:
        assert there in text, there
        text = text.replace(there, wanted)
    file = folder / "courier-network.yaml"
    file.write_text(text, "utf-8")
    return {EVERYBODY: {"TOUSU_PACK": str(file)}}
