"""A pod of the Kubernetes files runs: the router's, by `podman play kube`, beside the composition, as one copy more.

Podman plays pods and ConfigMaps. What it does not know is left out here, and nothing else: StatefulSets (the template
is played as a pod), projected volumes (the folder of secrets is mounted instead), probes of a named port, spreading.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import yaml

from tests.deploy.stage import ROOT, Composition
from tests.integration.process.conftest import wait_until

BASE = ROOT / "deploy" / "kubernetes" / "base"
NAME = "router"
READY_S = 300
ASKS = "import urllib.request; print(urllib.request.urlopen('http://127.0.0.1:9464/readyz', timeout=5).read().decode())"


def pod(secrets: Path) -> dict[str, Any]:
    """The template of the router's StatefulSet as a pod."""
    documents = yaml.safe_load_all((BASE / "processors.yaml").read_text("utf-8"))
    (found,) = [each for each in documents if (each["kind"], each["metadata"]["name"]) == ("StatefulSet", NAME)]
    template: dict[str, Any] = found["spec"]["template"]
    spec = template["spec"]
    for unknown in ("topologySpreadConstraints", "serviceAccountName", "automountServiceAccountToken"):
        del spec[unknown]
    (container,) = spec["containers"]
    del container["livenessProbe"], container["readinessProbe"]
    container["image"] = "localhost/tousu"
    for volume in spec["volumes"]:
        if volume.pop("projected", None):
            volume["hostPath"] = {"path": str(secrets / NAME), "type": "Directory"}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"{NAME}-0", **template["metadata"]}, "spec": spec}


def settings() -> dict[str, Any]:
    """The ConfigMap that all have in common, with the brokers and the partitions of the composition."""
    found: dict[str, Any] = yaml.safe_load((BASE / "settings.yaml").read_text("utf-8"))
    found["data"] |= {"TOUSU_BROKER": "kafka-1:9093,kafka-2:9093,kafka-3:9093", "TOUSU_PARTITIONS": "4"}
    return found


def test_a_pod_of_the_manifests_works_beside_the_composition(composition: Composition, tmp_path: Path) -> None:
    secrets = composition.folder / "secrets"
    password = (secrets / NAME / "pgpass").read_text().strip().rpartition(":")[2]
    secret = tmp_path / "secret.json"  # the form in which Podman 4.3 takes one for `secretKeyRef`
    secret.write_text(json.dumps({NAME: base64.b64encode(password.encode()).decode()}))
    played = tmp_path / "pod.yaml"
    played.write_text(yaml.safe_dump_all([settings(), pod(secrets)]))
    composition.podman("secret", "create", "tousu-database", str(secret))
    try:
        composition.podman("play", "kube", "--network", "tousu_default", str(played))

        def shards() -> list[int]:
            said = composition.podman("exec", f"{NAME}-0-{NAME}", "python3", "-c", ASKS, check=False)
            return list(json.loads(said)["shards"]) if said else []

        wait_until(shards, "the pod is ready and has some of the shards", READY_S)
    finally:
        composition.podman("play", "kube", "--down", str(played), check=False)
        composition.podman("secret", "rm", "tousu-database", check=False)
