"""docs/write-a-processor.md, followed word by word: a processor is its folder, its card and its schemas, and no more.

What the page shows is added to a copy of the repository. Nothing else is changed there by hand.
"""

from __future__ import annotations

import re
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from tests.worked_page import ROOT, Copy, commands_of, files_of

PAGE = (ROOT / "docs" / "write-a-processor.md").read_text(encoding="utf-8")
COMMANDS = commands_of(PAGE)
CASE = "app-20260922-0017"


def the(word: str) -> str:
    """The one command of the page with this word."""
    (found,) = [command for command in COMMANDS if word in command]
    return found


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    copy = Copy(tmp_path_factory.mktemp("house"))
    copy.add(files_of(PAGE))
    for command in COMMANDS[: COMMANDS.index(the("simulate")) + 1]:
        said = copy.run(command)
        if "simulate" in command:
            (copy.folder / "data" / "simulated.jsonl").write_text(said, encoding="utf-8")
    return copy


def simulated(house: Copy, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    file = house.folder / "data" / "story.jsonl"
    file.write_bytes(b"\n".join(orjson.dumps(line) for line in lines))
    command = the("simulate").replace("data/one-case.jsonl", str(file))
    return [orjson.loads(line) for line in house.run(command).splitlines()]


def events(published: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [line["event"]["data"] for line in published if line["event"]["type"] == f"tousu.{name}.v1"]


def test_the_page_adds_a_folder_a_card_and_schemas_and_nothing_else() -> None:
    ours = re.compile(r"services/surveys/|schemas/topics/complaints\.surveys\.yaml|schemas/(events|examples)/survey\.")
    assert [name for name in files_of(PAGE) if not ours.match(name)] == []


def test_time_passes_for_it_and_it_asks_a_day_after_the_case_was_settled(house: Copy) -> None:
    """Nothing happens in the week after: sla tells it the time, since the card says that it reads what sla writes."""
    published = [orjson.loads(line) for line in (house.folder / "data/simulated.jsonl").read_bytes().splitlines()]
    (closed,), (asked,) = events(published, "case.closed"), events(published, "survey.asked")
    assert closed["result"] == "settled"
    assert asked["settled_at"] == closed["closed_at"]
    later = datetime.fromisoformat(asked["asked_at"]) - datetime.fromisoformat(closed["closed_at"])
    assert later == timedelta(days=1)


def again(lines: list[dict[str, Any]], day: str) -> list[dict[str, Any]]:
    """The case taken up again at nine of a day, and answered once more at ten."""
    last = next(line for line in lines if "customer_answered" in line["event"]["type"])
    found = []
    for name, hour, said in (
        ("reopened", "09", {"reason": "客户称仍未收到"}),
        ("judged", "10", {"stands": True, "responsible": {"outlet": "SZ-041"}, "delay_cause": "information"}),
        ("customer_answered", "11", {"settled": True, "text": "客户接受处理结果", "by_phone": True}),
    ):
        who = {name: last["event"]["data"][name] for name in ("case_number", "department", "employee")}
        time = f"2026-09-{day}T{hour}:00:00+08:00"
        event = last["event"] | {
            "id": f"{CASE}-{name}-{day}", "type": f"tousu.handling.{name}.v1", "time": time, "receivedtime": time,
            "data": who | said,
        }  # fmt: skip
        found.append(last | {"event": event})
    return found


@pytest.mark.parametrize("day", ["23", "25"], ids=["before it was asked", "after it was asked"])
def test_it_asks_once_a_case(house: Copy, day: str) -> None:
    lines = [orjson.loads(line) for line in (house.folder / "data/one-case.jsonl").read_bytes().splitlines()]
    published = simulated(house, [*lines, *again(lines, day)])
    first, second = events(published, "case.closed")
    (asked,) = events(published, "survey.asked")
    assert asked["settled_at"] == (second if day == "23" else first)["closed_at"]


def test_its_rights_and_those_of_its_readers_follow(house: Copy) -> None:
    page = (house.folder / "docs/security.md").read_text(encoding="utf-8")
    assert "| `complaints.surveys` | surveys | ops, subscribers | surveys |" in page
    assert "| `complaints.outcomes` | sla | ops, subscribers, surveys | sla |" in page
    assert "| `tousu.surveys` | surveys |" in page
    (rejected,) = re.findall(r"^\| `complaints.rejected` \| ([^|]+) \|", page, re.MULTILINE)
    assert "surveys" in rejected


@pytest.fixture(scope="module")
def played(house: Copy) -> str:
    """The demo on a real broker, of the page's one case."""
    return house.run(the("tousu demo"))


@pytest.mark.kafka
def test_the_demo_starts_it_tells_its_events_and_counts_them(played: str) -> None:
    assert re.search(r"surveys +ready: http://", played)
    line = r"^09-23 1[34]:\d\d  \S+ +survey.asked: asked at .*, settled at 2026-09-22T05:41:00Z"
    assert re.search(line, played, re.MULTILINE), played
    assert re.search(r"surveys +(│ )?1 survey.asked", played), played


@pytest.fixture
def running(house: Copy, played: str) -> Iterator[str]:
    """`tousu up` of the page on what the demo left, once everybody is ready; what it has said."""
    up = subprocess.Popen(
        house.words(the("tousu up")), cwd=house.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=house.environment(TOUSU_TIME="events"),
    )  # fmt: skip
    assert up.stdout is not None
    try:
        said = ""
        while "all processors work" not in said:
            line = up.stdout.readline()
            assert line, said
            said += line
        yield said
    finally:
        up.send_signal(signal.SIGINT)
        up.communicate(timeout=60)


@pytest.mark.kafka
def test_up_tail_audit_rebuild_backlog_and_the_alert_know_it(house: Copy, running: str) -> None:
    assert re.search(r"^surveys +ready", running, re.MULTILINE)
    assert "survey.asked" in house.run(the("tousu tail"))
    assert "nothing found" in house.run(the("tousu audit"))
    assert "1 outputs as the topics hold them" in house.run(the("tousu rebuild"), TOUSU_TIME="events")
    assert re.search(r"\bsurveys\b", house.run(the("tousu backlog")))
    for address in re.findall(r"(http://\S+)/metrics", running):
        with urllib.request.urlopen(f"{address}/metrics", timeout=10) as answer:
            assert 'name="surveys"' in answer.read().decode(), address
