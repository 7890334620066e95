"""Who is watched, by which rules, and how many copies the backlog asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

from deploy.kubernetes.processors import ON_DISK
from tousu.contract.pipeline import processors

PROMETHEUS: Final = Path(__file__).resolve().parents[1] / "prometheus"
AGE_S: Final = 10
"""One copy more for each so many seconds that the oldest unprocessed event is old."""
ADDRESS: Final = "http://prometheus-operated.monitoring.svc:9090"


def rules() -> list[dict[str, Any]]:
    """The alert rules and what is recorded for the objectives, for the Prometheus Operator."""
    return [
        {
            "apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule",
            "metadata": {"name": f"tousu-{file}", "labels": {"app.kubernetes.io/name": "tousu"}},
            "spec": yaml.safe_load((PROMETHEUS / f"{file}.yaml").read_text("utf-8")),
        }
        for file in ("objectives", "rules")
    ]  # fmt: skip


def scaling() -> list[dict[str, Any]]:
    """A ScaledObject of KEDA for each processor that may have several copies: by the age of its oldest unread event.

    Down it goes slowly, since each change moves shards. There are never more copies than partitions.
    """
    return [
        {
            "apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "metadata": {"name": name},
            "spec": {
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": name},
                "minReplicaCount": 2, "maxReplicaCount": 6, "pollingInterval": 15,
                "advanced": {"horizontalPodAutoscalerConfig": {"behavior": {
                    "scaleUp": {"stabilizationWindowSeconds": 60,
                                "policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}]},
                    "scaleDown": {"stabilizationWindowSeconds": 1800,
                                  "policies": [{"type": "Pods", "value": 1, "periodSeconds": 600}]},
                }}},
                # Where Prometheus does not answer, the copies stay as they are.
                "fallback": {"failureThreshold": 4, "replicas": 2, "behavior": "currentReplicas"},
                "triggers": [{"type": "prometheus", "metadata": {
                    "serverAddress": ADDRESS, "threshold": str(AGE_S),
                    "query": f'max(tousu_oldest_unprocessed_age_seconds{{processor="{name}"}})',
                }}],
            },
        }
        for name in processors()
        if name not in ON_DISK
    ]  # fmt: skip
