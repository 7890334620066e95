"""A demo that is played once for all who look at it afterwards, with a Prometheus watching where there is one."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from deploy.local.prometheus import Prometheus, Series

TOUSU = str(Path(sys.executable).with_name("tousu"))
WAIT_S = 180.0
EVERYBODY = 6
"""Processors of the demo."""


class Played(NamedTuple):
    """A demo that has ended: its folder and what it said."""

    data: Path
    said: str
    took_s: float


class Watched(NamedTuple):
    """A Prometheus that has watched a demo: from when to when (seconds since 1970) all processors were seen."""

    prometheus: Prometheus
    from_s: float
    to_s: float
    rules: list[Series]
    """How the rules stood just before the end."""


def run(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"TOUSU_TIME": "events"}  # as the demo's own processors have it
    return subprocess.run([TOUSU, *arguments], capture_output=True, text=True, check=check, timeout=WAIT_S, env=env)


def play(kind: str, data: Path) -> Played:
    began_s = time.monotonic()
    said = run("demo", "--broker", kind, "--data", str(data)).stdout
    return Played(data, said, time.monotonic() - began_s)


def watched(prometheus: Prometheus) -> Watched:
    """What a Prometheus has seen of a demo that has just ended."""
    rules, now_s = prometheus.rules(), time.time()
    prometheus.rest()
    (seen,) = prometheus.course(f'count(up{{job="tousu"}} == 1) == {EVERYBODY}', now_s - WAIT_S, now_s, 0.25)
    return Watched(prometheus, float(seen["values"][0][0]), float(seen["values"][-1][0]), rules)
