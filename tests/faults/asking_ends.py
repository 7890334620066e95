"""A process that asks where the partitions of a topic end, as fast as it can, and is told of the topic all the while.

`python -m tests.faults.asking_ends SERVERS TOPIC SECONDS` prints of how many answers each partition was part, and
which were asked of. A process of its own: the library has ended it over this.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from typing import NamedTuple

import orjson
from confluent_kafka import TopicCollection

from tousu.runtime.kafka import KafkaSource


class Asked(NamedTuple):
    """How many answers told of each partition, and of which was asked."""

    told: Counter[int]
    of: set[int]


def asked_for(servers: str, topic: str, seconds: float) -> Asked:
    """Ask for so long."""
    source = KafkaSource(servers, "asking", [topic])
    source.identity()
    while not source.wanted():
        source.poll(1, 0.1)
    for shard in source.wanted():
        source.start(shard, {topic: 0})
    ends_s, found, is_over = time.monotonic() + seconds, Asked(Counter(), set()), threading.Event()

    def hear_always() -> None:
        while not is_over.is_set():
            source._admin.describe_topics(TopicCollection([topic]))[topic].exception()

    hearing = threading.Thread(target=hear_always)
    hearing.start()
    while time.monotonic() < ends_s:
        source.poll(1, 0)
        source.ask_ends(datetime.now(UTC))
        found.of.update(each.partition for each in source._log_ends._latest)
        answer = source.ends()
        found.told.update(partition for _, partition in (answer.offsets if answer is not None else ()))
    is_over.set()
    hearing.join()
    source.close()
    return found


if __name__ == "__main__":
    told, of = asked_for(sys.argv[1], sys.argv[2], float(sys.argv[3]))
    print(orjson.dumps({"told": told, "of": sorted(of)}, option=orjson.OPT_NON_STR_KEYS).decode())
