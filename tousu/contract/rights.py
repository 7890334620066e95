"""Who may do what on the cluster: one table, worked out from the topic cards and from nothing else.

A card's `writers` and `readers` are the users of the cluster; who writes a topic that only shards write (`from_shards`)
is a processor. `python -m tousu.contract.rights_page` writes the tables of docs/security.md; a test asks a real broker
about every cell of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

from tousu.contract.cards import Card, processors_of

ADMIN: Final = "admin"
"""Who makes topics and sets their settings (`tousu topics apply`), and no more."""
DOWNSTREAM: Final = "subscribers"
"""Systems downstream, which nobody here knows by name: their groups begin with this word and a dot."""
CLUSTER: Final = "kafka-cluster"
"""The one name of a cluster as a resource. Source: Kafka, `Resource.CLUSTER_NAME`."""

Resource = Literal["topic", "group", "transactional_id", "cluster"]
Operation = Literal["read", "write", "create", "describe", "describe_configs", "alter_configs"]


class Right(NamedTuple):
    """One thing that a user may do: an ACL of the kind ALLOW, from any host.

    `is_prefix`: `name` is how the names begin that it is about. Nothing else stands for several names.
    """

    user: str
    resource: Resource
    name: str
    operation: Operation
    is_prefix: bool = False

    def __str__(self) -> str:
        names = f"{self.name}*" if self.is_prefix else self.name
        return f"{self.user} may {self.operation} {self.resource} {names}"


def users(cards: Iterable[Card]) -> tuple[str, ...]:
    """Every user of the cluster but its super user, in alphabetical order."""
    return tuple(sorted({ADMIN} | {who for card in cards for who in (*card.writers, *card.readers)}))


def group_of(processor: str) -> str:
    """The consumer group of a processor, unless TOUSU_GROUP names another one."""
    return f"tousu.{processor}"


def rights(cards: Iterable[Card]) -> frozenset[Right]:
    """The whole table. Kafka adds by itself that who reads or writes may describe.

    Idempotent producers need no right on the cluster: since Kafka 3.0 it is enough to write some topic (KIP-679).
    """
    cards = tuple(cards)
    ours = processors_of(cards)
    gate = ours & {who for card in cards if card.from_shards is None for who in card.readers}
    granted: set[Right] = {Right(ADMIN, "cluster", CLUSTER, "describe")}
    for card in cards:
        granted |= {Right(who, "topic", card.topic, "write") for who in card.writers}
        granted |= {Right(who, "topic", card.topic, "read") for who in card.readers}
        # A processor asks how large a record may be where it writes, and by whose clock the records from outside are
        # stamped, which it keeps time by.
        asked = card.writers if card.from_shards is not None else card.readers
        granted |= {Right(who, "topic", card.topic, "describe_configs") for who in asked if who in ours}
        if card.from_shards is not None and card.events:
            # Who gives order to what comes from outside reads what it wrote: its database may be a former one.
            granted |= {Right(who, "topic", card.topic, "read") for who in gate.intersection(card.writers)}
        if card.from_shards is None:
            # What came to another shard than it belongs to is written there once more.
            granted |= {Right(who, "topic", card.topic, "write") for who in gate.intersection(card.readers)}
            # Who hands in may do so in transactions, one producer at a time.
            granted |= {Right(who, "transactional_id", who, "write") for who in card.writers}
        granted |= {Right(ADMIN, "topic", card.topic, does) for does in _OF_ADMIN}
        granted |= {Right(who, "group", group_of(who), "read") for who in card.readers if who in ours}
        if DOWNSTREAM in card.readers:
            granted.add(Right(DOWNSTREAM, "group", f"{DOWNSTREAM}.", "read", is_prefix=True))
    return frozenset(granted)


_OF_ADMIN: Final[tuple[Operation, ...]] = ("create", "describe", "describe_configs", "alter_configs")
