"""The table of rights of docs/security.md, as it is reviewed: the oracle of the tests about rights."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

PAGE = Path(__file__).resolve().parents[1] / "docs" / "security.md"
OF_ADMIN = frozenset({"create", "describe", "describe_configs", "alter_configs"})
"""What the page says in words that admin may do with every topic."""


class Table(NamedTuple):
    """Who may do what: topic (group, transactional id) -> user -> operations, as Kafka's authorizer names them.

    A group that ends in `*` stands for all whose names begin so.
    """

    topics: dict[str, dict[str, frozenset[str]]]
    groups: dict[str, str]
    transactional_ids: dict[str, str]
    cluster: dict[str, frozenset[str]]

    @property
    def users(self) -> tuple[str, ...]:
        """Everybody whom the page names."""
        found = {user for users in self.topics.values() for user in users}
        return tuple(sorted(found | set(self.groups.values()) | set(self.transactional_ids.values())))

    def may(self, user: str, topic: str) -> frozenset[str]:
        """What a user may do with a topic."""
        return self.topics[topic].get(user, frozenset())

    def may_join(self, user: str, group: str) -> bool:
        return any(
            who == user and (group.startswith(name[:-1]) if name.endswith("*") else group == name)
            for name, who in self.groups.items()
        )


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading of the page, its own headings left out."""
    text = PAGE.read_text(encoding="utf-8")
    part = re.search(rf"^### {heading}$(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    assert part, f"docs/security.md has no heading {heading}"
    lines = [line for line in part[1].splitlines() if line.startswith("|")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines[2:]]


def names(cell: str) -> list[str]:
    return [name.strip() for name in cell.split(",") if name.strip()]


def table() -> Table:
    """The page's tables. Who writes or reads may describe; admin stands in words above the table."""
    topics: dict[str, dict[str, frozenset[str]]] = {}
    for topic, writes, reads, settings in rows("Topics"):
        of = {"admin": OF_ADMIN}
        for cell, operations in ((writes, "write describe"), (reads, "read describe"), (settings, "describe_configs")):
            for user in names(cell):
                of[user] = of.get(user, frozenset()) | set(operations.split())
        topics[topic] = of
    cluster: dict[str, frozenset[str]] = {}
    for operation, users in rows("Cluster"):
        for user in names(users):
            cluster[user] = cluster.get(user, frozenset()) | {operation}
    return Table(
        topics, _pairs("Consumer groups"),
        _pairs("Transactional ids"), cluster,
    )  # fmt: skip


def _pairs(heading: str) -> dict[str, str]:
    return {name: user for name, user, *_ in rows(heading)}
