"""The peers that run as programs of their own: the bare confluent-kafka loop and the Faust agent doing intake's job."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from itertools import cycle, islice
from typing import Any, Final

import orjson

from bench.copies import REPOSITORY
from bench.ground import Ground, Out, rate
from bench.load import complaints
from bench.rehearsal import BEGINNING, PARTITIONS
from bench.sizes import Sizes
from tousu.local.machine import environment
from tousu.runtime.partition import partition_of

IN: Final = "bench.in"
OUT: Final = "bench.out"
LIMIT_S: Final = 240.0
DISTINCT_MAX: Final = 10_000
"""The loop remembers nothing, so its input may repeat itself; the agent remembers ids, so its input must not."""


def confluent_loop(ground: Ground, sizes: Sizes) -> dict[str, Any]:
    """The bare loop on complaints."""
    return _measure(ground, "bench.confluent_loop", sizes.loop_events)


def faust_intake(ground: Ground, sizes: Sizes) -> dict[str, Any] | None:
    """The Faust agent on complaints, or None where there is none in this tree."""
    return _measure(ground, "bench.faust_intake", sizes.faust_events) if find_spec("bench.faust_intake") else None


def _measure(ground: Ground, module: str, events: int) -> dict[str, Any]:
    ground.fresh_topics(IN, OUT)
    distinct = list(complaints(min(events, DISTINCT_MAX), BEGINNING, resent=False))
    ground.fill(
        Out(IN, partition_of(each.key, PARTITIONS), each.key.encode(), each.value, each.headers)
        for each in islice(cycle(distinct), events)
    )
    command = [sys.executable, "-m", module, "--broker", ground.kafka.address, "--topic", IN, "--out", OUT]
    done = subprocess.run(
        [*command, "--events", str(events)], capture_output=True, text=True, timeout=LIMIT_S, check=False,
        cwd=REPOSITORY, env={**environment(), "PYTHONPATH": str(REPOSITORY)},
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{module} failed: {done.stderr[-2000:]}")
    found: dict[str, Any] = orjson.loads(done.stdout.strip().splitlines()[-1])
    return found | {
        "per_s": rate(found["events"], found["wall_s"]),
        "cpu_us_per_event": found["cpu_s"] / found["events"] * 1e6,
    }
