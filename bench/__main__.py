"""`make bench`: measure everything once, side by side, and write the report.

    python -m bench [--size full|quick|tiny] [--only NAME ...] [--json] [--docs DIR | --no-docs] [--from FIGURES.json]

Exit status: 0 when everything was measured (whether or not the targets are met), 1 when something could not be.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, Final

import orjson
from rich.console import Console

from bench import (
    against,
    alone,
    catching_up,
    deadlines,
    herd,
    latency,
    memory,
    month,
    peers,
    plots,
    profiles,
    recount,
    report,
    rules,
    ticks,
    whole,
)
from bench.copies import REPOSITORY
from bench.ground import Ground
from bench.machine import describe
from bench.rehearsal import Rehearsal
from bench.sizes import SIZES, Sizes
from tousu.local.machine import NotOnThisMachine
from tousu.local.process import ServerFailed

MEASURES: Final = (
    "confluent_loop", "faust_intake", "memory", "against", "alone", "whole", "catching_up", "latency", "ticks", "herd",
    "month", "recount", "deadlines", "rules", "profiles",
)  # fmt: skip


def main() -> int:
    options = _options()
    said = Console(stderr=True)
    try:
        if options.from_file is not None:
            found = orjson.loads(options.from_file.read_bytes())
        else:
            found = run(SIZES[options.size], options.only or MEASURES, lambda line: said.print(line, highlight=False))
    except (NotOnThisMachine, ServerFailed, RuntimeError) as error:
        said.print(f"bench stopped: {error}", highlight=False)
        return 1
    if options.docs is not None:
        names = plots.draw(found["figures"], found["machine"], options.docs / report.FOLDER)
        page = report.write(found, options.docs, names)
        said.print(f"written: {page}", highlight=False)
    if options.json:
        sys.stdout.write(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode() + "\n")
    else:
        report.show(found, Console())
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure tousu beside its peers.")
    parser.add_argument("--size", choices=tuple(SIZES), default="full", help="how much is measured (default: full)")
    parser.add_argument("--only", action="append", choices=MEASURES, help="this measure alone (may be repeated)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    docs = parser.add_mutually_exclusive_group()
    docs.add_argument("--docs", type=Path, default=REPOSITORY / "docs", help="folder of the report (default: docs)")
    docs.add_argument("--no-docs", dest="docs", action="store_const", const=None, help="write no report")
    parser.add_argument(
        "--from", dest="from_file", type=Path, help="measure nothing; write the report of these figures again"
    )
    return parser.parse_args()


def run(sizes: Sizes, names: Collection[str], say: Callable[[str], None]) -> dict[str, Any]:
    """Measure what is named, on servers that are started for it and gone afterwards."""
    started_s = time.monotonic()
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="tousu-bench-") as folder, Ground(Path(folder)) as ground:
        machine = describe(ground)
        rehearsal: list[Rehearsal] = []

        def rehearsed() -> Rehearsal:
            if not rehearsal:
                rehearsal.append(Rehearsal(sizes.cases))
            return rehearsal[0]

        work: dict[str, Callable[[], Any]] = {
            "confluent_loop": lambda: peers.confluent_loop(ground, sizes),
            "faust_intake": lambda: peers.faust_intake(ground, sizes),
            "memory": lambda: memory.measure(ground),
            "rules": lambda: rules.measure(sizes),
            "against": lambda: against.measure(sizes.against_cases, sizes.against_pairs),
            "alone": lambda: alone.measure(ground, sizes, rehearsed()),
            "whole": lambda: whole.measure(ground, sizes),
            "catching_up": lambda: catching_up.measure(ground, sizes),
            "latency": lambda: latency.measure(ground, sizes),
            "ticks": lambda: ticks.measure(ground, sizes),
            "herd": lambda: herd.measure(ground, sizes),
            "month": lambda: month.measure(ground, sizes),
            "deadlines": deadlines.measure,
            "recount": lambda: recount.measure(ground, sizes),
            "profiles": lambda: profiles.measure(ground, sizes, rehearsed()),
        }
        for name in MEASURES:
            if name not in names:
                continue
            say(f"[{time.monotonic() - started_s:5.0f} s] {name.replace('_', ' ')} …")
            figures[name] = work[name]()
    return {
        "machine": machine, "sizes": sizes._asdict(), "took_s": time.monotonic() - started_s, "figures": figures,
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
