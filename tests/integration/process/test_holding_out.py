"""A topic of intake that nobody can read on, and a shard of claims: an operator's commands let time go on without them,
and everything adds up."""

from __future__ import annotations

import subprocess
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.faults.held_out import HANDLING
from tests.faults.short_limits import write_pack
from tests.integration.process.conftest import wait_until
from tests.integration.process.test_operator import (
    ACCEPTED,
    APP,
    CASES,
    LARGE_BYTES,
    PARTITIONS,
    Place,
    audit_finds_nothing,
    is_halted,
    rebuild_is_faithful,
)
from tests.printed import document_of
from tousu.demo.crew import Crew
from tousu.event import text_of_time
from tousu.local.kafka import KafkaBroker
from tousu.simulation.processors import WITH_CHECKPOINT

SLA = "complaints.sla"
PENALTIES = "complaints.penalties"
LONG_AGO = timedelta(seconds=45)
"""Of two minutes so many have gone when a complaint is told: a busy machine has time for the answer."""
NAMES = WITH_CHECKPOINT


class Hurried(Place):
    """A place with limits of one and two minutes."""

    def __init__(self, broker: KafkaBroker, data: Path) -> None:
        super().__init__(broker, data)
        self.pack = str(write_pack(data))

    @contextmanager
    def at_work(self, *names: str) -> Iterator[Crew]:
        settings = {
            "TOUSU_BROKER": self.broker.address, "TOUSU_PARTITIONS": str(PARTITIONS), "TOUSU_DATA": str(self.data),
            "TOUSU_SESSION_S": "6", "TOUSU_PACK": self.pack,
        }  # fmt: skip
        with Crew(names, self.data, settings) as crew:
            crew.start()
            yield crew
            crew.check()

    def tousu(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        with_pack = () if arguments[0] in ("backlog", "audit", "case") or "show" in arguments else ("--pack", self.pack)
        return super().tousu(*arguments, *with_pack)

    def complain_late(self) -> str:
        """A complaint that was received a while ago. Returns its case number, once it is routed."""
        name = f"late-{uuid.uuid4().hex}"
        said = {
            "kind": "complaint", "content": "快件三天还没送到",
            "app": {"app_version": "1", "platform": "ios", "user_id": "u"},
        }  # fmt: skip
        received = text_of_time(datetime.now(UTC) - LONG_AGO)
        more = {"ce_time": received, "ce_receivedtime": received}
        self.write(APP, 0, orjson.dumps(said), headers_of(name, "complaint.received.app", more))
        wait_until(lambda: self.routed(0, name), "it is routed")
        return next(str(each["ce_subject"]) for each in self.read(ACCEPTED, 0) if each.get("ce_causationid") == name)

    def report(self, number: str, what: str, **more: Any) -> None:
        """The department in the lead reports something now."""
        data = {"case_number": number, "department": "storage_and_transport", "employee": "E10023"} | more
        at = {"ce_time": text_of_time(datetime.now(UTC))}
        self.write(HANDLING, 0, orjson.dumps(data), headers_of(uuid.uuid4().hex, f"handling.{what}", at), number)

    def of_clock(self, number: str, clock: str) -> list[str]:
        """What was told of a clock, a breach in doubt with a question mark."""
        found = []
        for each in self.told(SLA, 0):
            data = orjson.loads(each["value"])
            if (data.get("case_number"), data.get("clock")) == (number, clock):
                what = each["ce_type"].removeprefix("tousu.clock.").removesuffix(".v1")
                found.append(what + ("?" if data.get("unconfirmed") else ""))
        return found


def headers_of(name: str, kind: str, more: dict[str, str]) -> dict[str, bytes]:
    said = {
        "ce_specversion": "1.0", "ce_id": name, "ce_source": "//app", "ce_type": f"tousu.{kind}.v1",
        "content-type": "application/json",
    }  # fmt: skip
    return {header: text.encode() for header, text in (said | more).items()}


@pytest.fixture
def place(kafka_of_its_own: KafkaBroker, tmp_path: Path) -> Hurried:
    return Hurried(kafka_of_its_own, tmp_path)


@pytest.fixture
def kafka_of_its_own(tmp_path: Path) -> Iterator[KafkaBroker]:
    with KafkaBroker(tmp_path / "kafka") as own:
        yield own


def test_time_goes_on_without_what_is_held_out_and_nothing_is_final_before_it_is_read(place: Hurried) -> None:
    with place.at_work(*NAMES) as crew:
        answered, forgotten = place.complain_late(), place.complain_late()
        offset = place.write(HANDLING, 0, b" " * LARGE_BYTES, {}, **{"compression.type": "zstd"})
        place.report(answered, "customer_answered", settled=True, text="客户表示接受")
        wait_until(lambda: is_halted(crew, "intake", "undecodable_batch"), "intake's shard 0 has halted")
        assert place.of_clock(answered, "resolution") == ["started"]
        done = place.tousu("intake", "hold-out", "0", "--topic", HANDLING, "--reason", "#815", "--operator", "li.na")
        assert done.returncode == 0, done.stderr
        assert done.stdout == f"{HANDLING} is held out of intake/0 by li.na: #815\n"
        wait_until(lambda: place.of_clock(forgotten, "resolution")[-1] == "breached?", "the limit is missed")
        assert place.of_clock(answered, "resolution")[-1] == "breached?"
        assert "yes, unconfirmed" in place.tousu("case", answered).stdout
        with urllib.request.urlopen(f"http://{crew.address('intake')}/readyz", timeout=10) as ready:
            assert [each["shard"] for each in orjson.loads(ready.read())["held_out"]] == ["0"]
        assert f"intake 0: held_out: {HANDLING}" in place.tousu("backlog").stdout
        shown = [orjson.loads(line) for line in place.tousu("shard", "show", "intake", "--json").stdout.splitlines()]
        assert [(each["topic"], each["shard"]) for each in shown if each["held_out"]] == [(HANDLING, 0)]
        audited = document_of(place.tousu("audit", "--json"))
        assert [(each["place"], each["input"]) for each in audited["held_out"]] == [("intake/0", HANDLING)]
        again = place.tousu("intake", "hold-out", "0", "--topic", HANDLING, "--reason", "#815")
        assert (again.returncode, "is held out of intake/0 already" in again.stderr) == (4, True)
        skipped = ("shard", "skip", "intake", "0", "--topic", HANDLING, "--offset", str(offset), "--reason", "#815")
        assert place.tousu(*skipped).returncode == 0
        assert place.tousu("intake", "let-in", "0", "--topic", HANDLING).returncode == 0
        wait_until(lambda: place.of_clock(answered, "resolution")[-1] == "met", "the answer is read")
        assert place.of_clock(answered, "resolution")[1:] == ["breached?", "breach_withdrawn", "met"]
        place.report(forgotten, "acknowledged")
        wait_until(lambda: place.of_clock(forgotten, "resolution")[-1] == "breach_confirmed", "the other one stands")
        every_month_waits_no_more(place)
        wait_until(lambda: crew.is_ready("penalties"), "penalties goes on")
    assert [each["ce_type"] for each in place.told(ACCEPTED, 0) if "tousu-act" in each] == [
        "tousu.time.held_out.v1", "tousu.time.let_in.v1",
    ]  # fmt: skip
    for name in NAMES[1:]:
        rebuild_is_faithful(place, name)
    audit_finds_nothing(place)
    assert any("tousu-confirmed" in each for each in place.read(CASES, 0))
    assert "tousu-confirmed" not in place.read(CASES, 0)[-1]


def every_month_waits_no_more(place: Hurried) -> None:
    """A shard of claims is held out of all of penalties, and let in again."""
    where = ("all", "--origin", "claims/1")
    done = place.tousu("penalties", "hold-out", *where, "--reason", "#816")
    assert done.returncode == 0, done.stderr
    assert [line.split(" by ")[0] for line in done.stdout.splitlines()] == [
        f"claims/1 is held out of penalties/{shard}" for shard in range(PARTITIONS)
    ]
    wait_until(lambda: all(kinds(place, shard) == ["held_out"] for shard in range(PARTITIONS)), "it is told")
    last = place.tousu("penalties", "hold-out", "1", "--origin", "claims/0", "--reason", "#816")
    assert (last.returncode, "waits for nothing else" in last.stderr) == (4, True)
    assert place.tousu("penalties", "let-in", *where).returncode == 0
    wait_until(lambda: all(kinds(place, s) == ["held_out", "let_in"] for s in range(PARTITIONS)), "and the end of it")


def kinds(place: Hurried, shard: int) -> list[str]:
    told = [each["ce_type"] for each in place.told(PENALTIES, shard) if "tousu-act" in each]
    return [each.removeprefix("tousu.time.").removesuffix(".v1") for each in told]
