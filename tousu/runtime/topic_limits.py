"""How large a record may be on each output topic, as the broker says: asked at the start and again and again."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, wait
from typing import Any, Final

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType  # type: ignore[attr-defined]

from tousu.runtime.librdkafka import LOG

ASK_EVERY_S: Final = 10.0
REQUEST_S: Final = 10.0


class TopicLimits:
    """Nothing waits for an answer but `learn`. A topic whose limit the broker does not tell (it has no such question,
    or we may not ask) is not listed; then only its answer to a record tells."""

    def __init__(self, connection: Mapping[str, Any], topics: Iterable[str]) -> None:
        self._admin = AdminClient(dict(connection), logger=LOG)
        self._topics = tuple(topics)
        self._known: dict[str, int] = {}
        self._questions: dict[str, Future[Any]] = {}
        self._asked_at_s = 0.0
        self.learn()

    def known(self) -> Mapping[str, int]:
        """Topic -> bytes, as told last. Asks again when that was some time ago."""
        self._hear()
        if not self._questions and time.monotonic() - self._asked_at_s >= ASK_EVERY_S:
            self._ask()
        return self._known

    def learn(self) -> Mapping[str, int]:
        """As `known`, but what the broker says now: waits for its answer, as long as a request may take."""
        self._hear()
        if not self._questions:
            self._ask()
        wait(self._questions.values(), REQUEST_S)
        self._hear()
        return self._known

    def _ask(self) -> None:
        self._asked_at_s = time.monotonic()
        wanted = {topic: ConfigResource(ResourceType.TOPIC, topic) for topic in self._topics}
        if not wanted:
            return
        futures = self._admin.describe_configs(list(wanted.values()), request_timeout=REQUEST_S)
        self._questions = {resource.name: future for resource, future in futures.items()}

    def _hear(self) -> None:
        if not all(future.done() for future in self._questions.values()):
            return
        for topic, future in self._questions.items():
            try:
                self._known[topic] = int(future.result()["max.message.bytes"].value)
            except KafkaException:
                continue  # what it said last still holds
        self._questions = {}
