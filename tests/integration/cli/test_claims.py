"""What the command line says of a claim that was filed without a complaint: `tousu case`, `tousu explain`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from services.claims.store import KINDS as CLAIMS
from services.router.processor import processor
from services.sla.store import KINDS as SLA
from tests.integration.feeds import START, Bench, Feed
from tests.packs_read import load_policies
from tests.rules.casework import NUMBER, claim
from tousu.cli.case import standing
from tousu.demo.onlooker import ARCHIVE
from tousu.runtime.store import Store
from tousu.simulation.simulate import simulate

TOUSU = str(Path(sys.executable).with_name("tousu"))
SAID = {
    "kind": "claim", "content": "快件丢失，申请赔偿。", "complainant": {"name": "王伟"},
    "waybill_number": "TS7702251220006",
    "claim": {"cause": "loss", "claimant": {"role": "sender"}, "claimed_amount": "1200.00"},
    "phone": {"call_id": "C1", "agent": "A1"},
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a demo keeps of its topics: one claim, and nothing reported about it."""
    event = {
        "specversion": "1.0", "id": "1", "source": "/test", "type": "tousu.complaint.received.phone.v1",
        "time": "2026-09-24T10:00:00+08:00", "data": SAID,
    }  # fmt: skip
    line = orjson.dumps({"topic": "complaints.inbound.phone", "key": "k", "event": event})
    kept = tmp_path_factory.mktemp("kept")
    told = simulate(load_policies("courier-network"), [line])
    (kept / ARCHIVE).write_bytes(b"".join(one + b"\n" for one in told))
    return kept


def explained(folder: Path, *arguments: str) -> str:
    number = orjson.loads((folder / ARCHIVE).read_bytes().splitlines()[0])["key"]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TOUSU_")}
    command = [TOUSU, "explain", number, "--data", str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, env=environ, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def test_explain_says_what_was_decided_and_why_no_clock_of_complaints_runs(folder: Path) -> None:
    said = explained(folder)
    assert "for loss, filed without a complaint" in said
    assert "it is for complaints, and the case is a claim" in said


def test_explain_says_it_to_machines_and_draws_it(folder: Path, tmp_path: Path) -> None:
    document = orjson.loads(explained(folder, "--json"))
    assert {"what": "claim", "why": "for loss, filed without a complaint"} in document["decisions"]
    explained(folder, "--picture", str(tmp_path / "claim.svg"))
    assert "claim 索赔" in (tmp_path / "claim.svg").read_text()


def test_case_shows_what_is_claimed(sqlite_url: str) -> None:
    for name, kinds in (("sla", SLA), ("claims", CLAIMS)):
        Store(sqlite_url, name, kinds).create()
    bench = Bench(processor, sqlite_url, 1)
    feed = Feed("intake", "complaints.accepted", 1)
    said = {"cause": "loss", "claimant": {"role": "sender"}, "claimed_amount": "1200.00", "currency": "HKD"}
    feed.say(claim(claim=said), START)
    bench.feed(feed.written)
    bench.run()
    found = standing(NUMBER, None, bench.url)
    assert {name: found[name] for name in ("kind", "state", "cause", "claimed_amount", "currency", "departments")} == {
        "kind": "claim", "state": "routed", "cause": "loss", "claimed_amount": "1200.00", "currency": "HKD",
        "departments": ["storage_and_transport"],
    }  # fmt: skip
    assert (found["clocks"], found["claims"]) == ([], [])
