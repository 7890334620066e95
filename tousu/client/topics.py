"""The topics of the contract on a cluster: what is there, what is missing, and making it so (`tousu topics apply`).

`apply` never changes a partition count: it decides which shard owns a case. More come by `tousu topics grow`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, TypeVar

from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import AuthorizationError, InvalidReplicationFactorError, KafkaError

from tousu.client.dialling import is_embedded, may_pass, options
from tousu.connection import Connected, Connection
from tousu.contract import Card, cards
from tousu.failure import Retry, Stop

EMBEDDED_PARTITIONS: Final = 4
ASK_S: Final = 10.0
ASK_AGAIN_S: Final = 0.05
SEGMENT_MS: Final = 7 * 86_400_000
"""What the broker takes for `segment.ms` unless told. Only whole segments are deleted, and never the one written to."""
REPLICAS_SAFE: Final = 3
"""From this many replicas on, a write is acknowledged by two."""

T = TypeVar("T")


class TopicStep(NamedTuple):
    """What is to be done for one topic. `changes` maps a word (partitions, retention.ms …) to (is, shall be)."""

    topic: str
    action: Literal["create", "change", "keep", "refuse"]
    changes: Mapping[str, tuple[str, str]]

    def __str__(self) -> str:
        listed = ", ".join(f"{name} {old or 'unset'} -> {new}" for name, (old, new) in self.changes.items())
        return f"{self.action} {self.topic}" + (f": {listed}" if listed else "")


class ClusterTopic(NamedTuple):
    """A topic as the cluster has it."""

    partitions: int
    settings: Mapping[str, str]


def settings_of(card: Card, replicas: int) -> dict[str, str]:
    """The broker's settings of a topic, as its card wants them."""
    settings = {
        "retention.ms": str(card.retention_ms), "message.timestamp.type": card.timestamp,
        "max.message.bytes": str(card.max_message_bytes),
    }  # fmt: skip
    if card.compression is not None:
        settings["compression.type"] = card.compression
    if 0 <= card.retention_ms < SEGMENT_MS:
        settings["segment.ms"] = str(card.retention_ms)
    if replicas >= REPLICAS_SAFE:
        settings["min.insync.replicas"] = str(REPLICAS_SAFE - 1)
    return settings


def plan(
    standing: Mapping[str, ClusterTopic], wanted: Sequence[Card], partitions: int | None = None, replicas: int = 1
) -> tuple[TopicStep, ...]:
    """What must be done so that the topics stand as their cards say (pure). `partitions` overrides the cards' count."""
    steps = []
    for card in wanted:
        count = partitions or card.partitions
        settings = settings_of(card, replicas)
        existing = standing.get(card.topic)
        if existing is None:
            new = {"partitions": str(count), **settings}
            steps.append(TopicStep(card.topic, "create", {name: ("", value) for name, value in new.items()}))
            continue
        if existing.partitions != count:
            steps.append(TopicStep(card.topic, "refuse", {"partitions": (str(existing.partitions), str(count))}))
            continue
        # A broker that tells no settings (the embedded one) cannot be told any.
        differ = {n: (existing.settings[n], v) for n, v in settings.items() if existing.settings.get(n, v) != v}
        steps.append(TopicStep(card.topic, "change" if differ else "keep", differ))
    return tuple(steps)


class Topics(Connected):
    """The topics on one cluster. Raises Retry `broker_away` from every method while the cluster does not answer."""

    def __init__(self, servers: str | Connection, *, timeout_s: float = 10.0) -> None:
        address = servers.servers if isinstance(servers, Connection) else servers
        self.is_embedded = is_embedded(address)
        """The broker in memory makes topics on first use, 4 partitions each, and keeps no settings."""
        self._servers = servers
        self._admin: KafkaAdminClient = _asked(lambda: KafkaAdminClient(**options(servers, timeout_s)))

    def describe(self, names: Sequence[str]) -> dict[str, ClusterTopic]:
        """Those of the named topics that exist."""
        there = set(_asked(self._admin.list_topics)) & set(names)
        if not there:
            return {}
        counts = {t["name"]: len(t["partitions"]) for t in _asked(lambda: self._admin.describe_topics(sorted(there)))}
        settings = {} if self.is_embedded else self._settings(sorted(there))
        return {name: ClusterTopic(count, settings.get(name, {})) for name, count in counts.items()}

    def _settings(self, names: Sequence[str]) -> dict[str, dict[str, str]]:
        wanted = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
        configs = _asked(lambda: self._admin.describe_configs(wanted, config_filter="all"))["topic"]
        return {
            topic: {name: setting["value"] for name, setting in values.items()} for topic, values in configs.items()
        }

    def plan(
        self, partitions: int | None = None, replicas: int = 1, wanted: Sequence[Card] | None = None
    ) -> tuple[TopicStep, ...]:
        """What `apply` would do. `wanted` are all cards of the contract unless given."""
        chosen = cards() if wanted is None else wanted
        if self.is_embedded:
            partitions = EMBEDDED_PARTITIONS
        return plan(self.describe([card.topic for card in chosen]), chosen, partitions, replicas)

    def apply(self, steps: Sequence[TopicStep], replicas: int = 1) -> None:
        """Carry a plan out; doing it twice changes nothing.

        Raises Stop before anything is done: `partitions_fixed` when a step is refused, `too_few_brokers` for more
        replicas than there are brokers.
        """
        refused = [step for step in steps if step.action == "refuse"]
        if refused:
            raise Stop(
                "partitions_fixed",
                f"{'; '.join(map(str, refused))}: the count decides which shard owns a case and cannot change; "
                "give the count that is there (--partitions), or grow (`tousu topics grow`)",
            )
        new = [step for step in steps if step.action == "create"]
        self._check_brokers(replicas if new else 1)
        self._create(new, replicas)
        changed = {
            step.topic: {n: new for n, (_, new) in step.changes.items()} for step in steps if step.action == "change"
        }
        if changed:
            resources = [ConfigResource(ConfigResourceType.TOPIC, topic, new) for topic, new in changed.items()]
            answers = _asked(lambda: self._admin.alter_configs(resources))["topic"]
            wrong = {topic: words for topic, words in answers.items() if words != "OK"}
            if wrong:
                raise Stop("refused_by_broker", f"the broker did not take the settings: {wrong}")
            self._wait_until_they_hold(changed)

    def add_partitions(self, names: Sequence[str], partitions: int) -> None:
        """Give these topics so many partitions where they have fewer; returns when every partition is led.

        Whoever calls it sees to it that no shard's order is torn (`tousu topics grow`).
        """
        fewer = [name for name, description in self.describe(names).items() if description.partitions < partitions]
        if fewer:
            _asked(lambda: self._admin.create_partitions(dict.fromkeys(fewer, partitions)))
        ends_s = time.monotonic() + ASK_S
        pause = threading.Event()
        while late := [
            description["name"]
            for description in self._admin.describe_topics(list(names))
            if not _led(description, partitions)
        ]:
            if time.monotonic() > ends_s:
                raise Retry("broker_slow", f"the new partitions of {', '.join(late)} have no leader yet")
            pause.wait(ASK_AGAIN_S)

    def _wait_until_they_hold(self, changed: Mapping[str, Mapping[str, str]]) -> None:
        """A change is answered when the controller has noted it; the brokers act by it a moment later."""
        ends_s = time.monotonic() + ASK_S
        pause = threading.Event()
        while True:
            settings = self._settings(sorted(changed))
            late = [topic for topic, new in changed.items() if not new.items() <= settings[topic].items()]
            if not late:
                return
            if time.monotonic() > ends_s:
                raise Retry("broker_slow", f"the broker was told the settings of {', '.join(late)} and acts by the old")
            pause.wait(ASK_AGAIN_S)

    def _check_brokers(self, replicas: int) -> None:
        if replicas == 1 or self.is_embedded:
            return
        count = len(_asked(self._admin.describe_cluster)["brokers"])
        if count < replicas:
            there = "is 1 broker" if count == 1 else f"are {count} brokers"
            message = f"{replicas} replicas of every topic are wanted and there {there}"
            raise Stop("too_few_brokers", f"{message}: start the others first, or say --replicas {count}")

    def _create(self, steps: Sequence[TopicStep], replicas: int) -> None:
        if not steps:
            return
        names = [step.topic for step in steps]
        if self.is_embedded:
            self._touch(names)
            return
        wanted: dict[str, dict[str, Any]] = {}
        for step in steps:
            new = {name: value for name, (_, value) in step.changes.items()}
            count = int(new.pop("partitions"))
            wanted[step.topic] = {"num_partitions": count, "replication_factor": replicas, "configs": new}
        _asked(lambda: self._admin.create_topics(wanted))
        _asked(lambda: self._admin.wait_for_topics(names))

    def _touch(self, names: Sequence[str]) -> None:
        """Let the embedded broker make topics: asking about one is enough, if the asker is librdkafka."""
        from confluent_kafka import KafkaException
        from confluent_kafka.admin import AdminClient

        address = self._servers.servers if isinstance(self._servers, Connection) else self._servers
        client = AdminClient({"bootstrap.servers": address, "log_level": 0})
        try:
            for name in names:
                client.list_topics(name, timeout=ASK_S)
        except KafkaException as error:
            raise Retry("broker_away", f"the broker does not answer: {error.args[0].str()}") from error

    def close(self) -> None:
        self._admin.close()


def _led(described: Mapping[str, Any], partitions: int) -> bool:
    """Whether a topic has so many partitions and each has a leader."""
    leaders = described["partitions"]
    return len(leaders) >= partitions and all(partition["leader_id"] >= 0 for partition in leaders)


def _asked(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except AuthorizationError as error:
        message = "this user may not see, make and change every topic of the contract: use admin or a super user of it"
        raise Stop("not_authorised", f"{message} (TOUSU_KAFKA_USER)") from error
    except InvalidReplicationFactorError as error:
        raise Stop("too_few_brokers", f"the cluster has too few brokers for so many replicas: {error}") from error
    except KafkaError as error:
        if may_pass(error):
            raise Retry("broker_away", f"the broker does not answer: {error}") from error
        raise Stop("refused_by_broker", f"the broker refused: {error}") from error
