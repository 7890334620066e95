"""Alerts are code: each has a runbook entry, uses declared metrics only, and is tested firing and silent.

That the tests pass is said by promtool (`make test-alerts`); that there is one for each alert is said here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from tousu.runtime.metrics import METRICS

ROOT = Path(__file__).resolve().parents[2]


def rules_of(name: str) -> list[dict[str, Any]]:
    groups = yaml.safe_load((ROOT / "deploy/prometheus" / name).read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


RULES = rules_of("rules.yaml")
RECORDED = {rule["record"]: rule for rule in rules_of("objectives.yaml")}
RUNBOOK = "https://tousu.example/docs/runbook.md#"
SUFFIXES = re.compile(r"_(bucket|sum|count)$")


def anchors(markdown: str) -> set[str]:
    """The names that headings of a page are reached by."""
    headings = re.findall(r"^#+ (.+)$", markdown, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def cases_by_alert() -> dict[str, set[bool]]:
    """Alert -> whether there are tests in which it is silent (False) and in which it fires (True)."""
    found: dict[str, set[bool]] = defaultdict(set)
    for test in yaml.safe_load((ROOT / "tests/alerts/rules_test.yaml").read_text("utf-8"))["tests"]:
        for case in test["alert_rule_test"]:
            found[case["alertname"]].add(bool(case["exp_alerts"]))
    return found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_is_complete(rule: dict[str, Any]) -> None:
    assert rule["alert"].startswith("Tousu")
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"].endswith(".")
    address = rule["annotations"]["runbook_url"]
    assert address.startswith(RUNBOOK)
    assert address.removeprefix(RUNBOOK) in anchors((ROOT / "docs/runbook.md").read_text("utf-8"))


@pytest.mark.parametrize("rule", [*RULES, *RECORDED.values()], ids=lambda rule: rule.get("alert") or rule["record"])
def test_a_rule_asks_for_declared_metrics_and_labels(rule: dict[str, Any]) -> None:
    declared = {metric.name: metric for metric in METRICS}
    recorded = set(re.findall(r"\btousu:[\w:]+", rule["expr"]))
    if recorded:
        assert recorded <= RECORDED.keys()
        return
    names = {SUFFIXES.sub("", name) for name in re.findall(r"\btousu_\w+", rule["expr"])}
    assert names
    assert names <= declared.keys()
    asked = set(re.findall(r"(\w+)(?:=~|!=|!~|=)\"", rule["expr"]))
    assert asked <= {"processor", "le", *(label for name in names for label in declared[name].labels)}


def test_every_alert_is_tested_firing_and_silent() -> None:
    tested = cases_by_alert()
    assert {rule["alert"] for rule in RULES} == tested.keys()
    assert [alert for alert, cases in tested.items() if cases != {True, False}] == []


def test_every_alert_stands_in_the_runbook() -> None:
    runbook = (ROOT / "docs/runbook.md").read_text("utf-8")
    assert [rule["alert"] for rule in RULES if f"`{rule['alert']}`" not in runbook] == []
