"""`tousu explain`: text, JSON and picture of a case whose story lies in a folder; what cannot be done is said."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.packs_read import load_policies
from tests.printed import document_of
from tousu.demo.onlooker import ARCHIVE
from tousu.simulation.simulate import simulate

TOUSU = str(Path(sys.executable).with_name("tousu"))
NOBODY = "127.0.0.1:1"
ANY = "20260922-03-0019-24"


def line(topic: str, kind: str, time: str, data: dict[str, Any]) -> bytes:
    """An inbound event of a file for the simulation."""
    event = {
        "specversion": "1.0", "id": time, "source": "/test", "type": f"tousu.{kind}.v1", "time": time, "data": data,
    }  # fmt: skip
    return orjson.dumps({"topic": f"complaints.inbound.{topic}", "key": data.get("case_number", "k"), "event": event})


PROMISED = "2026-09-28T18:00:00+08:00"
ELAPSED_S = {"acknowledgement": 30 * 60, "promised_answer": (4 * 24 + 6) * 3600 + 30 * 60, "resolution": 17 * 3600,
             "evaluation": 0}  # fmt: skip
"""From the complaint to the promise, from the promise to the answer, the working hours in between; the rest begins."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a demo keeps of its topics: a rude courier on the day before the Mid-Autumn Festival, answered after it."""
    data = {"kind": "complaint", "content": "快递员态度恶劣，还骂人。", "complainant": {"name": "王伟"},
            "phone": {"call_id": "C1", "agent": "A1"}}  # fmt: skip
    opening = line("phone", "complaint.received.phone", "2026-09-24T10:00:00+08:00", data)
    policies = load_policies("courier-network")
    (registered, *_) = simulate(policies, [opening])
    of_case = {"case_number": orjson.loads(registered)["key"]}
    answer = of_case | {"settled": True, "text": "已道歉并请客户提出建议", "elements": ["apology", "suggestions"]}
    lines = [
        opening,
        line("handling", "handling.acknowledged", "2026-09-24T10:30:00+08:00", of_case | {"answer_by": PROMISED}),
        line("handling", "handling.customer_answered", "2026-09-28T17:00:00+08:00", answer),
    ]
    kept = tmp_path_factory.mktemp("kept")
    (kept / ARCHIVE).write_bytes(b"".join(told + b"\n" for told in simulate(policies, lines)))
    return kept


@pytest.fixture(scope="module")
def number(folder: Path) -> str:
    first = (folder / ARCHIVE).read_bytes().splitlines()[0]
    return str(orjson.loads(first)["key"])


def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[bytes]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TOUSU_")} | settings
    return subprocess.run([TOUSU, "explain", *arguments], capture_output=True, env=environ, timeout=60)


def test_text(folder: Path, number: str) -> None:
    done = run(number, "--data", str(folder))
    assert done.returncode == 0, done.stderr
    said = done.stdout.decode()
    for words in ("1 working day, set by the source (C 5), for grade simple", "中秋节", "Which clocks run, and why",
                  "it is for inquiries, and the case is a complaint", "time with"):  # fmt: skip
        assert words in said


def test_json_has_intervals_that_add_up(folder: Path, number: str) -> None:
    done = run(number, "--data", str(folder), "--json")
    found = document_of(done)
    assert found["source"] == "story"
    for clock in found["clocks"]:
        assert sum(each["counted_s"] for each in clock["intervals"]) == clock["elapsed_s"]
        assert clock["elapsed_s"] == ELAPSED_S[clock["name"]]
        assert sum(each["counted_s"] for each in clock["by_departments"]) == clock["elapsed_s"]
        assert all(each["counted_s"] == each["elapsed_s"] for each in clock["events"] if "elapsed_s" in each)
    assert {each["clock"] for each in found["attachments"] if each["attached"]} == ELAPSED_S.keys()


def test_one_clock_alone(folder: Path, number: str) -> None:
    found = document_of(run(number, "--data", str(folder), "--clock", "resolution", "--json"))
    assert [each["name"] for each in found["clocks"]] == ["resolution"]
    done = run(number, "--data", str(folder), "--clock", "resolutoin")
    assert done.returncode == 4
    assert b"acknowledgement, promised_answer, plan_instruction, resolution, evaluation, inquiry_answer" in done.stderr


def test_a_picture(folder: Path, number: str, tmp_path: Path) -> None:
    file = tmp_path / "case.svg"
    done = run(number, "--data", str(folder), "--picture", str(file))
    assert (done.returncode, done.stdout) == (0, b"")
    assert str(file).encode() in done.stderr
    assert number in "".join(ET.fromstring(file.read_text("utf-8")).itertext())


def test_a_png_without_converter_is_4_and_says_how_to_get_one(folder: Path, number: str, tmp_path: Path) -> None:
    file = tmp_path / "case.png"
    done = run(number, "--data", str(folder), "--picture", str(file), PATH="")
    assert done.returncode == 4
    assert b"librsvg" in done.stderr and b".svg" in done.stderr
    assert not file.exists()


def test_wrong_usage_is_2(folder: Path, number: str) -> None:
    done = run(number, "--data", str(folder), "--picture", "case.gif")
    assert done.returncode == 2
    assert b".svg or .png" in done.stderr


def test_a_case_that_is_not_there_is_4(folder: Path) -> None:
    done = run("20260922-00-9999-22", "--data", str(folder))
    assert done.returncode == 4
    assert b"there is no case 20260922-00-9999-22" in done.stderr


def test_a_pack_that_is_not_there_is_4(folder: Path, number: str) -> None:
    done = run(number, "--data", str(folder), "--pack", "nowhere")
    assert done.returncode == 4
    assert b"there is no pack nowhere" in done.stderr


def test_a_picture_needs_the_story(tmp_path: Path) -> None:
    done = run(ANY, "--data", str(tmp_path), "--broker", NOBODY, "--picture", str(tmp_path / "case.svg"))
    assert done.returncode == 3
    assert NOBODY.encode() in done.stderr


def test_without_story_and_databases_the_databases_are_asked_for(tmp_path: Path) -> None:
    done = run(ANY, "--data", str(tmp_path), "--broker", NOBODY)
    assert done.returncode == 4
    assert b"router.sqlite is not there" in done.stderr
