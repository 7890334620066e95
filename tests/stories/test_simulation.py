"""`tousu simulate`: same input, same output, byte for byte; clocks fire where they belong; bad lines are named."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from examples.courier_day.day import tell_the_day
from tests.packs_read import load_policies
from tests.stories.telling import EXAMPLE, Told
from tousu.contract import source_on, topic_of
from tousu.demo.numbering import with_numbers
from tousu.simulation.lines import BadLine
from tousu.simulation.simulate import simulate

PACK = load_policies("courier-network")
TOUSU = str(Path(sys.executable).with_name("tousu"))


def event(kind: str, event_id: str, time: str, data: dict[str, Any], **attributes: str) -> dict[str, Any]:
    return {
        "specversion": "1.0", "id": event_id, "source": "/test", "type": f"tousu.{kind}.v1", "time": time, **attributes,
        "data": data,
    }  # fmt: skip


def rude(event_id: str = "rude", time: str = "2026-01-05T10:00:00+08:00", **attributes: str) -> bytes:
    """A simple complaint: 1 working day, so until Tuesday 6 January 2026, 24:00, and two hours to acknowledge it."""
    data = {
        "kind": "complaint", "content": "快递员态度恶劣，还骂人。", "complainant": {"name": "王伟"},
        "phone": {"call_id": "C1", "agent": "A1"},
    }  # fmt: skip
    body = event("complaint.received.phone", event_id, time, data, **attributes)
    return orjson.dumps({"topic": "complaints.inbound.phone", "key": "k", "event": body})


def report(what: str, time: str, received: str = "", number: str = "20260105-00-0001-22", **data: Any) -> bytes:
    """A department reports about the only case there is."""
    more = {"receivedtime": received} if received else {}
    body = event(f"handling.{what}", f"{what}-{time}", time, {"case_number": number, **data}, **more)
    return orjson.dumps({"key": number, "event": body | {"source": source_on(topic_of(body["type"]))}})


def answered(time: str, received: str = "") -> bytes:
    return report("customer_answered", time, received, settled=True, text="已答复", elements=["apology", "suggestions"])


def test_the_example_file_is_what_its_generator_writes() -> None:
    assert EXAMPLE.read_bytes() == b"".join(with_numbers(tell_the_day()))


def test_same_input_same_output_whatever_the_size_of_a_poll() -> None:
    lines = EXAMPLE.read_bytes().splitlines()[:110]
    until = datetime.fromisoformat("2026-09-23T12:00:00+08:00")
    first = list(simulate(PACK, lines, until))
    assert len(first) > 200
    assert list(simulate(PACK, lines, until)) == first
    assert list(simulate(PACK, lines, until, batch_max=1)) == first
    assert list(simulate(PACK, lines, until, batch_max=7)) == first


def sla(lines: list[bytes], until: str) -> list[tuple[str, str, str]]:
    """(what, clock, when) for everything that the clocks said."""
    told = Told(lines, until)
    said = [line["event"] for line in told.on("complaints.sla")]
    return [(e["type"].split(".")[2], e["data"]["clock"], e["data"]["at"]) for e in said if ".clock." in e["type"]]


def test_clocks_fire_at_their_time_after_the_last_line() -> None:
    said = sla([rude()], "2026-01-07T09:00:00+08:00")
    assert ("breached", "acknowledgement", "2026-01-05T04:00:00Z") in said
    assert ("breached", "resolution", "2026-01-06T16:00:00Z") in said


def test_without_until_time_stands_still_after_the_last_line() -> None:
    said = [orjson.loads(line)["event"]["type"] for line in simulate(PACK, [rude()])]
    assert "tousu.clock.started.v1" in said
    assert "tousu.clock.breached.v1" not in said


def test_a_clock_due_before_an_arrival_fires_before_it() -> None:
    lines = [rude(), answered("2026-01-07T00:00:01+08:00")]
    told = [orjson.loads(line) for line in simulate(PACK, lines)]
    kinds = [line["event"]["type"] for line in told]
    assert kinds.index("tousu.clock.breached.v1") < kinds.index("tousu.handling.customer_answered.v1")


def test_an_answer_that_arrives_at_the_very_moment_is_in_time() -> None:
    """A clock due at D fires before events later than D; the answer at D itself comes first."""
    told = report("acknowledged", "2026-01-05T10:30:00+08:00", answer_by="2026-01-07T00:00:00+08:00")
    lines = [rude(), told, answered("2026-01-07T00:00:00+08:00")]
    said = sla(lines, "2026-01-08T00:00:00+08:00")
    assert ("met", "resolution", "2026-01-06T16:00:00Z") in said
    assert not [each for each in said if each[0] == "breached"]


def test_the_time_of_receipt_is_the_time_of_arrival() -> None:
    """Told in time, reported late: the breach that was published is withdrawn."""
    late = answered("2026-01-06T17:00:00+08:00", received="2026-01-07T09:00:00+08:00")
    lines = [rude(), report("acknowledged", "2026-01-05T10:30:00+08:00"), late]
    said = [each[:2] for each in sla(lines, "2026-01-07T10:00:00+08:00")]
    assert ("breached", "resolution") in said
    assert ("breach_withdrawn", "resolution") in said


def test_bytes_that_are_no_json_come_out_as_they_went_in() -> None:
    line = orjson.dumps({"topic": "complaints.inbound.web", "key": "k", "value": '{"id": "cut'})
    (out,) = [orjson.loads(each) for each in simulate(PACK, [line])]
    assert out["topic"] == "complaints.rejected"
    assert out["event"]["reason"] == "broken_json"
    assert out["event"]["data_base64"] == "eyJpZCI6ICJjdXQ="


@pytest.mark.parametrize(
    "line, words",
    [
        (b"{", "line 2"),
        (b'{"topic": "complaints.inbound.web"}', "give one of `event`"),
        (b'{"topic": "complaints.inbound.fax", "event": {"id": "1"}}', "complaints.inbound.fax does not exist"),
        (b'{"topic": "t", "evnt": {}}', "evnt"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(line: bytes, words: str) -> None:
    def lines() -> Iterator[bytes]:
        yield rude()
        yield line

    with pytest.raises(BadLine, match="line 2") as raised:
        list(simulate(PACK, lines()))
    assert words in str(raised.value)


def test_the_command_prints_one_line_an_event(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_bytes(rude() + b"\n")
    command = [TOUSU, "simulate", "--pack", "courier-network", str(file), "--until", "2026-01-07T09:00:00+08:00"]
    first = subprocess.run(command, capture_output=True, check=True)
    second = subprocess.run(command, capture_output=True, check=True)
    assert first.stdout == second.stdout
    lines = [orjson.loads(line) for line in first.stdout.splitlines()]
    assert [sorted(line) for line in lines] == [["event", "key", "topic"]] * len(lines)
    assert lines[0]["event"]["type"] == "tousu.complaint.registered.v1"
    assert not [line for line in lines if "ticked" in line["event"]["type"]]
