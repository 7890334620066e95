"""Every query of every dashboard and rule is asked of a real Prometheus that has watched the demo.

Each gives a number, or its panel states what an empty answer means, and the demo is known to be such a case.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.stories.played_demo import Watched
from tousu.runtime.metrics import METRICS
from tousu.simulation.processors import PROCESSORS

ROOT = Path(__file__).resolve().parents[2]
DASHBOARDS = sorted((ROOT / "deploy/grafana/dashboards").glob("*.json"))
RULES = sorted((ROOT / "deploy/prometheus").glob("*.yaml"))
NAME = re.compile(r"\btousu_\w+")
PARTS = re.compile(r"_(bucket|sum|count)$")

EMPTY_IN_THE_DEMO = {
    "pipeline": {
        "The watermark behind", "Who holds time back", "Held out by an operator", "Open transactions of adapters",
        "How fast it burns", "Left of the month's 0.1 %", "Retries and fenced turns",
    },
    "sla": {"Due within an hour"},
    "processor": {"Turns given up"},
    "money": set(),
    "intake": {"Open transactions"},
}  # fmt: skip
"""By dashboard: panels that state what nothing means, and of which the demo has nothing: its time comes from the
events, no operator acts, at its end no case is due within the hour, and it is over before days are reckoned."""
NOT_IN_THE_DEMO = {
    "tousu_watermark_behind_seconds", "tousu_watermark_held_back_seconds", "tousu_held_out_seconds",
    "tousu_open_transaction_seconds", "tousu_cases_due_within_hour", "tousu_undecided_clocks",
    "tousu_retries_total", "tousu_shard_halts_total", "tousu_cases_overdue",
}  # fmt: skip
"""Metrics with labels of which there need be no series: nothing of the kind happens in the demo."""


class Asked(NamedTuple):
    """One query of a panel as Grafana would send it."""

    board: str
    panel: str
    expr: str
    over_time: bool
    states_nothing: bool


def asked_of(path: Path) -> Iterator[Asked]:
    board = json.loads(path.read_text())
    for panel in board["panels"]:
        nothing = bool(panel.get("fieldConfig", {}).get("defaults", {}).get("noValue"))
        for target in panel.get("targets", ()):
            yield Asked(path.stem, panel["title"], target["expr"], bool(target.get("range")), nothing)


ASKED = [each for path in DASHBOARDS for each in asked_of(path)]


def filled(expr: str) -> list[str]:
    """The query with what stands above the dashboard: one for each processor where one is chosen."""
    expr = expr.replace("$__rate_interval", "10s").replace("$__range", "5m").replace("$department", ".*")
    return [expr.replace("$processor", name) for name in (PROCESSORS if "$processor" in expr else PROCESSORS[:1])]


def is_number(text: str) -> bool:
    return math.isfinite(float(text))


def has_data(watch: Watched, asked: Asked, expr: str) -> bool:
    if asked.over_time:
        found = watch.prometheus.course(expr, watch.from_s, watch.to_s)
        return any(is_number(value) for series in found for _, value in series["values"])
    return any(is_number(series["value"][1]) for series in watch.prometheus.ask(expr, watch.to_s))


@pytest.mark.kafka
@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_every_query_of_a_dashboard_gives_a_number_or_states_why_not(path: Path, watch: Watched) -> None:
    empty = {
        asked
        for asked in asked_of(path)
        if sum(has_data(watch, asked, expr) for expr in filled(asked.expr)) == 0  # each is asked: none may be refused
    }
    assert not [asked for asked in empty if not asked.states_nothing]
    assert {asked.panel for asked in empty} <= EMPTY_IN_THE_DEMO[path.stem]


@pytest.mark.kafka
def test_every_rule_is_evaluated_and_what_is_recorded_has_a_value(watch: Watched) -> None:
    groups = [group for path in RULES for group in yaml.safe_load(path.read_text())["groups"]]
    declared = [rule for group in groups for rule in group["rules"]]
    assert {rule["name"] for rule in watch.rules} == {rule.get("alert") or rule["record"] for rule in declared}
    assert [(rule["name"], rule.get("lastError")) for rule in watch.rules if rule["health"] == "err"] == []
    for rule in declared:
        found = watch.prometheus.ask(rule["expr"], watch.to_s)
        assert "alert" in rule or any(is_number(series["value"][1]) for series in found), rule["record"]


@pytest.mark.kafka
def test_every_metric_that_is_asked_for_exists(watch: Watched) -> None:
    rules = "\n".join(path.read_text() for path in RULES)
    asked = set(NAME.findall(rules)) | {name for each in ASKED for name in NAME.findall(each.expr)}
    there = watch.prometheus.names()
    assert sorted(name for name in asked - there if name not in NOT_IN_THE_DEMO) == []


@pytest.mark.kafka
def test_the_ends_of_cases_are_those_that_the_log_tells(watch: Watched, on_kafka: Any) -> None:
    events = [json.loads(line)["event"] for line in (on_kafka.data / "events.jsonl").read_bytes().splitlines()]
    told = [event["data"] for event in events if event["type"] == "tousu.case.closed.v1"]
    found = watch.prometheus.ask("sum by (in_time) (tousu_cases_closed_total)", watch.to_s)
    counted = {series["metric"]["in_time"]: int(series["value"][1]) for series in found}
    assert counted == {"yes": sum(each["in_time"] for each in told), "no": sum(not each["in_time"] for each in told)}


def test_every_declared_metric_is_on_some_dashboard() -> None:
    shown = {PARTS.sub("", name) for each in ASKED for name in NAME.findall(each.expr)}
    declared = {metric.name for metric in METRICS}
    assert shown <= declared
    assert declared - shown == set()
