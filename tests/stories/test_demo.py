"""The demo from end to end, on both brokers; and afterwards everything that it promises to look at.

The demo on Kafka is played once; its broker is then started again on the data that it left.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import psutil
import pytest

from tests.printed import document_of
from tests.stories.played_demo import TOUSU, WAIT_S, Played, run
from tousu.demo import customers
from tousu.demo.any_day import tell_a_day
from tousu.demo.diary import Diary, at
from tousu.demo.numbering import with_numbers
from tousu.local.kafka import KafkaBroker
from tousu.policy.loading import load_pack
from tousu.simulation.processors import WITH_CHECKPOINT

CLOCKS = ("acknowledgement", "plan_instruction", "promised_answer", "resolution")


def still_running(data: Path) -> list[str]:
    """Processes that name this folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if any(str(data) in word for word in words) and process.pid != os.getpid():
            found.append(" ".join(words))
    return found


def test_nobody_else_can_look_into_the_folder(on_kafka: Played) -> None:
    everything = (on_kafka.data, *on_kafka.data.rglob("*"))
    assert len(everything) > 50
    assert not [str(path) for path in everything if path.lstat().st_mode & 0o077]


@pytest.fixture(scope="module")
def broker(on_kafka: Played) -> Iterator[str]:
    """The demo's own broker once more, with its topics."""
    with KafkaBroker(on_kafka.data / "kafka") as again:
        yield again.address


def table_of(said: str) -> dict[str, str]:
    """The rows of the summary, each with its words on one line."""
    rows: dict[str, list[str]] = {}
    name = ""
    for row in re.findall(r"^│ (.*?) │ (.*?) +│$", said, re.MULTILINE):
        name = row[0].strip() or name
        rows.setdefault(name, []).append(row[1].strip())
    return {name: " ".join(words) for name, words in rows.items()}


@pytest.mark.kafka
@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_readme_shows_what_the_demo_says(on_kafka: Played, page: str) -> None:
    """Every line of its excerpt (but when it was said: a busy machine says things together), every row of its sum."""
    text = (Path(__file__).resolve().parents[2] / page).read_text()
    (excerpt,) = re.findall(r"```\n(\d\d-\d\d \d\d:\d\d  .*?)```", text, re.DOTALL)
    told = {line[13:] for line in on_kafka.said.splitlines()}
    assert [line for line in excerpt.splitlines() if line[13:] not in told] == []
    (sums,) = re.findall(r"```\n(published .*?)```", text, re.DOTALL)
    shown, wrong = table_of(on_kafka.said), []
    for line in sums.splitlines():
        name, _, words = line.partition("  ")
        if not shown.get(name, "").startswith(words.strip().removesuffix(" …").removesuffix(",")):
            wrong.append(line)
    assert wrong == []


def number_of(played: Played, event_id: str) -> str:
    for line in (played.data / "events.jsonl").read_bytes().splitlines():
        data = orjson.loads(line)["event"].get("data", {})
        if data.get("source_event", {}).get("id") == event_id:
            return str(data["case_number"])
    raise AssertionError(f"{event_id} opened no case")


def test_demo_on_the_embedded_broker_says_that_it_is_in_memory_only(tmp_path: Path) -> None:
    done = run("demo", "--broker", "embedded", "--data", str(tmp_path / "demo"), "--json")
    assert "in memory only" in done.stderr
    told = document_of(done)
    assert (told["backlog"], told["broker"]) == (0, "embedded")
    assert told["published"] == told["accepted"] + told["repeated"] + sum(told["rejected"].values()) - 1
    assert told["clocks"]["breach_withdrawn"] > 0 and told["early_warnings"] > 0
    money = {name: Decimal(amount) for name, amount in told["money"]["CNY"].items()}
    assert money["awarded"] == money["paid"] + money["outstanding"] + money["withdrawn"]
    assert min(money.values()) > 0 and told["ledger_balanced"]
    assert set(told["payment_questions"]) == {"already_paid", "other_amount"}
    assert {"complaint", "late_handling", "false_report"} <= set(told["penalties"])
    assert not still_running(tmp_path / "demo")


@pytest.mark.kafka
def test_demo_tells_what_came_of_the_day(on_kafka: Played) -> None:
    said = on_kafka.said
    for words in (
        "accepted", "rejected", "routed to", "clocks", "claims opened", "claims refused", "ledger balanced",
        "penalties", "instructions", "cases closed", "Where to look next",
        "claim 1: 112.00 CNY offered", "finance: pay 112.00 CNY for claim 1", "is a question: other_amount",
        "refused: reported_after_signing", "closed: materials_missing", "regulator rules 1280.00 CNY", "fee of 6 %",
        "reported falsely", "person K-0417: 2026-09 closes with",
    ):  # fmt: skip
        assert words in said
    assert "│ backlog        │ 0 " in said
    typed = Path(TOUSU).relative_to(Path.cwd()) if Path(TOUSU).is_relative_to(Path.cwd()) else TOUSU
    assert f"  {typed if shutil.which('tousu') is None else 'tousu'} case 20260922-" in said
    assert on_kafka.took_s < 180, "a busy machine is slower; an idle one takes half a minute"
    assert not still_running(on_kafka.data)


@pytest.mark.kafka
def test_after_the_demo_case_and_explain_need_no_broker(on_kafka: Played) -> None:
    number = number_of(on_kafka, "case-7-four-pieces")
    folder = ("--data", str(on_kafka.data))
    case: dict[str, Any] = document_of(run("case", number, *folder, "--json"))
    assert (case["state"], len(case["claims"])) == ("closed", 4)
    assert {clock["name"]: clock["status"] for clock in case["clocks"]} == {
        **dict.fromkeys(CLOCKS, "met"), "evaluation": "running",
    }  # fmt: skip
    assert "tousu.case.closed.v1" in {line["event"]["type"] for line in case["story"]}
    why = document_of(run("explain", number, *folder, "--json"))
    resolution = next(clock for clock in why["clocks"] if clock["name"] == "resolution")
    assert "中秋节" in [each["words"] for each in resolution["intervals"]]
    assert sum(each["counted_s"] for each in resolution["intervals"]) == resolution["elapsed_s"]
    of_the_case = [line for line in case["story"] if line["event"]["type"] == "tousu.clock.met.v1"]
    assert sum("claim_number" not in line["event"]["data"] for line in of_the_case) == len(CLOCKS)
    shown = run("case", number, *folder).stdout
    assert len(re.findall(r"clock\.met\b", shown)) == len(of_the_case)  # clock.met_late is another event


@pytest.mark.kafka
def test_explain_says_what_the_databases_know_where_there_is_no_story(on_kafka: Played) -> None:
    number = number_of(on_kafka, "case-7-four-pieces")
    done = run("explain", number, "--data", str(on_kafka.data), "--broker", "127.0.0.1:1", "--json")
    assert "no story" in done.stderr
    why = document_of(done)
    assert why["source"] == "databases"
    counted = {row["what"]: row["why"] for row in why["clocks"][1]["counted"]}
    assert counted["Fri 2026-09-25"] == "中秋节"
    assert counted["Wed 2026-09-30"] == "working day 5"


@pytest.mark.kafka
def test_no_case_is_said_and_not_shown_as_empty(on_kafka: Played) -> None:
    done = run("case", "20260922-00-9999-22", "--data", str(on_kafka.data), check=False)
    assert done.returncode == 4
    assert "there is no case 20260922-00-9999-22" in done.stderr


@pytest.mark.kafka
def test_rejected_list_shows_reason_place_and_bytes(on_kafka: Played) -> None:
    listed = run(
        "rejected", "list", "--data", str(on_kafka.data), "--reason", "nul_character", "--json", "--check", check=False
    )
    assert listed.returncode == 1
    (event,) = [orjson.loads(line) for line in listed.stdout.splitlines()]
    assert (event["place"], event["topic"]) == ("/data/content", "complaints.inbound.web")
    assert event["data_base64"]


@pytest.mark.kafka
def test_topics_and_databases_agree_byte_for_byte(on_kafka: Played, broker: str) -> None:
    """I1, I2, I4."""
    report = document_of(run("audit", "--broker", broker, "--data", str(on_kafka.data), "--json"))
    assert report["findings"] == []
    assert report["inbound"] > 700 and report["outputs"] > 4000


@pytest.mark.kafka
def test_an_audit_finds_what_was_tampered_with(on_kafka: Played, broker: str, tmp_path: Path) -> None:
    """The audit can fail: an older database does not know of the last records, a forged digest does not fit."""
    for file in on_kafka.data.glob("*.sqlite"):
        shutil.copy(file, tmp_path / file.name)
    import sqlite3

    with sqlite3.connect(tmp_path / "sla.sqlite") as database:
        (doc,) = database.execute("SELECT doc FROM sla_checkpoint WHERE shard = 1").fetchone()
        checkpoint = orjson.loads(doc)
        checkpoint["digests"]["complaints.sla/1"] = "0" * 32
        checkpoint["numbers"]["complaints.outcomes/1"] += 1_000
        database.execute("UPDATE sla_checkpoint SET doc = ? WHERE shard = 1", (orjson.dumps(checkpoint).decode(),))
    done = run("audit", "--broker", broker, "--data", str(tmp_path), "--json", check=False)
    assert done.returncode == 1
    places = {finding["place"] for finding in document_of(done)["findings"]}
    assert places == {"sla/1 -> complaints.sla/1", "sla/1 -> complaints.outcomes/1"}


@pytest.mark.kafka
@pytest.mark.parametrize("processor", WITH_CHECKPOINT[1:])
def test_a_rebuild_says_exactly_what_was_said(on_kafka: Played, broker: str, tmp_path: Path, processor: str) -> None:
    """I9: the log into an empty database gives the same outputs; nothing is published."""
    into = f"sqlite:///{tmp_path / 'rebuilt.sqlite'}"
    options = ("--broker", broker, "--data", str(on_kafka.data))
    rebuilt = document_of(run("rebuild", processor, *options, "--into", into, "--json"))
    assert rebuilt["faithful"] and rebuilt["same"] > 50
    twice = run("rebuild", processor, *options, "--into", into, check=False)
    assert twice.returncode == 4
    assert "already has checkpoints" in twice.stderr


@pytest.mark.kafka
def test_the_backlog_is_measured_by_checkpoints(on_kafka: Played, broker: str) -> None:
    options = ("--broker", broker, "--data", str(on_kafka.data))
    rows = [orjson.loads(line) for line in run("backlog", *options, "--json", "--check").stdout.splitlines()]
    assert {(row["processor"], row["shard"]) for row in rows} >= {("intake", 0), ("claims", 3)}
    assert [row["events"] for row in rows] == [0] * len(rows)


@pytest.mark.kafka
def test_tail_and_rejects_come_from_the_topics_too(on_kafka: Played, broker: str) -> None:
    (last,) = run("tail", "outcomes", "--broker", broker, "-n", "1", "--json").stdout.splitlines()
    assert orjson.loads(last)["topic"] == "complaints.outcomes"
    from_topics = run("rejected", "list", "--broker", broker, "--json").stdout.splitlines()
    from_archive = run("rejected", "list", "--data", str(on_kafka.data), "--json").stdout.splitlines()
    assert sorted(from_topics) == sorted(from_archive)


@pytest.mark.kafka
@pytest.mark.parametrize("as_of", [(), ("--as-of", "2026-09-22T18:00:00+08:00")])
def test_a_report_from_the_topics_is_that_of_what_was_kept(
    on_kafka: Played, broker: str, as_of: tuple[str, ...]
) -> None:
    asked = ("report", "--by", "department", "--measure", "all", "--csv", "-", *as_of)
    from_topics = run(*asked, "--broker", broker).stdout
    assert len(from_topics.splitlines()) > 3
    assert run(*asked, "--data", str(on_kafka.data)).stdout == from_topics


@pytest.mark.kafka
def test_a_replay_sends_the_bytes_back_untouched_and_counts(on_kafka: Played, broker: str) -> None:
    dry = document_of(run("rejected", "replay", "--broker", broker, "--reason", "wrong_encoding", "--json"))
    assert dry["replayed"] == [] and len(dry["would_replay"]) == 1
    done = run("rejected", "replay", "--broker", broker, "--reason", "wrong_encoding", "--yes", "--json")
    (sent,) = document_of(done)["replayed"]
    assert (sent["to"].rpartition("/")[0], sent["attempt"]) == ("complaints.inbound.onsite", 2)
    options = ("--broker", broker, "--data", str(on_kafka.data), "--json", "--check")
    behind = run("backlog", *options, check=False)
    assert behind.returncode == 1
    assert sum(orjson.loads(line)["events"] for line in behind.stdout.splitlines()) == 1


def test_a_demo_that_is_ended_leaves_nothing_running(tmp_path: Path) -> None:
    data = tmp_path / "demo"
    demo = subprocess.Popen(
        [TOUSU, "demo", "--broker", "embedded", "--data", str(data)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert demo.stdout is not None
    while b"now the day begins" not in demo.stdout.readline():
        assert demo.poll() is None
    demo.send_signal(signal.SIGINT)
    assert demo.wait(WAIT_S) == 130
    demo.communicate()
    assert not still_running(data)


def test_without_the_broker_s_jars_the_demo_says_so_and_goes_on_embedded(tmp_path: Path) -> None:
    demo = subprocess.Popen(
        [TOUSU, "demo", "--broker", "kafka", "--data", str(tmp_path / "demo")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"TOUSU_CACHE": str(tmp_path)},
    )  # fmt: skip
    assert demo.stdout is not None
    said = ""
    while "broker ready" not in said:
        said += demo.stdout.readline()
        assert demo.poll() is None
    demo.send_signal(signal.SIGINT)
    assert demo.wait(WAIT_S) == 130
    demo.communicate()
    assert "No real broker can be had here" in said and "`make kafka`" in said
    assert "in memory only" in said


# --- any file: --file ------------------------------------------------------------------------------------------------


def complains(diary: Diary, day: date, name: str = "") -> str:
    """A customer of the courier network calls at nine in the morning, on this day."""
    person = customers.person(diary)
    said = customers.told(diary, "phone", person, "快件三天还没送到，一直显示派送中。", at("09:00", day), "HZ-017")
    piece = {"waybill_number": customers.waybill(diary), "route": "domestic"}
    return diary.complaint("phone", at("09:00", day), said | piece, event_id=name)


def played_file(path: Path, lines: Iterable[bytes], *, check: bool = True) -> subprocess.CompletedProcess[str]:
    file = path / "file.jsonl"
    file.write_bytes(b"".join(lines))
    data = ("--broker", "embedded", "--data", str(path / "demo"))
    return run("demo", "--file", str(file), *data, "--json", check=check)


def told_of(path: Path, name: str) -> list[dict[str, Any]]:
    """What was published of this name, in order."""
    lines = [orjson.loads(line)["event"] for line in (path / "demo" / "events.jsonl").read_bytes().splitlines()]
    return [event["data"] for event in lines if event["type"] == f"tousu.{name}.v1"]


def test_a_file_of_three_weeks_passes_with_all_its_days(tmp_path: Path) -> None:
    """Two calls that nobody answers. Delay: three working days (C 5), from Monday, 2 March, so until Thursday's end."""
    diary = Diary(1)
    complains(diary, date(2026, 3, 2), "first")
    complains(diary, date(2026, 3, 23))
    told = document_of(played_file(tmp_path, with_numbers([line for _, line in diary.in_order()])))
    assert (told["published"], told["complaints"], told["rejected"], told["backlog"]) == (2, 2, {}, 0)
    (resolution,) = [one for one in told_of(tmp_path, "clock.breached") if one["clock"] == "resolution"]
    assert resolution["due_at"] == resolution["at"] == "2026-03-05T16:00:00Z"
    assert told["duty"] == {}, "a file of anybody's promises to show nothing"


def test_a_file_of_another_pack_is_refused_line_by_line_where_it_does_not_fit(tmp_path: Path) -> None:
    """A garage's hundred lines: the network has no message board, and its people write about no case it knows."""
    lines = list(with_numbers(tell_a_day(load_pack("auto-service")), "auto-service"))[:100]
    told = document_of(played_file(tmp_path, lines))
    assert (told["published"], told["backlog"]) == (100, 0)
    assert told["rejected"]["unknown_channel"] > 0
    assert told["complaints"] > 0


def test_a_file_that_cannot_be_played_is_named_before_anything_starts(tmp_path: Path) -> None:
    done = played_file(tmp_path, [b"\xef\xbb\xbf{}\n"], check=False)
    assert (done.returncode, done.stdout) == (4, "")
    assert "line 1: starts with a byte order mark" in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "demo").exists()


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("three years of work")
    done = run("demo", "--broker", "embedded", "--data", str(tmp_path), check=False)
    assert done.returncode == 4
    assert "is not empty and not a former demo's folder" in done.stderr
    assert (tmp_path / "thesis.txt").exists()
