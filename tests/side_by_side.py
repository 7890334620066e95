"""Every test, in lanes side by side: `python -m tests.side_by_side`, which is what `make test` does.

tests/integration and tests/faults mostly wait, so they are cut into lanes of a few minutes each; tests/stories and
the simulated faults have lanes, too, and the other folders share one. The longest begin first, so that the last ones
end together. Two lanes a core run at once, the others when one has ended: more would take turns at the cores and hold
up each other.
Nothing is interleaved: a lane is printed as a whole when it has ended; until then a line now and then says how far
each is. The last line adds the lanes up, in pytest's form. Exit status: 0 when every lane has passed, else not 0.
"""

from __future__ import annotations

import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable
from os import cpu_count, getpid
from pathlib import Path
from typing import Final

from tousu.local.process import LEASH

ROOT: Final = Path(__file__).resolve().parents[1]
LANES_OF_THEIR_OWN: Final[tuple[str, ...]] = (
    "tests/stories", "tests/integration", "tests/faults", "tests/integration/security", "tests/integration/process",
    "tests/faults/test_rough_day.py", "tests/integration/cli", "tests/faults/test_timekeeping.py",
    "tests/integration/intake", "tests/integration/runtime", "tests/stories/test_any_pack.py",
    "tests/faults/test_simulator.py",
)  # fmt: skip
"""Folders, and what stands in folders, the longest first; security and cli apart, since both start `tousu up`, which
takes fixed ports where they are free. The lane of a folder leaves out what has its own."""
AT_ONCE: Final = 2 * (cpu_count() or 1)
PROGRESS_S: Final = 30.0
ASK_AGAIN_S: Final = 0.2

Say = Callable[[str], None]


class Lane:
    """One pytest process on folders or a file, in the order given. It ends when this process ends, however that is."""

    def __init__(self, root: Path, folders: list[str], logs: Path) -> None:
        self.name = name_of(folders)
        self._log = logs / f"{Path(folders[0]).stem}.log"
        # What failed last is kept for each lane: two processes would overwrite each other's.
        own_cache = f"cache_dir=.pytest_cache/{Path(folders[0]).stem}"
        leash = [sys.executable, "-I", "-S", str(LEASH), str(getpid()), str(int(signal.SIGINT))]
        command = [*leash, sys.executable, "-m", "pytest", "-o", own_cache, *elsewhere(folders), *folders]
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=root, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    @property
    def said(self) -> str:
        return self._log.read_text(errors="replace")


def how_far(said: str) -> str:
    """How far a lane is, as pytest says at the end of a line, and in which file."""
    percent = next(reversed(re.findall(r"\[ *(\d+%)\]$", said, re.MULTILINE)), "0%")
    file = next(reversed(re.findall(r"^\S+/(\w+)\.py ", said, re.MULTILINE)), "collecting")
    return f"{percent} {file}"


def elsewhere(folders: list[str]) -> list[str]:
    """What a lane on these folders must leave out, since it has a lane of its own."""
    return [f"--ignore={lane}" for lane in LANES_OF_THEIR_OWN if Path(lane).parent.as_posix() in folders]


def lanes(folders: list[str], root: Path = ROOT) -> list[list[str]]:
    """The folders (or the one file) of each lane; every folder is in exactly one. What never waits comes first."""
    inside = [lane for lane in LANES_OF_THEIR_OWN if Path(lane).parent.as_posix() in folders and (root / lane).exists()]
    own = [[lane] for lane in LANES_OF_THEIR_OWN if lane in folders or lane in inside]
    rest = [folder for folder in folders if folder not in LANES_OF_THEIR_OWN]
    return [rest, *own] if rest else own


def run(root: Path, say: Say, at_once: int = AT_ONCE) -> int:
    """Run every folder of pytest's testpaths. Returns the exit status."""
    began_s = time.monotonic()
    folders = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]["testpaths"]
    with tempfile.TemporaryDirectory(prefix="tousu-lanes-") as logs:
        waiting = lanes(folders, root)
        names = " | ".join(name_of(each) for each in waiting)
        say(f"side by side, {at_once} at once, each printed when it has ended: {names}")
        begun: list[Lane] = []
        running: list[Lane] = []
        try:
            for each in waiting:
                begun.append(Lane(root, each, Path(logs)))
                running.append(begun[-1])
                follow(running, at_once - 1, began_s, say)
            follow(running, 0, began_s, say)
        except KeyboardInterrupt:
            # Each lane has had the Ctrl-C, too: it stops its servers and says how far it came.
            follow(running, 0, began_s, say)
        say(closing_line((lane.said for lane in begun), time.monotonic() - began_s))
        status: int = max(abs(lane.process.returncode) for lane in begun)
        return status


def name_of(folders: list[str]) -> str:
    """What a lane is called."""
    return " ".join(Path(folder).stem for folder in folders)


def follow(running: list[Lane], left: int, began_s: float, say: Say) -> None:
    """Print each lane as it ends, and now and then how far the others are, until only so many are left."""
    said_s, counted_s = time.monotonic(), cpu_of_ended_s()
    while len(running) > left:
        try:
            running[0].process.wait(ASK_AGAIN_S)
        except subprocess.TimeoutExpired:
            now_s = time.monotonic()
            if now_s - said_s > PROGRESS_S:
                said_s = now_s
                say(f"{now_s - began_s:4.0f} s: " + ", ".join(f"{lane.name} {how_far(lane.said)}" for lane in running))
        for lane in list(running):
            if lane.process.poll() is not None:
                running.remove(lane)
                cpu_s = cpu_of_ended_s() - counted_s
                counted_s += cpu_s
                say(f"\n{lane.name}, {cpu_s:.0f} s of CPU:\n{lane.said}")


def cpu_of_ended_s() -> float:
    """What the lanes that have ended used, with the servers and commands that they started and waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def closing_line(said: Iterable[str], took_s: float) -> str:
    """What pytest's closing lines add up to. A lane that broke off without one counts as an error."""
    total: Counter[str] = Counter()
    for text in said:
        last = text.rstrip().rpartition("\n")[2]
        counts = re.findall(r"(\d+) ([a-z]+)", last) if re.search(r" in [\d.]+s\b", last) else [("1", "error")]
        for number, what in counts:
            total[what.removesuffix("s")] += int(number)
    plural = {what: "s" for what in ("error", "warning") if total[what] > 1}
    words = ", ".join(f"{total[what]} {what}{plural.get(what, '')}" for what in sorted(total))
    return f" {words} in {took_s:.2f}s ".center(80, "=")


if __name__ == "__main__":
    sys.exit(run(ROOT, lambda words: print(words, flush=True)))
