"""Is an event dearer than it was? CPU time of each processor here and at a former commit, in one run, turn about.

    python -m bench.against COMMIT [--cases N] [--pairs N] [--only PROCESSOR ...] [--json]

The former commit is taken out of git into a folder that is gone afterwards. Each tree is measured by its own benchmark
(`bench.rehearsal`) in a process of its own: a backlog in memory, SQLite in memory, no broker. The two take turns, a
fraction of a second each, and the ratio is the median of those of all pairs: what else the machine does troubles both
alike. Exit status: 0 when both could be measured, 1 when not.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final, Self

import orjson

REPOSITORY: Final = Path(__file__).resolve().parents[1]
FORMER: Final = "482c717"
"""What `make bench` holds the present against: the last commit before time, rights and persons were made safe."""
PROCESSORS: Final = ("intake", "router", "sla", "claims", "penalties")

_WORKER: Final = """
import gc, sys, time
from bench.alone import complaints_backlog
from bench.rehearsal import Rehearsal, alone, patience_for
cases, names = int(sys.argv[1]), sys.argv[2:]
rehearsal = Rehearsal(cases) if set(names) - {"intake"} else None
backlogs = {
    name: complaints_backlog(cases * 4) if name == "intake" else rehearsal.backlog(name) for name in names
}
gc.collect(); gc.freeze(); gc.set_threshold(50_000, 20, 20)  # as a process does at its start
print("ready", flush=True)
for line in sys.stdin:
    backlog = backlogs[line.strip()]
    stage = alone(line.strip(), backlog)
    gc.collect()
    begun_s = time.process_time()
    events = stage.drain(patience_for(backlog))
    used_s = time.process_time() - begun_s
    stage.loop.finish()
    print(used_s / events * 1e6, flush=True)
"""
"""Measures in one tree, by names that the benchmark has had since the former commit: a name in, microseconds out."""


class NotMeasured(RuntimeError):
    """A commit that is not there, or a tree that cannot be measured."""


class Worker:
    """The benchmark of one tree, in a process of its own, ready to measure a processor when asked."""

    def __init__(self, tree: Path, cases: int, names: Sequence[str]) -> None:
        self._tree = tree
        self._process = subprocess.Popen(
            [sys.executable, "-c", _WORKER, str(cases), *names],
            cwd=tree, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def ready(self) -> None:
        """Wait until it has its backlogs. Raises NotMeasured."""
        self._answer()

    def us(self, name: str) -> float:
        """CPU time of a processor for its backlog, an event. Raises NotMeasured."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{name}\n")
        self._process.stdin.flush()
        return float(self._answer())

    def _answer(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise NotMeasured(f"the benchmark of {self._tree} ended; what it said stands above")
        return line.strip()


def measure(
    cases: int, pairs: int, commit: str = FORMER, names: Sequence[str] = PROCESSORS, repository: Path = REPOSITORY
) -> dict[str, Any]:
    """Microseconds of CPU time an event, here and there, and their ratio, by processor. Raises NotMeasured."""
    with tempfile.TemporaryDirectory(prefix="tousu-former-") as folder:
        unpack(repository, commit, Path(folder))
        with Worker(repository, cases, names) as now, Worker(Path(folder), cases, names) as former:
            for worker in (now, former):
                worker.ready()
            processors = {name: _compared(now, former, name, pairs) for name in names}
    return {"commit": commit, "cases": cases, "pairs": pairs, "processors": processors}


def _compared(now: Worker, former: Worker, name: str, pairs: int) -> dict[str, float]:
    """Now and former, former and now, and so on; before that each once for nothing, to be warm."""
    found: list[tuple[float, float]] = []
    for number in range(-1, pairs):
        if number % 2:
            former_us, now_us = former.us(name), now.us(name)
        else:
            now_us, former_us = now.us(name), former.us(name)
        if number >= 0:
            found.append((now_us, former_us))
    ratios = sorted(now_us / former_us for now_us, former_us in found)
    return {
        "us": min(now_us for now_us, _ in found),
        "former_us": min(former_us for _, former_us in found),
        "ratio": median(ratios),
        "ratio_low": ratios[len(ratios) // 4],
        "ratio_high": ratios[len(ratios) * 3 // 4],
    }


def unpack(repository: Path, commit: str, folder: Path) -> None:
    """Write the tree of a commit into a folder. Raises NotMeasured where there is no such commit."""
    done = subprocess.run(["git", "archive", commit], cwd=repository, capture_output=True, check=False)
    if done.returncode:
        raise NotMeasured(f"commit {commit} cannot be had here: {done.stderr.decode(errors='replace').strip()}")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
        tar.extractall(folder, filter="data")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.against", description="CPU time an event, now and then.")
    parser.add_argument("commit", nargs="?", default=FORMER, help=f"what to compare with (default: {FORMER})")
    parser.add_argument("--cases", type=int, default=100, help="cases of the rehearsal; intake gets 4 complaints each")
    parser.add_argument("--pairs", type=int, default=21, help="how often the two are measured (default: 21)")
    parser.add_argument("--only", action="append", choices=PROCESSORS, help="this processor alone (may be repeated)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    try:
        found = measure(options.cases, options.pairs, options.commit, options.only or PROCESSORS)
    except NotMeasured as error:
        sys.stderr.write(f"bench.against stopped: {error}\n")
        return 1
    if options.json:
        sys.stdout.write(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode() + "\n")
        return 0
    for name, each in found["processors"].items():
        said = f"{each['us']:7.1f} us, at {options.commit} {each['former_us']:7.1f} us, ratio {each['ratio']:.3f}"
        sys.stdout.write(f"{name:10} {said} ({each['ratio_low']:.3f} to {each['ratio_high']:.3f})\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
