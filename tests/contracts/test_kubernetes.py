"""The manifests are what the code makes, valid for Kubernetes, and say what cards, rights and settings say.

Kinds of Kubernetes itself are held against its schemas. Those of Strimzi, KEDA and the Prometheus Operator have none
here: their content is held against the contract by the same functions that look at a live cluster.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from deploy.kubernetes.files import HERE, files
from tousu.client.acls import Rule
from tousu.client.acls import plan as plan_of_acls
from tousu.client.topics import ClusterTopic
from tousu.client.topics import plan as plan_of_topics
from tousu.contract import cards
from tousu.contract.pipeline import processors
from tousu.contract.rights import CLUSTER, rights, users
from tousu.runtime.settings import read_settings

ROOT = Path(__file__).resolve().parents[2]
VERSION = "1.34"
OTHERS = {
    "Kafka", "KafkaNodePool", "KafkaTopic", "KafkaUser", "Kustomization", "PodMonitor", "PrometheusRule",
    "ScaledObject",
}  # fmt: skip
"""Kinds that Kubernetes itself does not know."""
OVERLAYS = ("small", "production")
BUILD = next((words for words in (["kustomize", "build"], ["kubectl", "kustomize"]) if shutil.which(words[0])), None)

Manifest = dict[str, Any]


def manifests_in(path: Path) -> list[Manifest]:
    return [each for each in yaml.safe_load_all(path.read_text("utf-8")) if each]


def faults_of(manifest: Manifest) -> str:
    """What Kubernetes would say against it, unknown fields as well; empty where nothing."""
    try:
        kubernetes_validate.validate(manifest, VERSION, strict=True)
    except kubernetes_validate.ValidationError as error:
        return f"{manifest['kind']} {manifest['metadata']['name']}: {error}"
    return ""


@cache
def built(overlay: str) -> list[Manifest]:
    """What would be applied; made without a cluster."""
    if BUILD is None:
        pytest.skip("neither kustomize nor kubectl is here")
    done = subprocess.run([*BUILD, str(HERE / "overlays" / overlay)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "deprecated" not in done.stderr
    return list(yaml.safe_load_all(done.stdout))


def of_kind(manifests: list[Manifest], kind: str) -> dict[str, Manifest]:
    return {each["metadata"]["name"]: each for each in manifests if each["kind"] == kind}


@pytest.mark.parametrize("name", sorted(files()))
def test_a_file_is_what_the_code_makes(name: str) -> None:
    assert (HERE / name).read_text("utf-8") == files()[name], "python -m deploy.kubernetes"


@pytest.mark.parametrize("path", sorted(HERE.rglob("*.yaml")), ids=lambda path: path.relative_to(HERE).as_posix())
def test_kubernetes_takes_every_file(path: Path) -> None:
    assert [words for each in manifests_in(path) if each["kind"] not in OTHERS and (words := faults_of(each))] == []


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_kubernetes_takes_what_an_overlay_makes(overlay: str) -> None:
    assert [words for each in built(overlay) if each["kind"] not in OTHERS and (words := faults_of(each))] == []


@pytest.mark.parametrize(("field", "value"), [("replicas", "two"), ("replica", 2), ("selector", [])])
def test_a_wrong_manifest_is_refused(field: str, value: Any) -> None:
    wrong = of_kind(manifests_in(HERE / "base/processors.yaml"), "StatefulSet")["router"]
    wrong["spec"][field] = value
    assert faults_of(wrong)


# --- the contract ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("overlay", "partitions", "replicas"), [("small", 4, 1), ("production", 12, 3)])
def test_the_topics_are_those_that_the_cards_want(overlay: str, partitions: int, replicas: int) -> None:
    topics = of_kind(built(overlay), "KafkaTopic")
    standing = {name: ClusterTopic(each["spec"]["partitions"], each["spec"]["config"]) for name, each in topics.items()}
    steps = plan_of_topics(standing, cards(), partitions, replicas)
    assert [str(step) for step in steps if step.action != "keep"] == []
    assert topics.keys() == {card.topic for card in cards()}
    assert {each["spec"]["replicas"] for each in topics.values()} == {replicas}
    settings = of_kind(built(overlay), "ConfigMap")["tousu-settings"]["data"]
    assert settings["TOUSU_PARTITIONS"] == str(partitions)


def snake(word: str) -> str:
    """DescribeConfigs -> describe_configs, as Kafka's own words are in our table."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", word).lower()


def test_the_users_have_the_rights_of_the_table_and_no_others() -> None:
    found = manifests_in(HERE / "base/users.yaml")
    assert {each["metadata"]["name"] for each in found} == set(users(cards()))
    rules = []
    for user in found:
        assert user["spec"]["authentication"] == {"type": "scram-sha-512"}
        for acl in user["spec"]["authorization"]["acls"]:
            resource = acl["resource"]
            pattern = {"prefix": "prefixed"}.get(resource.get("patternType", ""), "literal")
            place = (snake(resource["type"]), resource.get("name", CLUSTER), pattern)
            rules += [Rule(f"User:{user['metadata']['name']}", *place, snake(each)) for each in acl["operations"]]
    assert len(rules) == len(set(rules))
    assert [str(step) for step in plan_of_acls(rules, rights(cards()))] == []


# --- the processors -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", processors())
def test_a_processor_starts_with_its_settings(name: str, tmp_path: Path) -> None:
    """Every variable is a setting, with a value that it takes; the copy is a lasting member of its group."""
    base = manifests_in(HERE / "base/settings.yaml") + manifests_in(HERE / "base/processors.yaml")
    (container,) = of_kind(base, "StatefulSet")[name]["spec"]["template"]["spec"]["containers"]
    for file in ("password", "ca.pem"):
        (tmp_path / file).write_text("something")
    given = {key: value.replace("/etc/tousu", str(tmp_path)) for key, value in _settings(base).items()}
    for each in container["env"]:
        field = each.get("valueFrom", {}).get("fieldRef", {}).get("fieldPath", "")
        given[each["name"]] = each.get("value") or {"metadata.name": f"{name}-0"}.get(field, "from a secret")
    settings = read_settings(name, given)
    assert container["args"] == ["run", name]
    assert (settings.member, settings.connection.user, settings.metrics_port) == (f"{name}-0", name, 9464)
    assert bool(settings.master_key) == (name == "intake"), "nobody else may read what customers said"
    assert ("PGPASSWORD" in given, "@" in given["TOUSU_DATABASE"]) == (True, True)


def _settings(manifests: list[Manifest]) -> dict[str, str]:
    data: dict[str, str] = of_kind(manifests, "ConfigMap")["tousu-settings"]["data"]
    return data


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_a_processor_is_probed_locked_down_and_kept_available(overlay: str) -> None:
    manifests = built(overlay)
    sets, budgets = of_kind(manifests, "StatefulSet"), of_kind(manifests, "PodDisruptionBudget")
    assert sets.keys() == budgets.keys() == set(processors()) == of_kind(manifests, "Service").keys()
    for name, each in sets.items():
        pod = each["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        assert container["livenessProbe"]["httpGet"]["path"] == "/livez"
        assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
        assert {"cpu", "memory"} <= container["resources"]["requests"].keys() and container["resources"]["limits"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
        }  # fmt: skip
        assert pod["securityContext"]["runAsNonRoot"] and not pod["automountServiceAccountToken"]
        assert container["image"].startswith("registry.example/tousu:")
        assert budgets[name]["spec"]["selector"]["matchLabels"] == each["spec"]["template"]["metadata"]["labels"]


def test_the_backlog_says_how_many_copies_there_are() -> None:
    manifests = built("production")
    scaled = of_kind(manifests, "ScaledObject")
    sets = of_kind(manifests, "StatefulSet")
    assert scaled.keys() == set(processors()) - {"trends"}, "trends runs as one copy"
    assert {name for name, each in sets.items() if "replicas" not in each["spec"]} == scaled.keys()
    partitions = int(_settings(manifests)["TOUSU_PARTITIONS"])
    for name, each in scaled.items():
        (trigger,) = each["spec"]["triggers"]
        assert trigger["metadata"]["query"] == f'max(tousu_oldest_unprocessed_age_seconds{{processor="{name}"}})'
        assert 2 <= each["spec"]["minReplicaCount"] <= each["spec"]["maxReplicaCount"] <= partitions


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_what_is_referred_to_is_there_or_explained(overlay: str) -> None:
    """Labels of policies and monitors are those of the pods; secrets that nobody makes here are in docs/install.md."""
    manifests = built(overlay)
    labels = [each["spec"]["template"]["metadata"]["labels"] for each in of_kind(manifests, "StatefulSet").values()]
    (policy,) = of_kind(manifests, "NetworkPolicy").values()
    (monitor,) = of_kind(manifests, "PodMonitor").values()
    for selector in (policy["spec"]["podSelector"], monitor["spec"]["selector"]):
        assert all(selector["matchLabels"].items() <= each.items() for each in labels)
    page = (ROOT / "docs/install.md").read_text("utf-8")
    secrets = set(re.findall(r"'secretKeyRef': {[^}]*'name': '([^']+)'", str(manifests)))
    assert secrets == {"tousu-database", "tousu-master-key"}
    assert [name for name in secrets if f"`{name}`" not in page] == []
    of_strimzi = set(re.findall(r"'secret': {[^]]*\], 'name': '([^']+)'", str(manifests)))
    assert of_strimzi == {"tousu-cluster-ca-cert", *processors()}
    assert of_strimzi - {"tousu-cluster-ca-cert"} <= of_kind(manifests, "KafkaUser").keys()


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_dashboard_is_handed_to_grafana(overlay: str) -> None:
    config = of_kind(built(overlay), "ConfigMap")["tousu-dashboards"]
    there = {path.name: path.read_text("utf-8") for path in (ROOT / "deploy/grafana/dashboards").glob("*.json")}
    assert config["data"] == there
    assert config["metadata"]["labels"] == {"grafana_dashboard": "1"}
    assert sum(len(text.encode()) for text in there.values()) < 1_000_000, "what a ConfigMap may hold"
