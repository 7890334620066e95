"""Topics and users of the cluster as Strimzi's operators take them: from the cards and the table of rights.

What `tousu topics apply --acls` does on a cluster without Strimzi. Partitions are what the cards say; the overlays
change them all together, as TOUSU_PARTITIONS with them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from tousu.client.topics import settings_of
from tousu.contract import cards
from tousu.contract.rights import Operation, Right, rights, users

API: Final = "kafka.strimzi.io/v1"
CLUSTER: Final = "tousu"
"""The name of the Kafka resource, which Strimzi's operators look for."""
REPLICAS: Final = 3
_RESOURCES: Final = {"topic": "topic", "group": "group", "transactional_id": "transactionalId", "cluster": "cluster"}
_OPERATIONS: Final[dict[Operation, str]] = {
    "read": "Read", "write": "Write", "create": "Create", "describe": "Describe",
    "describe_configs": "DescribeConfigs", "alter_configs": "AlterConfigs",
}  # fmt: skip


def topics() -> list[dict[str, Any]]:
    """A KafkaTopic for each card."""
    return [
        {
            "apiVersion": API, "kind": "KafkaTopic",
            "metadata": {"name": card.topic, "labels": {"strimzi.io/cluster": CLUSTER}},
            "spec": {"partitions": card.partitions, "replicas": REPLICAS, "config": settings_of(card, REPLICAS)},
        }
        for card in cards()
    ]  # fmt: skip


def kafka_users() -> list[dict[str, Any]]:
    """A KafkaUser for each user of the table; Strimzi keeps its password in a Secret of the user's name."""
    table = rights(cards())
    return [
        {
            "apiVersion": API, "kind": "KafkaUser",
            "metadata": {"name": name, "labels": {"strimzi.io/cluster": CLUSTER}},
            "spec": {
                "authentication": {"type": "scram-sha-512"},
                "authorization": {"type": "simple", "acls": _acls(right for right in table if right.user == name)},
            },
        }
        for name in users(cards())
    ]  # fmt: skip


def _acls(table: Iterable[Right]) -> list[dict[str, Any]]:
    """The rights of one user, those on one resource together."""
    found: dict[tuple[str, str, bool], list[str]] = {}
    for right in sorted(table):
        found.setdefault((right.resource, right.name, right.is_prefix), []).append(_OPERATIONS[right.operation])
    return [
        {"resource": _resource(kind, name, is_prefix=is_prefix), "operations": operations}
        for (kind, name, is_prefix), operations in found.items()
    ]


def _resource(kind: str, name: str, *, is_prefix: bool) -> dict[str, str]:
    if kind == "cluster":
        return {"type": "cluster"}
    return {"type": _RESOURCES[kind], "name": name, "patternType": "prefix" if is_prefix else "literal"}
