"""Are cluster and topics still the ones that were opened? Asked in the background, every few seconds.

A topic that was deleted and made again has another id, and offsets of its own: who reads on from the old offset misses
whatever lies below it, and nothing in what is fetched says so. The same where the address leads to another cluster.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient, TopicDescription  # type: ignore[attr-defined]

from tousu.failure import Retry
from tousu.login import not_authorised
from tousu.runtime.broker import Identity

ASK_EVERY_S: Final = 3.0
REQUEST_S: Final = 5.0
CLUSTER_S: Final = 1.0


class TopicIds:
    """What was told last. Nothing here waits long or raises; what the broker does not tell is not known."""

    def __init__(self, admin: AdminClient, topics: Sequence[str]) -> None:
        self._admin = admin
        self._topics = list(topics)
        self._questions: Mapping[str, Future[Any]] = {}
        self._asked_at_s = time.monotonic()
        self.failure: Retry | None = None
        """The first topic that the brokers would not show us; None where they show all, or do not answer."""

    def turn(self) -> Identity | None:
        """What the brokers tell where an answer has just come; asks again when it is time."""
        if self._questions:
            if not all(future.done() for future in self._questions.values()):
                return None
            questions, self._questions = self._questions, {}
            answers = {
                topic: question.result() for topic, question in questions.items() if question.exception() is None
            }
            self.failure = next(filter(None, map(_refused, questions, questions.values())), None)
            return identity_of(self._cluster_id(), answers)
        if time.monotonic() - self._asked_at_s >= ASK_EVERY_S:
            self._asked_at_s = time.monotonic()
            try:
                wanted = TopicCollection(self._topics)
                self._questions = self._admin.describe_topics(wanted, request_timeout=REQUEST_S)
            except KafkaException:
                return None  # asked again in a while
        return None

    def _cluster_id(self) -> str:
        """Asked when the cluster has just answered, so this hardly waits. Why not `describe_cluster`: see `Pulse`."""
        try:
            cluster_id: Any = self._admin.list_topics(self._topics[0], timeout=CLUSTER_S).cluster_id
            return str(cluster_id or "")
        except KafkaException:
            return ""


def _refused(topic: str, answer: Future[Any]) -> Retry | None:
    error = answer.exception()
    is_known = isinstance(error, KafkaException) and error.args[0].code() == KafkaError.TOPIC_AUTHORIZATION_FAILED
    return not_authorised(f"see topic {topic}", error.args[0]) if error is not None and is_known else None


def identity_of(cluster_id: str, described: Mapping[str, TopicDescription]) -> Identity:
    """The identity of topics that the brokers have described."""
    ids = {topic: str(description.topic_id) for topic, description in described.items()}
    # Any: a partition may be without a leader, whatever the type says.
    partitions: list[tuple[str, Any]] = [
        (name, partition) for name, description in described.items() for partition in description.partitions
    ]
    is_replicated = any(len(partition.replicas) > 1 for _, partition in partitions)
    led = frozenset((topic, partition.id) for topic, partition in partitions if partition.leader is not None)
    return Identity(cluster_id, ids, is_replicated, led)


def changed(opened: Mapping[str, str], current: Mapping[str, str]) -> str:
    """The first topic that is another one than when it was opened; empty where there is none."""
    return next((topic for topic, topic_id in current.items() if opened.get(topic, topic_id) != topic_id), "")
