"""The processors as processes of the operating system: started together, waited for, watched, stopped in order."""

from __future__ import annotations

import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tousu.demo.readiness import address_file, halts_among, reasons_at
from tousu.local.machine import environment, port_if_free
from tousu.local.process import LOG_LINES_SHOWN, ServerFailed, ServerProcess
from tousu.runtime.checkpoint_checks import Halt

READY_S: Final = 60.0
STOP_S: Final = 20.0
ASK_S: Final = 1.0
ASK_AGAIN_S: Final = 0.05


class Crew:
    """One process for each name, `python -m services.NAME`. `settings` are TOUSU_* variables that all of them get,
    `keep_environment` leaves those of this process in force beside them. `metrics_port` is that of the first one's
    metrics, the others' follow it, each where it is free. `own`: variables for one alone.

    Logs go to `data`/logs, addresses of metrics to `data`/run. Nobody outlives this process.
    """

    def __init__(
        self, names: Sequence[str], data: Path, settings: Mapping[str, str], *, keep_environment: bool = False,
        metrics_port: int = 0, own: Mapping[str, Mapping[str, str]] = {},
    ) -> None:  # fmt: skip
        self.names = tuple(names)
        self._data = data.resolve()
        inherited = environment()
        self._environ = {n: v for n, v in inherited.items() if keep_environment or not n.startswith("TOUSU_")}
        self._environ |= {"PYTHONUNBUFFERED": "1", **settings}
        self._own = own
        self._ports = {name: metrics_port + place for place, name in enumerate(names) if metrics_port}
        self._given: dict[str, int] = {}
        self._processes = {name: ServerProcess(f"processor {name}", self.log_file(name)) for name in names}

    def log_file(self, name: str) -> Path:
        return self._data / "logs" / f"{name}.log"

    def pid(self, name: str) -> int:
        return self._processes[name].pid

    def address(self, name: str) -> str:
        """host:port of a processor's metrics, once it serves them; else empty."""
        file = address_file(self._data, name)
        return file.read_text().strip() if file.exists() else ""

    def start(
        self, on_ready: Callable[[str], None] = lambda name: None, wait_s: float = READY_S, *, with_halted: bool = False
    ) -> None:
        """Start everybody and wait until all are ready. Raises ServerFailed with the log of one who is not.

        `with_halted`: one of whom nothing but halted shards is missing counts as ready; its other shards work.
        """
        for name in self.names:
            self.start_processor(name)
        waited_for = list(self.names)
        deadline = time.monotonic() + wait_s
        while waited_for:
            self.check()
            for name in [processor for processor in waited_for if self._is_at_work(processor, with_halted=with_halted)]:
                waited_for.remove(name)
                on_ready(name)
            if time.monotonic() > deadline:
                raise ServerFailed(
                    f"not ready after {wait_s:.0f} s: {', '.join(waited_for)}.{self.end_of(waited_for[0])}"
                )
            time.sleep(ASK_AGAIN_S)

    def start_processor(self, name: str) -> None:
        """Start one processor, and do not wait for it."""
        file = address_file(self._data, name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        command = [sys.executable, "-m", f"services.{name}"]
        self._given[name] = port_if_free(self._ports.get(name, 0))
        environ = self._environ | dict(self._own.get(name, {})) | {
            "TOUSU_METRICS_PORT_FILE": str(file), "TOUSU_METRICS_PORT": str(self._given[name]),
        }  # fmt: skip
        self._processes[name].start(command, lambda: True, 0.0, environ=environ)

    def is_alive(self, name: str) -> bool:
        return self._processes[name].alive

    def is_ready(self, name: str) -> bool:
        """Whether a processor says that it does its work."""
        return self._is_at_work(name, with_halted=False)

    def _is_at_work(self, name: str, *, with_halted: bool) -> bool:
        reasons = reasons_at(self.address(name))
        if reasons is None:
            return False
        return not reasons or (with_halted and all("shard" in reason for reason in reasons))

    def halted(self, name: str) -> list[Halt]:
        """The shards of a processor that have halted, each with its reason; none where it does not answer."""
        return halts_among(name, reasons_at(self.address(name)) or ())

    def metric(self, name: str, metric: str) -> float | None:
        """The sum of a metric over its labels, as a processor serves it now; None while there is none."""
        try:
            with urllib.request.urlopen(f"http://{self.address(name)}/metrics", timeout=ASK_S) as answer:
                lines = answer.read().decode().splitlines()
        except (urllib.error.URLError, OSError, ValueError):
            return None
        values = [float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith((metric + "{", metric + " "))]
        return sum(values) if values else None

    def check(self) -> None:
        """Raises ServerFailed, with the end of its log, when somebody has ended by itself.

        Whose port was free when it was chosen and was taken before it was bound gets another one.
        """
        for name, process in self._processes.items():
            if process.alive:
                continue
            if not self._lost_its_port(name):
                raise ServerFailed(f"processor {name} ended by itself.{self.end_of(name)}")
            self.start_processor(name)

    def _lost_its_port(self, name: str) -> bool:
        port = self._given.get(name, 0)
        return self._processes[name].exit_code == os.EX_CONFIG and port != 0 and not port_if_free(port)

    def end_of(self, name: str) -> str:
        """The last lines of a processor's log."""
        file = self.log_file(name)
        lines = file.read_text(errors="replace").splitlines()[-LOG_LINES_SHOWN:] if file.exists() else []
        return "\n".join(["", f"The end of {file}:", *(f"  {line}" for line in lines)])

    def stop(self) -> None:
        """Ask everybody to stop, then wait for each; who does not is killed."""
        for process in self._processes.values():
            if process.alive:
                os.kill(process.pid, signal.SIGTERM)
        for process in self._processes.values():
            process.stop(signal.SIGTERM, STOP_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
