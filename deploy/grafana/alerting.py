"""The alert rules of deploy/prometheus/rules.yaml as Grafana-managed ones: the same questions, times, words.

In Prometheus an alert fires for each series that its expression gives, whatever the value (`tousu_ready == 0` gives
zeros); in Grafana where a number is not 0. So each rule asks (A), makes 1 of 'there is a value' (B), fires above 0 (C).
What is recorded beforehand (objectives.yaml) stays with Prometheus, which Grafana asks.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import yaml

RULES: Final = Path(__file__).resolve().parents[1] / "prometheus" / "rules.yaml"
DATA_SOURCE: Final = "tousu-prometheus"
EVERY: Final = "30s"
SPAN_S: Final = 600
"""How far back a query may look for its range; an instant query asks for its end."""


def alert_rules() -> str:
    """The file that Grafana is provisioned from."""
    groups = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
    made = [
        {
            "orgId": 1, "name": group["name"], "folder": "tousu", "interval": EVERY,
            "rules": [_rule(rule) for rule in group["rules"]],
        }
        for group in groups
    ]  # fmt: skip
    head = (
        "# Made from deploy/prometheus/rules.yaml by `python -m deploy.grafana`. A dollar sign is written twice here.\n"
    )
    body: str = yaml.safe_dump(
        _escaped({"apiVersion": 1, "groups": made}), allow_unicode=True, sort_keys=False, width=118
    )
    return head + body


def _rule(rule: dict[str, Any]) -> dict[str, Any]:
    name = rule["alert"]
    return {
        "uid": _uid(name), "title": name, "condition": "C", "for": rule.get("for", "0s"),
        "noDataState": "OK", "execErrState": "Error", "isPaused": False, "labels": rule["labels"],
        "annotations": {key: _in_grafana(text) for key, text in rule["annotations"].items()},
        "data": [
            _node("A", DATA_SOURCE, {"expr": rule["expr"], "instant": True, "range": False}),
            _node("B", "__expr__", {"type": "math", "expression": "is_number($A) || is_nan($A) || is_inf($A)"}),
            _node("C", "__expr__", {
                "type": "threshold", "expression": "B",
                "conditions": [{"evaluator": {"type": "gt", "params": [0]}}],
            }),
        ],
    }  # fmt: skip


def _uid(name: str) -> str:
    """At most 40 characters, as Grafana wants it; the same at every start."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()[:40]


def _node(letter: str, source: str, model: dict[str, Any]) -> dict[str, Any]:
    return {
        "refId": letter, "relativeTimeRange": {"from": SPAN_S, "to": 0}, "datasourceUid": source,
        "model": {"refId": letter, **model},
    }  # fmt: skip


def _in_grafana(text: str) -> str:
    """The words of an annotation: what Prometheus calls the value is that of A."""
    return text.replace("$value", "$values.A.Value")


def _escaped(value: Any) -> Any:
    """Grafana puts variables of the environment into what it is provisioned from, unless the dollar is doubled."""
    if isinstance(value, str):
        return value.replace("$", "$$")
    if isinstance(value, dict):
        return {key: _escaped(each) for key, each in value.items()}
    return [_escaped(each) for each in value] if isinstance(value, list) else value
