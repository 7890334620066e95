"""`tousu policy`: errors and warnings with file and line, differences, and a period played under two packs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.integration.cli.test_commands import run
from tests.printed import document_of

NETWORK = "policies/courier-network.yaml"
UNTIL = "2026-10-09T00:00:00+08:00"


@pytest.fixture
def morning(tmp_path: Path) -> Path:
    """The first events of the example's day, and what was reported of them."""
    file = tmp_path / "morning.jsonl"
    file.write_bytes(b"".join(Path("examples/courier-day.jsonl").read_bytes().splitlines(keepends=True)[:60]))
    return file


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The courier network with one limit shorter, as a next version."""
    text = Path(NETWORK).read_text("utf-8").replace('version: "1.0.0"', 'version: "1.1.0"', 1)
    file = tmp_path / "shorter.yaml"
    file.write_text(text.replace("major: {amount: 5,", "major: {amount: 2,", 1), "utf-8")
    return file


def test_a_good_pack_is_0() -> None:
    done = run("policy", "check", "courier-network", "--at", "2026-11-26T00:00:00+08:00")
    assert (done.returncode, done.stdout) == (0, b"courier-network: nothing found\n")
    assert b"note: " in done.stderr and b"claims.second_person_above: one person's word is enough" in done.stderr


def test_a_pack_that_asks_for_a_second_person_has_no_note(changed: Path) -> None:
    limit = "claims:\n  second_person_above: {amounts: {CNY: '5000'}, section: C 7, set_by: pack}\n"
    changed.write_text(changed.read_text("utf-8").replace("claims:\n", limit, 1), "utf-8")
    done = run("policy", "check", str(changed), "--at", "2026-11-26T00:00:00+08:00", "--json")
    assert (done.returncode, document_of(done)["notes"]) == (0, [])
    changed.write_text(changed.read_text("utf-8").replace("'5000'", "5000", 1), "utf-8")
    assert run("policy", "check", str(changed)).returncode == 1, "an amount stands in quotes"


def test_a_trap_is_1_with_file_line_and_fix(changed: Path) -> None:
    changed.write_text(changed.read_text("utf-8").replace("starts_on: routed", "starts_on: rooted", 1), "utf-8")
    done = run("policy", "check", str(changed), "--at", "2026-11-26T00:00:00+08:00")
    lines = changed.read_text("utf-8").splitlines()
    line = 1 + next(number for number, text in enumerate(lines) if "rooted" in text)
    wanted = f"warning: {changed}:{line}: clocks.acknowledgement.starts_on: no event is called rooted"
    assert done.returncode == 1
    assert done.stdout.decode().startswith(wanted)
    assert b"Did you mean routed?" in done.stdout


def test_an_error_is_1_too_and_json_says_which(changed: Path) -> None:
    changed.write_text(changed.read_text("utf-8").replace("grade: complex\n", "grade: hard\n", 1), "utf-8")
    done = run("policy", "check", str(changed), "--json")
    found = document_of(done)["found"]
    assert done.returncode == 1
    assert [(one["kind"], one["field"]) for one in found] == [("error", "classes.delay.grade")]


def test_a_channel_without_topic_is_a_trap(tmp_path: Path) -> None:
    text = Path(NETWORK).read_text("utf-8")
    letter = next(line for line in text.splitlines() if line.startswith("  letter: {"))
    folder = tmp_path / "policies"
    shutil.copytree("policies", folder)
    file = folder / "courier-network.yaml"
    file.write_text(text.replace(letter, f"{letter}\n{letter.replace('letter:', 'fax:', 1)}", 1), "utf-8")
    done = run("policy", "check", str(file), "--at", "2026-11-26T00:00:00+08:00")
    line = 1 + file.read_text("utf-8").splitlines().index(letter.replace("letter:", "fax:", 1))
    assert done.returncode == 1
    assert done.stdout.decode().startswith(
        f"warning: {file}:{line}: channels.fax: no topic takes complaints of channel fax"
    )


def test_a_pack_that_is_not_there_is_4() -> None:
    done = run("policy", "check", "nowhere")
    assert done.returncode == 4
    assert done.stderr.startswith(b"tousu: there is no pack nowhere")


def test_no_difference_is_0_and_a_difference_1(changed: Path) -> None:
    assert run("policy", "diff", "courier-network", "courier-network").returncode == 0
    done = run("policy", "diff", "courier-network", str(changed), "--json")
    fields = [one["field"] for one in document_of(done)["differences"]]
    assert done.returncode == 1
    assert fields == ["version", "clocks.resolution.limit_by_grade.major"]


def test_a_version_that_is_not_there_is_4() -> None:
    done = run("policy", "diff", "courier-network@0.0.1", "courier-network")
    assert done.returncode == 4
    assert b"has no version 0.0.1; it has 1.0.0" in done.stderr


def test_a_period_under_a_shorter_limit_is_due_earlier(changed: Path, morning: Path) -> None:
    packs = ("--pack", str(changed), "--against", NETWORK)
    done = run("policy", "simulate", *packs, str(morning), "--until", UNTIL, "--json")
    assert done.returncode == 1
    found = document_of(done)
    assert found["new"]["complaints"] == found["old"]["complaints"] > 0
    assert found["cases"]
    for case in found["cases"]:
        assert case["old_number"] == case["new_number"]
        assert case["fields"]["resolution.due"]["new"] < case["fields"]["resolution.due"]["old"]


def test_the_same_pack_twice_differs_in_nothing(morning: Path) -> None:
    done = run("policy", "simulate", "--pack", NETWORK, "--against", NETWORK, str(morning))
    assert done.returncode == 0
    assert b"cases differ" not in done.stdout


def test_show_lists_codes_marks_and_clocks_in_both_languages() -> None:
    said = run("policy", "show", "after-sales", "--lang", "zh")
    assert said.returncode == 0
    shown = said.stdout.decode()
    for words in ("独立处理小组", "忠诚客户", "首次回复", "1小时", "2个工作日", "waiting_for_customer"):
        assert words in shown
    shown = run("policy", "show", "after-sales").stdout.decode()
    for words in ("independent group", "loyal customer", "first reply", "1 hour ", "2 working days", "received_at"):
        assert words in shown


def test_show_as_json_says_what_starts_meets_and_pauses_each_clock() -> None:
    found = document_of(run("policy", "show", "courier-network", "--json"))
    assert {"phone", "letter"} <= {one["code"] for one in found["channels"]}
    assert {"theft", "staff"} <= {one["code"] for one in found["causes"]}
    (clock,) = [one for one in found["clocks"] if one["clock"] == "acknowledgement"]
    assert (clock["starts_on"], clock["counts_from"]) == ("routed", "event_time")
    assert ("acknowledged", ["answer_by"]) in [(each["event"], each["says"]) for each in clock["met_by"]]
    assert "reissued" in [each["event"] for each in clock["restarted_by"]]
    (clock,) = [one for one in found["clocks"] if one["clock"] == "resolution"]
    assert clock["pause_reasons"] == ["waiting_for_customer", "waiting_for_evidence", "force_majeure"]
    (clock,) = [one for one in found["clocks"] if one["clock"] == "payment"]
    assert (clock["owed_by"], clock["charged"]) == ("finance", True)
    assert [one["clock"] for one in found["clocks"] if one.get("of_each_plan")] == ["plan_instruction"]
    (loss,) = [one for one in found["classes"] if one["code"] == "loss"]
    assert loss["answer_holds"] == ["apology", "liability"]
    labelled = [*found["departments"], *found["classes"], *found["grades"], *found["clocks"], *found["plans"]]
    assert all(one["en"] and one["zh"] for one in labelled)
