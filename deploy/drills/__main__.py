"""`make drill NAME=TousuAbsent`: break something on a stack of this machine's own and see the alert fire in its time.

Exit status: 0 it fired in time and not before; 1 it did not; 2 there is no such drill, or Prometheus is missing.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Final

import yaml

from deploy.drills.faults import DRILLS, Drill
from deploy.drills.stack import Stack
from deploy.local.prometheus import RULES, is_here
from tousu.local.machine import NotOnThisMachine
from tousu.local.process import ServerFailed

SLACK_S: Final = 30.0
"""For scraping, evaluating, and a machine that has other things to do."""
CALM_S: Final = 15.0
"""So long all must be calm before the fault."""
AGAIN_S: Final = 5.0
UNITS_S: Final = {"s": 1, "m": 60, "h": 3600}


def for_s(alert: str) -> float:
    """How long the expression of an alert must hold before it fires (seconds)."""
    groups = yaml.safe_load((RULES / "rules.yaml").read_text("utf-8"))["groups"]
    words = next(rule.get("for", "0s") for group in groups for rule in group["rules"] if rule["alert"] == alert)
    return float(words[:-1]) * UNITS_S[words[-1]]


def within_s(drill: Drill) -> float:
    """The stated time."""
    return drill.needs_s + for_s(drill.alert) + SLACK_S


def held(drill: Drill, folder: Path) -> str:
    """Hold one drill. Returns what went wrong; empty where the alert fired in its time."""
    with Stack(folder, drill.settings(folder)) as stack:
        stack.complain(5)
        threading.Event().wait(CALM_S)
        if stack.firing(drill.alert):
            return f"{drill.alert} fires although nothing is broken"
        print(f"{drill.alert}: {drill.what}; it must fire within {within_s(drill):.0f} s", flush=True)
        began_s = time.monotonic()
        drill.make(stack)
        while not stack.firing(drill.alert):
            if time.monotonic() - began_s > within_s(drill):
                return f"{drill.alert} did not fire within {within_s(drill):.0f} s"
            threading.Event().wait(1.0)
            if int(time.monotonic() - began_s) % int(AGAIN_S) == 0:
                drill.again(stack)
        took_s = time.monotonic() - began_s
        print(f"{drill.alert}: fired after {took_s:.0f} s of {within_s(drill):.0f} s", flush=True)
        stack.broker.resume()
    return ""


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in DRILLS]
    if unknown or not names:
        print(f"name a drill: {', '.join(DRILLS)}", file=sys.stderr)
        return 2
    if not is_here():
        print("drills need Prometheus: apt-get install prometheus", file=sys.stderr)
        return 2
    status = 0
    for name in names:
        with tempfile.TemporaryDirectory(prefix="tousu-drill-") as folder:
            try:
                fault = held(DRILLS[name], Path(folder))
            except (ServerFailed, NotOnThisMachine) as error:
                fault = str(error)
        if fault:
            print(fault, file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
