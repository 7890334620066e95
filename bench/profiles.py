"""Where each processor's CPU time goes, grouped into what an operator or a developer could change."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any, Final

from bench.alone import complaints_backlog
from bench.copies import REPOSITORY
from bench.ground import Ground
from bench.rehearsal import STATEFUL, Rehearsal, alone, patience_for
from bench.sampling import Samples, Spot, sampled
from bench.sizes import Sizes

TOP: Final = 12
GROUPS: Final = (
    ("services/", "the rules"),
    ("tousu/policy/", "the rules"),
    ("tousu/contract/", "checks against the contract"),
    ("tousu/edge.py", "checks against the contract"),
    ("tousu/runtime/outgoing.py", "checks against the contract"),
    ("jsonschema_rs", "checks against the contract"),
    ("tousu/runtime/store.py", "SQL: rows made, read and written"),
    ("tousu/runtime/dialect.py", "SQL: rows made, read and written"),
    ("tousu/runtime/processor.py", "SQL: rows made, read and written"),
    ("tousu/runtime/checkpoint.py", "numbers, digests, checkpoint"),
    ("tousu/runtime/watermark.py", "numbers, digests, checkpoint"),
    ("tousu/runtime/partition.py", "numbers, digests, checkpoint"),
    ("tousu/runtime/timer_queue.py", "clocks: what is due"),
    ("tousu/runtime/simulated.py", "the simulated broker"),
    ("tousu/runtime/arrival.py", "reading inputs"),
    ("tousu/event.py", "reading inputs"),
    ("tousu/runtime/merge.py", "reading inputs"),
    ("tousu/runtime/shard_turn.py", "the fold: states in hand, outputs made"),
    ("tousu/runtime/loop.py", "the fold: states in hand, outputs made"),
    ("sqlalchemy", "SQL: rows made, read and written"),
    ("psycopg", "SQL: rows made, read and written"),
)


def measure(ground: Ground, sizes: Sizes, rehearsal: Rehearsal) -> dict[str, Any]:
    """Each stateful processor in this process on the simulated broker and PostgreSQL."""
    found = {}
    for name in STATEFUL:
        backlog = complaints_backlog(sizes.intake_events) if name == "intake" else rehearsal.backlog(name)
        url = ground.database("postgresql", f"profile_{name}")
        stage = alone(name, backlog, url)
        started_s = time.process_time()
        with sampled() as samples:
            events = stage.drain(patience_for(backlog))
        used_s = time.process_time() - started_s
        stage.loop.finish()
        ground.drop(url)
        found[name] = _said(samples, used_s / events * 1e6)
    return found


def _said(samples: Samples, us_per_event: float) -> dict[str, Any]:
    groups: Counter[str] = Counter()
    for spot, count in samples.own.items():
        groups[_group(spot)] += count
    total = max(1, samples.total)
    return {
        "cpu_us_per_event": us_per_event,
        "samples": samples.total,
        "groups": {group: count / total for group, count in groups.most_common()},
        "spots": [
            {"place": f"{_short(file)}: {function}", "share": count / total}
            for (file, function), count in samples.within.most_common(200)
            if _is_ours(file) and function.rpartition(".")[2] not in _WHOLE
        ][:TOP],
    }


_WHOLE: Final = frozenset({"step", "_work", "_turn", "_fold", "_fold_shard", "fold", "_fold_event", "drain", "measure"})
"""Functions that hold everything; they say nothing about where time goes."""


def _group(spot: Spot) -> str:
    path = _short(spot.file)
    return next((group for start, group in GROUPS if start in path), "elsewhere")


def _is_ours(file: str) -> bool:
    return _short(file).startswith(("tousu/", "services/"))


def _short(file: str) -> str:
    path = Path(file)
    if path.is_relative_to(REPOSITORY) and ".venv" not in path.parts:
        return str(path.relative_to(REPOSITORY))
    return file.rpartition("site-packages/")[2]
