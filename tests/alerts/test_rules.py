"""Prometheus itself checks the alert rules and what a processor serves. Run by `make test-alerts`; needs promtool."""

from __future__ import annotations

import subprocess
from pathlib import Path

from prometheus_client import generate_latest

from tests.contracts.test_metrics import busy

ROOT = Path(__file__).resolve().parents[2]


def promtool(*words: str, given: bytes = b"") -> None:
    done = subprocess.run(["promtool", *words], input=given, capture_output=True, cwd=ROOT / "tests" / "alerts")
    assert done.returncode == 0, (done.stdout + done.stderr).decode()


def test_the_rules_are_well_formed() -> None:
    promtool("check", "rules", str(ROOT / "deploy" / "prometheus" / "rules.yaml"))


def test_every_alert_fires_and_keeps_silent_as_it_should() -> None:
    promtool("test", "rules", "rules_test.yaml")


def test_metrics_are_as_prometheus_wants_them(tmp_path: Path) -> None:
    promtool("check", "metrics", given=generate_latest(busy(tmp_path).registry))
