"""Whether the cluster answers, asked while nothing else is: a copy that is no member of its group reads nothing."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient

ASK_EVERY_S: Final = 2.0
ANSWER_S: Final = 5.0
_NO_ANSWER: Final = frozenset({KafkaError._TIMED_OUT, KafkaError._TRANSPORT, KafkaError._ALL_BROKERS_DOWN})


class Pulse:
    """Asks on the connections of an admin client; never waits. `failure` says why there was no answer, if so.

    It asks for topics, never for the cluster: of a cluster that names no broker (a single one that its controller has
    just taken for dead) librdkafka cannot describe that, and ends the process.
    """

    def __init__(self, admin: AdminClient, topics: Sequence[str]) -> None:
        self._admin = admin
        self._topics = list(topics)
        self._questions: Mapping[str, Future[Any]] = {}
        self._asked_s = 0.0
        self.failure = ""

    def feel(self) -> bool:
        """Ask when it is time; true when an answer has come in just now."""
        if not self._questions:
            if time.monotonic() - self._asked_s > ASK_EVERY_S:
                self._asked_s = time.monotonic()
                wanted = TopicCollection(self._topics)
                self._questions = self._admin.describe_topics(wanted, request_timeout=ANSWER_S)
            return False
        if not all(future.done() for future in self._questions.values()):
            return False
        questions, self._questions = self._questions, {}
        try:
            for question in questions.values():
                question.result()
        except KafkaException as error:
            if error.args[0].code() in _NO_ANSWER:
                self.failure = f"no answer from the broker: {error.args[0].str()}"
                return False
        self.failure = ""
        return True
