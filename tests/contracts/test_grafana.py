"""What Grafana is provisioned from is what the code makes, and says what it may: declared metrics, own panels."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
import yaml
from grafana_foundation_sdk.models.alerting import ContactPoint

from deploy.grafana.alerting import DATA_SOURCE
from deploy.grafana.boards import BOARDS
from deploy.grafana.files import HERE, files

ROOT = Path(__file__).resolve().parents[2]
DASHBOARDS = sorted((HERE / "dashboards").glob("*.json"))


@pytest.mark.parametrize("name", sorted(files()))
def test_a_file_is_what_the_code_makes(name: str) -> None:
    assert (HERE / name).read_text("utf-8") == files()[name], "python -m deploy.grafana"


def test_no_other_file_lies_among_those_that_are_made() -> None:
    assert {f"dashboards/{path.name}" for path in DASHBOARDS} == {name for name in files() if name.startswith("dashb")}


def loaded(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_is_complete(path: Path) -> None:
    board = loaded(path)
    panels = [panel for panel in board["panels"] if panel["type"] != "row"]
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    assert all(panel["description"].endswith((".", "`.")) and panel["targets"] for panel in panels)
    assert all(target["expr"].count("(") == target["expr"].count(")") for each in panels for target in each["targets"])
    assert {link["url"] for link in board["links"]} == {f"/d/{each.uid}" for each in BOARDS if each.name != path.stem}
    chosen = {variable["name"] for variable in board["templating"]["list"]}
    asked = {word for each in panels for target in each["targets"] for word in ("processor", "department") if f'"${word}"' in target["expr"]}  # fmt: skip # noqa: E501
    assert chosen == {"datasource", *asked}


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_no_two_panels_lie_on_one_place(path: Path) -> None:
    cells = Counter(
        (column, line)
        for panel in loaded(path)["panels"]
        for column in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for line in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    )
    assert max(cells.values()) == 1
    assert max(column for column, _ in cells) < 24


# --- alerts ---------------------------------------------------------------------------------------------------------


def read(path: str) -> Any:
    return yaml.safe_load((ROOT / "deploy" / path).read_text("utf-8"))


def rules_of(document: Any) -> list[dict[str, Any]]:
    return [rule for group in document["groups"] for rule in group["rules"]]


def test_grafana_asks_what_prometheus_asks_and_says_the_same() -> None:
    ours = rules_of(read("prometheus/rules.yaml"))
    theirs = {rule["title"]: rule for rule in rules_of(read("grafana/provisioning/alerting/rules.yaml"))}
    assert list(theirs) == [rule["alert"] for rule in ours]
    for rule in ours:
        other = theirs[rule["alert"]]
        (question,) = [node["model"] for node in other["data"] if node["datasourceUid"] == DATA_SOURCE]
        assert question["expr"].replace("$$", "$") == rule["expr"]
        assert (other["for"], other["labels"]) == (rule.get("for", "0s"), rule["labels"])
        said = other["annotations"]["summary"].replace("$$", "$").replace("$values.A.Value", "$value")
        assert said == rule["annotations"]["summary"]
        assert "$" not in json.dumps(other).replace("$$", ""), "a single dollar is a variable of the environment"


def test_an_alert_fires_whatever_its_value_is() -> None:
    """`tousu_ready == 0` gives zeros, which Grafana would take for calm."""
    for rule in rules_of(read("grafana/provisioning/alerting/rules.yaml")):
        _, is_there, above = (node["model"] for node in rule["data"])
        assert is_there["expression"] == "is_number($$A) || is_nan($$A) || is_inf($$A)"
        assert (rule["condition"], above["expression"]) == ("C", "B")
        assert len(rule["uid"]) <= 40


def test_the_sources_that_dashboards_and_alerts_ask_are_provisioned() -> None:
    assert DATA_SOURCE in {
        source["uid"] for source in read("grafana/provisioning/datasources/tousu.yaml")["datasources"]
    }


@pytest.mark.parametrize("file", ["provisioning/alerting/contact-points.yaml", "examples/contact-points.yaml"])
def test_every_severity_reaches_a_contact_point_of_a_known_kind(file: str) -> None:
    points = {point["name"]: point for point in read(f"grafana/{file}")["contactPoints"]}
    (policy,) = read("grafana/provisioning/alerting/policies.yaml")["policies"]
    routed = {route["object_matchers"][0][2]: route["receiver"] for route in policy["routes"]}
    assert routed == {"page": "on-call", "ticket": "tickets"}
    assert {policy["receiver"], *routed.values()} <= points.keys()
    known = set(get_args(get_type_hints(ContactPoint.__init__)["type_val"])[0].__args__)
    kinds = {receiver["type"] for point in points.values() for receiver in point["receivers"]}
    assert kinds <= known
    assert kinds == ({"email"} if "provisioning" in file else {"wecom", "dingding", "email"})


def test_the_example_of_alertmanager_differs_in_its_receivers_alone() -> None:
    used, example = read("compose/alertmanager.yaml"), read("compose/alertmanager-example.yaml")
    names = [each["name"] for each in used.pop("receivers")]
    assert names == [each["name"] for each in example.pop("receivers")]
    assert used == example


def test_inhibition_names_alerts_that_there_are() -> None:
    alerts = {rule["alert"] for rule in rules_of(read("prometheus/rules.yaml"))}
    for rule in read("compose/alertmanager.yaml")["inhibit_rules"]:
        named = set(re.findall(r"Tousu\w+", json.dumps(rule)))
        assert named and named <= alerts
