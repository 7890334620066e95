"""The command line says what is wrong, where, and with which exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from tests.printed import document_of

TOUSU = str(Path(sys.executable).with_name("tousu"))
COMMANDS = (
    ("demo",), ("up",), ("simulate",), ("publish",), ("tail",), ("case",), ("explain",), ("report",), ("triage",),
    ("backlog",), ("rebuild",), ("audit",), ("rejected", "list"), ("rejected", "replay"), ("topics", "apply"),
    ("topics", "check"), ("topics", "grow"), ("archive", "write"), ("archive", "check"),
    ("ledger",), ("ledger", "balance"), ("ledger", "entries"), ("ledger", "accounts"), ("ledger", "questions"),
    ("shard", "show"), ("shard", "skip"), ("shard", "resume"), ("shard", "accept-clock"),
    ("intake", "hold-out"), ("intake", "let-in"), ("penalties", "hold-out"), ("penalties", "let-in"),
    ("policy", "check"), ("policy", "diff"), ("policy", "measure"),
    ("policy", "recalculate"), ("policy", "simulate"),
)  # fmt: skip
NOBODY = "127.0.0.1:1"
"""No broker listens here."""


def run(*arguments: str, stdin: bytes = b"", **settings: str) -> subprocess.CompletedProcess[bytes]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TOUSU_")} | settings
    return subprocess.run([TOUSU, *arguments], input=stdin, capture_output=True, env=environ, timeout=60)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself_with_an_example(command: tuple[str, ...]) -> None:
    done = run(*command, "--help")
    assert done.returncode == 0
    assert b"Example: tousu " + " ".join(command).encode() in done.stdout


def test_help_lists_every_command() -> None:
    done = run("--help")
    for command in COMMANDS:
        assert f"\n  {command[0]} ".encode() in done.stdout


def test_the_commands_are_there_before_anything_heavy_is_imported() -> None:
    heavy = ("sqlalchemy", "confluent_kafka", "kafka", "faust", "jsonschema_rs", "holidays", "yaml")
    said = f"import sys, tousu.cli.commands; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, timeout=60, check=True)
    assert done.stdout == b"[]\n"


def test_wrong_usage_is_2() -> None:
    assert run("demo", "--brokr", "kafka").returncode == 2
    assert run("nonsense").returncode == 2


def test_a_broker_that_is_away_is_3_and_one_sentence() -> None:
    done = run("topics", "apply", "--broker", NOBODY)
    assert done.returncode == 3
    assert done.stderr.startswith(b"tousu: ") and NOBODY.encode() in done.stderr
    assert b"Traceback" not in done.stderr


def test_what_cannot_be_done_is_4_and_one_sentence(tmp_path: Path) -> None:
    done = run("case", "20260922-00-0001-22", "--data", str(tmp_path))
    assert done.returncode == 4
    assert b"router.sqlite is not there: has router ever run with this data folder?" in done.stderr
    done = run("simulate", str(tmp_path / "none.jsonl"))
    assert (done.returncode, done.stdout) == (4, b"")
    done = run("simulate", "--pack", "no-such-pack", "-")
    assert done.returncode == 4
    assert b"courier-network" in done.stderr


def test_a_misspelt_setting_stops_a_command() -> None:
    done = run("backlog", TOUSU_BROKR="localhost:9092")
    assert done.returncode == 4
    assert b"did you mean TOUSU_BROKER?" in done.stderr


def line(topic: str = "complaints.inbound.phone", **changed: object) -> bytes:
    data = {
        "kind": "complaint", "content": "快递延误了", "complainant": {"name": "王伟"},
        "phone": {"call_id": "C1", "agent": "A1"},
    }  # fmt: skip
    event = {
        "specversion": "1.0", "id": "1", "source": "/hotline", "type": "tousu.complaint.received.phone.v1",
        "time": "2026-01-04T09:30:00+08:00", "data": data,
    }  # fmt: skip
    return orjson.dumps({"topic": topic, "key": "k", "event": event | changed}) + b"\n"


@pytest.mark.parametrize(
    "wrong, reason, place",
    [
        (b"{\n", "broken_json", "byte 2"),
        (b'{"topic": "complaints.inbound.phone"}\n', "malformed_data", ""),
        (line("complaints.accepted"), "unknown_channel", "topic"),
        (line("complaints.inbound.web"), "not_allowed", "type"),
        (line(id=""), "missing_attribute", "id"),
        (line(time="2026-01-04 09:30"), "malformed_time", "time"),
        (line(type="tousu.complaint.recieved.phone.v1"), "unknown_type", "type"),
        (line(data={"kind": "complaint"}), "wrong_schema", "/content"),
    ],
)
def test_publish_says_what_is_wrong_and_where_before_it_sends_anything(wrong: bytes, reason: str, place: str) -> None:
    done = run("publish", "-", "--json", "--broker", NOBODY, stdin=line() + wrong)
    assert done.returncode == 1
    said = document_of(done)
    (found,) = said["wrong"]
    assert (found["line"], found["reason"], found["place"]) == (2, reason, place)
    assert (said["valid"], said["published"]) == (1, [])


@pytest.mark.parametrize(
    ("wrong", "words"),
    (
        (line().replace(b'"hotline', b'"\xbf\xec').replace(b"/hotline", b"/\xbf\xec"), b"not UTF-8"),
        (b"\xef\xbb\xbf" + line(), b"byte order mark"),
        (b"\xff\xfe" + line().decode().encode("utf-16-le"), b"UTF-"),
    ),
    ids=("GBK", "a byte order mark", "UTF-16"),
)
def test_the_line_in_another_encoding_is_named(wrong: bytes, words: bytes) -> None:
    for command in (("simulate", "-"), ("publish", "-", "--dry-run")):
        done = run(*command, stdin=wrong)
        assert done.returncode == 4
        assert b"line 1: " in done.stderr
        assert words in done.stderr
        assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("broker", ["local", "kafka:", ":9092", "kafka:99999", "kafka:9092,other"])
@pytest.mark.parametrize("command", [("up",), ("tail", "cases")], ids=" ".join)
def test_a_broker_that_cannot_be_one_is_4_and_shows_the_right_form(command: tuple[str, ...], broker: str) -> None:
    done = run(*command, "--broker", broker)
    assert (done.returncode, done.stdout) == (4, b"")
    assert done.stderr.decode() == (
        f"tousu: --broker is {broker!r} but must be host:port, several separated by commas; "
        "for example --broker kafka-1:9092\n"
    )


def test_publish_can_be_tried_without_a_broker() -> None:
    done = run("publish", "-", "--dry-run", stdin=line())
    assert (done.returncode, done.stdout) == (0, b"1 right, 0 wrong, 0 published\n")


def test_shell_completion_can_be_had() -> None:
    done = run("--show-completion", SHELL="/bin/bash", _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    assert done.returncode in (0, 2)  # 2: the shell is not told; never a traceback
    assert b"Traceback" not in done.stderr


def labelled(*lines: dict[str, object]) -> bytes:
    return b"".join(orjson.dumps({"language": "zh-Hans"} | line) + b"\n" for line in lines)


def test_measure_shows_each_class_and_lists_what_went_wrong_but_never_what_is_held_out(tmp_path: Path) -> None:
    file = tmp_path / "texts.jsonl"
    file.write_bytes(
        labelled(
            {"id": "1", "text": "包裹丢了", "class": "loss"},
            {"id": "2", "text": "您好", "class": "loss"},
            {"id": "3", "text": "您好啊", "class": "delay", "held_out": True},
        )
    )
    done = run("policy", "measure", str(file), "--words", "courier", "--wrong", "--json")
    assert done.returncode == 0
    said = document_of(done)
    (loss,) = [one for one in said["all"]["classes"] if one["class"] == "loss"]
    assert (loss["texts"], loss["precision"], loss["recall"]) == (2, 1.0, 0.5)
    assert [(one["id"], one["wanted"], one["given"]) for one in said["wrong"]] == [("2", "loss", "triage")]
    assert said["held_out"]["texts"] == 1
    done = run("policy", "measure", str(file), "--pack", "courier-network")
    assert done.returncode == 0 and b"3 texts, accuracy 0.33" in done.stdout


def test_measure_says_what_it_needs(tmp_path: Path) -> None:
    file = tmp_path / "texts.jsonl"
    file.write_bytes(b"{}\n")
    assert run("policy", "measure", str(file)).returncode == 2
    assert run("policy", "measure", str(tmp_path / "none"), "--words", "courier").returncode == 2
    done = run("policy", "measure", str(file), "--words", "courier")
    assert done.returncode == 4 and b"texts.jsonl:1: " in done.stderr
    done = run("policy", "measure", str(file), "--words", "atlantis")
    assert done.returncode == 4


def test_triage_without_a_database_says_so(tmp_path: Path) -> None:
    done = run("triage", "--data", str(tmp_path))
    assert done.returncode == 4 and b"has router ever run with this data folder?" in done.stderr
