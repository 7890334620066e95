"""Topics of a test's own on a real broker, made so that whoever writes or reads next finds every partition.

A creation is answered when the controller has decided it. On a busy machine the broker may need a while longer until
it tells clients of the topic and leads its partitions; what is written in between may be lost to the writer.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping

from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic, OffsetSpec  # type: ignore[attr-defined]

WAIT_S = 120.0
ASK_AGAIN_S = 0.05


def make_topics(
    address: str, names: Iterable[str], partitions: int = -1, config: Mapping[str, str] | None = None,
    replicas: int = 1,
) -> None:  # fmt: skip
    """Create topics with so many partitions each (-1: the broker's default) and wait until each partition is led."""
    admin = AdminClient({"bootstrap.servers": address, "log_level": 0})
    wanted = [NewTopic(name, partitions, replicas, config=dict(config or {})) for name in names]
    for made in admin.create_topics(wanted).values():
        made.result(WAIT_S)
    deadline_s = time.monotonic() + WAIT_S
    pause = threading.Event()
    while not are_led(admin, [topic.topic for topic in wanted], partitions):
        assert time.monotonic() < deadline_s, f"the broker does not lead {[topic.topic for topic in wanted]}"
        pause.wait(ASK_AGAIN_S)


def are_led(admin: AdminClient, names: list[str], partitions: int) -> bool:
    """Whether the broker tells of every partition and answers for it."""
    known = admin.list_topics(timeout=WAIT_S).topics
    if any(name not in known or len(known[name].partitions) < max(partitions, 1) for name in names):
        return False
    places = [TopicPartition(name, number) for name in names for number in known[name].partitions]
    newest = OffsetSpec.latest()  # type: ignore[no-untyped-call]
    ends = admin.list_offsets(dict.fromkeys(places, newest))
    return all(end.exception(WAIT_S) is None for end in ends.values())
