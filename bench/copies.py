"""Copies of processors as real processes: started, held still while their backlog is written, let go, looked at.

A copy that is ready is stopped with SIGSTOP, its input is written, and SIGCONT is the start of the measurement. So
neither the start of Python nor the writing of the backlog is in the figures. Its place is read from its checkpoints.
"""

from __future__ import annotations

import signal
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self
from urllib.error import HTTPError
from urllib.request import urlopen

import psutil
import psycopg

from bench.ground import Ground, cpu_s, until
from bench.rehearsal import MASTER_KEY, PARTITIONS
from tousu.local.machine import environment
from tousu.local.process import ServerProcess
from tousu.runtime import checkpoint as cp

REPOSITORY: Final = Path(__file__).resolve().parents[1]
READY_S: Final = 60.0
SESSION_S: Final = "60"
"""The group must not give a copy's shards away while it is held still."""
MEGABYTE: Final = 1024 * 1024


class Usage(NamedTuple):
    """What was used between two looks."""

    wall_s: float
    cpu_s: float


class Copy:
    """One copy of a processor. `url` is its database."""

    def __init__(self, ground: Ground, name: str, url: str) -> None:
        self.name = name
        self.url = url
        self._folder = ground.folder / f"copy-{name}-{ground.number()}"
        self._folder.mkdir()
        self._address = self._folder / "address"
        self._environment = {
            **{n: v for n, v in environment().items() if not n.startswith("TOUSU_")},
            "PYTHONPATH": str(REPOSITORY),
            "TOUSU_BROKER": ground.kafka.address,
            "TOUSU_DATABASE": url,
            "TOUSU_DATA": str(self._folder),
            "TOUSU_GROUP": f"bench.{self._folder.name}",
            "TOUSU_LOG": "json",
            "TOUSU_MASTER_KEY": MASTER_KEY.hex(),
            "TOUSU_METRICS_PORT_FILE": str(self._address),
            "TOUSU_PARTITIONS": str(PARTITIONS),
            "TOUSU_SESSION_S": SESSION_S,
        }
        self._process = ServerProcess(name, self._folder / "log")

    def __enter__(self) -> Self:
        self._process.start(
            [sys.executable, "-m", f"services.{self.name}"], self._is_ready, READY_S, environ=self._environment
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.stop(signal.SIGTERM, READY_S)

    def _is_ready(self) -> bool:
        if not self._address.exists():
            return False
        try:
            with urlopen(f"http://{self._address.read_text().strip()}/readyz", timeout=READY_S) as answer:
                return bool(answer.status == 200)
        except HTTPError:
            return False  # 503: not yet
        except OSError:
            return False

    @contextmanager
    def held(self) -> Iterator[None]:
        """The copy stands still inside the block."""
        self._process.pause()
        try:
            yield
        finally:
            self._process.resume()

    def cpu_s(self) -> float:
        """CPU seconds used so far."""
        return cpu_s(self._process.pid)

    def resident_mb(self) -> float:
        """Resident memory now."""
        return float(psutil.Process(self._process.pid).memory_info().rss) / MEGABYTE

    def resident_mb_max(self) -> float:
        """The most that was ever resident, as Linux counts it."""
        for line in Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
        return self.resident_mb()

    def checkpoints(self) -> list[cp.Checkpoint]:
        """The checkpoints of all shards, as committed."""
        statement = f"SELECT doc FROM {self.name}_checkpoint"
        if self.url.startswith("postgresql"):
            with psycopg.connect(self.url) as connection:
                return [cp.decode(row[0]) for row in connection.execute(statement).fetchall()]
        file = sqlite3.connect(f"file:{self.url.removeprefix('sqlite:///')}?mode=ro", uri=True, timeout=READY_S)
        try:
            return [cp.decode(row[0]) for row in file.execute(statement).fetchall()]
        finally:
            file.close()

    def read(self, *topics: str) -> int:
        """How many records of its input (or of some of its topics) it has taken in."""
        return sum(n for b in self.checkpoints() for t, n in b.offsets.items() if not topics or t in topics)

    def written(self, topic: str) -> int:
        """How many records it has committed for a topic."""
        return sum(n for b in self.checkpoints() for place, n in b.numbers.items() if place.startswith(f"{topic}/"))

    def log_end(self) -> str:
        """The last lines of its log, for an error."""
        return "\n".join((self._folder / "log").read_text(errors="replace").splitlines()[-5:])


def wait_read(copy: Copy, count: int, wait_s: float, *topics: str) -> None:
    """Wait until a copy has taken in so many records."""
    try:
        until(lambda: copy.read(*topics) >= count, f"{copy.name} has read {count} records", wait_s, 0.1)
    except RuntimeError as error:
        raise RuntimeError(f"{error}; it has read {copy.read(*topics)}. Its log: {copy.log_end()}") from None


def started(stack: ExitStack, ground: Ground, names: Sequence[str], kind: str) -> list[Copy]:
    """Copies of several processors, each with a database of its own, all of them ready."""
    return [stack.enter_context(Copy(ground, name, ground.database(kind, name))) for name in names]


class Stopwatch:
    """Wall time and the CPU time of some copies from now on."""

    def __init__(self, copies: Sequence[Copy]) -> None:
        self._copies = copies
        self._cpu_s = sum(copy.cpu_s() for copy in copies)
        self._started_s = time.perf_counter()

    def read(self) -> Usage:
        """What was used up to now."""
        return Usage(time.perf_counter() - self._started_s, sum(copy.cpu_s() for copy in self._copies) - self._cpu_s)
