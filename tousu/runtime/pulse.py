"""Whether the cluster answers, asked while nothing else is: a copy that is no member of its group reads nothing."""

from __future__ import annotations

import time
from concurrent.futures import Future
from typing import Any, Final

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

ASK_EVERY_S: Final = 2.0
ANSWER_S: Final = 5.0


class Pulse:
    """Asks on the connections of an admin client; never waits. `trouble` says why there was no answer, if so."""

    def __init__(self, admin: AdminClient) -> None:
        self._admin = admin
        self._question: Future[Any] | None = None
        self._asked_s = 0.0
        self.trouble = ""

    def feel(self) -> bool:
        """Ask when it is time; true when an answer has come in just now."""
        if self._question is None:
            if time.monotonic() - self._asked_s > ASK_EVERY_S:
                self._asked_s = time.monotonic()
                self._question = self._admin.describe_cluster(request_timeout=ANSWER_S)
            return False
        if not self._question.done():
            return False
        question, self._question = self._question, None
        try:
            question.result()
        except KafkaException as error:
            self.trouble = f"no answer from the broker: {error.args[0].str()}"
            return False
        self.trouble = ""
        return True
