"""Each processor as a StatefulSet, with what keeps it available: one template, the processors as the cards name them.

A StatefulSet, because its copies have lasting names: one that comes again within TOUSU_SESSION_S is the same member of
its group (static membership) and keeps its shards. Nobody but `trends` keeps anything on a disk.
"""

from __future__ import annotations

from typing import Any, Final

from deploy.kubernetes.kafka import CLUSTER
from tousu.contract.pipeline import processors

PORT: Final = 9464
NOBODY: Final = 10001
"""The user of the image."""
ON_DISK: Final = frozenset({"trends"})
"""Processors with files of their own. They run as one copy only."""
_SETTINGS: Final = "tousu-settings"


def manifests() -> list[dict[str, Any]]:
    """For each processor its headless Service, its StatefulSet and its PodDisruptionBudget."""
    return [each for name in processors() for each in (_service(name), _stateful_set(name), _budget(name))]


def _labels(name: str) -> dict[str, str]:
    return {"app.kubernetes.io/name": "tousu", "app.kubernetes.io/component": name}


def _service(name: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "labels": _labels(name)},
        "spec": {
            "clusterIP": "None", "selector": _labels(name), "publishNotReadyAddresses": True,
            "ports": [{"name": "metrics", "port": PORT, "targetPort": "metrics"}],
        },
    }  # fmt: skip


def _budget(name: str) -> dict[str, Any]:
    """Whoever empties a machine takes one copy at a time; the only one may go, too: its shards just wait."""
    return {
        "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": name, "labels": _labels(name)},
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": _labels(name)}},
    }  # fmt: skip


def _stateful_set(name: str) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "serviceName": name, "replicas": 1, "podManagementPolicy": "Parallel",
        "selector": {"matchLabels": _labels(name)},
        "template": {"metadata": {"labels": _labels(name)}, "spec": _pod(name)},
    }  # fmt: skip
    if name in ON_DISK:
        claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
        spec["volumeClaimTemplates"] = [
            {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"}, "spec": claim}
        ]
    metadata = {"name": name, "labels": _labels(name)}
    return {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": metadata, "spec": spec}


def _pod(name: str) -> dict[str, Any]:
    return {
        "serviceAccountName": "tousu", "automountServiceAccountToken": False,
        # A copy ends within ten seconds of being asked.
        "terminationGracePeriodSeconds": 20,
        "securityContext": {
            "runAsNonRoot": True, "runAsUser": NOBODY, "runAsGroup": NOBODY, "fsGroup": NOBODY,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "topologySpreadConstraints": [{
            "maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": _labels(name)},
        }],
        "containers": [_container(name)],
        "volumes": [
            {"name": "tmp", "emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}},
            {"name": "kafka", "projected": {"defaultMode": 0o440, "sources": [
                # Made by Strimzi: the password of the KafkaUser, and whom to believe that they are its brokers.
                {"secret": {"name": name, "items": [{"key": "password", "path": "password"}]}},
                {"secret": {"name": f"{CLUSTER}-cluster-ca-cert", "items": [{"key": "ca.crt", "path": "ca.pem"}]}},
            ]}},
        ],
    }  # fmt: skip


def _container(name: str) -> dict[str, Any]:
    mounts = [
        {"name": "tmp", "mountPath": "/tmp"},
        {"name": "kafka", "mountPath": "/etc/tousu", "readOnly": True},
    ]
    if name in ON_DISK:
        mounts.append({"name": "data", "mountPath": "/var/lib/tousu"})
    return {
        "name": name, "image": "tousu", "args": ["run", name],
        "envFrom": [{"configMapRef": {"name": _SETTINGS}}],
        "env": _environment(name),
        "ports": [{"name": "metrics", "containerPort": PORT}],
        # Alive, not ready: a copy that waits for its broker must not be killed for it.
        "livenessProbe": {
            "httpGet": {"path": "/livez", "port": "metrics"}, "initialDelaySeconds": 20, "periodSeconds": 10,
            "timeoutSeconds": 5, "failureThreshold": 6,
        },
        "readinessProbe": {
            "httpGet": {"path": "/readyz", "port": "metrics"}, "periodSeconds": 5, "timeoutSeconds": 5,
        },
        "resources": {"requests": {"cpu": "100m", "memory": "192Mi"}, "limits": {"memory": "512Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": mounts,
    }  # fmt: skip


def _environment(name: str) -> list[dict[str, Any]]:
    """What differs from processor to processor. Secrets are named, not written: docs/install.md says who makes them."""
    found: list[dict[str, Any]] = [
        {"name": "TOUSU_MEMBER", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
        {"name": "TOUSU_KAFKA_USER", "value": name},
        {"name": "TOUSU_DATABASE", "value": f"postgresql://{name}@postgres/tousu"},
        {"name": "PGPASSWORD", "valueFrom": _secret("tousu-database", name)},
    ]
    if name == "intake":
        found.append({"name": "TOUSU_MASTER_KEY", "valueFrom": _secret("tousu-master-key", "master.key")})
    return found


def _secret(name: str, key: str) -> dict[str, Any]:
    return {"secretKeyRef": {"name": name, "key": key}}
