"""A broker that holds everybody to ACLs, with the users and ACLs that `tousu topics apply` has written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.integration.cli.test_commands import run
from tousu.connection import Connection
from tousu.local.kafka import KafkaBroker
from tousu.local.secured import Secured

ROOT = Path(__file__).resolve().parents[3]
PARTITIONS = 2
WAIT_S = 240.0


@dataclass
class Guarded:
    """The broker, its certificates, and the file of passwords."""

    broker: KafkaBroker
    security: Secured
    users_file: Path

    def settings(self, connection: Connection) -> dict[str, str]:
        """The settings of a process that comes in by this way."""
        return {
            "TOUSU_BROKER": connection.servers, "TOUSU_PARTITIONS": str(PARTITIONS),
            "TOUSU_KAFKA_PROTOCOL": connection.protocol, "TOUSU_KAFKA_USER": connection.user,
            "TOUSU_KAFKA_PASSWORD": connection.password, "TOUSU_KAFKA_CA_FILE": str(self.security.authority_file),
        }  # fmt: skip

    def root(self) -> Connection:
        return self.security.connection(self.broker.address)

    def way_in(self, user: str) -> Connection:
        """As one of the users of the file."""
        passwords = dict(line.split() for line in self.users_file.read_text().splitlines())
        return self.security.connection_of(self.broker.address, user, passwords[user])

    def tousu(self, *arguments: str, user: str = "") -> subprocess.CompletedProcess[bytes]:
        """A command of the command line as one of the users; as the super user unless said."""
        return run(*arguments, stdin=b"", **self.settings(self.way_in(user) if user else self.root()))

    def apply(self, *more: str) -> subprocess.CompletedProcess[bytes]:
        how = ("--partitions", str(PARTITIONS), "--acls", "--users", str(self.users_file), *more)
        done = self.tousu("topics", "apply", *how)
        assert done.returncode == 0, done.stderr.decode()
        return done


def guarded(folder: Path) -> Iterator[Guarded]:
    security = Secured(folder / "security")
    with KafkaBroker(folder / "kafka", security=security) as broker:
        yield Guarded(broker, security, folder / "users")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """One for the tests of a module, with its users and ACLs."""
    for found in guarded(tmp_path_factory.mktemp("guarded")):
        found.apply()
        yield found


class Worker:
    """A processor of the contract as a process of its own, under its own user."""

    def __init__(self, cluster: Guarded, name: str, folder: Path, number: int, **settings: str) -> None:
        self.name = name
        run_folder = folder / "run"
        run_folder.mkdir(exist_ok=True)
        self._address_file = run_folder / f"{name}-{number}.address"
        self._log = run_folder / f"{name}-{number}.log"
        password_file = run_folder / f"{name}.password"
        connection = cluster.way_in(name)
        password_file.write_text(connection.password + "\n")
        given = cluster.settings(connection) | {
            "TOUSU_KAFKA_PASSWORD_FILE": str(password_file), "TOUSU_DATA": str(folder), "TOUSU_LOG": "json",
            "TOUSU_METRICS_PORT_FILE": str(self._address_file),
        }  # fmt: skip
        del given["TOUSU_KAFKA_PASSWORD"]
        given |= {f"TOUSU_{key.upper()}": value for key, value in settings.items()}
        environ = {key: value for key, value in os.environ.items() if not key.startswith("TOUSU_")} | given
        with self._log.open("w") as log:
            command = [sys.executable, "-m", f"services.{name}"]
            self.process = subprocess.Popen(command, env=environ, cwd=ROOT, stdout=log, stderr=log)

    def why_not(self) -> list[dict[str, str]] | None:
        """Why it is not ready, one reason each; None while it serves nothing."""
        try:
            address = self._address_file.read_text().strip()
            with urllib.request.urlopen(f"http://{address}/readyz", timeout=10):
                return []
        except urllib.error.HTTPError as error:
            with error:
                found: list[dict[str, str]] = json.loads(error.read())["why_not"]
                return found
        except OSError:
            return None

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.text()
        return self.why_not() == []

    def says(self, reason: str) -> str:
        """The sentence with which it says that it is not ready for this reason; empty while it does not."""
        return next((each["message"] for each in self.why_not() or () if each["reason"] == reason), "")

    def last_words(self) -> dict[str, Any]:
        """The line of its log that says why it ended."""
        lines = [json.loads(line) for line in self._log.read_text().splitlines() if line.startswith("{")]
        return next(line for line in reversed(lines) if line["event"] == "ended")

    def text(self) -> str:
        return self._log.read_text()

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def wait_until(true: Callable[[], Any], what: str, worker: Worker | None = None, wait_s: float = WAIT_S) -> Any:
    """The first true value of a condition; fails the test when the time is up, with the log of who did not do it."""
    ends_s = time.monotonic() + wait_s
    pause = threading.Event()
    while time.monotonic() < ends_s:
        found = true()
        if found:
            return found
        pause.wait(0.1)
    log = f": {worker.why_not()} {worker.text()}" if worker is not None else ""
    raise AssertionError(f"waited {wait_s:g} s in vain until {what}{log}")
