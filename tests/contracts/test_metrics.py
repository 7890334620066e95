"""Metrics are a contract: declared once, named as Prometheus wants it, explained, and all of them really served."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from services.claims.store import KINDS as CLAIMS_KINDS
from services.penalties.store import KINDS as PENALTIES_KINDS
from services.router.store import KINDS as ROUTER_KINDS
from services.sla.processor import TALLIES, years_missing
from services.sla.rules import SlaRules
from services.sla.store import KINDS
from tests.integration.process.conftest import wait_until
from tests.packs_read import load_policies
from tousu.decision import Output
from tousu.events.case import CaseClosed
from tousu.failure import Retry, Stop
from tousu.runtime import checkpoint as cp
from tousu.runtime import doubts
from tousu.runtime.broker import Ends, Record
from tousu.runtime.census import Census, Rows
from tousu.runtime.clock import WallClock
from tousu.runtime.logs import silent
from tousu.runtime.measures import Measures
from tousu.runtime.metrics import METRICS, PREFIX, Metric, as_markdown
from tousu.runtime.processor import Input, Kind, Processor
from tousu.runtime.report import TurnReport
from tousu.runtime.store import Store
from tousu.runtime.watch import Glance, Watch

ROOT = Path(__file__).resolve().parents[2]
UNITS = {"seconds": "_seconds", "seconds since 1970": "_timestamp_seconds"}
IDENTIFYING = frozenset({"case", "case_number", "id", "key", "waybill", "customer", "phone", "employee", "source"})


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_metric_is_named_and_explained(metric: Metric) -> None:
    assert re.fullmatch(PREFIX + r"[a-z_]+[a-z]", metric.name)
    assert metric.name.endswith("_total") == (metric.kind == "counter")
    if metric.unit in UNITS:
        assert metric.name.endswith(UNITS[metric.unit])
    assert metric.meaning.endswith(".")
    assert not IDENTIFYING & set(metric.labels)
    assert bool(metric.buckets) == (metric.kind == "histogram")
    assert list(metric.buckets) == sorted(metric.buckets)


def test_no_name_stands_twice() -> None:
    assert [name for name, count in Counter(metric.name for metric in METRICS).items() if count > 1] == []


def test_the_page_is_the_table() -> None:
    assert (ROOT / "docs" / "metrics.md").read_text("utf-8") == as_markdown()


def test_failures_are_counted_beside_attempts() -> None:
    names = {metric.name for metric in METRICS}
    for failures, attempts in (
        ("tousu_retries_total", "tousu_turns_total"),
        ("tousu_fenced_total", "tousu_turns_total"),
        ("tousu_shard_halts_total", "tousu_shard_openings_total"),
        ("tousu_rejects_total", "tousu_events_total"),
    ):
        assert {failures, attempts} <= names


NOW = datetime.now(UTC)
MARK = cp.Checkpoint(offsets={"t.in": 5}, time_us=cp.micros(NOW), watermarks={"t.in|up/0": cp.Seen(3, cp.micros(NOW))})


def busy(tmp_path: Path) -> Measures:
    """Measures that have seen a bit of everything."""
    up = Input("t.in", writer="up")
    policies = load_policies("courier-network")
    processor = Processor(
        name="sla", inputs=(up,), rules=SlaRules(policies), kinds=KINDS, outputs=(), gauges=(years_missing(policies),)
    )
    watch = Watch()
    measures = Measures(processor, watch, WallClock(), silent(), pack=("p", "1"), partitions=2, time_from_events=False)
    watch.begin_work()
    watch.turned(Glance(frozenset({0, 1}), {0: MARK}, {1: Stop("missing_record", "…")}))
    report = TurnReport(records=3, lateness_s=[0.2], inbound_ms=[int(NOW.timestamp() * 1000) - 100])
    report.events.update({("tousu.complaint.routed.v1", "applied"): 2, ("invented", "rejected"): 1})
    report.rejects["wrong_schema"] += 1
    report.no_ops["repeated"] += 1
    closed = {"departments": ["storage_and_transport", "quality_management"], "grade": "major", "in_time": False}
    report.count_output(output(CaseClosed.TYPE, closed), TALLIES)
    report.durations_s.update(read=0.1, fold=0.1, settle=0.1, commit=0.1)
    measures.turned(report, NOW)
    measures.opened(0, 1)
    measures.fenced(frozenset({0}))
    measures.halted(1, Stop("missing_record", "…"))
    measures.retrying(Retry("broker_away", "…"))
    measures.waiting_for_broker()
    measures.polled([Record("t.in", 0, 5, None, b"", (), int(NOW.timestamp() * 1000))], frozenset({0, 1}))
    measures.ends(Ends(NOW, {("t.in", 0): 6}, held_s={("t.in", 0): 3.0}))
    measures.pending(0)
    url = f"sqlite:///{tmp_path / 'x.sqlite'}"
    measures.census = Census(url, "sla", KINDS, watch, 1.0)
    measures.census.counts = counted(measures.census, url, "sla", KINDS)
    for name, kinds in (("router", ROUTER_KINDS), ("claims", CLAIMS_KINDS), ("penalties", PENALTIES_KINDS)):
        measures.census.counts |= counted(Census(url, name, kinds, watch, 1.0), url, name, kinds)
    return measures


def output(kind: str, data: dict[str, Any]) -> Output:
    return Output(topic="t.out", type=kind, subject="c", time=NOW, data=data)


def counted(census: Census, url: str, processor: str, kinds: tuple[Kind, ...]) -> dict[Metric, Rows]:
    """What a processor counts in a database without cases."""
    store = Store(url, processor, kinds)
    store.create()
    found = dict(census.count(store.connection(), {0: MARK.time_us}))
    store.close()
    return found


def test_every_declared_metric_is_served_and_no_other(tmp_path: Path) -> None:
    text = generate_latest(busy(tmp_path).registry).decode()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    declared = {metric.name.removesuffix("_total"): metric for metric in METRICS}
    assert families.keys() == declared.keys()
    for name, family in families.items():
        assert family.type == declared[name].kind
        assert family.documentation == declared[name].meaning
        for sample in family.samples:
            assert sample.labels.keys() - {"le"} == {"processor", *declared[name].labels}


def test_a_count_that_fails_grows_old_until_one_succeeds(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.sqlite'}"
    watch = Watch()
    watch.turned(Glance(frozenset({0}), {0: MARK}, {}))
    census = Census(url, "sla", KINDS, watch, 0.02)
    census.start()
    try:
        wait_until(lambda: census.age_s() > 0.5, "no count succeeds: there are no tables")
        assert census.counts == {}
        store = Store(url, "sla", KINDS)
        store.create()
        store.close()
        wait_until(lambda: census.counts and census.age_s() < 0.5, "a count succeeds")
    finally:
        census.stop()


@pytest.mark.parametrize(
    ("day", "missing"), [("2026-11-30T12:00", "0.0"), ("2026-11-30T16:00", "1.0"), ("2027-12-01T00:00", "2.0")]
)
def test_years_that_the_calendar_lacks_are_counted_by_watermark(tmp_path: Path, day: str, missing: str) -> None:
    """1 December begins at 16:00 UTC in China. Without any watermark nothing is said."""
    measures = busy(tmp_path)
    now = datetime.fromisoformat(day).replace(tzinfo=UTC)
    never = cp.Checkpoint(offsets={}, time_us=cp.NEVER_US, watermarks={})
    mark = cp.Checkpoint(offsets={}, time_us=cp.micros(now), watermarks={})
    glance = measures._watch
    glance.turned(Glance(frozenset({0, 1}), {0: never}, {}))
    assert "tousu_calendar_years_missing{" not in generate_latest(measures.registry).decode()
    glance.turned(Glance(frozenset({0, 1}), {0: never, 1: mark}, {}))
    line = f'tousu_calendar_years_missing{{calendar="china",processor="sla"}} {missing}'
    assert line in generate_latest(measures.registry).decode()


def test_ends_of_cases_are_counted_by_the_first_department_grade_and_whether_in_time(tmp_path: Path) -> None:
    measures = busy(tmp_path)
    report = TurnReport()
    for data in (
        {"departments": ["storage_and_transport"], "grade": "major", "in_time": False},
        {"departments": ["customer_service"], "in_time": True},
        {"departments": [], "grade": "simple", "in_time": True},
    ):
        report.count_output(output(CaseClosed.TYPE, data), TALLIES)
        report.count_output(output("tousu.clock.met.v1", data), TALLIES)
    measures.turned(report, NOW)
    lines = [
        line for line in generate_latest(measures.registry).decode().splitlines()
        if line.startswith("tousu_cases_closed_total{")
    ]  # fmt: skip
    assert sorted(lines) == [
        'tousu_cases_closed_total{department="",grade="simple",in_time="yes",processor="sla"} 1.0',
        'tousu_cases_closed_total{department="customer_service",grade="",in_time="yes",processor="sla"} 1.0',
        'tousu_cases_closed_total{department="storage_and_transport",grade="major",in_time="no",processor="sla"} 2.0',
    ]


def test_invented_event_types_are_one_series(tmp_path: Path) -> None:
    measures = busy(tmp_path)
    report = TurnReport()
    report.events.update({(f"invented.{number}", "rejected"): 1 for number in range(100)})
    measures.turned(report, NOW)
    text = generate_latest(measures.registry).decode()
    assert "invented" not in text
    assert 'tousu_events_total{processor="sla",result="rejected",type="other"} 101.0' in text


def test_what_is_held_out_is_told_and_is_not_the_one_that_holds_time_back() -> None:
    up = Input("t.in", writer="up", spread=True)
    processor = Processor(
        name="penalties", inputs=(up,), rules=SlaRules(load_policies("courier-network")), kinds=(), outputs=()
    )
    watch = Watch()
    measures = Measures(processor, watch, WallClock(), silent(), pack=("p", "1"), partitions=2, time_from_events=False)
    now_us = cp.micros(NOW)
    silent_us = now_us - 7_200_000_000
    watermarks = {"t.in|up/0": cp.Seen(9, now_us), "t.in|up/1": cp.Seen(3, silent_us)}
    mark = cp.Checkpoint(time_us=now_us, watermarks=watermarks)
    watch.turned(Glance(frozenset({0}), {0: mark}, {}))
    before = generate_latest(measures.registry).decode()
    assert 'tousu_watermark_held_back_seconds{origin="up/1",processor="penalties",shard="0"}' in before
    assert "tousu_held_out_seconds{" not in before
    doubts.hold_out(mark, "t.in|up/1")
    after = generate_latest(measures.registry).decode()
    assert 'tousu_watermark_held_back_seconds{origin="up/0",processor="penalties",shard="0"}' in after
    assert 'tousu_held_out_seconds{origin="up/1",processor="penalties",shard="0"} 7200.0' in after
