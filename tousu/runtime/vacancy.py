"""Whether a group has given all its shards to nobody, asked by a member that has none.

The member that divides them may do so before its broker knows the topics: at the start of a cluster, or of another one
at the same address. librdkafka begins anew only when the topics look different from what it knew before, and to it they
never did; so the group stands still for ever, and every copy takes itself for a spare one.
"""

from __future__ import annotations

import time
from concurrent.futures import Future
from typing import Any, Final

from confluent_kafka import ConsumerGroupState, KafkaException
from confluent_kafka.admin import AdminClient

ASK_EVERY_S: Final = 5.0
ANSWER_S: Final = 5.0


class Vacancy:
    """Asks on the connections of an admin client; never waits. What the cluster does not tell is no vacancy."""

    def __init__(self, admin: AdminClient, group: str) -> None:
        self._admin, self._group = admin, group
        self._question: Future[Any] | None = None
        self._asked_s = time.monotonic()

    def is_vacant(self) -> bool:
        """True when the answer has just come that the group is at rest and none of its members has anything."""
        question = self._question
        if question is None:
            if time.monotonic() - self._asked_s > ASK_EVERY_S:
                self._asked_s = time.monotonic()
                asked = self._admin.describe_consumer_groups([self._group], request_timeout=ANSWER_S)
                self._question = asked[self._group]
            return False
        if not question.done():
            return False
        self._question = None
        try:
            description = question.result()
        except KafkaException:
            return False
        is_at_rest = description.state == ConsumerGroupState.STABLE
        return is_at_rest and not any(member.assignment.topic_partitions for member in description.members)
