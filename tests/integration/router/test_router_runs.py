"""The router at work on a broker in memory with a SQLite file: what goes in, what comes out, and where."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from services.router.processor import processor
from tests.integration.feeds import START, Bench, Feed, header, numbers_in
from tests.rules.casework import complaint, event, handling, inquiry
from tousu.cli.triage import waiting
from tousu.event import Event
from tousu.runtime.arrival import TICK
from tousu.runtime.census import Census
from tousu.runtime.metrics import TRIAGE_CASES
from tousu.runtime.partition import partition_of
from tousu.runtime.watch import Watch

PARTITIONS = 2
MOVED = {"to_department": "quality_management", "reason": "不属本部门"}


def story(number: str) -> list[Event]:
    """A delay that turns out to be a loss, is disputed, passed on, answered."""
    return [
        complaint("晚了三天", case_number=number, waybill_number="TS77001"),
        handling("acknowledged", 1, number),
        handling("judged", 2, number, **{"stands": True, "class": "loss"}),
        handling("disputed", 3, number, reason="不属本部门"),
        handling("passed_on", 4, number, **MOVED),
        handling("customer_answered", 5, number, settled=True, text="已赔付"),
    ]


TOLD = [
    "complaint.routed", "handling.acknowledged", "handling.judged", "complaint.routed", "handling.disputed",
    "case.passed_on", "handling.passed_on", "case.passed_on", "handling.customer_answered",
]  # fmt: skip


def accepted() -> Feed:
    """Four cases in two partitions, told in turn, with ticks between; figures; and an event of no case."""
    feed = Feed("intake", "complaints.accepted", PARTITIONS)
    stories = [story(number) for p in range(PARTITIONS) for number in numbers_in(p, PARTITIONS, 2)]
    for step in range(len(stories[0])):
        now = START + timedelta(hours=step)
        feed.tick(now)
        for one in stories:
            feed.say(one[step], now)
    figures = {"period": "2026-02", "department": "storage_and_transport", "services": 1200}
    feed.say(event("operations.reported", figures, None), now, key="storage_and_transport")
    feed.say(handling("acknowledged", 5, "TS-unknown"), now)
    feed.say(inquiry(case_number="TS-asked"), now)
    feed.tick(now + timedelta(hours=1))
    return feed


@pytest.fixture
def bench(sqlite_url: str) -> Bench:
    return Bench(processor, sqlite_url, PARTITIONS)


def by_case(bench: Bench) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for one in bench.records("complaints.cases"):
        told.setdefault(header(one, "ce_subject"), []).append(header(one, "ce_type")[6:-3])
    return told


def test_the_story_of_each_case_comes_out_whole_and_in_order(bench: Bench) -> None:
    bench.feed(accepted().written)
    bench.run()
    told = by_case(bench)
    cases = [number for p in range(PARTITIONS) for number in numbers_in(p, PARTITIONS, 2)]
    assert {number: told[number] for number in cases} == dict.fromkeys(cases, TOLD)
    assert told["TS-asked"] == ["inquiry.routed"]
    assert told[""] == ["operations.reported"]
    for one in bench.records("complaints.cases"):
        assert one.key is not None
        assert one.partition == partition_of(one.key.decode(), PARTITIONS)
        assert header(one, "tousu-origin") == f"router/{one.partition}"


def test_what_belongs_to_no_case_is_rejected_with_its_bytes_untouched(bench: Bench) -> None:
    feed = accepted()
    bench.feed(feed.written)
    bench.run()
    (rejected,) = bench.records("complaints.rejected")
    assert header(rejected, "tousu-reason") == "unknown_case"
    assert header(rejected, "original-ce_type") == "tousu.handling.acknowledged.v1"
    assert rejected.value == orjson.dumps({"case_number": "TS-unknown"})


def test_time_is_passed_on_in_every_partition(bench: Bench) -> None:
    bench.feed(accepted().written)
    bench.run()
    for log in bench.broker.logs["complaints.cases"]:
        ticks = [header(one, "ce_time") for one in log if header(one, "ce_type") == TICK]
        assert ticks == sorted(set(ticks))
        assert ticks[-1] == "2026-03-02T08:00:00Z"


def test_a_desk_finds_cases_by_class_grade_department_and_triage(bench: Bench) -> None:
    bench.feed(accepted().written)
    bench.run()
    query = "SELECT class, grade, department, triage, COUNT(*) FROM router_case GROUP BY 1, 2, 3, 4 ORDER BY 5"
    rows = [tuple(row) for row in bench.store.connection().execute(sa.text(query))]
    assert rows == [(None, None, "customer_service", "no", 1), ("loss", "major", "quality_management", "no", 4)]


def unsure() -> Feed:
    """Five complaints: words leave one open and say nothing of three; of these one is classed later, one withdrawn."""
    feed = Feed("intake", "complaints.accepted", PARTITIONS)
    told = [
        complaint("请尽快回电", case_number="TS-silent", received_at="2026-03-02T01:00:00Z"),
        complaint("合同到期，押金逾期不退", case_number="TS-open", received_at="2026-03-02T00:00:00Z"),
        complaint("麻烦处理一下", case_number="TS-classed"),
        complaint("麻烦处理一下", case_number="TS-withdrawn"),
        complaint("快递员骂人", case_number="TS-clear"),
        handling("judged", 1, "TS-classed", **{"stands": True, "class": "delay"}),
        handling("withdrawn", 1, "TS-withdrawn", reason="误会"),
    ]
    for one in told:
        feed.say(one, START)
    feed.tick(START + timedelta(hours=1))
    return feed


def test_who_waits_for_a_class_is_listed_the_longest_waiting_first_and_counted(bench: Bench) -> None:
    bench.feed(unsure().written)
    bench.run()
    listed = waiting(None, bench.url)
    assert [(row["case_number"], row["candidates"], row["words"]) for row in listed] == [
        ("TS-open", ["delay"], ["合同到期", "押金", "逾期"]),
        ("TS-silent", [], []),
    ]
    assert [row["content"] for row in listed] == ["合同到期，押金逾期不退", "请尽快回电"]
    census = Census(bench.url, "router", bench.processor.kinds, Watch(), 1.0)
    counts = census.count(bench.store.connection(), dict.fromkeys(range(PARTITIONS), 0))
    assert counts[TRIAGE_CASES] == {(): 2}


@pytest.mark.parametrize("batch_max", [1, 7])
def test_batches_and_deaths_change_nothing(bench: Bench, tmp_path: Any, batch_max: int) -> None:
    """Invariant I9: the same log gives the same states and the same outputs, byte for byte."""
    written = accepted().written
    bench.feed(written)
    bench.run()
    other = Bench(processor, f"sqlite:///{tmp_path / 'other.sqlite'}", PARTITIONS, batch_max)
    for count, record in enumerate(written):
        other.feed([record])
        other.loop.step(0)
        if count % 5 == 0:
            other.restart()
    other.run()
    assert other.outcome() == bench.outcome()
