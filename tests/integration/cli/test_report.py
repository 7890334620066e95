"""`tousu report` on what was kept of a log: table, CSV, JSON, chart, targets, and what is said of a wrong word."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.printed import document_of
from tests.rules.report.log import TRANSPORT, Log, told

TOUSU = str(Path(sys.executable).with_name("tousu"))


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TOUSU_")}
    return subprocess.run([TOUSU, "report", *arguments], capture_output=True, text=True, env=environ, timeout=60)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A delay that was breached on Friday; on Monday it is known that it had been answered in time."""
    log = Log()
    log.complaint("K1", "09-22 10:00")
    log.clock("K1", "breached", "09-25 23:59")
    log.answered("K1", "09-25 17:00")
    log.clock("K1", "breach_withdrawn", "09-28 09:00")
    log.clock("K1", "met", "09-25 17:00")
    log.satisfied("K1", "09-28 09:30", score=3)
    known_at = ["09-22 10:00", "09-25 23:59", *["09-28 09:00"] * 4, "09-28 09:30"]
    return kept(tmp_path, log.events, [told(when) for when in known_at])


def kept(folder: Path, events: list[dict[str, Any]], known_at: list[str]) -> Path:
    lines = [
        {"topic": event["id"].partition(":")[2].partition("/")[0], "key": event.get("subject"), "event": event}
        | ({"known_at": moment} if moment else {})
        for event, moment in zip(events, known_at, strict=True)
    ]
    (folder / "events.jsonl").write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
    return folder


def test_a_table_without_groups_has_a_line_for_each_measure(data: Path) -> None:
    done = run("--data", str(data))
    assert done.returncode == 0, done.stderr
    lines = [line.strip("│ ").split("│") for line in done.stdout.splitlines()]
    said = {cells[0].strip(): cells[-1].strip() for cells in lines}
    assert (said["complaints"], said["in time %"], said["resolution in time %"]) == ("1", "100.00", "100.00")


def test_a_report_as_of_an_earlier_moment_is_what_it_was_then(data: Path) -> None:
    asked = ("--data", str(data), "--measure", "handled,breaches,in_time_percent", "--csv", "-")
    assert run(*asked).stdout.splitlines()[1:] == ["2026-09,2026-09-01,2026-09-30,1,0,100.00"]
    then = run(*asked, "--as-of", "2026-09-27T00:00:00+08:00").stdout
    assert then.splitlines()[1:] == ["2026-09,2026-09-01,2026-09-30,0,1,"]


def test_lines_that_do_not_say_when_they_were_known_count_from_their_arrival(tmp_path: Path) -> None:
    """The output of `tousu simulate`, kept as a file."""
    log = Log()
    log.complaint("K1", "09-22 10:00")
    log.clock("K1", "breached", "09-25 23:59")
    log.events[0]["inboundtime"] = "1790049600000"  # 22 September 12:00 in Beijing
    data = kept(tmp_path, log.events, ["", ""])
    asked = ("--data", str(data), "--measure", "complaints,breaches", "--csv", "-", "--as-of")
    assert run(*asked, "2026-09-22T11:59:59+08:00").stdout.splitlines()[1:] == []
    assert run(*asked, "2026-09-22T12:00:00+08:00").stdout.splitlines()[1][-4:] == ",1,0"
    assert run(*asked, "2026-09-25T23:59:00+08:00").stdout.splitlines()[1][-4:] == ",1,1"


def test_json_csv_and_chart_together(data: Path, tmp_path: Path) -> None:
    files = ("--csv", str(tmp_path / "a.csv"), "--plot", str(tmp_path / "a.svg"))
    asked = ("--by", "department", "--period", "week", "--json", "--target", "satisfaction=4.0")
    done = run("--data", str(data), *asked, *files)
    document = document_of(done)
    rows = {(row["period"], row["group"]["department"]): row["figures"] for row in document["rows"]}
    assert rows["2026-W39", TRANSPORT]["satisfaction"] == {"value": 3.0, "of": 1, "reached": False}
    assert (document["time_zone"], document["by"]) == ("Asia/Shanghai", ["department"])
    assert (tmp_path / "a.csv").read_text().startswith("period,first_day,last_day,department,complaints")
    ET.parse(tmp_path / "a.svg")
    assert f"{tmp_path / 'a.svg'} written" in done.stderr


def test_a_missed_target_is_marked_and_found(data: Path) -> None:
    done = run("--data", str(data), "--target", "satisfaction=4.0", "--check")
    assert done.returncode == 1
    assert "3.00 !" in done.stdout
    assert "! misses the target: score 1-5 4.0" in done.stdout
    assert run("--data", str(data), "--target", "satisfaction=3.0", "--check").returncode == 0


def test_from_and_until_name_periods_and_are_both_meant(data: Path) -> None:
    done = run("--data", str(data), "--from", "2026-08", "--until", "2026-10", "--csv", "-", "--measure", "complaints")
    assert [line.split(",")[0] for line in done.stdout.splitlines()[1:]] == ["2026-08", "2026-09", "2026-10"]


@pytest.mark.parametrize(
    "arguments, words",
    [
        (("--by", "departmnt"), "there is no grouping 'departmnt'; take of department, outlet"),
        (("--measure", "complaint"), "there is no measure 'complaint'; take of complaints"),
        (("--from", "September"), "'September' is no period; write 2026"),
        (("--from", "2026-09", "--until", "2026-08"), "2026-08 ends before 2026-09 begins"),
        (("--target", "satisfaction"), "write MEASURE=NUMBER"),
        (("--period", "day"), "day"),
        (("--plot", "a.pdf"), "a.pdf must end in .svg or .png"),
        (("--json", "--csv", "-"), "standard output is taken by --json"),
    ],
)
def test_wrong_usage_is_2_and_names_the_option(data: Path, arguments: tuple[str, ...], words: str) -> None:
    done = run("--data", str(data), *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    said = " ".join(done.stderr.replace("│", " ").split())
    assert words in said
    assert arguments[-2] in said or arguments[0] in said


@pytest.mark.parametrize(
    "arguments, words",
    [
        (("--as-of", "yesterday"), "--as-of must be an RFC 3339 time"),
        (("--pack", "no-such-pack"), "courier-network"),
        (("--csv", "/no/such/folder/a.csv"), "cannot write /no/such/folder/a.csv"),
    ],
)
def test_what_cannot_be_done_is_4(data: Path, arguments: tuple[str, ...], words: str) -> None:
    done = run("--data", str(data), *arguments)
    assert (done.returncode, done.stdout) == (4, "")
    assert words in done.stderr and "Traceback" not in done.stderr


def test_an_event_of_no_processor_is_named(tmp_path: Path) -> None:
    log = Log()
    log.complaint("K1", "09-22 10:00")
    log.events[0]["id"] = "e-1:complaints.cases/0"
    done = run("--data", str(kept(tmp_path, log.events, [""])))
    assert done.returncode == 4
    assert "event id 'e-1:complaints.cases/0' is not of a processor" in done.stderr


def test_an_empty_log_says_so(tmp_path: Path) -> None:
    done = run("--data", str(kept(tmp_path, [], [])))
    assert (done.returncode, done.stdout) == (0, "nothing to report: no case in this log\n")


def test_png_is_drawn_or_it_is_said_how_to_get_it(data: Path, tmp_path: Path) -> None:
    done = run("--data", str(data), "--plot", str(tmp_path / "a.png"))
    if importlib.util.find_spec("matplotlib") is None:
        assert done.returncode == 4
        assert (
            "PNG needs matplotlib" in done.stderr and "pip install matplotlib" in done.stderr and ".svg" in done.stderr
        )
    else:
        assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
