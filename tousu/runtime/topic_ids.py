"""Are the topics that are read still the ones that were opened? Asked in the background, every few seconds.

A topic that was deleted and made again has another id, and offsets of its own: who reads on from the old offset misses
whatever lies below it, and nothing in what is fetched says so.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any, Final

from confluent_kafka import KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient

ASK_EVERY_S: Final = 3.0
REQUEST_S: Final = 5.0


class TopicIds:
    """The ids as told last. Nothing here waits or raises; what the broker does not tell is not known."""

    def __init__(self, admin: AdminClient, topics: Sequence[str]) -> None:
        self._admin = admin
        self._topics = list(topics)
        self._questions: Mapping[str, Future[Any]] = {}
        self._asked_at_s = time.monotonic()

    def turn(self) -> Mapping[str, str]:
        """Topic -> id where an answer has just come; asks again when it is time."""
        if self._questions:
            if not all(future.done() for future in self._questions.values()):
                return {}
            answers, self._questions = self._questions, {}
            return {topic: str(each.result().topic_id) for topic, each in answers.items() if each.exception() is None}
        if time.monotonic() - self._asked_at_s >= ASK_EVERY_S:
            self._asked_at_s = time.monotonic()
            try:
                wanted = TopicCollection(self._topics)
                self._questions = self._admin.describe_topics(wanted, request_timeout=REQUEST_S)
            except KafkaException:
                return {}  # asked again in a while
        return {}


def changed(opened: Mapping[str, str], told: Mapping[str, str]) -> str:
    """The first topic that is another one than when it was opened; empty where there is none."""
    return next((topic for topic, each in told.items() if opened.get(topic, each) != each), "")
