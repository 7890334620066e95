"""Which cluster this is, which topics it has and of how many partitions: asked by a client that is in no group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Self

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient

from tousu.connection import Connection
from tousu.failure import Stop
from tousu.login import Login
from tousu.runtime.broker import Identity
from tousu.runtime.librdkafka import LOG, NETWORK, REQUEST_S
from tousu.runtime.topic_ids import identity_of

_EMBEDDED: Final = "mockCluster"
"""How librdkafka's own broker names itself; it knows no topic ids and answers no question about them."""


class Cluster:
    """Raises Retry while nobody answers, or not us."""

    def __init__(self, admin: AdminClient, login: Login, topics: Sequence[str]) -> None:
        self._admin, self._login, self._topics = admin, login, list(topics)

    @classmethod
    def at(cls, connection: Connection, topics: Sequence[str]) -> Self:
        """By a client of its own."""
        login = Login()
        settings = {
            "bootstrap.servers": connection.servers, **NETWORK, **connection.librdkafka(), "error_cb": login.heard
        }  # fmt: skip
        return cls(AdminClient(settings, logger=LOG), login, topics)

    def identity(self) -> Identity:
        """Cluster id and the ids of `topics`; empty where the broker does not tell (librdkafka's own broker)."""
        try:
            cluster_id = str(self._admin.list_topics(timeout=REQUEST_S).cluster_id)
            if cluster_id.startswith(_EMBEDDED):
                return Identity("", {})
            described = self._admin.describe_topics(TopicCollection(self._topics), request_timeout=REQUEST_S)
            answers = {topic: future.result() for topic, future in described.items()}
        except KafkaException as error:
            if error.args[0].code() in (KafkaError._UNSUPPORTED_FEATURE, KafkaError.UNSUPPORTED_VERSION):
                return Identity("", {})
            raise self._login.why(self._admin, f"see {', '.join(self._topics)}", error.args[0]) from error
        return identity_of(cluster_id, answers)

    def partitions(self, topic: str) -> int:
        """How many partitions a topic has. Raises Stop `no_topic` when there is none."""
        try:
            metadata = self._admin.list_topics(topic, timeout=REQUEST_S).topics[topic]
        except KafkaException as error:
            raise self._login.why(self._admin, f"see topic {topic}", error.args[0]) from error
        if metadata.error is not None:
            if metadata.error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
                raise Stop("no_topic", f"topic {topic} does not exist; make the topics with `tousu topics apply`")
            raise self._login.why(self._admin, f"see topic {topic}", metadata.error)
        return len(metadata.partitions)
