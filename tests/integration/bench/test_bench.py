"""The benchmark runs end to end on tiny sizes and writes its report; `make bench` judges the figures."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections import Counter
from pathlib import Path

import orjson
import pytest

from bench.rehearsal import Rehearsal
from tests.printed import document_of
from tousu.simulation.processors import WITH_CHECKPOINT

REPOSITORY = Path(__file__).resolve().parents[3]
AT_REST = ("confluent_loop", "alone", "ticks", "month", "deadlines", "rules")
UNDER_LOAD = ("whole", "catching_up", "latency", "herd", "recount")
WAIT_S = 900
CASES = 60


@pytest.mark.kafka
@pytest.mark.postgres
@pytest.mark.parametrize("measured", [AT_REST, pytest.param((*AT_REST, *UNDER_LOAD), marks=pytest.mark.long)])
def test_the_benchmark_runs_and_writes_its_report(measured: tuple[str, ...], tmp_path: Path) -> None:
    """Every measure gives a figure, every target gets a verdict, and the page holds both."""
    only = [word for name in measured for word in ("--only", name)]
    command = [sys.executable, "-m", "bench", "--size", "tiny", "--json", *only]
    has_plots = importlib.util.find_spec("matplotlib") is not None
    docs = ["--docs", str(tmp_path)] if has_plots else ["--no-docs"]
    done = subprocess.run(
        [*command, *docs], cwd=REPOSITORY, capture_output=True, text=True, timeout=WAIT_S, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]

    found = document_of(done)
    assert set(found["figures"]) == set(measured)
    assert set(found["figures"]["alone"]) == set(WITH_CHECKPOINT)
    assert found["figures"]["alone"]["claims"]["sqlite"]["of_it"]["entries"] > 0
    if "whole" in measured:
        assert found["figures"]["whole"]["refused"] == 0
        assert found["figures"]["herd"]["live_during"]["events"] > 0
    assert found["figures"]["month"]["months"] == 50
    if has_plots:
        page = (tmp_path / "benchmark.md").read_text()
        assert "| sla alone on PostgreSQL |" in page
        assert "| penalties alone on SQLite |" in page
        assert "| memory of penalties |" in page
        assert (tmp_path / "benchmark" / "throughput.png").stat().st_size > 10_000
        assert (tmp_path / "benchmark" / "behaviour.png").stat().st_size > 10_000


def test_the_rehearsed_day_has_nothing_refused_and_every_claim_that_was_agreed_paid() -> None:
    """Else claims and penalties would be measured with events that come to nothing."""
    types: Counter[bytes] = Counter()
    for logs in Rehearsal(CASES).broker.logs.values():
        types.update(dict(record.headers)["ce_type"] or b"" for log in logs for record in log)
    assert types[b"tousu.event.rejected.v1"] == 0
    assert types[b"tousu.claim.payment_questioned.v1"] == 0
    assert types[b"tousu.claim.agreed.v1"] > 0
    agreed_or_billed = types[b"tousu.claim.agreed.v1"] + types[b"tousu.claim.billed.v1"]
    assert types[b"tousu.claim.paid.v1"] == agreed_or_billed
    assert types[b"tousu.claim.refused.v1"] > 0
    assert types[b"tousu.claim.billed.v1"] > 0
    assert types[b"tousu.penalty.assessed.v1"] > 0


def test_any_commit_is_held_against_the_present_in_one_run() -> None:
    command = [sys.executable, "-m", "bench.against", "HEAD", "--cases", "4", "--pairs", "1", "--only", "intake"]
    done = subprocess.run(
        [*command, "--json"], cwd=REPOSITORY, capture_output=True, text=True, timeout=WAIT_S, check=False
    )
    assert done.returncode == 0, done.stderr
    found = document_of(done)["processors"]["intake"]
    assert found["ratio"] == pytest.approx(found["us"] / found["former_us"])


def test_a_commit_that_is_not_there_is_named() -> None:
    command = [sys.executable, "-m", "bench.against", "no-such-commit"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=WAIT_S, check=False)
    assert (done.returncode, "no-such-commit cannot be had here" in done.stderr) == (1, True)


def test_a_report_is_drawn_again_from_its_figures(tmp_path: Path) -> None:
    """What needs no measuring needs no servers: the page and the verdicts come from the figures alone."""
    tick = {"open_cases": 10, "tick_ms": 1.0, "tick_p90_ms": 1.0, "first_tick_ms": 2.0}
    deadlines = {"us_by_unit": {"working_days": 5.0, "business_hours": 21.0}}
    figures = {
        "deadlines": deadlines,
        "ticks": {"few": tick, "many": tick | {"tick_ms": 1.6}, "ratio": 1.6, "ratio_first": 1.0},
    }
    machine = {"processor": "a machine", "date": "a day"}
    report = {"machine": machine, "sizes": {"name": "tiny"}, "took_s": 1.0, "figures": figures}
    path = tmp_path / "figures.json"
    path.write_bytes(orjson.dumps(report))
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--from", str(path), "--no-docs"],
        cwd=REPOSITORY, capture_output=True, text=True, timeout=WAIT_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    verdicts = [line.rpartition("  ")[2] for line in done.stdout.splitlines() if "tick" in line]
    assert verdicts == ["not met", "met"]
    verdicts = [line.rpartition("  ")[2] for line in done.stdout.splitlines() if "deadline" in line]
    assert verdicts == ["met", "not met"]
