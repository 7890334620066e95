"""A person marked in every field goes through the real pipeline: nothing of them is to be found outside intake's sealed
records, and nothing anywhere after they were erased, save where originals are kept for stated days.

Personal Information Protection Law of China, articles 45 and 47.
"""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from confluent_kafka import Producer

from tousu import Publisher
from tousu.connection import Connection
from tousu.contract import cards
from tousu.event import ORGANISATION, Event, binary_headers
from tousu.local.kafka import KafkaBroker
from tousu.runtime.broker import Record
from tousu.runtime.history import History

TOUSU = str(Path(sys.executable).with_name("tousu"))
POLICIES = Path(__file__).resolve().parents[2] / "policies"
WAIT_S = 120.0
PHONE = "13917824655"
MARKS = {
    "name": "麒麟骐骥", "latin": "Zyxqvant Mrkelbon", "phone": PHONE, "email": "zq.mrkone@marked-mail.example",
    "address": "杭州市余杭区标记路7709号12幢",
}  # fmt: skip
PROSE = "QXPROSEMARK"
"""Stands for what no pattern finds, a third person's name, say: only a pack that keeps text at home keeps it in."""
OTHER = "Ottermark Bleibt"
ORIGINALS = ("complaints.inbound.", "complaints.rejected")
"""Topics that hold what came in, for 14 and 30 days."""


def writings(mark: str) -> Iterator[bytes]:
    """A mark as it would lie in a file: plain, as JSON escapes it, in capitals, and of a number its digits apart."""
    for written in (mark, mark.upper(), mark.lower(), mark.replace(" ", "")):
        yield written.encode()
        yield written.encode("unicode_escape")
    if mark.isdecimal():
        yield from (f"{mark[:3]}{gap}{mark[3:7]}{gap}{mark[7:]}".encode() for gap in ("-", " "))


def hits(place: str, content: bytes, marks: tuple[str, ...]) -> list[str]:
    """Which marks stand in a content, each with the place."""
    return [f"{mark!r} in {place}" for mark in marks if any(written in content for written in writings(mark))]


class Works:
    """`tousu up` on a broker of its own, and everything it writes."""

    def __init__(self, folder: Path, broker: str) -> None:
        self.data, self.broker, self.marks = folder / "data", broker, (*MARKS.values(), PROSE)
        at_home = yaml.safe_load((POLICIES / "courier-network.yaml").read_text("utf-8"))
        at_home |= {"id": "at-home", "text_downstream": False}
        pack = folder / "at-home.yaml"
        pack.write_text(yaml.safe_dump(at_home, allow_unicode=True), "utf-8")
        self._environment = {n: v for n, v in os.environ.items() if not n.startswith("TOUSU_")}
        self._environment |= {"TOUSU_ORGANISATIONS": f"athome={pack}", "TOUSU_BROKER": broker, "TOUSU_PARTITIONS": "4"}
        self._log = (folder / "up.log").open("w+b")
        command = [TOUSU, "up", "--broker", broker, "--data", str(self.data), "--partitions", "4"]
        self.up = subprocess.Popen(command, stdout=self._log, stderr=subprocess.STDOUT, env=self._environment)
        eventually(lambda: b"all processors work" in self._said() or self.up.poll() is not None, "up is not up")
        assert self.up.poll() is None, self._said()

    def _said(self) -> bytes:
        self._log.flush()
        return Path(self._log.name).read_bytes()

    def tousu(self, *words: str, code: int = 0) -> str:
        done = subprocess.run([TOUSU, *words], env=self._environment, capture_output=True, text=True, timeout=WAIT_S)
        assert done.returncode == code, f"tousu {' '.join(words)}: {done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def records(self, *, originals: bool) -> list[Record]:
        topics = [card.topic for card in cards() if card.topic.startswith(ORIGINALS) == originals]
        with History(self.connection()) as history:
            return list(history.read(history.extents(history.places(topics))))

    def connection(self) -> Connection:
        return Connection(self.broker)

    def publish(self, event_id: str, at: datetime, data: dict[str, Any], organisation: str = "") -> None:
        """An event as any client sends it, unchecked."""
        kind = "tousu.complaint.received.phone.v1"
        more = {ORGANISATION: organisation} if organisation else {}
        event = Event(id=event_id, source="//hotline.example/west", type=kind, time=at, data=data, extensions=more)
        producer = Producer({"bootstrap.servers": self.broker})
        producer.produce(
            "complaints.inbound.phone", orjson.dumps(data), event_id.encode(), headers=dict(binary_headers(event))
        )
        assert producer.flush(WAIT_S) == 0

    def told(self, event_type: str) -> list[dict[str, Any]]:
        kind = ("ce_type", f"tousu.{event_type}.v1".encode())
        return [orjson.loads(one.value or b"{}") for one in self.records(originals=False) if kind in one.headers]

    def number_of(self, event_id: str) -> str:
        """The case that an event opened, once the limits of it run."""
        found: list[str] = []

        def is_there() -> bool:
            told = [each for each in self.told("complaint.registered") if each["source_event"]["id"] == event_id]
            found[:] = [each["case_number"] for each in told]
            return bool(found) and any(each["case_number"] == found[0] for each in self.told("clock.started"))

        eventually(is_there, f"{event_id} opens no case")
        return found[0]

    def everything(self, numbers: list[str]) -> Iterator[tuple[str, bytes]]:
        """Place and content of all that is written: topics, files, metrics, what commands say."""
        for one in self.records(originals=False):
            headers = b"\0".join(name.encode() + b"=" + (value or b"") for name, value in one.headers)
            yield f"{one.topic}/{one.partition}:{one.offset}", b"\0".join((one.key or b"", one.value or b"", headers))
        files = [path for path in self.data.rglob("*") if path.is_file() and path.suffix != ".key"]
        assert {"intake.sqlite", "router.sqlite", "intake.log"} <= {path.name for path in files}
        yield from ((path.name, path.read_bytes()) for path in files)
        yield "up.log", self._said()
        for file in (self.data / "run").glob("*.address"):
            for page in ("metrics", "readyz"):
                with urllib.request.urlopen(f"http://{file.read_text().strip()}/{page}", timeout=30) as answer:
                    yield f"{file.stem} {page}", answer.read()
        data = ("--data", str(self.data))
        for words in (
            *(("case", number, *data) for number in numbers), ("explain", numbers[0], *data), ("audit", *data),
            ("tail", "complaints.accepted", "complaints.cases", "complaints.sla", "-n", "1000"), ("report", *data),
            ("backlog", *data),
            ("triage", *data), ("ledger", "balance", *data), ("person", "find", "--case", numbers[0], *data),
            ("keys", "show", *data),
        ):  # fmt: skip
            yield " ".join(words), self.tousu(*words).encode()

    def end(self) -> None:
        self.up.send_signal(signal.SIGTERM)
        self.up.wait(WAIT_S)
        self._log.close()


def eventually(is_so: Callable[[], object], what: str) -> None:
    ends_s = time.monotonic() + WAIT_S
    pause = threading.Event()
    while not is_so():
        assert time.monotonic() < ends_s, what
        pause.wait(0.2)


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Works]:
    with KafkaBroker(tmp_path / "kafka", partitions_default=4) as broker:
        found = Works(tmp_path, broker.address)
        yield found
        found.end()


def marked(prose: str = "") -> dict[str, Any]:
    """A complaint that says who its person is in every field and, in other writings, in its text."""
    name, phone = MARKS["name"], MARKS["phone"]
    text = (
        f"快件丢了。我是{name[0]} {name[1:]}，英文{MARKS['latin'].upper()}，打{phone[:3]}-{phone[3:7]} {phone[7:]}或"
        f"微信{phone}，邮箱{MARKS['email'].upper()}，住{MARKS['address']}。{prose}"
    )
    who = {name: MARKS[name] for name in ("name", "phone", "email", "address")} | {"handle": MARKS["latin"]}
    return {
        "kind": "complaint", "content": text, "demand": f"请赔给{name}（{phone}）", "complainant": who,
        "phone": {"call_id": "C-77", "agent": "E10023", "caller_number": f"+86 {phone}"},
    }  # fmt: skip


def sealed_of(works: Works, numbers: list[str]) -> list[bytes]:
    """The wrapped keys and the sealed fields of these cases, as they stand in intake's rows."""
    found: list[bytes] = []
    with sqlite3.connect(f"file:{works.data / 'intake.sqlite'}?mode=ro", uri=True) as connection:
        for table, column in (("intake_record", "case_number"), ("intake_case", "key")):
            for number in numbers:
                for (doc,) in connection.execute(f"SELECT doc FROM {table} WHERE {column} = ?", (number,)):
                    row = orjson.loads(doc)
                    found += [row["key"]["wrapped"].encode(), *(text.encode() for text in row["sealed"].values())]
    return found


def test_of_a_marked_person_nothing_is_found_outside_intake_and_nothing_at_all_once_erased(
    works: Works, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    with Publisher(works.broker, source="//hotline.example/east") as publisher:
        publisher.complaint("phone", marked() | {"waybill_number": "YT7700000000099"}, time=now, id="marked-1")
        other = {"kind": "complaint", "content": "快件丢了", "complainant": {"name": OTHER, "phone": "13500000001"},
                 "phone": {"call_id": "C-78", "agent": "E10023"}, "class": "loss"}  # fmt: skip
        publisher.complaint("phone", other, time=now, id="other-1")
        number, left = works.number_of("marked-1"), works.number_of("other-1")
        again = marked() | {"waybill_number": "YT7700000000099", "class": "loss"}
        publisher.complaint("phone", again, time=now, id="marked-2")
        note = f"已联系 {MARKS['name']}，{PHONE}，{MARKS['latin']}，住{MARKS['address']}"
        publisher.handling(number, "acknowledged", {"note": note}, time=now, id="h-1")
    works.publish("home-1", now, marked(PROSE) | {"class": "loss"}, "athome")
    numbers = [number, works.number_of("home-1")]
    eventually(lambda: works.told("handling.acknowledged"), "the report is not accepted")

    originals = b"\0".join(one.value or b"" for one in works.records(originals=True))
    assert len(hits("originals", originals, works.marks)) >= 5  # so the grep can find
    found = [hit for place, content in works.everything(numbers) for hit in hits(place, content, works.marks)]
    assert found == []

    # What is refused lies in clear with the turn that hands it over, until the next one.
    works.publish("broken-1", now, marked(PROSE) | {"kind": "no such kind"})
    refused = ("tousu-reason", b"wrong_schema")
    eventually(lambda: any(refused in one.headers for one in works.records(originals=True)), "it was not refused")

    held = works.tousu("person", "find", "--phone", f"+86 {PHONE[:3]} {PHONE[3:]}", "--data", str(works.data), "--json")
    assert {orjson.loads(line)["case_number"] for line in held.splitlines() if line.startswith("{")} >= set(numbers)
    into = tmp_path / "export"
    works.tousu("person", "export", "--email", MARKS["email"], "--into", str(into), "--data", str(works.data))
    for name in ("person.json", "person.txt"):
        assert (into / name).stat().st_mode & 0o077 == 0
        text = (into / name).read_text("utf-8")
        assert [mark for mark in (*MARKS.values(), PROSE) if mark not in text] == []
        assert OTHER not in text

    before = sealed_of(works, numbers)
    assert len(before) > 10
    words = ("person", "erase", "--phone", PHONE, "--data", str(works.data))
    assert "nothing was erased" in works.tousu(*words, "--dry-run")
    assert "Say --yes" in works.tousu(*words, code=4)
    done = orjson.loads(works.tousu(*words, "--yes", "--json"))
    assert done["erased"] == 3 and done["wiped"]
    assert any(re.match(r"complaints\.inbound\.phone holds the original events until \d{4}-\d\d-\d\d", line)
               for line in done["remains"])  # fmt: skip
    eventually(lambda: len(works.told("person.erased")) >= 4, "nobody downstream hears of it")
    found = [hit for place, content in works.everything(numbers) for hit in hits(place, content, works.marks)]
    assert found == []
    files = b"\0".join(path.read_bytes() for path in works.data.glob("intake.sqlite*"))
    assert [sealed for sealed in before if sealed in files] == []
    assert "nothing is held" in works.tousu("person", "find", "--phone", PHONE, "--data", str(works.data), code=4)
    kept = works.tousu("person", "export", "--case", left, "--json", "--data", str(works.data))
    assert OTHER in kept
    rebuilt = f"sqlite:///{tmp_path / 'router.sqlite'}"
    works.tousu("rebuild", "router", "--into", rebuilt)
    assert hits("rebuilt", (tmp_path / "router.sqlite").read_bytes(), works.marks) == []
