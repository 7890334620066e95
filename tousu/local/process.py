"""One server process: started on a leash, waited for until it answers, stopped, killed, paused."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from os import getpid
from pathlib import Path

LEASH = Path(__file__).with_name("leash.py")
ASK_AGAIN_S = 0.04
LOG_LINES_SHOWN = 20


class ServerFailed(Exception):
    """A local server ended, or did not answer in time; the message names its log file and shows the end of it."""


class ServerProcess:
    """A process that belongs to this one: it ends when this one ends.

    `name` is how messages call it; `log_file` takes its standard output and error, and is appended to by every start.
    """

    def __init__(self, name: str, log_file: Path) -> None:
        self.name = name
        self.log_file = log_file
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """How the last process ended; None while it runs, and before."""
        return None if self._process is None else self._process.poll()

    @property
    def pid(self) -> int:
        """The process id of the running server."""
        if self._process is None or not self.alive:
            raise ServerFailed(f"{self.name} does not run.")
        return self._process.pid

    def start(
        self,
        command: Sequence[str],
        ready: Callable[[], bool],
        wait_s: float,
        *,
        end_signal: signal.Signals = signal.SIGTERM,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        """Start the command and wait until `ready` says yes.

        `end_signal` is what the server gets first should this process die. Raises ServerFailed when it runs already,
        ends by itself, or is not ready within `wait_s` seconds (it is killed then).
        """
        if self.alive:
            raise ServerFailed(f"{self.name} runs already.")
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        leash = [sys.executable, "-I", "-S", str(LEASH), str(getpid()), str(int(end_signal))]
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                [*leash, *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=None if environ is None else dict(environ),
                umask=0o077,  # what customers say lies in its files
                start_new_session=True,  # Ctrl-C in a terminal is for the owner, which stops its servers in order
            )
        self._wait_until(ready, wait_s)

    def _wait_until(self, ready: Callable[[], bool], wait_s: float) -> None:
        process = self._process
        assert process is not None
        deadline = time.monotonic() + wait_s
        try:
            while not ready():
                if process.poll() is not None:
                    raise ServerFailed(f"{self.name} ended with status {process.returncode}.{self._log_end()}")
                if time.monotonic() > deadline:
                    raise ServerFailed(f"{self.name} does not answer after {wait_s:.0f} s.{self._log_end()}")
                time.sleep(ASK_AGAIN_S)
        except BaseException:
            self.kill()
            raise

    def stop(self, end_signal: signal.Signals, wait_s: float) -> None:
        """Ask the server to end and wait; after `wait_s` seconds it is killed. Nothing happens if it does not run."""
        if self._process is None or not self.alive:
            return
        self._process.send_signal(signal.SIGCONT)
        self._process.send_signal(end_signal)
        try:
            self._process.wait(wait_s)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """SIGKILL, and wait until the process is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def pause(self) -> None:
        """SIGSTOP: the server keeps its connections and answers nothing."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is None or not self.alive:
            raise ServerFailed(f"{self.name} does not run.")
        self._process.send_signal(number)

    def _log_end(self) -> str:
        if not self.log_file.exists():
            return ""
        lines = self.log_file.read_text(errors="replace").splitlines()[-LOG_LINES_SHOWN:]
        return "\n".join(["", f"The end of {self.log_file}:", *(f"  {line}" for line in lines)])
