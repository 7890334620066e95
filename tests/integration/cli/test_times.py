"""Times are shown by the clocks of the pack: one limit has one time in every command, wherever the machine is."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import pytest

from tests.packs_read import load_pack
from tousu.demo.onlooker import ARCHIVE
from tousu.local.folder import work_in
from tousu.policy.policies import Policies
from tousu.simulation.lines import inbound_of, kept_line_of
from tousu.simulation.pipeline import Pipeline
from tousu.simulation.simulate import Run

TOUSU = str(Path(sys.executable).with_name("tousu"))
LONDON = ZoneInfo("Europe/London")
RECEIVED = "2026-06-10T23:30:00Z"
"""Half past midnight of the 11th by the clocks of London in summer, half past seven by those of Beijing."""
COMPLAINT = {
    "specversion": "1.0", "id": "uk-1", "source": "/adapters/phone", "type": "tousu.complaint.received.phone.v1",
    "time": RECEIVED, "data": {
        "kind": "complaint", "content": "The adviser was rude to me and hung up.",
        "complainant": {"name": "A. Smith", "phone": "+44 20 7946 0958"}, "phone": {"call_id": "C1", "agent": "A1"},
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What processors and the demo keep of one complaint under the rules of the United Kingdom."""
    kept = tmp_path_factory.mktemp("kept")
    line = orjson.dumps({"topic": "complaints.inbound.phone", "key": "k", "event": COMPLAINT})
    pipeline = Pipeline(Policies.of(load_pack("united-kingdom")), datetime.fromisoformat(RECEIVED))
    run = Run(pipeline)
    run.arrive(inbound_of(line, 1))
    run.end(datetime(2026, 6, 12, tzinfo=UTC))
    (kept / ARCHIVE).write_bytes(b"".join(kept_line_of(record) + b"\n" for record in run.news()))
    for name, store in pipeline.stores.items():
        with sqlite3.connect(kept / f"{name}.sqlite") as file:
            held = store.connection().connection.driver_connection
            assert isinstance(held, sqlite3.Connection)
            held.backup(file)
    pipeline.close()
    with work_in(kept, "demo", "united-kingdom"):
        pass
    return kept


def events(folder: Path, name: str) -> list[dict[str, str]]:
    lines = [orjson.loads(line)["event"] for line in (folder / ARCHIVE).read_bytes().splitlines()]
    return [event["data"] for event in lines if event["type"] == f"tousu.{name}.v1"]


def said(folder: Path, *words: str) -> str:
    """What a command says on a machine whose own pack is another one."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TOUSU_")}
    done = subprocess.run(
        [TOUSU, *words, "--data", str(folder)], capture_output=True, env=environ | {"TZ": "America/New_York"},
        text=True, timeout=60, check=True,
    )  # fmt: skip
    return done.stdout


def in_london(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(LONDON).strftime("%Y-%m-%d %H:%M")


def test_case_and_explain_say_one_time_for_one_limit(folder: Path) -> None:
    dues = [each["due_at"] for each in events(folder, "clock.started")]
    assert dues
    number = events(folder, "complaint.registered")[0]["case_number"]
    case, explained = said(folder, "case", number), said(folder, "explain", number)
    for due in dues:
        assert in_london(due) in case
        assert in_london(due) in explained
    assert "Clocks (Europe/London)" in case
    assert "2026-06-11 00:30" in case, "the receipt, an hour ahead of UTC in summer"
    assert "07:30" not in case + explained


def test_a_list_goes_by_the_pack_that_the_folder_was_worked_with(folder: Path) -> None:
    shown = said(folder, "tail")
    assert "2026-06-11 00:30" in shown
    assert "07:30" not in shown
