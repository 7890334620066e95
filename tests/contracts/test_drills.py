"""Drills are for alerts that there are, and the page says in which time each fires. Holding them: `make drill`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import yaml

from deploy.drills.__main__ import within_s
from deploy.drills.faults import DRILLS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/operations.md").read_text("utf-8")
ALERTS = {
    rule["alert"]
    for group in yaml.safe_load((ROOT / "deploy/prometheus/rules.yaml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
}


def test_every_alert_has_a_drill() -> None:
    assert DRILLS.keys() == ALERTS


def test_the_page_has_every_drill_with_its_fault_and_its_time() -> None:
    told = {
        alert: (fault, int(seconds))
        for alert, fault, seconds in re.findall(r"^\| `(Tousu\w+)` \| ([^|]+) \| (\d+) s \|", PAGE, re.MULTILINE)
    }
    assert told == {name: (drill.what, round(within_s(drill))) for name, drill in DRILLS.items()}


def test_a_drill_that_there_is_not_is_answered_with_those_that_there_are() -> None:
    done = subprocess.run([sys.executable, "-m", "deploy.drills", "TousuX"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert all(name in done.stderr for name in DRILLS)
