"""Alertmanager itself checks its files, routes by severity, and keeps silent what follows from something else."""

from __future__ import annotations

import json
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.process.conftest import wait_until
from tousu.local.machine import LOOPBACK, free_port
from tousu.local.process import ServerProcess

COMPOSE = Path(__file__).resolve().parents[2] / "deploy" / "compose"
CONFIG = COMPOSE / "alertmanager.yaml"
FILES = (CONFIG, COMPOSE / "alertmanager-example.yaml")


def amtool(*words: str) -> str:
    done = subprocess.run(["amtool", *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_file_is_well_formed(file: Path) -> None:
    amtool("check-config", str(file))


@pytest.mark.parametrize(
    ("labels", "receiver"), [("severity=page", "on-call"), ("severity=ticket", "tickets"), ("team=others", "nobody")]
)
def test_an_alert_reaches_who_must_hear_of_it(labels: str, receiver: str) -> None:
    assert amtool("config", "routes", "test", f"--config.file={CONFIG}", labels).strip() == receiver


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("alertmanager")
    address = f"{LOOPBACK}:{free_port()}"
    server = ServerProcess("Alertmanager", folder / "log")

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"http://{address}/-/ready", timeout=5):
                return True
        except OSError:
            return False

    server.start(
        [
            "prometheus-alertmanager", f"--config.file={CONFIG}", f"--storage.path={folder}",
            f"--web.listen-address={address}", "--cluster.listen-address=",
        ],
        answers, 60,
    )  # fmt: skip
    yield address
    server.stop(signal.SIGTERM, 20)


FOLLOWS = (
    ("TousuAbsent", "TousuOldBacklog"),
    ("TousuShardHalted", "TousuNotReady"),
    ("TousuLoopStalled", "TousuWatermarkBehind"),
    ("TousuOutputsStuck", "TousuOldBacklog"),
    ("TousuTimersLate", "TousuTimerLate"),
)


@pytest.mark.parametrize(("cause", "follows"), FOLLOWS)
def test_what_follows_from_another_alert_calls_nobody(address: str, cause: str, follows: str) -> None:
    """On the same processor; elsewhere it calls."""
    here, elsewhere = f"{cause}-{follows}-here", f"{cause}-{follows}-elsewhere"
    alerts = [
        {"labels": {"alertname": cause, "processor": here, "severity": "page"}},
        {"labels": {"alertname": follows, "processor": here, "severity": "page"}},
        {"labels": {"alertname": follows, "processor": elsewhere, "severity": "page"}},
    ]
    request = urllib.request.Request(
        f"http://{address}/api/v2/alerts", json.dumps(alerts).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10):
        pass

    def states() -> dict[tuple[str, str], str]:
        with urllib.request.urlopen(f"http://{address}/api/v2/alerts", timeout=10) as answer:
            found = json.load(answer)
        return {
            (each["labels"]["alertname"], each["labels"]["processor"]): each["status"]["state"]
            for each in found
            if each["labels"]["processor"] in {here, elsewhere}
        }

    wanted = {(cause, here): "active", (follows, here): "suppressed", (follows, elsewhere): "active"}
    wait_until(lambda: states() == wanted, f"{follows} is kept silent by {cause}", 30)
